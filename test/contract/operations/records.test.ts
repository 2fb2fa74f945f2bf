import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { revokeToken } from '../../../relay/operations/tokens.js';
import { until } from '../../support/wait.js';
import { codeOf, openWorld, stages, type World } from './world.js';

/** What is on record of acts that did not come to anything, and what is kept off it. */
describe.each(stages)('the record of acts on $name', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(kind);
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(() => world.fresh(), 60_000);

  /** A server that has heard of no stranger, and has no stream open. */
  const again = async () => {
    await world.app?.close();
    await world.listen();
  };
  const audit = () => world.db.query('SELECT who, act, target, detail, outcome FROM audit ORDER BY id');
  const who = expect.stringMatching(/^ann \(tk_[0-9a-f]{8}\)$/);

  test('an act that the ledger breaks off: it may be said again under its key, and both are on record', async () => {
    const id = await world.delivered('antom');
    await world.worker.stop();
    await world.db.query('ALTER TABLE refund RENAME TO gone');
    const broken = await world.refund(id, 1_000, { key: 'the-same-key' });
    await world.db.query('ALTER TABLE gone RENAME TO refund');
    expect([broken.status, codeOf(broken)]).toEqual([503, 'ledger']);
    expect(await audit()).toMatchObject([{ who, act: 'refund', target: id, outcome: 'failed' }]);
    expect((await world.refund(id, 1_000, { key: 'the-same-key' })).status).toBe(202);
    expect((await audit()).map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
  }, 60_000);

  test.each<[string, object, string]>([
    ['no reason', {}, 'invalid'],
    ['an amount of nothing', { reason: 'x', amount: 0, currency: 'HKD' }, 'invalid'],
    ['an amount without its currency', { reason: 'x', amount: 100 }, 'currency'],
    ['a field that nobody knows', { reason: 'x', note: '281006021234567890123456' }, 'invalid'],
  ])('%s: refused, and on record without a word of it', async (_name, body, code) => {
    const id = await world.delivered('antom');
    const asked = await world.post(`/v1/payments/${id}/refunds`, body);
    expect([asked.status, codeOf(asked)]).toEqual([422, code]);
    const act = 'POST /v1/payments/:id/refunds';
    expect(await audit()).toEqual([{ who, act, target: id, detail: '', outcome: `refused: ${code}` }]);
  });

  test('a token that is good, and not for this: it is on record whose it is, however many strangers come', async () => {
    const id = await world.delivered('antom');
    await Promise.all(Array.from({ length: 70 }, () => world.refund(id, 100, { token: 'qz_guessed-one' })));
    await world.db.query('DELETE FROM audit');
    await world.refund(id, 100, { token: await world.newToken(['read']) });
    expect(await audit()).toMatchObject([{ who, target: id, outcome: 'refused: scope' }]);
  });

  test('a code where an id belongs is not kept, from strangers and from people', async () => {
    await again();
    const code = '281006021234567890123456';
    await world.post(`/v1/payments/${code}/refunds`, { reason: 'x' }, { token: 'qz_guessed-one' });
    await world.post(`/v1/payments/${code}/refunds`, { reason: 'x' });
    await world.post(`/v1/kiosks/${code}%00/allow`);
    const kept = await audit();
    expect(kept.map(({ target }) => target)).toEqual(['', '', '']);
    expect(JSON.stringify([kept, world.log])).not.toContain(code);
  });

  test.each([
    ['an EMV code', 'shown hQVDUFYwMWETTwegAAAAVVVVUACBmJdXEhI0', 'long-number'],
    ['a NUL', 'half\u0000was warm', 'control-character'],
    ['an escape', 'half \u001b[31mwas warm', 'control-character'],
  ])('%s in a reason is refused, not kept, and never asked for again', async (_name, reason, code) => {
    const id = await world.delivered('antom');
    const asked = await world.post(`/v1/payments/${id}/refunds`, { reason });
    expect([asked.status, codeOf(asked)]).toEqual([422, code]);
    expect(await audit()).toMatchObject([{ detail: '', outcome: `refused: ${code}` }]);
  });

  test('two lines, and words of any language, are words', async () => {
    const id = await world.delivered('antom');
    const reason = 'half was warm\n一半是熱的';
    const { body } = await world.post(`/v1/payments/${id}/refunds`, { reason });
    expect(body['refund']).toMatchObject({ reason });
    await world.settled(id);
  }, 60_000);

  test('a NUL in a question is the asker’s fault', async () => {
    const found = await world.get('/v1/payments?reference=a%00b');
    expect([found.status, codeOf(found)]).toEqual([422, 'reference']);
  });

  test('a path that cannot be decoded is answered as all else is', async () => {
    const found = await world.get('/v1/payments/%zz');
    expect([found.status, found.body]).toEqual([
      400,
      { error: { code: 'bad-request', message: 'path: not understood; percent-encode it as UTF-8' } },
    ]);
  });

  test('the document says what a write needs, and what is open to anybody', async () => {
    type Said = { security?: object[]; parameters?: { name: string; required: boolean }[] };
    const paths = (await world.get('/v1/openapi.json')).body['paths'] as Record<string, Record<string, Said>>;
    const open = Object.entries(paths).filter(([, { get }]) => get?.security?.length === 0);
    expect(open.map(([path]) => path)).toEqual(['/livez', '/readyz']);
    const writes = Object.values(paths).flatMap(({ post }) => (post ? [post] : []));
    expect(writes).toHaveLength(9);
    for (const { parameters, security } of writes) {
      expect(security).toBeUndefined();
      expect(parameters).toContainEqual(expect.objectContaining({ name: 'idempotency-key', required: true }));
    }
  });

  describe('streams', () => {
    const stream = (token: string) =>
      fetch(`${world.base}/v1/attempts/events`, { headers: { authorization: `Bearer ${token}` } });
    afterEach(() => vi.useRealTimers());

    test('one whose token is revoked is closed within 15 s; others stay', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      const token = await world.newToken(['read']);
      const [closed, open] = [await stream(token), await stream(world.token)];
      const [row] = await world.db.query('SELECT id FROM operations_token ORDER BY created_at DESC LIMIT 1');
      await revokeToken(world.db, String(row?.['id']), Date.now());
      vi.advanceTimersByTime(15_000);
      expect(await closed.text()).toBe(': open\n\n');
      const reader = open.body?.getReader();
      let heard = '';
      while (!heard.includes('still here')) heard += Buffer.from((await reader?.read())?.value ?? []).toString();
      await reader?.cancel();
    }, 20_000);

    test('no more than 32 at once, and one that is gone makes place', async () => {
      await again();
      const open = await Promise.all(Array.from({ length: 32 }, () => stream(world.token)));
      expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
      const more = await stream(world.token);
      expect([more.status, await more.text()]).toEqual([503, expect.stringContaining('too many streams')]);
      await Promise.all(open.map(({ body }) => body?.cancel()));
      await until('place', async () => {
        const again = await stream(world.token);
        await again.body?.cancel();
        return again.status === 200;
      });
    }, 20_000);
  });

  test('a request that drips is given up, and does not hold its connection for ever', () => {
    expect(world.app?.server.requestTimeout).toBe(30_000);
  });

  test('metrics: on loopback for anybody, elsewhere with a token', async () => {
    const ask = async (host: string, token: string) => {
      await world.app?.close();
      await world.listen(host, async () => ({ type: 'text/plain', body: 'quietzone_up 1' }));
      return (await world.ask('GET', '/metrics', { token })).status;
    };
    try {
      expect(await ask('127.0.0.1', '')).toBe(200);
      expect(await ask('0.0.0.0', '')).toBe(401);
      expect(await ask('0.0.0.0', await world.newToken(['read']))).toBe(200);
    } finally {
      await again();
    }
  });
});
