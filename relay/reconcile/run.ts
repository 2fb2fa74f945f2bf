import { formatAmount } from '../../protocol/money.js';
import type { Database, Transaction } from '../ledger/database.js';
import { raiseAlarm } from '../ledger/records.js';
import { dayAfter, periodOf } from '../runtime/days.js';
import { CollectError, collectFiles, collectList, type ReportSource } from './collect.js';
import type { Coverage } from './coverage.js';
import { saveDifferences } from './differences.js';
import { type FileRecord, filesOf } from './files.js';
import { loadSettlement, loadTransactions } from './load.js';
import { matchTransactions } from './match.js';
import { matchSettlement } from './settlement.js';
import type { Difference, FileFault, Waiting } from './types.js';

/** One day of one account, from the reports to the differences that are kept. */

export type RunParts = {
  readonly db: Database;
  /** Epoch ms. */
  readonly now: () => number;
  /** How far the acquirer's clock and ours may differ. */
  readonly slackMs: number;
};

export type RunResult = {
  readonly account: string;
  readonly day: string;
  /** `incomplete`: the day's report is not there, was cut, or has lines that could not be read. */
  readonly outcome: 'clean' | 'differences' | 'incomplete';
  /** Why it is incomplete, for a person. */
  readonly problems: readonly string[];
  readonly faults: readonly FileFault[];
  /** The day's files, by name. */
  readonly files: readonly string[];
  readonly rows: number;
  readonly payments: number;
  readonly differences: readonly (Difference & { readonly number: number })[];
  readonly waiting: readonly Waiting[];
};

const SHOWN_ALARMS = 20;

/** `folder`: in the place of the account's own source. @throws CollectError, or the database's error */
export async function reconcileDay(
  parts: RunParts,
  source: ReportSource,
  day: string,
  folder?: string,
): Promise<RunResult> {
  const { db, slackMs } = parts;
  const now = parts.now();
  const { account, zone } = source;
  const period = periodOf(day, zone);
  const problems = await collect(parts, source, day, folder);
  const files = await filesOf(db, account, [dayAfter(day, -1), day, dayAfter(day)]);
  const own = files.filter((file) => file.day === day || (file.day === null && !file.complete));
  problems.push(...problemsOf(own, day));
  const faults = own.flatMap((file) => file.faults.map((fault) => ({ ...fault, file: file.name })));
  const base = { account, day, problems, faults, files: own.map(({ name }) => name) };
  if (!isThere(own, day)) {
    const result: RunResult = { ...base, outcome: 'incomplete', rows: 0, payments: 0, differences: [], waiting: [] };
    await db.transaction((tx) => saveRun(tx, result, now));
    return result;
  }
  const coverage: Coverage = { day, period, zone, slackMs, wholeDays: wholeDays(files) };
  const transactions = await loadTransactions(db, account, source.names, day, period, slackMs);
  const matched = matchTransactions(transactions.known, transactions.rows, coverage);
  const settled = matchSettlement(await loadSettlement(db, account, day), coverage);
  const differences = [...matched.differences, ...settled.differences];
  return await db.transaction(async (tx) => {
    const saved = await saveDifferences(tx, account, day, differences, now);
    await alarm(tx, account, saved.fresh, now);
    const incomplete = problems.length > 0 || faults.length > 0;
    const result: RunResult = {
      ...base,
      outcome: incomplete ? 'incomplete' : saved.open.length > 0 ? 'differences' : 'clean',
      ...{ rows: transactions.ofDay, payments: transactions.known.length },
      ...{ differences: saved.open, waiting: [...matched.waiting, ...settled.waiting] },
    };
    await saveRun(tx, result, now);
    return result;
  });
}

async function collect({ db, now }: RunParts, source: ReportSource, day: string, folder: string | undefined) {
  const { account } = source;
  const from = folder ?? source.folder;
  if (source.list && folder === undefined) {
    const why = await collectList(db, source, day, periodOf(day, source.zone), now());
    return why === undefined ? [] : [`the acquirer's list could not be had whole: ${why}`];
  }
  if (from === undefined) {
    throw new CollectError(
      `account "${account}": no reports; give it [account.reports] in the config, or use --folder`,
    );
  }
  if (folder === undefined) await source.fetch?.(from);
  await collectFiles(db, source, from, now());
  return [];
}

const isList = ({ kind, day }: FileRecord, of: string): boolean => kind === 'transactions' && day === of;

/** Without a whole list of the day nothing is compared: what is missing in half a list means nothing. */
const isThere = (files: readonly FileRecord[], day: string): boolean => {
  const lists = files.filter((file) => isList(file, day));
  return lists.length > 0 && lists.every(({ complete, erased }) => complete && !erased);
};

function problemsOf(files: readonly FileRecord[], day: string): string[] {
  const cut = files.filter(({ complete }) => !complete);
  return [
    ...cut.map(
      ({ name }) => `${name}: not whole (its last line, <END>, is not there, or it cannot be read): fetch it again`,
    ),
    ...(files.some((file) => isList(file, day)) ? [] : [`${day}: no list of transactions; it comes on the next day`]),
    ...(files.some(({ erased }) => erased)
      ? [`${day}: its reports were erased by age ([retention] reports_days), so it is not compared any more`]
      : []),
  ];
}

function wholeDays(files: readonly FileRecord[]): ReadonlySet<string> {
  const lists = files.filter(({ kind }) => kind === 'transactions');
  const broken = new Set(
    lists.filter(({ complete, lost, erased }) => !complete || lost > 0 || erased).map(({ day }) => day),
  );
  return new Set(lists.flatMap(({ day }) => (day === null || broken.has(day) ? [] : [day])));
}

async function alarm(tx: Transaction, account: string, fresh: readonly Difference[], now: number): Promise<void> {
  const raise = (kiosk: string, attempt: string | null, detail: string) =>
    raiseAlarm(tx, { at: now, kind: 'reconciliation', kiosk, attempt, detail });
  for (const d of fresh.slice(0, SHOWN_ALARMS)) {
    const amount = [d.expected, d.found].flatMap((money) => (money ? [`${signed(money)} ${money.currency}`] : []));
    const detail = `${account}, ${d.day}: ${d.type}: ${d.detail} (${amount.join(' → ') || 'no amount'})`;
    // An attempt raises each kind once; its next difference is an alarm all the same.
    if (!(await raise(d.kiosk, d.attempt, detail))) await raise(d.kiosk, null, detail);
  }
  if (fresh.length > SHOWN_ALARMS) {
    await raise('', null, `${account}: ${fresh.length - SHOWN_ALARMS} more differences; see relay reconcile`);
  }
}

export const signed = ({ amount, currency }: NonNullable<Difference['found']>): string =>
  (amount < 0 ? '-' : '') + formatAmount({ amount: Math.abs(amount), currency });

async function saveRun(tx: Transaction, r: RunResult, now: number): Promise<void> {
  await tx.query(
    `INSERT INTO reconciliation_run (account, day, at, outcome, rows, payments, differences, waiting)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [r.account, r.day, now, r.outcome, r.rows, r.payments, r.differences.length, r.waiting.length],
  );
}
