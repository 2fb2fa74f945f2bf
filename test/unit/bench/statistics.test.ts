import { describe, expect, test } from 'vitest';
import { between, bytesOf, pick, seeded, shuffled, textOf } from '../../bench/random.js';
import { median, quantile, ratio, significant } from '../../bench/statistics.js';

describe('quantile', () => {
  test.each([
    [[7], 0.5, 7],
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 3, 2], 0.5, 2.5],
    [[10, 2, 1], 0.5, 2],
    [[0, 10, 20, 30, 40], 0.25, 10],
    [[0, 10, 20, 30, 40], 0, 0],
    [[0, 10, 20, 30, 40], 1, 40],
    [[0, 10], 0.25, 2.5],
  ])('of %j at %d is %d', (values, at, expected) => {
    const before = [...values];
    expect(quantile(values, at)).toBe(expected);
    expect(values).toEqual(before);
  });

  test('of nothing is refused', () => {
    expect(() => median([])).toThrow(/expected at least one/);
  });
});

describe('ratio', () => {
  test('is that within a round, whatever happened to the machine between the rounds', () => {
    expect(ratio([10, 1000, 10], [20, 2000, 20])).toBe(0.5);
    // One disturbed turn is outvoted; medians of each alone would say 20/20.
    expect(ratio([10, 20, 30], [40, 20, 120])).toBe(0.25);
  });

  test('of different numbers of rounds is refused', () => {
    expect(() => ratio([1, 2], [1])).toThrow(/found 2 and 1 rounds/);
  });
});

test('significant keeps three digits', () => {
  expect([0, 0.123456, 1.2345, 98765, 40].map(significant)).toEqual([0, 0.123, 1.23, 98800, 40]);
});

describe('seeded random numbers', () => {
  test('come again with their seed, and with no other', () => {
    const first = (seed: number) => Array.from({ length: 20 }, seeded(seed));
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
    expect(first(0).every((x) => x >= 0 && x < 1)).toBe(true);
  });

  test('fill a range evenly, ends included', () => {
    const random = seeded(3);
    const counts = new Map<number, number>();
    for (let i = 0; i < 6_000; i++) {
      const value = between(random, 2, 7);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5, 6, 7]);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  test('put a list in every order', () => {
    const random = seeded(4);
    const orders = new Set(Array.from({ length: 200 }, () => shuffled(random, ['a', 'b', 'c']).join('')));
    expect([...orders].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  });

  test('choose of an alphabet, and nothing of an empty list', () => {
    expect(textOf(seeded(5), 'xyz', 200)).toMatch(/^(?=.*x)(?=.*y)(?=.*z)[xyz]{200}$/);
    expect(new Set(bytesOf(seeded(6), 2_000)).size).toBeGreaterThan(200);
    expect(() => pick(seeded(7), [])).toThrow(RangeError);
  });
});
