import type { Period } from '../acquirers/report.js';
import type { Queries } from '../ledger/database.js';
import { type AccountNames, attemptsOfReturns, attemptsWithin, knownOf } from './ledger-query.js';
import { rowsNamed, rowsOfDay } from './rows.js';
import type { SettlementParts } from './settlement.js';
import type { Known, StoredRow } from './types.js';

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
  const named = (name: Parameters<typeof rowsNamed>[3], values: readonly string[]) =>
    rowsNamed(q, account, 'transactions', name, values);
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

export async function loadSettlement(q: Queries, account: string, day: string): Promise<SettlementParts> {
  const settled = await rowsOfDay(q, account, 'settlement', day);
  const summaries = await rowsOfDay(q, account, 'summary', day);
  const done = (name: Parameters<typeof rowsNamed>[3], values: readonly (string | null)[]) =>
    rowsNamed(q, account, 'transactions', name, said(values));
  return {
    settled,
    summaries,
    transactions: [
      ...(await done(
        'acquirer_id',
        settled.map(({ acquirerId }) => acquirerId),
      )),
      ...(await done(
        'request_id',
        settled.map(({ requestId }) => requestId),
      )),
      ...(await done(
        'refund_id',
        settled.map(({ refundId }) => refundId),
      )),
    ],
    batches: await rowsNamed(q, account, 'settlement', 'batch', said(summaries.map(({ batch }) => batch))),
  };
}
