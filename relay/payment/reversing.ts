import type { CancelAnswer, InquiryAnswer, PayAnswer } from '../acquirers/contract.js';
import {
  alarm,
  callCancel,
  callInquire,
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
import type { Attempt, Effect, PaymentEvent, Policy, StepResult } from './types.js';

type Answered = Extract<PaymentEvent, { type: 'due' | 'pay-answered' | 'inquiry-answered' | 'cancel-answered' }>;

/** Reversing: the money shall be with the customer. Leaves only to declined, reversed or operator (rule 10). */
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
  }
}

const reasonOf = (attempt: Attempt) => attempt.reason ?? 'not-confirmed';

/** "Not paid" may only end the attempt if nobody ever said paid. */
const certainlyUnpaid = (attempt: Attempt, askedAt: number): boolean =>
  !attempt.paidSeen && askedAt > attempt.landingUntil;

function due(attempt: Attempt, now: number, policy: Policy): StepResult {
  if (attempt.payAt === null) return decline(attempt, reasonOf(attempt));
  if (attempt.cancelRefused) return callInquire(attempt, now, policy);
  // The first time inquiry and cancel back to back: a declined payment needs no cancel, and some acquirers refuse one.
  if (attempt.cancels === 0 && !attempt.paidSeen) return callInquire(attempt, now, policy);
  return callCancel(attempt, now, policy);
}

function payAnswered(attempt: Attempt, answer: PayAnswer, now: number): StepResult {
  // Whatever pay says now, the cancel follows; only a certain "no" makes it needless.
  const next = { ...attempt, nextAt: now };
  switch (answer.kind) {
    case 'declined':
      return attempt.paidSeen ? stay(next) : decline(attempt, answer.reason, ...declinedAlarms(answer));
    case 'not-sent':
      return attempt.paidSeen ? stay(next) : decline(attempt, reasonOf(attempt));
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
  if (answer.kind === 'cancelled') return reversed(attempt);
  if (answer.kind === 'declined' && !attempt.paidSeen) {
    return decline(attempt, answer.reason, ...declinedAlarms(answer));
  }
  if (answer.kind === 'not-found' && certainlyUnpaid(attempt, askedAt)) return decline(attempt, reasonOf(attempt));
  const effects = answer.kind === 'paid' ? wrongAmount(attempt, answer) : [];
  if (attempt.cancelRefused) {
    const text = `the acquirer refuses to cancel; its inquiry says ${answer.kind}`;
    return toOperator(attempt, 'cancel-unconfirmed', now, policy, ...effects, alarm('cancel-refused', text));
  }
  return callCancel(attempt, now, policy, ...effects);
}

function cancelAnswered(
  attempt: Attempt,
  answer: CancelAnswer,
  askedAt: number,
  now: number,
  policy: Policy,
): StepResult {
  switch (answer.kind) {
    case 'cancelled':
      return reversed(attempt);
    case 'not-found':
      if (certainlyUnpaid(attempt, askedAt)) return decline(attempt, reasonOf(attempt));
      // Said of a payment that was paid, it proves nothing.
      if (attempt.paidSeen) return retry(attempt, 'says there is no such payment, though it said paid', now, policy);
      return keepAsking(attempt, now, policy);
    case 'unknown':
    case 'not-sent':
      return retry(attempt, 'does not answer', now, policy);
    case 'refused':
      return callInquire({ ...attempt, cancelRefused: true }, now, policy);
    case 'refund-instead': {
      const text = 'the acquirer no longer cancels; refund by hand';
      return toOperator(attempt, 'cancel-unconfirmed', now, policy, alarm('refund-needed', text));
    }
  }
}

/** Pay may still land (rule 11): ask again, no later than the first moment at which the answer counts. */
function keepAsking(attempt: Attempt, now: number, policy: Policy): StepResult {
  const wait = now + waitOf(policy.inquiryDelaysMs, policy.inquiryDelaysMs.length);
  const nextAt = Math.max(now, Math.min(wait, attempt.landingUntil + 1));
  return stay({ ...attempt, cancels: 0, nextAt });
}

function retry(attempt: Attempt, why: string, now: number, policy: Policy): StepResult {
  const wait = policy.cancelDelaysMs[attempt.cancels - 1];
  if (wait !== undefined) return stay({ ...attempt, nextAt: now + wait });
  const text = `cancel asked ${attempt.cancels} times; the acquirer ${why}`;
  return toOperator(attempt, 'cancel-unconfirmed', now, policy, alarm('cancel-unconfirmed', text));
}
