import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Decoder } from '../../../../agent/decode/decoder.js';
import { createDuplicates } from '../../../../agent/decode/duplicates.js';
import { framingProfile } from '../../../../agent/decode/framer.js';
import { compileIssuers } from '../../../../agent/decode/issuers.js';
import type { KioskEvent } from '../../../../agent/kiosk/events.js';
import { ScanLine } from '../../../../agent/runtime/scan-line.js';
import { systemClock } from '../../../../drivers/clock.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';
import { base64, code, tlv } from '../../../support/tlv.js';

const wechat = '136497297189364683';
const cpm = base64(code(tlv(0x5a, '4761739001010119'))).toString('latin1');
const key = Buffer.alloc(32, 7);
const digestOf = (text: string): string => createHmac('sha256', key).update(text).digest('hex').slice(0, 32);

function rig(names: Parameters<typeof framingProfile>[0] = ['cr']) {
  const events: KioskEvent[] = [];
  const counted: string[] = [];
  let clock = 1_000;
  const duplicates = createDuplicates(key, 3_000);
  const decoder = new Decoder(compileIssuers(builtInTable, 'global'));
  const line = new ScanLine({
    profile: framingProfile(names, { gapMs: 50, minLength: 12 }),
    decoder,
    duplicates,
    random: (n) => Buffer.alloc(n, 0xab),
    clock: { ...systemClock, now: () => clock },
    dispatch: (event) => events.push(event),
    count: (name) => counted.push(name),
  });
  const scan = (text: string, atMs = clock): Buffer => {
    clock = atMs;
    const bytes = Buffer.from(text, 'latin1');
    line.data({ bytes, atMs, endOfCode: false });
    return bytes;
  };
  const later = (ms: number): void => {
    clock += ms;
    vi.advanceTimersByTime(ms);
  };
  return { line, decoder, events, counted, duplicates, scan, later };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('gives a numeric code with its issuer, a digest that holds none of it, and when it was read', () => {
  const { events, counted, scan } = rig();
  scan(`${wechat}\r`, 1_234.5);
  const digest = digestOf(wechat);
  const tail = 'ab'.repeat(8);
  expect(events).toEqual([{ type: 'scanned', code: wechat, issuer: 'wechatpay', digest, tail, scanMs: 1_234.5 }]);
  expect(counted).toEqual(['scan-read-wallet-code']);
});

it('trap 25: gives an EMV consumer-presented code, with its letters, as it was scanned, without an issuer', () => {
  const { events, counted, scan } = rig();
  scan(`]Q1${cpm}\r`);
  expect(events).toMatchObject([{ type: 'scanned', code: cpm, digest: digestOf(cpm) }]);
  expect(events[0]).not.toHaveProperty('issuer');
  expect(counted).toEqual(['scan-read-emv-cpm']);
});

it('gives each reason that framing and decoding have', () => {
  const { events, scan, later } = rig();
  scan('https://a.b\r');
  scan('12345');
  later(60);
  scan(`${'1'.repeat(4_401)}\r`, 3_000);
  expect(events).toEqual(['url', 'incomplete', 'too-long'].map((reason) => ({ type: 'scan-rejected', reason })));
});

it('takes what silence ends for a code where the scanner sends no terminator', () => {
  const { events, scan, later } = rig([]);
  scan(wechat);
  expect(events).toEqual([]);
  later(50);
  expect(events).toMatchObject([{ type: 'scanned', code: wechat }]);
});

describe('trap 25: the same code', () => {
  it('within the window is the same scan, and after the next order another', () => {
    const { events, counted, duplicates, scan } = rig();
    scan(`${wechat}\r`, 1_000);
    scan(`${wechat}\r`, 2_000);
    scan(`${cpm}\r`, 2_100);
    scan(`${wechat}\r`, 2_200);
    expect(events).toHaveLength(2);
    expect(counted.filter((name) => name === 'scan-duplicate')).toHaveLength(2);
    duplicates.rearm();
    scan(`${wechat}\r`, 2_300);
    expect(events).toHaveLength(3);
  });

  it('is never refused for what was rejected', () => {
    const { events, scan } = rig();
    scan('https://a.b\rhttps://a.b\r');
    expect(events).toHaveLength(2);
  });
});

it('takes another issuer table from the next code on', () => {
  const { decoder, events, scan } = rig();
  scan('333333333333333333\r');
  decoder.adopt(compileIssuers(builtInTable, 'tw'));
  scan('333333333333333333\r');
  expect(events).toMatchObject([
    { type: 'scan-rejected', reason: 'unknown-prefix' },
    { type: 'scanned', issuer: 'linepay' },
  ]);
});

describe('memory', () => {
  // The framer's buffer is private: it is caught where it is made.
  function watched(work: (tools: ReturnType<typeof rig>) => void): Buffer {
    const made: Uint8Array[] = [];
    const alloc = vi.spyOn(Buffer, 'alloc').mockImplementation((size: number) => {
      const buffer = Buffer.from(new ArrayBuffer(size));
      made.push(buffer);
      return buffer;
    });
    const tools = rig(['cr', 'etx']);
    alloc.mockRestore();
    work(tools);
    expect(made.some((buffer) => buffer.length >= 4_400)).toBe(true);
    return Buffer.concat([...made, tools.decoder.cpm.bytes]);
  }
  const half = '28100602012345678901';
  it.each<[string, (tools: ReturnType<typeof rig>) => void]>([
    ['a code that was taken', ({ scan }) => scan(`${wechat}\r`)],
    ['an EMV code that was taken', ({ scan }) => scan(`${cpm}\r`)],
    ['a code that was refused', ({ scan }) => scan(`${half}x\r`)],
    ['an EMV code that was refused', ({ scan }) => scan(`${cpm.slice(0, -4)}\r`)],
    [
      'half a code',
      ({ scan, later }) => {
        scan(half);
        later(60);
      },
    ],
    [
      'half a code, when the scanner is lost',
      ({ scan, line }) => {
        scan(half);
        line.reset();
      },
    ],
    ['a code without an end', ({ scan }) => scan(wechat.repeat(300))],
  ])('keeps nothing of %s', (_, work) => {
    const memory = watched(work).toString('latin1');
    for (const secret of [wechat, half, cpm]) expect(memory).not.toContain(secret.slice(8, 20));
    expect(memory).not.toContain(Buffer.from('4761739001010119', 'hex').toString('latin1'));
  });
});
