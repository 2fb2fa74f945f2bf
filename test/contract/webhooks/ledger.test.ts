import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refundNumber } from '../../../relay/acquirers/codepay/numbers.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { oneAccount } from '../../unit/relay/link/stage.js';
import { databases, empty, type Opened } from '../ledger/databases.js';
import { attemptId, Boot, policy } from '../ledger/scene.js';
import {
  AGAIN_ANTOM,
  AGAIN_CODEPAY,
  antom,
  codepayNotice,
  paidNotice,
  refundNotice,
  Stage,
  TAKEN_ANTOM,
  TAKEN_CODEPAY,
} from './stage.js';

/** What notifications do to the ledger, on both databases, over real HTTP. The numbers are those of the known traps. */

describe.each(databases())('notifications on $name', ({ open }) => {
  let opened: Opened;
  let stage: Stage;
  let boot: Boot;
  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(opened.db);
    await opened.db.query('TRUNCATE notification');
    stage = new Stage(opened);
    await stage.start();
    boot = new Boot('a', '');
    await stage.scene.hello(boot);
  });
  afterEach(() => stage.stop());

  const rows = () => stage.notifications.newest(100);
  const standing = (name = 'A') => stage.scene.standing(name);
  const publishes = () => stage.applied.flatMap(({ effects }) => effects.filter(({ type }) => type === 'publish'));
  const declinedA = () => stage.scene.on('A', { type: 'pay-answered', answer: { kind: 'declined', reason: 'other' } });
  const reversingA = async () => {
    await stage.scene.approved(boot, 'A');
    await stage.scene.vend(boot, 'A', 'failed');
  };
  /** Not cancelled, so its first refund is asked for and not answered. */
  const refundingA = async () => {
    await reversingA();
    await stage.scene.on('A', { type: 'due', codeHeld: false });
    await stage.scene.on('A', {
      type: 'cancel-answered',
      answer: { kind: 'refund-instead' },
      askedAt: stage.scene.now,
    });
    const money = { amount: 3550, currency: 'HKD' } as const;
    await stage.scene.on('A', { type: 'inquiry-answered', answer: { kind: 'paid', money }, askedAt: stage.scene.now });
    await stage.scene.on('A', {
      type: 'refund-answered',
      refundId: `r1${attemptId('A')}`,
      answer: { kind: 'pending' },
    });
  };

  test('paid approves what is undecided, tells the kiosk, and is on record when it is acknowledged', async () => {
    await stage.scene.submitted(boot, 'A');
    expect(await stage.antom(paidNotice('A'))).toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('approved');
    expect(publishes()).toHaveLength(1);
    expect(stage.applied[0]).toMatchObject({ changed: true, attempt: { acquirerId: '20260101000000000000001' } });
    expect(await rows()).toMatchObject([
      {
        ...{ account: 'test', kind: 'payment', subject: attemptId('A'), attempt: attemptId('A'), says: 'paid' },
        ...{ money: { amount: 3550, currency: 'HKD' }, outcome: 'applied', times: 1 },
      },
    ]);
    const steps = await opened.ledger.stepsOf([attemptId('A')]);
    expect(steps.get(attemptId('A'))?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['notification', 'approved']),
    );
  });

  test('trap 2: a notification does not undo a clash of ids, nor does a clash undo it', async () => {
    await stage.scene.submitted(boot, 'A');
    await stage.scene.on('A', { type: 'pay-answered', answer: { kind: 'conflict' } });
    expect(await standing()).toBe('submitted');
    expect(await stage.antom(paidNotice('A'))).toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('approved');
  });

  test('trap 13: one that comes before the row is committed is sent again, and applied then', async () => {
    for (let i = 0; i < 3; i++) expect(await stage.antom(paidNotice('A'))).toEqual(AGAIN_ANTOM);
    expect(await stage.codepay(codepayNotice('A'))).toEqual(AGAIN_CODEPAY);
    expect((await rows()).map(({ outcome, times }) => [outcome, times])).toEqual([
      ['unknown-id', 1],
      ['unknown-id', 3],
    ]);
    await stage.scene.submitted(boot, 'A');
    expect(await stage.antom(paidNotice('A'))).toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('approved');
    expect((await rows()).map(({ outcome, times }) => [outcome, times])).toEqual([
      ['unknown-id', 1],
      ['applied', 4],
    ]);
  });

  test('trap 13: one that comes before the sync answer wins, and the answer is nothing new', async () => {
    await stage.scene.submitted(boot, 'A');
    await stage.antom(paidNotice('A'));
    const money = { amount: 3550, currency: 'HKD' } as const;
    await stage.scene.on('A', { type: 'pay-answered', answer: { kind: 'paid', money } });
    expect(await standing()).toBe('approved');
    expect(await stage.scene.alarms()).toEqual([]);
  });

  test('trap 14: a duplicate does nothing and is acknowledged, however many come at once', async () => {
    await stage.scene.submitted(boot, 'A');
    const said = await Promise.all(Array.from({ length: 12 }, () => stage.antom(paidNotice('A'))));
    expect(said).toEqual(said.map(() => TAKEN_ANTOM));
    expect(stage.applied).toHaveLength(1);
    expect(await rows()).toMatchObject([{ outcome: 'applied', times: 12 }]);
    expect(stage.counters.all()).toMatchObject({ 'webhook-applied': 1, 'webhook-duplicate': 11 });
  });

  test.each(['approved', 'delivered', 'reversed'] as const)(
    'trap 14: a failure notice never overrides what was paid: %s stays, and a person is told where it contradicts',
    async (state) => {
      await stage.scene.approved(boot, 'A');
      if (state === 'delivered') await stage.scene.vend(boot, 'A', 'delivered');
      if (state === 'reversed') {
        await stage.scene.vend(boot, 'A', 'failed');
        await stage.scene.on('A', { type: 'due', codeHeld: false });
        await stage.scene.on('A', { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: stage.scene.now });
      }
      const result = { resultStatus: 'F', resultCode: 'USER_BALANCE_NOT_ENOUGH' };
      expect(await stage.antom(paidNotice('A', { result }))).toEqual(TAKEN_ANTOM);
      expect(await stage.codepay(codepayNotice('A', { trans_status: 1 }))).toEqual(TAKEN_CODEPAY);
      expect((await stage.scene.attempt('A')).state).toBe(state);
      expect(await stage.scene.alarms()).toEqual(state === 'approved' ? ['contradiction'] : []);
    },
  );

  test('a failure is only a hint: unknown becomes declined by an inquiry, which is made at once', async () => {
    await stage.scene.submitted(boot, 'A');
    stage.scene.now += 500;
    const result = { resultStatus: 'F', resultCode: 'USER_BALANCE_NOT_ENOUGH' };
    expect(await stage.antom(paidNotice('A', { result }))).toEqual(TAKEN_ANTOM);
    expect([await standing(), await stage.nextAt('A')]).toEqual(['submitted', stage.scene.now]);
    expect(await rows()).toMatchObject([{ outcome: 'hint', says: 'declined: insufficient-funds' }]);
    expect(stage.applied[0]?.attempt.nextAt).toBe(stage.scene.now);
  });

  const pendingNotice = (name: string) =>
    paidNotice(name, {
      ...{ notifyType: 'PAYMENT_PENDING', result: { resultStatus: 'U', resultCode: 'PAYMENT_IN_PROCESS' } },
      paymentTime: undefined,
    });

  test('undecided is only a hint: nothing is decided, and the inquiry is due at once', async () => {
    await stage.scene.submitted(boot, 'A');
    stage.scene.now += 500;
    expect(await stage.antom(pendingNotice('A'))).toEqual(TAKEN_ANTOM);
    expect([await standing(), await stage.nextAt('A')]).toEqual(['submitted', stage.scene.now]);
    expect(await rows()).toMatchObject([{ outcome: 'hint', says: 'pending', money: null }]);
    expect(await stage.antom(paidNotice('A')), 'and paid after it is news').toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('approved');
  });

  test.each(['approved', 'delivered', 'declined', 'reversing'] as const)(
    'undecided, told late of what is %s: it stays so, and nobody is called',
    async (state) => {
      if (state === 'declined') {
        await stage.scene.submitted(boot, 'A');
        await declinedA();
      } else if (state === 'reversing') await reversingA();
      else await stage.scene.approved(boot, 'A');
      if (state === 'delivered') await stage.scene.vend(boot, 'A', 'delivered');
      expect(await stage.antom(pendingNotice('A'))).toEqual(TAKEN_ANTOM);
      expect([(await stage.scene.attempt('A')).state, await stage.scene.alarms()]).toEqual([state, []]);
    },
  );

  test('CodePay is only a hint by default: nothing is decided, and the inquiry is due at once', async () => {
    await stage.scene.submitted(boot, 'A');
    stage.scene.now += 500;
    expect(await stage.codepay(codepayNotice('A'))).toEqual(TAKEN_CODEPAY);
    expect([await standing(), await stage.nextAt('A')]).toEqual(['submitted', stage.scene.now]);
    expect((await stage.scene.attempt('A')).paidSeen).toBe(false);
    expect(await rows()).toMatchObject([{ outcome: 'hint', says: 'paid' }]);
  });

  test('CodePay is believed where config says so', async () => {
    await stage.scene.submitted(boot, 'A');
    expect(await stage.codepay(codepayNotice('A'), '/believing')).toEqual(TAKEN_CODEPAY);
    expect(await standing()).toBe('approved');
  });

  test.each([
    ['a unit too much', { paymentAmount: { currency: 'HKD', value: '3551' } }],
    ['another currency', { paymentAmount: { currency: 'USD', value: '3550' } }],
  ])('trap 15: %s is an alarm and an inquiry, never an approval', async (_, more) => {
    await stage.scene.submitted(boot, 'A');
    stage.scene.now += 500;
    expect(await stage.antom(paidNotice('A', more))).toEqual(TAKEN_ANTOM);
    expect([await standing(), await stage.nextAt('A')]).toEqual(['submitted', stage.scene.now]);
    expect(await stage.scene.alarms()).toEqual(['notification-differs']);
    expect(await rows()).toMatchObject([{ outcome: 'differs' }]);
    // The right one is other news, and is not swallowed by it.
    await stage.antom(paidNotice('A'));
    expect(await standing()).toBe('approved');
  });

  test("trap 15: another account's notification, however well signed, is an alarm and an inquiry", async () => {
    await stage.scene.submitted(boot, 'A');
    expect(await stage.antom(paidNotice('A'), '/another')).toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('submitted');
    expect(await stage.scene.alarms()).toEqual(['notification-differs']);
    expect((await stage.scene.attempt('A')).acquirerId).toBeNull();
  });

  test('an attempt of an older relay has its adapter’s name: the notification is of the only account of that', async () => {
    await stage.scene.submitted(boot, 'A');
    const older = new Stage(opened, { accounts: oneAccount({ ...antom, name: 'test' }, policy, 'another') });
    await older.start();
    try {
      expect(await older.antom(paidNotice('A'), '/another')).toEqual(TAKEN_ANTOM);
      expect([await standing(), await stage.scene.alarms()]).toEqual(['approved', []]);
      await older.antom(paidNotice('A', { paymentId: '2' }));
      expect(await stage.scene.alarms()).toEqual(['notification-differs']);
    } finally {
      await older.stop();
    }
  });

  test('trap 15: of what is delivered, another amount calls a person and moves nothing', async () => {
    await stage.scene.approved(boot, 'A');
    await stage.scene.vend(boot, 'A', 'delivered');
    await stage.antom(paidNotice('A', { paymentAmount: { currency: 'HKD', value: '9' } }));
    expect([await standing(), await stage.nextAt('A')]).toEqual(['delivered', null]);
    expect(await stage.scene.alarms()).toEqual(['notification-differs']);
  });

  test('trap 11: paid, said of what is being given back, approves nothing and makes no call of its own', async () => {
    await stage.scene.submitted(boot, 'A');
    await stage.scene.abort(boot, 'A');
    stage.scene.now += 500;
    expect(await stage.antom(paidNotice('A'))).toEqual(TAKEN_ANTOM);
    const attempt = await stage.scene.attempt('A');
    expect(attempt).toMatchObject({ state: 'reversing', paidSeen: true, cancels: 0 });
    expect(attempt.acquirerId).toBe('20260101000000000000001');
    expect(await rows()).toMatchObject([{ outcome: 'hint' }]);
  });

  test('trap 5: the acquirer’s id that a notification names is kept for a refund that cannot do without it', async () => {
    await stage.scene.submitted(boot, 'A');
    await stage.scene.on('A', { type: 'pay-answered', answer: { kind: 'unknown', detail: 'timeout' } });
    await stage.scene.abort(boot, 'A');
    await stage.antom(paidNotice('A'));
    expect((await stage.scene.attempt('A')).acquirerId).toBe('20260101000000000000001');
  });

  test('paid, said of what an operator has, is inquired and is no finding: it may be older than a cancel', async () => {
    await reversingA();
    for (let i = 0; i < 2; i++) {
      await stage.scene.on('A', { type: 'due', codeHeld: false });
      await stage.scene.on('A', {
        ...{ type: 'cancel-answered', answer: { kind: 'unknown', detail: 'timeout' } },
        askedAt: stage.scene.now,
      });
    }
    expect(await standing()).toBe('operator cancel-unconfirmed');
    stage.scene.now += 500;
    await stage.antom(paidNotice('A'));
    expect(await stage.scene.attempt('A')).toMatchObject({ state: 'operator', finding: null, nextAt: stage.scene.now });
  });

  test('paid, too late for the kiosk to vend: no cancel is begun here, the attempt is due for whoever works on it', async () => {
    await stage.scene.submitted(boot, 'A');
    stage.scene.now += 58_000;
    expect(await stage.antom(paidNotice('A'))).toEqual(TAKEN_ANTOM);
    expect(await stage.scene.attempt('A')).toMatchObject({
      ...{ state: 'submitted', cancels: 0, paidSeen: true },
    });
    expect(await stage.nextAt('A')).toBeLessThanOrEqual(stage.scene.now);
    expect(await opened.db.query("SELECT call FROM acquirer_call WHERE call = 'cancel'")).toEqual([]);
    expect(stage.applied[0]?.effects).toEqual([]);
  });

  test('paid after declined: a person is called', async () => {
    await stage.scene.submitted(boot, 'A');
    await declinedA();
    expect(await stage.antom(paidNotice('A'))).toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('declined other');
    expect(await stage.scene.alarms()).toEqual(['charged-after-end']);
  });

  test('paid for what was never sent: a person is called, and nothing is approved', async () => {
    await stage.scene.paid(boot, 'A');
    await stage.antom(paidNotice('A'));
    expect(await standing()).toBe('submitted');
    expect(await stage.scene.alarms()).toEqual(['contradiction']);
  });

  test('trap 10: a refund notification, if one comes all the same, confirms the refund it names', async () => {
    await refundingA();
    expect(await stage.antom(refundNotice('A'))).toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('reversed vend-failed');
    expect((await stage.scene.attempt('A')).reversal).toMatchObject({ state: 'confirmed' });
  });

  test.each([
    ['failed', { refundStatus: 'FAIL' }, 'hint'],
    ['of another amount', { refundAmount: { currency: 'HKD', value: '3549' } }, 'differs'],
  ])('trap 8: a refund notification that says %s starts no other refund: it is inquired', async (_, more, outcome) => {
    await refundingA();
    stage.scene.now += 500;
    await stage.antom(refundNotice('A', more));
    expect(await stage.scene.attempt('A')).toMatchObject({
      ...{ state: 'reversing', nextAt: stage.scene.now },
      reversal: { number: 1, state: 'pending' },
    });
    expect(await rows()).toMatchObject([{ outcome }]);
  });

  test('CodePay’s refund notification makes the inquiry due; it knows the refund by its number', async () => {
    await refundingA();
    stage.scene.now += 500;
    const merchant_order_no = refundNumber(`r1${attemptId('A')}`);
    expect(await stage.codepay(codepayNotice('A', { merchant_order_no, trans_type: 3 }))).toEqual(TAKEN_CODEPAY);
    expect([await standing(), await stage.nextAt('A')]).toEqual(['reversing vend-failed', stage.scene.now]);
    expect(await rows()).toMatchObject([{ kind: 'refund', subject: `r1${attemptId('A')}`, outcome: 'hint' }]);
  });

  test.each([0, 9])('CodePay: state %i is acknowledged and ignored', async (trans_status) => {
    await stage.scene.submitted(boot, 'A');
    const before = await stage.scene.attempt('A');
    expect(await stage.codepay(codepayNotice('A', { trans_status }))).toEqual(TAKEN_CODEPAY);
    expect(await stage.scene.attempt('A')).toEqual(before);
    expect(await rows()).toMatchObject([{ kind: 'other', outcome: 'ignored', says: 'not final' }]);
  });

  test('what is of no use yet is acknowledged, and leaves no token behind', async () => {
    const accessToken = 'TOKEN-28101234567890';
    const content = { authorizationNotifyType: 'TOKEN_CANCELED', accessToken, userId: 'U-77' };
    expect(await stage.antom(content)).toEqual(TAKEN_ANTOM);
    const kept = JSON.stringify([await opened.db.query('SELECT * FROM notification'), stage.lines]);
    expect(kept).toContain('authorization cancelled');
    expect(kept).not.toMatch(/TOKEN-2810|U-77/);
  });

  test('two accounts at one path: the signature says whose it is', async () => {
    await stage.scene.submitted(boot, 'A');
    expect(await stage.codepay(codepayNotice('A', { trans_status: 0 }), '/shared')).toEqual(TAKEN_CODEPAY);
    expect(await stage.antom(paidNotice('A'), '/shared')).toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('approved');
  });

  test('a ledger that cannot store it: send again, and nothing was done', async () => {
    await stage.scene.submitted(boot, 'A');
    const transaction = () => Promise.reject(new Error('the ledger is gone'));
    const broken = new Stage(opened, { notifications: { transaction, newest: async () => [] } });
    await broken.start();
    try {
      expect(await broken.antom(paidNotice('A'))).toEqual(AGAIN_ANTOM);
      expect(await broken.codepay(codepayNotice('A'))).toEqual(AGAIN_CODEPAY);
      expect(broken.applied).toEqual([]);
    } finally {
      await broken.stop();
    }
    expect(await stage.antom(paidNotice('A'))).toEqual(TAKEN_ANTOM);
  });

  test('one that breaks in the middle leaves nothing of itself: the next delivery does it all', async () => {
    await stage.scene.submitted(boot, 'A');
    await opened.db.query('ALTER TABLE attempt_event RENAME TO gone');
    expect(await stage.antom(paidNotice('A'))).toEqual(AGAIN_ANTOM);
    await opened.db.query('ALTER TABLE gone RENAME TO attempt_event');
    expect([await standing(), await rows()]).toEqual(['submitted', []]);
    expect(await stage.antom(paidNotice('A'))).toEqual(TAKEN_ANTOM);
    expect(await standing()).toBe('approved');
  });
});
