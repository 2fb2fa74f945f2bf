// A program with one serial scanner, for being killed: says on stdout what the scanner says.
import { SerialScanner } from '../../../../drivers/scanner/serial.js';

const say = (words: object) => process.stdout.write(`${JSON.stringify(words)}\n`);
const scanner = new SerialScanner({ path: process.argv[2] ?? '', baudRate: 115_200 });
await scanner.start({
  onData: ({ bytes }) => say({ data: Buffer.from(bytes).toString('latin1') }),
  onState: (state) => say({ state }),
});
