import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createDuplicates } from '../../../../agent/decode/duplicates.js';

const a = '281006020123456789012345';
const b = '136497297189364683';

it('takes the same code within the window for the same scan, and another one at once', () => {
  const d = createDuplicates(randomBytes(32), 3_000);
  expect(d.seen(a, 0)).toBe(false);
  expect(d.seen(a, 2_900)).toBe(true);
  expect(d.seen(b, 2_901)).toBe(false);
  expect(d.seen(a, 2_902)).toBe(false);
});

it('keeps a phone that stays under the scanner one scan, until it was away for the window', () => {
  const d = createDuplicates(randomBytes(32));
  expect(d.seen(a, 0)).toBe(false);
  for (let at = 1_000; at <= 20_000; at += 1_000) expect(d.seen(a, at)).toBe(true);
  expect(d.seen(a, 23_001)).toBe(false);
});

it('is re-armed by the next order', () => {
  const d = createDuplicates(randomBytes(32));
  d.seen(a, 0);
  d.rearm();
  expect(d.seen(a, 1)).toBe(false);
});

it('gives digests that tell codes apart, mean nothing under another key, and hold no code', () => {
  const key = randomBytes(32);
  const d = createDuplicates(key);
  d.seen(a, 0);
  expect(d.digest(a)).toBe(createDuplicates(key).digest(a));
  expect(d.digest(a)).not.toBe(d.digest(b));
  expect(d.digest(a)).not.toBe(createDuplicates(randomBytes(32)).digest(a));
  expect(d.digest(a)).toMatch(/^[0-9a-f]{32}$/);
  expect(inspect(d, { depth: 9, showHidden: true })).not.toContain(a);
});
