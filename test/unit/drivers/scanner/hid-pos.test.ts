// HID-POS against a rough world. What every scanner promises is in the contract suite.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../drivers/clock.js';
import { type HidPosOptions, HidPosScanner } from '../../../../drivers/scanner/hid-pos.js';
import { keyboardDescriptor, labPosDescriptor, posDescriptor } from '../../../support/hid-descriptors.js';
import { type HidPlace, makeHidPlace } from '../../../support/hid-place.js';
import { posReports } from '../../../support/hid-reports.js';
import { openReader } from '../../../support/open-reader.js';
import { alive, descendants } from '../../../support/processes.js';
import { recorder } from '../../../support/recorder.js';
import { sleep, until } from '../../../support/wait.js';

let place: HidPlace;
let scanner: HidPosScanner;
let log: ReturnType<typeof recorder>;

const make = (options: Partial<HidPosOptions> = {}) => {
  scanner = new HidPosScanner({
    find: place.find,
    retry: { firstMs: 10, maxMs: 40 },
    watchMs: 20,
    gapMs: 60,
    ...options,
  });
  return scanner;
};
async function ready(options: Partial<HidPosOptions> = {}): Promise<void> {
  place.plug();
  await make(options).start(log.handlers);
  await until('ready', () => log.last() === 'ready');
}
const send = (code: string, aim?: string) => posReports(code, aim).forEach(place.report);
const details = () => log.states.map((s) => s.detail);

beforeEach(() => {
  place = makeHidPlace({ descriptor: posDescriptor });
  log = recorder();
});
afterEach(async () => {
  await scanner?.stop();
  place.close();
});

it('joins codes of every length over reports, whole and apart, none with its AIM identifier', async () => {
  await ready();
  const codes = [1, 55, 56, 57, 111, 112, 113, 512, 4_296].map((length) =>
    randomBytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length),
  );
  for (const code of codes) send(code, ']Q3');
  await until('all of them', () => log.data.length === codes.length);
  expect(log.data.map((d) => Buffer.from(d.bytes).toString())).toEqual(codes);
  expect(log.data.every((d) => d.endOfCode)).toBe(true);
  expect(scanner.dropped).toEqual({ incomplete: 0, invalid: 0, 'too-long': 0 });
});

it("reads the form of the lab's gadget too", async () => {
  place.close();
  place = makeHidPlace({ descriptor: labPosDescriptor });
  await ready();
  send('7'.repeat(100));
  await until('the code', () => log.text() === '7'.repeat(100));
});

it('a code whose end is lost is dropped and counted, and never joined with the next one', async () => {
  await ready();
  const [first] = posReports('1'.repeat(100));
  place.report(first as Buffer);
  await until('the drop', () => scanner.dropped.incomplete === 1);
  // Sooner it would be the rest of the first.
  await sleep(500);
  send('2'.repeat(100));
  await until('the next', () => log.data.length === 1);
  expect(log.text()).toBe('2'.repeat(100));
  expect(details().at(-1)).toBe('a code was dropped: its end did not come (1 since the start)');
  expect(log.last()).toBe('ready');
});

it('drops what is malformed whole, and says no byte of it', async () => {
  await ready();
  const bad = posReports('3'.repeat(100));
  (bad[1] as Buffer)[1] = 57;
  bad.forEach(place.report);
  await until('the drop', () => scanner.dropped.invalid === 1);
  send('4'.repeat(4_401));
  await until('the other drop', () => scanner.dropped['too-long'] === 1);
  // Of another number: not a scan.
  place.report(Buffer.from(posReports('5')[0] as Buffer).fill(9, 0, 1));
  send('');
  send('6');
  await until('the good one', () => log.data.length === 1);
  expect(log.text()).toBe('6');
  expect(details().join()).not.toMatch(/3{3}|4{3}/);
});

it('25 times unplugged with a code in flight: comes back every time, nothing joined, nothing left behind', async () => {
  make();
  const before = descendants(process.pid).length;
  await scanner.start(log.handlers);
  let held = 0;
  for (let round = 1; round <= 25; round++) {
    place.plug();
    await until(`ready in round ${round}`, () => log.last() === 'ready');
    if (round === 3) held = readdirSync('/proc/self/fd').length;
    place.report(posReports('8'.repeat(100))[0] as Buffer);
    await sleep(round % 3);
    place.unplug();
    await until(`absent after round ${round}`, () => log.last() === 'absent');
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(held);
  // What was in flight is no part of what comes next.
  place.plug();
  await until('ready at last', () => log.last() === 'ready');
  send('9'.repeat(70));
  await until('the next code', () => log.data.length === 1);
  expect(log.text()).toBe('9'.repeat(70));
  await scanner.stop();
  expect(descendants(process.pid).length).toBe(before);
}, 60_000);

it('stops at once, also in the middle of an opening that may never end', async () => {
  place.plug();
  make();
  const chatter = setInterval(() => send('1'), 10);
  await scanner.start(log.handlers);
  await until('opening', () => log.last() === 'opening');
  await sleep(200);
  const began = performance.now();
  await scanner.stop();
  clearInterval(chatter);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(log.states.map((s) => s.state)).toEqual(['opening']);
  const stopped = AbortSignal.abort();
  const options = { paths: [`${place.roots.devRoot}/hidraw0`], size: 64, gapMs: 60, writes: false, clock: systemClock };
  const handlers = { onReport: () => undefined, onGap: () => undefined, onUnwritten: () => undefined };
  await expect(openReader({ ...options, stop: stopped }, handlers)).rejects.toThrow('stopping');
});

it('is dead with the remedy while it is in keyboard mode, and ready when its mode was changed', async () => {
  const other = makeHidPlace({ descriptor: keyboardDescriptor });
  other.plug();
  let find = other.find;
  make({ find: () => find() });
  await scanner.start(log.handlers);
  await until('dead', () => log.last() === 'dead');
  expect(details().at(-1)).toMatch(/it is a keyboard; remedy: scan the programming code "USB HID POS"/);
  place.plug();
  find = place.find;
  await until('ready', () => log.last() === 'ready');
  other.close();
});

it.each<[string, () => Promise<never | object>, RegExp]>([
  ['what looking for it says', () => Promise.reject(new Error('two devices fit')), /^two devices fit$/],
  [
    'a malformed descriptor',
    async () => ({ ...(await place.find()), descriptor: Uint8Array.of(0xc0) }),
    /report descriptor, byte 0/,
  ],
  ['a descriptor that cannot be read', async () => ({ hidraw: place.folder, inputs: [] }), /cannot be read/],
  ['a mouse', async () => ({ ...(await place.find()), descriptor: Uint8Array.of(0x05, 0x01) }), /neither/],
])('is dead, and says why: %s', async (_name, find, words) => {
  place.plug();
  make({ find: find as HidPosOptions['find'] });
  await scanner.start(log.handlers);
  await until('dead', () => log.last() === 'dead');
  expect(details().at(-1)).toMatch(words);
});

describe('telling it', () => {
  /** In place of the reader: it opens and closes everything, and does this with each `$order` to write. */
  function reading(name: string, does: string): string {
    const program = join(place.folder, name);
    const lines = [
      '#!/usr/bin/perl',
      'while (sysread(STDIN, my $order, 3) == 3) {',
      "  my ($letter, $length) = unpack 'an', $order;",
      '  while ($length > 0) { $length -= sysread(STDIN, $order, $length, length $order) || exit }',
      '  if ($letter eq "O") { syswrite(STDOUT, "O\\0\\0R\\0\\1\\x18G\\0\\0") }',
      '  elsif ($letter eq "C") { syswrite(STDOUT, "C\\0\\0") }',
      `  else { ${does} }`,
      '}',
    ];
    writeFileSync(program, lines.join('\n'));
    chmodSync(program, 0o755);
    return program;
  }
  /** A program in Perl's place that reads nothing and writes down what it is told. */
  function listener(): { perl: string; told: () => string } {
    const told = join(place.folder, 'told');
    const perl = reading('listener', `open(my $told, '>>', '${told}'); syswrite($told, $order)`);
    return { perl, told: () => (existsSync(told) ? readFileSync(told).toString('hex') : '') };
  }
  const report = (...bytes: readonly number[]) =>
    `570040${Buffer.concat([Buffer.from(bytes), Buffer.alloc(64 - bytes.length)]).toString('hex')}`;

  it("Honeywell's: trigger, its end and beep as reports FD; the newest wish again after it came back", async () => {
    const { perl, told } = listener();
    place.plug();
    make({ perl, vendor: 'honeywell' });
    expect([...scanner.abilities].sort()).toEqual(['disable', 'enable', 'good-read']);
    scanner.tell('disable');
    scanner.tell('enable');
    scanner.tell('bad-read');
    await scanner.start(log.handlers);
    const trigger = report(0xfd, 3, 0x16, 0x54, 0x0d);
    await until('the trigger', () => told() === trigger);
    await until('ready', () => log.last() === 'ready');
    scanner.tell('good-read');
    scanner.tell('disable');
    const since = trigger + report(0xfd, 3, 0x16, 0x07, 0x0d) + report(0xfd, 3, 0x16, 0x55, 0x0d);
    await until('beep and end', () => told() === since);
    place.unplug();
    await until('absent', () => log.last() === 'absent');
    scanner.tell('good-read');
    scanner.tell('enable');
    place.plug();
    await until('the wish again', () => told() === since + trigger);
  });

  it("one that is not Honeywell's, or has no such report, is told nothing", async () => {
    const { perl, told } = listener();
    await ready({ perl });
    expect(scanner.abilities.size).toBe(0);
    scanner.tell('enable');
    await scanner.stop();
    place.close();
    place = makeHidPlace({ descriptor: labPosDescriptor });
    log = recorder();
    await ready({ perl, vendor: 'honeywell' });
    scanner.tell('enable');
    await sleep(50);
    expect(told()).toBe('');
  });

  it('what it did not take is a detail of ready', async () => {
    // The pipe is opened for reading and writing, as a real node is, and gives back what it was told.
    await ready({ vendor: 'honeywell' });
    scanner.tell('good-read');
    await sleep(100);
    expect(log.data).toEqual([]);
    const late = reading('late', `syswrite(STDOUT, "W\\0\\4EPIP")`);
    await scanner.stop();
    log = recorder();
    make({ perl: late, vendor: 'honeywell' });
    await scanner.start(log.handlers);
    await until('ready anew', () => log.last() === 'ready');
    scanner.tell('good-read');
    await until('the detail', () => details().includes('it did not take what it was told: EPIP'));
    expect(log.last()).toBe('ready');
  });
});

describe('the agent killed with -9', () => {
  const cache = join('node_modules', '.cache');
  let folder: string;
  let agent: ChildProcess | undefined;
  beforeEach(() => {
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'quietzone-hid-'));
  });
  afterEach(() => {
    agent?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([['perl'], ['/nonexistent/perl']])('takes its reader along (%s)', async (perl) => {
    place.plug();
    const outfile = join(folder, 'reader.mjs');
    const entryPoints = ['test/unit/drivers/scanner/hid-reader.ts'];
    await build({ entryPoints, outfile, bundle: true, packages: 'external', format: 'esm', platform: 'node' });
    const child = spawn(process.execPath, [outfile, join(place.roots.devRoot, 'hidraw0'), place.folder, perl], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    agent = child;
    let said = '';
    child.stdout.on('data', (piece) => {
      said += String(piece);
    });
    await until('ready', () => said.includes('ready'));
    const readers = descendants(child.pid ?? 0);
    expect(alive(readers).length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await until('the end of the reader', () => alive(readers).length === 0);
  });
});
