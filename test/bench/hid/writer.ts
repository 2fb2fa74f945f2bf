// Plays devices, in a process of its own: writes a report that holds the time of its writing into each named pipe in turn.
import { constants, openSync, writeSync } from 'node:fs';

const [, , rounds = '0', ...paths] = process.argv;
const pipes = paths.map((path) => openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
const report = Buffer.alloc(64);

for (let round = 0; round < Number(rounds); round++) {
  for (const pipe of pipes) {
    await new Promise((resolve) => setTimeout(resolve, 5 + (round % 7)));
    report.writeBigInt64LE(process.hrtime.bigint(), 8);
    writeSync(pipe, report);
  }
}
process.exit(0);
