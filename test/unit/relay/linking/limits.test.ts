import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LinkableWallet } from '../../../../relay/acquirers/linkable.js';
import { limitsShown, noOwnLimits, type OwnLimits, refusalBy, startsOf } from '../../../../relay/linking/limits.js';

const wallet: LinkableWallet = {
  ...{ issuer: 'alipayhk', method: 'ALIPAY_HK', name: 'AlipayHK', currency: 'HKD', least: 10, most: 5_000 },
  ...{ mostADay: 8_000, mostAYear: 20_000, refund: true, partialRefund: true, refundWindowMs: 1 },
  ...{ chargeback: true, disputed: [] },
};
const own: OwnLimits = { maxPayment: { HKD: 1_000 }, maxDay: { HKD: 2_000 }, maxYear: { HKD: 3_000 } };
const nothing = { day: 0, year: 0 };
const hkd = (amount: number) => ({ amount, currency: 'HKD' as const });

describe('what a wallet may pay', () => {
  test.each([
    ['at the wallet least', 10, nothing, undefined],
    ['below it', 9, nothing, 'limit-exceeded'],
    ['at our most', 1_000, nothing, undefined],
    ['above it', 1_001, nothing, 'over-limit'],
    ["above the wallet's", 5_001, nothing, 'limit-exceeded'],
    ['up to our day', 1_000, { day: 1_000, year: 1_000 }, undefined],
    ['beyond our day', 1_000, { day: 1_001, year: 1_001 }, 'over-limit'],
    ["beyond the wallet's day", 1_000, { day: 7_001, year: 7_001 }, 'limit-exceeded'],
    ['up to our year', 1_000, { day: 0, year: 2_000 }, undefined],
    ['beyond our year', 1_000, { day: 0, year: 2_001 }, 'over-limit'],
    ["beyond the wallet's year", 1_000, { day: 0, year: 19_001 }, 'limit-exceeded'],
  ] as const)('%s', (_, amount, spent, reason) => {
    expect(refusalBy(wallet, own, hkd(amount), spent)).toBe(reason);
  });

  test('in another currency nothing', () => {
    expect(refusalBy(wallet, own, { amount: 100, currency: 'JPY' }, nothing)).toBe('configuration');
  });

  test('where nobody names a limit, anything', () => {
    const { most: _most, mostADay: _day, mostAYear: _year, ...open } = wallet;
    expect(refusalBy(open, noOwnLimits, hkd(1e12), { day: 1e12, year: 1e12 })).toBeUndefined();
  });

  test('one payment after another never sums up to more than the lowest limit, nor stops before it', () => {
    const amounts = fc.array(fc.integer({ min: 10, max: 1_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(amounts, (all) => {
        let spent = 0;
        for (const amount of all) {
          const reason = refusalBy(wallet, own, hkd(amount), { day: spent, year: spent });
          expect(reason === undefined).toBe(spent + amount <= 2_000);
          if (reason === undefined) spent += amount;
        }
      }),
    );
  });
});

describe('when a day and a year begin', () => {
  test.each([
    ['at Hong Kong midnight', '2026-03-01T16:00:00Z', 480, '2026-03-01T16:00:00.000Z', '2025-12-31T16:00:00.000Z'],
    ['a moment before it', '2026-03-01T15:59:59Z', 480, '2026-02-28T16:00:00.000Z', '2025-12-31T16:00:00.000Z'],
    ['at new year', '2025-12-31T16:00:00Z', 480, '2025-12-31T16:00:00.000Z', '2025-12-31T16:00:00.000Z'],
    ['west of Greenwich', '2026-01-01T02:00:00Z', -210, '2025-12-31T03:30:00.000Z', '2025-01-01T03:30:00.000Z'],
    ['in UTC', '2026-01-01T00:00:00Z', 0, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
  ])('%s', (_, now, zone, day, year) => {
    const starts = startsOf(Date.parse(now), zone);
    expect([starts.day, starts.year].map((at) => new Date(at).toISOString())).toEqual([day, year]);
  });
});

test('the page shows the lower of both', () => {
  expect(limitsShown(wallet, own)).toEqual({ payment: hkd(1_000), day: hkd(2_000), year: hkd(3_000) });
  expect(limitsShown(wallet, noOwnLimits)).toEqual({ payment: hkd(5_000), day: hkd(8_000), year: hkd(20_000) });
  const { most: _most, mostADay: _day, mostAYear: _year, ...open } = wallet;
  expect(limitsShown(open, noOwnLimits)).toEqual({ payment: null, day: null, year: null });
});
