/** What the ledger asks of a database. Two clients keep it: PGlite (demo, tests) and PostgreSQL. */

export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;

export interface Queries {
  /** `text` with $1, $2, …; bigint columns come and go as numbers (all of ours are below 2^53). */
  query(text: string, params?: readonly Value[]): Promise<Row[]>;
}

/** A connection that nobody else uses meanwhile. */
export interface Session extends Queries {
  /** Several statements, no parameters: migrations. */
  script(text: string): Promise<void>;
}

export type Transaction = Session;

export interface Database extends Queries {
  readonly kind: 'pglite' | 'postgres';
  /** Durability or setup that the operator should know of; shown once at start. */
  readonly warnings: readonly string[];
  /** Where questions share connections: how many are under way, how many wait, and how many can be under way at most. */
  load?(): { readonly busy: number; readonly waiting: number; readonly most: number };
  /** @throws LedgerError when the database cannot be used as it is. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Read committed; rolled back if `work` throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Where other programs work on the same database: a session of its own outside any transaction, whose statements may take as
   * long as they need. For what is built beside the payments.
   */
  alone?<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** The ledger cannot be used as it is found; the message says what to do. */
export class LedgerError extends Error {
  override name = 'LedgerError';
}
