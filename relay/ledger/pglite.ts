import type { PGlite, Transaction as PGliteTransaction } from '@electric-sql/pglite';
import type { Database, Row, Transaction, Value } from './database.js';
import { LedgerError } from './database.js';
import { type HeldDirectory, holdDirectory } from './directory.js';
import { emptyDatabase, imageFile } from './pglite-image.js';

export type PGliteOptions = {
  /** Where the data lies; without it in memory. One process at a time, which a lock file sees to: PGlite has none. */
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
  #held: HeldDirectory | undefined;

  constructor(options: PGliteOptions = {}) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { directory } = this.#options;
    if (directory === undefined) {
      this.#db = await emptyDatabase(imageFile());
      return;
    }
    // Loaded late: the import alone costs memory that a relay on PostgreSQL does not need.
    const { PGlite } = await import('@electric-sql/pglite');
    this.#held = holdDirectory(directory);
    const { path } = this.#held;
    try {
      this.#db = await PGlite.create(path);
    } catch {
      this.#release();
      throw new LedgerError(
        `ledger.directory: ${path} is no ledger that PGlite can open; put a whole copy in its place, or name another folder`,
      );
    }
  }

  #release(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  async stop(): Promise<void> {
    const db = this.#db;
    this.#db = undefined;
    try {
      await db?.close();
    } finally {
      this.#release();
    }
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
