import type { Currency, Money } from '../../protocol/money.js';
import { number, numberOrNull, text, textOrNull } from '../ledger/columns.js';
import type { Queries, Row, Transaction, Value } from '../ledger/database.js';
import type { AlarmKind } from '../payment/types.js';
import { type Given, notReversed, type Reversed } from './allowed.js';
import { type Refund, type RefundCall, type RefundState, refundIdOf } from './types.js';

/** The table `refund`. Whoever changes a row holds the row of its attempt first, and then its own: nothing waits in a circle. */

export const refundFromRow = (row: Row): Refund => ({
  id: text(row['id']),
  attempt: text(row['attempt']),
  kind: text(row['kind']) as Refund['kind'],
  number: number(row['number']),
  money: { amount: number(row['amount']), currency: text(row['currency']) as Currency },
  reason: text(row['reason']),
  requestedBy: text(row['requested_by']),
  requestedAt: number(row['requested_at']),
  replaces: textOrNull(row['replaces']),
  place: number(row['place']),
  state: text(row['state']) as RefundState,
  endedAt: numberOrNull(row['ended_at']),
  tries: number(row['tries']),
  inquiries: number(row['inquiries']),
  watches: number(row['watches']),
  refused: row['refused'] === true,
  code: textOrNull(row['code']),
  settledBy: textOrNull(row['settled_by']),
  nextAt: numberOrNull(row['next_at']),
});

export async function loadRefund(q: Queries, id: string): Promise<Refund | undefined> {
  const [row] = await q.query('SELECT * FROM refund WHERE id = $1', [id]);
  return row && refundFromRow(row);
}

/** Of several attempts, each in the order in which they were asked for. */
export async function refundsOf(q: Queries, attempts: readonly string[]): Promise<Map<string, Refund[]>> {
  const found = new Map<string, Refund[]>(attempts.map((id) => [id, []]));
  if (attempts.length === 0) return found;
  const rows = await q.query(
    `SELECT * FROM refund WHERE attempt = ANY (string_to_array($1, ',')) ORDER BY attempt, number`,
    [attempts.join(',')],
  );
  for (const row of rows) found.get(text(row['attempt']))?.push(refundFromRow(row));
  return found;
}

/** What the payment machine gave back by itself, of several attempts; one without is not in it. */
export async function reversedOf(q: Queries, attempts: readonly string[]): Promise<Map<string, Reversed>> {
  if (attempts.length === 0) return new Map();
  const rows = await q.query(
    `SELECT r.attempt, sum(r.amount)::bigint AS taken,
       coalesce(sum(r.amount) FILTER (WHERE r.state <> 'confirmed' AND r.currency = a.currency), 0)::bigint AS requested,
       coalesce(sum(r.amount) FILTER (WHERE r.state = 'confirmed' AND r.currency = a.currency), 0)::bigint AS confirmed
     FROM reversal r JOIN attempt a ON a.id = r.attempt
     WHERE r.attempt = ANY (string_to_array($1, ',')) AND r.state <> 'failed' GROUP BY r.attempt`,
    [attempts.join(',')],
  );
  const reversed = (row: Row): Reversed => ({
    taken: number(row['taken']),
    requested: number(row['requested']),
    confirmed: number(row['confirmed']),
  });
  return new Map(rows.map((row) => [text(row['attempt']), reversed(row)]));
}

/** Under the lock of the attempt's row, for a decision. */
export async function givenOf(q: Queries, attempt: string): Promise<Given> {
  const refunds = (await refundsOf(q, [attempt])).get(attempt) ?? [];
  return { refunds, reversed: (await reversedOf(q, [attempt])).get(attempt) ?? notReversed };
}

export type NewRefund = Pick<Refund, 'attempt' | 'kind' | 'reason' | 'requestedBy' | 'replaces' | 'place'> & {
  readonly money: Money;
  readonly at: number;
  readonly nextAt: number;
};

/** `tx` holds the attempt's row. @throws Error where more than was charged would be given back */
export async function insertRefund(tx: Transaction, r: NewRefund): Promise<Refund> {
  const [last] = await tx.query('SELECT coalesce(max(number), 0) AS number FROM refund WHERE attempt = $1', [
    r.attempt,
  ]);
  const next = number(last?.['number']) + 1;
  const [row] = await tx.query(
    `INSERT INTO refund (id, attempt, kind, number, amount, currency, state, reason, requested_by, requested_at,
                         replaces, place, next_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'requested', $7, $8, $9, $10, $11, $12) RETURNING *`,
    [
      ...[refundIdOf(r.kind, r.attempt, next), r.attempt, r.kind, next, r.money.amount, r.money.currency],
      ...[r.reason, r.requestedBy, r.at, r.replaces, r.place, r.nextAt],
    ],
  );
  if (!row) throw new Error(`refund of ${r.attempt}: it was not stored`);
  return refundFromRow(row);
}

export type StoredRefund = { readonly refund: Refund; readonly version: number };

/** `tx` holds the attempt's row. */
export async function lockRefund(tx: Transaction, id: string): Promise<StoredRefund | undefined> {
  const [row] = await tx.query('SELECT * FROM refund WHERE id = $1 FOR UPDATE', [id]);
  return row && { refund: refundFromRow(row), version: number(row['version']) };
}

/** `lease`: null gives it back; undefined leaves it alone. */
export async function saveRefund(
  tx: Transaction,
  { refund: r, version }: StoredRefund,
  lease: { readonly owner: string; readonly until: number | null } | undefined,
): Promise<void> {
  const values: Value[] = [
    ...[r.id, version, r.state, r.endedAt, r.tries, r.inquiries, r.watches, r.refused, r.code, r.settledBy, r.nextAt],
  ];
  if (lease) values.push(lease.owner, lease.until);
  const leased = lease
    ? `, lease_owner = CASE WHEN lease_owner = $12 AND $13::bigint IS NULL THEN NULL ELSE lease_owner END,
         lease_until = CASE WHEN lease_owner = $12 THEN $13::bigint ELSE lease_until END`
    : '';
  const rows = await tx.query(
    `UPDATE refund SET version = version + 1, state = $3, ended_at = $4, tries = $5, inquiries = $6, watches = $7,
       refused = $8, code = $9, settled_by = $10, next_at = $11${leased}
     WHERE id = $1 AND version = $2 RETURNING id`,
    values,
  );
  if (rows.length !== 1) throw new Error(`refund ${r.id}: its row changed under its lock`);
}

/** Before the call; returns its number for `callEnded` of ledger/records.ts. */
export async function refundCallStarted(
  tx: Transaction,
  { id, attempt }: Refund,
  relay: string,
  call: RefundCall,
  at: number,
): Promise<number> {
  const [row] = await tx.query(
    'INSERT INTO acquirer_call (attempt, refund, relay, call, started_at) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    [attempt, id, relay, call, at],
  );
  return number(row?.['id']);
}

/** True if it is new: a refund raises each kind once. */
export async function raiseRefundAlarm(
  tx: Transaction,
  { id, attempt }: Refund,
  alarm: { readonly at: number; readonly kind: AlarmKind; readonly kiosk: string; readonly detail: string },
): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO alarm (at, kind, kiosk, attempt, refund, detail) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING RETURNING id`,
    [alarm.at, alarm.kind, alarm.kiosk, attempt, id, alarm.detail],
  );
  return rows.length === 1;
}

/** Takes up to `limit` due refunds that nobody holds, the longest due first. */
export async function claimDueRefunds(
  q: Queries,
  owner: string,
  now: number,
  until: number,
  limit: number,
): Promise<string[]> {
  const rows = await q.query(
    `UPDATE refund SET lease_owner = $1, lease_until = $3 WHERE id IN (
       SELECT id FROM refund WHERE next_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
       ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED)
     RETURNING id`,
    [owner, now, until, limit],
  );
  return rows.map((row) => text(row['id']));
}

export async function releaseRefund(q: Queries, id: string, owner: string): Promise<void> {
  await q.query('UPDATE refund SET lease_owner = NULL, lease_until = NULL WHERE id = $1 AND lease_owner = $2', [
    id,
    owner,
  ]);
}

/** What an earlier process of the same name held, or a relay that is dead. Returns how many. */
export async function releaseAllRefunds(q: Queries, owner: string): Promise<number> {
  const rows = await q.query(
    'UPDATE refund SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1 RETURNING id',
    [owner],
  );
  return rows.length;
}
