import type { AttemptId } from '../../protocol/ids.js';
import type { Hello } from '../../protocol/messages.js';
import type { Standing } from '../../protocol/words.js';
import type { AlarmKind, Attempt, Call, State } from '../payment/types.js';

/**
 * What the relay's parts ask of the ledger. `SqlLedger` keeps it on PostgreSQL and PGlite; the simulation brings a double
 * that random operations prove equal to the SQL.
 */

/** What the ledger knows of one kiosk. */
export type KioskRow = {
  readonly name: string;
  /** The greeted boot; null: none. */
  readonly nonce: string | null;
  readonly chain: readonly string[];
  readonly board: string | null;
  readonly challenge: string | null;
  readonly challengeNonce: string | null;
  readonly switchedAt: number | null;
  readonly blockedAt: number | null;
  readonly clockOffset: number | null;
  readonly clockAt: number | null;
};

export type Greeting = {
  readonly hello: Hello;
  readonly now: number;
  readonly clock: { readonly offset: number; readonly at: number };
  /** Another journal took over. */
  readonly switched: boolean;
};

/** The attempt with the version of its row. */
export type Stored = { readonly attempt: Attempt; readonly version: number };

/** Telling the kiosk: what a commit adds to the outbox. */
export type Telling = { readonly owed: boolean; readonly tellAt: number | null };

/** Of `owner`, if it holds the attempt: held until `until`; null: given back. Another's is left alone. */
export type Lease = { readonly owner: string; readonly until: number | null };

export type Insertion = {
  readonly codeHash: string | null;
  readonly telling: Telling;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number | null;
};

/** Which rule bars a new attempt. */
export type Bar = 'attempt' | 'code' | 'order';

/** Waits of the outbox: `firstMs`, doubling up to `mostMs`, `tries` times; the kiosk's next Hello starts it again. */
export type TellPlan = { readonly firstMs: number; readonly mostMs: number; readonly tries: number };

/** The record of a call, completed. */
export type CallEnd = {
  readonly id: number;
  readonly at: number;
  readonly answer: string;
  readonly code: string | null;
};

/** One line of an attempt's story. */
export type StepRecord = {
  readonly at: number;
  readonly name: string;
  readonly detail: string;
  readonly ms: number | null;
};

export type Alarm = {
  readonly at: number;
  readonly kind: AlarmKind;
  readonly kiosk: string;
  readonly attempt: string | null;
  readonly detail: string;
};

/** Read committed. Locks are held to the end; nothing is seen by others before the commit. */
export interface LedgerTransaction {
  /** For a Hello: the row is made if need be, and nobody else greets, or takes a Pay, meanwhile. */
  lockForHello(kiosk: string): Promise<KioskRow>;
  /** For a Pay: no Hello in between (rule 5). */
  lockForPay(kiosk: string): Promise<KioskRow | undefined>;
  saveGreeting(kiosk: string, greeting: Greeting): Promise<void>;
  saveChallenge(kiosk: string, nonce: string, challenge: string): Promise<void>;
  /** Rule 14: nobody of this name is greeted, and no Pay accepted, until the operator allows it. */
  block(kiosk: string, now: number): Promise<void>;

  load(id: AttemptId): Promise<Attempt | undefined>;
  /** For a change of the row. */
  lock(id: AttemptId): Promise<Stored | undefined>;
  /**
   * Rule 4, attempts of other boots, by id, locked: what is submitted or approved, and of what is doubtful those that the
   * Hello has a word for. The others wait for a person, and no Hello changes that.
   */
  lockForSweep(kiosk: string, nonce: string, listed: readonly AttemptId[]): Promise<Stored[]>;
  /** A new attempt has no reversal. False: the id, the code or the order is taken. Waits for another transaction that is inserting one of them. */
  insert(attempt: Attempt, insertion: Insertion): Promise<boolean>;
  /** False: the row has changed since `version`. @throws Error where S3, S10, rule 10 or rule 12 forbid the change */
  save(stored: Stored, now: number, telling: Telling | undefined, lease?: Lease): Promise<boolean>;
  /** Asked after `insert` said no. */
  whoBars(attempt: Attempt, codeHash: string): Promise<Bar | undefined>;
  /** Its pay was never handed to a sender, and now the code is here: the worker shall look at it at once. */
  dueNow(id: AttemptId, now: number): Promise<void>;
  /** Null where no code was used. */
  codeHashOf(id: AttemptId): Promise<string | null>;

  /** Before the call; returns its number for `callEnded`. */
  callStarted(attempt: AttemptId, relay: string, call: Call, at: number): Promise<number>;
  callEnded(end: CallEnd): Promise<void>;
  /** At least one, in their order. */
  addSteps(attempt: AttemptId, steps: readonly StepRecord[]): Promise<void>;
  /** True if it is new: an attempt raises each kind once. */
  raiseAlarm(alarm: Alarm): Promise<boolean>;
}

export interface Ledger {
  readonly kind: 'pglite' | 'postgres' | 'memory';
  /** Rolled back if `work` throws. Resolves when the commit is durable. */
  transaction<T>(work: (tx: LedgerTransaction) => Promise<T>): Promise<T>;

  /** Takes up to `limit` due attempts that nobody holds, the longest due first. */
  claimDue(owner: string, now: number, until: number, limit: number): Promise<AttemptId[]>;
  /** The first time after `now` and before `end` at which something is due; null: none. */
  nextDue(now: number, end: number): Promise<number | null>;
  /** Gives it back; returns when it is due next. */
  release(id: AttemptId, owner: string): Promise<number | null>;
  /** At start: what an earlier process of the same name held. */
  releaseAll(owner: string): Promise<number>;

  /** Takes what is due to be told and moves it to its next time. */
  takeDue(now: number, plan: TellPlan, limit: number): Promise<Attempt[]>;
  /** All that one kiosk is owed, to be told at once after it was greeted. */
  takeOwed(kiosk: string, now: number, plan: TellPlan): Promise<Attempt[]>;
  /** The kiosk has taken note of `standing`. */
  settle(kiosk: string, id: AttemptId, standing: Standing | undefined): Promise<void>;

  load(id: AttemptId): Promise<Attempt | undefined>;
  /** As it is committed now. */
  stateOf(id: AttemptId): Promise<State | undefined>;
  /** Newest first, without tombstones. */
  newest(limit: number): Promise<Attempt[]>;
  /** Steps of several attempts, oldest first. */
  stepsOf(attempts: readonly AttemptId[]): Promise<Map<AttemptId, StepRecord[]>>;
  /** Newest first. */
  newestAlarms(limit: number): Promise<Alarm[]>;
  /** The operator has found out which one is the kiosk. False: no such kiosk, or it was not blocked. */
  allow(kiosk: string): Promise<boolean>;
}
