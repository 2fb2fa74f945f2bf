import type { Scanner } from '../../drivers/contract/scanner.js';
import { hidKind } from '../../drivers/hid/kind.js';
import { findHid } from '../../drivers/hid/nodes.js';
import { type HidKeyboardOptions, HidKeyboardScanner } from '../../drivers/scanner/hid-keyboard.js';
import { HidPosScanner } from '../../drivers/scanner/hid-pos.js';
import { SerialScanner } from '../../drivers/scanner/serial.js';
import { VirtualScanner } from '../../drivers/scanner/virtual.js';
import type { Config } from '../config/config.js';
import { serialPlaceOf, usbOf } from './usb.js';

type ScannerConfig = Config['scanner'];

/** A typing scanner takes 16 to 20 ms for a character: less silence than this breaks no code, ms. */
const HID_GAP_MS = 100;

/** The keys that stand for the terminators. */
export function endsOf(terminators: ScannerConfig['terminators']): NonNullable<HidKeyboardOptions['ends']> {
  const tab = terminators.includes('tab');
  const enter = terminators.some((name) => name === 'cr' || name === 'lf' || name === 'crlf');
  return [...(enter ? ['enter' as const] : []), ...(tab ? ['tab' as const] : [])];
}

function hidOf(kind: 'hid-pos' | 'hid-keyboard', config: ScannerConfig): Scanner {
  const { path, usb, usbSerial, usbPort, gapMs, terminators, profile, commands } = config;
  const driver = kind === 'hid-pos' ? 'hid-pos' : 'keyboard';
  const fits = (descriptor: Uint8Array) => hidKind(descriptor).kind === driver;
  const byUsb = Object.entries({ usb, usbSerial, usbPort }).filter(([, value]) => value !== undefined);
  const wanted = byUsb.length > 0 ? Object.fromEntries(byUsb) : path === undefined ? {} : { path };
  const options = { find: () => findHid(wanted, fits), gapMs: Math.max(gapMs, HID_GAP_MS) };
  if (kind === 'hid-keyboard') return new HidKeyboardScanner({ ...options, ends: endsOf(terminators) });
  return new HidPosScanner({ ...options, ...(profile === 'honeywell' && commands ? { vendor: 'honeywell' } : {}) });
}

export function scannerOf(config: ScannerConfig): Scanner {
  if (config.kind === 'virtual') return new VirtualScanner();
  if (config.kind !== 'serial') return hidOf(config.kind, config);
  const { baudRate, profile, commands, probeMs, gapMs, usbReset } = config;
  const usb = usbOf(config);
  return new SerialScanner({
    ...{ path: serialPlaceOf('scanner', config), baudRate, profile, commands, probeMs, gapMs, usbReset },
    ...(usb ? { usb } : {}),
  });
}
