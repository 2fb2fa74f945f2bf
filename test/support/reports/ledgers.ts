import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import type { Database } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { PGliteDatabase } from '../../../relay/ledger/pglite.js';
import { PostgresDatabase } from '../../../relay/ledger/postgres.js';
import { SqlLedger } from '../../../relay/ledger/sql-ledger.js';
import { type Sale, writeLedger } from './day.js';

/** A ledger written once, by its own code, and as many copies of it as a test has programs to run on one. */
export type Ledgers = {
  /** `config`: the keys of its [ledger]; `url`: what its environment holds. */
  copy(name: string): Promise<{ readonly config: string; readonly url: string }>;
  close(): Promise<void>;
};

/** Names the ledger for a program that is run. */
export const LEDGER_URL = 'RECONCILE_TEST_LEDGER_URL';

/** On PostgreSQL where QUIETZONE_DATABASE_URL names a server: that takes a third of the time. Else on PGlite, in `folder`. */
export async function openLedgers(folder: string, sales: readonly Sale[], account: string): Promise<Ledgers> {
  const server = process.env['QUIETZONE_DATABASE_URL'];
  return server ? await onServer(server, sales, account) : await onDisk(folder, sales, account);
}

async function write(db: Database, sales: readonly Sale[], account: string): Promise<void> {
  await db.start();
  try {
    await migrate(db, await shippedMigrations(), 1);
    await writeLedger(new SqlLedger(db), sales, account);
  } finally {
    // Closed: a copy is made of what nobody has open.
    await db.stop();
  }
}

async function onDisk(folder: string, sales: readonly Sale[], account: string): Promise<Ledgers> {
  const [first, copies] = [join(folder, 'ledger'), join(folder, 'copies')];
  await mkdir(copies);
  await write(new PGliteDatabase({ directory: first }), sales, account);
  return {
    copy: async (name) => {
      const directory = join(copies, name);
      await cp(first, directory, { recursive: true });
      return { config: `kind = "pglite"\ndirectory = "${directory}"`, url: '' };
    },
    close: () => Promise.resolve(),
  };
}

async function onServer(server: string, sales: readonly Sale[], account: string): Promise<Ledgers> {
  const base = `quietzone_reconcile_${process.pid}`;
  const made: string[] = [];
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const urlOf = (name: string): string => {
    const url = new URL(server);
    url.pathname = `/${name}`;
    return url.href;
  };
  const make = async (name: string, from = ''): Promise<string> => {
    await admin.unsafe(`create database ${name} ${from}`);
    made.push(name);
    return urlOf(name);
  };
  const close = async (): Promise<void> => {
    for (const name of made) await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end({ timeout: 5 });
  };
  try {
    await write(new PostgresDatabase({ url: await make(base) }), sales, account);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    copy: async (name) => {
      const url = await make(`${base}_${name}`, `template ${base}`);
      return { config: `kind = "postgres"\nurl_env = "${LEDGER_URL}"`, url };
    },
    close,
  };
}
