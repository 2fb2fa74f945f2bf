import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { antomWallets } from '../../../relay/acquirers/antom/wallets.js';
import { sleep, until } from '../../support/wait.js';
import { antomFor } from '../acquirer/stage.js';
import { acquirers, codeOf, openWorld, stages, states, type World } from './world.js';

describe.each(stages)('refunds by a person on $name', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(kind);
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(() => world.fresh(), 60_000);

  test('what went back in another currency than was asked is in no figure of this one', async () => {
    const id = await world.delivered('antom');
    await world.db.query(
      `INSERT INTO reversal (id, attempt, kind, number, amount, currency, state, requested_at, ended_at, tries, inquiries)
       VALUES ($1, $2, 'refund', 1, 500, 'JPY', 'confirmed', 1, 2, 1, 1)`,
      [`r1${id}`, id],
    );
    expect((await world.whole(id)).returned).toEqual({ requested: 0, confirmed: 0, remaining: 3_050 });
  }, 60_000);

  describe.each(acquirers)('through %s', (account) => {
    const returned = (id: string) => world.returned(account, id);

    test('the whole: requested is not confirmed, and both are shown', async () => {
      const id = await world.delivered(account);
      await world.worker.stop();
      const asked = await world.refund(id);
      expect(asked.status).toBe(202);
      expect(asked.body['refund']).toMatchObject({ id: `r1001${id}`, amount: 3_550, state: 'requested' });
      expect((await world.whole(id)).returned).toEqual({ requested: 3_550, confirmed: 0, remaining: 0 });
      expect(returned(id)).toBe(0);
      world.worker = world.newWorker('relay-1');
      await world.worker.start();
      const whole = await world.settled(id);
      expect([whole.state, states(whole)]).toEqual(['delivered', ['refund confirmed']]);
      expect(whole.returned).toEqual({ requested: 0, confirmed: 3_550, remaining: 0 });
      expect(returned(id)).toBe(3_550);
      expect(whole.calls.filter((c) => c.refund !== null).map((c) => c.call)[0]).toBe('refund');
    }, 60_000);

    test('what the relay gave back by itself is in both figures, in lists and CSV, and once', async () => {
      const id = await world.approved(account, 2_000);
      await world.on(id, { type: 'vend-reported', delivery: 'failed' });
      await world.on(id, { type: 'due', codeHeld: false });
      const shown = async () => {
        const list = (await world.get('/v1/payments')).body['payments'] as { returned: object }[];
        const csv = String((await world.get('/v1/payments.csv')).body['text'])
          .trimEnd()
          .split('\r\n');
        return [(await world.whole(id)).returned, list[0]?.returned, csv[1]?.split(',').slice(-3).join(' ')];
      };
      const asked = { requested: 2_000, confirmed: 0, remaining: 0 };
      expect(await shown()).toEqual([asked, asked, '20.00 0.00 0.00']);
      const answer = await world.accounts.of(account).acquirer.cancel(id);
      await world.on(id, { type: 'cancel-answered', answer, askedAt: Date.now() });
      const done = { requested: 0, confirmed: 2_000, remaining: 0 };
      expect(await shown()).toEqual([done, done, '0.00 20.00 0.00']);
      expect(returned(id)).toBe(2_000);
    }, 60_000);

    test('the calls that a refund makes are told to those who watch', async () => {
      const id = await world.delivered(account);
      await world.refund(id);
      await world.settled(id);
      const calls = (await world.whole(id)).calls.filter((c) => c.refund !== null).map((c) => `${c.call} ${c.answer}`);
      const told = world.called.filter(({ attempt }) => attempt === id);
      expect(told.map((made) => `${made.call} ${made.answer.kind}`)).toEqual(calls);
      expect(told.every((made) => made.account === account && made.ms >= 0)).toBe(true);
      expect(calls.length).toBeGreaterThan(0);
    }, 60_000);

    test('trap 7: several parts, never more than was paid, in this currency only', async () => {
      const id = await world.delivered(account);
      for (const amount of [1_000, 500]) expect((await world.refund(id, amount)).status).toBe(202);
      await world.settled(id);
      const tooMuch = await world.refund(id, 2_051);
      expect([tooMuch.status, codeOf(tooMuch)]).toEqual([409, 'too-much']);
      expect(JSON.stringify(tooMuch.body)).toContain('20.50 HKD');
      const body = { amount: 100, currency: 'USD', reason: 'x' };
      expect(codeOf(await world.post(`/v1/payments/${id}/refunds`, body))).toBe('currency');
      expect((await world.refund(id, 2_050)).status).toBe(202);
      expect((await world.settled(id)).returned).toEqual({ requested: 0, confirmed: 3_550, remaining: 0 });
      expect(returned(id)).toBe(3_550);
      expect(codeOf(await world.refund(id))).toBe('too-much');
    }, 60_000);

    test('trap 7: two at once never give back more than was paid; what is in flight counts as taken', async () => {
      const id = await world.delivered(account);
      await world.worker.stop();
      const asked = await Promise.all([2_000, 2_000, 2_000].map((amount) => world.refund(id, amount)));
      expect(asked.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
      expect((await world.whole(id)).returned).toEqual({ requested: 2_000, confirmed: 0, remaining: 1_550 });
      expect(codeOf(await world.refund(id, 1_551))).toBe('too-much');
      world.worker = world.newWorker('relay-1');
      await world.worker.start();
      await world.settled(id);
      expect(returned(id)).toBe(2_000);
    }, 60_000);

    test('trap 8: what the acquirer has in hand is inquired until it is done, and sent once', async () => {
      const id = await world.delivered(account, 3_550, 'refund-pending');
      await world.refund(id, 1_000);
      const whole = await world.settled(id);
      expect([states(whole), returned(id)]).toEqual([['refund confirmed'], 1_000]);
      const calls = whole.calls.filter((c) => c.refund !== null).map((c) => c.call);
      expect(calls.filter((c) => c === 'refund')).toHaveLength(1);
      expect(calls.filter((c) => c === 'inquire-refund').length).toBeGreaterThan(1);
      expect(whole.steps.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['refund-pending', 'refund-confirmed']),
      );
    }, 60_000);

    test('trap 9: for want of balance an alarm, and then another id in its place', async () => {
      const id = await world.delivered(account, 3_550, 'refund-fails-once');
      await world.refund(id, 1_000);
      const whole = await until(
        'the second',
        async () => {
          const found = await world.settled(id);
          return found.refunds.length === 2 && found.refunds[1]?.state === 'confirmed' ? found : undefined;
        },
        30_000,
      );
      expect(states(whole)).toEqual(['refund failed', 'refund confirmed']);
      expect(whole.refunds.map((r) => r.replaces)).toEqual([null, `r1001${id}`]);
      expect([returned(id), await world.alarms()]).toEqual([1_000, ['refund-delayed']]);
      expect(whole.returned).toEqual({ requested: 0, confirmed: 1_000, remaining: 2_550 });
    }, 60_000);

    test('an answer that is lost: inquired, and given back once', async () => {
      const id = await world.delivered(account, 3_550, 'refund-lost-answer');
      await world.refund(id, 1_000);
      expect([states(await world.settled(id)), returned(id)]).toEqual([['refund confirmed'], 1_000]);
    }, 60_000);

    test('a relay that dies between request and answer: another takes it, and it is given back once', async () => {
      const id = await world.delivered(account);
      await world.worker.stop();
      let sent = false;
      world.changed.acquirer = (real) => ({
        ...real,
        // The acquirer makes it; the relay never hears of it again.
        refund: async (request, signal) => {
          await real.refund(request, signal);
          sent = true;
          return await new Promise(() => {});
        },
      });
      // Its call never ends: at the very end there is nothing to wait for.
      const dying = world.newWorker('relay-dead', 300, 0);
      await dying.start();
      await world.refund(id, 1_000);
      await until('the call', () => sent, 30_000);
      world.changed = {};
      world.worker = world.newWorker('relay-2');
      await world.worker.start();
      expect([states(await world.settled(id)), returned(id)]).toEqual([['refund confirmed'], 1_000]);
      await dying.stop();
    }, 60_000);

    test('trap 4: a cancel is of the whole, and takes no amount', async () => {
      const id = await world.delivered(account);
      const part = await world.post(`/v1/payments/${id}/cancel`, { reason: 'x', amount: 100 });
      expect([part.status, codeOf(part)]).toEqual([422, 'invalid']);
      expect((await world.cancel(id)).status).toBe(202);
      const whole = await world.settled(id);
      expect([whole.state, states(whole), returned(id)]).toEqual(['delivered', ['cancel confirmed'], 3_550]);
      expect(whole.returned).toEqual({ requested: 0, confirmed: 3_550, remaining: 0 });
    }, 60_000);

    test('trap 6: no refund after a cancel, no cancel after a refund; the acquirer is not even asked', async () => {
      const id = await world.delivered(account);
      await world.cancel(id);
      expect(codeOf(await world.refund(id, 100))).toBe('cancelled');
      await world.settled(id);
      expect(codeOf(await world.refund(id, 100))).toBe('cancelled');
      expect(codeOf(await world.cancel(id))).toBe('cancelled');
      const other = await world.delivered(account);
      await world.refund(other, 100);
      expect(codeOf(await world.cancel(other))).toBe('refunded');
      const whole = await world.settled(other);
      expect(whole.calls.map((c) => c.call)).not.toContain('cancel');
    }, 60_000);

    test('trap 5: a cancel that the acquirer refuses fails with an alarm, and a refund does instead', async () => {
      world.changed.capabilities = { cancelUntil: null };
      const id = await world.delivered(account, 3_550, 'cancel-window-over');
      await world.cancel(id);
      expect(states(await world.settled(id))).toEqual(['cancel failed']);
      expect(await world.alarms()).toEqual(['cancel-refused']);
      expect((await world.refund(id)).status).toBe(202);
      expect([states(await world.settled(id)), returned(id)]).toEqual([['cancel failed', 'refund confirmed'], 3_550]);
    }, 60_000);

    test('windows and limits of the contract are kept before anybody is asked', async () => {
      const id = await world.delivered(account);
      await sleep(5);
      world.changed.capabilities = { refundWindowMs: 1 };
      expect(codeOf(await world.refund(id))).toBe('window-over');
      world.changed.capabilities = { cancelUntil: { daysLater: -1, minuteOfDay: 0, zoneOffsetMinutes: 0 } };
      const late = await world.cancel(id);
      expect([codeOf(late), JSON.stringify(late.body).includes('refund it instead')]).toEqual(['window-over', true]);
      world.changed.capabilities = { partialRefunds: false };
      expect(codeOf(await world.refund(id, 100))).toBe('part-not-possible');
      world.changed.capabilities = { refundsMost: 2 };
      for (const status of [202, 202, 409]) expect((await world.refund(id, 100)).status).toBe(status);
      const whole = await world.settled(id);
      expect(whole.returned).toEqual({ requested: 0, confirmed: 200, remaining: 3_350 });
    }, 60_000);
  });

  test('CodePay takes ten refunds of one payment, and the eleventh is not asked for', async () => {
    const id = await world.delivered('codepay');
    for (let n = 0; n < 10; n++) expect((await world.refund(id, 10)).status).toBe(202);
    expect(codeOf(await world.refund(id, 10))).toBe('too-many-refunds');
    await world.settled(id);
    expect(world.returned('codepay', id)).toBe(100);
  }, 60_000);

  test('what the linked wallet that paid allows is kept before anybody is asked', async () => {
    const byToken = (wallet: string, payAt: number) =>
      world.admitted('antom', 1_200, {
        ...{ state: 'delivered', link: 'ab'.repeat(16), issuer: wallet, payAt, confirmedAt: payAt, nextAt: null },
      });
    world.changed.acquirer = () => antomFor(world.sandboxes.antom, { linking: { wallets: antomWallets } });
    const year = 365 * 86_400_000;
    const old = await byToken('alipayhk', Date.now() - year - 1_000);
    expect(codeOf(await world.refund(old))).toBe('window-over');
    const fresh = await byToken('dana', Date.now());
    const answer = await world.cancel(fresh);
    expect([codeOf(answer), JSON.stringify(answer.body).includes('refund it instead')]).toEqual([
      ...['cancel-not-possible', true],
    ]);
    const scanned = await world.admitted('antom', 1_200, { state: 'delivered', payAt: Date.now() - year - 1_000 });
    await world.worker.stop();
    expect((await world.refund(scanned)).status, 'its contract names no window').toBe(202);
    expect((await world.refund(await byToken('alipayhk', Date.now() - year + 60_000), 600)).status).toBe(202);
    expect(world.called).toEqual([]);
  }, 60_000);

  test('only of what was charged and delivered', async () => {
    const approved = await world.approved('antom');
    expect(codeOf(await world.refund(approved))).toBe('not-delivered');
    await world.on(approved, { type: 'vend-reported', delivery: 'doubtful' });
    const doubtful = await world.refund(approved);
    expect([codeOf(doubtful), JSON.stringify(doubtful.body).includes('resolve it first')]).toEqual([
      ...['not-delivered', true],
    ]);
    expect(codeOf(await world.refund('0'.repeat(32)))).toBe('not-found');
  }, 60_000);

  test('trap 5: without the acquirer’s own id it is asked for first', async () => {
    const id = await world.delivered('antom');
    await world.db.query('UPDATE attempt SET acquirer_id = NULL WHERE id = $1', [id]);
    await world.refund(id, 1_000);
    expect([states(await world.settled(id)), world.returned('antom', id)]).toEqual([['refund confirmed'], 1_000]);
  }, 60_000);

  test('the database itself keeps the sum, and what was asked', async () => {
    const id = await world.delivered('antom');
    await world.worker.stop();
    await world.refund(id, 3_000);
    const insert = (amount: number, currency: string) =>
      world.db.query(
        `INSERT INTO refund (id, attempt, kind, number, amount, currency, state, reason, requested_by, requested_at)
         VALUES ('r9', $1, 'refund', 9, $2, $3, 'requested', '', '', 1)`,
        [id, amount, currency],
      );
    await expect(insert(551, 'HKD')).rejects.toThrow('more than was charged');
    await expect(insert(1, 'USD')).rejects.toThrow('another currency');
    await expect(world.db.query('UPDATE refund SET amount = 1')).rejects.toThrow('never changes');
    await world.db.query(`UPDATE refund SET state = 'confirmed', ended_at = 1`);
    await expect(world.db.query(`UPDATE refund SET state = 'failed'`)).rejects.toThrow('final');
  }, 60_000);
});
