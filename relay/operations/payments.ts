import { number, numberOrNull, text, textOrNull } from '../ledger/columns.js';
import type { Queries, Row, Value } from '../ledger/database.js';
import { attemptsFromRows } from '../ledger/reversals.js';
import type { Attempt, Resolution, State } from '../payment/types.js';
import { type Given, notReversed } from '../refunds/allowed.js';
import { refundsOf, reversedOf } from '../refunds/store.js';

/** What people ask of the ledger: lists by filter, newest first, and everything about one payment. */

/** Times are epoch milliseconds; `from` is inclusive, `to` is not. */
export type PaymentFilter = {
  readonly states?: readonly State[];
  readonly kiosk?: string;
  readonly merchant?: string;
  readonly account?: string;
  readonly reference?: string;
  /** Paid by this linked wallet. */
  readonly link?: string;
  /** The five characters that customer and operator read to each other. */
  readonly receipt?: string;
  readonly from?: number;
  readonly to?: number;
};

/** The last payment already seen. */
export type Cursor = { readonly createdAt: number; readonly id: string };

export type Resolved = {
  readonly found: Resolution;
  readonly note: string;
  readonly by: string;
  readonly at: number;
};

export type Payment = {
  readonly attempt: Attempt;
  readonly given: Given;
  /** A person's word, the newest. */
  readonly resolved: Resolved | null;
};

/** Reads a receipt back to the number that the attempt's own half leaves; undefined: it is no receipt. */
export function receiptNumber(receipt: string): number | undefined {
  const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
  const digits = [...receipt.toUpperCase()].map((sign) => alphabet.indexOf(sign));
  if (digits.length !== 5 || digits.includes(-1)) return undefined;
  return digits.reduceRight((value, digit) => value * alphabet.length + digit, 0);
}

/** As `receiptOf` of protocol/ids.ts does it, in halves, since the whole has more bits than a bigint. */
const receiptSql = (() => {
  const half = (at: number): string => `('x' || substr(id, ${at}, 8))::bit(32)::bigint`;
  return `((${half(17)} % 24300000) * (4294967296 % 24300000) + ${half(25)}) % 24300000`;
})();

function conditionsOf(filter: PaymentFilter, after: Cursor | undefined, values: Value[]): string {
  // Tombstones are no payments of anybody.
  const conditions = ['amount IS NOT NULL'];
  const equal = (column: string, value: string | undefined): void => {
    if (value !== undefined) conditions.push(`${column} = $${values.push(value)}`);
  };
  // Written out, since they come from a closed list: then the index of what waits for a person is used.
  if (filter.states) conditions.push(`state IN (${filter.states.map((state) => `'${state}'`).join(', ')})`);
  equal('kiosk', filter.kiosk);
  equal('merchant', filter.merchant);
  equal('account', filter.account);
  equal('reference', filter.reference);
  equal('link', filter.link);
  if (filter.receipt !== undefined) {
    conditions.push(`${receiptSql} = $${values.push(receiptNumber(filter.receipt) ?? -1)}`);
  }
  if (filter.from !== undefined) conditions.push(`created_at >= $${values.push(filter.from)}`);
  if (filter.to !== undefined) conditions.push(`created_at < $${values.push(filter.to)}`);
  if (after) {
    const [at, id] = [values.push(after.createdAt), values.push(after.id)];
    conditions.push(`(created_at < $${at} OR created_at = $${at} AND id > $${id})`);
    // Said once more in the way that an index can begin at.
    conditions.push(`created_at <= $${at}`);
  }
  return conditions.join(' AND ');
}

/** Newest first, at most `limit`. */
export async function listPayments(
  q: Queries,
  filter: PaymentFilter,
  limit: number,
  after?: Cursor,
): Promise<Payment[]> {
  const values: Value[] = [limit];
  const where = conditionsOf(filter, after, values);
  const rows = await q.query(`SELECT * FROM attempt WHERE ${where} ORDER BY created_at DESC, id LIMIT $1`, values);
  return await withGiven(q, rows);
}

/** Undefined: unknown, or a tombstone. */
export async function loadPayment(q: Queries, id: string): Promise<Payment | undefined> {
  const rows = await q.query('SELECT * FROM attempt WHERE id = $1 AND amount IS NOT NULL', [id]);
  return (await withGiven(q, rows))[0];
}

async function withGiven(q: Queries, rows: readonly Row[]): Promise<Payment[]> {
  const attempts = await attemptsFromRows(q, rows);
  const ids = attempts.map(({ id }) => id);
  const [refunds, reversed, resolutions] = [
    await refundsOf(q, ids),
    await reversedOf(q, ids),
    await resolutionsOf(q, ids),
  ];
  return attempts.map((attempt) => ({
    attempt,
    given: { refunds: refunds.get(attempt.id) ?? [], reversed: reversed.get(attempt.id) ?? notReversed },
    resolved: resolutions.get(attempt.id) ?? null,
  }));
}

async function resolutionsOf(q: Queries, attempts: readonly string[]): Promise<Map<string, Resolved>> {
  if (attempts.length === 0) return new Map();
  const rows = await q.query(
    `SELECT attempt, found, note, by, at FROM resolution WHERE attempt = ANY (string_to_array($1, ',')) ORDER BY id`,
    [attempts.join(',')],
  );
  const resolved = (row: Row): Resolved => ({
    found: text(row['found']) as Resolution,
    note: text(row['note']),
    by: text(row['by']),
    at: number(row['at']),
  });
  return new Map(rows.map((row) => [text(row['attempt']), resolved(row)]));
}

/** One question to the acquirer, and what it answered. */
export type CallRow = {
  readonly call: string;
  readonly refund: string | null;
  readonly relay: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly answer: string | null;
  readonly code: string | null;
};

export async function callsOf(q: Queries, attempt: string): Promise<CallRow[]> {
  const rows = await q.query('SELECT * FROM acquirer_call WHERE attempt = $1 ORDER BY id', [attempt]);
  return rows.map((row) => ({
    call: text(row['call']),
    refund: textOrNull(row['refund']),
    relay: text(row['relay']),
    startedAt: number(row['started_at']),
    endedAt: numberOrNull(row['ended_at']),
    answer: textOrNull(row['answer']),
    code: textOrNull(row['code']),
  }));
}

/** What the payment machine itself gave back, or tried to; minor units. */
export type ReversalRow = {
  readonly id: string;
  readonly kind: string;
  readonly amount: number;
  readonly currency: string;
  readonly state: string;
  readonly requestedAt: number;
  readonly endedAt: number | null;
  readonly tries: number;
  readonly inquiries: number;
};

export async function reversalsOf(q: Queries, attempt: string): Promise<ReversalRow[]> {
  const rows = await q.query('SELECT * FROM reversal WHERE attempt = $1 ORDER BY requested_at, kind, number', [
    attempt,
  ]);
  return rows.map((row) => ({
    id: text(row['id']),
    kind: text(row['kind']),
    amount: number(row['amount']),
    currency: text(row['currency']),
    state: text(row['state']),
    requestedAt: number(row['requested_at']),
    endedAt: numberOrNull(row['ended_at']),
    tries: number(row['tries']),
    inquiries: number(row['inquiries']),
  }));
}
