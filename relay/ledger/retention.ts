import type { Queries } from './database.js';

/**
 * Erases what concerns buyers, by age, and leaves every record of money. Only of attempts that have ended: one that waits for
 * a person keeps what the person may need.
 */
export type Ages = {
  /** Hashes of codes are erased of attempts made before this, epoch ms. */
  readonly hashesBefore: number;
  /** And the reference and the kiosk's boot of those made before this. */
  readonly buyersBefore: number;
};

export type Erased = { readonly hashes: number; readonly buyers: number };

/** Nor of those with a refund under way, or with the operator: it is a person's to settle, who may need to find the payment. */
const ended = `state IN ('declined', 'reversed', 'delivered', 'refused')
  AND NOT EXISTS (SELECT 1 FROM refund WHERE refund.attempt = attempt.id AND refund.ended_at IS NULL)`;
/** Rows of one statement: short, so that no payment waits for it. */
const BATCH = 500;
/** As long as a nonce, and none. */
const NO_BOOT = '0'.repeat(32);

const hashes = `UPDATE attempt SET code_hash = NULL, hash_erased_at = $1 WHERE id IN (
  SELECT id FROM attempt WHERE code_hash IS NOT NULL AND created_at < $2 AND ${ended}
  ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id`;

const buyers = `UPDATE attempt SET code_hash = NULL, hash_erased_at = coalesce(hash_erased_at, $1), reference = '',
  boot = '${NO_BOOT}', erased_at = $1 WHERE id IN (
  SELECT id FROM attempt WHERE erased_at IS NULL AND created_at < $2 AND ${ended}
  ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id`;

async function inBatches(q: Queries, statement: string, now: number, before: number): Promise<number> {
  for (let all = 0; ; ) {
    const rows = await q.query(statement, [now, before, BATCH]);
    all += rows.length;
    if (rows.length < BATCH) return all;
  }
}

/** May be run by several relays at once, and be cut off at any point. */
export async function erase(q: Queries, { hashesBefore, buyersBefore }: Ages, now: number): Promise<Erased> {
  const older = await inBatches(q, buyers, now, buyersBefore);
  return { hashes: older + (await inBatches(q, hashes, now, hashesBefore)), buyers: older };
}
