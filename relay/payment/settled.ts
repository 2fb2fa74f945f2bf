import type { Delivery, Reason } from '../../protocol/words.js';
import type { CancelAnswer, InquiryAnswer, PayAnswer } from '../acquirers/contract.js';
import { alarm, callInquire, checkPaid, fault, nextWatch, noted, reverse, stay, wrongAmountAlarm } from './moves.js';
import type { Attempt, Effect, Finding, PaymentEvent, Policy, StepResult } from './types.js';

/** Approved, doubtful, operator and the final states: the acquirer has little to say here, the kiosk's reports count. */

type Answer = PayAnswer | InquiryAnswer | CancelAnswer;
const ack: Effect = { type: 'ack-vend' };

const answerOf = (event: PaymentEvent): Answer | undefined => ('answer' in event ? event.answer : undefined);

/** Rule 12: only a kiosk's report or rule 4 moves an approved row; no timer and no acquirer. */
export function approved(attempt: Attempt, event: PaymentEvent, now: number): StepResult {
  switch (event.type) {
    case 'due':
      return stay({ ...attempt, nextAt: null }, alarm('report-late', 'approved, and no word of the goods yet'));
    case 'abort':
      // Crossed the approval on its way; the kiosk's report follows.
      return stay(attempt);
    case 'vend-reported':
      return reported(attempt, event.delivery, now);
    case 'swept':
      if (event.listed) return reported(attempt, event.listed, now);
      if (event.bootInChain) return reverse(attempt, 'kiosk-restarted', now);
      return doubt(attempt, 'the kiosk has lost its journal, or is another one');
    default:
      return lateAnswer(attempt, event);
  }
}

/** Approved by one answer, and another answer arrives: nothing new, unless it contradicts. */
function lateAnswer(attempt: Attempt, event: PaymentEvent): StepResult {
  const answer = answerOf(event);
  if (answer?.kind === 'paid' && checkPaid(attempt, answer) === 'wrong') {
    return fault(attempt, 'a second answer names another amount', wrongAmountAlarm(attempt, answer));
  }
  if (answer?.kind === 'declined' || answer?.kind === 'cancelled') {
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

function reported(attempt: Attempt, delivery: Delivery, now: number): StepResult {
  switch (delivery) {
    case 'delivered':
      return stay({ ...attempt, state: 'delivered', reason: null, nextAt: null }, ack);
    case 'failed':
    case 'not-delivered':
      // The money is known to be taken.
      return reverse({ ...attempt, paidSeen: true }, reversalReasons[delivery], now, ack);
    case 'doubtful':
      return doubt(attempt, 'the kiosk does not know whether the goods went out', ack);
  }
}

/** Doubtful: definite reports override it (rule 12). */
export function doubtful(attempt: Attempt, event: PaymentEvent, now: number): StepResult {
  switch (event.type) {
    case 'vend-reported':
      return reported(attempt, event.delivery, now);
    case 'swept':
      return event.listed ? reported(attempt, event.listed, now) : stay(attempt);
    case 'due':
      return fault({ ...attempt, nextAt: null }, 'due');
    case 'abort':
      return stay(attempt);
    default:
      return lateAnswer(attempt, event);
  }
}

/** With the operator: no money is moved any more; certain answers are kept for the person. */
export function operator(attempt: Attempt, event: PaymentEvent, now: number, policy: Policy): StepResult {
  switch (event.type) {
    case 'due':
      return callInquire(attempt, now, policy);
    case 'vend-reported':
      return lateReport(attempt, event.delivery);
    case 'swept':
      return event.listed ? lateReport(attempt, event.listed) : stay(attempt);
    case 'abort':
      return stay(attempt);
    case 'pay-answered':
    case 'inquiry-answered':
    case 'cancel-answered': {
      const found = findingOf(attempt, event);
      const next = noted(attempt, event.answer);
      if (found === undefined) return stay({ ...next, nextAt: nextWatch(attempt.inquiries, now, policy) });
      if (found === attempt.finding) return stay({ ...next, nextAt: null });
      return stay({ ...next, finding: found, nextAt: null }, alarm('finding', `the acquirer now says: ${found}`));
    }
  }
}

function findingOf(attempt: Attempt, event: PaymentEvent): Finding | undefined {
  const answer = answerOf(event);
  if (!answer || !('askedAt' in event)) return answer?.kind === 'paid' ? 'charged' : undefined;
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

/** Final (S10): nothing changes any more. What contradicts is told, what repeats is answered. */
export function final(attempt: Attempt, event: PaymentEvent): StepResult {
  switch (event.type) {
    case 'vend-reported':
      return lateReport(attempt, event.delivery);
    case 'due':
      return fault({ ...attempt, nextAt: null }, 'due');
    case 'abort':
      return stay(attempt);
    case 'swept':
      return event.listed ? lateReport(attempt, event.listed) : stay(attempt);
    default: {
      if (answerOf(event)?.kind !== 'paid' || attempt.state === 'delivered') return stay(attempt);
      // After a confirmed cancel "paid" is an old answer. After declined or refused it must not be.
      if (attempt.state === 'reversed') return stay(attempt);
      const what = `the acquirer says paid after the attempt was ${attempt.state}`;
      return fault(attempt, what, alarm('charged-after-end', what));
    }
  }
}

/** A report for an attempt that it can no longer move: acknowledged, so that the kiosk may forget it. */
export function lateReport(attempt: Attempt, delivery: Delivery): StepResult {
  if (fits(attempt, delivery)) return stay(attempt, ack);
  const what = `kiosk reports ${delivery} for an attempt that is ${attempt.state}`;
  return fault(attempt, what, ack, alarm('contradiction', what));
}

function fits(attempt: Attempt, delivery: Delivery): boolean {
  // "doubtful" may be an older word than the "delivered" that ended the attempt.
  if (attempt.state === 'delivered') return delivery === 'delivered' || delivery === 'doubtful';
  if (delivery === 'not-delivered') return true;
  // A failed vend is what started this reversal; its report may come again.
  return delivery === 'failed' && attempt.paidSeen && attempt.state !== 'refused' && attempt.state !== 'declined';
}
