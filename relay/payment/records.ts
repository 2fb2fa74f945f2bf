import type { Money } from '../../protocol/money.js';
import type { Attempt, Reversal } from './types.js';

/** The records of giving money back. `attempt.reversal` is the newest; a new one is begun only where the last has failed. */

type Kind = Reversal['kind'];

const begun = (kind: Kind, attempt: Attempt, money: Money, number: number, now: number): Reversal => ({
  id: `${kind === 'cancel' ? 'c' : 'r'}${number}${attempt.id}`,
  kind,
  number,
  money,
  state: 'requested',
  requestedAt: now,
  endedAt: null,
  tries: 0,
  inquiries: 0,
});

const isLive = ({ state }: Reversal): boolean => state === 'requested' || state === 'pending';

/** The refund under way, if there is one. */
export function liveRefund({ reversal }: Attempt): Reversal | null {
  return reversal?.kind === 'refund' && isLive(reversal) ? reversal : null;
}

/** A try of the cancel, in its one record. */
export function triedCancel(attempt: Attempt, now: number): Reversal | null {
  const { reversal, money } = attempt;
  if (reversal) return { ...reversal, tries: reversal.tries + 1 };
  return money && { ...begun('cancel', attempt, money, 1, now), tries: 1 };
}

/** The first refund. The cancel, if one was asked for, has failed by that. */
export const firstRefund = (attempt: Attempt, money: Money, now: number): Reversal =>
  begun('refund', attempt, money, 1, now);

/** Another refund in the place of `failed`. */
export const nextRefund = (attempt: Attempt, failed: Reversal, now: number): Reversal =>
  begun('refund', attempt, failed.money, failed.number + 1, now);

/** The newest record ended, if it has not. */
export function endedReversal({ reversal }: Attempt, state: 'confirmed' | 'failed', now: number): Reversal | null {
  return reversal && isLive(reversal) ? { ...reversal, state, endedAt: now } : reversal;
}
