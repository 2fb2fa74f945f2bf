import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { databases, type Opened } from './databases.js';

/**
 * An older relay goes on beside a newer one that has migrated the ledger: its statements, as they stood before accounts and
 * before what came after, must still work. Copied from that version, never to be brought up to date.
 */
const insertAttempt = `INSERT INTO attempt (id, kiosk, order_id, boot, amount, currency, issuer, reference, acquirer, code_hash,
  created_at, scanned_at, pay_until, deadline_at, vend_until, landing_until, changed_at, lease_owner, lease_until, owed,
  tell_at, state, reason, password_pending, acquirer_id, pay_at, paid_seen, inquiries, cancels, cancel_refused, reversal,
  finding, next_at) VALUES ($1, 'lobby-1', $2, $3, 3550, 'HKD', 'alipay', 'A-12', 'antom', $4, 1000, 1000, 21000, 51000,
  61000, 86000, 1000, 'relay-old', 16000, false, NULL, 'submitted', NULL, false, NULL, NULL, false, 0, 0, false, NULL, NULL,
  1000) ON CONFLICT DO NOTHING RETURNING id`;

const saveAttempt = `UPDATE attempt SET version = version + 1, changed_at = $3, state = $4, reason = $5,
  password_pending = false, acquirer_id = $6, pay_at = $7, paid_seen = $8, inquiries = 0, cancels = 0, cancel_refused = false,
  reversal = NULL, finding = NULL, next_at = $9, owed = $10, tell_at = $11, tell_tries = 0,
  lease_owner = CASE WHEN lease_owner = $12 AND $13::bigint IS NULL THEN NULL ELSE lease_owner END,
  lease_until = CASE WHEN lease_owner = $12 THEN $13::bigint ELSE lease_until END
  WHERE id = $1 AND version = $2 RETURNING id`;

const tombstone = `INSERT INTO attempt (id, kiosk, order_id, boot, amount, currency, issuer, reference, acquirer, code_hash,
  created_at, scanned_at, pay_until, deadline_at, vend_until, landing_until, changed_at, state, reason, owed, tell_at)
  VALUES ($1, 'lobby-1', $2, 'aaaaaaaa', NULL, NULL, NULL, '', '', NULL, 1, 1, 1, 1, 1, 1, 1, 'refused', 'tombstone', true, 2)
  ON CONFLICT DO NOTHING RETURNING id`;

const callStarted = `INSERT INTO acquirer_call (attempt, relay, call, started_at) VALUES ($1, 'relay-old', 'pay', 1000) RETURNING id`;
const callEnded = `UPDATE acquirer_call SET ended_at = 1100, answer = 'paid', code = 'SUCCESS' WHERE id = $1 AND ended_at IS NULL`;
const addStep = `INSERT INTO attempt_event (attempt, at, name, detail, ms) VALUES ($1, 1100, 'pay', 'paid', 100)`;
const raiseAlarm = `INSERT INTO alarm (at, kind, kiosk, attempt, detail) VALUES (1, 'report-late', 'lobby-1', $1, 'x')
  ON CONFLICT DO NOTHING RETURNING id`;
const greet = `INSERT INTO kiosk (name, nonce, epoch, number, chain, board, version, greeted_at, clock_offset, clock_at)
  VALUES ('lobby-1', $1, 'ee', 1, $1, 'board', 'old', 1, 0, 1) ON CONFLICT (name) DO UPDATE SET nonce = excluded.nonce`;

const [id, order, boot] = ['01'.repeat(16), '01'.repeat(8), 'aa'.repeat(16)];

describe.each(databases())('statements of an older relay on the newest ledger, $name', ({ open }) => {
  let db: Opened['db'];
  let close: Opened['close'];
  beforeAll(async () => {
    ({ db, close } = await open());
    await migrate(db, await shippedMigrations(), 1);
  });
  afterAll(() => close());

  test('a whole payment: greeted, admitted, called, approved, delivered', async () => {
    await db.query(greet, [boot]);
    expect(await db.query(insertAttempt, [id, order, boot, 'hash-1'])).toHaveLength(1);
    const [call] = await db.query(callStarted, [id]);
    const calling = [
      ...[id, 1, 1_000, 'submitted', null, null, 1_000, false, 6_000],
      ...[false, null, 'relay-old', 16_000],
    ];
    expect(await db.query(saveAttempt, calling)).toHaveLength(1);
    const paid = [
      ...[id, 2, 1_100, 'approved', null, 'A-1', 1_000, true, 121_000],
      ...[true, 2_100, 'relay-old', null],
    ];
    expect(await db.query(saveAttempt, paid)).toHaveLength(1);
    await db.query(callEnded, [call?.['id'] ?? 0]);
    await db.query(addStep, [id]);
    const done = [...[id, 3, 1_200, 'delivered', null, 'A-1', 1_000, true, null], ...[false, null, 'relay-old', null]];
    expect(await db.query(saveAttempt, done)).toHaveLength(1);
    expect(await db.query(raiseAlarm, [id])).toHaveLength(1);
    const [row] = await db.query('SELECT state, lease_owner, account, erased_at FROM attempt WHERE id = $1', [id]);
    expect(row).toEqual({ state: 'delivered', lease_owner: null, account: null, erased_at: null });
  });

  test('a tombstone, and a code that was used', async () => {
    expect(await db.query(tombstone, ['02'.repeat(16), '02'.repeat(8)])).toHaveLength(1);
    expect(await db.query(insertAttempt, ['03'.repeat(16), '03'.repeat(8), boot, 'hash-1'])).toEqual([]);
  });

  test('what it must not do is refused as ever', async () => {
    await expect(db.query(`UPDATE attempt SET amount = 1 WHERE id = $1`, [id])).rejects.toThrow('never changes');
    await expect(db.query(`UPDATE attempt SET code_hash = NULL WHERE id = $1`, [id])).rejects.toThrow('never changes');
    await expect(db.query(`UPDATE attempt SET state = 'approved' WHERE id = $1`, [id])).rejects.toThrow('final');
    await expect(db.query(`UPDATE attempt SET account = 'x' WHERE id = $1`, [id])).rejects.toThrow('never changes');
  });
});
