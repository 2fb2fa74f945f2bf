import { refuseShared } from './commands/transport.js';
import { openAccounts, openDatabase } from './config/parts.js';
import { sourcesOf } from './config/reconcile.js';
import type { RelayConfig } from './config/schema.js';
import type { RelaySecrets } from './config/secrets.js';
import { type Database, LedgerError } from './ledger/database.js';
import { migrate, shippedMigrations } from './ledger/migrate.js';
import { recordAudit } from './operations/audit.js';
import { wordsFault } from './operations/questions.js';
import { CollectError } from './reconcile/collect.js';
import { closeDifference } from './reconcile/differences.js';
import { csvOf, jsonOf, tableOf } from './reconcile/output.js';
import { reconcileDay } from './reconcile/run.js';
import type { Clock } from './runtime/clock.js';
import { dayOf, isDay } from './runtime/days.js';

/** `relay reconcile`, but for reading its flags. */

export type ReconcileAsked = {
  readonly account: string;
  readonly day?: string | undefined;
  /** In the place of where the account's reports come from by config. */
  readonly folder?: string | undefined;
  readonly form: 'table' | 'json' | 'csv';
  /** Closes this difference for good instead. */
  readonly close?: Closing | undefined;
};

/** `who` does it, and from which machine. */
type Closing = { readonly number: number; readonly note: string; readonly who: string; readonly origin: string };

export type ReconcileSaid = { readonly code: 0 | 1 | 2; readonly out: string; readonly error: string };

const codes = { clean: 0, differences: 1, incomplete: 2 } as const;
const wrong = (error: string): ReconcileSaid => ({ code: 2, out: '', error: `${error}\n` });
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** Exit codes: 0 no difference, 1 differences, 2 wrong use, or data that is not whole or not to be had. @throws ConfigError */
export async function reconcileCommand(
  config: RelayConfig,
  secrets: RelaySecrets,
  asked: ReconcileAsked,
  clock: Clock,
): Promise<ReconcileSaid> {
  const sources = sourcesOf(config, secrets, openAccounts(config, secrets, { clock, log: silent }));
  const source = sources.find(({ account }) => account === asked.account);
  if (!source) {
    return wrong(
      `--account: no such account in the config; expected ${sources.map(({ account }) => account).join(', ')}`,
    );
  }
  const { day = '' } = asked;
  const wrongDay = asked.close ? undefined : dayFault(asked.day, dayOf(clock.now(), source.zone), source.zone);
  if (wrongDay !== undefined) return wrong(wrongDay);
  const fault = asked.close && wordsFault(asked.close.note);
  if (fault) return wrong(`--note: ${fault.message}`);
  const db = openDatabase(config, secrets);
  try {
    await refuseShared(config);
    await db.start();
    await migrate(db, await shippedMigrations(), clock.now());
    if (asked.close) {
      const done = await closeByHand(db, source.account, asked.close, clock.now());
      return done
        ? { code: 0, out: `closed ${asked.close.number}\n`, error: '' }
        : wrong(`--close: no open difference of this account has the number ${asked.close.number}`);
    }
    const run = { db, now: () => clock.now(), slackMs: config.reconcile.slack_minutes * 60_000 };
    const result = await reconcileDay(run, source, day, asked.folder);
    const out = { table: tableOf, json: jsonOf, csv: csvOf }[asked.form](result);
    // A table tells it itself; JSON has it in `problems` and `faults`; CSV has no place for it.
    const error =
      asked.form === 'csv' && result.outcome === 'incomplete'
        ? tableOf({ ...result, differences: [], waiting: [] })
        : '';
    return { code: codes[result.outcome], out, error };
  } catch (error) {
    if (error instanceof CollectError && asked.folder !== undefined && error.message.startsWith(`${asked.folder}:`)) {
      return wrong(`--folder: ${error.message}`);
    }
    if (error instanceof CollectError || error instanceof LedgerError) return wrong(error.message);
    throw error;
  } finally {
    await db.stop();
  }
}

function dayFault(day: string | undefined, today: string, zone: string): string | undefined {
  const isOne = day !== undefined && isDay(day);
  if (isOne && day < today) return undefined;
  const found = day === undefined ? 'nothing' : isOne ? day : `${day.length} characters that are no day`;
  return `--day: found ${found}, expected a day before today (${today} in ${zone}), such as 2026-01-31`;
}

/** A person's act like any other: on record, whatever came of it. False: there is no such open difference. */
export async function closeByHand(
  db: Database,
  account: string,
  { number, note, who, origin }: Closing,
  at: number,
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const closed = await closeDifference(tx, account, number, note, at);
    const target = `difference ${number} of ${account}`;
    const [attempt, outcome] = closed ? [closed.attempt, 'done'] : [null, 'refused: not-open'];
    await recordAudit(tx, { at, who, origin, act: 'close-difference', target, attempt, detail: note, outcome });
    return closed !== undefined;
  });
}
