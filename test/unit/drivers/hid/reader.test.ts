// The reader's program on named pipes: what it reads comes whole, in order, and it never outlives who wants it.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../drivers/clock.js';
import { DeviceReader, EVIOCGRAB, type ReaderOptions } from '../../../../drivers/hid/reader.js';
import type { OpenPort } from '../../../../drivers/line/serial-port.js';
import { openReader } from '../../../support/open-reader.js';
import { descendants } from '../../../support/processes.js';
import { sleep, until } from '../../../support/wait.js';

let folder: string;
let path: string;
let device: number;
let reader: OpenPort | undefined;
let heard: string[];

const handlers = {
  onReport: (bytes: Uint8Array) => heard.push(Buffer.from(bytes).toString('latin1')),
  onGap: () => heard.push('-'),
  onUnwritten: (why: string) => heard.push(`unwritten: ${why}`),
};
type Options = ReaderOptions & { readonly perl?: string };
const options = (more: Partial<Options> = {}): Options => ({
  ...{ paths: [path], size: 8, gapMs: 60, writes: false, clock: systemClock },
  ...more,
});
const open = async (more: Partial<Options> = {}) => {
  reader = await openReader(options(more), handlers);
  return reader;
};
const send = (text: string) => writeSync(device, Buffer.from(text, 'latin1'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quietzone-reader-'));
  path = join(folder, 'node');
  execFileSync('mkfifo', [path]);
  device = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  heard = [];
});
afterEach(async () => {
  await reader?.close('test is over');
  reader = undefined;
  closeSync(device);
  rmSync(folder, { recursive: true });
  expect(descendants(process.pid).length).toBeLessThanOrEqual(idle);
});
// What the test runner itself has started.
const idle = descendants(process.pid).length;

describe.each([
  ['by Perl', {}],
  ['without Perl', { perl: '/nonexistent/perl' }],
])('%s', (_name, way) => {
  it('gives each report whole and in order, and the silence in its place', async () => {
    await open(way);
    const all = Array.from({ length: 200 }, (_, i) => `report${String.fromCharCode(i, 255 - i)}`);
    for (const report of all) send(report);
    await until('the silence', () => heard.at(-1) === '-');
    send('another1');
    await until('the next silence', () => heard.length === 203);
    expect(heard).toEqual([...all, '-', 'another1', '-']);
  });

  it('drops what comes before the first silence: it may be the rest of a code', async () => {
    send('stale_01');
    const opening = open(way);
    for (let i = 0; i < 5; i++) {
      await sleep(20);
      send('stale_02');
    }
    await opening;
    send('new_code');
    await until('the new one', () => heard.at(-1) === '-');
    expect(heard).toEqual(['new_code', '-']);
  });

  it('a device that never falls silent is not opened', async () => {
    const clock = {
      ...systemClock,
      after: (ms: number, run: () => void) => systemClock.after(ms === 5_000 ? 300 : ms, run),
    };
    const chatter = setInterval(() => send('chatter!'), 10);
    await expect(open({ ...way, clock })).rejects.toThrow(/not silent once in 5000 ms/);
    clearInterval(chatter);
    expect(heard).toEqual([]);
  });

  it("a node that is not there is told in the system's words", async () => {
    await expect(open({ ...way, paths: [join(folder, 'none')] })).rejects.toThrow(/no such file/i);
  });

  it('ends with the device, and says so', async () => {
    const other = join(folder, 'other');
    execFileSync('mkfifo', [other]);
    const plug = openSync(other, constants.O_RDWR | constants.O_NONBLOCK);
    await open({ ...way, paths: [other] });
    writeSync(plug, Buffer.from('the_last'));
    closeSync(plug);
    expect(await reader?.closed).toMatch(/hang-up|reader ended/);
    expect(heard).toEqual(['the_last']);
  });

  it('closes once, at any time, and gives nothing afterwards', async () => {
    const { close, closed } = await open(way);
    await Promise.all([close('first'), close('second')]);
    expect(await closed).toBe('first');
    send('too_late');
    await sleep(50);
    expect(heard).toEqual([]);
  });
});

it('a stalled agent joins and cuts nothing: the silence is measured where the reports are read', async () => {
  await open({ gapMs: 250 });
  const [first, second] = ['first___', 'second__'].map((text) => {
    writeFileSync(join(folder, text), text);
    return join(folder, text);
  }) as [string, string];
  // 50 ms later: the same code. 800 ms later: another one.
  const writes = 'cat "$1" >"$3"; sleep 0.05; cat "$2" >"$3"; sleep 0.75; cat "$2" >"$3"';
  const writer = spawn('sh', ['-c', writes, 'sh', first, second, path]);
  await new Promise((resolve) => writer.once('spawn', resolve));
  const end = performance.now() + 1_000;
  while (performance.now() < end);
  await until('all of it', () => heard.length >= 5);
  expect(heard).toEqual(['first___', 'second__', '-', 'second__', '-']);
});

it('takes no processor time while nothing is read', async () => {
  await open();
  const [pid] = descendants(process.pid).slice(idle);
  const ticks = () =>
    Number(
      execFileSync('sh', ['-c', `cut -d' ' -f14,15 /proc/${pid}/stat | tr ' ' +`])
        .toString()
        .trim()
        .split('+')
        .reduce((sum, n) => sum + Number(n), 0),
    );
  const before = ticks();
  await sleep(1_000);
  expect(ticks() - before).toBeLessThanOrEqual(0);
});

it('writes to the device in order, and tells what it did not take', async () => {
  await open({ writes: true });
  // The pipe gives back what is written to it.
  await reader?.write(Buffer.from('command1'));
  await reader?.write(Buffer.from('command2'));
  await until('both', () => heard.at(-1) === '-');
  expect(heard).toEqual(['command1', 'command2', '-']);
  await reader?.close('done');
  await expect(reader?.write(Buffer.from('command3'))).rejects.toThrow(/found closed/);

  heard = [];
  await open();
  await reader?.write(Buffer.from('command4'));
  await until('the refusal', () => heard.some((line) => /unwritten: .*file/i.test(line)));
});

it('a grab that cannot be had is an error with a remedy, and nothing is read', async () => {
  await expect(open({ grab: EVIOCGRAB })).rejects.toThrow(/grab: .*ioctl.*; remedy: name the device's own node/);
  await expect(open({ grab: EVIOCGRAB, perl: '/nonexistent/perl' })).rejects.toThrow(/no Perl.*apt install perl-base/);
  expect(heard).toEqual([]);
});

it('a program in place of Perl that ends at once is told', async () => {
  await expect(open({ perl: 'false' })).rejects.toThrow(/reader ended \(1\)/);
  await expect(open({ perl: folder })).rejects.toThrow(/EACCES/);
});

it('without Perl nothing is written', async () => {
  await open({ perl: '/nonexistent/perl', writes: true });
  await expect(reader?.write(Buffer.from('command1'))).rejects.toThrow(/no Perl/);
});

describe('one program for many openings', () => {
  let device: DeviceReader;
  const programs = () => descendants(process.pid).slice(idle);
  beforeEach(async () => {
    device = new DeviceReader({ clock: systemClock });
    device.start();
    await until('the program', () => programs().length === 1);
  });
  afterEach(async () => {
    await device.stop();
    expect(programs()).toEqual([]);
  });

  it('a plug, a pull, a node that is not there start no program; the next opening reads its own node alone', async () => {
    const before = programs();
    const first = await device.open(options(), handlers);
    const other = join(folder, 'other');
    execFileSync('mkfifo', [other]);
    const plug = openSync(other, constants.O_RDWR | constants.O_NONBLOCK);
    send('of_first');
    await first.close('pulled');
    heard = [];
    const second = await device.open(options({ paths: [other] }), handlers);
    send('to_first');
    writeSync(plug, Buffer.from('tosecond'));
    await until('the second', () => heard.at(-1) === '-');
    closeSync(plug);
    expect(await second.closed).toMatch(/hang-up/);
    await second.close('gone');
    expect(heard).toEqual(['tosecond', '-']);
    await expect(device.open(options({ grab: EVIOCGRAB }), handlers)).rejects.toThrow(/grab: /);
    heard = [];
    reader = await device.open(options(), handlers);
    send('a_fourth');
    await until('the fourth', () => heard.at(-1) === '-');
    expect(heard).toEqual(['a_fourth', '-']);
    expect(programs()).toEqual(before);
  });

  it('a program that was killed ends what is open, and the next opening starts another', async () => {
    const [before] = programs();
    reader = await device.open(options(), handlers);
    process.kill(before as number, 'SIGKILL');
    expect(await reader.closed).toBe('reader ended (SIGKILL)');
    reader = await device.open(options(), handlers);
    send('anothers');
    await until('it', () => heard.at(-1) === '-');
    expect(heard).toEqual(['anothers', '-']);
    expect(programs()).not.toEqual([before]);
  });

  it('a program that hangs is killed when the node is to be closed', async () => {
    const [before] = programs();
    reader = await device.open(options(), handlers);
    process.kill(before as number, 'SIGSTOP');
    await reader.close('pulled');
    expect(programs()).toEqual([]);
    expect(await reader.closed).toBe('pulled');
  });
});
