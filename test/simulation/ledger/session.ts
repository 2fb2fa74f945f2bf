import { LedgerError } from '../../../relay/ledger/database.js';
import { forgetWait, releaseAll, remove } from './locks.js';
import { Writer } from './rows.js';

/** How a relay loses the database: its calls fail, or its process is gone and nothing of it ever goes on. */
export type Cut = 'lost' | 'dead';
export type Stage = 'begin' | 'statement' | 'commit';

/** The database as a session sees it. */
export type Server = {
  latency(what: Stage, relay: string): Promise<void> | undefined;
  commit(writer: Writer, relay: string): void;
  rollback(writer: Writer): void;
};

/** A value at once, or once a lock is had. */
export type Soon<T> = T | Promise<T>;

/** Goes on once the wait is over, unless the transaction was cut off between the lock and this. */
export function after<T>(writer: Writer, wait: Promise<void> | undefined, then: () => Soon<T>): Soon<T> {
  if (!wait) return then();
  return wait.then(() => {
    if (writer.over) throw lostError();
    return then();
  });
}

/** One relay's connection: its transactions, and what becomes of them when it is cut. */
export class Session {
  readonly relay: string;
  readonly #server: Server;
  readonly #open: Writer[] = [];
  #delayed: ((error: Error) => void)[] = [];
  #cut: Cut | undefined;

  constructor(relay: string, server: Server) {
    this.relay = relay;
    this.#server = server;
  }

  get isCut(): boolean {
    return this.#cut !== undefined;
  }

  get isDead(): boolean {
    return this.#cut === 'dead';
  }

  cut(how: Cut): void {
    if (this.#cut === 'dead') return;
    this.#cut = how;
    const lost = lostError();
    // Of the dead, what waits goes no further either: see `failure`.
    for (const writer of this.#open) forgetWait(writer)?.(lost);
    for (const writer of [...this.#open]) this.rollback(writer);
    const delayed = this.#delayed;
    this.#delayed = [];
    for (const reject of delayed) if (how === 'lost') reject(lost);
  }

  mend(): void {
    if (this.#cut === 'dead') throw new Error('memory ledger: a dead relay does not come back; connect a new one');
    this.#cut = undefined;
  }

  /** What a call comes to that the database does not hear any more. */
  failure(): Promise<never> {
    return this.#cut === 'dead' ? new Promise(() => {}) : Promise.reject(lostError());
  }

  /** Undefined: go on at once. A cut on the way ends it. */
  travel(what: Stage): Promise<void> | undefined {
    if (this.#cut) return this.failure();
    const delay = this.#server.latency(what, this.relay);
    if (this.#cut) return this.failure();
    if (!delay) return undefined;
    return new Promise((resolve, reject) => {
      this.#delayed.push(reject);
      const arrive = (): void => {
        if (remove(this.#delayed, reject)) resolve();
      };
      delay.then(arrive, (error: Error) => {
        if (remove(this.#delayed, reject)) reject(error);
      });
    });
  }

  begin(): Writer {
    const writer = new Writer();
    this.#open.push(writer);
    return writer;
  }

  rollback(writer: Writer): void {
    if (writer.over) return;
    this.#end(writer);
    this.#server.rollback(writer);
    releaseAll(writer);
  }

  /** @throws Error where the session was cut, even right after the commit: then it has happened and nobody knows. */
  commit(writer: Writer): void {
    this.#end(writer);
    // The locks go with the commit; who is told of it may ask for them.
    try {
      if (writer.wrote) this.#server.commit(writer, this.relay);
    } finally {
      releaseAll(writer);
    }
  }

  #end(writer: Writer): void {
    writer.over = true;
    remove(this.#open, writer);
  }

  /** A statement that is a transaction of its own. */
  statement<T>(run: (writer: Writer) => Soon<T>): Promise<T> {
    const delay = this.travel('statement');
    return delay ? delay.then(() => this.#autoCommit(run)) : this.#autoCommit(run);
  }

  /** A statement that only looks. */
  read<T>(look: () => T): Promise<T> {
    const delay = this.travel('statement');
    return delay ? delay.then(() => (this.#cut ? this.failure() : look())) : Promise.resolve(look());
  }

  #autoCommit<T>(run: (writer: Writer) => Soon<T>): Promise<T> {
    if (this.#cut) return this.failure();
    const writer = this.begin();
    try {
      const result = run(writer);
      if (!(result instanceof Promise)) return Promise.resolve(this.#finish(writer, result));
      return result.then((value) => this.#finish(writer, value)).catch((error) => this.#fail(writer, error));
    } catch (error) {
      return this.#fail(writer, error);
    }
  }

  #finish<T>(writer: Writer, value: T): Soon<T> {
    // Cut while it waited for a lock that came at the same moment.
    if (writer.over) return this.failure();
    const wrote = writer.wrote;
    this.commit(writer);
    if (this.#cut) return this.failure();
    const back = wrote ? this.travel('commit') : undefined;
    return back ? back.then(() => value) : value;
  }

  #fail(writer: Writer, error: unknown): Promise<never> {
    if (writer.over && this.#cut === 'dead') return this.failure();
    this.rollback(writer);
    return Promise.reject(error);
  }
}

const lostError = (): LedgerError => new LedgerError('ledger: the connection to the database was lost');
