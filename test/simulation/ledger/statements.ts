import type {
  Alarm,
  Bar,
  CallEnd,
  Greeting,
  Insertion,
  KioskRow,
  Lease,
  StepRecord,
  Stored,
  Telling,
} from '../../../relay/ledger/contract.js';
import type { Attempt } from '../../../relay/payment/types.js';
import { lock, type Mode, mode, waitForEnd } from './locks.js';
import {
  type AttemptRow,
  type AttemptSlot,
  barsOrder,
  type CallRow,
  changedRow,
  check,
  guard,
  linkGuard,
  progressed,
  type Slot,
  swept,
  type Writer,
} from './rows.js';
import { after, type Soon } from './session.js';
import { onceKey, type Store } from './store.js';

/**
 * The statements of a transaction. Each sees what was committed when it began, waits for the locks of the rows it found,
 * and looks at them again, as PostgreSQL does under read committed.
 */

const calls: ReadonlySet<string> = new Set(['pay', 'inquire', 'cancel', 'refund', 'inquire-refund']);

/** Locks the row and hands it on as it is then, if `fits` still holds. */
export function locked<R, T>(
  slot: Slot<R> | undefined,
  writer: Writer,
  wants: Mode,
  fits: (row: R) => boolean,
  then: (row: R) => T,
): Soon<T | undefined> {
  const seen = slot?.seenBy(writer);
  if (!slot || seen === undefined || !fits(seen)) return undefined;
  return after(writer, lock(slot, writer, wants), () => {
    const row = slot.seenBy(writer);
    return row !== undefined && fits(row) ? then(row) : undefined;
  });
}

const any = (): boolean => true;
const nothing = (): void => {};
const quietly = (done: Soon<unknown>): Soon<void> => (done instanceof Promise ? done.then(nothing) : undefined);

export function lockForHello(store: Store, writer: Writer, name: string): Soon<KioskRow> {
  const slot = store.kiosks.get(name);
  if (!slot) {
    const row: KioskRow = {
      name,
      nonce: null,
      chain: [],
      board: null,
      challenge: null,
      challengeNonce: null,
      switchedAt: null,
      blockedAt: null,
      clockOffset: null,
      clockAt: null,
    };
    store.addKiosk(writer, row);
    return row;
  }
  const again = (): Soon<KioskRow> => lockForHello(store, writer, name);
  const other = slot.writtenByOther(writer);
  if (other) return after(writer, waitForEnd(other, writer), again);
  return after(writer, lock(slot, writer, mode.forUpdate), () => slot.seenBy(writer) ?? again());
}

export function lockForPay(store: Store, writer: Writer, name: string): Soon<KioskRow | undefined> {
  return locked(store.kiosks.get(name), writer, mode.share, any, (row) => row);
}

export function changeKiosk(store: Store, writer: Writer, name: string, change: (row: KioskRow) => KioskRow) {
  const slot = store.kiosks.get(name);
  return locked(slot, writer, mode.update, any, (row) => slot && writer.writeKiosk(slot, change(row))) as Soon<void>;
}

export function saveGreeting(store: Store, writer: Writer, name: string, greeting: Greeting): Soon<void> {
  const { hello, now, clock, switched } = greeting;
  return changeKiosk(store, writer, name, (row) => ({
    name,
    nonce: hello.nonce,
    chain: hello.chain.filter((nonce) => nonce !== ''),
    board: hello.board,
    challenge: null,
    challengeNonce: null,
    switchedAt: switched ? now : row.switchedAt,
    blockedAt: row.blockedAt,
    clockOffset: clock.offset,
    clockAt: clock.at,
  }));
}

const stored = ({ attempt, version }: AttemptRow): Stored => ({ attempt, version });

export function lockAttempt(store: Store, writer: Writer, id: string): Soon<Stored | undefined> {
  return locked(store.attempts.get(id), writer, mode.forUpdate, any, stored);
}

export function lockForSweep(
  store: Store,
  writer: Writer,
  { kiosk, nonce, listed }: { kiosk: string; nonce: string; listed: readonly string[] },
): Soon<Stored[]> {
  const fits = ({ attempt: a }: AttemptRow): boolean =>
    a.kiosk === kiosk && a.boot !== nonce && swept(a.state) && (a.state !== 'doubtful' || listed.includes(a.id));
  // Its own writes count, though the index knows only of what is committed.
  const found = [...new Set([...store.ofKiosk(kiosk).open, ...writer.attempts])].filter((slot) => {
    const row = slot.seenBy(writer);
    return row !== undefined && fits(row);
  });
  found.sort((a, b) => (a.id < b.id ? -1 : 1));
  const rows: Stored[] = [];
  const take = (row: AttemptRow): void => {
    rows.push(stored(row));
  };
  return after(
    writer,
    each(found, (slot) => locked(slot, writer, mode.forUpdate, fits, take)),
    () => rows,
  );
}

/** One after another; a promise only where one waits. */
export function each<S>(slots: readonly S[], run: (slot: S) => Soon<unknown>, from = 0): Promise<void> | undefined {
  for (let i = from; i < slots.length; i++) {
    const wait = run(slots[i] as S);
    if (wait instanceof Promise) return wait.then(() => each(slots, run, i + 1));
  }
  return undefined;
}

export function insert(store: Store, writer: Writer, attempt: Attempt, extra: Insertion): Soon<boolean> {
  const { codeHash, telling, leaseOwner, leaseUntil } = extra;
  check(attempt, codeHash);
  const found = conflict(store, writer, attempt, codeHash);
  if (found === true) return false;
  // Whether that row stays, or stays in the index, is known at the end of who writes it.
  if (found) return after(writer, waitForEnd(found, writer), () => insert(store, writer, attempt, extra));
  const { owed, tellAt } = telling;
  const asked = progressed(attempt, attempt);
  const row = {
    attempt: asked,
    version: 1,
    codeHash,
    leaseOwner,
    leaseUntil,
    owed,
    tellAt,
    tellTries: 0,
    reversals: [],
  };
  store.addAttempt(writer, row);
  return true;
}

/** True: a unique index says no. A transaction: it depends on that one. In the order of the indexes. */
function conflict(store: Store, writer: Writer, { id, kiosk, order, state }: Attempt, codeHash: string | null) {
  const same = store.attempts.get(id);
  if (same) return same.writtenByOther(writer) ?? true;
  const sameCode = codeHash === null ? undefined : store.codes.get(codeHash);
  if (sameCode) return sameCode.writtenByOther(writer) ?? true;
  if (!barsOrder(state)) return undefined;
  for (const slot of store.ofKiosk(kiosk).orders.get(order) ?? []) {
    const other = slot.writtenByOther(writer);
    if (other && (bars(slot.row) || bars(slot.pending))) return other;
    if (!other && bars(slot.seenBy(writer))) return true;
  }
  return undefined;
}

const bars = (row: AttemptRow | undefined): boolean => row !== undefined && barsOrder(row.attempt.state);

export function save(
  store: Store,
  writer: Writer,
  saved: Stored,
  telling: Telling | undefined,
  lease: Lease | undefined,
): Soon<boolean> {
  const slot = store.attempts.get(saved.attempt.id);
  const fits = (row: AttemptRow): boolean => row.version === saved.version;
  const write = (row: AttemptRow): boolean => {
    const attempt = saved.attempt === row.attempt ? row.attempt : progressed(row.attempt, saved.attempt);
    guard(row.attempt.state, attempt.state);
    linkGuard(row.attempt, attempt);
    check(attempt, row.codeHash);
    const held = lease && lease.owner === row.leaseOwner ? lease : undefined;
    const next: AttemptRow = {
      attempt,
      version: row.version + 1,
      codeHash: row.codeHash,
      leaseOwner: held?.until === null ? null : row.leaseOwner,
      leaseUntil: held ? held.until : row.leaseUntil,
      owed: telling ? telling.owed : row.owed,
      tellAt: telling ? telling.tellAt : row.tellAt,
      tellTries: telling ? 0 : row.tellTries,
      reversals: store.namesReversal(attempt, row.reversals),
    };
    if (slot) writer.writeAttempt(slot, next);
    return true;
  };
  const done = locked(slot, writer, mode.update, fits, write);
  return done instanceof Promise ? done.then((yes) => yes ?? false) : (done ?? false);
}

export function whoBars(store: Store, writer: Writer, a: Attempt, codeHash: string): Bar | undefined {
  if (store.attempts.get(a.id)?.seenBy(writer)) return 'attempt';
  const sameOrder = store.ofKiosk(a.kiosk).orders.get(a.order);
  if (sameOrder?.some((slot) => bars(slot.seenBy(writer)))) return 'order';
  return store.codes.get(codeHash)?.seenBy(writer) ? 'code' : undefined;
}

/**
 * An UPDATE of one attempt's row outside the machine's columns, or of its next time. `how`: as a SELECT FOR UPDATE has
 * locked it where one went before.
 */
export function changeAttempt<T>(
  slot: AttemptSlot | undefined,
  writer: Writer,
  fits: (row: AttemptRow) => boolean,
  change: (row: AttemptRow) => AttemptRow,
  result: (row: AttemptRow) => T,
  how: Mode = mode.update,
): Soon<T | undefined> {
  return locked(slot, writer, how, fits, (row) => {
    const next = change(row);
    if (slot && next !== row) writer.writeAttempt(slot, next);
    return result(next);
  });
}

export function dueNow(store: Store, writer: Writer, id: string, now: number): Soon<void> {
  const fits = ({ attempt }: AttemptRow): boolean => attempt.state === 'submitted' && attempt.payAt === null;
  const change = (row: AttemptRow): AttemptRow =>
    changedRow(row, { attempt: progressed(row.attempt, { ...row.attempt, nextAt: now }) });
  return changeAttempt(store.attempts.get(id), writer, fits, change, nothing);
}

/** A foreign key to an attempt. */
function refer(store: Store, writer: Writer, id: string, table: string, then: (slot: AttemptSlot) => void): Soon<void> {
  const slot = store.attempts.get(id);
  if (!slot || slot.seenBy(writer) === undefined) {
    const key = `${table}_attempt_fkey`;
    throw new Error(`insert or update on table "${table}" violates foreign key constraint "${key}"`);
  }
  return after(writer, lock(slot, writer, mode.keyShare), () => then(slot));
}

export function callStarted(
  store: Store,
  writer: Writer,
  start: Pick<CallRow, 'attempt' | 'relay' | 'call' | 'startedAt'>,
): Soon<number> {
  const id = store.nextCall();
  if (!calls.has(start.call)) {
    throw new Error('new row for relation "acquirer_call" violates check constraint "acquirer_call_call_check"');
  }
  const add = (): void => store.addCall(writer, { id, ...start, endedAt: null, answer: null, code: null });
  const added = refer(store, writer, start.attempt, 'acquirer_call', add);
  return added instanceof Promise ? added.then(() => id) : id;
}

export function callEnded(store: Store, writer: Writer, { id, at, answer, code }: CallEnd): Soon<void> {
  const slot = store.calls.get(id);
  return quietly(
    locked(slot, writer, mode.update, any, (row) => {
      if (slot) writer.writeCall(slot, { ...row, endedAt: at, answer, code });
    }),
  );
}

export function addSteps(store: Store, writer: Writer, attempt: string, steps: readonly StepRecord[]): Soon<void> {
  const numbers = steps.map(() => store.nextNumber());
  return refer(store, writer, attempt, 'attempt_event', (slot) => {
    for (const [i, step] of steps.entries()) writer.steps.push({ number: numbers[i] ?? 0, slot, step });
  });
}

export function raiseAlarm(store: Store, writer: Writer, alarm: Alarm, number = store.nextNumber()): Soon<boolean> {
  const same = alarm.attempt === null ? undefined : store.onceAlarms.get(onceKey(alarm));
  const other = same?.writtenByOther(writer);
  if (other) return after(writer, waitForEnd(other, writer), () => raiseAlarm(store, writer, alarm, number));
  if (same) return false;
  store.addAlarm(writer, number, alarm);
  return true;
}
