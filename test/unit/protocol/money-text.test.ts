import { expect, it } from 'vitest';
import { formatMoney } from '../../../protocol/money-text.js';

it.each([
  [3550, 'HKD', 'HK$35.50'],
  [5, 'USD', 'US$0.05'],
  [123_456_789, 'EUR', '€1,234,567.89'],
  [100_000, 'EUR', '€1,000.00'],
  [99_999, 'GBP', '£999.99'],
  [3550, 'CNY', 'CNY 35.50'],
  [1000, 'JPY', 'JPY 1,000'],
  [999, 'JPY', 'JPY 999'],
  [1500, 'KWD', 'KWD 1.500'],
  [12_000_000, 'IDR', 'IDR 120,000.00'],
] as const)('writes %i %s as %s', (amount, currency, text) => {
  expect(formatMoney({ amount, currency })).toBe(text);
});
