import type { AttemptId, BootNonce, BootTag, OrderId } from '../../protocol/ids.js';
import type { Currency } from '../../protocol/money.js';
import type { Delivery } from '../../protocol/words.js';

/**
 * Closed attempts that a journal keeps over its rotations, and the kiosk in its memory, so that a late frame is answered from
 * the record. One number for both: the kiosk reads from it whether anything has been let go (rule 13).
 */
export const CLOSED_KEPT = 64;

/**
 * What the kiosk must not forget. Facts only, never a code: a keyed hash stands in (design §6).
 */
export type JournalFact =
  | {
      readonly kind: 'opened';
      readonly attempt: AttemptId;
      readonly boot: BootTag;
      readonly order: OrderId;
      readonly amount: number;
      readonly currency: Currency;
      readonly digest: string;
    }
  /** Self-contained (rule 8): it must mean the same when the `opened` before it is torn. */
  | {
      readonly kind: 'begun';
      readonly attempt: AttemptId;
      readonly boot: BootTag;
      readonly order: OrderId;
      readonly amount: number;
      readonly currency: Currency;
    }
  | { readonly kind: 'vended'; readonly attempt: AttemptId; readonly boot: BootTag; readonly delivery: Delivery }
  /** The relay has committed what there was to tell. */
  | {
      readonly kind: 'closed';
      readonly attempt: AttemptId /** The word that it has committed. */;
      readonly delivery?: Delivery;
    };

export type BootFact = {
  readonly kind: 'boot';
  readonly epoch: string;
  readonly number: number;
  readonly nonce: BootNonce;
  readonly board: string;
};

/** That a start found blocks missing which the disk had said were durable: a fact about the card. */
export type GapFact = {
  readonly kind: 'gap';
  /** Of that start. */
  readonly number: number;
  readonly blocks: number;
};

/** As stored. `at` is wall time, epoch ms, for people; nothing is decided by it. */
export type JournalRecord = (JournalFact | BootFact | GapFact) & { readonly at: number };

/** An attempt of an earlier boot. */
export type ReplayedAttempt = {
  readonly attempt: AttemptId;
  readonly boot: BootTag;
  readonly delivery: Delivery;
  readonly closed: boolean;
};

/** What a start finds, its own boot record included. */
export type Replay = {
  readonly epoch: string;
  readonly number: number;
  readonly nonce: BootNonce;
  /** Newest first, own nonce first; at most 8. */
  readonly chain: readonly BootNonce[];
  readonly attempts: readonly ReplayedAttempt[];
  /** Blocks that could not be read and that nothing vouched for: a write that the power cut. Normal. */
  readonly torn: number;
  /**
   * Blocks that the disk had said were durable and that are not there: it lied, or lost them later. What was in them cannot
   * be known, so the attempts of before are doubtful where they have no end, and the chain names this boot alone.
   */
  readonly gaps: number;
  /** Every gap that a start of this journal has found, oldest first, this start's own included; the last 8. */
  readonly lost: readonly Lost[];
};

/** A gap, as a start found it at this wall time, epoch ms. */
export type Lost = { readonly at: number; readonly blocks: number };

/** Who starts, and what a new boot record is made of. */
export type Identity = {
  readonly board: string;
  readonly random: (bytes: number) => Uint8Array;
  readonly wallMs: () => number;
};

export interface Journal {
  /** Reads what is there and writes this start's boot record; resolves when that is durable (rule 1). */
  open(identity: Identity): Promise<Replay>;
  /**
   * Resolves when durable; concurrent calls may share one commit, in the order of the calls. `closed` alone is no reason
   * for a commit: it resolves at once and goes with the next one, or with `close`. A crash before that repeats a report,
   * which the relay acknowledges again (rule 7). Rejects when the record cannot be kept; after a failed write every call does.
   */
  append(fact: JournalFact): Promise<void>;
  /**
   * `tell` is called at once when a write fails that no call of `append` waits for, so that none can be told by its
   * rejection: a copy into a newer segment, or a commit of `closed` alone. Nothing more is accepted from then on.
   */
  whenBroken(tell: (error: Error) => void): void;
  close(): Promise<void>;
}
