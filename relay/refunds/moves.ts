import type { AlarmKind } from '../payment/types.js';
import type { Refund, RefundCall, RefundEffect, RefundPolicy, RefundStep } from './types.js';

/** The moves that a refund and a cancel share. */

export const stay = (refund: Refund, ...effects: RefundEffect[]): RefundStep => ({ refund, effects });
export const alarm = (kind: AlarmKind, text: string): RefundEffect => ({ type: 'alarm', kind, text });
export const fault = (refund: Refund, what: string, ...effects: RefundEffect[]): RefundStep =>
  stay(refund, { type: 'fault', what: `${refund.kind} ${refund.state}: ${what}` }, ...effects);

export const ended = (
  refund: Refund,
  state: 'confirmed' | 'failed',
  now: number,
  ...effects: RefundEffect[]
): RefundStep => stay({ ...refund, state, endedAt: now, nextAt: null }, ...effects);

export const confirmed = (refund: Refund, now: number, ...effects: RefundEffect[]): RefundStep =>
  ended(refund, 'confirmed', now, ...effects);

/** Only a person can settle it. Nothing is sent from here on; the acquirer is asked now and then, for the person. */
export const toOperator = (refund: Refund, now: number, policy: RefundPolicy, ...effects: RefundEffect[]): RefundStep =>
  stay({ ...refund, state: 'operator', nextAt: nextWatch(refund, now, policy) }, ...effects);

export function nextWatch({ watches }: Refund, now: number, policy: RefundPolicy): number | null {
  const wait = policy.operatorInquiryDelaysMs[watches];
  return wait === undefined ? null : now + wait;
}

/** `nextAt` is for the case that this relay dies before the answer. */
export const callOf = (call: RefundCall, refund: Refund, now: number, policy: RefundPolicy): RefundStep =>
  stay({ ...refund, nextAt: now + policy.callTimeoutMs }, { type: 'call', call });

/** Keeps the acquirer's own code for people, where it has one. */
export const said = (refund: Refund, answer: { readonly code?: string } | { readonly kind: string }): Refund =>
  'code' in answer && answer.code !== undefined ? { ...refund, code: answer.code } : refund;
