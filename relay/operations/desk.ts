import type { Database, Transaction } from '../ledger/database.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { ActContext, Done } from './acts.js';
import { recordAudit } from './audit.js';
import { type Answer, KEY_PATTERN, keepAnswer, type Once, takeKey } from './once.js';
import { problem } from './problem.js';

export type DeskParts = {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
  /** This relay's name, or the command line's. */
  readonly relay: string;
  /** First wait of the outbox, ms. */
  readonly firstTellMs: number;
  /** What follows the commit of an act: tell the kiosk, wake the workers. */
  readonly acted: (done: Done) => void;
};

/** Who acts: the name that people read, and whose keys they are. */
export type Actor = {
  readonly who: string;
  readonly owner: string;
  readonly origin: string;
};

export type Act = {
  readonly name: string;
  readonly target: string;
  /** The attempt that it is about, where the asker names one. */
  readonly attempt: string | null;
  /** For the audit: what was asked, in short. */
  readonly detail: string;
  readonly key: string | undefined;
  /** Hash of the whole question. */
  readonly request: string;
};

export type Acted = Answer & { readonly replayed: boolean };

/** Where people's acts are taken in: each once under its key, and on record whatever came of it. */
export class OperationsDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  async act(act: Act, actor: Actor, work: (tx: Transaction, context: ActContext) => Promise<Done>): Promise<Acted> {
    const { db, clock, accounts, relay, firstTellMs, acted } = this.#parts;
    const now = clock.now();
    const { key } = act;
    if (key === undefined || !KEY_PATTERN.test(key)) {
      return await this.refuse(act, actor, 422, 'idempotency-key', keyProblem(key));
    }
    const once: Once = { owner: actor.owner, key, request: act.request, now };
    let done: Done | undefined;
    const acting = db.transaction(async (tx): Promise<Acted | 'another-request'> => {
      const taken = await takeKey(tx, once);
      if (taken === 'another-request') return taken;
      if (taken !== 'first') return { ...taken, replayed: true };
      done = await work(tx, { accounts, now, relay, firstTellMs, who: actor.who });
      const { status, body } = done;
      await keepAnswer(tx, once, { status, body });
      await this.#record(
        tx,
        act,
        actor,
        done.attempt ?? act.attempt,
        done.refusedAs === undefined ? 'done' : `refused: ${done.refusedAs}`,
      );
      return { status, body, replayed: false };
    });
    const answer = await acting.catch(async (error: unknown) => {
      // Whether it was done nobody knows, where the answer to its commit was lost.
      await this.#record(db, act, actor, act.attempt, 'failed').catch(() => {});
      throw error;
    });
    if (answer === 'another-request') {
      const message = 'Idempotency-Key: it was used for another request; use a new one for each';
      return await this.refuse(act, actor, 422, 'key-reused', message);
    }
    if (done) acted(done);
    return answer;
  }

  /** Refused before it was looked at; on record all the same. */
  async refuse(act: Act, actor: Actor, status: number, code: string, message: string): Promise<Acted> {
    await this.#record(this.#parts.db, act, actor, act.attempt, `refused: ${code}`);
    return { status, body: problem(code, message), replayed: false };
  }

  #record(q: Pick<Database, 'query'>, act: Act, actor: Actor, attempt: string | null, outcome: string): Promise<void> {
    const { name, target, detail } = act;
    const at = this.#parts.clock.now();
    return recordAudit(q, { at, who: actor.who, origin: actor.origin, act: name, target, attempt, detail, outcome });
  }
}

const keyProblem = (key: string | undefined): string =>
  `Idempotency-Key: found ${key === undefined ? 'no such header' : `${key.length} characters`}, expected 8 to 128 visible ` +
  'ones, new for each act; the same again repeats the answer and acts no more';
