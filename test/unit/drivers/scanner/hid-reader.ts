// A program with one HID-POS scanner, for being killed: says on stdout how the scanner is.
import { join } from 'node:path';
import { findHid } from '../../../../drivers/hid/nodes.js';
import { HidPosScanner } from '../../../../drivers/scanner/hid-pos.js';

const [, , path = '', folder = '', perl = ''] = process.argv;
const roots = { sysRoot: join(folder, 'sys'), devRoot: join(folder, 'dev') };
const scanner = new HidPosScanner({ find: () => findHid({ path }, () => true, roots), perl });
await scanner.start({
  onData: () => undefined,
  onState: (state) => process.stdout.write(`${state}\n`),
});
