import type { Standing } from '../../../protocol/words.js';
import type { Alarm, Ledger, StepRecord, TellPlan } from '../../../relay/ledger/contract.js';
import type { Attempt, State } from '../../../relay/payment/types.js';
import { MemoryLinks } from './links.js';
import { mode, tryLock } from './locks.js';
import { type AttemptRow, type AttemptSlot, changedRow } from './rows.js';
import { after, type Cut, type Server, Session } from './session.js';
import { changeAttempt, each, locked } from './statements.js';
import type { Store } from './store.js';
import { MemoryTransaction } from './transaction.js';

const MOST_DOUBLINGS = 20;

/** One relay's ledger on a `MemoryDatabase`. */
export class MemoryLedger implements Ledger {
  readonly kind = 'memory';
  readonly #store: Store;
  readonly #session: Session;
  readonly links: MemoryLinks;

  constructor(relay: string, store: Store, server: Server) {
    this.#store = store;
    this.#session = new Session(relay, server);
    this.links = new MemoryLinks(this, store, this.#session);
  }

  /**
   * This relay has lost the database, or its process has died: what it had open is rolled back at once. Its pending and
   * later calls fail; those of the dead never end.
   */
  cut(how: Cut = 'lost'): void {
    this.#session.cut(how);
  }

  /** After a loss: the database answers again, on a new connection. */
  mend(): void {
    this.#session.mend();
  }

  get isDead(): boolean {
    return this.#session.isDead;
  }

  async transaction<T>(work: (tx: MemoryTransaction) => Promise<T>): Promise<T> {
    const session = this.#session;
    const begin = session.travel('begin');
    if (begin) await begin;
    const tx = new MemoryTransaction(this.#store, session);
    const { writer } = tx;
    try {
      const value = await work(tx);
      if (tx.failed) throw tx.failed;
      if (writer.over) return await session.failure();
      const there = session.travel('commit');
      if (there) await there;
      if (writer.over) return await session.failure();
      const wrote = writer.wrote;
      tx.end();
      session.commit(writer);
      const back = wrote || session.isCut ? session.travel('commit') : undefined;
      if (back) await back;
      return value;
    } catch (error) {
      tx.end();
      session.rollback(writer);
      // Nothing of the dead goes on, not even its own error handling.
      return session.isDead ? await session.failure() : Promise.reject(error);
    }
  }

  claimDue(owner: string, now: number, until: number, limit: number): Promise<string[]> {
    return this.#session.statement((writer) => {
      const claimed: string[] = [];
      if (limit <= 0) return claimed;
      this.#store.due.until(now, (slot) => {
        const { row } = slot;
        const free = row && (row.leaseUntil === null || row.leaseUntil <= now);
        if (free && tryLock(slot, writer, mode.forUpdate)) {
          writer.writeAttempt(slot, changedRow(row, { leaseOwner: owner, leaseUntil: until }));
          claimed.push(slot.id);
        }
        return claimed.length < limit;
      });
      return claimed;
    });
  }

  nextDue(now: number, end: number): Promise<number | null> {
    return this.#session.read(() => {
      const at = this.#store.due.after(now);
      return at !== null && at < end ? at : null;
    });
  }

  release(id: string, owner: string): Promise<number | null> {
    const slot = (): AttemptSlot | undefined => this.#store.attempts.get(id);
    const fits = (row: AttemptRow): boolean => row.leaseOwner === owner;
    return this.#session.statement((writer) => {
      const next = changeAttempt(slot(), writer, fits, unleased, (row) => row.attempt.nextAt);
      return next instanceof Promise ? next.then((at) => at ?? null) : (next ?? null);
    });
  }

  releaseAll(owner: string): Promise<number> {
    let released = 0;
    const fits = (row: AttemptRow): boolean => row.leaseOwner === owner;
    const count = (): void => {
      released += 1;
    };
    return this.#session.statement((writer) => {
      const slots = [...this.#store.leasedTo(owner)];
      return after(
        writer,
        each(slots, (slot) => changeAttempt(slot, writer, fits, unleased, count, mode.forUpdate)),
        () => released,
      );
    });
  }

  takeDue(now: number, plan: TellPlan, limit: number): Promise<Attempt[]> {
    return this.#session.statement((writer) => {
      const taken: AttemptSlot[] = [];
      if (limit <= 0) return [];
      this.#store.tell.until(now, (slot) => {
        if (tryLock(slot, writer, mode.forUpdate)) taken.push(slot);
        return taken.length < limit;
      });
      return taken.flatMap((slot) => {
        if (!slot.row) return [];
        const tellTries = slot.row.tellTries + 1;
        const waitMs = Math.min(plan.mostMs, plan.firstMs * 2 ** Math.min(tellTries, MOST_DOUBLINGS));
        const tellAt = tellTries >= plan.tries ? null : now + waitMs;
        writer.writeAttempt(slot, changedRow(slot.row, { tellTries, tellAt }));
        return [slot.row.attempt];
      });
    });
  }

  takeOwed(kiosk: string, now: number, plan: TellPlan): Promise<Attempt[]> {
    const fits = (row: AttemptRow): boolean => row.attempt.kiosk === kiosk && row.owed;
    const change = (row: AttemptRow): AttemptRow => changedRow(row, { tellTries: 0, tellAt: now + plan.firstMs });
    const owed: Attempt[] = [];
    const take = ({ attempt }: AttemptRow): void => {
      owed.push(attempt);
    };
    return this.#session.statement((writer) => {
      const slots = [...this.#store.ofKiosk(kiosk).open].sort((a, b) => a.due.rank - b.due.rank);
      return after(
        writer,
        each(slots, (slot) => changeAttempt(slot, writer, fits, change, take, mode.forUpdate)),
        () => owed,
      );
    });
  }

  settle(kiosk: string, id: string, standing: Standing | undefined): Promise<void> {
    const fits = ({ attempt, owed }: AttemptRow): boolean =>
      owed &&
      attempt.kiosk === kiosk &&
      attempt.state !== 'approved' &&
      (standing === undefined || standing === (attempt.state === 'doubtful' ? 'operator' : attempt.state));
    return this.#session.statement((writer) =>
      changeAttempt(this.#store.attempts.get(id), writer, fits, settled, () => {}),
    );
  }

  load(id: string): Promise<Attempt | undefined> {
    return this.#session.read(() => this.#store.attempts.get(id)?.row?.attempt);
  }

  stateOf(id: string): Promise<State | undefined> {
    return this.#session.read(() => this.#store.attempts.get(id)?.row?.attempt.state);
  }

  newest(limit: number): Promise<Attempt[]> {
    return this.#session.read(() => {
      const shown: Attempt[] = [];
      for (const { row } of this.#store.attempts.values()) if (row?.attempt.money) shown.push(row.attempt);
      return shown.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)).slice(0, limit);
    });
  }

  stepsOf(attempts: readonly string[]): Promise<Map<string, StepRecord[]>> {
    return this.#session.read(() => {
      const steps = (id: string): StepRecord[] => this.#store.attempts.get(id)?.steps.map(({ step }) => step) ?? [];
      return new Map(attempts.map((id) => [id, steps(id)]));
    });
  }

  newestAlarms(limit: number): Promise<Alarm[]> {
    return this.#session.read(() =>
      limit <= 0
        ? []
        : this.#store.alarms
            .slice(-limit)
            .flatMap(({ row }) => row ?? [])
            .reverse(),
    );
  }

  allow(kiosk: string): Promise<boolean> {
    return this.#session.statement((writer) => {
      const slot = this.#store.kiosks.get(kiosk);
      const done = locked(
        slot,
        writer,
        mode.update,
        (row) => row.blockedAt !== null,
        (row) => {
          if (slot) writer.writeKiosk(slot, { ...row, blockedAt: null, switchedAt: null });
          return true;
        },
      );
      return done instanceof Promise ? done.then((yes) => yes ?? false) : (done ?? false);
    });
  }
}

const unleased = (row: AttemptRow): AttemptRow => changedRow(row, { leaseOwner: null, leaseUntil: null });
const settled = (row: AttemptRow): AttemptRow => changedRow(row, { owed: false, tellAt: null });
