import postgres from 'postgres';
import { DATABASE_VARIABLE, databasePlace, databaseRefused, inTime } from './given.js';
import { codeOf } from './usage.js';

/** Where the relay of a run keeps its ledger. */
export type DemoDatabase = {
  /** The relay's [ledger] table. */
  readonly ledger: Readonly<Record<string, string>>;
  /** What the table points to. */
  readonly env: Readonly<Record<string, string>>;
  readonly about: string;
  stop(): Promise<void>;
};

/** PGlite in the relay's own process; with a directory it survives a power cut of the relay. */
export const pglite = (directory?: string): DemoDatabase => ({
  ledger: { kind: 'pglite', ...(directory ? { directory } : {}) },
  env: {},
  about: `PGlite in the relay's memory${directory ? ', saved to the run’s folder' : ''} (about 4 s and 850 MB)`,
  stop: async () => {},
});

const DUPLICATE_DATABASE = '42P04';

export type FreshDatabase = {
  readonly serverUrl: string;
  readonly name: string;
  /** Not dropped at the end, and gone on with where an earlier run has left it. */
  readonly keep: boolean;
};

/**
 * A database of its own on a given PostgreSQL server, dropped at the end unless it is to be kept.
 * @throws UsageError when the server cannot be reached or the role may not create databases.
 */
export async function freshDatabase({ serverUrl, name, keep }: FreshDatabase): Promise<DemoDatabase> {
  const url = databasePlace(serverUrl);
  const admin = async (statement: string): Promise<void> => {
    const sql = postgres(serverUrl, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      await inTime(sql.unsafe(statement));
    } finally {
      await sql.end({ timeout: 0 });
    }
  };
  try {
    await admin(`create database "${name}"`);
  } catch (error) {
    if (!(keep && codeOf(error) === DUPLICATE_DATABASE)) throw databaseRefused(url, error);
  }
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    ledger: { kind: 'postgres', url_env: 'QUIETZONE_DEMO_LEDGER_URL' },
    env: { QUIETZONE_DEMO_LEDGER_URL: own.href },
    about: `PostgreSQL given by ${DATABASE_VARIABLE}, a database of its own${keep ? `, ${name}, which is kept` : ''}`,
    stop: async () => (keep ? undefined : await admin(`drop database if exists "${name}" with (force)`)),
  };
}
