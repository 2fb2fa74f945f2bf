import type { PaymentNotice, RefundNotice } from '../acquirers/contract.js';
import { step } from '../payment/step.js';
import type { Attempt, PaymentEvent, Policy } from '../payment/types.js';

/** What a verified notification does to its attempt. Pure. */

export type Notice = PaymentNotice | RefundNotice;

export type Decision =
  /** To the machine, as an answer is. */
  | { readonly type: 'apply'; readonly event: PaymentEvent }
  /** The acquirer is asked at once, by whoever works on the attempt. */
  | { readonly type: 'ask' }
  /** There is nothing left to ask. */
  | { readonly type: 'leave' };

/**
 * A notification makes no call of its own: two tasks would make calls for one attempt. So what would lead to one is a hint,
 * and the inquiry that it leads to says the same again (rule 10, and the inquiry that stands beside each cancel).
 * It may also have been on its way for a day. "Paid" approves what is still undecided, for nobody has asked for a cancel
 * then; once one may have been asked for, "paid" is old news, and the inquiry tells.
 */
export function decide(attempt: Attempt, notice: Notice, differs: boolean, now: number, policy: Policy): Decision {
  const asks = isAskedAbout(attempt);
  const isOldNews = notice.kind === 'payment' && (attempt.state === 'reversing' || attempt.state === 'operator');
  const event = eventOf(notice);
  // Where nothing is asked any more the machine can do no more with an answer than call a person, and that it shall.
  const isForTheMachine = !differs && (asks ? notice.believed && !isOldNews : true);
  if (isForTheMachine && !step(attempt, event, now, policy).effects.some(({ type }) => type === 'call')) {
    return { type: 'apply', event };
  }
  return { type: asks ? 'ask' : 'leave' };
}

/** The states whose `due` inquires. Before pay was sent there is nothing to inquire. */
const isAskedAbout = ({ state, payAt }: Attempt): boolean =>
  (state === 'submitted' && payAt !== null) || state === 'reversing' || state === 'operator';

/** Asked before time began: that there is no such order is for an inquiry of ours to say (rule 11). */
const NEVER_ASKED = 0;

const eventOf = (notice: Notice): PaymentEvent =>
  notice.kind === 'payment'
    ? { type: 'inquiry-answered', answer: notice.answer, askedAt: NEVER_ASKED, by: 'notification' }
    : { type: 'refund-inquiry-answered', refundId: notice.refundId, answer: notice.answer, by: 'notification' };

/** An attempt that is due now, and knows what else the notification told of it for certain. */
export function askedNow(attempt: Attempt, notice: Notice, differs: boolean, now: number): Attempt {
  const nextAt = Math.min(attempt.nextAt ?? now, now);
  if (differs || notice.kind === 'refund') return { ...attempt, nextAt };
  const paidSeen = attempt.paidSeen || (notice.believed && notice.answer.kind === 'paid');
  return { ...attempt, nextAt, paidSeen, acquirerId: attempt.acquirerId ?? notice.acquirerId ?? null };
}

/** In which way it is not of the record; undefined: it is. Amounts in minor units. `owner`: the attempt's account. */
export function differenceOf(attempt: Attempt, notice: Notice, account: string, owner: string): string | undefined {
  if (owner !== account)
    return `a notification for account ${account}, asked for with ${owner || 'none of this config'}`;
  const [said, ours] = notice.kind === 'payment' ? paymentMoney(attempt, notice) : refundMoney(attempt, notice);
  if (!said || (ours && said.amount === ours.amount && said.currency === ours.currency)) return undefined;
  const what = notice.kind === 'payment' ? 'asked' : 'refund of';
  const asked = ours ? `${ours.amount} ${ours.currency}` : 'nothing';
  return `${what} ${asked}, a notification says ${said.amount} ${said.currency} (minor units)`;
}

const paymentMoney = (attempt: Attempt, { answer }: PaymentNotice) =>
  [answer.kind === 'paid' ? answer.money : undefined, attempt.money] as const;

/** A record that is not the newest has no amount here; the machine knows what to think of it. */
function refundMoney({ reversal }: Attempt, { refundId, money }: RefundNotice) {
  return reversal?.id === refundId ? ([money, reversal.money] as const) : ([undefined, null] as const);
}

/** Ids of refunds are made of their payment's: r, which one it is, and the attempt's id. */
const REFUND_ID = /^r[1-9]\d{0,3}([0-9a-f]{32})$/;
const ATTEMPT_ID = /^[0-9a-f]{32}$/;

/** Null: no attempt of ours can have this id. */
export function attemptIdOf(notice: Notice): string | null {
  if (notice.kind === 'refund') return REFUND_ID.exec(notice.refundId)?.[1] ?? null;
  return ATTEMPT_ID.test(notice.requestId) ? notice.requestId : null;
}
