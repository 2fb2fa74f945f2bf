// One suite for every scanner driver: what the agent may rely on, whatever hangs on the other end.
import { afterEach, describe, expect, it } from 'vitest';
import type { Scanner } from '../../../drivers/contract/scanner.js';
import { SerialScanner } from '../../../drivers/scanner/serial.js';
import { VirtualScanner } from '../../../drivers/scanner/virtual.js';
import { makePlace } from '../../support/line.js';
import { recorder } from '../../support/recorder.js';
import { sleep, until } from '../../support/wait.js';

type Rig = {
  readonly scanner: Scanner;
  plug(): Promise<void>;
  unplug(): Promise<void>;
  read(code: string, chunks?: readonly number[]): Promise<void>;
  close(): Promise<void>;
};

function serialRig(): Rig {
  const place = makePlace();
  const scanner = new SerialScanner({
    path: place.path,
    baudRate: 115_200,
    retry: { firstMs: 10, maxMs: 40 },
    watchMs: 20,
  });
  return {
    scanner,
    plug: place.plug,
    unplug: place.unplug,
    async read(code, chunks = []) {
      const bytes = Buffer.from(code, 'latin1');
      let at = 0;
      for (const size of [...chunks, bytes.length]) {
        await place.write(bytes.subarray(at, at + size));
        at += size;
        await sleep(5);
      }
    },
    close: place.close,
  };
}

function virtualRig(): Rig {
  const scanner = new VirtualScanner({ state: 'absent' });
  return {
    scanner,
    async plug() {
      scanner.set('opening');
      scanner.set('ready');
    },
    async unplug() {
      scanner.set('absent');
    },
    async read(code, chunks = []) {
      scanner.feed(Buffer.from(code, 'latin1'), { chunks });
    },
    async close() {},
  };
}

const code = '281006020123456789012345\r';

describe.each([
  ['serial, over a real pseudo-terminal', serialRig],
  ['virtual', virtualRig],
])('scanner contract: %s', (_name, makeRig) => {
  let rig: Rig | undefined;
  const setUp = () => {
    rig = makeRig();
    return { ...rig, log: recorder() };
  };
  afterEach(async () => {
    await rig?.scanner.stop();
    await rig?.close();
  });

  it('start resolves at once without a device, says absent, and ready when it comes', async () => {
    const { scanner, plug, log } = setUp();
    await scanner.start(log.handlers);
    await until('absent', () => log.last() === 'absent');
    expect(scanner.state).toBe('absent');
    await plug();
    await until('ready', () => log.last() === 'ready');
    expect(scanner.state).toBe('ready');
    expect(log.states.map((s) => s.state)).toEqual(['absent', 'opening', 'ready']);
  });

  it('delivers the bytes as they come, in order, stamped with monotonic time, and knows no end of a code', async () => {
    const { scanner, plug, read, log } = setUp();
    await plug();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    const before = performance.now();
    await read(code, [3, 10]);
    await until('all bytes', () => log.text() === code);
    const stamps = log.data.map((d) => d.atMs);
    expect(stamps.every((at, i) => at >= (stamps[i - 1] ?? before) && at <= performance.now())).toBe(true);
    expect(log.data.some((d) => d.endOfCode)).toBe(false);
  });

  it('passes every byte value through unchanged', async () => {
    const { scanner, plug, read, log } = setUp();
    await plug();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1');
    await read(all);
    await until('256 bytes', () => log.text().length >= 256);
    expect(log.text()).toBe(all);
  });

  it('goes absent when unplugged and reads again when plugged in', async () => {
    const { scanner, plug, unplug, read, log } = setUp();
    await plug();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    await unplug();
    await until('absent', () => log.last() === 'absent');
    await plug();
    await until('ready again', () => log.last() === 'ready');
    await read(code);
    await until('the code', () => log.text() === code);
  });

  it('says nothing after stop, can be stopped twice, and can be started again', async () => {
    const { scanner, plug, read, log } = setUp();
    await plug();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    await scanner.stop();
    await scanner.stop();
    const said = log.states.length;
    await read(code);
    await sleep(60);
    expect(log.data).toEqual([]);
    expect(log.states.length).toBe(said);
    expect(scanner.state).toBe('absent');

    const second = recorder();
    await scanner.start(second.handlers);
    await until('ready', () => second.last() === 'ready');
    await read('7'.repeat(18));
    await until('the new code only', () => second.text() === '7'.repeat(18));
    expect(log.data).toEqual([]);
  });

  it('refuses a second start', async () => {
    const { scanner, log } = setUp();
    await scanner.start(log.handlers);
    await expect(scanner.start(log.handlers)).rejects.toThrow(/found started, expected stopped/);
  });

  it('never puts a byte of a code into a detail', async () => {
    const { scanner, plug, unplug, read, log } = setUp();
    await plug();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    await read(code);
    await unplug();
    await until('absent', () => log.last() === 'absent');
    expect(JSON.stringify(log.states)).not.toMatch(/\d{3}/);
  });
});
