import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type Database, LedgerError, type Queries, type Transaction } from './database.js';
import { applyOutside, inOneTransaction, isOutside, type Migration } from './outside.js';

export type { Migration } from './outside.js';

/** Any number that only this program takes: one migration run at a time. */
const MIGRATION_LOCK = 7_103_451_902;
/**
 * A migration that waits for a table makes everybody else wait behind it, older relays too; so it waits for no longer than this
 * and gives up. An autovacuum gives way after PostgreSQL's deadlock_timeout, which is 1 s.
 */
const LOCK_WITHIN_MS = 2_000;

/** The numbered files beside this program, in order. */
export async function shippedMigrations(): Promise<Migration[]> {
  const folder = new URL('./migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((n) => /^\d{4}_[a-z_]+\.sql$/.test(n)).sort();
  return await Promise.all(names.map(async (name) => ({ name, text: await readFile(new URL(name, folder), 'utf8') })));
}

const checksum = (text: string): string => createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');

/**
 * Brings the ledger up to `migrations`: first, in one transaction, all that is quickly done; then what is to be done outside of
 * any (outside.ts), while other relays work. Returns the names applied now.
 * @throws LedgerError when an applied file has changed since, the ledger knows one that this program does not, or its tables are
 * in use for too long.
 */
export async function migrate(db: Database, migrations: readonly Migration[], now: number): Promise<string[]> {
  const done: string[] = [];
  const later = await db.transaction((tx) => applyIn(tx, db, migrations, now, done)).catch(explain);
  const note = (q: Queries, migration: Migration): Promise<void> => record(q, migration, now);
  for (const migration of later) if (await applyOutside(db, migration, note)) done.push(migration.name);
  return done;
}

/** Returns those that are to be applied outside of it. */
async function applyIn(
  tx: Transaction,
  db: Database,
  migrations: readonly Migration[],
  now: number,
  done: string[],
): Promise<Migration[]> {
  await tx.query('SELECT pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
  await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [`${LOCK_WITHIN_MS}ms`]);
  await tx.script('CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, checksum text, applied_at bigint)');
  const later: Migration[] = [];
  for (const migration of await pending(tx, migrations)) {
    if (isOutside(migration) && db.alone) {
      later.push(migration);
      continue;
    }
    await tx.script(inOneTransaction(migration));
    await record(tx, migration, now);
    done.push(migration.name);
  }
  return later;
}

async function pending(tx: Transaction, migrations: readonly Migration[]): Promise<Migration[]> {
  const rows = await tx.query('SELECT name, checksum FROM migration ORDER BY name');
  const applied = new Map(rows.map((r) => [String(r['name']), String(r['checksum'])]));
  for (const name of applied.keys()) {
    if (!migrations.some((m) => m.name === name)) {
      throw new LedgerError(`ledger: it has migration ${name}, which this version does not know; run a newer relay`);
    }
  }
  return migrations.filter(({ name, text }) => {
    const before = applied.get(name);
    if (before !== undefined && before !== checksum(text)) {
      throw new LedgerError(
        `ledger: migration ${name} was applied with other content; restore the file, add a new one`,
      );
    }
    return before === undefined;
  });
}

async function record(q: Queries, { name, text }: Migration, now: number): Promise<void> {
  await q.query('INSERT INTO migration (name, checksum, applied_at) VALUES ($1, $2, $3)', [name, checksum(text), now]);
}

/** lock_not_available and query_canceled, which is a statement's time. */
const TOO_LONG = new Set(['55P03', '57014']);

function explain(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!TOO_LONG.has(code)) throw error;
  throw new LedgerError(
    'ledger: found its tables in use for too long (pg_dump, an open transaction?), so nothing of it was migrated; ' +
      'start the relay again when that has ended',
  );
}
