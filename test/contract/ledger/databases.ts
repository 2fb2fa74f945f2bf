import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import type { Ledger } from '../../../relay/ledger/contract.js';
import type { Database } from '../../../relay/ledger/database.js';
import { PGliteDatabase } from '../../../relay/ledger/pglite.js';
import { PostgresDatabase } from '../../../relay/ledger/postgres.js';
import { SqlLedger } from '../../../relay/ledger/sql-ledger.js';

/** A database of a test file's own; `close` leaves nothing behind. */
export type Opened = { readonly db: Database; readonly ledger: Ledger; close(): Promise<void> };
export type Kind = { readonly name: string; open(): Promise<Opened> };

const server = process.env['QUIETZONE_DATABASE_URL'];

const pglite: Kind = {
  name: 'PGlite',
  async open() {
    const db = new PGliteDatabase();
    await db.start();
    return { db, ledger: new SqlLedger(db), close: () => db.stop() };
  },
};

const onServer = (url: string): Kind => ({
  name: 'PostgreSQL',
  async open() {
    const name = `quietzone_test_${randomBytes(6).toString('hex')}`;
    await admin(url, `create database ${name}`);
    const own = new URL(url);
    own.pathname = `/${name}`;
    const db = new PostgresDatabase({ url: own.href });
    await db.start();
    return {
      db,
      ledger: new SqlLedger(db),
      close: async () => {
        await db.stop();
        await admin(url, `drop database ${name} with (force)`);
      },
    };
  },
});

async function admin(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** PGlite always; PostgreSQL where QUIETZONE_DATABASE_URL names a server whose role may create databases. */
export function databases(): Kind[] {
  if (server) return [pglite, onServer(server)];
  if (process.env['QUIETZONE_REQUIRE_SERVICES'] === '1') {
    throw new Error('QUIETZONE_DATABASE_URL: not set, but QUIETZONE_REQUIRE_SERVICES=1 asks for PostgreSQL');
  }
  console.warn('ledger on PostgreSQL: skipped, QUIETZONE_DATABASE_URL is not set');
  return [pglite];
}

export async function empty(db: Database): Promise<void> {
  await db.query('TRUNCATE alarm, attempt, kiosk, wallet_link CASCADE');
}
