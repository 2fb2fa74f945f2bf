import type { Display } from '../../drivers/contract/display.js';
import { TerminalDisplay } from '../../drivers/display/terminal.js';
import { VirtualDisplay } from '../../drivers/display/virtual.js';
import { WebDisplay } from '../../drivers/display/web.js';
import type { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';

export function displayOf({ kind, qrModulesMost }: Config['display'], web: WebFront): Display {
  if (kind === 'web') return new WebDisplay(web, qrModulesMost);
  if (kind === 'virtual') return new VirtualDisplay();
  return new TerminalDisplay({ output: process.stderr, ...(qrModulesMost === undefined ? {} : { qrModulesMost }) });
}
