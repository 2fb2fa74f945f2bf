import type { AttemptId } from '../../protocol/ids.js';
import type { Attempt, State } from '../payment/types.js';
import { attemptFromRow, number, progressColumns, progressOf, text } from './columns.js';
import type { Bar, Insertion, Lease, Stored, Telling } from './contract.js';
import type { Queries, Transaction, Value } from './database.js';
import { attemptFrom, attemptsFromRows, saveReversal } from './reversals.js';

export async function load(q: Queries, id: string): Promise<Attempt | undefined> {
  return await attemptFrom(q, await q.query('SELECT * FROM attempt WHERE id = $1', [id]));
}

export async function stateOf(q: Queries, id: string): Promise<State | undefined> {
  const [row] = await q.query('SELECT state FROM attempt WHERE id = $1', [id]);
  return row && (text(row['state']) as State);
}

export async function lock(tx: Transaction, id: string): Promise<Stored | undefined> {
  const rows = await tx.query('SELECT * FROM attempt WHERE id = $1 FOR UPDATE', [id]);
  const attempt = await attemptFrom(tx, rows);
  return attempt && { attempt, version: number(rows[0]?.['version']) };
}

/** Rule 4: the attempts of other boots that a Hello may move, locked. */
export async function lockForSweep(
  tx: Transaction,
  kiosk: string,
  nonce: string,
  listed: readonly AttemptId[],
): Promise<Stored[]> {
  const rows = await tx.query(
    `SELECT * FROM attempt WHERE kiosk = $1 AND boot <> $2
       AND (state IN ('submitted', 'approved') OR state = 'doubtful' AND id = ANY (string_to_array($3, ',')))
     ORDER BY id FOR UPDATE`,
    [kiosk, nonce, listed.join(',')],
  );
  // In these states nothing was ever to be given back.
  return rows.map((row) => ({ attempt: attemptFromRow(row, null), version: number(row['version']) }));
}

/**
 * Inserts and takes the lease. False: the id, the code or the order is taken.
 * For a Pay `tx` holds the kiosk's row (rule 5). A tombstone needs no lock: the unique id decides between it and its Pay.
 */
export async function insert(tx: Transaction, a: Attempt, extra: Insertion): Promise<boolean> {
  const columns = [
    ['id', a.id],
    ['kiosk', a.kiosk],
    ['order_id', a.order],
    ['boot', a.boot],
    ['amount', a.money?.amount ?? null],
    ['currency', a.money?.currency ?? null],
    ['issuer', a.issuer],
    ['reference', a.reference],
    ['merchant', a.merchant],
    ['acquirer', a.acquirer],
    ['account', a.account],
    ['route', a.route],
    ['link', a.link],
    ['code_hash', extra.codeHash],
    ['created_at', a.createdAt],
    ['scanned_at', a.scannedAt],
    ['pay_until', a.payUntil],
    ['deadline_at', a.deadlineAt],
    ['vend_until', a.vendUntil],
    ['landing_until', a.landingUntil],
    ['changed_at', a.createdAt],
    ['lease_owner', extra.leaseOwner],
    ['lease_until', extra.leaseUntil],
    ['owed', extra.telling.owed],
    ['tell_at', extra.telling.tellAt],
    ...progressColumns.map((name, i) => [name, progressOf(a)[i] ?? null] as const),
  ] as const;
  const names = columns.map(([name]) => name).join(', ');
  const places = columns.map((_, i) => `$${i + 1}`).join(', ');
  const rows = await tx.query(
    `INSERT INTO attempt (${names}) VALUES (${places}) ON CONFLICT DO NOTHING RETURNING id`,
    columns.map(([, value]) => value),
  );
  return rows.length === 1;
}

const progress = progressColumns.map((name, i) => `, ${name} = $${i + 4}`).join('');
const toldAt = progressColumns.length + 4;
const outbox = `, owed = $${toldAt}, tell_at = $${toldAt + 1}, tell_tries = 0`;

/** `at`: where its parameters begin. The columns on the right are those before the change. */
const leased = (at: number): string => `,
       lease_owner = CASE WHEN lease_owner = $${at} AND $${at + 1}::bigint IS NULL THEN NULL ELSE lease_owner END,
       lease_until = CASE WHEN lease_owner = $${at} THEN $${at + 1}::bigint ELSE lease_until END`;

/** Writes what the machine changed. False: the row has changed since `version` (cannot happen under its lock). */
export async function save(
  tx: Transaction,
  { attempt, version }: Stored,
  now: number,
  telling: Telling | undefined,
  lease: Lease | undefined,
): Promise<boolean> {
  const values: Value[] = [attempt.id, version, now, ...progressOf(attempt)];
  let sets = progress;
  if (telling) {
    sets += outbox;
    values.push(telling.owed, telling.tellAt);
  }
  if (lease) {
    sets += leased(values.length + 1);
    values.push(lease.owner, lease.until);
  }
  const rows = await tx.query(
    `UPDATE attempt SET version = version + 1, changed_at = $3${sets} WHERE id = $1 AND version = $2 RETURNING id`,
    values,
  );
  if (rows.length === 1) await saveReversal(tx, attempt);
  return rows.length === 1;
}

/** Which rule bars a new attempt, asked after `insert` said no. */
export async function whoBars(tx: Transaction, a: Attempt, codeHash: string): Promise<Bar | undefined> {
  const [row] = await tx.query(
    `SELECT EXISTS (SELECT 1 FROM attempt WHERE id = $1) AS attempt,
            EXISTS (SELECT 1 FROM attempt WHERE code_hash = $2) AS code,
            EXISTS (SELECT 1 FROM attempt WHERE kiosk = $3 AND order_id = $4
                      AND state NOT IN ('declined', 'reversed', 'refused')) AS "order"`,
    [a.id, codeHash, a.kiosk, a.order],
  );
  if (row?.['attempt'] === true) return 'attempt';
  if (row?.['order'] === true) return 'order';
  return row?.['code'] === true ? 'code' : undefined;
}

/** Its pay was never handed to a sender, and now the code is here: the worker shall look at it at once. */
export async function dueNow(tx: Transaction, id: string, now: number): Promise<void> {
  await tx.query(`UPDATE attempt SET next_at = $2 WHERE id = $1 AND state = 'submitted' AND pay_at IS NULL`, [id, now]);
}

/** Newest first. Tombstones are no attempts of anybody and are left out. */
export async function newest(q: Queries, limit: number): Promise<Attempt[]> {
  const rows = await q.query('SELECT * FROM attempt WHERE amount IS NOT NULL ORDER BY created_at DESC, id LIMIT $1', [
    limit,
  ]);
  return await attemptsFromRows(q, rows);
}

/** The code hash of an attempt; null where none was used. */
export async function codeHashOf(q: Queries, id: string): Promise<string | null> {
  const [row] = await q.query('SELECT code_hash FROM attempt WHERE id = $1', [id]);
  return row?.['code_hash'] == null ? null : text(row['code_hash']);
}
