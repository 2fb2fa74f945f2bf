import { describe, expect, test } from 'vitest';
import { answerTime } from '../../../../relay/acquirers/time.js';
import { CLOCK_OFF_MS, Clocks } from '../../../../relay/health/clocks.js';

const MINUTE = 60_000;

function clocks() {
  const told: string[] = [];
  const found = new Clocks({
    onApart: (source, by) => told.push(`${source} ${Math.round(by / 1_000)}`),
    onTogether: (source) => told.push(`${source} right`),
  });
  let heardAt = 0;
  const measured = (source: string, offMs: number, tripMs = 100): void => {
    heardAt = 1_000_000 + offMs + tripMs;
    found.measured({ source, theirs: 1_000_000, askedAt: 1_000_000 + offMs, heardAt, grainMs: 1 });
  };
  return { found, told, measured, heard: () => heardAt };
}

describe('our clock beside others', () => {
  test('is right where the difference may be the way there and back', () => {
    const { found, told, measured } = clocks();
    measured('database', -30_000, 60_000);
    expect(found.right).toBe(true);
    expect(told).toEqual([]);
  });

  test('is told once, told again when it changes, and once when it is right', () => {
    const { found, told, measured } = clocks();
    measured('database', 20 * MINUTE);
    measured('database', 20 * MINUTE + 50);
    expect(found.right).toBe(false);
    expect(found.apartFrom).toEqual(['database']);
    measured('database', -20 * MINUTE);
    measured('database', 0);
    expect(found.right).toBe(true);
    expect(told).toEqual(['database 1200', 'database -1200', 'database right']);
  });

  test('the limit is where it says', () => {
    const { found, measured } = clocks();
    measured('a', CLOCK_OFF_MS + 1);
    expect(found.right).toBe(true);
    measured('a', CLOCK_OFF_MS + 3);
    expect(found.right).toBe(false);
  });

  test('trap 22: an acquirer with a window of 15 minutes is not asked beyond it, by its own word or else by the database', () => {
    const { found, measured, heard } = clocks();
    expect(found.within('codepay-us', 15 * MINUTE, heard())).toBe(true);
    measured('database', 20 * MINUTE);
    expect(found.within('codepay-us', 15 * MINUTE, heard())).toBe(false);
    measured('codepay-us', 1_000);
    expect(found.within('codepay-us', 15 * MINUTE, heard())).toBe(true);
    measured('codepay-us', -15 * MINUTE);
    expect(found.within('codepay-us', 15 * MINUTE, heard())).toBe(false);
    measured('codepay-us', -13 * MINUTE);
    expect(found.within('codepay-us', 15 * MINUTE, heard())).toBe(true);
  });

  test('what an acquirer has told long ago keeps nobody out of service: without a payment it would never be told otherwise', () => {
    const { found, measured } = clocks();
    measured('codepay-us', 20 * MINUTE);
    const heardAt = 1_000_100 + 20 * MINUTE;
    expect(found.within('codepay-us', 15 * MINUTE, heardAt + 5 * MINUTE)).toBe(false);
    expect(found.within('codepay-us', 15 * MINUTE, heardAt + 5 * MINUTE + 1)).toBe(true);
    measured('database', 20 * MINUTE);
    expect(found.within('codepay-us', 15 * MINUTE, heardAt + 60 * MINUTE)).toBe(false);
  });

  test('what is no time is no measure', () => {
    const { found, measured } = clocks();
    found.measured({ source: 'x', theirs: Number.NaN, askedAt: 0, heardAt: 1, grainMs: 1 });
    expect(found.offBy('x')).toBe(0);
    measured('x', 20 * MINUTE, -1);
    expect(found.offBy('x')).toBe(0);
  });
});

test.each([
  ['2026-11-22T10:00:00+08:00', Date.UTC(2026, 10, 22, 2), 1_000],
  ['Sun, 22 Nov 2026 02:00:00 GMT', Date.UTC(2026, 10, 22, 2), 1_000],
  ['1795312800000', 1_795_312_800_000, 1],
])('an answer that says it was made at %s is read', (text, theirs, grainMs) => {
  expect(answerTime(text, 1, 2)).toEqual({ theirs, askedAt: 1, heardAt: 2, grainMs });
});

test.each([undefined, '', 'yesterday', '9'.repeat(65)])('%s is no time', (text) => {
  expect(answerTime(text, 1, 2)).toBeUndefined();
});
