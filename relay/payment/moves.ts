import type { Reason } from '../../protocol/words.js';
import type { Declined, Paid } from '../acquirers/contract.js';
import { endedReversal, triedCancel } from './records.js';
import type { AlarmKind, Attempt, Effect, PaymentEvent, Policy, StepResult } from './types.js';

/** The moves of the machine, each with what belongs to it whatever led there. */

export const stay = (attempt: Attempt, ...effects: Effect[]): StepResult => ({ attempt, effects });
export const fault = (attempt: Attempt, what: string, ...effects: Effect[]): StepResult =>
  stay(attempt, { type: 'fault', what: `${attempt.state}: ${what}` }, ...effects);
export const alarm = (kind: AlarmKind, text: string): Effect => ({ type: 'alarm', kind, text });

export function approve(attempt: Attempt, now: number, policy: Policy): StepResult {
  return stay(
    { ...attempt, state: 'approved', reason: null, passwordPending: false, nextAt: now + policy.reportLateMs },
    { type: 'publish', until: 'answered' },
  );
}

/** Nothing is or will be charged, so what was asked to give it back has nothing to give. */
export function decline(attempt: Attempt, reason: Reason, now: number, ...effects: Effect[]): StepResult {
  const reversal = endedReversal(attempt, 'failed', now);
  return stay(
    { ...attempt, state: 'declined', reason, passwordPending: false, reversal, nextAt: null },
    { type: 'publish', until: 'answered' },
    ...effects,
  );
}

/** The acquirer says that the money is back, by whichever of our requests. */
export function reversed(attempt: Attempt, now: number, ...effects: Effect[]): StepResult {
  const reversal = endedReversal(attempt, 'confirmed', now);
  return stay(
    { ...attempt, state: 'reversed', reversal, nextAt: null },
    { type: 'publish', until: 'answered' },
    ...effects,
  );
}

/** It says that the payment is cancelled: all is back. A refund that was asked for as well may have given it back once more. */
export function cancelledToo({ reversal }: Attempt): Effect[] {
  if (reversal?.kind !== 'refund' || reversal.tries === 0 || reversal.state === 'failed') return [];
  const text = `the acquirer says cancelled, and refund ${reversal.number} was asked for as well; the money may be back twice`;
  return [alarm('returned-twice', text)];
}

/**
 * Reversing, from any state that may have taken money. A `due` follows at once: it makes the calls, in the task that
 * holds the attempt, so that no call of another task is interrupted.
 */
export function reverse(attempt: Attempt, reason: Reason, now: number, ...effects: Effect[]): StepResult {
  // Not a byte left, and none will: the sender takes `payAt` from the same row, and only from submitted.
  if (attempt.payAt === null) return decline(attempt, reason, now, ...effects);
  const counts = { inquiries: 0, cancels: 0, cancelRefused: false };
  return stay(
    { ...attempt, ...counts, state: 'reversing', reason, passwordPending: false, nextAt: now },
    { type: 'publish', until: 'once' },
    ...effects,
  );
}

/** The cancel itself; `nextAt` is for the case that this relay dies before the answer. */
export function callCancel(attempt: Attempt, now: number, policy: Policy, ...effects: Effect[]): StepResult {
  const asked = { cancels: attempt.cancels + 1, reversal: triedCancel(attempt, now) };
  return stay({ ...attempt, ...asked, nextAt: now + policy.callTimeoutMs }, ...effects, {
    type: 'call',
    call: 'cancel',
  });
}

/** Reversing and its first cancel in one breath: the answer that led here was the inquiry that must stand beside it. */
export function reverseNow(
  attempt: Attempt,
  reason: Reason,
  now: number,
  policy: Policy,
  ...effects: Effect[]
): StepResult {
  const step = reverse(attempt, reason, now, ...effects);
  if (step.attempt.state !== 'reversing') return step;
  return callCancel(step.attempt, now, policy, ...step.effects);
}

export function callInquire(attempt: Attempt, now: number, policy: Policy, ...effects: Effect[]): StepResult {
  return stay({ ...attempt, inquiries: attempt.inquiries + 1, nextAt: now + policy.callTimeoutMs }, ...effects, {
    type: 'call',
    call: 'inquire',
  });
}

/** Only a person can settle it. The machine moves no money from here on; it asks now and then, for the person. */
export function toOperator(
  attempt: Attempt,
  reason: Reason,
  now: number,
  policy: Policy,
  ...effects: Effect[]
): StepResult {
  return stay(
    {
      ...attempt,
      state: 'operator',
      reason,
      passwordPending: false,
      inquiries: 0,
      nextAt: nextWatch(0, now, policy),
    },
    { type: 'publish', until: 'answered' },
    ...effects,
  );
}

export function nextWatch(done: number, now: number, policy: Policy): number | null {
  const wait = policy.operatorInquiryDelaysMs[done];
  return wait === undefined ? null : now + wait;
}

/** The n-th wait of a plan whose last one repeats; n from 0. */
export const waitOf = (plan: readonly number[], n: number): number => plan[Math.min(n, plan.length - 1)] ?? 1_000;

/** Staff must act: contract, keys, parameters. */
export const declinedAlarms = (answer: Declined): Effect[] =>
  answer.alarm ? [alarm('configuration', `the acquirer declined with ${answer.code ?? 'no code'}`)] : [];

export type PaidCheck = 'right' | 'wrong' | 'unsaid';

/** S8: is what the acquirer says was paid exactly what was asked? */
export function checkPaid(attempt: Attempt, paid: Paid): PaidCheck {
  if (!paid.money) return 'unsaid';
  const asked = attempt.money;
  return asked !== null && paid.money.amount === asked.amount && paid.money.currency === asked.currency
    ? 'right'
    : 'wrong';
}

export const wrongAmountAlarm = (attempt: Attempt, paid: Paid): Effect =>
  alarm(
    'wrong-amount',
    `asked ${attempt.money?.amount ?? 'nothing'} ${attempt.money?.currency ?? ''}, the acquirer says ` +
      `${paid.money?.amount ?? '?'} ${paid.money?.currency ?? ''} (minor units)`,
  );

/** Notes what any answer of the acquirer tells beside the decision. */
export function noted(attempt: Attempt, answer: { kind: string; acquirerId?: string }): Attempt {
  return {
    ...attempt,
    acquirerId: answer.acquirerId ?? attempt.acquirerId,
    paidSeen: attempt.paidSeen || answer.kind === 'paid',
  };
}

type Unasked = Extract<PaymentEvent, { type: 'cancel-answered' | 'refund-answered' | 'refund-inquiry-answered' }>;

/** An answer about giving money back, of an attempt that was never to be reversed. */
export function unasked(attempt: Attempt, { type, answer }: Unasked): StepResult {
  const what = `${type} ${answer.kind}, although none was asked for`;
  const moved = ['cancelled', 'refunded', 'already-returned'].includes(answer.kind);
  return fault(attempt, what, ...(moved ? [alarm('contradiction', what)] : []));
}
