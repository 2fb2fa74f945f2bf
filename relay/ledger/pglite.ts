import type { PGlite, Transaction as PGliteTransaction } from '@electric-sql/pglite';
import type { Database, Row, Transaction, Value } from './database.js';
import { LedgerError } from './database.js';

export type PGliteOptions = {
  /** Where the data lies; without it in memory. One process at a time: PGlite has no lock. */
  readonly directory?: string;
};

/** PostgreSQL in this process, for the demo and tests. It never syncs to disk (reference practice/dependencies.md §0). */
export class PGliteDatabase implements Database {
  readonly kind = 'pglite';
  readonly warnings = [
    'ledger on PGlite: nothing is ever synced to disk and a power cut loses money records; for the demo and tests only',
  ];
  readonly #options: PGliteOptions;
  #db: PGlite | undefined;

  constructor(options: PGliteOptions = {}) {
    this.#options = options;
  }

  async start(): Promise<void> {
    // Loaded late: the import alone costs memory that a relay on PostgreSQL does not need.
    const { PGlite } = await import('@electric-sql/pglite');
    const { directory } = this.#options;
    try {
      this.#db = await PGlite.create(directory ?? 'memory://');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
      if (directory === undefined || code === undefined) throw error;
      throw new LedgerError(
        `ledger.directory: ${directory} cannot be used (${code}), expected a folder to read and write`,
      );
    }
  }

  async stop(): Promise<void> {
    const db = this.#db;
    this.#db = undefined;
    await db?.close();
  }

  get #open(): PGlite {
    if (!this.#db) throw new LedgerError('ledger: not started, or stopped');
    return this.#db;
  }

  async query(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return (await this.#open.query<Row>(text, [...params])).rows;
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return await this.#open.transaction(async (tx) => work(wrap(tx)));
  }
}

function wrap(tx: PGliteTransaction): Transaction {
  return {
    query: async (text, params = []) => (await tx.query<Row>(text, [...params])).rows,
    script: async (text) => {
      await tx.exec(text);
    },
  };
}
