import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createDuplicates } from '../../../../agent/decode/duplicates.js';

const a = '281006020123456789012345';
const b = '136497297189364683';

function rig(windowMs?: number) {
  const d = createDuplicates(randomBytes(32), windowMs);
  return { ...d, sees: (code: string, atMs: number): boolean => d.seen(d.digest(code), atMs) };
}

it('trap 25: takes the same code within the window for the same scan, and another one at once', () => {
  const d = rig(3_000);
  expect(d.sees(a, 0)).toBe(false);
  expect(d.sees(a, 3_000)).toBe(true);
  expect(d.sees(b, 3_001)).toBe(false);
  expect(d.sees(b, 6_001)).toBe(true);
  expect(d.sees(b, 9_002)).toBe(false);
});

it('takes two codes that are read by turns for one scan each', () => {
  const d = rig();
  expect([d.sees(a, 0), d.sees(b, 100)]).toEqual([false, false]);
  for (let at = 200; at < 10_000; at += 200) expect([d.sees(a, at), d.sees(b, at + 100)]).toEqual([true, true]);
  expect(d.sees(a, 20_000)).toBe(false);
});

it('remembers four codes, and forgets the one it saw longest ago', () => {
  const d = rig();
  for (const [at, code] of ['1', '2', '3', '4'].entries()) d.sees(code, at);
  expect(d.sees('1', 10)).toBe(true);
  expect(d.sees('5', 11)).toBe(false);
  expect(['1', '3', '4', '5'].map((code) => d.sees(code, 12))).toEqual([true, true, true, true]);
  expect(d.sees('2', 13)).toBe(false);
});

it('keeps a phone that stays under the scanner one scan, until it was away for the window', () => {
  const d = rig();
  expect(d.sees(a, 0)).toBe(false);
  for (let at = 1_000; at <= 20_000; at += 1_000) expect(d.sees(a, at)).toBe(true);
  expect(d.sees(a, 23_001)).toBe(false);
});

it('is re-armed by the next order', () => {
  const d = rig();
  d.sees(a, 0);
  d.rearm();
  expect(d.sees(a, 1)).toBe(false);
});

it('gives digests that tell codes apart, mean nothing under another key, and hold no code', () => {
  const key = randomBytes(32);
  const d = createDuplicates(key);
  d.seen(d.digest(a), 0);
  expect(d.digest(a)).toBe(createDuplicates(key).digest(a));
  expect(d.digest(a)).not.toBe(d.digest(b));
  expect(d.digest(a)).not.toBe(createDuplicates(randomBytes(32)).digest(a));
  expect(d.digest(a)).toMatch(/^[0-9a-f]{32}$/);
  expect(inspect(d, { depth: 9, showHidden: true })).not.toContain(a);
});
