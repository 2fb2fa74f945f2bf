import { formatAmount } from '../../protocol/money.js';
import { dayIn } from '../acquirers/report.js';
import type { Database, Transaction } from '../ledger/database.js';
import { raiseAlarm } from '../ledger/records.js';
import { dayAfter, periodOf } from '../runtime/days.js';
import { CollectError, collectFiles, collectList, listName, type ReportSource, type Unread } from './collect.js';
import { type Coverage, daysOfSettled } from './coverage.js';
import { saveDifferences } from './differences.js';
import { type FileRecord, filesOf, fingerprintOf } from './files.js';
import { loadDone, loadSettlement, loadTransactions } from './load.js';
import { matchTransactions } from './match.js';
import { matchSettlement } from './settlement.js';
import type { Difference, FileFault, Matched, Waiting } from './types.js';
import { matchUnsettled } from './unsettled.js';

/** One day of one account, from the reports to the differences that are kept. */

export type RunParts = {
  readonly db: Database;
  /** Epoch ms. */
  readonly now: () => number;
  /** How far the acquirer's clock and ours may differ. */
  readonly slackMs: number;
  /** Ends the asking for reports, not what is compared already. */
  readonly signal?: AbortSignal;
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

/** Any number that only this program takes: an account's differences are saved by one run at a time. */
const SAVE_LOCK = 1_946_203_777;

/** `folder`: in the place of the account's own source. @throws CollectError, or the database's error */
export async function reconcileDay(
  parts: RunParts,
  source: ReportSource,
  day: string,
  folder?: string,
): Promise<RunResult> {
  const { db } = parts;
  const now = parts.now();
  const { account } = source;
  const problems = await collectOrNote(parts, source, day, folder);
  const files = await filesOf(db, account, [dayAfter(day, -1), day, dayAfter(day)]);
  const own = files.filter((file) => file.day === day || (file.day === null && (!file.complete || file.lost > 0)));
  problems.push(...problemsOf(own, day, source.list !== undefined));
  const faults = own.flatMap((file) => file.faults.map((fault) => ({ ...fault, file: file.name })));
  const base = { account, day, problems, faults, files: own.map(({ name }) => name) };
  const compared = fingerprintOf(files.filter((file) => file.day === day));
  if (!isThere(own, day)) {
    const result: RunResult = { ...nothing, ...base, outcome: 'incomplete' };
    await db.transaction((tx) => saveRun(tx, result, compared, now));
    return result;
  }
  const { rows, payments, ...matched } = await compare(parts, source, day, wholeDays(files));
  return await db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1::integer, hashtext($2))', [SAVE_LOCK, account]);
    const saved = await saveDifferences(tx, account, day, matched.differences, now);
    await alarm(tx, account, saved.fresh, now);
    const incomplete = problems.length > 0 || faults.length > 0;
    const result: RunResult = {
      ...base,
      outcome: incomplete ? 'incomplete' : saved.open.length > 0 ? 'differences' : 'clean',
      ...{ rows, payments, differences: saved.open, waiting: matched.waiting },
    };
    await saveRun(tx, result, compared, now);
    return result;
  });
}

type Compared = Matched & Pick<RunResult, 'rows' | 'payments'>;

async function compare(
  { db, slackMs }: RunParts,
  { account, names, zone, settledWithinDays }: ReportSource,
  day: string,
  around: ReadonlySet<string>,
): Promise<Compared> {
  const period = periodOf(day, zone);
  const coverage: Coverage = { day, period, zone, slackMs, wholeDays: around };
  const transactions = await loadTransactions(db, account, names, day, period, slackMs);
  const parts = await loadSettlement(db, account, day);
  // What is paid out was done days before: other lists tell whether it was.
  const lists = await filesOf(db, account, daysOfSettled(coverage, parts.settled, settledWithinDays));
  const wide: Coverage = { ...coverage, wholeDays: new Set([...around, ...wholeDays(lists)]) };
  const found = [
    matchTransactions(transactions.known, transactions.rows, coverage),
    matchSettlement(parts, wide, settledWithinDays),
  ];
  if (settledWithinDays !== undefined) {
    const done = dayAfter(day, -settledWithinDays);
    found.push(matchUnsettled(await loadDone(db, account, done), done, settledWithinDays));
  }
  return {
    differences: found.flatMap(({ differences }) => differences),
    waiting: found.flatMap(({ waiting }) => waiting),
    ...{ rows: transactions.ofDay, payments: transactions.known.length },
  };
}

const nothing = { faults: [], files: [], rows: 0, payments: 0, differences: [], waiting: [] } as const;

/** A day whose reports could not be had is on record too: else nobody would come back to the first of them. */
async function collectOrNote(parts: RunParts, source: ReportSource, day: string, folder: string | undefined) {
  try {
    return await collect(parts, source, day, folder);
  } catch (error) {
    if (error instanceof CollectError) {
      const result: RunResult = {
        ...{ ...nothing, account: source.account, day, outcome: 'incomplete', problems: [error.message] },
      };
      await parts.db.transaction((tx) => saveRun(tx, result, '', parts.now()));
    }
    throw error;
  }
}

/** Why not all is there that may be of the day. */
async function collect(parts: RunParts, source: ReportSource, day: string, folder: string | undefined) {
  const { db, now, signal } = parts;
  const { account } = source;
  const from = folder ?? source.folder;
  if (source.list && folder === undefined) {
    const why = await collectList(db, source, day, periodOf(day, source.zone), now(), signal);
    return why === undefined
      ? []
      : [`the acquirer's list could not be had whole: ${why}; if it stays so, ask whether the account has this list`];
  }
  if (from === undefined) {
    const remedy = source.read
      ? 'give it [account.reports] in the config, or use --folder'
      : 'set details = true in its [account.reports], if the acquirer has given it that list';
    throw new CollectError(`account "${account}": no reports; ${remedy}`);
  }
  const fetched = folder === undefined ? await source.fetch?.(from, signal) : undefined;
  const unread: Unread[] = [...(fetched?.unread ?? []), ...(await collectFiles(db, source, from, now()))];
  return unread.filter(({ name }) => (dayIn(name) ?? day) === day).map(({ name, why }) => `${name}: ${why}`);
}

const isList = ({ kind, day }: FileRecord, of: string): boolean => kind === 'transactions' && day === of;

/** Without a whole list of the day nothing is compared: what is missing in half a list means nothing. */
const isThere = (files: readonly FileRecord[], day: string): boolean => {
  const lists = files.filter((file) => isList(file, day));
  return lists.length > 0 && lists.every(({ complete, erased }) => complete && !erased);
};

/** `listed`: the acquirer was asked for its list, and what stands against that is said already. */
function problemsOf(files: readonly FileRecord[], day: string, listed: boolean): string[] {
  const cut = files.filter(({ complete, name }) => !complete && !(listed && name === listName(day)));
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

async function saveRun(tx: Transaction, r: RunResult, files: string, now: number): Promise<void> {
  await tx.query(
    `INSERT INTO reconciliation_run (account, day, at, outcome, rows, payments, differences, waiting, files)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [r.account, r.day, now, r.outcome, r.rows, r.payments, r.differences.length, r.waiting.length, files],
  );
}
