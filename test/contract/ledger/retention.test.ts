import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { type Ages, erase } from '../../../relay/ledger/retention.js';
import { databases, empty, type Opened } from './databases.js';
import { attemptId, Boot, Scene } from './scene.js';

const DAY = 86_400_000;
const NONE: Ages = {
  ...{ hashesBefore: 0, buyersBefore: 0, wordsBefore: 0, auditBefore: 0, reportsBefore: 0, keysBefore: 0 },
};

describe.each(databases())('erasing what is old, $name', ({ open }) => {
  let db: Opened['db'];
  let ledger: Opened['ledger'];
  let close: Opened['close'];
  let scene: Scene;
  const boot = new Boot('a', '');
  const row = async (id: string) => (await db.query('SELECT * FROM attempt WHERE id = $1', [attemptId(id)]))[0] ?? {};

  beforeAll(async () => {
    ({ db, ledger, close } = await open());
    await migrate(db, await shippedMigrations(), 1);
  });
  afterAll(() => close());
  beforeEach(async () => {
    await empty(db);
    scene = new Scene(ledger);
    scene.now = 10 * DAY;
    await scene.hello(boot);
    await scene.pay(boot, 'A');
    await scene.on('A', { type: 'due', codeHeld: true });
    await scene.on('A', { type: 'pay-answered', answer: { kind: 'declined', reason: 'risk' } });
    await scene.submitted(boot, 'B');
  });

  test('nothing that is younger', async () => {
    const before = await row('A');
    expect(await erase(db, { ...NONE, hashesBefore: 10 * DAY, buyersBefore: 10 * DAY }, scene.now)).toMatchObject({
      hashes: 0,
      buyers: 0,
    });
    expect(await row('A')).toEqual(before);
  });

  test("the code's hash first, then the rest; what money went where stays", async () => {
    const before = await row('A');
    const now = 11 * DAY;
    expect(await erase(db, { ...NONE, hashesBefore: now }, now)).toMatchObject({ hashes: 1, buyers: 0 });
    expect(await row('A')).toEqual({ ...before, code_hash: null, hash_erased_at: now });
    expect(await erase(db, { ...NONE, hashesBefore: now, buyersBefore: now }, now + 1)).toMatchObject({
      hashes: 1,
      buyers: 1,
    });
    const gone = { code_hash: null, hash_erased_at: now, reference: '', boot: '0'.repeat(32), erased_at: now + 1 };
    expect(await row('A')).toEqual({ ...before, ...gone });
    expect(await erase(db, { ...NONE, hashesBefore: now, buyersBefore: now }, now + 2)).toMatchObject({
      hashes: 0,
      buyers: 0,
    });
    expect((await ledger.load(attemptId('A')))?.money).toEqual({ amount: 3550, currency: 'HKD' });
  });

  test('an attempt that has not ended keeps all', async () => {
    const before = await row('B');
    await erase(db, { ...NONE, hashesBefore: 99 * DAY, buyersBefore: 99 * DAY }, 99 * DAY);
    expect(await row('B')).toEqual(before);
    const sets = [`code_hash = NULL, hash_erased_at = 1`, `reference = '', erased_at = 1`];
    for (const set of sets) {
      await expect(db.query(`UPDATE attempt SET ${set} WHERE id = $1`, [attemptId('B')])).rejects.toThrow('not final');
    }
  });

  test('a payment keeps all as long as a refund of it is not settled', async () => {
    await scene.approved(boot, 'C');
    await scene.vend(boot, 'C', 'delivered');
    const [c, all] = [attemptId('C'), { ...NONE, hashesBefore: 99 * DAY, buyersBefore: 99 * DAY }];
    await db.query(
      `INSERT INTO refund (id, attempt, kind, number, amount, currency, state, reason, requested_by, requested_at)
       VALUES ('p1', $1, 'refund', 1, 100, 'HKD', 'operator', 'x', 'x', 1)`,
      [c],
    );
    const before = await row('C');
    await erase(db, all, 99 * DAY);
    expect(await row('C')).toEqual(before);
    await db.query(`UPDATE refund SET state = 'confirmed', ended_at = 2 WHERE id = 'p1'`);
    await erase(db, all, 99 * DAY);
    expect(await row('C')).toMatchObject({ reference: '', code_hash: null });
  });

  test('an erasure is no way to change anything else, or back', async () => {
    const a = attemptId('A');
    const set = (text: string) => db.query(`UPDATE attempt SET ${text} WHERE id = $1`, [a]);
    await expect(set('amount = 1, erased_at = 1')).rejects.toThrow('nothing else');
    await expect(set(`state = 'reversed', erased_at = 1`)).rejects.toThrow('nothing else');
    await expect(set('hash_erased_at = 1')).rejects.toThrow('stays erased');
    await erase(db, { ...NONE, hashesBefore: 99 * DAY, buyersBefore: 99 * DAY }, 99 * DAY);
    await expect(set('hash_erased_at = NULL')).rejects.toThrow('attempt');
    await expect(set('erased_at = NULL')).rejects.toThrow('stays erased');
    await expect(set(`code_hash = 'x'`)).rejects.toThrow('never changes');
  });

  test('more than one batch', async () => {
    await db.query(
      `INSERT INTO attempt (id, kiosk, order_id, boot, reference, acquirer, created_at, scanned_at, pay_until, deadline_at,
         vend_until, landing_until, state, changed_at)
       SELECT 'x' || n, 'k', 'o' || n, 'b', 'r', '', n, n, n, n, n, n, 'refused', n FROM generate_series(1, 1201) n`,
    );
    expect(await erase(db, { ...NONE, hashesBefore: 2_000, buyersBefore: 2_000 }, 3_000)).toMatchObject({
      hashes: 1_201,
      buyers: 1_201,
    });
  });
});
