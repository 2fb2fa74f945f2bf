import type { CancelAnswer, InquiryAnswer, PayAnswer } from '../acquirers/contract.js';
import {
  alarm,
  callCancel,
  callInquire,
  cancelledToo,
  checkPaid,
  decline,
  declinedAlarms,
  noted,
  reversed,
  stay,
  toOperator,
  waitOf,
  wrongAmountAlarm,
} from './moves.js';
import { liveRefund } from './records.js';
import { beginRefund, type RefundEvent, refundAnswered, refundDue } from './refunding.js';
import type { Attempt, Effect, PaymentEvent, Policy, StepResult } from './types.js';

type Answered =
  | Extract<PaymentEvent, { type: 'due' | 'pay-answered' | 'inquiry-answered' | 'cancel-answered' }>
  | RefundEvent;

/**
 * Reversing: the money shall be with the customer. Leaves only to declined, reversed or operator (rule 10). First the
 * cancel; where the acquirer does not cancel and its inquiry says paid, a refund.
 */
export function reversing(attempt: Attempt, event: Answered, now: number, policy: Policy): StepResult {
  switch (event.type) {
    case 'due':
      return due(attempt, now, policy);
    case 'pay-answered':
      return payAnswered(noted(attempt, event.answer), event.answer, now);
    case 'inquiry-answered':
      return inquiryAnswered(noted(attempt, event.answer), event.answer, event.askedAt, now, policy);
    case 'cancel-answered':
      return cancelAnswered(attempt, event.answer, event.askedAt, now, policy);
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return refundAnswered(attempt, event, now, policy);
  }
}

const reasonOf = (attempt: Attempt) => attempt.reason ?? 'not-confirmed';

/** "Not paid" may only end the attempt if nobody ever said paid. */
const certainlyUnpaid = (attempt: Attempt, askedAt: number): boolean =>
  !attempt.paidSeen && askedAt > attempt.landingUntil;

function due(attempt: Attempt, now: number, policy: Policy): StepResult {
  if (attempt.payAt === null) return decline(attempt, reasonOf(attempt), now);
  const refund = liveRefund(attempt);
  if (refund) return refundDue(attempt, refund, now, policy);
  if (attempt.cancelRefused) {
    const may = now <= attempt.landingUntil || attempt.inquiries < policy.inquiryDelaysMs.length;
    return may ? callInquire(attempt, now, policy) : undecided(attempt, now, policy);
  }
  // The first time inquiry and cancel back to back: a declined payment needs no cancel, and some acquirers refuse one.
  if (attempt.cancels === 0 && attempt.inquiries === 0 && !attempt.paidSeen) return callInquire(attempt, now, policy);
  // The answers of all tries may have been lost with the relays that waited for them.
  if (attempt.cancels > policy.cancelDelaysMs.length) return unconfirmed(attempt, 'was not heard', now, policy);
  return callCancel(attempt, now, policy);
}

function payAnswered(attempt: Attempt, answer: PayAnswer, now: number): StepResult {
  // Whatever pay says now, the cancel follows; only a certain "no" makes it needless.
  const next = liveRefund(attempt) ? attempt : { ...attempt, nextAt: now };
  switch (answer.kind) {
    case 'declined':
      return attempt.paidSeen ? stay(next) : decline(attempt, answer.reason, now, ...declinedAlarms(answer));
    case 'not-sent':
      return attempt.paidSeen ? stay(next) : decline(attempt, reasonOf(attempt), now);
    case 'paid':
      return stay(next, ...wrongAmount(attempt, answer));
    case 'conflict':
      return stay(next, alarm('id-conflict', 'the acquirer knows this id with other content'));
    case 'pending':
    case 'unknown':
      return stay(next);
  }
}

function wrongAmount(attempt: Attempt, answer: Extract<PayAnswer, { kind: 'paid' }>): Effect[] {
  return checkPaid(attempt, answer) === 'wrong' ? [wrongAmountAlarm(attempt, answer)] : [];
}

function inquiryAnswered(
  attempt: Attempt,
  answer: InquiryAnswer,
  askedAt: number,
  now: number,
  policy: Policy,
): StepResult {
  if (answer.kind === 'cancelled') return reversed(attempt, now, ...cancelledToo(attempt));
  if (answer.kind === 'declined' && !attempt.paidSeen) {
    return decline(attempt, answer.reason, now, ...declinedAlarms(answer));
  }
  if (answer.kind === 'not-found' && certainlyUnpaid(attempt, askedAt)) return decline(attempt, reasonOf(attempt), now);
  const effects = answer.kind === 'paid' ? wrongAmount(attempt, answer) : [];
  if (liveRefund(attempt)) return stay(attempt, ...effects);
  if (!attempt.cancelRefused) return callCancel(attempt, now, policy, ...effects);
  // What was charged is given back, whatever was asked for; without the amount nothing is.
  if (answer.kind === 'paid' && answer.money && answer.money.amount > 0)
    return beginRefund(attempt, answer.money, now, policy, ...effects);
  return askAgain(attempt, now, policy);
}

function cancelAnswered(
  attempt: Attempt,
  answer: CancelAnswer,
  askedAt: number,
  now: number,
  policy: Policy,
): StepResult {
  if (answer.kind === 'cancelled') return reversed(attempt, now, ...cancelledToo(attempt));
  if (answer.kind === 'not-found' && certainlyUnpaid(attempt, askedAt)) return decline(attempt, reasonOf(attempt), now);
  // Another relay's cancel, answered after an inquiry or a refund has taken over.
  if (attempt.cancelRefused) return stay(attempt);
  switch (answer.kind) {
    case 'not-found':
      // Said of a payment that was paid, it proves nothing.
      if (attempt.paidSeen) return retry(attempt, 'says there is no such payment, though it said paid', now, policy);
      return keepAsking(attempt, now, policy);
    case 'unknown':
    case 'not-sent':
      return retry(attempt, 'does not answer', now, policy);
    case 'refused':
    case 'refund-instead':
      return callInquire({ ...attempt, cancelRefused: true, inquiries: 0 }, now, policy);
  }
}

/**
 * Pay may still land (rule 11): ask again, no later than the first moment at which the answer counts. Where that is past by our
 * clock and the answer did not count all the same (it was asked just before, or our clock is ahead), not without a pause.
 */
function keepAsking(attempt: Attempt, now: number, policy: Policy): StepResult {
  const wait = now + waitOf(policy.inquiryDelaysMs, policy.inquiryDelaysMs.length);
  const counts = attempt.landingUntil + 1;
  const nextAt = counts > now ? Math.min(wait, counts) : wait;
  return stay({ ...attempt, inquiries: 0, cancels: 0, nextAt });
}

function retry(attempt: Attempt, why: string, now: number, policy: Policy): StepResult {
  const wait = policy.cancelDelaysMs[attempt.cancels - 1];
  return wait === undefined ? unconfirmed(attempt, why, now, policy) : stay({ ...attempt, nextAt: now + wait });
}

function unconfirmed(attempt: Attempt, why: string, now: number, policy: Policy): StepResult {
  const text = `cancel asked ${attempt.cancels} times; the acquirer ${why}`;
  return toOperator(attempt, 'cancel-unconfirmed', now, policy, alarm('cancel-unconfirmed', text));
}

/** Not cancelled, and not said what was paid: asked as long as it may still be paid, and then once through the plan. */
function askAgain(attempt: Attempt, now: number, policy: Policy): StepResult {
  if (now <= attempt.landingUntil) return keepAsking(attempt, now, policy);
  return stay({ ...attempt, nextAt: now + waitOf(policy.inquiryDelaysMs, attempt.inquiries) });
}

function undecided(attempt: Attempt, now: number, policy: Policy): StepResult {
  const text = `the acquirer does not cancel, and ${attempt.inquiries} inquiries did not tell what it has charged`;
  return toOperator(attempt, 'cancel-unconfirmed', now, policy, alarm('cancel-refused', text));
}
