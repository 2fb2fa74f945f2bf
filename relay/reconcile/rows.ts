import type { Currency, Money } from '../../protocol/money.js';
import type { ReportKind, RowType } from '../acquirers/report.js';
import { number, numberOrNull, text, textOrNull } from '../ledger/columns.js';
import type { Queries, Row, Transaction } from '../ledger/database.js';
import { checksumOf } from './checksum.js';
import { inChunks } from './ledger-query.js';
import type { StoredRow } from './types.js';

/** Rows of reports, kept: the newest of each transaction. */

/** The columns of `report_row` that a row brings with it, with their types. */
const given = [
  ['key', 'text'],
  ['line', 'integer'],
  ['type', 'text'],
  ['word', 'text'],
  ['request_id', 'text'],
  ['refund_id', 'text'],
  ['acquirer_id', 'text'],
  ['original_id', 'text'],
  ['amount', 'bigint'],
  ['currency', 'text'],
  ['settled_amount', 'bigint'],
  ['settled_currency', 'text'],
  ['fee_amount', 'bigint'],
  ['fee_currency', 'text'],
  ['quote', 'text'],
  ['at', 'bigint'],
  ['merchant', 'text'],
  ['batch', 'text'],
  ['count', 'integer'],
] as const;
const shared = ['file', 'account', 'kind', 'day', 'issued_at'] as const;
const names = [...shared, ...given.map(([name]) => name)].join(', ');
const upsert = `INSERT INTO report_row (${names})
  SELECT $1::bigint, $2, $3, $4, $5::bigint, r.*
  FROM jsonb_to_recordset($6::text::jsonb) AS r(${given.map((column) => column.join(' ')).join(', ')})
  ON CONFLICT (account, kind, key) DO UPDATE
    SET (${names}) = (${names
      .split(', ')
      .map((name) => `excluded.${name}`)
      .join(', ')})
    WHERE report_row.issued_at <= excluded.issued_at`;

/** PostgreSQL's texts hold no NUL, and its JSON no half of a pair. */
const clean = (value: string | null): string | null =>
  value === null ? null : value.replaceAll('\u0000', '').replace(/\p{Cs}/gu, '\ufffd');

/** Ids are short; what a file makes of them by odd signs may be longer than an index holds. */
const KEY_MAX = 1_000;
const keyOf = (key: string): string => (key.length > KEY_MAX ? checksumOf(Buffer.from(key)) : key);

const record = (row: Omit<StoredRow, 'kind' | 'day' | 'file'>) => ({
  ...{ key: keyOf(row.key), line: row.line, type: row.type, word: clean(row.word) },
  ...{ request_id: clean(row.requestId), refund_id: clean(row.refundId) },
  ...{ acquirer_id: clean(row.acquirerId), original_id: clean(row.originalId) },
  ...{ amount: row.money?.amount ?? null, currency: row.money?.currency ?? null },
  ...{ settled_amount: row.settled?.amount ?? null, settled_currency: row.settled?.currency ?? null },
  ...{ fee_amount: row.fee?.amount ?? null, fee_currency: row.fee?.currency ?? null },
  ...{ quote: clean(row.quote), at: row.at, merchant: clean(row.account), batch: clean(row.batch), count: row.count },
});

/** Where rows come from. */
export type RowSource = {
  readonly file: number;
  readonly account: string;
  readonly kind: ReportKind;
  readonly day: string;
  readonly issuedAt: number;
};

/** A transaction that a newer file has stays as it is there. The last of two with one key counts. */
export async function saveRows(
  tx: Transaction,
  { file, account, kind, day, issuedAt }: RowSource,
  rows: readonly Omit<StoredRow, 'kind' | 'day' | 'file'>[],
): Promise<void> {
  const once = [...new Map(rows.map((row) => [row.key, row])).values()];
  await inChunks(once, async (chunk) => {
    await tx.query(upsert, [file, account, kind, day, issuedAt, JSON.stringify(chunk.map(record))]);
    return [];
  });
}

function money(row: Row, amount: string, currency: string): Money | null {
  const found = numberOrNull(row[amount]);
  return found === null ? null : { amount: found, currency: text(row[currency]) as Currency };
}

const rowFrom = (row: Row): StoredRow => ({
  kind: text(row['kind']) as ReportKind,
  day: text(row['day']),
  file: text(row['name']),
  type: text(row['type']) as RowType,
  word: text(row['word']),
  requestId: textOrNull(row['request_id']),
  refundId: textOrNull(row['refund_id']),
  acquirerId: textOrNull(row['acquirer_id']),
  originalId: textOrNull(row['original_id']),
  money: money(row, 'amount', 'currency'),
  settled: money(row, 'settled_amount', 'settled_currency'),
  fee: money(row, 'fee_amount', 'fee_currency'),
  quote: textOrNull(row['quote']),
  at: numberOrNull(row['at']),
  account: textOrNull(row['merchant']),
  batch: textOrNull(row['batch']),
  count: numberOrNull(row['count']),
  line: number(row['line']),
  key: text(row['key']),
});

const selected = 'SELECT r.*, f.name FROM report_row r JOIN report_file f ON f.id = r.file';

/** So many at once that a statement's time is enough for them. */
const PAGE = 20_000;

export async function rowsOfDay(q: Queries, account: string, kind: ReportKind, day: string): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for (let after = 0; ; ) {
    const found = await q.query(
      `${selected} WHERE r.account = $1 AND r.kind = $2 AND r.day = $3 AND r.id > $4 ORDER BY r.id LIMIT ${PAGE}`,
      [account, kind, day, after],
    );
    for (const row of found) rows.push(rowFrom(row));
    if (found.length < PAGE) return rows;
    after = number(found.at(-1)?.['id']);
  }
}

type Name = 'request_id' | 'refund_id' | 'acquirer_id' | 'original_id' | 'batch';

/** Of any day. */
export async function rowsNamed(
  q: Queries,
  account: string,
  kind: ReportKind,
  name: Name,
  values: readonly string[],
): Promise<StoredRow[]> {
  return await inChunks([...new Set(values)], async (chunk) => {
    const found = await q.query(
      `${selected} WHERE r.account = $1 AND r.kind = $2
         AND r.${name} IN (SELECT jsonb_array_elements_text($3::text::jsonb)) ORDER BY r.id`,
      [account, kind, JSON.stringify(chunk)],
    );
    return found.map(rowFrom);
  });
}
