import type { Delivery } from '../../protocol/words.js';
import type { InquiryAnswer, PayAnswer } from '../acquirers/contract.js';
import { alarm, callInquire, cancelledToo, fault, nextWatch, noted, stay, unasked } from './moves.js';
import { endedReversal, liveRefund } from './records.js';
import { answeredOther, callInquireRefund, type RefundEvent } from './refunding.js';
import type { Attempt, Effect, Finding, MachineEvent, PaymentEvent, Policy, StepResult } from './types.js';

/** The operator's state and the final ones: the machine moves nothing any more. It answers, and tells what contradicts. */

/** With the operator: no money is moved any more; certain answers are kept for the person. */
export function operator(attempt: Attempt, event: MachineEvent, now: number, policy: Policy): StepResult {
  switch (event.type) {
    case 'due': {
      const refund = liveRefund(attempt);
      return refund ? callInquireRefund(attempt, refund, now, policy) : callInquire(attempt, now, policy);
    }
    case 'vend-reported':
      return lateReport(attempt, event.delivery, policy);
    case 'swept':
      return event.listed ? lateReport(attempt, event.listed, policy) : stay(attempt);
    case 'abort':
      return stay(attempt);
    case 'refund-answered':
    case 'refund-inquiry-answered':
      if (liveRefund(attempt)?.id !== event.refundId) return answeredOther(attempt, event);
      return foundOfRefund(attempt, event, now, policy);
    case 'pay-answered':
    case 'inquiry-answered':
    case 'cancel-answered':
      return found(
        noted(attempt, event.answer),
        findingOf(attempt, event),
        now,
        policy,
        ...twice(attempt, event.answer),
      );
  }
}

const twice = (attempt: Attempt, answer: { readonly kind: string }): Effect[] =>
  answer.kind === 'cancelled' ? cancelledToo(attempt) : [];

/** What is certain is told once and ends the watch; the record of the reversal ends with it. */
function found(
  attempt: Attempt,
  finding: Finding | undefined,
  now: number,
  policy: Policy,
  ...effects: Effect[]
): StepResult {
  if (finding === undefined) return stay({ ...attempt, nextAt: nextWatch(attempt.inquiries, now, policy) });
  const reversal = finding === 'returned' ? endedReversal(attempt, 'confirmed', now) : attempt.reversal;
  const next: Attempt = { ...attempt, reversal, nextAt: null };
  if (finding === attempt.finding) return stay(next, ...effects);
  return stay({ ...next, finding }, alarm('finding', `the acquirer now says: ${finding}`), ...effects);
}

type PayEvent = Extract<PaymentEvent, { type: 'pay-answered' | 'inquiry-answered' | 'cancel-answered' }>;

function findingOf(attempt: Attempt, event: PayEvent): Finding | undefined {
  const { answer } = event;
  if (!('askedAt' in event)) return answer.kind === 'paid' ? 'charged' : undefined;
  switch (answer.kind) {
    case 'paid':
      return 'charged';
    case 'cancelled':
      return 'returned';
    case 'declined':
      return attempt.paidSeen ? undefined : 'not-charged';
    case 'not-found':
      return !attempt.paidSeen && event.askedAt > attempt.landingUntil ? 'not-charged' : undefined;
    default:
      return undefined;
  }
}

function foundOfRefund(attempt: Attempt, event: RefundEvent, now: number, policy: Policy): StepResult {
  const { kind } = event.answer;
  if (kind === 'refunded' || kind === 'already-returned') return found(attempt, 'returned', now, policy);
  // Only the inquiry's word proves it (the refusal of one request does not), and then the money is still taken.
  if (kind !== 'failed' || event.type === 'refund-answered') return found(attempt, undefined, now, policy);
  return found({ ...attempt, reversal: endedReversal(attempt, 'failed', now) }, 'charged', now, policy);
}

/** Final (S10): nothing changes any more. What contradicts is told, what repeats is answered. */
export function final(attempt: Attempt, event: MachineEvent, policy: Policy): StepResult {
  switch (event.type) {
    case 'vend-reported':
      return lateReport(attempt, event.delivery, policy);
    case 'due':
      return fault({ ...attempt, nextAt: null }, 'due');
    case 'abort':
      return stay(attempt);
    case 'swept':
      return event.listed ? lateReport(attempt, event.listed, policy) : stay(attempt);
    case 'pay-answered':
    case 'inquiry-answered':
      return answeredAfterEnd(attempt, event.answer);
    case 'cancel-answered':
      // Another relay's, and slow. Of what was delivered or refused nobody ever asked a cancel.
      return attempt.state === 'declined' || attempt.state === 'reversed'
        ? stay(attempt, ...twice(attempt, event.answer))
        : unasked(attempt, event);
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return attempt.state === 'reversed' ? answeredOther(attempt, event) : unasked(attempt, event);
  }
}

function answeredAfterEnd(attempt: Attempt, answer: PayAnswer | InquiryAnswer): StepResult {
  // After a confirmed reversal "paid" is an old answer. After declined or refused it must not be.
  if (attempt.state === 'reversed') return stay(attempt, ...twice(attempt, answer));
  if (answer.kind !== 'paid' || attempt.state === 'delivered') return stay(attempt);
  const what = `the acquirer says paid after the attempt was ${attempt.state}`;
  return fault(attempt, what, alarm('charged-after-end', what));
}

/**
 * A report for an attempt that it can no longer move: acknowledged, so that the kiosk may forget it, and answered by how the
 * attempt stands: the kiosk could not heed that while it vended, and another device of its name may have acknowledged it.
 */
export function lateReport(attempt: Attempt, delivery: Delivery, policy: Policy): StepResult {
  const ack: Effect = { type: 'ack-vend', delivery };
  const stands: Effect[] = attempt.state === 'reversing' ? [] : [{ type: 'publish', until: 'once' }];
  if (fits(attempt, delivery, policy)) {
    return attempt.state === 'delivered' ? stay(attempt, ack) : stay(attempt, ack, ...stands);
  }
  const what = `kiosk reports ${delivery} for an attempt that is ${attempt.state}`;
  return fault(attempt, what, ack, ...stands, alarm('contradiction', what));
}

function fits(attempt: Attempt, delivery: Delivery, policy: Policy): boolean {
  // "doubtful" may be an older word than the "delivered" that ended the attempt.
  if (attempt.state === 'delivered') return delivery === 'delivered' || delivery === 'doubtful';
  if (delivery === 'not-delivered') return true;
  // The report of a vend that failed, or is doubtful, may be what started this reversal; it may come again.
  // "doubtful" may be an older word than the "failed" that was heard first.
  const older = policy.doubtful === 'reverse' || attempt.reason === 'vend-failed' || attempt.reason === 'not-delivered';
  const started = delivery === 'failed' || (delivery === 'doubtful' && older);
  return started && attempt.paidSeen && attempt.state !== 'refused' && attempt.state !== 'declined';
}
