// One suite for every scanner driver: what the agent may rely on, whatever hangs on the other end.
import { afterEach, describe, expect, it } from 'vitest';
import { type Scanner, type ScannerWord, scannerWords } from '../../../drivers/contract/scanner.js';
import type { ProfileName } from '../../../drivers/scanner/profile/profile.js';
import { SerialScanner } from '../../../drivers/scanner/serial.js';
import { VirtualScanner } from '../../../drivers/scanner/virtual.js';
import { makePlace, type Place } from '../../support/line.js';
import { recorder } from '../../support/recorder.js';
import { sleep, until } from '../../support/wait.js';

type Rig = {
  readonly scanner: Scanner;
  plug(): Promise<void>;
  unplug(): Promise<void>;
  read(code: string, chunks?: readonly number[]): Promise<void>;
  /** Which of `enable` and `disable` the device heard last, since it was plugged in; undefined: neither. */
  wanted(): ScannerWord | undefined;
  close(): Promise<void>;
};

/** A device that understands no word. */
const serialRig = (): Rig => ({ ...lineRig('generic', makePlace()), wanted: () => undefined });

/** A Datalogic: it hears `E` and `D`, and says how it is when asked. */
function datalogicRig(): Rig {
  const place = makePlace();
  const rig = lineRig('datalogic', place);
  let heard = '';
  let said: Promise<void> | undefined;
  place.listen((bytes) => {
    heard += Buffer.from(bytes).toString('latin1');
    if (bytes.includes(0x68)) said = place.write('\x01\x02mOK\r\x03\x04').catch(() => undefined);
  });
  return {
    ...rig,
    async plug() {
      heard = '';
      said = undefined;
      await rig.plug();
    },
    async read(...args) {
      // What it answers is full of control characters, as one of the codes here is.
      // One that was stopped asks nothing.
      await until('its answer', () => said !== undefined || rig.scanner.state !== 'ready');
      await said;
      await sleep(20);
      await rig.read(...args);
    },
    wanted: () => ({ E: 'enable', D: 'disable' })[heard.replace(/[^ED]/g, '').at(-1) ?? ''] as ScannerWord | undefined,
  };
}

function lineRig(profile: ProfileName, place: Place): Omit<Rig, 'wanted'> {
  const scanner = new SerialScanner({
    path: place.path,
    profile,
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
  const scanner = new VirtualScanner({ state: 'absent', abilities: new Set(scannerWords) });
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
    wanted: () => scanner.told.findLast((word) => word === 'enable' || word === 'disable'),
    async close() {},
  };
}

const code = '281006020123456789012345\r';

describe.each([
  ['serial, over a real pseudo-terminal', serialRig],
  ['serial, one that is spoken with', datalogicRig],
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

  it('may be told anything at any time: before it is started, absent, ready and stopped', async () => {
    const { scanner, plug, log } = setUp();
    const tellAll = () => scannerWords.forEach((word) => void scanner.tell(word));
    expect(tellAll).not.toThrow();
    await scanner.start(log.handlers);
    await until('absent', () => log.last() === 'absent');
    expect(tellAll).not.toThrow();
    await plug();
    await until('ready', () => log.last() === 'ready');
    expect(tellAll).not.toThrow();
    await scanner.stop();
    expect(tellAll).not.toThrow();
    expect(log.data).toEqual([]);
  });

  it('carries out the newest of enable and disable, also when the device comes or came back', async () => {
    const { scanner, plug, unplug, wanted, log } = setUp();
    const carriesOut = (word: ScannerWord) => (scanner.abilities.has(word) ? word : undefined);
    await scanner.start(log.handlers);
    scanner.tell('disable');
    scanner.tell('enable');
    await plug();
    await until('ready', () => log.last() === 'ready');
    await until('enable', () => wanted() === carriesOut('enable'));
    scanner.tell('disable');
    await until('disable', () => wanted() === carriesOut('disable'));
    await unplug();
    await until('absent', () => log.last() === 'absent');
    await plug();
    await until('ready again', () => log.last() === 'ready');
    await until('disable again', () => wanted() === carriesOut('disable'));
  });

  it('reads a code while it is told to stop, whole', async () => {
    const { scanner, plug, read, log } = setUp();
    await plug();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    const reading = read(code, [3, 10]);
    await until('its beginning', () => log.text().length > 0);
    scanner.tell('good-read');
    scanner.tell('disable');
    await reading;
    await until('the code', () => log.text() === code);
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
