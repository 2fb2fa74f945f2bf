import type { Scanner } from '../../drivers/contract/scanner.js';
import { SerialScanner, type SerialScannerOptions } from '../../drivers/scanner/serial.js';
import { VirtualScanner } from '../../drivers/scanner/virtual.js';
import type { Config } from '../config/config.js';

type ScannerConfig = Config['scanner'];

export function scannerOf(config: ScannerConfig): Scanner {
  if (config.kind === 'virtual') return new VirtualScanner();
  const { baudRate, profile, commands, probeMs, usbReset } = config;
  return new SerialScanner({ path: placeOf(config), baudRate, profile, commands, probeMs, usbReset });
}

/** Where the scanner is: an identity on the USB comes before a path, which may be another device's after a restart. */
function placeOf({ path, usb, usbSerial, usbPort }: ScannerConfig): SerialScannerOptions['path'] {
  const key = usb !== undefined ? 'usb' : usbSerial !== undefined ? 'usb_serial' : usbPort && 'usb_port';
  if (key)
    throw new Error(`scanner.${key}: found an identity, expected scanner.path: nothing here finds a device by it`);
  if (path === undefined) throw new Error("scanner.path: missing, expected the path of the scanner's serial line");
  return path;
}
