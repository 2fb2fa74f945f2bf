import type { Ledger, LedgerTransaction } from '../../../relay/ledger/contract.js';
import { type Operation, type Outcome, run, type Statement } from './equality-operations.js';

export type End = 'commit' | 'rollback';

class RolledBack extends Error {}

type Command = { readonly what: Statement | End; readonly done: (outcome: Outcome) => void };

/** One connection that does what it is told, a statement at a time: an open transaction, or operations of their own. */
export class Hand {
  readonly #ledger: Ledger;
  #next: ((command: Command) => void) | undefined;
  #pending: Outcome | 'nothing' | undefined = 'nothing';
  #transaction: Promise<unknown> | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Undefined: it waits for a lock. */
  get outcome(): Outcome | undefined {
    return this.#pending === 'nothing' ? undefined : this.#pending;
  }

  get waits(): boolean {
    return this.#pending === undefined;
  }

  operate(operation: Operation): void {
    this.#expect(run(this.#ledger, operation));
  }

  /** Resolves when the transaction is open. */
  begin(): Promise<void> {
    return new Promise((opened, failed) => {
      this.#transaction = this.#ledger.transaction((tx) => this.#obey(tx, opened)).catch(failed);
    });
  }

  async #obey(tx: LedgerTransaction, ready: () => void): Promise<void> {
    for (;;) {
      const { what, done } = await new Promise<Command>((resolve) => {
        this.#next = resolve;
        ready();
      });
      if (what === 'commit') return;
      if (what === 'rollback') throw new RolledBack();
      const outcome = await run(tx, what);
      done(outcome);
      // PostgreSQL takes nothing more of such a transaction; the relay lets the error end it.
      if ('error' in outcome) throw new RolledBack();
    }
  }

  state(statement: Statement): void {
    this.#expect(new Promise((done) => this.#tell({ what: statement, done })));
  }

  /** Resolves when the end is done. */
  async end(how: End): Promise<void> {
    this.#tell({ what: how, done: () => {} });
    await this.ended();
  }

  async ended(): Promise<void> {
    await this.#transaction;
    this.#transaction = undefined;
  }

  #tell(command: Command): void {
    const next = this.#next;
    this.#next = undefined;
    next?.(command);
  }

  #settled = Promise.resolve();

  #expect(outcome: Promise<Outcome>): void {
    this.#pending = undefined;
    this.#settled = outcome.then((value) => {
      this.#pending = value;
    });
  }

  /** Waits for the outcome, at most so long. */
  async settle(mostMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, mostMs);
    });
    await Promise.race([this.#settled, late]);
    clearTimeout(timer);
  }
}
