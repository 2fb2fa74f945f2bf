import type { Database, Row, Session, Transaction, Value } from './database.js';
import { LedgerError } from './database.js';
import { type Lane, Lanes, type Said } from './lanes.js';
import { Permits } from './permits.js';
import { openClient } from './postgres-client.js';

export type PostgresOptions = {
  /** postgres://user:password@host:port/database; a secret. */
  readonly url: string;
  readonly connections?: number;
  /** A statement that takes longer fails, and with it its transaction; ms. */
  readonly statementTimeoutMs?: number;
  /** A server that does not keep what it has committed is refused, not only warned of. */
  readonly production?: boolean;
};

/** A server that lives answers within the statement's time, if only "too slow"; after this much more it is taken for dead. */
const ANSWER_BEYOND_STATEMENT_MS = 2_000;
const STOP_S = 5;
/** PostgreSQL's word for no timeout. */
const NO_LIMIT = 0;

export class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly #options: Required<PostgresOptions>;
  /** As many questions at once as connections, so that none waits in the driver while its time runs. */
  readonly #permits: Permits;
  #warnings: string[] = [];
  #lanes: Lanes | undefined;

  constructor(options: PostgresOptions) {
    this.#options = { connections: 10, statementTimeoutMs: 5_000, production: false, ...options };
    this.#permits = new Permits(this.#options.connections);
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  load(): { readonly busy: number; readonly waiting: number; readonly most: number } {
    const { connections: most } = this.#options;
    return { busy: most - this.#permits.free, waiting: this.#permits.waiting, most };
  }

  async start(): Promise<void> {
    this.#lanes = new Lanes(this.#options);
    try {
      await this.#assertDurable();
    } catch (error) {
      await this.stop();
      if (error instanceof LedgerError) throw error;
      // The driver's message may hold the host and user, never the password.
      throw new LedgerError(`ledger: cannot use PostgreSQL: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }

  /** Rule 16: what is committed stays committed. */
  async #assertDurable(): Promise<void> {
    const [row] = await this.query(
      `SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync,
        current_setting('full_page_writes') AS pages`,
    );
    const text = (name: string): string => String(row?.[name]);
    const found = { synchronous_commit: text('commit'), fsync: text('fsync'), full_page_writes: text('pages') };
    this.#warnings = durabilityWarnings(found, this.#options.production);
  }

  async stop(): Promise<void> {
    const lanes = this.#lanes;
    this.#lanes = undefined;
    await lanes?.close(STOP_S);
  }

  async query(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return await this.#watched(async (lane) => (await lane.say(text, params)).rows);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return await this.#watched((lane, alive) => transact(lane, work, alive));
  }

  /** Not one of the pool's: whoever waits for a permit must not wait for minutes. */
  async alone<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const client = openClient({ url: this.#options.url, statementTimeoutMs: NO_LIMIT });
    try {
      return await work({
        query: async (text, params = []) => [...(await client.sql.unsafe<Row[]>(text, [...params], { prepare: true }))],
        script: async (text) => {
          await client.sql.unsafe(text);
        },
      });
    } finally {
      await client.close(STOP_S);
    }
  }

  /**
   * Fails when the server has owed an answer for too long: a host or a network that swallows packets closes nothing, and
   * TCP gives up only after a quarter of an hour. Its connections are given up then, all of them; the next question opens
   * new ones.
   */
  async #watched<T>(work: (lane: Lane, alive: () => void) => Promise<T>): Promise<T> {
    await this.#permits.take();
    let timer: NodeJS.Timeout | undefined;
    try {
      const lanes = this.#lanes;
      if (!lanes) throw new LedgerError('ledger: not started, or stopped');
      const limitMs = this.#options.statementTimeoutMs + ANSWER_BEYOND_STATEMENT_MS;
      return await new Promise<T>((resolve, reject) => {
        const silent = (): void => {
          this.#giveUp(lanes);
          reject(new LedgerError(`ledger: PostgreSQL has not answered for ${limitMs} ms`));
        };
        const alive = (): void => {
          clearTimeout(timer);
          timer = setTimeout(silent, limitMs);
        };
        alive();
        lanes.use((lane) => work(lane, alive)).then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      this.#permits.give();
    }
  }

  #giveUp(lanes: Lanes): void {
    // Another question may have been first.
    if (this.#lanes !== lanes) return;
    this.#lanes = new Lanes(this.#options);
    void lanes.close(0);
  }
}

export type DurabilitySettings = {
  readonly synchronous_commit: string;
  readonly fsync: string;
  readonly full_page_writes: string;
};

/** Rule 16: the database commits synchronously. @throws LedgerError naming the setting and its remedy. */
export function durabilityWarnings(found: DurabilitySettings, production: boolean): string[] {
  const commit = found.synchronous_commit;
  if (commit !== 'on' && commit !== 'remote_apply' && commit !== 'remote_write') {
    throw new LedgerError(
      `ledger: found synchronous_commit = ${commit}, expected on; a crash would lose committed payments`,
    );
  }
  if (production && found.fsync !== 'on') {
    throw new LedgerError(
      `ledger: found fsync = ${found.fsync}, expected on in production; a crash would lose committed payments`,
    );
  }
  return (['fsync', 'full_page_writes'] as const)
    .filter((name) => found[name] !== 'on')
    .map((name) => `ledger: PostgreSQL runs with ${name} off; not durable`);
}

/**
 * `alive` is called around each statement, since begin, each statement and commit have their own time. A packet there and back
 * is what a statement costs most of all, so BEGIN goes with the first. COMMIT waits until every statement is answered: the driver
 * says a prepared statement again that the server has forgotten or must plan anew, and behind a COMMIT that would stand alone.
 */
async function transact<T>(lane: Lane, work: (tx: Transaction) => Promise<T>, alive: () => void): Promise<T> {
  const tx = new LaneTransaction(lane, alive);
  let value: T;
  try {
    value = await work(tx);
  } catch (error) {
    await tx.rollback();
    throw error;
  }
  await tx.commit();
  return value;
}

class LaneTransaction implements Transaction {
  readonly #lane: Lane;
  readonly #alive: () => void;
  #begun: Promise<Said> | undefined;
  #isBegun = false;

  constructor(lane: Lane, alive: () => void) {
    this.#lane = lane;
    this.#alive = alive;
  }

  async query(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return (await this.#inside(text, params)).rows;
  }

  async script(text: string): Promise<void> {
    await this.#inside(text);
  }

  async commit(): Promise<void> {
    if (!this.#begun) return;
    const { command } = await this.#say('COMMIT');
    // So the server answers where a statement has failed of which nobody waited to hear.
    if (command !== 'COMMIT') throw new LedgerError('ledger: a statement failed, so its transaction was rolled back');
  }

  /** A connection that cannot even say that is given up: its next user must not find a transaction on it. */
  async rollback(): Promise<void> {
    if (!this.#begun || !this.#lane.usable) return;
    try {
      await this.#say('ROLLBACK');
    } catch {
      this.#lane.lose();
    }
  }

  async #inside(text: string, params?: readonly Value[]): Promise<Said> {
    if (this.#isBegun) return await this.#say(text, params);
    const isFirst = !this.#begun;
    this.#begun ??= this.#say('BEGIN');
    // If BEGIN failed, what goes with it would stand alone: a SELECT does no harm then.
    const said = isFirst && text.startsWith('SELECT') ? this.#say(text, params) : undefined;
    const [, rows] = await Promise.all([this.#begun, said]);
    this.#isBegun = true;
    return rows ?? (await this.#say(text, params));
  }

  async #say(text: string, params?: readonly Value[]): Promise<Said> {
    this.#alive();
    try {
      return await this.#lane.say(text, params);
    } finally {
      this.#alive();
    }
  }
}
