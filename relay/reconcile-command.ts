import { openAccounts, openDatabase } from './config/parts.js';
import { sourcesOf } from './config/reconcile.js';
import type { RelayConfig } from './config/schema.js';
import type { RelaySecrets } from './config/secrets.js';
import { LedgerError } from './ledger/database.js';
import { migrate, shippedMigrations } from './ledger/migrate.js';
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
  readonly close?: { readonly number: number; readonly note: string } | undefined;
};

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
  const today = dayOf(clock.now(), source.zone);
  if (!asked.close && (!isDay(day) || day >= today)) {
    return wrong(`--day: expected a day before today (${today} in ${source.zone}), such as 2026-01-31`);
  }
  const db = openDatabase(config, secrets);
  try {
    await db.start();
    await migrate(db, await shippedMigrations(), clock.now());
    if (asked.close) {
      const { number, note } = asked.close;
      const done = await closeDifference(db, source.account, number, note, clock.now());
      return done
        ? { code: 0, out: `closed ${number}\n`, error: '' }
        : wrong(`--close: no open difference has this number`);
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
    if (error instanceof CollectError || error instanceof LedgerError) return wrong(error.message);
    throw error;
  } finally {
    await db.stop();
  }
}
