import type { Delivery } from '../../protocol/words.js';
import type { Declined, InquiryAnswer, Paid, PayAnswer } from '../acquirers/contract.js';
import {
  alarm,
  approve,
  callInquire,
  checkPaid,
  decline,
  declinedAlarms,
  fault,
  noted,
  reverse,
  reverseNow,
  stay,
  toOperator,
  unasked,
  waitOf,
  wrongAmountAlarm,
} from './moves.js';
import { type Attempt, type Effect, type MachineEvent, NO_LINK, type Policy, type StepResult } from './types.js';

/** Submitted: the money is undecided. Leaves only by an acquirer's answer, a kiosk's word, or the deadline's cancel. */
export function submitted(attempt: Attempt, event: MachineEvent, now: number, policy: Policy): StepResult {
  switch (event.type) {
    case 'due':
      return due(attempt, event.codeHeld, now, policy);
    case 'pay-answered':
      if (attempt.payAt === null) return answeredUnasked(attempt, event.answer);
      if (isBusy(event.answer)) return whenBusy(attempt, now, policy);
      return payAnswered(noted(attempt, event.answer), event.answer, now, policy);
    case 'inquiry-answered':
      if (attempt.payAt === null) return answeredUnasked(attempt, event.answer);
      if (isBusy(event.answer)) return whenBusy(attempt, now, policy);
      return inquiryAnswered(noted(attempt, event.answer), event.answer, event.askedAt, now, policy);
    case 'cancel-answered':
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return unasked(attempt, event);
    case 'abort':
      return reverse(attempt, 'customer-aborted', now);
    case 'vend-reported':
      return reported(attempt, event.delivery, now, policy);
    case 'swept':
      if (event.listed === 'delivered') return reported(attempt, 'delivered', now, policy);
      return reverse(attempt, 'kiosk-restarted', now);
  }
}

/** Nothing was sent, so whatever is said is not of this attempt. */
function answeredUnasked(attempt: Attempt, answer: PayAnswer | InquiryAnswer): StepResult {
  const what = `the acquirer says ${answer.kind} of a payment that was never asked for`;
  return fault(attempt, what, ...(answer.kind === 'paid' ? [alarm('contradiction', what)] : []));
}

/** A linked wallet is known, and its owner is yet to press. */
export const waitsForPress = ({ state, link, confirmedAt }: Attempt): boolean =>
  state === 'submitted' && link !== null && confirmedAt === null;

/** Said again, or late, it changes nothing: the press counts once, and only for what still waits for it. */
export function confirmed(attempt: Attempt, now: number): StepResult {
  if (attempt.link === null) return fault(attempt, 'confirmed, although a code was scanned');
  if (!waitsForPress(attempt)) return stay(attempt);
  if (now > attempt.payUntil) return decline(attempt, 'not-confirmed', now);
  return stay({ ...attempt, confirmedAt: now, nextAt: now }, { type: 'publish', until: 'once' });
}

function due(attempt: Attempt, codeHeld: boolean, now: number, policy: Policy): StepResult {
  if (attempt.payAt === null) {
    const reason = waitsForPress(attempt) ? 'not-confirmed' : 'acquirer-unavailable';
    if (now > attempt.payUntil) return decline(attempt, reason, now);
    // A token lies in the ledger, and any relay may use it once its owner has pressed.
    const isHeld = attempt.link === null ? codeHeld : attempt.confirmedAt !== null;
    // Another relay may hold the code, or the kiosk may send it again; after payUntil nobody may use it.
    if (!isHeld) return stay({ ...attempt, nextAt: attempt.payUntil + 1 });
    return stay({ ...attempt, payAt: now, nextAt: now + policy.callTimeoutMs }, { type: 'call', call: 'pay' });
  }
  // At the deadline too: this is the inquiry that stands beside the cancel.
  return callInquire(attempt, now, policy);
}

function payAnswered(attempt: Attempt, answer: PayAnswer, now: number, policy: Policy): StepResult {
  switch (answer.kind) {
    case 'paid':
      return paid(attempt, answer, now, policy);
    case 'declined':
      return declinedBy(attempt, answer, now, policy);
    case 'not-sent':
      // The only try of pay (payAt is set once) sent no byte; if another answer said "paid", somebody is wrong.
      if (attempt.paidSeen) return wait(attempt, now, policy);
      return decline(attempt, answer.detail === NO_LINK ? 'unlinked' : 'acquirer-unavailable', now);
    case 'pending':
      return wait(pendingFlag(attempt), now, policy, { type: 'publish', until: 'once' });
    case 'conflict':
      return wait(attempt, now, policy, alarm('id-conflict', 'the acquirer knows this id with other content'));
    case 'unknown':
      return wait(attempt, now, policy);
  }
}

function inquiryAnswered(
  attempt: Attempt,
  answer: InquiryAnswer,
  askedAt: number,
  now: number,
  policy: Policy,
): StepResult {
  switch (answer.kind) {
    case 'paid':
      return paid(attempt, answer, now, policy);
    case 'declined':
      return declinedBy(attempt, answer, now, policy);
    case 'cancelled':
      // The acquirer closed it by itself. If it had been paid, let a cancel confirm that the money is back.
      if (attempt.paidSeen) return reverseNow(attempt, 'not-confirmed', now, policy);
      return decline(attempt, 'not-confirmed', now);
    case 'not-found':
      if (askedAt > attempt.landingUntil && !attempt.paidSeen) return decline(attempt, 'acquirer-unavailable', now);
      return undecided(attempt, now, policy);
    case 'pending':
      return undecided(pendingFlag(attempt), now, policy, { type: 'publish', until: 'once' });
    case 'unknown':
    case 'not-sent':
      return undecided(attempt, now, policy);
  }
}

/**
 * Too many ask at once (trap 29): this attempt asks again after two to four times its wait, and no two attempts alike. At the
 * deadline as ever.
 */
function whenBusy(attempt: Attempt, now: number, policy: Policy): StepResult {
  if (now >= attempt.deadlineAt) return undecided(attempt, now, policy);
  const planned = Math.max(waitOf(policy.inquiryDelaysMs, attempt.inquiries), BUSY_LEAST_MS);
  const waitMs = Math.floor(planned * (2 + 2 * spreadOf(attempt)));
  return stay({ ...attempt, nextAt: Math.min(now + waitMs, attempt.deadlineAt) });
}

const BUSY_LEAST_MS = 1_000;

const isBusy = (answer: PayAnswer | InquiryAnswer): boolean => answer.kind === 'unknown' && answer.detail === 'busy';

/** 0 ≤ x < 1, as random as the attempt's id, another one for each inquiry. */
function spreadOf({ id, inquiries }: Attempt): number {
  const own = Number.parseInt(id.slice(-8), 16);
  return (Math.imul(own ^ Math.imul(inquiries + 1, 0x9e3779b1), 0x85ebca6b) >>> 0) / 2 ** 32;
}

const pendingFlag = (attempt: Attempt): Attempt => ({ ...attempt, passwordPending: true });

function paid(attempt: Attempt, answer: Paid, now: number, policy: Policy): StepResult {
  switch (checkPaid(attempt, answer)) {
    case 'wrong':
      return reverseNow(attempt, 'wrong-amount', now, policy, wrongAmountAlarm(attempt, answer));
    case 'unsaid':
      // Paid, but not how much: ask again; without the amount it is never approved (S8).
      return undecided(attempt, now, policy);
    case 'right':
      if (now + policy.vendMarginMs > attempt.vendUntil) return reverseNow(attempt, 'not-confirmed', now, policy);
      return approve(attempt, now, policy);
  }
}

function declinedBy(attempt: Attempt, answer: Declined, now: number, policy: Policy): StepResult {
  const call = declinedAlarms(answer);
  // "Failed" after "paid" is no proof that the money is not taken; only a confirmed cancel is.
  if (attempt.paidSeen) return reverseNow(attempt, 'not-confirmed', now, policy, ...call);
  return decline(attempt, answer.reason, now, ...call);
}

/** After pay's answer: the first inquiry comes after its wait, also past the deadline, where it comes at once. */
function wait(attempt: Attempt, now: number, policy: Policy, ...effects: Effect[]): StepResult {
  const nextAt = Math.max(now, Math.min(now + waitOf(policy.inquiryDelaysMs, attempt.inquiries), attempt.deadlineAt));
  return stay({ ...attempt, nextAt }, ...effects);
}

/** After an inquiry that decided nothing: before the deadline ask again, at the deadline cancel with no gap (S9). */
function undecided(attempt: Attempt, now: number, policy: Policy, ...effects: Effect[]): StepResult {
  if (now < attempt.deadlineAt) return wait(attempt, now, policy, ...effects);
  if (!attempt.paidSeen) return reverseNow(attempt, 'not-confirmed', now, policy);
  const text = 'the acquirer says paid but never how much';
  return reverseNow(attempt, 'wrong-amount', now, policy, alarm('amount-unconfirmed', text));
}

function reported(attempt: Attempt, delivery: Delivery, now: number, policy: Policy): StepResult {
  const ack: Effect = { type: 'ack-vend', delivery };
  if (delivery === 'not-delivered') return reverse(attempt, 'not-confirmed', now, ack);
  const what = `kiosk reports ${delivery} for an attempt that was never approved`;
  const broken: Effect[] = [ack, { type: 'fault', what }, alarm('contradiction', what)];
  // Goods are out: reversing would be S7. What the wallet pays is for a person to compare.
  if (delivery === 'delivered') return toOperator(attempt, 'other', now, policy, ...broken);
  return reverse(attempt, 'vend-failed', now, ...broken);
}
