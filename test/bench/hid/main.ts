// npm run bench:hid. What it measures and how to read it: test/bench/README.md.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../drivers/clock.js';
import { HidPosScanner } from '../../../drivers/scanner/hid-pos.js';
import { posDescriptor } from '../../support/hid-descriptors.js';
import { makeHidPlace } from '../../support/hid-place.js';
import { openReader } from '../../support/open-reader.js';
import { descendants } from '../../support/processes.js';
import { thisMachine } from '../machine.js';
import { median, quantile, ratio, significant } from '../statistics.js';
import { table } from '../table.js';

const ROUNDS = 300;
const IDLE_MS = 20_000;
const NS_PER_MS = 1e6;

type Contender = { readonly name: string; readonly took: number[]; stop(): Promise<void> | void };
type Heard = (report: Uint8Array) => void;

/** A read that never waits, asked again in every turn of the event loop: the fastest, at the price of a core. */
function spinning(path: string, heard: Heard): () => void {
  const node = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(64);
  let going = true;
  const turn = () => {
    try {
      if (readSync(node, buffer) > 0) heard(buffer);
    } catch {
      // EAGAIN: nothing yet.
    }
    if (going) setImmediate(turn);
    else closeSync(node);
  };
  turn();
  return () => {
    going = false;
  };
}

/** What a package with epoll could reach: libuv's own, which takes pipes, though no hidraw node. */
function waiting(path: string, heard: Heard): () => void {
  const socket = new Socket({ fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), readable: true });
  socket.on('data', heard);
  return () => void socket.destroy();
}

async function race(folder: string, spin: boolean): Promise<readonly Contender[]> {
  const contenders: Contender[] = [];
  const add = async (
    name: string,
    begin: (path: string, heard: Heard) => Promise<Contender['stop']> | Contender['stop'],
  ) => {
    const path = join(folder, `${spin}-${contenders.length}`);
    execFileSync('mkfifo', [path]);
    const took: number[] = [];
    const heard: Heard = (report) => {
      const wrote = Buffer.from(report.buffer, report.byteOffset, report.length).readBigInt64LE(8);
      took.push(Number(process.hrtime.bigint() - wrote) / NS_PER_MS);
    };
    contenders.push({ name, took, stop: await begin(path, heard) });
    return path;
  };
  const paths = [
    await add('ours: the reader and its pipe', async (path, onReport) => {
      const handlers = { onReport, onGap: () => undefined, onUnwritten: () => undefined };
      const keep = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
      const options = { paths: [path], size: 64, gapMs: 100, writes: false, clock: systemClock };
      const reader = await openReader(options, handlers);
      return async () => {
        await reader.close('over');
        closeSync(keep);
      };
    }),
    spin ? await add('bare read in every turn', spinning) : await add('bare read when epoll says so', waiting),
  ];
  const writer = spawn(
    process.execPath,
    [fileURLToPath(new URL('./writer.js', import.meta.url)), `${ROUNDS}`, ...paths],
    {
      stdio: 'inherit',
    },
  );
  await new Promise((resolve) => writer.once('exit', resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const { stop } of contenders) await stop();
  return contenders;
}

/** Processor time, ms: of this process to the microsecond, of the reader in clock ticks of 10 ms. */
function busyMs(reader: number | undefined): number {
  const { user, system } = process.cpuUsage();
  const stat = readFileSync(`/proc/${reader}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (user + system) / 1_000 + (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A whole scanner that nobody uses: its share of a core, its program's memory, and the longest turn while it opened. */
async function idle(): Promise<string> {
  const place = makeHidPlace({ descriptor: posDescriptor });
  place.plug();
  const scanner = new HidPosScanner({ find: place.find });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = performance.eventLoopUtilization();
  const spawning = performance.now();
  await new Promise<void>((resolve) => {
    void scanner.start({ onData: () => undefined, onState: (state) => state === 'ready' && resolve() });
  });
  const openMs = performance.now() - spawning;
  const active = performance.eventLoopUtilization(before).active;
  delay.disable();
  const [reader] = descendants(process.pid);
  const began = busyMs(reader);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const share = ((busyMs(reader) - began) / IDLE_MS) * 100;
  const rss = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${reader}/status`, 'utf8'))?.[1];
  await scanner.stop();
  place.close();
  return [
    `idle: ${significant(share)} % of a core, agent and reader together, over ${IDLE_MS / 1_000} s`,
    `the reader holds ${rss} kB`,
    `opening: ${significant(openMs)} ms, of which 100 are the first silence; event loop busy ${significant(active)} ms,`,
    `longest turn ${significant(delay.max / NS_PER_MS)} ms`,
  ].join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'quietzone-bench-'));
const { cpu, cores, node, system, load } = thisMachine();
console.log(`${cpu}, ${cores} cores, ${system}, Node ${node}, load ${load}`);
for (const spin of [false, true]) {
  const contenders = await race(folder, spin);
  const reports = Math.min(...contenders.map(({ took }) => took.length));
  const rows = contenders.map(({ name, took }) => [
    name,
    ...[0.5, 0.95, 0.99].map((at) => quantile(took, at).toFixed(3)),
    significant(median(took) / median(contenders[1]?.took ?? [])).toString(),
  ]);
  console.log(`\nLast byte written to onReport, ms, ${reports} reports each, in turns`);
  console.log(table(['', 'p50', 'p95', 'p99', '× bare'], rows));
  const [ours, bare] = contenders.map(({ took }) => took.slice(0, reports));
  console.log(`median of the ratios by pairs: ${significant(ratio(ours ?? [], bare ?? []))}`);
}
console.log(`\n${await idle()}`);
rmSync(folder, { recursive: true });
