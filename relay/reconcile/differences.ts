import type { Currency, Money } from '../../protocol/money.js';
import { number, numberOrNull, text, textOrNull } from '../ledger/columns.js';
import type { Queries, Row, Transaction } from '../ledger/database.js';
import type { Difference, DifferenceType } from './types.js';

/** Differences, kept: each is opened once, and closed when a later run finds it no more, or by a person. */

/** Why a difference that no run finds any more is closed. */
const GONE = 'gone';

export type KeptDifference = Difference & {
  readonly number: number;
  readonly openedAt: number;
  readonly closedAs: string | null;
};

type Found = { readonly number: number; readonly isNew: boolean; readonly isOpen: boolean };

/** Opened again if it had gone; what a person has closed stays closed. */
async function saveOne(tx: Transaction, account: string, runDay: string, d: Difference, now: number): Promise<Found> {
  const [before] = await tx.query('SELECT id, closed_as FROM difference WHERE account = $1 AND key = $2 FOR UPDATE', [
    account,
    d.key,
  ]);
  const closed = before ? textOrNull(before['closed_as']) : null;
  const isOpen = closed === null || closed === GONE;
  const [row] = await tx.query(
    `INSERT INTO difference (account, key, type, day, run_day, attempt, request_id, refund_id, acquirer_id, expected_amount,
       expected_currency, found_amount, found_currency, detail, file, line, opened_at, found_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
     ON CONFLICT (account, key) DO UPDATE
       SET (day, run_day, expected_amount, expected_currency, found_amount, found_currency, detail, file, line, found_at) =
           (excluded.day, excluded.run_day, excluded.expected_amount, excluded.expected_currency, excluded.found_amount,
            excluded.found_currency, excluded.detail, excluded.file, excluded.line, excluded.found_at),
           closed_at = CASE WHEN difference.closed_as = '${GONE}' THEN NULL ELSE difference.closed_at END,
           closed_as = nullif(difference.closed_as, '${GONE}')
     RETURNING id`,
    [
      ...[account, d.key, d.type, d.day, runDay, d.attempt, d.requestId, d.refundId, d.acquirerId],
      ...[d.expected?.amount ?? null, d.expected?.currency ?? null, d.found?.amount ?? null, d.found?.currency ?? null],
      ...[d.detail, d.source?.file ?? null, d.source?.line ?? null, now],
    ],
  );
  return { number: number(row?.['id']), isNew: isOpen && (before === undefined || closed === GONE), isOpen };
}

export type Saved = {
  /** In the order given; those that a person has closed are left out. */
  readonly open: readonly (Difference & { readonly number: number })[];
  /** Of these, the ones that were not open before. */
  readonly fresh: readonly Difference[];
};

/** All that a run of `runDay` has found; what an earlier one of that day found and this one does not is closed. */
export async function saveDifferences(
  tx: Transaction,
  account: string,
  runDay: string,
  differences: readonly Difference[],
  now: number,
): Promise<Saved> {
  const open: (Difference & { number: number })[] = [];
  const fresh: Difference[] = [];
  for (const difference of differences) {
    const saved = await saveOne(tx, account, runDay, difference, now);
    if (saved.isOpen) open.push({ ...difference, number: saved.number });
    if (saved.isNew) fresh.push(difference);
  }
  await tx.query(
    `UPDATE difference SET closed_at = $3, closed_as = '${GONE}'
     WHERE account = $1 AND run_day = $2 AND closed_at IS NULL
       AND key NOT IN (SELECT jsonb_array_elements_text($4::text::jsonb))`,
    [account, runDay, now, JSON.stringify(differences.map(({ key }) => key))],
  );
  return { open, fresh };
}

/** By a person, with a note. Undefined: there is no open one of that number in the account. */
export async function closeDifference(
  q: Queries,
  account: string,
  id: number,
  note: string,
  now: number,
): Promise<Pick<Difference, 'attempt'> | undefined> {
  const [row] = await q.query(
    `UPDATE difference SET closed_at = $3, closed_as = $4 WHERE account = $1 AND id = $2 AND closed_at IS NULL
     RETURNING attempt`,
    [account, id, now, `by hand: ${note}`],
  );
  return row && { attempt: textOrNull(row['attempt']) };
}

const moneyOf = (amount: number | null, currency: string | null): Money | null =>
  amount === null || currency === null ? null : { amount, currency: currency as Currency };

const differenceFrom = (row: Row): KeptDifference => ({
  number: number(row['id']),
  type: text(row['type']) as DifferenceType,
  key: text(row['key']),
  day: text(row['day']),
  attempt: textOrNull(row['attempt']),
  kiosk: '',
  requestId: textOrNull(row['request_id']),
  refundId: textOrNull(row['refund_id']),
  acquirerId: textOrNull(row['acquirer_id']),
  expected: moneyOf(numberOrNull(row['expected_amount']), textOrNull(row['expected_currency'])),
  found: moneyOf(numberOrNull(row['found_amount']), textOrNull(row['found_currency'])),
  detail: text(row['detail']),
  source: row['file'] === null ? null : { file: text(row['file']), line: number(row['line']) },
  openedAt: number(row['opened_at']),
  closedAs: textOrNull(row['closed_as']),
});

/** Of all days, oldest first. */
export async function openDifferences(q: Queries, account: string): Promise<KeptDifference[]> {
  const rows = await q.query('SELECT * FROM difference WHERE account = $1 AND closed_at IS NULL ORDER BY id', [
    account,
  ]);
  return rows.map(differenceFrom);
}
