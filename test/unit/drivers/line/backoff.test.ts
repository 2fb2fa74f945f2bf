import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBackoff, defaultRetry } from '../../../../drivers/line/backoff.js';

it('waits 0.5 s, doubling to 30 s, and begins anew after a reset', () => {
  const backoff = createBackoff({ ...defaultRetry, random: () => 0 });
  const waits = Array.from({ length: 9 }, () => backoff.next());
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.next()).toBe(500);
});

it('takes off up to half by chance, and never more', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(20), (chance, tries) => {
      const backoff = createBackoff({ firstMs: 500, maxMs: 30_000, random: () => chance });
      let wait = 0;
      for (let i = 0; i <= tries; i++) wait = backoff.next();
      const full = Math.min(30_000, 500 * 2 ** tries);
      expect(wait).toBeGreaterThan(full / 2 - 1e-6);
      expect(wait).toBeLessThanOrEqual(full);
    }),
  );
});
