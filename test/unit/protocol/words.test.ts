import { expect, test } from 'vitest';
import { quietzone } from '../../../protocol/generated/quietzone.js';
import {
  type Delivery,
  deliveries,
  type Issuer,
  issuers,
  type Reason,
  reasons,
  type Standing,
  standings,
} from '../../../protocol/words.js';

/**
 * The unions of words.ts are types, gone at run time. Each record below is complete and has nothing more, or the type
 * check fails; the tests then compare its keys with the enum that the .proto file made.
 */
const issuerWords = {
  alipay: 1,
  alipayplus: 2,
  wechatpay: 3,
  unionpay: 4,
  ecny: 5,
  jdpay: 6,
  bestpay: 7,
  qqwallet: 8,
  jkopay: 9,
  linepay: 10,
  paypay: 11,
  rakutenpay: 12,
  dbarai: 13,
  merpay: 14,
  aupay: 15,
} as const satisfies Record<Issuer, number>;

const deliveryWords = {
  'not-delivered': 1,
  delivered: 2,
  failed: 3,
  doubtful: 4,
} as const satisfies Record<Delivery, number>;

const standingWords = {
  submitted: 1,
  'password-pending': 2,
  approved: 3,
  declined: 4,
  reversing: 5,
  reversed: 6,
  delivered: 7,
  operator: 8,
  refused: 9,
  'confirm-pending': 10,
} as const satisfies Record<Standing, number>;

const reasonWords = {
  'code-expired': 1,
  'code-not-accepted': 2,
  'insufficient-funds': 3,
  'limit-exceeded': 4,
  'wallet-restricted': 5,
  'wrong-password': 6,
  risk: 7,
  'acquirer-unavailable': 8,
  configuration: 9,
  'not-confirmed': 10,
  'customer-aborted': 11,
  'wrong-amount': 12,
  'vend-failed': 13,
  'not-delivered': 14,
  'kiosk-restarted': 15,
  'vend-doubtful': 16,
  'cancel-unconfirmed': 17,
  unlinked: 18,
  stale: 20,
  'not-greeted': 21,
  'over-limit': 22,
  'order-taken': 23,
  'code-used': 24,
  tombstone: 25,
  malformed: 26,
  other: 30,
} as const satisfies Record<Reason, number>;

const { v1 } = quietzone;
const tables = [
  ['issuer', issuers, issuerWords, v1.Issuer],
  ['delivery', deliveries, deliveryWords, v1.Delivery],
  ['standing', standings, standingWords, v1.Standing],
  ['reason', reasons, reasonWords, v1.Reason],
] as const;

test.each(tables)('every %s of the types is in the .proto, and the reverse', (_name, table, words) => {
  expect([...table.all].sort()).toEqual(Object.keys(words).sort());
});

test.each(tables)('each %s has the number that other versions know', (_name, table, words) => {
  const tableOf = table as { number(word: string): number; word(n: number | null | undefined): string | undefined };
  for (const [word, number] of Object.entries(words)) {
    expect([word, tableOf.number(word)]).toEqual([word, number]);
    expect(tableOf.word(number)).toBe(word);
  }
});

test.each(tables)('no %s is 0 on the wire, and an unknown number is no word', (_name, table, _words, values) => {
  expect(Object.values(values)).toContain(0);
  expect(table.number(undefined)).toBe(0);
  for (const n of [0, 99, -1, 2 ** 31 - 1, null, undefined]) expect(table.word(n)).toBeUndefined();
});
