import postgres from 'postgres';
import type { Database, Row, Session, Transaction, Value } from './database.js';
import { LedgerError } from './database.js';
import { Permits } from './permits.js';
import { openPool, type Pool, type Sql } from './postgres-pool.js';

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

type Unsafe = Pick<Sql, 'unsafe'>;

export class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly #options: Required<PostgresOptions>;
  /** As many questions at once as connections, so that none waits in the driver while its time runs. */
  readonly #permits: Permits;
  #warnings: string[] = [];
  #pool: Pool | undefined;

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
    this.#pool = openPool(this.#options);
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
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close(STOP_S);
  }

  async query(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return await this.#watched((sql) => run(sql, text, params));
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return await this.#watched((sql, alive) => transact(sql, work, alive));
  }

  /** Not one of the pool's: whoever waits for a permit must not wait for minutes. */
  async alone<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const pool = openPool({ url: this.#options.url, connections: 1, statementTimeoutMs: NO_LIMIT });
    try {
      return await work({
        query: (text, params = []) => run(pool.sql, text, params),
        script: async (text) => {
          await run(pool.sql, text);
        },
      });
    } finally {
      await pool.close(STOP_S);
    }
  }

  /**
   * Fails when the server has owed an answer for too long: a host or a network that swallows packets closes nothing, and
   * TCP gives up only after a quarter of an hour. Its connections are given up then, all of them; the next question opens
   * new ones.
   */
  async #watched<T>(work: (sql: Sql, alive: () => void) => Promise<T>): Promise<T> {
    await this.#permits.take();
    let timer: NodeJS.Timeout | undefined;
    try {
      const pool = this.#pool;
      if (!pool) throw new LedgerError('ledger: not started, or stopped');
      const limitMs = this.#options.statementTimeoutMs + ANSWER_BEYOND_STATEMENT_MS;
      return await new Promise<T>((resolve, reject) => {
        const silent = (): void => {
          this.#giveUp(pool);
          reject(new LedgerError(`ledger: PostgreSQL has not answered for ${limitMs} ms`));
        };
        const alive = (): void => {
          clearTimeout(timer);
          timer = setTimeout(silent, limitMs);
        };
        alive();
        work(pool.sql, alive).then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      this.#permits.give();
    }
  }

  #giveUp(pool: Pool): void {
    // Another question may have been first.
    if (this.#pool !== pool) return;
    this.#pool = openPool(this.#options);
    void pool.close(0);
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

/** `alive` is called around each statement, since begin, each statement and commit have their own time. */
async function transact<T>(sql: Sql, work: (tx: Transaction) => Promise<T>, alive: () => void): Promise<T> {
  let lost = false;
  const each = async <R>(statement: () => Promise<R>): Promise<R> => {
    if (lost) throw new LedgerError('ledger: the connection was lost in the middle of a transaction');
    alive();
    try {
      return await statement();
    } catch (error) {
      lost ||= isLost(error);
      throw error;
    } finally {
      alive();
    }
  };
  try {
    const result = await sql.begin(async (tx) => {
      try {
        return {
          value: await work({
            query: (text, params = []) => each(() => run(tx, text, params)),
            script: async (text) => {
              await each(() => run(tx, text));
            },
          }),
        };
      } catch (error) {
        // The driver would now say "rollback" to a socket that it no longer has, and fall over that, beyond any catch. It
        // has its own word for a lost connection, which ends `begin`; so nothing more is said here.
        if (lost) return await new Promise<never>(() => {});
        throw error;
      }
    });
    return result.value as T;
  } finally {
    lost = true;
  }
}

/** A statement that failed on a living connection failed by the server's word. */
const isLost = (error: unknown): boolean => !(error instanceof postgres.PostgresError) || error.severity !== 'ERROR';

async function run(sql: Unsafe, text: string, params?: readonly Value[]): Promise<Row[]> {
  // Without parameters it may be several statements; what comes back is then of no interest.
  const rows = params ? await sql.unsafe<Row[]>(text, [...params], { prepare: true }) : await sql.unsafe<Row[]>(text);
  return [...rows];
}
