import type { Money } from '../../protocol/money.js';
import type { RefundAnswer } from '../acquirers/contract.js';
import { alarm, fault, reversed, stay, toOperator, unasked } from './moves.js';
import { firstRefund, liveRefund, nextRefund } from './records.js';
import type { Attempt, Effect, PaymentEvent, Policy, Reversal, StepResult } from './types.js';

/**
 * Refunding: the part of reversing after the acquirer has refused to cancel a payment that it says is paid. A refund is
 * asked again only under its own id; a new id is used only once the acquirer's inquiry has said that the old one failed.
 */

export type RefundEvent = Extract<PaymentEvent, { type: 'refund-answered' | 'refund-inquiry-answered' }>;
type Refused = Extract<RefundAnswer, { kind: 'failed' }>;

/** `money`: what the acquirer has just said it charged. */
export function beginRefund(
  attempt: Attempt,
  money: Money,
  now: number,
  policy: Policy,
  ...effects: Effect[]
): StepResult {
  return callRefund(attempt, firstRefund(attempt, money, now), now, policy, ...effects);
}

function callRefund(attempt: Attempt, record: Reversal, now: number, policy: Policy, ...effects: Effect[]): StepResult {
  const reversal = { ...record, tries: record.tries + 1 };
  return stay({ ...attempt, reversal, nextAt: now + policy.callTimeoutMs }, ...effects, {
    type: 'call',
    call: 'refund',
  });
}

export function callInquireRefund(attempt: Attempt, record: Reversal, now: number, policy: Policy): StepResult {
  const reversal = { ...record, inquiries: record.inquiries + 1 };
  const inquiries = attempt.inquiries + 1;
  return stay(
    { ...attempt, reversal, inquiries, nextAt: now + policy.callTimeoutMs },
    { type: 'call', call: 'inquire-refund' },
  );
}

/** Once it was asked for, what became of it is always inquired first: after a crash too, when no answer was heard. */
export function refundDue(attempt: Attempt, record: Reversal, now: number, policy: Policy): StepResult {
  if (record.tries === 0) return callRefund(attempt, record, now, policy);
  if (record.inquiries >= policy.refundInquiryDelaysMs.length) return unconfirmed(attempt, record, now, policy);
  return callInquireRefund(attempt, record, now, policy);
}

export function refundAnswered(attempt: Attempt, event: RefundEvent, now: number, policy: Policy): StepResult {
  const record = liveRefund(attempt);
  if (!record || record.id !== event.refundId || record.tries === 0) return answeredOther(attempt, event);
  const { answer } = event;
  switch (answer.kind) {
    case 'refunded':
    case 'already-returned':
      return reversed(attempt, now);
    case 'pending':
      return askLater(attempt, { ...record, state: 'pending' }, now, policy);
    case 'not-found':
      // It never arrived. What the acquirer once had in hand is not sent again, whatever it says of it now.
      if (event.type === 'refund-inquiry-answered' && record.state === 'requested') {
        return callRefund(attempt, record, now, policy);
      }
      return askLater(attempt, record, now, policy);
    case 'failed':
      return failed(attempt, record, event, answer, now, policy);
    case 'unknown':
    case 'not-sent':
      return askLater(attempt, record, now, policy);
  }
}

function failed(
  attempt: Attempt,
  record: Reversal,
  event: RefundEvent,
  answer: Refused,
  now: number,
  policy: Policy,
): StepResult {
  const said = `refund ${record.number} of ${record.money.amount} ${record.money.currency} (minor units) failed`;
  const text = `${said} with ${answer.code ?? 'no code'}`;
  const ended: Attempt = { ...attempt, reversal: { ...record, state: 'failed', endedAt: now } };
  const giveUp = (why: string): StepResult =>
    toOperator(ended, 'cancel-unconfirmed', now, policy, alarm('refund-failed', `${text}; ${why}`));
  const forGood = answer.retry === 'never';
  // The refusal of one request is no proof: an earlier one, whose answer was lost, may still be on its way, or be done.
  if (event.type === 'refund-answered' && !(forGood && record.tries <= 1)) {
    const call =
      answer.alarm && !forGood ? [alarm('refund-delayed', `${text}; see to it, it will be tried again`)] : [];
    return askLater(attempt, record, now, policy, ...call);
  }
  if (forGood) return giveUp('the acquirer will not refund; refund by hand');
  const call: Effect[] = answer.alarm ? [alarm('refund-delayed', `${text}; see to it, it will be tried again`)] : [];
  const wait = policy.newRefundDelaysMs[record.number - 1];
  if (wait === undefined) return giveUp('no more tries; refund by hand');
  return stay({ ...ended, reversal: nextRefund(ended, record, now), nextAt: now + wait }, ...call);
}

function askLater(attempt: Attempt, record: Reversal, now: number, policy: Policy, ...effects: Effect[]): StepResult {
  const wait = policy.refundInquiryDelaysMs[record.inquiries];
  if (wait === undefined) return unconfirmed(attempt, record, now, policy, ...effects);
  return stay({ ...attempt, reversal: record, nextAt: now + wait }, ...effects);
}

function unconfirmed(
  attempt: Attempt,
  record: Reversal,
  now: number,
  policy: Policy,
  ...effects: Effect[]
): StepResult {
  const text = `refund ${record.number}, asked ${record.tries} times and inquired ${record.inquiries} times, is not confirmed`;
  const next = { ...attempt, reversal: record };
  return toOperator(next, 'cancel-unconfirmed', now, policy, ...effects, alarm('refund-unconfirmed', text));
}

/** Of a record that is no longer the newest, or has ended: it decides nothing, unless it says that money moved. */
export function answeredOther(attempt: Attempt, event: RefundEvent): StepResult {
  const { reversal } = attempt;
  if (reversal?.kind !== 'refund' || (reversal.number === 1 && reversal.tries === 0)) return unasked(attempt, event);
  if (event.answer.kind !== 'refunded') return stay(attempt);
  if (reversal.id === event.refundId && reversal.state === 'confirmed') return stay(attempt);
  const what = `the acquirer says that refund ${event.refundId} was made, which had failed or was never asked for`;
  return fault(attempt, what, alarm('contradiction', what));
}
