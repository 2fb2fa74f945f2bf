// One suite for every scanner driver: what the agent may rely on, whatever hangs on the other end.
import { afterEach, describe, expect, it } from 'vitest';
import { type Scanner, type ScannerWord, scannerWords } from '../../../drivers/contract/scanner.js';
import { HidKeyboardScanner } from '../../../drivers/scanner/hid-keyboard.js';
import { HidPosScanner } from '../../../drivers/scanner/hid-pos.js';
import type { ProfileName } from '../../../drivers/scanner/profile/profile.js';
import { SerialScanner } from '../../../drivers/scanner/serial.js';
import { VirtualScanner } from '../../../drivers/scanner/virtual.js';
import { keyboardDescriptor, posDescriptor } from '../../support/hid-descriptors.js';
import { type HidPlace, makeHidPlace } from '../../support/hid-place.js';
import { posReports, typable, typed, typedEvents } from '../../support/hid-reports.js';
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
  /** It puts each code together and says where it ends. */
  readonly knowsEnd?: true;
  /** It types: no other bytes than these, and Enter ends a code and is no part of it. */
  readonly types?: string;
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

const virtualRig = () => virtualRigOf(new VirtualScanner({ state: 'absent', abilities: new Set(scannerWords) }));

function virtualRigOf(scanner: VirtualScanner): Rig {
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

/** A request that any node takes, in place of the grab, which only an input device knows: a pipe plays it here. */
const FIOCLEX = 0x5451;
const fast = { retry: { firstMs: 10, maxMs: 40 }, watchMs: 20, gapMs: 60 };

const hidRig = (place: HidPlace, scanner: Scanner, send: (code: string) => void, types?: string): Rig => ({
  scanner,
  plug: async () => place.plug(),
  unplug: async () => place.unplug(),
  read: async (code) => send(code),
  wanted: () => undefined,
  close: async () => place.close(),
  knowsEnd: true,
  ...(types === undefined ? {} : { types }),
});

function hidPosRig(): Rig {
  const place = makeHidPlace({ descriptor: posDescriptor });
  const scanner = new HidPosScanner({ ...fast, find: place.find });
  return hidRig(place, scanner, (code) => posReports(code).forEach(place.report));
}

const withEnter = (code: string) => (code.endsWith('\r') ? code : `${code}\r`);

function inhibitedKeyboardRig(): Rig {
  const place = makeHidPlace({ descriptor: keyboardDescriptor, inputs: 1 });
  const scanner = new HidKeyboardScanner({ ...fast, find: place.find });
  return hidRig(place, scanner, (code) => typed(withEnter(code)).forEach(place.report), typable);
}

function grabbedKeyboardRig(): Rig {
  const place = makeHidPlace({ descriptor: keyboardDescriptor, inputs: 1, inhibit: 'missing' });
  const scanner = new HidKeyboardScanner({ ...fast, find: place.find, grab: FIOCLEX });
  return hidRig(place, scanner, (code) => place.events(typedEvents(withEnter(code))), typable);
}

/** A virtual one that plays a device that knows where a code ends. */
function virtualEndingRig(): Rig {
  const scanner = new VirtualScanner({ state: 'absent' });
  return {
    ...virtualRigOf(scanner),
    knowsEnd: true,
    read: async (code) => scanner.feed(Buffer.from(code, 'latin1'), { endOfCode: true }),
  };
}

const code = '281006020123456789012345\r';

describe.each([
  ['serial, over a real pseudo-terminal', serialRig],
  ['serial, one that is spoken with', datalogicRig],
  ['virtual', virtualRig],
  ['HID-POS, over a pipe', hidPosRig],
  ['HID keyboard that the kernel inhibits', inhibitedKeyboardRig],
  ['HID keyboard, grabbed', grabbedKeyboardRig],
  ['virtual, of a device that knows the end of a code', virtualEndingRig],
])('scanner contract: %s', (_name, makeRig) => {
  let rig: Rig | undefined;
  const setUp = () => {
    rig = makeRig();
    return { ...rig, log: recorder() };
  };
  /** What of `sent` is to come. */
  const expected = (sent: string) => (rig?.types ? sent.replace(/\r$/, '') : sent);
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

  it('delivers the bytes as they come, in order, stamped with monotonic time, and with the end of a code where it is known', async () => {
    const { scanner, plug, read, log } = setUp();
    await plug();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    const before = performance.now();
    await read(code, [3, 10]);
    await until('all bytes', () => log.text() === expected(code));
    const stamps = log.data.map((d) => d.atMs);
    expect(stamps.every((at, i) => at >= (stamps[i - 1] ?? before) && at <= performance.now())).toBe(true);
    const ends = log.data.map((d) => d.endOfCode);
    expect(ends).toEqual(ends.map((_, i) => rig?.knowsEnd === true && i === ends.length - 1));
  });

  it('passes every byte value that it can read through unchanged', async () => {
    const { scanner, plug, read, log } = setUp();
    await plug();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    const all = rig?.types ?? Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1');
    await read(all);
    await until('all bytes', () => log.text().length >= all.length);
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
    await until('the code', () => log.text() === expected(code));
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
    await until('the code', () => log.text() === expected(code));
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
