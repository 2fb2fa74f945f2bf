import type { Alarm, KioskRow } from '../../../relay/ledger/contract.js';
import type { Attempt, Reversal } from '../../../relay/payment/types.js';
import { type LinkChange, LinkTable } from './link-table.js';
import { remove } from './locks.js';
import { withReversal } from './reversals.js';
import {
  AlarmSlot,
  type AttemptRow,
  AttemptSlot,
  type CallRow,
  CallSlot,
  KioskSlot,
  type Step,
  swept,
  type Writer,
} from './rows.js';
import { Timeline } from './timeline.js';

type Change = { readonly before: Attempt | undefined; readonly after: Attempt };
type KioskChange = { readonly before: KioskRow | undefined; readonly after: KioskRow };

/** What became visible at once. `attempts` leaves out rows of which only the lease or the outbox changed. */
export type Commit = {
  /** Counts the commits of the database, from 1. */
  readonly number: number;
  readonly relay: string;
  readonly attempts: readonly Change[];
  readonly kiosks: readonly KioskChange[];
  readonly links: readonly LinkChange[];
  readonly alarms: readonly Alarm[];
  readonly callsStarted: readonly CallRow[];
  readonly callsEnded: readonly CallRow[];
};

/** How to take a commit back. */
export type Undo = { readonly commit: Commit; run(): void };

/** The attempts of one kiosk. */
class OfKiosk {
  readonly orders = new Map<string, AttemptSlot[]>();
  /** The index attempt_sweep: what a Hello may move, and what the kiosk is owed. */
  readonly open: AttemptSlot[] = [];
}

/** The tables with their indexes. Uncommitted rows lie in them too, seen by their writer only. */
export class Store {
  readonly attempts = new Map<string, AttemptSlot>();
  readonly codes = new Map<string, AttemptSlot>();
  readonly kiosks = new Map<string, KioskSlot>();
  readonly links = new LinkTable();
  /** The attempt of each record of a reversal. */
  readonly #reversals = new Map<string, string>();
  readonly calls = new Map<number, CallSlot>();
  /** By attempt and kind. */
  readonly onceAlarms = new Map<string, AlarmSlot>();
  /** Committed, by number. */
  readonly alarms: AlarmSlot[] = [];
  readonly due = new Timeline<AttemptSlot>();
  readonly tell = new Timeline<AttemptSlot>();
  readonly #ofKiosk = new Map<string, OfKiosk>();
  readonly #leases = new Map<string, Set<AttemptSlot>>();
  #numbers = 0;
  #calls = 0;
  #commits = 0;

  /** As the database's sequences: they count on, whatever is rolled back. */
  nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  nextCall(): number {
    this.#calls += 1;
    return this.#calls;
  }

  ofKiosk(kiosk: string): OfKiosk {
    const known = this.#ofKiosk.get(kiosk);
    if (known) return known;
    const of = new OfKiosk();
    this.#ofKiosk.set(kiosk, of);
    return of;
  }

  leasedTo(owner: string): Iterable<AttemptSlot> {
    return this.#leases.get(owner) ?? [];
  }

  addAttempt(writer: Writer, row: AttemptRow): void {
    const { attempt, codeHash } = row;
    const slot = new AttemptSlot(attempt.id, this.nextNumber());
    this.attempts.set(slot.id, slot);
    if (codeHash !== null) this.codes.set(codeHash, slot);
    const { orders } = this.ofKiosk(attempt.kiosk);
    const sameOrder = orders.get(attempt.order);
    if (sameOrder) sameOrder.push(slot);
    else orders.set(attempt.order, [slot]);
    if (attempt.link !== null) this.links.addPayment(attempt.link, slot);
    writer.writeAttempt(slot, row);
  }

  #dropAttempt(slot: AttemptSlot, { attempt, codeHash }: AttemptRow): void {
    this.attempts.delete(slot.id);
    if (codeHash !== null) this.codes.delete(codeHash);
    if (attempt.link !== null) this.links.dropPayment(attempt.link, slot);
    const { orders } = this.ofKiosk(attempt.kiosk);
    const others = orders.get(attempt.order)?.filter((other) => other !== slot) ?? [];
    if (others.length > 0) orders.set(attempt.order, others);
    else orders.delete(attempt.order);
  }

  /** The records of reversals of an attempt that is saved, after `was`. */
  namesReversal(attempt: Attempt, was: readonly Reversal[]): readonly Reversal[] {
    const { id, reversal } = attempt;
    if (!reversal) return was;
    const reversals = withReversal(was, attempt, (this.#reversals.get(reversal.id) ?? id) !== id);
    this.#reversals.set(reversal.id, id);
    return reversals;
  }

  #dropReversals(was: AttemptRow | undefined, dropped: AttemptRow): void {
    if (was?.reversals.length === dropped.reversals.length) return;
    for (const { id } of dropped.reversals.slice(was?.reversals.length ?? 0)) this.#reversals.delete(id);
  }

  addKiosk(writer: Writer, row: KioskRow): void {
    const slot = new KioskSlot();
    this.kiosks.set(row.name, slot);
    writer.writeKiosk(slot, row);
  }

  addCall(writer: Writer, row: CallRow): void {
    const slot = new CallSlot(row.id);
    this.calls.set(row.id, slot);
    writer.writeCall(slot, row);
  }

  addAlarm(writer: Writer, number: number, alarm: Alarm): void {
    const slot = new AlarmSlot(number);
    if (alarm.attempt !== null) this.onceAlarms.set(onceKey(alarm), slot);
    writer.writeAlarm(slot, alarm);
  }

  #place(slot: AttemptSlot, row: AttemptRow | undefined): void {
    const was = slot.row;
    slot.row = row;
    this.due.move(slot.due, row?.attempt.nextAt ?? null);
    this.tell.move(slot.tell, row?.tellAt ?? null);
    const owner = row?.leaseOwner ?? null;
    if (was && was.leaseOwner !== null && was.leaseOwner !== owner) this.#leases.get(was.leaseOwner)?.delete(slot);
    if (owner !== null && was?.leaseOwner !== owner) {
      const leased = this.#leases.get(owner);
      if (leased) leased.add(slot);
      else this.#leases.set(owner, new Set([slot]));
    }
    const open = isOpen(row);
    const kiosk = (row ?? was)?.attempt.kiosk;
    if (kiosk !== undefined && open !== isOpen(was)) {
      if (open) this.ofKiosk(kiosk).open.push(slot);
      else remove(this.ofKiosk(kiosk).open, slot);
    }
  }

  #placeCall(slot: CallSlot, row: CallRow | undefined): void {
    const was = slot.row;
    slot.row = row;
    const of = this.attempts.get((row ?? was)?.attempt ?? '')?.calls;
    if (!was && of) byNumber(of, slot, slot.number);
    if (row || !was) return;
    of?.splice(of.indexOf(slot), 1);
    this.calls.delete(was.id);
  }

  /** Makes what `writer` has written the committed state. `undo`: can be taken back, with all that came after it. */
  commit(writer: Writer, relay: string, undo: boolean): Undo {
    this.#commits += 1;
    const run = undo ? this.#wayBack(writer) : unable;
    const changed: Change[] = [];
    for (const slot of writer.attempts) {
      const before = slot.row?.attempt;
      const row = settled(slot);
      this.#place(slot, row);
      if (before !== row.attempt) changed.push({ before, after: row.attempt });
    }
    const kiosks: KioskChange[] = [];
    for (const slot of writer.kiosks) {
      const before = slot.row;
      slot.row = settled(slot);
      kiosks.push({ before, after: slot.row });
    }
    const links = this.links.commit(writer);
    const callsStarted: CallRow[] = [];
    const callsEnded: CallRow[] = [];
    for (const slot of writer.calls) {
      const row = settled(slot);
      if (!slot.row) callsStarted.push(row);
      if (row.endedAt !== null) callsEnded.push(row);
      this.#placeCall(slot, row);
    }
    for (const step of writer.steps) byNumber(step.slot.steps, step, step.number);
    const alarms: Alarm[] = [];
    for (const slot of writer.alarms) {
      slot.row = settled(slot);
      byNumber(this.alarms, slot, slot.number);
      alarms.push(slot.row);
    }
    return {
      commit: { number: this.#commits, relay, attempts: changed, kiosks, links, alarms, callsStarted, callsEnded },
      run,
    };
  }

  /** Asked before the commit: how to have everything as it was. */
  #wayBack(writer: Writer): () => void {
    const attempts = writer.attempts.map((slot) => [slot, slot.row] as const);
    const kiosks = writer.kiosks.map((slot) => [slot, slot.row] as const);
    const calls = writer.calls.map((slot) => [slot, slot.row] as const);
    const links = this.links.wayBack(writer);
    return () => {
      links();
      this.#dropAlarms(writer.alarms);
      for (const { slot, number } of writer.steps) dropStep(slot.steps, number);
      for (const [slot, before] of calls) this.#placeCall(slot, before);
      for (const [slot, before] of kiosks) {
        if (!before && slot.row) this.kiosks.delete(slot.row.name);
        slot.row = before;
      }
      for (const [slot, before] of attempts) {
        const lost = slot.row;
        this.#place(slot, before);
        if (lost) this.#dropReversals(before, lost);
        if (lost && !before) this.#dropAttempt(slot, lost);
      }
    };
  }

  /** Forgets what `writer` has written. */
  rollback(writer: Writer): void {
    for (const slot of writer.attempts) {
      const written = settled(slot);
      this.#dropReversals(slot.row, written);
      if (!slot.row) this.#dropAttempt(slot, written);
    }
    for (const slot of writer.kiosks) {
      const { name } = settled(slot);
      if (!slot.row) this.kiosks.delete(name);
    }
    this.links.rollback(writer);
    for (const slot of writer.calls) {
      const { id } = settled(slot);
      if (!slot.row) this.calls.delete(id);
    }
    for (const slot of writer.alarms) {
      const alarm = settled(slot);
      if (alarm.attempt !== null) this.onceAlarms.delete(onceKey(alarm));
    }
  }

  #dropAlarms(dropped: readonly AlarmSlot[]): void {
    for (const slot of dropped) {
      if (slot.row && slot.row.attempt !== null) this.onceAlarms.delete(onceKey(slot.row));
      this.alarms.splice(this.alarms.indexOf(slot), 1);
      slot.row = undefined;
    }
  }
}

export const onceKey = (alarm: Alarm): string => `${alarm.attempt}\n${alarm.kind}`;

const isOpen = (row: AttemptRow | undefined): boolean => row !== undefined && (row.owed || swept(row.attempt.state));

/** Ends the writing of a slot; returns what was written. */
function settled<R>(slot: { pending: R | undefined; writer: Writer | undefined }): R {
  const written = slot.pending;
  if (written === undefined) throw new Error('memory ledger: a slot was written without a row');
  slot.pending = undefined;
  slot.writer = undefined;
  return written;
}

/** Nearly always at the end: numbers are given in order, and commits come a little out of it. */
function byNumber<T extends { readonly number: number }>(list: T[], item: T, number: number): void {
  const last = list.at(-1);
  if (!last || last.number < number) list.push(item);
  else
    list.splice(
      list.findIndex((other) => other.number > number),
      0,
      item,
    );
}

const unable = (): void => {
  throw new Error('memory ledger: a durable commit is not taken back');
};

function dropStep(steps: Step[], number: number): void {
  const index = steps.findIndex((step) => step.number === number);
  if (index >= 0) steps.splice(index, 1);
}
