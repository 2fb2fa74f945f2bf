import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAmount } from '../../../../protocol/money.js';
import { createCodepay } from '../../../../relay/acquirers/codepay/adapter.js';
import { amountText, moneyOf } from '../../../../relay/acquirers/codepay/amounts.js';
import { paymentNumber, refundNumber } from '../../../../relay/acquirers/codepay/numbers.js';
import { expiresSeconds } from '../../../../relay/acquirers/codepay/plan.js';
import { codepayOptions } from './fixtures.js';

const hexId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const [NIL, FULL] = ['0'.repeat(32), 'f'.repeat(32)];

/** The way back: what makes the mapping injective is that there is one. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const numberOf = (text: string): bigint => [...text].reduce((sum, c) => sum * 62n + BigInt(DIGITS.indexOf(c)), 0n);
const hexOf = (text: string): string => numberOf(text).toString(16).padStart(32, '0');
const backOf = (number: string): string => {
  const [which, id] = [number.slice(0, -22), hexOf(number.slice(-22))];
  return which === '' ? id : `r${numberOf(which)}${id}`;
};

describe('order numbers', () => {
  test('are these, for ever', () => {
    expect(paymentNumber('0011223344556677aabbccddeeff0011', 'plain')).toBe('0011223344556677aabbccddeeff0011');
    expect(paymentNumber(NIL, 'short')).toBe('0'.repeat(22));
    expect(paymentNumber(FULL, 'short')).toBe('7n42DGM5Tflk9n8mt7Fhc7');
    expect(refundNumber(`r1${FULL}`)).toBe('17n42DGM5Tflk9n8mt7Fhc7');
    expect(refundNumber(`r62${NIL}`)).toBe(`10${'0'.repeat(22)}`);
    expect(refundNumber(`r3843${FULL}`)).toBe('zz7n42DGM5Tflk9n8mt7Fhc7');
  });

  test('have a way back, and only letters and digits, at most 24', () => {
    fc.assert(
      fc.property(hexId, fc.integer({ min: 1, max: 3843 }), (id, which) => {
        const refund = refundNumber(`r${which}${id}`);
        expect(refund).toMatch(/^[A-Za-z0-9]{23,24}$/);
        expect(backOf(refund)).toBe(`r${which}${id}`);
        const short = paymentNumber(id, 'short');
        expect(short).toMatch(/^[A-Za-z0-9]{22}$/);
        expect(backOf(short)).toBe(id);
        expect(paymentNumber(id, 'plain')).toMatch(/^[A-Za-z0-9]{32}$/);
      }),
    );
  });

  test.each(['', 'r1', '0'.repeat(31), '0'.repeat(33), FULL.toUpperCase(), `r1${NIL}`, `${'0'.repeat(31)}-`])(
    '%j is no id of an attempt',
    (id) => {
      for (const numbers of ['plain', 'short'] as const) expect(() => paymentNumber(id, numbers)).toThrow(RangeError);
    },
  );

  test.each([NIL, `r0${NIL}`, `r01${NIL}`, `r3844${NIL}`, `c1${NIL}`, `r1${FULL.toUpperCase()}`])(
    '%j is no id of a refund',
    (id) => expect(() => refundNumber(id)).toThrow(RangeError),
  );
});

describe('amounts', () => {
  test.each([
    [3550, 'HKD', '35.50'],
    [5, 'USD', '0.05'],
    [100, 'JPY', '100'],
    [1_234, 'KWD', '1.234'],
    [113, 'USD', '1.13'],
    [900_719_925_474_099, 'HKD', '9007199254740.99'],
  ] as const)('%d %s is %s', (amount, currency, text) => {
    expect(amountText({ amount, currency })).toBe(text);
  });

  test.each([0, -1, 0.5, Number.NaN, 2 ** 53])('%d is no amount', (amount) => {
    expect(() => amountText({ amount, currency: 'HKD' })).toThrow(RangeError);
  });

  test('are read back as they were written, as text and as a number', () => {
    const currency = fc.constantFrom('HKD', 'JPY', 'KWD', 'USD', 'KRW');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999_999 }), currency, (amount, of) => {
        const text = amountText({ amount, currency: of });
        expect(parseAmount(text, of)).toBe(amount);
        expect(moneyOf(text, of)).toEqual({ amount, currency: of });
        expect(moneyOf(JSON.parse(text), of)).toEqual({ amount, currency: of });
      }),
    );
  });

  test.each([
    ['34.5', 'HKD', 3450],
    [34.5, 'HKD', 3450],
    [1.13, 'USD', 113],
    ['100.00', 'JPY', 100],
    ['0.00', 'HKD', 0],
  ])('%j %s is %d', (text, currency, amount) => {
    expect(moneyOf(text, currency)).toEqual({ amount, currency });
  });

  test.each([
    ['35.501', 'HKD'],
    ['100.50', 'JPY'],
    ['-1', 'HKD'],
    ['1e3', 'HKD'],
    ['1,00', 'HKD'],
    ['.5', 'HKD'],
    ['007', 'HKD'],
    [1e21, 'HKD'],
    [0.1 + 0.2, 'HKD'],
    [{}, 'HKD'],
    ['35.50', 'HKX'],
    ['35.50', 344],
  ])('%j %s is none', (text, currency) => {
    expect(moneyOf(text, currency)).toBe('shape');
  });

  test.each([
    ['35.50', undefined],
    [undefined, 'HKD'],
    ['', 'HKD'],
    ['35.50', null],
  ])('%j %s is not said', (text, currency) => {
    expect(moneyOf(text, currency)).toBeUndefined();
  });
});

test('an order expires no later than asked, however long its request takes', () => {
  expect(expiresSeconds(new Date(60_999), 1_000, 8_000)).toBe(51);
  expect(expiresSeconds(new Date(9_500), 1_000, 8_000)).toBe(0);
});

test('trap 23: the first revoke leaves before the order expires, though the inquiry beside it takes all its time', () => {
  for (const callTimeoutMs of [1_000, 5_000, 8_000, 9_500, 15_000]) {
    const { giveUpMarginMs } = createCodepay(
      codepayOptions('http://127.0.0.1:1', { plan: { callTimeoutMs } }),
    ).capabilities;
    const KIOSK_DEADLINE_MS = 60_000;
    const revokedAt = KIOSK_DEADLINE_MS - giveUpMarginMs + callTimeoutMs;
    for (const [sentAt, arrivedAt] of [
      [0, 0],
      [1, 1],
      [19_999, 19_999],
      [19_999, 19_999 + callTimeoutMs],
    ] as const) {
      const expiry = arrivedAt + 1_000 * expiresSeconds(new Date(KIOSK_DEADLINE_MS), sentAt, callTimeoutMs);
      expect(revokedAt).toBeLessThan(expiry);
      expect(expiry).toBeLessThanOrEqual(KIOSK_DEADLINE_MS);
    }
  }
});
