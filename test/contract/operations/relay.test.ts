import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Relay, startRelay } from '../../../relay/main.js';
import { until } from '../../support/wait.js';
import { testConfig, testSecrets } from '../../unit/relay/link/stage.js';
import { openWorld, stages, states, type World } from './world.js';

/** A whole relay, as the program puts it together, without a broker: what people ask of it is done by it. */
describe.each(stages)('a relay on $name', (kind) => {
  let world: World;
  let relay: Relay | undefined;
  beforeAll(async () => {
    world = await openWorld(kind);
  }, 120_000);
  afterAll(async () => {
    await relay?.stop();
    await world.stop();
  }, 60_000);
  beforeEach(async () => {
    await world.fresh();
    await world.worker.stop();
  }, 60_000);

  const start = async (): Promise<string> => {
    const quiet = { info: () => {}, warn: () => {}, error: () => {} };
    const { acquirer } = world.accounts.of('antom');
    const config = testConfig('mqtt://127.0.0.1:1');
    relay = await startRelay(config, testSecrets, { log: quiet, database: world.db, acquirer });
    return `http://127.0.0.1:${relay.ports.api}`;
  };
  const post = (url: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
        'idempotency-key': randomBytes(8).toString('hex'),
      },
      body: JSON.stringify(body),
    });

  test('gives back what is asked, and what was asked before it started; a person’s word moves an attempt', async () => {
    // Its account goes by the adapter's name in the config of a test relay.
    const [before, id, doubtful] = [
      await world.delivered('antom'),
      await world.delivered('antom'),
      await world.approved('antom'),
    ];
    await world.on(doubtful, { type: 'vend-reported', delivery: 'doubtful' });
    await world.refund(before, 100);
    const base = await start();
    expect((await post(`${base}/v1/payments/${id}/refunds`, { reason: 'x' })).status).toBe(202);
    const resolved = await post(`${base}/v1/payments/${doubtful}/resolve`, { found: 'give-back', note: 'x' });
    expect(resolved.status).toBe(200);
    expect(states(await world.settled(before))).toEqual(['refund confirmed']);
    expect(states(await world.settled(id))).toEqual(['refund confirmed']);
    await until('the reversal', async () => (await world.whole(doubtful)).state === 'reversed', 30_000);
    expect([before, id, doubtful].map((p) => world.returned('antom', p))).toEqual([100, 3_550, 3_550]);
    const { counters } = (await (
      await fetch(`${base}/v1/status`, { headers: { authorization: `Bearer ${world.token}` } })
    ).json()) as {
      counters: Record<string, number>;
    };
    expect(counters['call-refund']).toBe(2);
    await relay?.stop();
    relay = undefined;
  }, 120_000);

  test('several at once share the work: each refund is sent once', async () => {
    const id = await world.delivered('antom', 3_550);
    for (let n = 0; n < 8; n++) await world.refund(id, 100);
    const workers = ['relay-1', 'relay-2', 'relay-3'].map((name) => world.newWorker(name));
    await Promise.all(workers.map((worker) => worker.start()));
    const whole = await world.settled(id);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(whole.returned).toEqual({ requested: 0, confirmed: 800, remaining: 2_750 });
    expect(whole.calls.filter((c) => c.call === 'refund')).toHaveLength(8);
    expect(world.returned('antom', id)).toBe(800);
  }, 120_000);

  test('an order as its acquirer shows it: a sale of ours, and a refund, which is none', async () => {
    world.worker = world.newWorker('relay-1');
    await world.worker.start();
    const id = await world.delivered('codepay');
    await world.refund(id, 1_000);
    await world.settled(id);
    const [row] = await world.db.query('SELECT acquirer_id FROM attempt WHERE id = $1', [id]);
    const look = async (order: string) => (await world.get(`/v1/acquirer-orders/${order}?account=codepay`)).body;
    const sale = String(row?.['acquirer_id']);
    expect(await look(sale)).toMatchObject({ found: true, kind: 'sale', state: 'paid', payment: id, amount: 3_550 });
    const refund = String(BigInt(sale) + 1n).padStart(sale.length, '0');
    expect(await look(refund)).toMatchObject({ found: true, kind: 'refund', state: 'refunded', payment: null });
    expect(await look('123')).toMatchObject({ found: false, kind: null });
    const refused = await world.get('/v1/acquirer-orders/123?account=antom');
    expect([refused.status, refused.body]).toEqual([
      422,
      {
        error: {
          code: 'no-look-up',
          message: 'account: "antom" is with antom, which is not asked for orders by its own id; expected codepay',
        },
      },
    ]);
  }, 60_000);
});
