import type { Scanner } from '../../drivers/contract/scanner.js';
import { hidKind } from '../../drivers/hid/kind.js';
import { findHid } from '../../drivers/hid/nodes.js';
import { type HidKeyboardOptions, HidKeyboardScanner } from '../../drivers/scanner/hid-keyboard.js';
import { HidPosScanner } from '../../drivers/scanner/hid-pos.js';
import { SerialScanner } from '../../drivers/scanner/serial.js';
import { VirtualScanner } from '../../drivers/scanner/virtual.js';
import type { Config } from '../config/config.js';

/** A typing scanner takes 16 to 20 ms for a character: less silence than this breaks no code, ms. */
const HID_GAP_MS = 100;

/** The keys that stand for the terminators. */
export function endsOf(terminators: Config['scanner']['terminators']): NonNullable<HidKeyboardOptions['ends']> {
  const tab = terminators.includes('tab');
  const enter = terminators.some((name) => name === 'cr' || name === 'lf' || name === 'crlf');
  return [...(enter ? ['enter' as const] : []), ...(tab ? ['tab' as const] : [])];
}

function hidOf(kind: 'hid-pos' | 'hid-keyboard', { path, gapMs, terminators }: Config['scanner']): Scanner {
  const driver = kind === 'hid-pos' ? 'hid-pos' : 'keyboard';
  const fits = (descriptor: Uint8Array) => hidKind(descriptor).kind === driver;
  const find = () => findHid({ ...(path === undefined ? {} : { path }) }, fits);
  const options = { find, gapMs: Math.max(gapMs, HID_GAP_MS) };
  return kind === 'hid-pos'
    ? new HidPosScanner(options)
    : new HidKeyboardScanner({ ...options, ends: endsOf(terminators) });
}

export function scannerOf(config: Config['scanner']): Scanner {
  const { kind, path, baudRate } = config;
  if (kind === 'virtual') return new VirtualScanner();
  if (kind !== 'serial') return hidOf(kind, config);
  if (path === undefined) throw new Error("scanner.path: missing, expected the path of the scanner's serial line");
  return new SerialScanner({ path, baudRate });
}
