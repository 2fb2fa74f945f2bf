import { number } from './columns.js';
import type { Queries, Value } from './database.js';

/**
 * Erases by age what concerns buyers and what people wrote, and leaves every record of money. Only of payments and refunds
 * that have ended: one that waits for a person keeps what the person may need. Each time is epoch ms: what is older goes.
 */
export type Ages = {
  /** Hashes of codes. */
  readonly hashesBefore: number;
  /** References of orders, the kiosk's boot, whose a linked wallet was, and what acquirers said by themselves. */
  readonly buyersBefore: number;
  /** What people wrote, and who they were. */
  readonly wordsBefore: number;
  /** Audit rows as a whole. */
  readonly auditBefore: number;
  /** Rows of acquirers' reports, by the report's day. */
  readonly reportsBefore: number;
  /** Answers kept for their Idempotency-Key. */
  readonly keysBefore: number;
};

/**
 * How many of each. `links`: wallets that are linked no more, and links that came to nothing. `words`: refunds, declarations,
 * resolutions, audit rows and closed differences.
 */
export type Erased = Readonly<
  Record<'hashes' | 'buyers' | 'links' | 'notifications' | 'words' | 'audit' | 'reportRows' | 'keys', number>
>;

const ended = `('declined', 'reversed', 'delivered', 'refused')`;
/** Nor while a refund of it is under way, or with the operator: whoever settles that may need to find the payment. */
const settled = `state IN ${ended}
  AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.attempt = attempt.id AND r.ended_at IS NULL)`;
/** Rows of one statement: short, so that no payment waits for it. */
const BATCH = 500;
/** As long as a nonce, and none. */
const NO_BOOT = '0'.repeat(32);

// In each statement the last parameter is how many at most; the one before is the age.

const hashes = `UPDATE attempt SET code_hash = NULL, hash_erased_at = $1 WHERE id IN (
  SELECT id FROM attempt WHERE code_hash IS NOT NULL AND created_at < $2 AND ${settled}
  ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id`;

const buyers = `UPDATE attempt SET code_hash = NULL, hash_erased_at = coalesce(hash_erased_at, $1), reference = '',
  boot = '${NO_BOOT}', erased_at = $1 WHERE id IN (
  SELECT id FROM attempt WHERE erased_at IS NULL AND created_at < $2 AND ${settled}
  ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id`;

const notifications = `DELETE FROM notification WHERE id IN (
  SELECT n.id FROM notification n WHERE n.last_at < $1
    AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.id = n.attempt AND a.state NOT IN ${ended})
  ORDER BY n.last_at LIMIT $2 FOR UPDATE OF n SKIP LOCKED) RETURNING id`;

/** With the lines of the payment's story that repeat them: these begin with the refund's id, which stays. */
const refunds = `WITH old AS (
  UPDATE refund SET reason = '', requested_by = '', settled_by = left(settled_by, 0), erased_at = $1 WHERE id IN (
    SELECT id FROM refund WHERE erased_at IS NULL AND ended_at < $2 ORDER BY ended_at LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING id, attempt), story AS (
  UPDATE attempt_event e SET detail = old.id FROM old WHERE e.attempt = old.attempt
    AND e.name IN ('refund-requested', 'cancel-requested', 'refund-resolved', 'note') AND e.detail LIKE old.id || ': %')
  SELECT id FROM old`;

/** Who had it sent, and what customs said of it; the declaration itself is a record of money. */
const declarations = `WITH old AS (
  UPDATE declaration SET requested_by = '', settled_by = left(settled_by, 0), result_text = left(result_text, 0),
    erased_at = $1 WHERE id IN (
    SELECT id FROM declaration WHERE erased_at IS NULL AND ended_at < $2 ORDER BY ended_at LIMIT $3
    FOR UPDATE SKIP LOCKED)
  RETURNING id, attempt), story AS (
  UPDATE attempt_event e SET detail = old.id FROM old WHERE e.attempt = old.attempt
    AND e.name IN ('declaration-requested', 'declaration-again', 'declaration-resolved', 'note')
    AND e.detail LIKE old.id || ': %')
  SELECT id FROM old`;

const resolutions = `WITH old AS (
  UPDATE resolution SET note = '', by = '' WHERE id IN (
    SELECT r.id FROM resolution r JOIN attempt a ON a.id = r.attempt WHERE r.by <> '' AND r.at < $1
      AND a.state IN ${ended} ORDER BY r.at LIMIT $2 FOR UPDATE OF r SKIP LOCKED)
  RETURNING id, attempt, found, at), story AS (
  UPDATE attempt_event e SET detail = old.found FROM old
    WHERE e.attempt = old.attempt AND e.name = 'resolved' AND e.at = old.at)
  SELECT id FROM old`;

/** As relay/reconcile/differences.ts writes them: what a person has closed stays closed. */
const notes = `UPDATE difference SET closed_as = 'by hand' WHERE id IN (
  SELECT id FROM difference WHERE closed_as LIKE 'by hand: %' AND closed_at < $1
  ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`;

const auditWords = `UPDATE audit SET who = '', origin = '', detail = '', erased_at = $1 WHERE id IN (
  SELECT id FROM audit WHERE erased_at IS NULL AND at < $2 ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id`;

const auditRows = `DELETE FROM audit WHERE id IN (
  SELECT id FROM audit WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`;

const keys = `DELETE FROM operations_request WHERE (owner, key) IN (
  SELECT owner, key FROM operations_request WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING key`;

/** First the file says that its day cannot be compared any more: half a list would look like missing payments. */
const reportFiles = `UPDATE report_file SET erased_at = $1, faults = '[]' WHERE id IN (
  SELECT id FROM report_file WHERE erased_at IS NULL AND day < $2 ORDER BY day LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING id`;
/** One look into the index for each file, however many rows there are. */
const filesWithRows = `SELECT id FROM report_file f WHERE erased_at IS NOT NULL
  AND (SELECT true FROM report_row r WHERE r.file = f.id LIMIT 1) ORDER BY id`;
/** Unless it was issued again meanwhile. */
const reportRows = `DELETE FROM report_row WHERE id IN (
  SELECT r.id FROM report_row r JOIN report_file f ON f.id = r.file
  WHERE r.file = $1 AND f.erased_at IS NOT NULL LIMIT $2) RETURNING id`;

/** What a linked wallet has paid stays; whose it was goes, and who of the merchant's people has unlinked it. */
const links = `WITH old AS (
  UPDATE wallet_link SET user_name = NULL, session = NULL, member = NULL, erased_at = $1 WHERE id IN (
    SELECT id FROM wallet_link WHERE erased_at IS NULL AND linked_at IS NOT NULL AND ended_at < $2
    ORDER BY ended_at LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING id), story AS (
  UPDATE wallet_link_event e SET detail = '' FROM old WHERE e.link = old.id AND e.name = 'unlink')
  SELECT id FROM old`;
/** What came to nothing goes as a whole. */
const offers = `WITH old AS (
  SELECT id FROM wallet_link WHERE erased_at IS NULL AND linked_at IS NULL AND ended_at < $1
  ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED), story AS (
  DELETE FROM wallet_link_event e USING old WHERE e.link = old.id)
  DELETE FROM wallet_link w USING old WHERE w.id = old.id RETURNING w.id`;

async function inBatches(q: Queries, statement: string, ...params: readonly Value[]): Promise<number> {
  for (let all = 0; ; ) {
    const rows = await q.query(statement, [...params, BATCH]);
    all += rows.length;
    if (rows.length < BATCH) return all;
  }
}

async function eraseReports(q: Queries, before: number, now: number): Promise<number> {
  await inBatches(q, reportFiles, now, new Date(before).toISOString().slice(0, 'YYYY-MM-DD'.length));
  let rows = 0;
  for (const file of await q.query(filesWithRows)) rows += await inBatches(q, reportRows, number(file['id']));
  return rows;
}

/** May be run by several relays at once, and be cut off at any point. */
export async function erase(q: Queries, ages: Ages, now: number): Promise<Erased> {
  const { wordsBefore } = ages;
  const older = await inBatches(q, buyers, now, ages.buyersBefore);
  return {
    buyers: older,
    hashes: older + (await inBatches(q, hashes, now, ages.hashesBefore)),
    links: (await inBatches(q, links, now, ages.buyersBefore)) + (await inBatches(q, offers, ages.buyersBefore)),
    notifications: await inBatches(q, notifications, ages.buyersBefore),
    // Rows that go as a whole need not be cleared first.
    audit: await inBatches(q, auditRows, ages.auditBefore),
    words:
      (await inBatches(q, refunds, now, wordsBefore)) +
      (await inBatches(q, declarations, now, wordsBefore)) +
      (await inBatches(q, resolutions, wordsBefore)) +
      (await inBatches(q, notes, wordsBefore)) +
      (await inBatches(q, auditWords, now, wordsBefore)),
    reportRows: await eraseReports(q, ages.reportsBefore, now),
    keys: await inBatches(q, keys, ages.keysBefore),
  };
}
