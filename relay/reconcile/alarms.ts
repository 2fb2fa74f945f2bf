import type { Database } from '../ledger/database.js';
import { raiseAlarm } from '../ledger/records.js';

/** An alarm that is no attempt's, once for the same words, however often it is found. */
export async function raiseOnce(db: Database, detail: string, now: number): Promise<void> {
  await db.transaction(async (tx) => {
    const [before] = await tx.query(`SELECT 1 FROM alarm WHERE kind = 'reconciliation' AND detail = $1 LIMIT 1`, [
      detail,
    ]);
    if (!before) await raiseAlarm(tx, { at: now, kind: 'reconciliation', kiosk: '', attempt: null, detail });
  });
}
