import { fault, reverse, stay } from './moves.js';
import { endedReversal } from './records.js';
import type { Attempt, Effect, PaymentEvent, Resolution, State, StepResult } from './types.js';

/**
 * A person's word, where only a person can know: of a doubtful vend, of one whose report is late (rule 12), of an attempt
 * with the operator. It gives the attempt its end, or sends its money back; final states stay final (S10).
 */

const ask = (resolved: string): string => `expected ${resolved}`;

/** Why this word cannot be taken of this attempt; undefined: it can. */
export function barsResolution(attempt: Attempt, found: Resolution): string | undefined {
  switch (attempt.state) {
    case 'approved':
      // Until then the kiosk may still vend, or be about to say that it did.
      if (attempt.nextAt !== null) return "the kiosk's report is not late yet; wait for the alarm report-late";
      return ofGoods(found);
    case 'doubtful':
      return ofGoods(found);
    case 'operator':
      return ofMoney(attempt, found);
    default:
      return moves[attempt.state];
  }
}

const moves: Partial<Record<State, string>> = {
  submitted: 'it is not decided yet; the relay is at work on it',
  reversing: 'the relay is giving the money back; it calls a person if it cannot',
  declined: 'it has its end: nothing was charged',
  reversed: 'it has its end: the money is back',
  delivered: 'it has its end; refund it instead',
  refused: 'it has its end: it was never sent',
};

function ofGoods(found: Resolution): string | undefined {
  if (found === 'delivered' || found === 'give-back') return undefined;
  return ask('delivered or give-back: it was charged, and the question is whether the goods went out');
}

function ofMoney({ finding, paidSeen }: Attempt, found: Resolution): string | undefined {
  switch (found) {
    case 'give-back':
      return 'the relay could not give it back by itself; do so by hand, then resolve it as returned';
    case 'delivered':
      return finding === 'returned' || finding === 'not-charged' ? contradicts(finding) : undefined;
    case 'not-charged':
      if (finding === 'charged' || finding === 'returned') return contradicts(finding);
      return paidSeen ? 'the acquirer has said paid; once the money is back it is returned' : undefined;
    case 'returned':
      return finding === 'not-charged' ? contradicts(finding) : undefined;
  }
}

const contradicts = (finding: string): string => `the acquirer says ${finding}`;

export function resolved(
  attempt: Attempt,
  { found, by }: Extract<PaymentEvent, { type: 'resolved' }>,
  now: number,
): StepResult {
  const why = barsResolution(attempt, found);
  if (why !== undefined) return fault(attempt, `resolved as ${found} by ${by}, but ${why}`);
  const told: Effect = { type: 'publish', until: 'answered' };
  const done = { passwordPending: false, nextAt: null };
  switch (found) {
    case 'delivered': {
      // What was asked for to give it back did not: the money is kept.
      const reversal = endedReversal(attempt, 'failed', now);
      const reason = attempt.state === 'doubtful' ? attempt.reason : null;
      return stay({ ...attempt, ...done, state: 'delivered', reason, reversal }, told);
    }
    case 'give-back':
      return reverse({ ...attempt, paidSeen: true }, attempt.reason ?? 'not-delivered', now);
    case 'not-charged':
      return stay({ ...attempt, ...done, state: 'declined', reversal: endedReversal(attempt, 'failed', now) }, told);
    case 'returned':
      return stay({ ...attempt, ...done, state: 'reversed', reversal: endedReversal(attempt, 'confirmed', now) }, told);
  }
}
