import type { Hello } from '../../protocol/messages.js';
import type { KioskRow } from '../ledger/contract.js';

/** Rules 3 and 14, pure. */
export type Decision =
  /** `switched`: another journal, proven alive by the challenge. */
  | { readonly type: 'greet'; readonly switched: boolean }
  /**
   * A Hello of an older boot of this journal: late, and then nobody answers the challenge; or alive beside a newer boot,
   * which only a copied card can be.
   */
  | { readonly type: 'stale'; readonly challenge: string; readonly fresh: boolean }
  /** Another journal: it shall prove that it is alive. */
  | { readonly type: 'challenge'; readonly challenge: string; readonly fresh: boolean }
  /** Two journals in turn under one name: both shut out until the operator allows one. */
  | { readonly type: 'clone'; readonly fresh: boolean };

export type GreetRules = {
  /** A second change of journal within this time is a clone; ms. */
  readonly cloneWindowMs: number;
};

export function decideHello(
  row: KioskRow,
  hello: Hello,
  now: number,
  freshChallenge: string,
  rules: GreetRules,
): Decision {
  if (row.blockedAt !== null) return { type: 'clone', fresh: false };
  if (row.nonce === null || row.nonce === hello.nonce || hello.chain.includes(row.nonce)) {
    return { type: 'greet', switched: false };
  }
  const outstanding = row.challengeNonce === hello.nonce ? row.challenge : null;
  if (outstanding !== null && hello.challenge === outstanding) {
    // Alive, and so was the one before it a moment ago: two that take turns. A late Hello cannot echo, so it is neither.
    // An older boot that lives beside a newer one of its own journal runs on a copied card, and may hold an attempt open
    // whose absence the newer one's Hello would vouch for: nobody is greeted until a person has looked.
    const again = row.switchedAt !== null && now - row.switchedAt < rules.cloneWindowMs;
    return again || row.chain.includes(hello.nonce)
      ? { type: 'clone', fresh: true }
      : { type: 'greet', switched: true };
  }
  // The same boot gets the same challenge until it answers: its Hello may have been heard by two relays.
  const type = row.chain.includes(hello.nonce) ? 'stale' : 'challenge';
  return { type, challenge: outstanding ?? freshChallenge, fresh: outstanding === null };
}

/** A measure older than this gives way to a newer, worse one: the kiosk's clock and ours drift apart. */
export const CLOCK_KEPT_MS = 600_000;

/**
 * A measure that is worse by more than this is no slow Hello but a clock that was set: relay's time has jumped. If it was
 * a slow Hello after all, the kiosk refuses its slow Welcome and says Hello again, and the next measure is smaller.
 */
export const CLOCK_JUMP_MS = 5_000;

export type ClockMeasure = { readonly offset: number; readonly at: number };

/**
 * Relay's clock minus the kiosk's monotonic clock. Every measure errs by the Hello's way here, so the least is the best.
 */
export function measureClock(row: KioskRow, hello: Hello, now: number): ClockMeasure {
  const offset = now - hello.atMs;
  const { clockOffset, clockAt } = row;
  const keep =
    row.nonce === hello.nonce &&
    clockOffset !== null &&
    clockAt !== null &&
    clockOffset <= offset &&
    offset - clockOffset < CLOCK_JUMP_MS &&
    now - clockAt < CLOCK_KEPT_MS;
  return keep ? { offset: clockOffset, at: clockAt } : { offset, at: now };
}
