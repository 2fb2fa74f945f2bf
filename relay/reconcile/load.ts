import type { Period, ReportKind } from '../acquirers/report.js';
import type { Queries } from '../ledger/database.js';
import { firstSettlement } from './files.js';
import { type AccountNames, attemptsOfReturns, attemptsWithin, knownOf } from './ledger-query.js';
import { rowsNamed, rowsOfDay } from './rows.js';
import { moved, type SettlementParts } from './settlement.js';
import type { Known, StoredRow } from './types.js';
import type { DoneParts } from './unsettled.js';

/** All that is to be compared for one day of one account, from the ledger and from the reports. */

const said = (values: readonly (string | null)[]): string[] => values.filter((value) => value !== null);
const once = (rows: readonly StoredRow[]): StoredRow[] => [...new Map(rows.map((row) => [row.key, row])).values()];

export type Transactions = {
  readonly known: readonly Known[];
  /** Of the day, and of other days what is about the same payments. */
  readonly rows: readonly StoredRow[];
  /** How many of them are the day's. */
  readonly ofDay: number;
};

export async function loadTransactions(
  q: Queries,
  account: string,
  names: AccountNames,
  day: string,
  period: Period,
  slackMs: number,
): Promise<Transactions> {
  const named = (name: Name, values: readonly string[]) => rowsNamed(q, account, 'transactions', name, values);
  const rows = await rowsOfDay(q, account, 'transactions', day);
  const originals = await named('acquirer_id', said(rows.map(({ originalId }) => originalId)));
  const seen = [...rows, ...originals];
  const known = await knownOf(q, names, [
    ...(await attemptsWithin(q, names, period.from - slackMs, period.until + slackMs)),
    ...(await attemptsOfReturns(q, said(rows.map(({ refundId }) => refundId)))),
    ...said(seen.map(({ requestId }) => requestId)),
  ]);
  const theirs = await named(
    'request_id',
    known.map(({ attempt }) => attempt),
  );
  const payments = [...seen, ...theirs].filter(({ type }) => type === 'payment');
  const others = [
    ...(await named(
      'refund_id',
      known.flatMap(({ returns }) => returns.map(({ id }) => id)),
    )),
    ...(await named('original_id', said([...payments, ...known].map(({ acquirerId }) => acquirerId)))),
  ];
  return { known, rows: once([...seen, ...theirs, ...others]), ofDay: rows.length };
}

type Name = Parameters<typeof rowsNamed>[3];

/** What one kind of reports has of the same transactions as `rows`. */
async function same(q: Queries, account: string, kind: ReportKind, rows: readonly StoredRow[]): Promise<StoredRow[]> {
  const named = (name: Name, values: readonly (string | null)[]) => rowsNamed(q, account, kind, name, said(values));
  const found = [
    ...(await named(
      'acquirer_id',
      rows.map(({ acquirerId }) => acquirerId),
    )),
    ...(await named(
      'request_id',
      rows.map(({ requestId }) => requestId),
    )),
    ...(await named(
      'refund_id',
      rows.map(({ refundId }) => refundId),
    )),
  ];
  return once(found);
}

export async function loadSettlement(q: Queries, account: string, day: string): Promise<SettlementParts> {
  const settled = await rowsOfDay(q, account, 'settlement', day);
  const summaries = await rowsOfDay(q, account, 'summary', day);
  return {
    settled,
    summaries,
    transactions: await same(q, account, 'transactions', settled),
    batches: await rowsNamed(q, account, 'settlement', 'batch', said(summaries.map(({ batch }) => batch))),
  };
}

/** A day's list beside all settlements; nothing where the account has none, or had none before that day. */
export async function loadDone(q: Queries, account: string, day: string): Promise<DoneParts> {
  const first = await firstSettlement(q, account);
  if (first === undefined || first > day) return { transactions: [], settled: [] };
  const rows = (await rowsOfDay(q, account, 'transactions', day)).filter(({ type }) => moved.has(type));
  const payments = said(rows.map(({ acquirerId, originalId }) => originalId ?? acquirerId));
  const transactions = once([
    ...rows,
    ...(await rowsNamed(q, account, 'transactions', 'acquirer_id', payments)),
    ...(await rowsNamed(q, account, 'transactions', 'original_id', payments)),
  ]);
  return { transactions, settled: await same(q, account, 'settlement', transactions) };
}
