import { numberOrNull, text } from './columns.js';
import type { Queries } from './database.js';

/** Who works on which attempt now. Economy only: two workers on one attempt are wasteful, never unsafe. */

/** Takes up to `limit` due attempts that nobody holds. */
export async function claimDue(
  q: Queries,
  owner: string,
  now: number,
  until: number,
  limit: number,
): Promise<string[]> {
  const rows = await q.query(
    `UPDATE attempt SET lease_owner = $1, lease_until = $3 WHERE id IN (
       SELECT id FROM attempt WHERE next_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
       ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED)
     RETURNING id`,
    [owner, now, until, limit],
  );
  return rows.map((r) => text(r['id']));
}

/** The first time after `now` and before `end` at which something is due; null: none. */
export async function nextDue(q: Queries, now: number, end: number): Promise<number | null> {
  const [row] = await q.query('SELECT min(next_at) AS at FROM attempt WHERE next_at > $1 AND next_at < $2', [now, end]);
  return numberOrNull(row?.['at']);
}

/** Gives it back; returns when it is due next. */
export async function release(q: Queries, id: string, owner: string): Promise<number | null> {
  const rows = await q.query(
    `UPDATE attempt SET lease_owner = NULL, lease_until = NULL WHERE id = $1 AND lease_owner = $2 RETURNING next_at`,
    [id, owner],
  );
  return numberOrNull(rows[0]?.['next_at']);
}

/** At start: what an earlier process of the same name held. Instance names are unique, so it is gone. */
export async function releaseAll(q: Queries, owner: string): Promise<number> {
  const rows = await q.query(
    `UPDATE attempt SET lease_owner = NULL, lease_until = NULL
     WHERE id IN (SELECT id FROM attempt WHERE lease_owner = $1 ORDER BY id FOR UPDATE) RETURNING id`,
    [owner],
  );
  return rows.length;
}
