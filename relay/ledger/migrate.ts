import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type Database, LedgerError } from './database.js';

export type Migration = { readonly name: string; readonly text: string };

/** Building an index of a large ledger takes longer than any statement of a payment may. */
const STATEMENT_MS = 1_800_000;
/** Any number that only this program takes: one migration run at a time. */
const MIGRATION_LOCK = 7_103_451_902;

/** The numbered files beside this program, in order. */
export async function shippedMigrations(): Promise<Migration[]> {
  const folder = new URL('./migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((n) => /^\d{4}_[a-z_]+\.sql$/.test(n)).sort();
  return await Promise.all(names.map(async (name) => ({ name, text: await readFile(new URL(name, folder), 'utf8') })));
}

const checksum = (text: string): string => createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');

/**
 * Brings the ledger up to `migrations`, all in one transaction. Returns the names applied now.
 * @throws LedgerError when an applied file has changed since, or the ledger knows one that this program does not.
 */
export async function migrate(db: Database, migrations: readonly Migration[], now: number): Promise<string[]> {
  return await db.transaction(async (tx) => {
    const [row] = await tx.query(`SELECT current_setting('lock_timeout') AS usual`);
    await tx.query(`SELECT set_config('lock_timeout', '0', true)`);
    // Another relay's migration is waited for, however long. A table is not: who waits for one bars it to everybody.
    await tx.query('SELECT pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
    await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [String(row?.['usual'] ?? '0')]);
    await tx.script('CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, checksum text, applied_at bigint)');
    const rows = await tx.query('SELECT name, checksum FROM migration ORDER BY name');
    const applied = new Map(rows.map((r) => [String(r['name']), String(r['checksum'])]));
    for (const name of applied.keys()) {
      if (!migrations.some((m) => m.name === name)) {
        throw new LedgerError(`ledger: it has migration ${name}, which this version does not know; run a newer relay`);
      }
    }
    const done: string[] = [];
    for (const { name, text } of migrations) {
      const before = applied.get(name);
      if (before === checksum(text)) continue;
      if (before !== undefined) {
        throw new LedgerError(
          `ledger: migration ${name} was applied with other content; restore the file, add a new one`,
        );
      }
      await tx.script(text);
      await tx.query('INSERT INTO migration (name, checksum, applied_at) VALUES ($1, $2, $3)', [
        name,
        checksum(text),
        now,
      ]);
      done.push(name);
    }
    return done;
  }, STATEMENT_MS);
}
