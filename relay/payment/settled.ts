import type { Delivery, Reason } from '../../protocol/words.js';
import type { InquiryAnswer, PayAnswer } from '../acquirers/contract.js';
import {
  alarm,
  callInquire,
  checkPaid,
  fault,
  nextWatch,
  noted,
  reverse,
  stay,
  unasked,
  wrongAmountAlarm,
} from './moves.js';
import { endedReversal, isLive, liveRefund } from './records.js';
import { answeredOther, callInquireRefund, type RefundEvent } from './refunding.js';
import type { Attempt, Effect, Finding, PaymentEvent, Policy, StepResult } from './types.js';

/** Approved, doubtful, operator and the final states: the acquirer has little to say here, the kiosk's reports count. */

const ack: Effect = { type: 'ack-vend' };

/** Rule 12: only a kiosk's report or rule 4 moves an approved row; no timer and no acquirer. */
export function approved(attempt: Attempt, event: PaymentEvent, now: number, policy: Policy): StepResult {
  switch (event.type) {
    case 'due':
      return stay({ ...attempt, nextAt: null }, alarm('report-late', 'approved, and no word of the goods yet'));
    case 'abort':
      // Crossed the approval on its way; the kiosk's report follows.
      return stay(attempt);
    case 'vend-reported':
      return reported(attempt, event.delivery, now, policy);
    case 'swept':
      if (event.listed) return reported(attempt, event.listed, now, policy);
      if (event.bootInChain) return reverse(attempt, 'kiosk-restarted', now);
      return doubt(attempt, 'the kiosk has lost its journal, or is another one');
    case 'cancel-answered':
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return unasked(attempt, event);
    case 'pay-answered':
    case 'inquiry-answered':
      return lateAnswer(attempt, event.answer);
  }
}

/** Approved by one answer, and another answer arrives: nothing new, unless it contradicts. */
function lateAnswer(attempt: Attempt, answer: PayAnswer | InquiryAnswer): StepResult {
  if (answer.kind === 'paid' && checkPaid(attempt, answer) === 'wrong') {
    return fault(attempt, 'a second answer names another amount', wrongAmountAlarm(attempt, answer));
  }
  if (answer.kind === 'declined' || answer.kind === 'cancelled') {
    const what = `a second answer says ${answer.kind}`;
    return fault(attempt, what, alarm('contradiction', what));
  }
  return stay(attempt);
}

function doubt(attempt: Attempt, text: string, ...effects: Effect[]): StepResult {
  if (attempt.state === 'doubtful') return stay(attempt, ...effects);
  return stay(
    { ...attempt, state: 'doubtful', reason: 'vend-doubtful', nextAt: null },
    { type: 'publish', until: 'answered' },
    ...effects,
    alarm('vend-doubtful', text),
  );
}

const reversalReasons: Record<'failed' | 'not-delivered', Reason> = {
  failed: 'vend-failed',
  'not-delivered': 'not-delivered',
};

function reported(attempt: Attempt, delivery: Delivery, now: number, policy: Policy): StepResult {
  switch (delivery) {
    case 'delivered':
      return stay({ ...attempt, state: 'delivered', reason: null, nextAt: null }, ack);
    case 'failed':
    case 'not-delivered':
      // The money is known to be taken.
      return reverse({ ...attempt, paidSeen: true }, reversalReasons[delivery], now, ack);
    case 'doubtful':
      return reportedDoubtful(attempt, now, policy);
  }
}

/** Decided once, when it is heard of an approved attempt: a lost journal's attempt stays with the person. */
function reportedDoubtful(attempt: Attempt, now: number, policy: Policy): StepResult {
  const text = 'the kiosk does not know whether the goods went out';
  if (attempt.state !== 'approved' || policy.doubtful === 'ask') return doubt(attempt, text, ack);
  if (policy.doubtful === 'reverse') {
    const call = alarm('vend-doubtful', `${text}; the money is given back, by policy`);
    return reverse({ ...attempt, paidSeen: true }, 'vend-doubtful', now, ack, call);
  }
  const call = alarm('vend-doubtful', `${text}; taken for delivered, by policy`);
  return stay({ ...attempt, state: 'delivered', reason: 'vend-doubtful', nextAt: null }, ack, call);
}

/** Doubtful: definite reports override it (rule 12). */
export function doubtful(attempt: Attempt, event: PaymentEvent, now: number, policy: Policy): StepResult {
  switch (event.type) {
    case 'vend-reported':
      return reported(attempt, event.delivery, now, policy);
    case 'swept':
      return event.listed ? reported(attempt, event.listed, now, policy) : stay(attempt);
    case 'due':
      return fault({ ...attempt, nextAt: null }, 'due');
    case 'abort':
      return stay(attempt);
    case 'cancel-answered':
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return unasked(attempt, event);
    case 'pay-answered':
    case 'inquiry-answered':
      return lateAnswer(attempt, event.answer);
  }
}

/** With the operator: no money is moved any more; certain answers are kept for the person. */
export function operator(attempt: Attempt, event: PaymentEvent, now: number, policy: Policy): StepResult {
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
      if (attempt.reversal?.id !== event.refundId || !isLive(attempt.reversal)) return answeredOther(attempt, event);
      return foundOfRefund(attempt, event, now, policy);
    case 'pay-answered':
    case 'inquiry-answered':
    case 'cancel-answered':
      return found(noted(attempt, event.answer), findingOf(attempt, event), now, policy);
  }
}

/** What is certain is told once and ends the watch; the record of the reversal ends with it. */
function found(attempt: Attempt, finding: Finding | undefined, now: number, policy: Policy): StepResult {
  if (finding === undefined) return stay({ ...attempt, nextAt: nextWatch(attempt.inquiries, now, policy) });
  const reversal = finding === 'returned' ? endedReversal(attempt, 'confirmed', now) : attempt.reversal;
  const next: Attempt = { ...attempt, reversal, nextAt: null };
  if (finding === attempt.finding) return stay(next);
  return stay({ ...next, finding }, alarm('finding', `the acquirer now says: ${finding}`));
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
export function final(attempt: Attempt, event: PaymentEvent, policy: Policy): StepResult {
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
      return attempt.state === 'declined' || attempt.state === 'reversed' ? stay(attempt) : unasked(attempt, event);
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return attempt.state === 'reversed' ? answeredOther(attempt, event) : unasked(attempt, event);
  }
}

function answeredAfterEnd(attempt: Attempt, answer: PayAnswer | InquiryAnswer): StepResult {
  if (answer.kind !== 'paid' || attempt.state === 'delivered') return stay(attempt);
  // After a confirmed reversal "paid" is an old answer. After declined or refused it must not be.
  if (attempt.state === 'reversed') return stay(attempt);
  const what = `the acquirer says paid after the attempt was ${attempt.state}`;
  return fault(attempt, what, alarm('charged-after-end', what));
}

/** A report for an attempt that it can no longer move: acknowledged, so that the kiosk may forget it. */
export function lateReport(attempt: Attempt, delivery: Delivery, policy: Policy): StepResult {
  if (fits(attempt, delivery, policy)) return stay(attempt, ack);
  const what = `kiosk reports ${delivery} for an attempt that is ${attempt.state}`;
  return fault(attempt, what, ack, alarm('contradiction', what));
}

function fits(attempt: Attempt, delivery: Delivery, policy: Policy): boolean {
  // "doubtful" may be an older word than the "delivered" that ended the attempt.
  if (attempt.state === 'delivered') return delivery === 'delivered' || delivery === 'doubtful';
  if (delivery === 'not-delivered') return true;
  // The report of a vend that failed, or is doubtful, may be what started this reversal; it may come again.
  const started = delivery === 'failed' || (delivery === 'doubtful' && policy.doubtful === 'reverse');
  return started && attempt.paidSeen && attempt.state !== 'refused' && attempt.state !== 'declined';
}
