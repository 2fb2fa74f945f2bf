import { number, numberOrNull, text } from './columns.js';
import type { Queries } from './database.js';

/** What lies in the ledger to be done, for those who watch it. Each question is answered from a small index. */
export type Gauges = {
  /** Attempts by state, of those that anything is still to be done for. */
  readonly open: ReadonlyMap<string, number>;
  /** When the longest due of them was due, epoch ms; null: none is open. */
  readonly oldestDue: number | null;
  /** Updates that a kiosk has not answered yet and is to be told again. */
  readonly outbox: number;
};

export async function gaugesOf(q: Queries): Promise<Gauges> {
  const rows = await q.query(
    `SELECT state, count(*)::bigint AS open, min(next_at) AS due FROM attempt WHERE next_at IS NOT NULL GROUP BY state`,
  );
  const [told] = await q.query('SELECT count(*)::bigint AS owed FROM attempt WHERE tell_at IS NOT NULL');
  const dues = rows.flatMap((row) => numberOrNull(row['due']) ?? []);
  return {
    open: new Map(rows.map((row) => [text(row['state']), number(row['open'])])),
    oldestDue: dues.length === 0 ? null : Math.min(...dues),
    outbox: number(told?.['owed']),
  };
}
