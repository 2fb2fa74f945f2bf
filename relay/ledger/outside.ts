import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, LedgerError, type Queries, type Session } from './database.js';

export type Migration = { readonly name: string; readonly text: string };

/**
 * Migrations whose first line says "Outside a transaction": indexes of tables that may be large. Each is built alone and
 * CONCURRENTLY, so that older relays go on reading and writing for the minutes that it takes. One that was cut off is begun anew.
 */
const MARK = '-- Outside a transaction';
const CREATE = /^CREATE INDEX CONCURRENTLY (\w+) ON /;

/** Any number that only this program takes. Held by the session that builds. */
const BUILD_LOCK = 7_103_451_903;
const LOOK_AGAIN_MS = 500;

export const isOutside = ({ text }: Migration): boolean => text.startsWith(MARK);

/** For a database that nobody else works on. */
export const inOneTransaction = (migration: Migration): string =>
  isOutside(migration) ? migration.text.replaceAll(/\bCONCURRENTLY\b/g, '') : migration.text;

/** @throws LedgerError for another than CREATE INDEX */
function statementsOf({ name, text }: Migration): { readonly index: string; readonly statement: string }[] {
  const bare = text.replaceAll(/^--.*$/gm, '');
  const statements = bare.split(';').map((one) => one.trim());
  return statements.flatMap((statement) => {
    if (statement === '') return [];
    const index = CREATE.exec(statement)?.[1];
    if (index !== undefined) return [{ index, statement }];
    throw new LedgerError(
      `ledger: migration ${name}: found another statement than CREATE INDEX CONCURRENTLY name ON …`,
    );
  });
}

/** False: another relay has done it meanwhile. `record`: that it is done. */
export async function applyOutside(
  db: Database,
  migration: Migration,
  record: (q: Queries, migration: Migration) => Promise<void>,
): Promise<boolean> {
  const statements = statementsOf(migration);
  const done = await db.alone?.(async (session) => {
    // Not waited for in a statement: a build waits for every statement that was there before it, and so for this one.
    while (!(await locked(session))) {
      if (await isRecorded(session, migration)) return false;
      await sleep(LOOK_AGAIN_MS);
    }
    if (await isRecorded(session, migration)) return false;
    for (const { index, statement } of statements) await build(session, index, statement);
    await record(session, migration);
    return true;
  });
  return done ?? false;
}

async function locked(session: Session): Promise<boolean> {
  const [row] = await session.query('SELECT pg_try_advisory_lock($1::bigint) AS held', [BUILD_LOCK]);
  return row?.['held'] === true;
}

const isRecorded = async (session: Session, { name }: Migration): Promise<boolean> =>
  (await session.query('SELECT 1 FROM migration WHERE name = $1', [name])).length > 0;

async function build(session: Session, index: string, statement: string): Promise<void> {
  const [known] = await session.query('SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)', [
    index,
  ]);
  if (known?.['valid'] === true) return;
  // What somebody has begun who died over it: it is kept up to date by every write, and used by nobody.
  if (known) await session.script(`DROP INDEX CONCURRENTLY ${index}`);
  await session.script(statement);
}
