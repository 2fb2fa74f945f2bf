// From a code's last byte to the driver's word of it, beside a bare non-blocking read of the same kind of line, in turns.
import { closeSync, constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { ProfileName } from '../../../drivers/scanner/profile/profile.js';
import { SerialScanner } from '../../../drivers/scanner/serial.js';
import { thisMachine } from '../machine.js';
import { quantile } from '../statistics.js';
import { type Line, openLine } from './line.js';

const LIMIT = 1.3;
const WARM_ROUNDS = 200;
const PAUSE_MS = 4;
const rounds = Number(process.argv.find((flag) => /^--rounds=\d+$/.test(flag))?.slice('--rounds='.length) ?? 2_000);
const code = Buffer.from('281006020123456789012345\r');
/** What a GM65 says to nearly everything. */
const acknowledgement = Buffer.from('02000001003331', 'hex');

type Contender = { readonly name: string; readonly line: Line; read: () => void; stop(): Promise<void> };

/** The clock of `process.hrtime`, which every process of a machine shares. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Calls `whole` when as many bytes as a code has came, less what is no code. */
function counting(whole: () => void): (bytes: Uint8Array) => void {
  let got = 0;
  return (bytes) => {
    got += bytes.length;
    if (got < code.length) return;
    got = 0;
    whole();
  };
}

async function bare(): Promise<Contender> {
  const line = await openLine();
  const fd = openSync(line.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const stream = new ReadStream(fd);
  stream.setRawMode(true);
  const contender: Contender = {
    name: 'bare read',
    line,
    read: () => {},
    async stop() {
      stream.destroy();
      line.close();
      try {
        closeSync(fd);
      } catch {}
    },
  };
  stream.on(
    'data',
    counting(() => contender.read()),
  );
  return contender;
}

async function driver(profile: ProfileName): Promise<Contender> {
  const line = await openLine();
  if (profile === 'gm65') line.answer(acknowledgement);
  const scanner = new SerialScanner({ path: line.path, baudRate: 115_200, profile });
  scanner.tell('enable');
  const contender: Contender = {
    name: `driver, ${profile}`,
    line,
    read: () => {},
    async stop() {
      await scanner.stop();
      line.close();
    },
  };
  const count = counting(() => contender.read());
  await new Promise<void>((ready) => {
    void scanner.start({
      onData: ({ bytes }) => count(bytes),
      onState: (state) => {
        if (state === 'ready') ready();
      },
    });
  });
  return contender;
}

/** ms from right before the write in the other process to the reader's word. */
async function once(contender: Contender): Promise<number> {
  const read = new Promise<number>((resolve) => {
    contender.read = () => resolve(nowMs());
  });
  const [written, seen] = await Promise.all([contender.line.write(code), read]);
  return seen - written;
}

const contenders = [await bare(), await driver('generic'), await driver('gm65')];
await new Promise((resolve) => setTimeout(resolve, 1_500));
const times = contenders.map((): number[] => []);
for (let round = -WARM_ROUNDS; round < rounds; round++) {
  // Another one begins each round.
  for (let turn = 0; turn < contenders.length; turn++) {
    const at = (round + WARM_ROUNDS + turn) % contenders.length;
    const contender = contenders[at];
    if (!contender) continue;
    const ms = await once(contender);
    if (round >= 0) times[at]?.push(ms);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
await Promise.all(contenders.map((contender) => contender.stop()));

const { cpu, cores, node, load } = thisMachine();
process.stdout.write(`${cpu}, ${cores} cores, Node ${node}, load ${load}; ${rounds} codes each, in turns\n`);
const floor = quantile(times[0] ?? [], 0.5);
let kept = true;
contenders.forEach(({ name }, at) => {
  const all = times[at] ?? [];
  const p50 = quantile(all, 0.5);
  const ratio = p50 / floor;
  if (ratio > LIMIT) kept = false;
  const p95 = quantile(all, 0.95);
  process.stdout.write(
    `${name.padEnd(16)} p50 ${p50.toFixed(3)} ms  p95 ${p95.toFixed(3)} ms  p50 × bare ${ratio.toFixed(2)}\n`,
  );
});
process.stdout.write(kept ? `limit: p50 ≤ ${LIMIT} × bare: holds\n` : `limit: p50 ≤ ${LIMIT} × bare: does not hold\n`);
process.exitCode = kept ? 0 : 1;
