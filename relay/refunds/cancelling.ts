import type { CancelAnswer, InquiryAnswer } from '../acquirers/contract.js';
import { waitOf } from '../payment/moves.js';
import { alarm, callOf, confirmed, ended, fault, nextWatch, said, stay, toOperator } from './moves.js';
import type { Refund, RefundEvent, RefundPolicy, RefundStep } from './types.js';

/**
 * The cancel of a whole payment that a person asked for. It may be asked again as it is. Where the acquirer refuses, its
 * inquiry says whether an earlier try, whose answer was lost, was done all the same.
 */
export function stepCancel(
  refund: Refund,
  event: Exclude<RefundEvent, { type: 'settled' }>,
  now: number,
  policy: RefundPolicy,
): RefundStep {
  switch (event.type) {
    case 'due':
      return due(refund, now, policy);
    case 'cancel-answered':
      return cancelAnswered(said(refund, event.answer), event.answer, now, policy);
    case 'inquiry-answered':
      return inquiryAnswered(refund, event.answer, now, policy);
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return fault(refund, `${event.type}, although it is a cancel`);
  }
}

function due(refund: Refund, now: number, policy: RefundPolicy): RefundStep {
  switch (refund.state) {
    case 'requested':
    case 'pending':
      if (refund.refused) return inquire(refund, now, policy);
      // The answers of all tries may have been lost with the relays that waited for them.
      if (refund.tries > policy.cancelDelaysMs.length) return unconfirmed(refund, 'was not heard', now, policy);
      return callOf('cancel', { ...refund, tries: refund.tries + 1 }, now, policy);
    case 'operator':
      return callOf('inquire', { ...refund, watches: refund.watches + 1 }, now, policy);
    case 'confirmed':
    case 'failed':
      return fault({ ...refund, nextAt: null }, 'due');
  }
}

function inquire(refund: Refund, now: number, policy: RefundPolicy): RefundStep {
  if (refund.inquiries >= policy.inquiryDelaysMs.length) {
    return unconfirmed(refund, 'refuses, and does not tell whether it is cancelled', now, policy);
  }
  return callOf('inquire', { ...refund, inquiries: refund.inquiries + 1 }, now, policy);
}

function cancelAnswered(refund: Refund, answer: CancelAnswer, now: number, policy: RefundPolicy): RefundStep {
  if (answer.kind === 'cancelled') return cancelled(refund, now);
  if (refund.state !== 'requested' || refund.refused) return stay(refund);
  switch (answer.kind) {
    case 'refused':
    case 'refund-instead':
      return inquire({ ...refund, refused: true }, now, policy);
    case 'not-found':
      return retry(refund, 'says there is no such payment, though it said paid', now, policy);
    case 'unknown':
    case 'not-sent':
      return retry(refund, 'does not answer', now, policy);
  }
}

function inquiryAnswered(refund: Refund, answer: InquiryAnswer, now: number, policy: RefundPolicy): RefundStep {
  if (answer.kind === 'cancelled') return cancelled(refund, now);
  switch (refund.state) {
    case 'requested':
    case 'pending':
      if (!refund.refused) return stay(refund);
      if (answer.kind === 'paid') {
        const text = `the acquirer does not cancel (${refund.code ?? 'no code'}); refund instead`;
        return ended(refund, 'failed', now, alarm('cancel-refused', text));
      }
      return stay({ ...refund, nextAt: now + waitOf(policy.inquiryDelaysMs, refund.inquiries) });
    case 'operator':
      return stay({ ...refund, nextAt: nextWatch(refund, now, policy) });
    case 'confirmed':
    case 'failed':
      return stay(refund);
  }
}

function cancelled(refund: Refund, now: number): RefundStep {
  switch (refund.state) {
    case 'requested':
    case 'pending':
      return confirmed(refund, now);
    case 'operator':
      return confirmed(refund, now, alarm('finding', 'the acquirer now says: cancelled'));
    case 'confirmed':
      return stay(refund);
    case 'failed': {
      const what = 'the acquirer says cancelled of a payment whose cancel had failed';
      return fault(refund, what, alarm('contradiction', what));
    }
  }
}

function retry(refund: Refund, why: string, now: number, policy: RefundPolicy): RefundStep {
  const wait = policy.cancelDelaysMs[refund.tries - 1];
  return wait === undefined ? unconfirmed(refund, why, now, policy) : stay({ ...refund, nextAt: now + wait });
}

function unconfirmed(refund: Refund, why: string, now: number, policy: RefundPolicy): RefundStep {
  const text = `cancel asked ${refund.tries} times; the acquirer ${why}`;
  return toOperator(refund, now, policy, alarm('cancel-unconfirmed', text));
}
