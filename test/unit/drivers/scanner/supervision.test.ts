// A scanner that is asked whether it lives, over a line that does as it is told and a clock that the test holds.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profiles } from '../../../../drivers/scanner/profile/profiles.js';
import { SerialScanner, type SerialScannerOptions } from '../../../../drivers/scanner/serial.js';
import { Session } from '../../../../drivers/scanner/session.js';
import { recorder } from '../../../support/recorder.js';
import { ScriptedPort } from '../../../support/scripted-port.js';
import { bytesOf } from '../../../support/transcript.js';
import { sleep } from '../../../support/wait.js';
import { fakeClock } from '../clock.js';

const code = '281006020123456789012345\r';
/** To its one question, as Honeywell answers it. */
const answer = bytesOf('"CBRENA1" 06 "."');
const question = bytesOf('16 "M" 0D "CBRENA?."').toString('latin1');

let wire: ScriptedPort;
let clock: ReturnType<typeof fakeClock>;
let log: ReturnType<typeof recorder>;
let scanner: SerialScanner;
/** Whether the device answers what it is asked. */
let alive: boolean;

beforeEach(() => {
  wire = new ScriptedPort();
  clock = fakeClock();
  log = recorder();
  alive = true;
});
afterEach(async () => {
  await scanner.stop();
  expect(clock.waiting()).toBe(0);
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
const asked = () => wire.written().toString('latin1').split(question).length - 1;

/** Lets time pass; the device answers each question at once, if it lives. */
async function pass(ms: number): Promise<void> {
  let before = asked();
  for (let gone = 0; gone < ms; gone += 50) {
    clock.pass(50);
    await turn();
    if (asked() < before) before = 0;
    for (; before < asked(); before++) if (alive) await wire.send(answer);
    await turn();
  }
}

async function start(options: Partial<SerialScannerOptions> = {}): Promise<void> {
  scanner = new SerialScanner({
    path: wire.path,
    baudRate: 9_600,
    clock,
    port: wire.port,
    profile: 'honeywell',
    retry: { random: () => 0 },
    ...options,
  });
  await scanner.start(log.handlers);
  await turn();
}

const states = () => log.states.map((s) => s.state);

describe('one that can be asked', () => {
  it('is asked at its opening and then every 10 s of silence, and nothing more is said while it answers', async () => {
    await wire.plug();
    await start();
    await pass(60_500);
    expect(asked()).toBe(7);
    expect(states()).toEqual(['opening', 'ready']);
  });

  it('is not asked while it reads codes', async () => {
    await wire.plug();
    await start();
    await pass(1_000);
    for (let i = 0; i < 12; i++) {
      await wire.send(Buffer.from(code));
      await pass(5_000);
    }
    expect(asked()).toBe(1);
    expect(log.text()).toBe(code.repeat(12));
  });

  it('is suspect after one question without an answer, dead after three', async () => {
    await wire.plug();
    await start();
    await pass(1_000);
    alive = false;
    await pass(11_000);
    expect(states().slice(2)).toEqual(['suspect']);
    await pass(6_000);
    expect(states().slice(2)).toEqual(['suspect', 'dead']);
    expect(log.states.at(-1)?.detail).toBe('it does not answer');
  });

  it('that was suspect is ready again with its next answer, or its next code', async () => {
    await wire.plug();
    await start();
    await pass(1_000);
    alive = false;
    await pass(11_000);
    await wire.send(Buffer.from(code));
    expect(states().slice(2)).toEqual(['suspect', 'ready']);
    await pass(11_500);
    alive = true;
    await pass(3_000);
    expect(states().slice(4)).toEqual(['suspect', 'ready']);
    expect(log.text()).toBe(code);
  });

  it('an answer that comes late is no code, and a sign of life', async () => {
    await wire.plug();
    alive = false;
    await start();
    await pass(1_100);
    expect(states()).toEqual(['opening', 'ready', 'suspect']);
    await wire.send(answer);
    expect([states().at(-1), log.text()]).toEqual(['ready', '']);
  });

  it('once dead is opened again for ever, at most 30 s apart, and stays dead until it says something', async () => {
    await wire.plug();
    alive = false;
    await start();
    await pass(10_000);
    expect(states()).toEqual(['opening', 'ready', 'suspect', 'dead']);
    const before = wire.openings;
    await pass(300_000);
    expect(wire.openings - before).toBeGreaterThanOrEqual(9);
    expect(wire.openings - before).toBeLessThanOrEqual(16);
    expect(states()).toHaveLength(4);
    alive = true;
    await pass(31_500);
    expect(states().at(-1)).toBe('ready');
    await wire.send(Buffer.from(code));
    expect(log.text()).toBe(code);
  });

  it('is told again what was wanted, and set up again, at each opening', async () => {
    await wire.plug();
    await start({ profile: 'gm65' });
    scanner.tell('enable');
    await turn();
    const setUp = wire.written().toString('hex');
    expect(setUp).toMatch(/^7e000701000301/);
    await wire.disconnect('vanish');
    await pass(500);
    await wire.plug();
    await pass(300);
    expect(wire.written().toString('hex').slice(0, 18)).toBe(setUp.slice(0, 18));
    // It is silent, so that each question is given up and the next one asked.
    await pass(1_500);
    expect(wire.written().toString('hex')).toMatch(/7e00080100020102da$/);
  });
});

describe('the way back', () => {
  it('every second time the USB is reset, and what came of it is said', async () => {
    await wire.plug();
    alive = false;
    await start({ usbReset: true, sysRoot: '/nowhere' });
    for (let gone = 0; gone < 20_000 && log.states.length < 4; gone += 50) await pass(50);
    // Looking for the USB device takes real time, which the clock in hand does not know.
    for (let gone = 0; gone < 20_000 && log.states.length < 5; gone += 50) {
      await pass(50);
      await sleep(1);
    }
    // Opened again first: the gentler help.
    expect(wire.openings).toBe(2);
    await pass(60_000);
    expect(states().slice(0, 4)).toEqual(['opening', 'ready', 'suspect', 'dead']);
    expect(log.states[4]).toEqual({ state: 'dead', detail: 'it does not answer; USB device not reset (ENOENT)' });
    expect(states().filter((state) => state !== 'dead')).toHaveLength(3);
  });

  it('one that vanishes while dead is absent, and what comes in its place is ready when it answers', async () => {
    await wire.plug();
    alive = false;
    await start();
    await pass(10_000);
    await wire.disconnect('vanish');
    await pass(30_500);
    expect(states().at(-1)).toBe('absent');
    await wire.plug();
    await pass(300);
    expect(states().at(-1)).toBe('dead');
    alive = true;
    await pass(31_500);
    expect(states().at(-1)).toBe('ready');
  });
});

describe('a rough line', () => {
  it.each([
    ['eof', 'dead', 'hang-up'],
    ['eio', 'dead', 'i/o error, read'],
    ['vanish', 'absent', 'bad file descriptor'],
  ] as const)('%s: %s, in the system’s words, and back', async (how, state, detail) => {
    await wire.plug();
    await start();
    await pass(1_000);
    await wire.disconnect(how);
    await turn();
    expect(log.states.at(-1)).toEqual({ state, detail });
    await wire.plug();
    await pass(1_500);
    expect(states().at(-1)).toBe('ready');
  });

  it('busy: dead while another holds it, then back', async () => {
    await wire.plug();
    await start();
    await wire.disconnect('busy');
    await pass(5_000);
    expect(log.states.at(-1)).toEqual({ state: 'dead', detail: 'Cannot lock port' });
    await wire.plug();
    await pass(1_000);
    expect(states().at(-1)).toBe('ready');
  });

  it('a line that takes no words is as good as silent: suspect, then dead', async () => {
    await wire.plug();
    wire.taking = 'never';
    await start();
    scanner.tell('enable');
    await pass(60_000);
    expect(states().slice(0, 4)).toEqual(['opening', 'ready', 'suspect', 'dead']);
  });

  it('failing writes end nothing but themselves: codes are read, and silence is noticed', async () => {
    await wire.plug();
    wire.taking = 'failing';
    await start();
    scanner.tell('enable');
    await pass(500);
    await wire.send(Buffer.from(code));
    expect(log.text()).toBe(code);
    await pass(60_000);
    expect(states()).toContain('dead');
  });

  it('slow writes are waited for, one command at a time', async () => {
    await wire.plug();
    wire.taking = 'slowly';
    await start({ profile: 'datalogic' });
    for (const word of ['enable', 'good-read', 'bad-read'] as const) scanner.tell(word);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(wire.written().toString('latin1')).toMatch(/^h?EBFE$/);
  });

  it('a hundred words on a line that takes none: the newest of enable and disable, one of each feedback', async () => {
    await wire.plug();
    wire.taking = 'slowly';
    await start({ profile: 'datalogic' });
    for (let i = 0; i < 50; i++) for (const word of ['enable', 'good-read', 'disable'] as const) scanner.tell(word);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(wire.written().toString('latin1')).toMatch(/^E?h?BD$/);
  });
});

describe('what it is told', () => {
  it('before it is there counts when it comes', async () => {
    await start({ profile: 'datalogic' });
    scanner.tell('disable');
    scanner.tell('enable');
    await wire.plug();
    await pass(300);
    expect(wire.written().toString('latin1')).toBe('Eh');
  });

  it('is nothing without commands; it is asked all the same', async () => {
    await wire.plug();
    await start({ profile: 'datalogic', commands: false });
    expect([...scanner.abilities]).toEqual(['probe']);
    scanner.tell('enable');
    scanner.tell('bad-read');
    await pass(300);
    expect(wire.written().toString('latin1')).toBe('h');
  });

  it('is nothing where nothing is understood, and then only its node is watched', async () => {
    await wire.plug();
    await start({ profile: 'generic' });
    scanner.tell('enable');
    await pass(120_000);
    expect([wire.written().length, scanner.abilities.size, states()]).toEqual([0, 0, ['opening', 'ready']]);
  });

  it('the trigger is pulled again after a read and after its own time, while codes are wanted', async () => {
    await wire.plug();
    await start({ profile: 'opticon' });
    const triggers = () => wire.written().toString('latin1').split('\x1bZ\r').length - 1;
    scanner.tell('enable');
    await pass(200);
    expect(triggers()).toBe(1);
    await wire.send(Buffer.from(code));
    await pass(200);
    expect(triggers()).toBe(1);
    await pass(200);
    expect(triggers()).toBe(2);
    await pass(5_200);
    expect(triggers()).toBe(3);
    scanner.tell('disable');
    await pass(20_000);
    expect(triggers()).toBe(3);
    expect(wire.written().toString('latin1').endsWith('\x1bY\r')).toBe(true);
  });

  it('a code that ends like the beginning of an answer is delivered 30 ms later, with its own time', async () => {
    await wire.plug();
    alive = false;
    await start();
    clock.pass(5);
    await turn();
    expect(asked()).toBe(1);
    await wire.send(Buffer.from('2810CBR'));
    expect(log.text()).toBe('2810');
    clock.pass(30);
    expect(log.text()).toBe('2810CBR');
    expect(log.data.map((d) => d.atMs)).toEqual([5, 5]);
  });
});

describe('found by another mark than its path', () => {
  it('is looked for at each opening, also when that fails, and where it is then', async () => {
    let at: string | undefined;
    let looked = 0;
    const find = async () => {
      looked += 1;
      if (looked === 1) throw new Error('no such folder');
      return at;
    };
    const opened: string[] = [];
    const port = {
      identify: wire.port.identify,
      open: (line: { path: string }, onBytes: (bytes: Uint8Array) => void) => {
        opened.push(line.path);
        return wire.port.open(line, onBytes);
      },
    };
    await start({ path: find, port, profile: 'generic' });
    await pass(1_000);
    expect(states()).toEqual(['absent']);
    at = '/dev/ttyACM0';
    await wire.plug();
    await pass(300);
    const found = looked;
    await pass(10_000);
    expect(looked).toBe(found);
    await wire.disconnect('vanish');
    at = '/dev/ttyACM1';
    await wire.plug();
    await pass(1_000);
    expect(opened).toEqual(['/dev/ttyACM0', '/dev/ttyACM1']);
  });
});

it('a session that is closed says and does nothing more', () => {
  scanner = new SerialScanner({ path: wire.path, baudRate: 9_600 });
  const data: string[] = [];
  const session = new Session({
    profile: profiles.gm65,
    clock,
    commands: true,
    probeMs: 1_000,
    gapMs: 50,
    wanted: undefined,
    onData: ({ bytes }) => data.push(Buffer.from(bytes).toString()),
    onHeard: () => {},
    onMissed: () => data.push('missed'),
  });
  session.open((bytes) => wire.send(bytes));
  session.close();
  session.receive(Buffer.from(code), 0);
  clock.pass(10_000);
  expect(data).toEqual([]);
});
