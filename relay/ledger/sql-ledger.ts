import type { AttemptId } from '../../protocol/ids.js';
import type { Standing } from '../../protocol/words.js';
import type { Attempt, Call } from '../payment/types.js';
import * as attempts from './attempts.js';
import type {
  Alarm,
  CallEnd,
  Greeting,
  Insertion,
  Lease,
  Ledger,
  LedgerTransaction,
  StepRecord,
  Stored,
  Telling,
  TellPlan,
} from './contract.js';
import type { Database, Transaction } from './database.js';
import * as kiosks from './kiosks.js';
import * as leases from './leases.js';
import * as outbox from './outbox.js';
import * as records from './records.js';

/** The ledger on SQL. The database is its giver's to start, migrate and stop. */
export class SqlLedger implements Ledger {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get kind(): Database['kind'] {
    return this.#db.kind;
  }

  transaction<T>(work: (tx: LedgerTransaction) => Promise<T>): Promise<T> {
    return this.#db.transaction((tx) => work(new SqlTransaction(tx)));
  }

  claimDue(owner: string, now: number, until: number, limit: number) {
    return leases.claimDue(this.#db, owner, now, until, limit);
  }

  nextDue(now: number, end: number) {
    return leases.nextDue(this.#db, now, end);
  }

  release(id: AttemptId, owner: string) {
    return leases.release(this.#db, id, owner);
  }

  releaseAll(owner: string) {
    return leases.releaseAll(this.#db, owner);
  }

  takeDue(now: number, plan: TellPlan, limit: number) {
    return outbox.takeDue(this.#db, now, plan, limit);
  }

  takeOwed(kiosk: string, now: number, plan: TellPlan) {
    return outbox.takeOwed(this.#db, kiosk, now, plan);
  }

  settle(kiosk: string, id: AttemptId, standing: Standing | undefined) {
    return outbox.settle(this.#db, kiosk, id, standing);
  }

  load(id: AttemptId) {
    return attempts.load(this.#db, id);
  }

  stateOf(id: AttemptId) {
    return attempts.stateOf(this.#db, id);
  }

  newest(limit: number) {
    return attempts.newest(this.#db, limit);
  }

  stepsOf(ids: readonly AttemptId[]) {
    return records.stepsOf(this.#db, ids);
  }

  newestAlarms(limit: number) {
    return records.newestAlarms(this.#db, limit);
  }

  allow(kiosk: string) {
    return kiosks.allow(this.#db, kiosk);
  }
}

/** The ledger's part of a transaction that has other tables in it too. */
export const ledgerTransaction = (tx: Transaction): LedgerTransaction => new SqlTransaction(tx);

class SqlTransaction implements LedgerTransaction {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  lockForHello(kiosk: string) {
    return kiosks.lockForHello(this.#tx, kiosk);
  }

  lockForPay(kiosk: string) {
    return kiosks.lockForPay(this.#tx, kiosk);
  }

  saveGreeting(kiosk: string, greeting: Greeting) {
    return kiosks.saveGreeting(this.#tx, kiosk, greeting);
  }

  saveChallenge(kiosk: string, nonce: string, challenge: string) {
    return kiosks.saveChallenge(this.#tx, kiosk, nonce, challenge);
  }

  block(kiosk: string, now: number) {
    return kiosks.block(this.#tx, kiosk, now);
  }

  load(id: AttemptId) {
    return attempts.load(this.#tx, id);
  }

  lock(id: AttemptId) {
    return attempts.lock(this.#tx, id);
  }

  lockForSweep(kiosk: string, nonce: string, listed: readonly string[]) {
    return attempts.lockForSweep(this.#tx, kiosk, nonce, listed);
  }

  insert(attempt: Attempt, insertion: Insertion) {
    return attempts.insert(this.#tx, attempt, insertion);
  }

  save(stored: Stored, now: number, telling: Telling | undefined, lease?: Lease) {
    return attempts.save(this.#tx, stored, now, telling, lease);
  }

  whoBars(attempt: Attempt, codeHash: string) {
    return attempts.whoBars(this.#tx, attempt, codeHash);
  }

  dueNow(id: AttemptId, now: number) {
    return attempts.dueNow(this.#tx, id, now);
  }

  codeHashOf(id: AttemptId) {
    return attempts.codeHashOf(this.#tx, id);
  }

  callStarted(attempt: AttemptId, relay: string, call: Call, at: number) {
    return records.callStarted(this.#tx, attempt, relay, call, at);
  }

  callEnded(end: CallEnd) {
    return records.callEnded(this.#tx, end);
  }

  addSteps(attempt: AttemptId, steps: readonly StepRecord[]) {
    return records.addSteps(this.#tx, attempt, steps);
  }

  raiseAlarm(alarm: Alarm) {
    return records.raiseAlarm(this.#tx, alarm);
  }
}
