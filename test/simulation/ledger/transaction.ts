import type {
  Alarm,
  Bar,
  CallEnd,
  Greeting,
  Insertion,
  KioskRow,
  Lease,
  LedgerTransaction,
  StepRecord,
  Stored,
  Telling,
} from '../../../relay/ledger/contract.js';
import type { LinkTransaction } from '../../../relay/linking/contract.js';
import type { Attempt, Call } from '../../../relay/payment/types.js';
import { linksIn } from './links.js';
import type { Writer } from './rows.js';
import type { Session, Soon } from './session.js';
import * as statements from './statements.js';
import type { Store } from './store.js';

/** The statements of one transaction, one at a time, as on one connection. */
export class MemoryTransaction implements LedgerTransaction {
  readonly writer: Writer;
  readonly #store: Store;
  readonly #session: Session;
  #failed: unknown;
  #running: Promise<unknown> | undefined;

  constructor(store: Store, session: Session) {
    this.#store = store;
    this.#session = session;
    this.writer = session.begin();
  }

  /** Why it cannot commit: PostgreSQL takes no more of a transaction in which a statement has failed. */
  get failed(): unknown {
    return this.#failed;
  }

  #do<T>(run: (writer: Writer, store: Store) => Soon<T>): Promise<T> {
    if (this.#running) return this.#running.then(() => this.#do(run));
    if (this.writer.over) return this.#over();
    const delay = this.#session.travel('statement');
    const result = delay ? delay.then(() => this.#now(run)) : this.#now(run);
    if (!(result instanceof Promise)) return Promise.resolve(result);
    const rest = (): void => {
      this.#running = undefined;
    };
    this.#running = result.then(rest, rest);
    return result;
  }

  #now<T>(run: (writer: Writer, store: Store) => Soon<T>): Soon<T> {
    if (this.writer.over) return this.#over();
    if (this.#failed) {
      return Promise.reject(
        new Error('current transaction is aborted, commands ignored until end of transaction block'),
      );
    }
    try {
      const result = run(this.writer, this.#store);
      return result instanceof Promise ? result.catch((error) => this.#fail(error)) : result;
    } catch (error) {
      return this.#fail(error);
    }
  }

  #fail(error: unknown): Promise<never> {
    if (this.writer.over) return this.#over();
    // At once, not only when the relay says so.
    this.#session.rollback(this.writer);
    this.#failed = error;
    return Promise.reject(error);
  }

  #over(): Promise<never> {
    if (this.#failed && !this.#session.isCut) {
      return Promise.reject(
        new Error('current transaction is aborted, commands ignored until end of transaction block'),
      );
    }
    if (this.#session.isCut || !this.#ended) return this.#session.failure();
    return Promise.reject(new Error('memory ledger: the transaction has ended'));
  }

  /** By its own commit or rollback, not by a cut. */
  #ended = false;
  end(): void {
    this.#ended = true;
  }

  /** Its part in which the linked wallets lie. */
  links(): LinkTransaction {
    return linksIn((statement) => this.#do(statement));
  }

  lockForHello(kiosk: string): Promise<KioskRow> {
    return this.#do((writer, store) => statements.lockForHello(store, writer, kiosk));
  }

  lockForPay(kiosk: string): Promise<KioskRow | undefined> {
    return this.#do((writer, store) => statements.lockForPay(store, writer, kiosk));
  }

  saveGreeting(kiosk: string, greeting: Greeting): Promise<void> {
    return this.#do((writer, store) => statements.saveGreeting(store, writer, kiosk, greeting));
  }

  saveChallenge(kiosk: string, nonce: string, challenge: string): Promise<void> {
    return this.#do((writer, store) =>
      statements.changeKiosk(store, writer, kiosk, (row) => ({ ...row, challenge, challengeNonce: nonce })),
    );
  }

  block(kiosk: string, now: number): Promise<void> {
    return this.#do((writer, store) =>
      statements.changeKiosk(store, writer, kiosk, (row) => ({
        ...row,
        blockedAt: row.blockedAt ?? now,
        nonce: null,
        challenge: null,
      })),
    );
  }

  load(id: string): Promise<Attempt | undefined> {
    return this.#do((writer, store) => store.attempts.get(id)?.seenBy(writer)?.attempt);
  }

  lock(id: string): Promise<Stored | undefined> {
    return this.#do((writer, store) => statements.lockAttempt(store, writer, id));
  }

  lockForSweep(kiosk: string, nonce: string, listed: readonly string[]): Promise<Stored[]> {
    return this.#do((writer, store) => statements.lockForSweep(store, writer, { kiosk, nonce, listed }));
  }

  insert(attempt: Attempt, insertion: Insertion): Promise<boolean> {
    return this.#do((writer, store) => statements.insert(store, writer, attempt, insertion));
  }

  save(stored: Stored, _now: number, telling: Telling | undefined, lease?: Lease): Promise<boolean> {
    return this.#do((writer, store) => statements.save(store, writer, stored, telling, lease));
  }

  whoBars(attempt: Attempt, codeHash: string): Promise<Bar | undefined> {
    return this.#do((writer, store) => statements.whoBars(store, writer, attempt, codeHash));
  }

  dueNow(id: string, now: number): Promise<void> {
    return this.#do((writer, store) => statements.dueNow(store, writer, id, now));
  }

  codeHashOf(id: string): Promise<string | null> {
    return this.#do((writer, store) => store.attempts.get(id)?.seenBy(writer)?.codeHash ?? null);
  }

  callStarted(attempt: string, relay: string, call: Call, at: number): Promise<number> {
    return this.#do((writer, store) => statements.callStarted(store, writer, { attempt, relay, call, startedAt: at }));
  }

  callEnded(end: CallEnd): Promise<void> {
    return this.#do((writer, store) => statements.callEnded(store, writer, end));
  }

  addSteps(attempt: string, steps: readonly StepRecord[]): Promise<void> {
    return this.#do((writer, store) => statements.addSteps(store, writer, attempt, steps));
  }

  raiseAlarm(alarm: Alarm): Promise<boolean> {
    return this.#do((writer, store) => statements.raiseAlarm(store, writer, alarm));
  }
}
