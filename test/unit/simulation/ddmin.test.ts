import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ddmin } from '../../simulation/ddmin.js';

/** Fails while all of `needed` is left. */
const needs = (needed: readonly number[]) => async (left: readonly number[]) =>
  needed.every((n) => left.includes(n)) ? left : undefined;

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('what is needed stays and nothing else, in its order, wherever it stands', async () => {
  const cases = fc.nat(60).chain((n) => fc.tuple(fc.constant(n), fc.subarray(upTo(n), { maxLength: Math.min(5, n) })));
  await fc.assert(
    fc.asyncProperty(cases, async ([n, needed]) => {
      expect(await ddmin(upTo(n), needs(needed))).toEqual(needed);
    }),
  );
});

test('where one of two is enough, one is left', async () => {
  const left = await ddmin(upTo(40), async (some) => (some.includes(7) || some.includes(31) ? some : undefined));
  expect(left).toHaveLength(1);
});

test('what was not used though it was allowed goes at once', async () => {
  let asked = 0;
  const left = await ddmin(upTo(1_000), async (some) => {
    asked += 1;
    return some.includes(3) ? some.filter((n) => n < 5) : undefined;
  });
  expect(left).toEqual([3]);
  expect(asked).toBeLessThan(20);
});

test('when nothing can go, nothing goes', async () => {
  expect(await ddmin(upTo(9), needs(upTo(9)))).toEqual(upTo(9));
  expect(await ddmin([], needs([]))).toEqual([]);
});
