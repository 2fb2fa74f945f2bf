import type { Scanner } from '../../drivers/contract/scanner.js';
import { SerialScanner } from '../../drivers/scanner/serial.js';
import { VirtualScanner } from '../../drivers/scanner/virtual.js';
import type { Config } from '../config/config.js';

export function scannerOf({ kind, path, baudRate }: Config['scanner']): Scanner {
  if (kind === 'virtual') return new VirtualScanner();
  if (path === undefined) throw new Error("scanner.path: missing, expected the path of the scanner's serial line");
  return new SerialScanner({ path, baudRate });
}
