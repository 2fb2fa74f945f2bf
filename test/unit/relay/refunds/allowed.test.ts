import { describe, expect, test } from 'vitest';
import { capabilitiesOf } from '../../../../relay/acquirers/antom/capabilities.js';
import { antomWallets } from '../../../../relay/acquirers/antom/wallets.js';
import { type Capabilities, withLimits } from '../../../../relay/acquirers/capabilities.js';
import type { LinkableWallet } from '../../../../relay/acquirers/linkable.js';
import type { Attempt } from '../../../../relay/payment/types.js';
import { abilitiesOf, mayCancel, mayRefund, notReversed } from '../../../../relay/refunds/allowed.js';
import { submittedAt0 } from '../payment/sample.js';

/** What a person may give back of a payment by token, before the acquirer is asked. */

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const paidAt = Date.UTC(2026, 0, 1, 4);
const money = { amount: 1_200, currency: 'HKD' } as const;
const paid: Attempt = { ...submittedAt0, state: 'delivered', money, payAt: paidAt, createdAt: paidAt - 1_000 };
const given = { refunds: [], reversed: notReversed };
const contract = capabilitiesOf(undefined);
const walletNamed = (issuer: string): LinkableWallet => {
  const found = antomWallets.find((wallet) => wallet.issuer === issuer);
  if (!found) throw new Error(issuer);
  return found;
};
const alipayHk = walletNamed('alipayhk');

const refunding = (wallet: LinkableWallet | undefined, now: number, amount?: number, of: Capabilities = contract) =>
  mayRefund(paid, amount === undefined ? undefined : { ...money, amount }, given, abilitiesOf(of, wallet), now);
const cancelling = (wallet: LinkableWallet | undefined, now = paidAt, of: Capabilities = contract) =>
  mayCancel(paid, given, abilitiesOf(of, wallet), now);

describe.each(['alipayhk', 'dana'])('%s', (issuer) => {
  const wallet = walletNamed(issuer);

  test('is refunded for 365 days from the payment, to the millisecond, whole or in parts', () => {
    expect(refunding(wallet, paidAt + YEAR_MS)).toEqual(money);
    expect(refunding(wallet, paidAt + YEAR_MS, 600)).toEqual({ ...money, amount: 600 });
    expect(refunding(wallet, paidAt + YEAR_MS + 1)).toMatchObject({
      ...{ refused: 'window-over', message: expect.stringMatching(/until 2027-01-01T04:00:00.000Z; give .* by hand/) },
    });
  });
});

test('a scanned code has the window of its contract only', () => {
  expect(refunding(undefined, paidAt + 2 * YEAR_MS)).toEqual(money);
});

test('of the contract and the wallet the stricter one counts', () => {
  const short = withLimits(contract, { refundWindowMs: DAY_MS, partialRefunds: false });
  const long = withLimits(contract, { refundWindowMs: 2 * YEAR_MS });
  expect(refunding(alipayHk, paidAt + DAY_MS + 1, undefined, short)).toMatchObject({ refused: 'window-over' });
  expect(refunding(alipayHk, paidAt, 600, short)).toMatchObject({ refused: 'part-not-possible' });
  expect(refunding(alipayHk, paidAt + YEAR_MS + 1, undefined, long)).toMatchObject({ refused: 'window-over' });
});

test('a wallet without refunds in parts: the whole or nothing', () => {
  const whole = { ...alipayHk, partialRefund: false };
  expect(refunding(whole, paidAt, 600)).toMatchObject({
    ...{ refused: 'part-not-possible', message: 'the acquirer refunds the whole 12.00 HKD or nothing' },
  });
  expect(refunding(whole, paidAt, 1_200)).toEqual(money);
});

test.each([
  [
    'while a cancel is possible: that',
    {},
    paidAt,
    'cancel it instead, which is possible until 2026-01-01T16:15:00.000Z',
  ],
  ['after it: by hand', {}, paidAt + DAY_MS, 'give the money back by hand'],
  ['never cancelled either: by hand', { neverCancelled: true }, paidAt, 'give the money back by hand'],
] as const)('a wallet without refunds says what to do instead; %s', (_when, more, now, instead) => {
  expect(refunding({ ...alipayHk, refund: false, ...more }, now)).toEqual({
    ...{ refused: 'refund-not-possible', message: `the wallet that paid takes no refund; ${instead}` },
  });
});

test('a wallet without refunds, where the end of cancels is not known', () => {
  const open = withLimits(contract, { cancelUntil: null });
  const { message } = refunding({ ...alipayHk, refund: false }, paidAt, undefined, open) as { message: string };
  expect(message).toMatch(/; cancel it instead$/);
});

test('rupiah go back in whole ones, of a scanned code too; other amounts as they are', () => {
  const rupiah: Attempt = { ...paid, money: { amount: 5_000_000, currency: 'IDR' } };
  const part = (amount: number, wallet?: LinkableWallet) =>
    mayRefund(rupiah, { amount, currency: 'IDR' }, given, abilitiesOf(contract, wallet), paidAt);
  for (const wallet of [undefined, walletNamed('dana')]) {
    expect(part(15_050, wallet)).toEqual({
      ...{
        refused: 'amount-not-possible',
        message: expect.stringMatching(/^amount: expected a multiple of 1(\.00)? IDR,/),
      },
    });
    expect(part(15_000, wallet)).toEqual({ amount: 15_000, currency: 'IDR' });
  }
  expect(refunding(alipayHk, paidAt, 601)).toEqual({ ...money, amount: 601 });
});

test('DANA is never cancelled: refused before it is asked, and told to refund', () => {
  expect(cancelling(walletNamed('dana'))).toMatchObject({
    ...{ refused: 'cancel-not-possible', message: expect.stringMatching(/refund it instead$/) },
  });
  expect(cancelling(alipayHk)).toEqual(money);
  expect(cancelling(undefined)).toEqual(money);
});

test('AlipayHK is cancelled until 00:15 of the next day at GMT+8', () => {
  const end = Date.UTC(2026, 0, 1, 16, 15);
  expect(cancelling(alipayHk, end)).toEqual(money);
  expect(cancelling(alipayHk, end + 1)).toMatchObject({ refused: 'window-over' });
});
