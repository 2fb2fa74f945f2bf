import { stepCancel } from './cancelling.js';
import { alarm, callOf, confirmed, ended, fault, nextWatch, said, stay, toOperator } from './moves.js';
import type { Refund, RefundEffect, RefundEvent, RefundPolicy, RefundStep } from './types.js';

/**
 * The machine of a refund that a person asked for: pure and total. It is asked again only under its own id; what the
 * acquirer has in hand is inquired and never sent again; another id is used only once the acquirer's inquiry has said
 * that the old one failed. Source: reference acquirers/common.md section 2.4 and traps 7 to 9.
 */
export function step(refund: Refund, event: RefundEvent, now: number, policy: RefundPolicy): RefundStep {
  if (event.type === 'settled') return settled(refund, event, now);
  if (refund.kind === 'cancel') return stepCancel(refund, event, now, policy);
  switch (event.type) {
    case 'due':
      return due(refund, now, policy);
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return answered(said(refund, event.answer), event, now, policy);
    case 'cancel-answered':
    case 'inquiry-answered':
      return fault(refund, `${event.type}, although it is a refund`);
  }
}

type Answered = Extract<RefundEvent, { type: 'refund-answered' | 'refund-inquiry-answered' }>;

function due(refund: Refund, now: number, policy: RefundPolicy): RefundStep {
  switch (refund.state) {
    case 'requested':
    case 'pending':
      if (refund.tries === 0) return send(refund, now, policy);
      if (refund.inquiries >= policy.refundInquiryDelaysMs.length) return unconfirmed(refund, now, policy);
      return callOf('inquire-refund', { ...refund, inquiries: refund.inquiries + 1 }, now, policy);
    case 'operator':
      return callOf('inquire-refund', { ...refund, watches: refund.watches + 1 }, now, policy);
    case 'confirmed':
    case 'failed':
      return fault({ ...refund, nextAt: null }, 'due');
  }
}

const send = (refund: Refund, now: number, policy: RefundPolicy): RefundStep =>
  callOf('refund', { ...refund, tries: refund.tries + 1 }, now, policy);

function answered(refund: Refund, event: Answered, now: number, policy: RefundPolicy): RefundStep {
  switch (refund.state) {
    case 'requested':
    case 'pending':
      return answeredOpen(refund, event, now, policy);
    case 'operator':
      return answeredLate(refund, event, now, policy);
    case 'confirmed':
      return stay(refund);
    case 'failed': {
      if (event.answer.kind !== 'refunded') return stay(refund);
      const what = `the acquirer says that refund ${refund.id} was made, which had failed`;
      return fault(refund, what, alarm('contradiction', what));
    }
  }
}

function answeredOpen(refund: Refund, event: Answered, now: number, policy: RefundPolicy): RefundStep {
  const { answer } = event;
  if (refund.tries === 0) return fault(refund, `${event.type} ${answer.kind}, although it was not asked for yet`);
  switch (answer.kind) {
    case 'refunded':
      return confirmed(refund, now);
    case 'already-returned': {
      const text = `the acquirer says that the whole payment was given back before refund ${refund.number}; compare its books`;
      return confirmed(refund, now, alarm('contradiction', text));
    }
    case 'pending':
      return askLater({ ...refund, state: 'pending' }, now, policy);
    case 'not-found':
      // It never arrived. What the acquirer once had in hand is not sent again, whatever it says of it now.
      if (event.type === 'refund-inquiry-answered' && refund.state === 'requested') return send(refund, now, policy);
      return askLater(refund, now, policy);
    case 'failed':
      return failed(refund, event, answer, now, policy);
    case 'unknown':
    case 'not-sent':
      return askLater(refund, now, policy);
  }
}

type Refused = Extract<Answered['answer'], { kind: 'failed' }>;

function failed(refund: Refund, event: Answered, answer: Refused, now: number, policy: RefundPolicy): RefundStep {
  const text = `${nameOf(refund)} failed with ${answer.code ?? 'no code'}`;
  const forGood = answer.retry === 'never';
  const delayed: RefundEffect[] =
    answer.alarm && !forGood ? [alarm('refund-delayed', `${text}; see to it, it will be tried again`)] : [];
  // The refusal of one request is no proof: an earlier one, whose answer was lost, may still be on its way, or be done.
  const proof = event.type === 'refund-inquiry-answered' || (forGood && refund.tries <= 1);
  if (!proof) return askLater(refund, now, policy, ...delayed);
  const wait = forGood ? undefined : policy.newRefundDelaysMs[refund.place];
  if (wait !== undefined) return ended(refund, 'failed', now, { type: 'another', at: now + wait }, ...delayed);
  const why = forGood ? 'the acquirer will not refund it' : 'no more tries; ask again when the cause is gone';
  return ended(refund, 'failed', now, alarm('refund-failed', `${text}; ${why}`));
}

function askLater(refund: Refund, now: number, policy: RefundPolicy, ...effects: RefundEffect[]): RefundStep {
  const wait = policy.refundInquiryDelaysMs[refund.inquiries];
  if (wait === undefined) return unconfirmed(refund, now, policy, ...effects);
  return stay({ ...refund, nextAt: now + wait }, ...effects);
}

function unconfirmed(refund: Refund, now: number, policy: RefundPolicy, ...effects: RefundEffect[]): RefundStep {
  const text = `${nameOf(refund)}, asked ${refund.tries} times and inquired ${refund.inquiries} times, is not confirmed`;
  return toOperator(refund, now, policy, ...effects, alarm('refund-unconfirmed', text));
}

/** With the operator: nothing is sent any more; a certain answer that comes at last ends it, and is told. */
function answeredLate(refund: Refund, event: Answered, now: number, policy: RefundPolicy): RefundStep {
  const { answer } = event;
  if (answer.kind === 'refunded' || answer.kind === 'already-returned') {
    return confirmed(refund, now, alarm('finding', `the acquirer now says: ${nameOf(refund)} was made`));
  }
  if (answer.kind === 'failed' && event.type === 'refund-inquiry-answered') {
    return ended(refund, 'failed', now, alarm('finding', `the acquirer now says: ${nameOf(refund)} was not made`));
  }
  return stay({ ...refund, nextAt: nextWatch(refund, now, policy) });
}

/** Only what the acquirer does not tell is for a person to say. */
function settled(refund: Refund, event: Extract<RefundEvent, { type: 'settled' }>, now: number): RefundStep {
  if (refund.state !== 'operator') return fault(refund, `settled by a person as ${event.found}`);
  return ended({ ...refund, settledBy: event.by }, event.found === 'returned' ? 'confirmed' : 'failed', now);
}

const nameOf = ({ number, money }: Refund): string =>
  `refund ${number} of ${money.amount} ${money.currency} (minor units)`;
