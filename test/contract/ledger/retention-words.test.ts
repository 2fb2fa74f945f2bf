import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { SqlNotifications } from '../../../relay/ledger/notifications.js';
import { type Ages, type Erased, erase } from '../../../relay/ledger/retention.js';
import { refundPayment, resolvePayment, resolveRefund } from '../../../relay/operations/acts.js';
import { listAudit, recordAudit } from '../../../relay/operations/audit.js';
import { applyRefund } from '../../../relay/refunds/apply.js';
import { loadRefund } from '../../../relay/refunds/store.js';
import type { RefundEvent } from '../../../relay/refunds/types.js';
import { eraseOld } from '../../../relay/retention.js';
import { oneAccount, ScriptedAcquirer, testConfig } from '../../unit/relay/link/stage.js';
import { databases, empty, type Opened } from './databases.js';
import { attemptId, Boot, policy, Scene } from './scene.js';

/** What people wrote, who they were, and what acquirers said and reported: erased by age, and never the money. */

const DAY = 86_400_000;
const NEVER: Ages = {
  ...{ hashesBefore: 0, buyersBefore: 0, wordsBefore: 0, auditBefore: 0, reportsBefore: 0, keysBefore: 0 },
};
const NOTHING: Erased = {
  hashes: 0,
  buyers: 0,
  links: 0,
  notifications: 0,
  words: 0,
  audit: 0,
  reportRows: 0,
  keys: 0,
};
const tables = ['refund', 'resolution', 'attempt_event', 'audit', 'difference', 'notification', 'operations_request'];

describe.each(databases())('erasing words, notifications and reports, $name', ({ open }) => {
  let opened: Opened;
  let db: Database;
  let scene: Scene;
  const boot = new Boot('a', '');
  const accounts = oneAccount(new ScriptedAcquirer({}), policy);
  const a = attemptId('A');

  beforeAll(async () => {
    opened = await open();
    db = opened.db;
    await migrate(db, await shippedMigrations(), 1);
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(db);
    await db.query('TRUNCATE notification, audit, difference, operations_request, report_row, report_file');
    scene = new Scene(opened.ledger);
    scene.now = 10 * DAY;
    await scene.hello(boot);
    await scene.approved(boot, 'A');
  });

  const context = () => ({ ...scene.context, accounts, who: 'ann (tk_00000001)' });
  const delivered = () => scene.vend(boot, 'A', 'delivered');
  const on = (id: string, event: RefundEvent) => applyRefund(db, id, event, { now: scene.now, accounts, relay: 'r' });
  /** Asked for by ann, in her words, and sent. */
  async function refund(n: number, reason = 'Mrs Lee had it cold'): Promise<string> {
    const money = { amount: 100, currency: 'HKD' } as const;
    await db.transaction((tx) => refundPayment(tx, a, { money, reason }, context()));
    const id = `r${1_000 + n}${a}`;
    await on(id, { type: 'due' });
    return id;
  }
  const confirmed = (id: string) => on(id, { type: 'refund-answered', answer: { kind: 'refunded' } });
  const all = async (): Promise<string> => JSON.stringify(await Promise.all(tables.map((t) => db.query(`TABLE ${t}`))));
  const story = async () => (await opened.ledger.stepsOf([a])).get(a)?.map(({ name, detail }) => `${name} ${detail}`);
  const audited = (at: number, detail: string) =>
    recordAudit(db, {
      ...{ at, who: 'ann (tk_00000001)', origin: '10.0.0.7', act: 'refund', target: a, attempt: a, detail },
      outcome: 'done',
    });

  test('nothing that is younger', async () => {
    await delivered();
    await confirmed(await refund(1));
    await audited(scene.now, 'x');
    const before = await all();
    expect(await erase(db, NEVER, 99 * DAY)).toEqual(NOTHING);
    expect(await all()).toBe(before);
  });

  test("a refund's reason and its people go, also from the story; what was given back stays", async () => {
    await delivered();
    const [done, settled, failed] = [await refund(1), await refund(2), await refund(3)];
    await confirmed(done);
    for (let i = 0; i < 9; i++) {
      const answer = { kind: 'unknown', detail: 'timeout' } as const;
      await on(settled, { type: 'refund-answered', answer });
      await on(settled, { type: 'due' });
    }
    expect((await loadRefund(db, settled))?.state).toBe('operator');
    const open = await refund(4, 'not yet, says Bo');
    const words = { found: 'returned', note: 'asked Mr Wu' } as const;
    await db.transaction((tx) => resolveRefund(tx, settled, words, context()));
    await on(failed, { type: 'refund-answered', answer: { kind: 'failed', retry: 'never' } });
    const before = await loadRefund(db, done);

    expect(await erase(db, { ...NEVER, wordsBefore: scene.now + 1 }, 99 * DAY)).toEqual({ ...NOTHING, words: 3 });
    expect(await loadRefund(db, done)).toEqual({ ...before, reason: '', requestedBy: '' });
    expect(await loadRefund(db, settled)).toMatchObject({ state: 'confirmed', settledBy: '', money: { amount: 100 } });
    expect(await loadRefund(db, open)).toMatchObject({ reason: 'not yet, says Bo', requestedBy: 'ann (tk_00000001)' });
    const left = await all();
    expect(left).not.toMatch(/Mrs Lee|Mr Wu/);
    // Of the one that is open.
    expect(left.match(/ann \(tk/g)).toHaveLength(2);
    expect(await story()).toEqual(
      expect.arrayContaining([`refund-requested ${done}`, `refund-resolved ${settled}`, `note ${settled}`]),
    );
    expect(await erase(db, { ...NEVER, wordsBefore: scene.now + 1 }, 99 * DAY)).toEqual(NOTHING);
  });

  test('the database refuses an erasure of what is open, of anything else, and its undoing', async () => {
    await delivered();
    const id = await refund(1);
    const set = (text: string) => db.query(`UPDATE refund SET ${text} WHERE id = $1`, [id]);
    const gone = `reason = '', requested_by = '', erased_at = 1`;
    await expect(set(gone)).rejects.toThrow('not final');
    await confirmed(id);
    await expect(set(`${gone}, amount = 1`)).rejects.toThrow('nothing else');
    await expect(set(`reason = 'other', requested_by = '', erased_at = 1`)).rejects.toThrow('nothing else');
    await expect(set(`reason = ''`)).rejects.toThrow('never changes');
    await set(gone);
    await expect(set('erased_at = NULL')).rejects.toThrow('stays erased');
    await expect(set(`reason = 'x'`)).rejects.toThrow('never changes');
  });

  test('the note of a resolution goes once the payment has its end', async () => {
    await scene.vend(boot, 'A', 'doubtful');
    const resolve = (found: 'give-back' | 'delivered') =>
      db.transaction((tx) => resolvePayment(tx, a, { found, note: 'Mrs Lee got none' }, context()));
    await resolve('give-back');
    expect(await erase(db, { ...NEVER, wordsBefore: scene.now + 1 }, 99 * DAY)).toEqual(NOTHING);
    await scene.on('A', { type: 'due', codeHeld: false });
    await scene.on('A', { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: scene.now });
    expect(await erase(db, { ...NEVER, wordsBefore: scene.now + 1 }, 99 * DAY)).toEqual({ ...NOTHING, words: 1 });
    expect(await all()).not.toMatch(/Mrs Lee|ann/);
    expect(await story()).toContain('resolved give-back');
    expect(await db.query('SELECT found, note, by FROM resolution')).toEqual([
      { found: 'give-back', note: '', by: '' },
    ]);
  });

  test('of an audit row first the people and their words, the row itself much later', async () => {
    for (let n = 1; n <= 3; n++) await audited(n * DAY, `words ${n}`);
    const ages = { ...NEVER, wordsBefore: 3 * DAY, auditBefore: 2 * DAY };
    expect(await erase(db, ages, 99 * DAY)).toEqual({ ...NOTHING, audit: 1, words: 1 });
    const [young, old, ...more] = await listAudit(db, { limit: 9 });
    expect(more).toEqual([]);
    expect(young).toMatchObject({ who: 'ann (tk_00000001)', origin: '10.0.0.7', detail: 'words 3' });
    const kept = { at: 2 * DAY, act: 'refund', target: a, attempt: a, outcome: 'done' };
    expect(old).toMatchObject({ ...kept, who: '', origin: '', detail: '' });
    for (const set of [`who = 'bob'`, `outcome = 'x'`, `who = '', origin = '', detail = ''`, 'erased_at = 1']) {
      await expect(db.query(`UPDATE audit SET ${set}`)).rejects.toThrow('never changes');
    }
    const blank = `who = '', origin = '', detail = '', erased_at = 1`;
    await expect(db.query(`UPDATE audit SET ${blank}, outcome = 'x'`)).rejects.toThrow('never changes');
  });

  test('more than one batch', async () => {
    await db.query(
      `INSERT INTO audit (at, who, origin, act, target, detail, outcome)
       SELECT n, 'ann', 'x', 'refund', 'x', 'y', 'done' FROM generate_series(1, 1201) n`,
    );
    expect(await erase(db, { ...NEVER, wordsBefore: 2_000 }, 3_000)).toEqual({ ...NOTHING, words: 1_201 });
    expect(await erase(db, { ...NEVER, auditBefore: 2_000 }, 3_000)).toEqual({ ...NOTHING, audit: 1_201 });
  });

  test('notifications go, but of a payment that is open or with a person', async () => {
    const notes = new SqlNotifications(db);
    const record = (dedupe: string, attempt: string | null) =>
      notes.transaction((_, n) =>
        n.record({
          ...{ account: 'test', dedupe, kind: 'payment', subject: attempt, attempt, says: 'paid', money: null },
          at: 5 * DAY,
        }),
      );
    await record('open', a);
    await record('nobody', null);
    await record('unknown', attemptId('Z'));
    const old = { ...NEVER, buyersBefore: 5 * DAY + 1 };
    expect(await erase(db, { ...NEVER, buyersBefore: 5 * DAY }, 99 * DAY)).toEqual(NOTHING);
    expect(await erase(db, old, 99 * DAY)).toEqual({ ...NOTHING, notifications: 2 });
    expect((await notes.newest(9)).map(({ dedupe }) => dedupe)).toEqual(['open']);
    await delivered();
    expect(await erase(db, old, 99 * DAY)).toEqual({ ...NOTHING, notifications: 1 });
  });

  test('a note on a difference goes, and it stays closed', async () => {
    const insert = (key: string, closedAs: string) =>
      db.query(
        `INSERT INTO difference (account, key, type, day, run_day, detail, opened_at, found_at, closed_at, closed_as)
         VALUES ('x', $1, 'amount', 'd', 'd', '', 1, 1, 1, $2)`,
        [key, closedAs],
      );
    await insert('1', 'by hand: Mrs Lee had it back');
    await insert('2', 'gone');
    expect(await erase(db, { ...NEVER, wordsBefore: 2 }, 99 * DAY)).toEqual({ ...NOTHING, words: 1 });
    const left = (await db.query('SELECT closed_as FROM difference ORDER BY id')).map((row) => row['closed_as']);
    expect(left).toEqual(['by hand', 'gone']);
  });

  test('rows of reports go by their day; the file stays known', async () => {
    for (const day of ['1970-01-03', '1970-01-04']) {
      const [file] = await db.query(
        `INSERT INTO report_file (account, name, kind, day, checksum, issued_at, read_at, complete, lost, faults, read_as)
         VALUES ('x', $1, 'transactions', $1, 'c', 1, 1, true, 1, '[{"found":"words"}]', 'x') RETURNING id`,
        [day],
      );
      await db.query(
        `INSERT INTO report_row (file, account, kind, key, day, line, issued_at, type, word)
         SELECT $1::bigint, 'x', 'transactions', $2 || n, $2, n, 1, 'payment', 'PAYMENT' FROM generate_series(1, 700) n`,
        [Number(file?.['id']), day],
      );
    }
    const ages = { ...NEVER, reportsBefore: 3 * DAY + 1 };
    expect(await erase(db, ages, 99 * DAY)).toEqual({ ...NOTHING, reportRows: 700 });
    expect(await db.query('SELECT day, erased_at, faults FROM report_file ORDER BY day')).toEqual([
      { day: '1970-01-03', erased_at: 99 * DAY, faults: '[]' },
      { day: '1970-01-04', erased_at: null, faults: '[{"found":"words"}]' },
    ]);
    // Cut off after the file was marked: the rows go the next time.
    await db.query(`UPDATE report_file SET erased_at = 1 WHERE day = '1970-01-04'`);
    expect(await erase(db, ages, 99 * DAY)).toEqual({ ...NOTHING, reportRows: 700 });
    expect(await db.query('SELECT count(*) AS n FROM report_row')).toEqual([{ n: 0 }]);
  });

  test('with the ages of the config: hashes, answers, buyers, words, audit, each in its time', async () => {
    await delivered();
    await confirmed(await refund(1));
    await audited(scene.now, 'x');
    await db.query(`INSERT INTO operations_request VALUES ('ann', 'key-1', 'h', 200, '{}', $1)`, [scene.now]);
    const began = scene.now;
    const later = (days: number) => eraseOld(db, testConfig('mqtt://127.0.0.1:1'), began + days * DAY + 1);
    expect(await later(0)).toEqual(NOTHING);
    expect(await later(1)).toEqual({ ...NOTHING, hashes: 1 });
    expect(await later(2)).toEqual({ ...NOTHING, keys: 1 });
    expect(await later(180)).toEqual({ ...NOTHING, buyers: 1, hashes: 1 });
    expect(await later(399)).toEqual(NOTHING);
    expect(await later(400)).toEqual({ ...NOTHING, words: 2 });
    expect(await later(3_650)).toEqual({ ...NOTHING, audit: 1 });
  });
});
