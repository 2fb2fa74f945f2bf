import type { Alarm, KioskRow, StepRecord } from '../../../relay/ledger/contract.js';
import type { WalletLink } from '../../../relay/linking/types.js';
import {
  type Attempt,
  type Call,
  finalStates,
  type Reversal,
  type State,
  states,
} from '../../../relay/payment/types.js';
import { Holder, Lockable } from './locks.js';
import type { Entry } from './timeline.js';

/** A row of the table `attempt`. Never changed; a new one takes its place. */
export type AttemptRow = {
  readonly attempt: Attempt;
  readonly version: number;
  readonly codeHash: string | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number | null;
  readonly owed: boolean;
  readonly tellAt: number | null;
  readonly tellTries: number;
  /** Its rows of the table `reversal`, in the order in which they were begun. */
  readonly reversals: readonly Reversal[];
};

/** A row of the table `wallet_link`. Never changed; a new one takes its place. */
export type LinkRow = {
  readonly link: WalletLink;
  readonly version: number;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number | null;
};

/** A row of the table `acquirer_call`. */
export type CallRow = {
  readonly id: number;
  readonly attempt: string;
  readonly relay: string;
  readonly call: Call;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly answer: string | null;
  readonly code: string | null;
};

export type Step = { readonly number: number; readonly slot: AttemptSlot; readonly step: StepRecord };

/** A row's place: as committed, and as the transaction that holds it has written it. */
export class Slot<R> extends Lockable {
  /** Undefined: nobody has committed it. */
  row: R | undefined;
  pending: R | undefined;
  writer: Writer | undefined;

  seenBy(writer: Writer | undefined): R | undefined {
    return this.writer !== undefined && this.writer === writer ? this.pending : this.row;
  }

  /** The other transaction that has written here and not ended. */
  writtenByOther(writer: Writer): Writer | undefined {
    return this.writer === writer ? undefined : this.writer;
  }
}

export class AttemptSlot extends Slot<AttemptRow> {
  readonly id: string;
  /** When its next action is due. */
  readonly due: Entry<AttemptSlot>;
  readonly tell: Entry<AttemptSlot>;
  readonly steps: Step[] = [];
  readonly calls: CallSlot[] = [];

  constructor(id: string, rank: number) {
    super();
    this.id = id;
    this.due = { at: null, rank, of: this };
    this.tell = { at: null, rank, of: this };
  }
}

export class LinkSlot extends Slot<LinkRow> {
  readonly id: string;
  readonly due: Entry<LinkSlot>;

  constructor(id: string, rank: number) {
    super();
    this.id = id;
    this.due = { at: null, rank, of: this };
  }
}

export class KioskSlot extends Slot<KioskRow> {}

/** A row with a number that the database gave it. */
class NumberedSlot<R> extends Slot<R> {
  readonly number: number;

  constructor(number: number) {
    super();
    this.number = number;
  }
}

export class CallSlot extends NumberedSlot<CallRow> {}
export class AlarmSlot extends NumberedSlot<Alarm> {}

/** A transaction: what it holds and what it has written. */
export class Writer extends Holder {
  over = false;
  /** Of the attempts, also those whose lease or outbox alone changed. */
  readonly attempts: AttemptSlot[] = [];
  readonly kiosks: KioskSlot[] = [];
  readonly links: LinkSlot[] = [];
  readonly calls: CallSlot[] = [];
  readonly alarms: AlarmSlot[] = [];
  readonly steps: Step[] = [];

  get wrote(): boolean {
    const { attempts, kiosks, links, calls, alarms, steps } = this;
    return attempts.length + kiosks.length + links.length + calls.length + alarms.length + steps.length > 0;
  }

  writeAttempt(slot: AttemptSlot, row: AttemptRow): void {
    write(this, this.attempts, slot, row);
  }

  writeKiosk(slot: KioskSlot, row: KioskRow): void {
    write(this, this.kiosks, slot, row);
  }

  writeLink(slot: LinkSlot, row: LinkRow): void {
    write(this, this.links, slot, row);
  }

  writeCall(slot: CallSlot, row: CallRow): void {
    write(this, this.calls, slot, row);
  }

  writeAlarm(slot: AlarmSlot, alarm: Alarm): void {
    write(this, this.alarms, slot, alarm);
  }
}

function write<R, S extends Slot<R>>(writer: Writer, written: S[], slot: S, row: R): void {
  if (slot.writer !== writer) {
    slot.writer = writer;
    written.push(slot);
  }
  slot.pending = row;
}

export const fault = (message: string): never => {
  throw new Error(message);
};

/** The trigger attempt_guard, as far as a state can break it; what was asked cannot be written by a save. */
export function guard(was: State, is: State): void {
  if (was !== is && finalStates.has(was)) fault(`attempt: ${was} is final (S10)`);
  if (is === 'approved' && was !== 'submitted' && was !== 'approved') {
    fault('attempt: approved only from submitted (rule 10)');
  }
  if (was === 'approved' && is !== 'approved' && is !== 'delivered' && is !== 'reversing' && is !== 'doubtful') {
    fault(`attempt: approved never leads to ${is} (rule 12)`);
  }
  if (was === 'reversing' && is !== 'reversing' && is !== 'declined' && is !== 'reversed' && is !== 'operator') {
    fault(`attempt: reversing never leads to ${is} (rule 10)`);
  }
}

/** The trigger attempt_link_guard. */
export function linkGuard(was: Attempt, is: Attempt): void {
  if (was.confirmedAt !== null && is.confirmedAt !== was.confirmedAt) {
    fault('attempt: what was asked never changes (S3)');
  }
  if (is.payAt !== null && is.link !== null && is.confirmedAt === null) {
    fault('attempt: a linked wallet is not charged before its owner has pressed');
  }
}

const known: ReadonlySet<string> = new Set(states);

/** The table's CHECKs. */
export function check({ state, money }: Attempt, codeHash: string | null): void {
  const of = (what: string): never => fault(`new row for relation "attempt" violates check constraint "${what}"`);
  if (!known.has(state)) of('attempt_state_check');
  if (money !== null && money.amount <= 0) of('attempt_amount_check');
  if (state !== 'refused' && (money === null || codeHash === null)) of('attempt_check');
}

/** The condition of the index attempt_order: those that bar another attempt of their order. */
export const barsOrder = (state: State): boolean => state !== 'declined' && state !== 'reversed' && state !== 'refused';

/** What a Hello of another boot may move. */
export const swept = (state: State): boolean => state === 'submitted' || state === 'approved' || state === 'doubtful';

/** An UPDATE of the machine's columns: what was asked stays as the row has it. All attempts of the ledger have one shape. */
export function progressed(was: Attempt, is: Attempt): Attempt {
  return {
    id: was.id,
    kiosk: was.kiosk,
    order: was.order,
    boot: was.boot,
    money: was.money,
    issuer: was.issuer,
    reference: was.reference,
    merchant: was.merchant,
    acquirer: was.acquirer,
    account: was.account,
    route: was.route,
    link: was.link,
    createdAt: was.createdAt,
    scannedAt: was.scannedAt,
    payUntil: was.payUntil,
    deadlineAt: was.deadlineAt,
    vendUntil: was.vendUntil,
    landingUntil: was.landingUntil,
    state: is.state,
    reason: is.reason,
    passwordPending: is.passwordPending,
    confirmedAt: is.confirmedAt,
    acquirerId: is.acquirerId,
    payAt: is.payAt,
    paidSeen: is.paidSeen,
    inquiries: is.inquiries,
    cancels: is.cancels,
    cancelRefused: is.cancelRefused,
    reversal: is.reversal,
    finding: is.finding,
    nextAt: is.nextAt,
  };
}

type Change = Partial<Omit<AttemptRow, 'codeHash'>>;

/** The row that takes the place of `row`. All rows have one shape. */
export const changedRow = (row: AttemptRow, to: Change): AttemptRow => ({
  attempt: to.attempt ?? row.attempt,
  version: to.version ?? row.version,
  codeHash: row.codeHash,
  leaseOwner: to.leaseOwner === undefined ? row.leaseOwner : to.leaseOwner,
  leaseUntil: to.leaseUntil === undefined ? row.leaseUntil : to.leaseUntil,
  owed: to.owed ?? row.owed,
  tellAt: to.tellAt === undefined ? row.tellAt : to.tellAt,
  tellTries: to.tellTries ?? row.tellTries,
  reversals: to.reversals ?? row.reversals,
});
