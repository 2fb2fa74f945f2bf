import { AppActuator, type ReportAnswer } from '../drivers/actuator/app.js';
import { VirtualActuator } from '../drivers/actuator/virtual.js';
import { VirtualButtons } from '../drivers/button/virtual.js';
import { WebButtons } from '../drivers/button/web.js';
import type { Actuator, VendResult } from '../drivers/contract/actuator.js';
import type { Buttons } from '../drivers/contract/button.js';
import type { Display } from '../drivers/contract/display.js';
import type { Indicator } from '../drivers/contract/indicator.js';
import type { Scanner } from '../drivers/contract/scanner.js';
import { TerminalDisplay } from '../drivers/display/terminal.js';
import { VirtualDisplay } from '../drivers/display/virtual.js';
import { WebDisplay } from '../drivers/display/web.js';
import { VirtualIndicator } from '../drivers/indicator/virtual.js';
import { WebIndicator } from '../drivers/indicator/web.js';
import { SerialScanner } from '../drivers/scanner/serial.js';
import { VirtualScanner } from '../drivers/scanner/virtual.js';
import { WebFront } from '../drivers/web/front.js';
import type { Config } from './config/config.js';

/** The drivers that the config names, each behind its contract. */
export type Devices = {
  readonly scanner: Scanner;
  readonly display: Display;
  readonly indicator: Indicator;
  readonly actuator: Actuator;
  readonly buttons: Buttons;
  /** Serves the display and the indicator that are pages; absent when neither is. */
  readonly web?: WebFront;
  /** The kiosk app's word on a vend, by order or attempt. */
  readonly report: (id: string, result: VendResult) => ReportAnswer;
};

function scannerOf({ kind, path, baudRate }: Config['scanner']): Scanner {
  if (kind === 'virtual') return new VirtualScanner();
  if (path === undefined) throw new Error("scanner.path: missing, expected the path of the scanner's serial line");
  return new SerialScanner({ path, baudRate });
}

function displayOf({ kind, qrModulesMost }: Config['display'], web: WebFront): Display {
  if (kind === 'web') return new WebDisplay(web, qrModulesMost);
  if (kind === 'virtual') return new VirtualDisplay();
  return new TerminalDisplay({ output: process.stderr, ...(qrModulesMost === undefined ? {} : { qrModulesMost }) });
}

function actuatorOf({ kind, result, delayMs, limitMs }: Config['actuator']): Pick<Devices, 'actuator' | 'report'> {
  if (kind === 'virtual') return { actuator: new VirtualActuator({ result, delayMs }), report: () => 'unknown' };
  const actuator = new AppActuator({ limitMs });
  return { actuator, report: (id, given) => actuator.report(id, given) };
}

export function devicesOf(config: Config): Devices {
  const web = new WebFront({ port: config.web.port });
  const paged = config.display.kind === 'web' || config.indicator.kind === 'web';
  return {
    scanner: scannerOf(config.scanner),
    display: displayOf(config.display, web),
    indicator: config.indicator.kind === 'web' ? new WebIndicator(web) : new VirtualIndicator(),
    // A page shows its own; a kiosk with another display has none that is known here.
    buttons: config.display.kind === 'web' ? new WebButtons(web) : new VirtualButtons(),
    ...actuatorOf(config.actuator),
    ...(paged ? { web } : {}),
  };
}
