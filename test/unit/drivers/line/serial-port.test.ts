// One opened port and its guards, each against the fault it is for, on real pseudo-terminals.
import { closeSync, existsSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SerialPort } from 'serialport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenPort, openPort, readOn } from '../../../../drivers/line/serial-port.js';
import { makePlace, type Place } from '../../../support/line.js';
import { sleep, until } from '../../../support/wait.js';
import { holdLock } from '../lock-holder.js';

const rate = 115_200;
let place: Place;
let port: OpenPort | undefined;

beforeEach(async () => {
  place = makePlace();
  await place.plug();
});
afterEach(async () => {
  await port?.close('test over');
  port = undefined;
  await place.close();
});

/** Within what the process does on receiving data, the plug is pulled: the next read finds a hung-up line. */
function pullWhileBusy(): void {
  const node = realpathSync(place.path);
  void place.unplugOnly();
  // The event loop does not turn until the line is gone, however slow the machine is; the hang-up follows its node.
  const latest = performance.now() + 5_000;
  while (existsSync(node) && performance.now() < latest);
  const hungUp = performance.now() + 20;
  while (performance.now() < hungUp);
}

describe('a hang-up between two reads', () => {
  it('is never noticed by the pinned library alone: when this fails, the read guard may go', async () => {
    const bare = new SerialPort({ path: place.path, baudRate: rate, autoOpen: false });
    bare.on('error', () => {});
    await new Promise((resolve) => bare.open(resolve));
    let closed = false;
    bare.on('close', () => {
      closed = true;
    });
    const data = new Promise<void>((resolve) =>
      bare.on('data', () => {
        pullWhileBusy();
        resolve();
      }),
    );
    await place.write('281006');
    await data;
    // Waiting costs next to nothing; asking again and again takes all that the machine gives, be it much or little.
    const before = process.cpuUsage();
    const busyMs = () => process.cpuUsage(before).user / 1_000;
    const latest = performance.now() + 5_000;
    while (busyMs() < 200 && !closed && performance.now() < latest) await sleep(50);
    expect({ closed, isOpen: bare.isOpen, spinning: busyMs() >= 200 }).toEqual({
      closed: false,
      isOpen: true,
      spinning: true,
    });
    await new Promise((resolve) => bare.close(resolve));
  });

  it('closes the guarded port at once', async () => {
    let data = 0;
    port = await openPort({ path: place.path, baudRate: rate }, (bytes) => {
      data += bytes.length;
      pullWhileBusy();
    });
    await place.write('281006');
    await until('the data', () => data > 0);
    const why = await Promise.race([port.closed, sleep(1_000)]);
    expect(why).toMatch(/hang-up|bad file descriptor/);
  });
});

it('a read of 0 bytes, though the poller said readable, ends the reading and hands on nothing', async () => {
  const fd = openSync('/dev/null', 'r');
  let asked = 0;
  // Readable for ever: without the guard it would be asked again each time.
  const once = (_: string, heard: (error: Error | null) => void): void => {
    asked += 1;
    if (asked < 50) setImmediate(heard, null);
  };
  const handed: number[] = [];
  const binding = { isOpen: true, fd, poller: { once } } as unknown as Parameters<typeof readOn>[0];
  const end = readOn(binding, (bytes) => void handed.push(bytes.length)).catch((error: Error) => error);
  expect(await Promise.race([end, sleep(1_000)])).toMatchObject({ message: 'hang-up', code: 'EBADF' });
  expect({ asked, handed }).toEqual({ asked: 1, handed: [] });
  closeSync(fd);
});

it('the guard’s library is pinned, because the guard rests on its inside', () => {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  const require = createRequire(import.meta.url);
  const own = read('package.json').dependencies;
  for (const name of ['serialport', '@serialport/bindings-cpp']) {
    expect([name, own[name]]).toEqual([name, '13.0.0']);
    expect([name, read(require.resolve(`${name}/package.json`)).version]).toEqual([name, '13.0.0']);
  }
});

it('says why it closed when the plug is pulled', async () => {
  port = await openPort({ path: place.path, baudRate: rate }, () => {});
  await sleep(20);
  await place.unplug();
  expect(await Promise.race([port.closed, sleep(1_000)])).toMatch(/bad file descriptor|hang-up/i);
});

it('drops what lay in the line before it was opened', async () => {
  await place.write('281006020123456789012345\r');
  let text = '';
  port = await openPort({ path: place.path, baudRate: rate }, (bytes) => {
    text += Buffer.from(bytes).toString('latin1');
  });
  await place.write('7777');
  await until('the new bytes', () => text.length >= 4);
  expect(text).toBe('7777');
});

it('closes during a blocked write, rejects that write, and the process lives', async () => {
  const opened = await openPort({ path: place.path, baudRate: rate }, () => {});
  // Nobody reads at the other end, so the line takes a few KB and then nothing.
  const write = opened.write(Buffer.alloc(256 * 1024)).then(
    () => 'taken',
    (error: Error) => error.message,
  );
  expect(await Promise.race([write, sleep(80)])).toBeUndefined();
  const began = performance.now();
  await opened.close('stopping');
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(await write).toMatch(/Cancel|found closed/);
  expect(await opened.closed).toBe('stopping');
  await opened.close('again');
});

it('refuses a write after it closed', async () => {
  const opened = await openPort({ path: place.path, baudRate: rate }, () => {});
  await opened.write(Buffer.from('ok'));
  await opened.close('stopping');
  await expect(opened.write(Buffer.from('late'))).rejects.toThrow('found closed (stopping), expected open');
});

it('does not open a line that another program holds, and opens it when that ends', async () => {
  const holder = await holdLock(place.path);
  await expect(openPort({ path: place.path, baudRate: rate }, () => {})).rejects.toThrow(/lock/i);
  await holder.end();
  port = await openPort({ path: place.path, baudRate: rate }, () => {});
});

it('names what is wrong with a path that is no line', async () => {
  const file = `${place.path}.txt`;
  await expect(openPort({ path: file, baudRate: rate }, () => {})).rejects.toThrow(/No such file/);
  writeFileSync(file, '');
  await expect(openPort({ path: file, baudRate: rate }, () => {})).rejects.toThrow(
    /Inappropriate ioctl|custom baud rate/,
  );
});
