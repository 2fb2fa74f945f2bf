import postgres from 'postgres';
import type { Database, Row, Transaction, Value } from './contract.js';
import { LedgerError } from './contract.js';

export type PostgresOptions = {
  /** postgres://user:password@host:port/database; a secret. */
  readonly url: string;
  readonly connections?: number;
  /** A statement that takes longer fails, and with it its transaction; ms. */
  readonly statementTimeoutMs?: number;
};

const CONNECT_TIMEOUT_S = 5;
const IDLE_IN_TRANSACTION_MS = 10_000;
const int8 = 20;

type Sql = postgres.Sql<{ bigint: number }>;
type Unsafe = Pick<Sql, 'unsafe'>;

export class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly #options: PostgresOptions;
  #warnings: string[] = [];
  #sql: Sql | undefined;

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  async start(): Promise<void> {
    const timeout = this.#options.statementTimeoutMs ?? 5_000;
    this.#sql = postgres(this.#options.url, {
      max: this.#options.connections ?? 10,
      connect_timeout: CONNECT_TIMEOUT_S,
      connection: {
        application_name: 'quietzone-relay',
        statement_timeout: timeout,
        lock_timeout: timeout,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      },
      types: { bigint: { to: int8, from: [int8], serialize: String, parse: Number } },
      onnotice: () => {},
    });
    try {
      await this.#assertDurable(this.#sql);
    } catch (error) {
      await this.stop();
      if (error instanceof LedgerError) throw error;
      // The driver's message may hold the host and user, never the password.
      throw new LedgerError(`ledger: cannot use PostgreSQL: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }

  /** Rule 16: what is committed stays committed. */
  async #assertDurable(sql: Sql): Promise<void> {
    const [row] = await sql.unsafe(
      `SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync,
        current_setting('full_page_writes') AS pages`,
    );
    const commit = String(row?.['commit']);
    if (commit !== 'on' && commit !== 'remote_apply' && commit !== 'remote_write') {
      throw new LedgerError(
        `ledger: found synchronous_commit = ${commit}, expected on; a crash would lose committed payments`,
      );
    }
    this.#warnings = ['fsync', 'pages']
      .filter((name) => row?.[name] !== 'on')
      .map((name) => `ledger: PostgreSQL runs with ${name === 'pages' ? 'full_page_writes' : name} off; not durable`);
  }

  async stop(): Promise<void> {
    const sql = this.#sql;
    this.#sql = undefined;
    await sql?.end({ timeout: 5 });
  }

  get #open(): Sql {
    if (!this.#sql) throw new LedgerError('ledger: not started, or stopped');
    return this.#sql;
  }

  async query(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return await run(this.#open, text, params);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const result = await this.#open.begin(async (tx) => ({
      value: await work({
        query: (text, params = []) => run(tx, text, params),
        script: async (text) => {
          await tx.unsafe(text);
        },
      }),
    }));
    return result.value as T;
  }
}

async function run(sql: Unsafe, text: string, params: readonly Value[]): Promise<Row[]> {
  const rows = await sql.unsafe<Row[]>(text, [...params], { prepare: true });
  return [...rows];
}
