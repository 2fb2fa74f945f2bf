import { SerialScanner } from '../../../drivers/scanner/serial.js';

/**
 * Runs in the guest: one scanner driver on one path, and each thing it says as a line of JSON. The bytes are made up by
 * the test, so they may be printed: `hex`.
 */

const [kind = '', path = ''] = process.argv.slice(2);
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

function scannerOf() {
  const retry = { firstMs: 100, maxMs: 500 };
  if (kind === 'serial') return new SerialScanner({ path, baudRate: 115_200, retry });
  throw new Error(`read: found "${kind}", expected serial`);
}

const scanner = scannerOf();
await scanner.start({
  onData: ({ bytes, endOfCode }) => say({ hex: Buffer.from(bytes).toString('hex'), endOfCode }),
  onState: (state, detail) => say({ state, detail }),
});
process.once('SIGTERM', () => void scanner.stop().then(() => process.exit(0)));
