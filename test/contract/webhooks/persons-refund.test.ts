import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refundNumber } from '../../../relay/acquirers/codepay/numbers.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { applyRefund } from '../../../relay/refunds/apply.js';
import { insertRefund, loadRefund, releaseAllRefunds } from '../../../relay/refunds/store.js';
import type { RefundEvent } from '../../../relay/refunds/types.js';
import { databases, empty, type Opened } from '../ledger/databases.js';
import { accounts, attemptId, Boot } from '../ledger/scene.js';
import { AGAIN_ANTOM, codepayNotice, refundNotice, Stage, TAKEN_ANTOM, TAKEN_CODEPAY } from './stage.js';

/** What the acquirer says by itself of a refund that a person asked for: it is that refund's, and not the payment's. */
describe.each(databases())("notifications of a person's refund on $name", ({ open }) => {
  let opened: Opened;
  let stage: Stage;
  let id = '';
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
    const boot = new Boot('a', '');
    await stage.scene.hello(boot);
    await stage.scene.approved(boot, 'A');
    await stage.scene.vend(boot, 'A', 'delivered');
    const asked = { attempt: attemptId('A'), kind: 'refund', money: { amount: 1000, currency: 'HKD' } } as const;
    const by = { reason: 'cold coffee', requestedBy: 'ann', replaces: null, place: 0, at: 1, nextAt: 1 } as const;
    ({ id } = await opened.db.transaction((tx) => insertRefund(tx, { ...asked, ...by })));
    await on({ type: 'due' });
  });
  afterEach(() => stage.stop());

  const on = (event: RefundEvent) =>
    applyRefund(opened.db, id, event, { now: stage.scene.now, accounts, relay: 'relay-1' });
  const refund = () => loadRefund(opened.db, id);
  const outcomes = async () => (await stage.notifications.newest(9)).map(({ outcome }) => outcome);
  const alarms = async () => (await opened.ledger.newestAlarms(9)).map(({ kind }) => kind);
  const notice = (value = '1000') =>
    refundNotice('A', { refundRequestId: id, refundAmount: { currency: 'HKD', value } });

  test('confirms it, once, and leaves the payment delivered without an alarm', async () => {
    expect(await stage.antom(notice())).toEqual(TAKEN_ANTOM);
    expect(await stage.antom(notice())).toEqual(TAKEN_ANTOM);
    expect(await refund()).toMatchObject({ state: 'confirmed', nextAt: null });
    expect(await stage.scene.standing('A')).toBe('delivered');
    expect([await outcomes(), await alarms(), stage.applied]).toEqual([['applied'], [], []]);
    expect(stage.refunds).toMatchObject([{ changed: true, refund: { id, state: 'confirmed' } }]);
  });

  test('another amount than was asked for: a person is called, and the acquirer is asked at once', async () => {
    await on({ type: 'refund-answered', answer: { kind: 'pending' } });
    expect(await stage.antom(notice('900'))).toEqual(TAKEN_ANTOM);
    expect(await refund()).toMatchObject({ state: 'pending', nextAt: stage.scene.now });
    expect([await outcomes(), await alarms()]).toEqual([['differs'], ['notification-differs']]);
  });

  test('one that is not believed is a hint', async () => {
    await on({ type: 'refund-answered', answer: { kind: 'pending' } });
    const more = { merchant_order_no: refundNumber(id), trans_type: 3, order_amount: '10.00', trans_amount: '10.00' };
    expect(await stage.codepay(codepayNotice('A', more))).toEqual(TAKEN_CODEPAY);
    expect(await refund()).toMatchObject({ state: 'pending', nextAt: stage.scene.now });
    expect([await outcomes(), await alarms()]).toEqual([['hint'], []]);
  });

  test('of a refund that nobody asked for: to be sent again', async () => {
    const other = refundNotice('A', { refundRequestId: `r1009${attemptId('A')}` });
    expect(await stage.antom(other)).toEqual(AGAIN_ANTOM);
    expect([await outcomes(), await refund()]).toMatchObject([['unknown-id'], { state: 'requested' }]);
  });

  test('what a dead relay held of refunds is given back with its attempts', async () => {
    await opened.db.query(`UPDATE refund SET lease_owner = 'relay-9', lease_until = 9e12`);
    expect(await releaseAllRefunds(opened.db, 'relay-9')).toBe(1);
    expect(await releaseAllRefunds(opened.db, 'relay-9')).toBe(0);
  });
});
