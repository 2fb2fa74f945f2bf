import type { Standing } from '../../protocol/words.js';
import type { Attempt } from '../payment/types.js';
import type { TellPlan } from './contract.js';
import type { Queries } from './database.js';
import { attemptsFromRows } from './reversals.js';

/** Updates that a kiosk is owed until it answers. They lie in the attempt's row, so they survive the relay. */

/**
 * Takes what is due to be told and moves it to its next time: twice the wait each time, up to `mostMs`. After `tries`
 * the kiosk's next Hello starts it again.
 */
export async function takeDue(q: Queries, now: number, plan: TellPlan, limit: number): Promise<Attempt[]> {
  const rows = await q.query(
    `UPDATE attempt SET tell_tries = tell_tries + 1,
       tell_at = CASE WHEN tell_tries + 1 >= $4 THEN NULL
                 ELSE $1 + least($3, $2 * power(2, least(tell_tries + 1, 20)))::bigint END
     WHERE id IN (SELECT id FROM attempt WHERE tell_at <= $1 ORDER BY tell_at LIMIT $5 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [now, plan.firstMs, plan.mostMs, plan.tries, limit],
  );
  return await attemptsFromRows(q, rows);
}

/** All that one kiosk is owed, to be told at once after it was greeted. */
export async function takeOwed(q: Queries, kiosk: string, now: number, plan: TellPlan): Promise<Attempt[]> {
  // In the order in which a sweep locks, so that the two never wait for each other.
  const rows = await q.query(
    `UPDATE attempt SET tell_tries = 0, tell_at = $2
     WHERE id IN (SELECT id FROM attempt WHERE kiosk = $1 AND owed ORDER BY id FOR UPDATE) RETURNING *`,
    [kiosk, now + plan.firstMs],
  );
  return await attemptsFromRows(q, rows);
}

/**
 * The kiosk has taken note. An approved attempt is answered by a report of its vend, not by this. `standing`: of what it
 * has taken note; a late word of an earlier standing settles nothing. Kiosks before that field name none.
 */
export async function settle(q: Queries, kiosk: string, id: string, standing: Standing | undefined): Promise<void> {
  await q.query(
    `UPDATE attempt SET owed = false, tell_at = NULL
     WHERE id = $1 AND kiosk = $2 AND state <> 'approved' AND owed
       AND ($3::text IS NULL OR CASE state WHEN 'doubtful' THEN 'operator' ELSE state END = $3)`,
    [id, kiosk, standing ?? null],
  );
}
