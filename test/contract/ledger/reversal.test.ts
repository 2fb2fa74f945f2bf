import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../relay/ledger/contract.js';
import type { Database, Queries, Value } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { SqlLedger } from '../../../relay/ledger/sql-ledger.js';
import type { Attempt, PaymentEvent, Reversal } from '../../../relay/payment/types.js';
import { databases, empty, type Opened } from './databases.js';
import { attemptId, Boot, Scene } from './scene.js';

/** Records of giving money back: what the machine makes of them is in the row after every step, and the rules hold there. */
describe.each(databases())('reversals on $name', ({ open }) => {
  let opened: Opened;
  let db: Database;
  let ledger: Ledger;
  let scene: Scene;
  const boot = new Boot('a', '');
  const id = attemptId('A');

  beforeAll(async () => {
    opened = await open();
    ({ db, ledger } = opened);
    await migrate(db, await shippedMigrations(), 1);
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(db);
    scene = new Scene(ledger);
    await scene.hello(boot);
  });

  /** Approved, then the vend failed: the first cancel has been asked for. */
  const cancelAsked = async () => {
    await scene.approved(boot, 'A');
    await scene.vend(boot, 'A', 'failed');
    await due();
  };
  const due = () => on({ type: 'due', codeHeld: false });
  const on = async (event: PaymentEvent): Promise<Attempt> => {
    const applied = await scene.on('A', event);
    // What the next step starts from is what this one made.
    expect(await ledger.load(id)).toEqual(applied?.attempt);
    return applied?.attempt as Attempt;
  };
  const refundAsked = async (): Promise<string> => {
    await cancelAsked();
    await on({ type: 'cancel-answered', answer: { kind: 'refund-instead' }, askedAt: scene.now });
    const paid = { kind: 'paid', money: { amount: 3550, currency: 'HKD' }, acquirerId: 'A-1' } as const;
    return (await on({ type: 'inquiry-answered', answer: paid, askedAt: scene.now })).reversal?.id ?? '';
  };
  const rows = () =>
    db.query('SELECT id, kind, state, tries, inquiries, reason FROM reversal ORDER BY requested_at, id');

  test('a plain payment has none, and no statement is spent on any', async () => {
    const texts: string[] = [];
    const noted = <Q extends Queries>(q: Q): Q => ({
      ...q,
      query(text: string, params?: readonly Value[]) {
        texts.push(text);
        return q.query(text, params);
      },
    });
    const counting: Database = {
      ...noted(db),
      transaction: (work) => db.transaction((tx) => work({ ...noted(tx), script: (text) => tx.script(text) })),
    };
    const plain = new SqlLedger(counting);
    const watched = new Scene(plain);
    await watched.hello(boot);
    await watched.approved(boot, 'A');
    await watched.vend(boot, 'A', 'delivered');
    expect([await rows(), (await plain.load(id))?.reversal]).toEqual([[], null]);
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter((t) => /\b(FROM|INTO|UPDATE) reversal\b/.test(t))).toEqual([]);
  });

  test('a cancel: requested with the step that asks for it, confirmed with its answer', async () => {
    await cancelAsked();
    const record = { id: `c1${id}`, kind: 'cancel', reason: 'vend-failed', inquiries: 0 };
    expect(await rows()).toEqual([{ ...record, state: 'requested', tries: 1 }]);
    await on({ type: 'cancel-answered', answer: { kind: 'unknown', detail: 'timeout' }, askedAt: scene.now });
    await due();
    const { state } = await on({ type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: scene.now });
    expect([state, await rows()]).toEqual(['reversed', [{ ...record, state: 'confirmed', tries: 2 }]]);
  });

  test('a refund takes the place of the cancel that failed; another, of the refund that is proved to have failed', async () => {
    const first = await refundAsked();
    const failed = { kind: 'failed', retry: 'new-id' } as const;
    await on({ type: 'refund-answered', refundId: first, answer: { kind: 'unknown', detail: 'io' } });
    await due();
    await on({ type: 'refund-inquiry-answered', refundId: first, answer: failed });
    const { reversal } = await due();
    await on({ type: 'refund-answered', refundId: reversal?.id ?? '', answer: { kind: 'pending' } });
    await due();
    const done = await on({
      type: 'refund-inquiry-answered',
      refundId: reversal?.id ?? '',
      answer: { kind: 'refunded' },
    });
    expect(done).toMatchObject({ state: 'reversed', reversal: { id: `r2${id}`, number: 2, state: 'confirmed' } });
    const reason = 'vend-failed';
    expect(await rows()).toEqual([
      { id: `c1${id}`, kind: 'cancel', state: 'failed', tries: 1, inquiries: 0, reason },
      { id: `r1${id}`, kind: 'refund', state: 'failed', tries: 1, inquiries: 1, reason },
      { id: `r2${id}`, kind: 'refund', state: 'confirmed', tries: 1, inquiries: 1, reason },
    ]);
    const calls = await db.query('SELECT call FROM acquirer_call WHERE attempt = $1 ORDER BY id', [id]);
    expect(calls.map((c) => c['call']).slice(-3)).toEqual(['inquire-refund', 'refund', 'inquire-refund']);
  });

  test('the newest record comes along however the attempt is read', async () => {
    const refundId = await refundAsked();
    await on({ type: 'refund-answered', refundId, answer: { kind: 'failed', retry: 'never' } });
    await scene.submitted(boot, 'B');
    const plan = { firstMs: 1_000, mostMs: 4_000, tries: 5 };
    const locked = await ledger.transaction((tx) => tx.lock(id));
    const lists = [
      [locked?.attempt as Attempt],
      await ledger.newest(9),
      await ledger.takeDue(scene.now + 9_000, plan, 9),
      await ledger.takeOwed('lobby-1', scene.now, plan),
    ];
    for (const list of lists) {
      const found = new Map(list.map((a) => [a.id, a.reversal]));
      expect(found.get(id)).toMatchObject({ id: refundId, state: 'failed' });
      if (found.size > 1) expect(found.get(attemptId('B'))).toBeNull();
    }
  });

  test('a save of another version writes no record either', async () => {
    await cancelAsked();
    await ledger.transaction(async (tx) => {
      const stored = await tx.lock(id);
      if (!stored?.attempt.reversal) throw new Error('not there');
      const reversal: Reversal = { ...stored.attempt.reversal, tries: 9 };
      const attempt = { ...stored.attempt, reversal };
      expect(await tx.save({ attempt, version: stored.version - 1 }, scene.now, undefined)).toBe(false);
    });
    expect(await rows()).toMatchObject([{ tries: 1 }]);
  });

  describe('the database holds the rules itself', () => {
    const insert = (record: string, state: string, number: number) =>
      db.query(
        `INSERT INTO reversal (id, attempt, kind, number, amount, currency, state, requested_at, ended_at, tries, inquiries)
         VALUES ($1, $2, 'refund', $4, 3550, 'HKD', $3, 1, CASE WHEN $3 IN ('confirmed', 'failed') THEN 1 END, 1, 0)`,
        [record, id, state, number],
      );
    const set = (sql: string) => db.query(`UPDATE reversal SET ${sql} WHERE id = $1`, [`r1${id}`]);

    test.each(['requested', 'pending', 'confirmed'])('one that is %s stands in the way of any other', async (state) => {
      await scene.approved(boot, 'A');
      await insert('x1', 'failed', 1);
      await insert('x2', state, 2);
      for (const other of ['requested', 'pending', 'confirmed']) {
        await expect(insert('x3', other, 3)).rejects.toThrow('reversal_one');
      }
      await insert('x3', 'failed', 3);
    });

    test('what was asked never changes, and an id is used once', async () => {
      await refundAsked();
      for (const sql of ['amount = 1', "currency = 'CNY'", "id = 'x'", "kind = 'cancel'", 'number = 7']) {
        await expect(set(sql)).rejects.toThrow('never changes');
      }
      await expect(insert(`r1${id}`, 'failed', 9)).rejects.toThrow('reversal_pkey');
    });

    test.each(['confirmed', 'failed'])('%s is final', async (state) => {
      await refundAsked();
      await expect(set(`state = '${state}'`)).rejects.toThrow('check');
      await set(`state = '${state}', ended_at = 5`);
      for (const sql of ["state = 'pending', ended_at = NULL", 'tries = 7', 'ended_at = 6']) {
        await expect(set(sql)).rejects.toThrow('S10');
      }
    });

    test('pending is not requested again, and counts only grow', async () => {
      await refundAsked();
      await set("state = 'pending'");
      await expect(set("state = 'requested'")).rejects.toThrow('in hand');
      await expect(set('tries = 0')).rejects.toThrow('only grow');
      await expect(set('inquiries = -1')).rejects.toThrow('only grow');
    });
  });
});
