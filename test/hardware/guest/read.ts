import type { Scanner } from '../../../drivers/contract/scanner.js';
import { hidKind } from '../../../drivers/hid/kind.js';
import { findHid } from '../../../drivers/hid/nodes.js';
import { HidKeyboardScanner } from '../../../drivers/scanner/hid-keyboard.js';
import { HidPosScanner } from '../../../drivers/scanner/hid-pos.js';
import { SerialScanner } from '../../../drivers/scanner/serial.js';

/**
 * Runs in the guest: one scanner driver on one path or USB device, and each thing it says as a line of JSON. The bytes are
 * made up by the test, so they may be printed: `hex`.
 */

const [kind = '', place = ''] = process.argv.slice(2);
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

function scannerOf(): Scanner {
  const retry = { firstMs: 100, maxMs: 500 };
  const finder = (wanted: 'hid-pos' | 'keyboard') => () =>
    findHid({ usb: place }, (descriptor) => hidKind(descriptor).kind === wanted);
  // An emulated machine stops for longer between two reports than a device would.
  const hid = { retry, gapMs: 1_000 };
  if (kind === 'serial') return new SerialScanner({ path: place, baudRate: 115_200, retry });
  if (kind === 'hid-pos') return new HidPosScanner({ ...hid, find: finder('hid-pos') });
  if (kind === 'hid-keyboard') return new HidKeyboardScanner({ ...hid, find: finder('keyboard') });
  throw new Error(`read: found "${kind}", expected serial, hid-pos or hid-keyboard`);
}

const scanner = scannerOf();
await scanner.start({
  onData: ({ bytes, endOfCode }) => say({ hex: Buffer.from(bytes).toString('hex'), endOfCode }),
  onState: (state, detail) => say({ state, detail }),
});
process.once('SIGTERM', () => void scanner.stop().then(() => process.exit(0)));
