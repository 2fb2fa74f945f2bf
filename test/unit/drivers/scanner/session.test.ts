// Answers that come late, or not at all, while codes are read: neither a setting nor a code is bent by them.
import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { Framer, framingProfile } from '../../../../agent/decode/framer.js';
import { crc16, gm65, readZone, writeZone } from '../../../../drivers/scanner/profile/gm65.js';
import { honeywell } from '../../../../drivers/scanner/profile/honeywell.js';
import type { Profile } from '../../../../drivers/scanner/profile/profile.js';
import { SerialScanner } from '../../../../drivers/scanner/serial.js';
import { Session, type SessionParts } from '../../../../drivers/scanner/session.js';
import { ScriptedPort } from '../../../support/scripted-port.js';
import { fakeClock } from '../clock.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

let clock: ReturnType<typeof fakeClock>;
let sent: string[];
let session: Session | undefined;
beforeEach(() => {
  clock = fakeClock();
  sent = [];
});
afterEach(() => session?.close());

async function open(profile: Profile, onData: SessionParts['onData'] = () => {}, gapMs = 50) {
  const made = new Session({
    ...{ profile, clock, commands: true, probeMs: 60_000, gapMs, wanted: undefined },
    ...{ onData, onHeard() {}, onMissed() {} },
  });
  session = made;
  made.open(async (bytes) => void sent.push(hex(bytes)));
  await turn();
  return made;
}

/** Lets time pass as a machine that is not busy would. */
async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 10) {
    clock.pass(10);
    await turn();
  }
}

function zoneAnswer(value: number): Uint8Array {
  const body = Uint8Array.of(0x00, 0x01, value);
  const crc = crc16(body);
  return Uint8Array.of(0x02, 0x00, ...body, crc >> 8, crc & 0xff);
}

it('the late answer to one question does not set what the next one asked about; later all is asked anew', async () => {
  const scanner = await open(gm65);
  const [setup, mode] = [hex(readZone(3).bytes), hex(readZone(0).bytes)];
  expect(sent).toEqual([setup]);
  await pass(600);
  // Light, aim and all else of zone 0 would be switched off by it.
  scanner.receive(zoneAnswer(0x00), clock.now());
  await pass(1_000);
  expect(sent.filter((command) => command.startsWith('7e0008'))).toEqual([]);
  const asked = () => sent.filter((command) => command === setup).length;
  for (let i = 0; i < 1_000 && asked() < 2; i++) await pass(10);
  expect(asked()).toBe(2);
  scanner.receive(zoneAnswer(0x02), clock.now());
  await turn();
  expect(sent.at(-1)).toBe(mode);
});

it('in time, a setting is written with its other bits as they were', async () => {
  const scanner = await open(gm65);
  scanner.receive(zoneAnswer(0x02), clock.now());
  await turn();
  scanner.receive(zoneAnswer(0xd6), clock.now());
  await turn();
  expect(sent.at(-1)).toBe(hex(writeZone(0, 0xd5).bytes));
});

it('what was held when the answer was given up comes before what follows it', async () => {
  let heard = '';
  const scanner = await open(honeywell, ({ bytes }) => {
    heard += Buffer.from(bytes).toString('latin1');
  });
  // Asked at 1 ms, an answer may come until 4,001 ms.
  clock.pass(3_990);
  scanner.receive(Buffer.from('C'), clock.now());
  clock.pass(13);
  scanner.receive(Buffer.from('1234567890123\r'), clock.now());
  clock.pass(1_000);
  expect(heard).toBe('C1234567890123\r');
});

test.each([
  ['a terminator that may begin an answer', gm65, '2810060201234567890\x03', ['etx'], 50],
  ['a short gap, and an end that may begin an answer', honeywell, '2810060201234567C', [], 20],
] as const)('while an answer is owed, a code is read whole: %s', async (_name, profile, code, ends, gapMs) => {
  const read: string[] = [];
  const framer = new Framer(framingProfile([...ends], { gapMs, minLength: 12 }), (frame) =>
    read.push(frame.kind === 'frame' ? Buffer.from(frame.bytes).toString('latin1') : frame.reason),
  );
  const scanner = await open(profile, ({ bytes, atMs }) => framer.push(bytes, atMs), gapMs);
  await pass(1_500);
  scanner.receive(Buffer.from(code), clock.now());
  for (let ms = 0; ms < 500; ms++) {
    clock.pass(1);
    framer.gap(clock.now());
  }
  expect(read).toEqual([code.replace('\x03', '')]);
});

it('a code that shows that a dead scanner lives is told after that', async () => {
  const wire = new ScriptedPort();
  await wire.plug();
  const log: string[] = [];
  const scanner = new SerialScanner({
    ...{ path: wire.path, port: wire.port, baudRate: 9_600, profile: 'honeywell', clock },
    retry: { random: () => 0 },
  });
  await scanner.start({ onData: () => log.push('data'), onState: (state) => log.push(state) });
  for (let i = 0; i < 400 && log.at(-1) !== 'dead'; i++) await pass(50);
  for (let i = 0; i < 400 && log.at(-1) === 'dead'; i++) {
    await pass(50);
    await wire.send(Buffer.from('2810060201234567\r'));
  }
  expect(log.slice(-3)).toEqual(['dead', 'ready', 'data']);
  await scanner.stop();
});
