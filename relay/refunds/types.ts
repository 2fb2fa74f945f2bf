import type { Money } from '../../protocol/money.js';
import type { CancelAnswer, InquiryAnswer, RefundAnswer } from '../acquirers/contract.js';
import type { AlarmKind, Policy } from '../payment/types.js';

/** `operator`: only a person can say what became of it; it may still be made, so it counts as taken. */
export const refundStates = ['requested', 'pending', 'confirmed', 'failed', 'operator'] as const;
export type RefundState = (typeof refundStates)[number];

/**
 * Money that a person gives back of a delivered payment: a refund, whole or in part, or the cancel of the whole. The
 * attempt stays delivered: the goods went out. Times are epoch milliseconds by the relay's clock.
 */
export type Refund = {
  // Fixed for ever when it was asked for.
  /** Unique for ever. Of a refund it is the id that the acquirer is asked under. */
  readonly id: string;
  readonly attempt: string;
  readonly kind: 'refund' | 'cancel';
  /** Among those of its attempt, from 1. */
  readonly number: number;
  /** Of a cancel all that was charged. */
  readonly money: Money;
  /** In the person's words. */
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: number;
  /** The one that failed, in whose place this is asked. */
  readonly replaces: string | null;
  /** How many of the same request have failed before. */
  readonly place: number;

  readonly state: RefundState;
  readonly endedAt: number | null;
  /** How often it was asked for, always under the same id. */
  readonly tries: number;
  /** How often the acquirer was asked what became of it, before and since it went to the operator. */
  readonly inquiries: number;
  readonly watches: number;
  /** Of a cancel: the acquirer does not; its inquiry tells whether an earlier try was done. */
  readonly refused: boolean;
  /** The acquirer's last code that said something of it. */
  readonly code: string | null;
  /** By whom it was settled, where the acquirer never said. */
  readonly settledBy: string | null;
  /** When `due` comes next; null: nothing is waited for. */
  readonly nextAt: number | null;
};

export type RefundEvent =
  | { readonly type: 'due' }
  | { readonly type: 'refund-answered'; readonly answer: RefundAnswer }
  | { readonly type: 'refund-inquiry-answered'; readonly answer: RefundAnswer }
  | { readonly type: 'cancel-answered'; readonly answer: CancelAnswer }
  /** Of the payment; asked after a cancel. */
  | { readonly type: 'inquiry-answered'; readonly answer: InquiryAnswer }
  /** A person has found out, where the acquirer's answers do not tell. */
  | { readonly type: 'settled'; readonly found: RefundFound; readonly by: string };

export const refundFindings = ['returned', 'not-returned'] as const;
export type RefundFound = (typeof refundFindings)[number];

export type RefundCall = 'refund' | 'inquire-refund' | 'cancel' | 'inquire';

export type RefundEffect =
  /** Made at once after the commit, and its answer fed back. */
  | { readonly type: 'call'; readonly call: RefundCall }
  /** It has failed for certain: another is asked for in its place, under an id of its own, at this time. */
  | { readonly type: 'another'; readonly at: number }
  | { readonly type: 'alarm'; readonly kind: AlarmKind; readonly text: string }
  /** An event that this state does not expect: counted and logged. */
  | { readonly type: 'fault'; readonly what: string };

export type RefundStep = { readonly refund: Refund; readonly effects: readonly RefundEffect[] };

export type RefundPolicy = Pick<
  Policy,
  | 'callTimeoutMs'
  | 'inquiryDelaysMs'
  | 'cancelDelaysMs'
  | 'refundInquiryDelaysMs'
  | 'newRefundDelaysMs'
  | 'operatorInquiryDelaysMs'
>;

/** Not ended, or ended well: its money is given back, or may be. */
export const takes = ({ state }: Pick<Refund, 'state'>): boolean => state !== 'failed';
export const isOpen = ({ state }: Pick<Refund, 'state'>): boolean => state === 'requested' || state === 'pending';

/** The payment machine's own refunds are r1, r2, …; a person's begin after this, so that no id is ever both. */
const MACHINES_REFUNDS_END = 1_000;
/** Of an id that is made as `refundIdOf` and the payment machine make them. */
export const isPersonsRefund = (id: string): boolean => Number(id.slice(1, -32)) > MACHINES_REFUNDS_END;
/** What two signs of an acquirer's number can still tell apart (acquirers/codepay/numbers.ts). */
export const NUMBER_MOST = 2_843;

/** @throws RangeError beyond `NUMBER_MOST`. */
export function refundIdOf(kind: Refund['kind'], attempt: string, number: number): string {
  if (number > NUMBER_MOST) throw new RangeError(`refund: number ${number}, expected at most ${NUMBER_MOST}`);
  return `${kind === 'refund' ? 'r' : 'c'}${MACHINES_REFUNDS_END + number}${attempt}`;
}
