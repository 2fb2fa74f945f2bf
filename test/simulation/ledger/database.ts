import type { Alarm, KioskRow } from '../../../relay/ledger/contract.js';
import type { LinkKey } from '../../../relay/linking/contract.js';
import type { WalletLink } from '../../../relay/linking/types.js';
import type { Attempt, Reversal } from '../../../relay/payment/types.js';
import { MemoryLedger } from './ledger.js';
import type { AttemptRow, CallRow } from './rows.js';
import { Writer } from './rows.js';
import type { Stage } from './session.js';
import { type Commit, Store, type Undo } from './store.js';

export type { AttemptRow, CallRow } from './rows.js';
export type { Commit } from './store.js';

export type MemoryDatabaseOptions = {
  /**
   * Asked on the way to the database and awaited where it answers with a promise. 'commit' is asked twice by a transaction
   * that has written: on the way there, and, once it has happened, on the way back; a statement that is a transaction of
   * its own asks 'statement' and, if it has written, 'commit' on the way back. It may cut the relay.
   */
  readonly latency?: (what: Stage, relay: string) => Promise<void> | undefined;
  /** At once when a commit becomes visible. It may cut the relay: then the commit has happened, and the relay never learns it. */
  readonly onCommit?: (change: Commit) => void;
  /** Commits that were acknowledged and are gone, oldest first. */
  readonly onLost?: (commits: readonly Commit[]) => void;
};

/** What survives the relays: the double of the ledger's database, in memory, with its locks and its crashes. */
export class MemoryDatabase {
  /** PostgreSQL's synchronous_commit. Off: a commit is acknowledged before it is durable. */
  synchronous = true;
  readonly #options: MemoryDatabaseOptions;
  readonly #store = new Store();
  readonly #ledgers = new Set<MemoryLedger>();
  #unsynced: Undo[] = [];

  constructor(options: MemoryDatabaseOptions = {}) {
    this.#options = options;
  }

  connect(relay: string): MemoryLedger {
    const { latency } = this.#options;
    const ledger = new MemoryLedger(relay, this.#store, {
      latency: latency ?? (() => undefined),
      commit: (writer, name) => this.#commit(writer, name),
      rollback: (writer) => this.#store.rollback(writer),
    });
    this.#ledgers.add(ledger);
    return ledger;
  }

  #commit(writer: Writer, relay: string): void {
    const undo = this.#store.commit(writer, relay, !this.synchronous);
    // The log is one: a commit that is synced takes all before it along.
    if (this.synchronous) this.#unsynced = [];
    else this.#unsynced.push(undo);
    this.#options.onCommit?.(undo.commit);
  }

  /** All commits so far are durable. */
  sync(): void {
    this.#unsynced = [];
  }

  /** The server dies and comes back: every connection is cut, every commit that is not yet durable is gone. */
  crash(): void {
    for (const ledger of this.#ledgers) {
      if (ledger.isDead) this.#ledgers.delete(ledger);
      else ledger.cut('lost');
    }
    const lost = this.#unsynced;
    this.#unsynced = [];
    for (const undo of lost.toReversed()) undo.run();
    if (lost.length > 0) this.#options.onLost?.(lost.map(({ commit }) => commit));
  }

  // What is committed, for the checks: no promises, no locks.

  *attempts(): Iterable<Attempt> {
    for (const { row } of this.#store.attempts.values()) if (row) yield row.attempt;
  }

  attempt(id: string): Attempt | undefined {
    return this.row(id)?.attempt;
  }

  /** With its lease, its outbox and its version. */
  row(id: string): AttemptRow | undefined {
    return this.#store.attempts.get(id)?.row;
  }

  codeHash(id: string): string | null {
    return this.row(id)?.codeHash ?? null;
  }

  /** All that were ever begun for an attempt, in that order. */
  reversals(id: string): readonly Reversal[] {
    return this.row(id)?.reversals ?? [];
  }

  *links(): Iterable<WalletLink> {
    for (const { row } of this.#store.links.slots.values()) if (row) yield row.link;
  }

  link(id: string): WalletLink | undefined {
    return this.#store.links.slots.get(id)?.row?.link;
  }

  linkBy(key: LinkKey, value: string): WalletLink | undefined {
    return this.#store.links.find(key, value)?.row?.link;
  }

  /** All attempts that were ever to be paid by it. */
  paymentsOf(link: string): Attempt[] {
    return this.#store.links.paymentsOf(link).flatMap(({ row }) => row?.attempt ?? []);
  }

  /** One that was linked before the world began. */
  putLink(link: WalletLink): void {
    const writer = new Writer();
    this.#store.links.add(writer, link);
    this.#store.links.commit(writer);
  }

  /** In the order of their numbers. */
  calls(id: string): CallRow[] {
    return this.#store.attempts.get(id)?.calls.flatMap(({ row }) => row ?? []) ?? [];
  }

  kiosk(name: string): KioskRow | undefined {
    return this.#store.kiosks.get(name)?.row;
  }

  /** Oldest first. */
  alarms(): Alarm[] {
    return this.#store.alarms.flatMap(({ row }) => row ?? []);
  }
}
