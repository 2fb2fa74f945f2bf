import postgres from 'postgres';

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
  about: `PGlite in the relay's memory${directory ? ', saved to the run’s folder' : ''} (about 4 s and 750 MB)`,
  stop: async () => {},
});

/**
 * A database of its own on a given PostgreSQL server, dropped at the end.
 * @throws Error when the server cannot be reached or the role may not create databases.
 */
export async function freshDatabase(serverUrl: string, name: string): Promise<DemoDatabase> {
  const admin = async (statement: string): Promise<void> => {
    const sql = postgres(serverUrl, { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end({ timeout: 2 });
    }
  };
  try {
    await admin(`create database "${name}"`);
  } catch (error) {
    const said = error instanceof Error ? error.message : 'unknown';
    throw new Error(`QUIETZONE_DATABASE_URL: cannot create a database there (${said}); give a role with CREATEDB`);
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    ledger: { kind: 'postgres', url_env: 'QUIETZONE_DEMO_LEDGER_URL' },
    env: { QUIETZONE_DEMO_LEDGER_URL: url.href },
    about: 'PostgreSQL given by QUIETZONE_DATABASE_URL, a database of its own',
    stop: () => admin(`drop database if exists "${name}" with (force)`),
  };
}
