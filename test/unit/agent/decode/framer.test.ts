import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRAME_BUFFER_BYTES,
  type Frame,
  Framer,
  type FramingProfile,
  framingProfile,
} from '../../../../agent/decode/framer.js';

const options = { gapMs: 50, minLength: 10 };
const lines = framingProfile(['cr', 'lf', 'crlf', 'etx', 'tab'], options);
const bare = framingProfile([], options);
const withStx = framingProfile(['etx'], { ...options, prefix: 0x02 });

function rig(profile: FramingProfile) {
  const frames: string[] = [];
  const times: number[] = [];
  const framer = new Framer(profile, (frame: Frame) => {
    frames.push(frame.kind === 'frame' ? Buffer.from(frame.bytes).toString('latin1') : `!${frame.reason}`);
    times.push(frame.atMs);
  });
  const push = (text: string, atMs = 0, end = false): void => framer.push(Buffer.from(text, 'latin1'), atMs, end);
  return { framer, frames, times, push };
}

describe('with terminators', () => {
  it.each(['\r', '\n', '\r\n', '\x03', '\t'])('ends a code at %j without a blank one after it', (terminator) => {
    const { push, frames } = rig(lines);
    push(`12345${terminator}67890${terminator}`);
    expect(frames).toEqual(['12345', '67890']);
  });

  it('leaves nothing behind when the scanner sends CR LF and only CR is configured', () => {
    const { push, frames, framer } = rig(framingProfile(['cr'], options));
    push('12345\r\n', 0);
    expect(framer.deadlineMs).toBeUndefined();
    push('67890\r\n', 500);
    expect(frames).toEqual(['12345', '67890']);
  });

  it('calls what the gap ends incomplete, and drops the half that comes after it', () => {
    const { push, frames, framer } = rig(lines);
    push('2810060201', 0);
    expect(framer.deadlineMs).toBe(50);
    framer.gap(49);
    expect(frames).toEqual([]);
    framer.gap(51);
    expect(frames).toEqual(['!incomplete']);
    expect(framer.deadlineMs).toBeUndefined();
    push('23456789012345\r', 120);
    expect(frames).toEqual(['!incomplete']);
    push('281006020123456789012345\r', 900);
    expect(frames).toEqual(['!incomplete', '281006020123456789012345']);
  });

  it('takes the next code after noise without an end', () => {
    const { push, frames, framer } = rig(lines);
    push('\x00\xff\x00', 0);
    framer.gap(50);
    push('12345\r', 1_000);
    expect(frames).toEqual(['!incomplete', '12345']);
  });

  it('takes the next code after noise although nobody called gap', () => {
    const { push, frames } = rig(lines);
    push('\x00\xff\x00', 0);
    push('12345\r', 1_000);
    expect(frames).toEqual(['!incomplete', '12345']);
  });

  it('joins what waited unread while the process was held up', () => {
    const { push, frames, framer } = rig(lines);
    push('28100602', 0);
    framer.gap(180); // timers fire before the waiting bytes are read
    expect(frames).toEqual([]);
    expect(framer.deadlineMs).toBe(230);
    push('0123456789012345\r', 181);
    expect(frames).toEqual(['281006020123456789012345']);
  });

  it('puts the gap off only once', () => {
    const { push, frames, framer } = rig(lines);
    push('28100602', 0);
    framer.gap(180);
    framer.gap(400);
    expect(frames).toEqual(['!incomplete']);
  });

  it('says when the last byte of a code came', () => {
    const { push, times, framer } = rig(bare);
    push('1234567890', 7);
    push('1234', 20);
    framer.gap(70);
    expect(times).toEqual([20]);
  });
});

describe('without terminators', () => {
  it('ends a code at the gap', () => {
    const { push, frames, framer } = rig(bare);
    push('28100602', 0);
    push('0123456789012345', 30);
    framer.gap(79);
    expect(frames).toEqual([]);
    framer.gap(80);
    expect(frames).toEqual(['281006020123456789012345']);
  });

  it('calls what is shorter than the shortest code incomplete', () => {
    const { push, frames, framer } = rig(bare);
    push('123456789', 0);
    framer.gap(60);
    expect(frames).toEqual(['!incomplete']);
  });

  it('ends a code where the device says so', () => {
    const { push, frames, framer } = rig(bare);
    push('12345', 0, true);
    push('67', 1);
    push('', 2, true);
    push('', 3, true);
    expect(frames).toEqual(['12345', '67']);
    expect(framer.deadlineMs).toBeUndefined();
  });
});

describe('with a prefix', () => {
  it('drops the prefix', () => {
    const { push, frames } = rig(withStx);
    push('\x0212345\x03\x0267890\x03');
    expect(frames).toEqual(['12345', '67890']);
  });

  it('calls a code whose beginning is missing incomplete, and one that a new beginning cuts', () => {
    const { push, frames } = rig(withStx);
    push('345\x03\x02123\x0212345\x03');
    expect(frames).toEqual(['!incomplete', '!incomplete', '12345']);
  });
});

describe('bounds', () => {
  it('takes a code that just fits', () => {
    const { push, frames } = rig(lines);
    push(`${'7'.repeat(FRAME_BUFFER_BYTES)}\r`);
    expect(frames[0]).toHaveLength(FRAME_BUFFER_BYTES);
  });

  it('says too-long once and goes on after the next terminator', () => {
    const { push, frames } = rig(lines);
    for (let i = 0; i < 40; i++) push('7'.repeat(1_000), i);
    push('7\r12345\r', 41);
    expect(frames).toEqual(['!too-long', '12345']);
  });

  it('forgets at reset', () => {
    const { push, frames, framer } = rig(lines);
    push('2810060201');
    framer.reset();
    expect(framer.deadlineMs).toBeUndefined();
    push('12345\r', 1);
    expect(frames).toEqual(['12345']);
  });
});

it('hands out its own memory: whoever wipes a frame wipes the code', () => {
  const kept: Uint8Array[] = [];
  const framer = new Framer(lines, (frame) => {
    if (frame.kind === 'frame') kept.push(frame.bytes);
  });
  framer.push(Buffer.from('11111\r'), 0);
  expect(Buffer.from(kept[0] ?? []).toString()).toBe('11111');
  framer.push(Buffer.from('22222\r'), 0);
  expect(kept[1]).toBe(kept[0]);
  expect(Buffer.from(kept[0] ?? []).toString()).toBe('22222');
  kept[0]?.fill(0);
  framer.push(Buffer.from('333\r'), 0);
  expect([...(kept[0] ?? [])]).toEqual([51, 51, 51, 0, 0]);
});

it('stores what comes in one piece no further than there is room', () => {
  const { push, frames } = rig(lines);
  push(`${'1'.repeat(FRAME_BUFFER_BYTES)}\r${'2'.repeat(FRAME_BUFFER_BYTES + 1)}\r3\r`);
  expect(frames).toEqual(['1'.repeat(FRAME_BUFFER_BYTES), '!too-long', '3']);
  push('1'.repeat(FRAME_BUFFER_BYTES - 1));
  push('2');
  push('\r');
  expect(frames.at(-1)).toBe(`${'1'.repeat(FRAME_BUFFER_BYTES - 1)}2`);
});

it('gives the same frames however the bytes are split', () => {
  const alphabet = fc.constantFrom('0', '7', 'A', ']', '\r', '\n', '\r\n', '\x02', '\x03', '\t', '\x00', '\xff');
  const profiles = fc.constantFrom(lines, bare, withStx, framingProfile(['cr'], { ...options, prefix: 0x02 }));
  fc.assert(
    fc.property(profiles, fc.array(alphabet, { maxLength: 60 }), fc.array(fc.nat(8)), (profile, parts, cuts) => {
      const text = parts.join('');
      const whole = rig(profile);
      whole.push(text, 0);
      whole.framer.gap(60);
      const split = rig(profile);
      let at = 0;
      for (const cut of cuts) {
        split.push(text.slice(at, at + cut), 0);
        at += cut;
      }
      split.push(text.slice(at), 0);
      split.framer.gap(60);
      expect(split.frames).toEqual(whole.frames);
      // Every byte of every frame stood in the stream in that order, between two ends.
      for (const frame of whole.frames) if (!frame.startsWith('!')) expect(text).toContain(frame);
    }),
    { numRuns: 500 },
  );
});

describe('at the edges of time', () => {
  it('a silence of five gaps that nobody told is still the same code, and one moment more is not', () => {
    const at = (ms: number): string[] => {
      const { push, frames } = rig(lines);
      push('12345', 1_000);
      push('67\r', 1_000 + ms);
      return frames;
    };
    expect(at(250)).toEqual(['1234567']);
    expect(at(251)).toEqual(['!incomplete', '67']);
  });

  it.each([
    [9, '!incomplete'],
    [10, '1'.repeat(10)],
    [11, '1'.repeat(11)],
  ])('without terminators %i bytes are %s, whoever notices the silence', (length, expected) => {
    const told = rig(bare);
    told.push('1'.repeat(length), 0);
    told.framer.gap(50);
    const untold = rig(bare);
    untold.push('1'.repeat(length), 0);
    untold.push('2'.repeat(10), 251);
    untold.framer.gap(301);
    expect(told.frames).toEqual([expected]);
    expect(untold.frames).toEqual([expected, '2'.repeat(10)]);
  });

  it('takes the next code after an incomplete one where silence ends a code', () => {
    const { push, frames, framer } = rig(bare);
    push('123', 0);
    framer.gap(50);
    push('1234567890', 100);
    framer.gap(150);
    expect(frames).toEqual(['!incomplete', '1234567890']);
  });

  it('is not put off by a call that is late by just the gap', () => {
    const { push, frames, framer } = rig(bare);
    push('1234567890', 0);
    framer.gap(100);
    expect(frames).toEqual(['1234567890']);
  });

  it('a call without a code in work does nothing', () => {
    const { push, frames, framer } = rig(lines);
    framer.gap(1_000);
    push('12345\r', 1_001);
    framer.gap(2_000);
    push('67890\r', 2_001);
    expect(frames).toEqual(['12345', '67890']);
  });

  it('bytes that are none change no time', () => {
    const { push, framer } = rig(lines);
    push('123', 0);
    push('', 40);
    expect(framer.deadlineMs).toBe(50);
  });
});

it('does not end a code by itself', () => {
  const frames: Frame[] = [];
  const framer = new Framer(lines, (frame) => frames.push(frame));
  framer.push(Buffer.from('12345'), 0);
  expect(frames).toEqual([]);
  framer.gap(50);
  expect(frames).toEqual([{ kind: 'fault', reason: 'incomplete', atMs: 0 }]);
});

it('a NUL is a byte of the code where there is no prefix', () => {
  const { push, frames } = rig(lines);
  push('12\x0034\r');
  expect(frames).toEqual(['12\x0034']);
});

it('asks for the prefix before each code', () => {
  const { push, frames } = rig(withStx);
  push('\x021\x032\x03\x023\x03');
  expect(frames).toEqual(['1', '!incomplete', '3']);
});
