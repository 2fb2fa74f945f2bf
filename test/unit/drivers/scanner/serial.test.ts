// The serial driver against a rough world, on real pseudo-terminals. What every scanner promises is in the contract suite.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SerialScanner, type SerialScannerOptions } from '../../../../drivers/scanner/serial.js';
import { makePlace, type Place } from '../../../support/line.js';
import { recorder } from '../../../support/recorder.js';
import { sleep, until } from '../../../support/wait.js';
import { holdLock } from '../lock-holder.js';

let place: Place;
let scanner: SerialScanner;
let log: ReturnType<typeof recorder>;

async function startScanner(options: Partial<SerialScannerOptions> = {}): Promise<void> {
  scanner = new SerialScanner({
    path: place.path,
    baudRate: 115_200,
    retry: { firstMs: 10, maxMs: 40 },
    watchMs: 50,
    ...options,
  });
  await scanner.start(log.handlers);
}

beforeEach(() => {
  place = makePlace();
  log = recorder();
});
afterEach(async () => {
  await scanner?.stop();
  await place.close();
});

const descriptors = () => readdirSync('/proc/self/fd').length;
const code = '281006020123456789012345\r';

it('30 times unplugged with data in flight: comes back every time, nothing left behind', async () => {
  await startScanner();
  let before = 0;
  for (let round = 1; round <= 30; round++) {
    await place.plug();
    await until(`ready in round ${round}`, () => log.times('ready') === round);
    if (round === 3) before = descriptors();
    const written = place.write(code).catch(() => undefined);
    // At once, a turn later, or in the middle of reading.
    if (round % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
    if (round % 3 === 2) await written;
    await place.unplug();
    await written;
    await until(`absent after round ${round}`, () => log.last() === 'absent', 3_000);
  }
  // A stuck port would spin on a core and keep its descriptor.
  const cpu = process.cpuUsage();
  await sleep(200);
  const busy = process.cpuUsage(cpu);
  expect((busy.user + busy.system) / 1_000).toBeLessThan(100);
  expect(descriptors()).toBeLessThanOrEqual(before);
  expect(log.states.filter((s) => s.state === 'ready')).toHaveLength(30);
}, 60_000);

it('opens a device that appears at once, however long the back-off has grown', async () => {
  await startScanner({ retry: { firstMs: 60_000, maxMs: 60_000 }, watchMs: 50 });
  await until('absent', () => log.last() === 'absent');
  await sleep(150);
  const began = performance.now();
  await place.plug();
  await until('ready', () => log.last() === 'ready', 4_000);
  expect(performance.now() - began).toBeLessThan(4_000);
});

it('is dead while another program holds the line, says so once, and is ready when that ends', async () => {
  await place.plug();
  const holder = await holdLock(place.path);
  await startScanner();
  await until('dead', () => log.last() === 'dead');
  await sleep(200);
  expect(log.states.map((s) => s.state)).toEqual(['opening', 'dead']);
  expect(log.states.at(-1)?.detail).toMatch(/lock/i);
  await holder.end();
  await until('ready', () => log.last() === 'ready');
});

it('notices another device in the place of the first, though the first says nothing', async () => {
  await place.plug();
  await startScanner({ watchMs: 20 });
  await until('ready', () => log.last() === 'ready');
  const second = makePlace();
  try {
    await second.plug();
    await place.linkTo(second);
    await until('the change', () => log.states.some((s) => s.detail === 'another device took its place'));
    await until('ready', () => log.times('ready') === 2);
    await second.write(code);
    await until('the code, from the second', () => log.text() === code);
  } finally {
    await scanner.stop();
    await second.close();
  }
});

it('passes 64 KB of garbage through as it came', async () => {
  await place.plug();
  await startScanner();
  await until('ready', () => log.last() === 'ready');
  const garbage = randomBytes(64 * 1024);
  await place.write(garbage);
  await until('all of it', () => log.text().length >= garbage.length);
  expect(Buffer.from(log.text(), 'latin1').equals(garbage)).toBe(true);
  expect(log.last()).toBe('ready');
});

it('starts and stops 40 times, at any moment of opening, and leaves no descriptor', async () => {
  await place.plug();
  await startScanner();
  await until('ready', () => log.last() === 'ready');
  await scanner.stop();
  const before = descriptors();
  for (let i = 0; i < 40; i++) {
    await scanner.start(log.handlers);
    await sleep(i % 8);
    await scanner.stop();
  }
  expect(descriptors()).toBeLessThanOrEqual(before);
  const said = log.states.length;
  await sleep(50);
  expect(log.states.length).toBe(said);
});

describe('the reading program killed with -9', () => {
  // Beside the packages, so that the bundle finds the native one.
  const cache = join('node_modules', '.cache');
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'quietzone-reader-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function run(bundle: string) {
    const lines: { state?: string; data?: string }[] = [];
    const reader = spawn(process.execPath, [bundle, place.path], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = reader;
    let text = '';
    reader.stdout.on('data', (piece) => {
      const parts = (text + String(piece)).split('\n');
      text = parts.pop() ?? '';
      lines.push(...parts.map((p) => JSON.parse(p)));
    });
    const exited = new Promise<void>((resolve) => reader.once('exit', () => resolve()));
    return {
      ready: () => lines.some((l) => l.state === 'ready'),
      text: () => lines.map((l) => l.data ?? '').join(''),
      async kill() {
        reader.kill('SIGKILL');
        await exited;
      },
    };
  }

  it('leaves the line free, and the next one reads the new code and nothing of the old', async () => {
    await place.plug();
    const outfile = join(folder, 'reader.mjs');
    const entryPoints = ['test/unit/drivers/scanner/reader.ts'];
    await build({ entryPoints, outfile, bundle: true, packages: 'external', format: 'esm', platform: 'node' });
    const first = run(outfile);
    await until('ready', first.ready);
    await place.write(code);
    await until('the code', () => first.text() === code);
    await place.write(code.slice(0, 10));
    await first.kill();
    await place.write(code.slice(10));

    const second = run(outfile);
    await until('ready again', second.ready);
    await place.write('130012345678901234\r');
    await until('the new code', () => second.text().endsWith('\r'));
    expect(second.text()).toBe('130012345678901234\r');
    await second.kill();
  });
});
