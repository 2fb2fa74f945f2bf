import { quietzone } from './generated/quietzone.js';

const { v1 } = quietzone;

/**
 * The words of the protocol as the programs use them: the enum names without their prefix, lower case, dashes.
 * One table each way, made once from the generated enums, so that a word added to the .proto is known everywhere.
 */
function words<W extends string>(values: Record<string, string | number>, prefix: string) {
  const toNumber = new Map<W, number>();
  const toWord = new Map<number, W>();
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number' || value === 0) continue;
    const word = name.slice(prefix.length).toLowerCase().replaceAll('_', '-') as W;
    toNumber.set(word, value);
    toWord.set(value, word);
  }
  return {
    all: [...toNumber.keys()],
    /** Undefined for a text that is none of the words. */
    find: (text: string): number | undefined => toNumber.get(text as W),
    number: (word: W | undefined): number => (word === undefined ? 0 : (toNumber.get(word) ?? 0)),
    /** Undefined for 0 and for values of a later protocol version. */
    word: (value: number | null | undefined): W | undefined => toWord.get(value ?? 0),
  };
}

export type Issuer =
  | 'alipay'
  | 'alipayplus'
  | 'wechatpay'
  | 'unionpay'
  | 'ecny'
  | 'jdpay'
  | 'bestpay'
  | 'qqwallet'
  | 'jkopay'
  | 'linepay'
  | 'paypay'
  | 'rakutenpay'
  | 'dbarai'
  | 'merpay'
  | 'aupay';
/** An issuer of the protocol, or one that a pushed issuer table brought: `ISSUER_PATTERN` of limits.ts. */
export type IssuerId = Issuer | (string & {});
/** Who issued a member code: ourselves. The wallet behind it the relay knows. */
export const LINKED_WALLET: IssuerId = 'linked-wallet';
export type Delivery = 'not-delivered' | 'delivered' | 'failed' | 'doubtful';
export type Standing =
  | 'submitted'
  | 'password-pending'
  | 'approved'
  | 'declined'
  | 'reversing'
  | 'reversed'
  | 'delivered'
  | 'operator'
  | 'refused'
  | 'confirm-pending';
export type LinkState = 'offered' | 'opened' | 'authorised' | 'linked' | 'expired' | 'failed';
export type Reason =
  | 'code-expired'
  | 'code-not-accepted'
  | 'insufficient-funds'
  | 'limit-exceeded'
  | 'wallet-restricted'
  | 'wrong-password'
  | 'risk'
  | 'acquirer-unavailable'
  | 'configuration'
  | 'not-confirmed'
  | 'customer-aborted'
  | 'wrong-amount'
  | 'vend-failed'
  | 'not-delivered'
  | 'kiosk-restarted'
  | 'vend-doubtful'
  | 'cancel-unconfirmed'
  | 'unlinked'
  | 'stale'
  | 'not-greeted'
  | 'over-limit'
  | 'order-taken'
  | 'code-used'
  | 'tombstone'
  | 'malformed'
  | 'other';

export const issuers = words<Issuer>(v1.Issuer, 'ISSUER_');
export const deliveries = words<Delivery>(v1.Delivery, 'DELIVERY_');
export const standings = words<Standing>(v1.Standing, 'STANDING_');
export const reasons = words<Reason>(v1.Reason, 'REASON_');
export const linkStates = words<LinkState>(v1.LinkState, 'LINK_STATE_');
