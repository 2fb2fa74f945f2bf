import type { Currency } from '../../protocol/money.js';
import type { Attempt, Reversal } from '../payment/types.js';
import { attemptFromRow, number, numberOrNull, text, textOrNull } from './columns.js';
import type { Queries, Row, Transaction } from './database.js';

/** Records of giving money back. An attempt's row names its newest; where it names none, no query is spent on them. */

const reversalFromRow = (row: Row): Reversal => ({
  id: text(row['id']),
  kind: text(row['kind']) as Reversal['kind'],
  number: number(row['number']),
  money: { amount: number(row['amount']), currency: text(row['currency']) as Currency },
  state: text(row['state']) as Reversal['state'],
  requestedAt: number(row['requested_at']),
  endedAt: numberOrNull(row['ended_at']),
  tries: number(row['tries']),
  inquiries: number(row['inquiries']),
});

/**
 * Rows of `attempt`, each with its newest record. By a query of its own, after the rows: one that waited for a row's lock
 * and joined them would see the record as it was before the wait.
 */
export async function attemptsFromRows(q: Queries, rows: readonly Row[]): Promise<Attempt[]> {
  const ids = rows.flatMap((row) => textOrNull(row['reversal']) ?? []);
  if (ids.length === 0) return rows.map((row) => attemptFromRow(row, null));
  const found = await q.query(`SELECT * FROM reversal WHERE id = ANY (string_to_array($1, ','))`, [ids.join(',')]);
  const reversals = new Map(found.map((row) => [text(row['id']), reversalFromRow(row)]));
  return rows.map((row) => attemptFromRow(row, reversals.get(text(row['reversal'])) ?? null));
}

export async function attemptFrom(q: Queries, rows: readonly Row[]): Promise<Attempt | undefined> {
  return (await attemptsFromRows(q, rows.slice(0, 1)))[0];
}

/** In the transaction that saves the attempt. A new refund is begun only where what was before it has failed. */
export async function saveReversal(tx: Transaction, { id, reason, reversal: r }: Attempt): Promise<void> {
  if (!r) return;
  if (r.kind === 'refund') {
    await tx.query(
      `UPDATE reversal SET state = 'failed', ended_at = $3
       WHERE attempt = $1 AND id <> $2 AND state IN ('requested', 'pending')`,
      [id, r.id, r.requestedAt],
    );
  }
  await tx.query(
    `INSERT INTO reversal (id, attempt, kind, number, amount, currency, state, reason, requested_at, ended_at, tries, inquiries)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (id) DO UPDATE
       SET (attempt, kind, number, amount, currency, state, requested_at, ended_at, tries, inquiries) =
           (excluded.attempt, excluded.kind, excluded.number, excluded.amount, excluded.currency, excluded.state,
            excluded.requested_at, excluded.ended_at, excluded.tries, excluded.inquiries)`,
    [
      ...[r.id, id, r.kind, r.number, r.money.amount, r.money.currency, r.state, reason, r.requestedAt, r.endedAt],
      ...[r.tries, r.inquiries],
    ],
  );
}
