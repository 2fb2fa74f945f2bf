import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Currency,
  currencyByNumber,
  currencyNumber,
  exponentOf,
  formatAmount,
  isCurrency,
  parseAmount,
} from '../../../protocol/money.js';

/** Every currency of ISO 4217 that the table has: the numbers below 1,000 are all there are. */
const currencies = Array.from({ length: 1_000 }, (_, n) => currencyByNumber(n)).filter((c) => c !== undefined);

/** ISO 4217's own places; the platform's `Intl` speaks of the coins in use instead, which is none for HUF, IDR and PKR. */
const unusualPlaces: Record<string, number> = {
  CLP: 0,
  JPY: 0,
  KRW: 0,
  VND: 0,
  BHD: 3,
  JOD: 3,
  KWD: 3,
  OMR: 3,
  TND: 3,
};

test('the table is whole', () => {
  expect(currencies.length).toBeGreaterThan(40);
  expect(new Set(currencies).size).toBe(currencies.length);
  for (const currency of ['HKD', 'CNY', 'JPY', 'KRW', 'SGD', 'THB', 'MYR', 'PHP', 'TWD', 'MOP', 'USD', 'EUR', 'KWD'])
    expect(currencies).toContain(currency);
  expect(currencyNumber('HKD')).toBe(344);
  expect(currencyByNumber(0)).toBeUndefined();
  expect(currencyByNumber(999)).toBeUndefined();
});

describe.each(currencies)('%s', (currency: Currency) => {
  test('round trips by name, number and amount', () => {
    expect(isCurrency(currency)).toBe(true);
    expect(currencyByNumber(currencyNumber(currency))).toBe(currency);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 12 - 1 }), (amount) => {
        const text = formatAmount({ amount, currency });
        expect(parseAmount(text, currency)).toBe(amount);
        const fraction = text.split('.')[1] ?? '';
        expect(fraction).toHaveLength(exponentOf(currency));
      }),
      { numRuns: 20 },
    );
  });

  test('has the decimal places of ISO 4217', () => {
    expect(exponentOf(currency)).toBe(unusualPlaces[currency] ?? 2);
  });

  test('refuses one place too many', () => {
    const text = `1.${'0'.repeat(exponentOf(currency) + 1)}`;
    expect(() => parseAmount(text, currency)).toThrow(`found "${text}"`);
  });
});

test.each([
  ['35.50', 'HKD', 3550],
  ['35.5', 'HKD', 3550],
  ['35', 'HKD', 3500],
  ['0.01', 'CNY', 1],
  ['007', 'JPY', 7],
  ['1.005', 'KWD', 1005],
  ['999999999999.99', 'USD', 99_999_999_999_999],
  ['999999999999.999', 'BHD', 999_999_999_999_999],
] as const)('%s %s is %i minor units', (text, currency, minor) => {
  expect(parseAmount(text, currency)).toBe(minor);
});

test.each([
  [5, 'HKD', '0.05'],
  [100, 'HKD', '1.00'],
  [7, 'JPY', '7'],
  [7, 'KWD', '0.007'],
] as const)('%i minor units of %s read %s', (amount, currency, text) => {
  expect(formatAmount({ amount, currency })).toBe(text);
});

describe('bad amounts', () => {
  test.each(['', ' ', '.5', '5.', '-1', '+1', '1e3', '1,000', '1 0', '0x10', '１', '35.50 ', '1.2.3', 'NaN', '35\n'])(
    '%j is refused with an example',
    (text) => {
      expect(() => parseAmount(text, 'HKD')).toThrow(
        `amount: found "${text}", expected a decimal of at most 12 digits and 2 places, such as 35.50`,
      );
    },
  );

  test.each(['0', '0.00', '000'])('%s is nothing', (text) => {
    expect(() => parseAmount(text, 'HKD')).toThrow(`amount: found "${text}", expected more than nothing`);
  });

  test('the example has the places of the currency', () => {
    expect(() => parseAmount('x', 'JPY')).toThrow('0 places, such as 35');
    expect(() => parseAmount('x', 'KWD')).toThrow('3 places, such as 35.500');
  });

  test('what may be a payment code is not repeated', () => {
    expect(() => parseAmount('281006020123456789012345', 'HKD')).toThrow('amount: found 24 characters, expected');
  });
});

test.each(['hkd', 'HK', 'HKDX', 'XXX', '344', '', 'toString', '__proto__', 'constructor'])(
  '%j is no currency',
  (text) => {
    expect(isCurrency(text)).toBe(false);
  },
);
