import type { Reason } from '../../protocol/words.js';
import type { Declined, Paid } from '../acquirers/contract.js';
import type { AlarmKind, Attempt, Effect, Policy, StepResult } from './types.js';

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

export function decline(attempt: Attempt, reason: Reason, ...effects: Effect[]): StepResult {
  return stay(
    { ...attempt, state: 'declined', reason, passwordPending: false, nextAt: null },
    { type: 'publish', until: 'answered' },
    ...effects,
  );
}

export function reversed(attempt: Attempt): StepResult {
  return stay({ ...attempt, state: 'reversed', nextAt: null }, { type: 'publish', until: 'answered' });
}

/**
 * Reversing, from any state that may have taken money. A `due` follows at once: it makes the calls, in the task that
 * holds the attempt, so that no call of another task is interrupted.
 */
export function reverse(attempt: Attempt, reason: Reason, now: number, ...effects: Effect[]): StepResult {
  // Not a byte left, and none will: the sender takes `payAt` from the same row, and only from submitted.
  if (attempt.payAt === null) return decline(attempt, reason, ...effects);
  return stay(
    { ...attempt, state: 'reversing', reason, passwordPending: false, cancels: 0, cancelRefused: false, nextAt: now },
    { type: 'publish', until: 'once' },
    ...effects,
  );
}

/** The cancel itself; `nextAt` is for the case that this relay dies before the answer. */
export function callCancel(attempt: Attempt, now: number, policy: Policy, ...effects: Effect[]): StepResult {
  return stay({ ...attempt, cancels: attempt.cancels + 1, nextAt: now + policy.callTimeoutMs }, ...effects, {
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
