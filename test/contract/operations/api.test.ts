import { randomBytes } from 'node:crypto';
import Ajv from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiptOf } from '../../../protocol/ids.js';
import { revokeToken } from '../../../relay/operations/tokens.js';
import { codeOf, openWorld, stages, type World } from './world.js';

type Document = {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { responses: Record<string, { content?: Content }> }>>;
  readonly components: { readonly schemas: Record<string, object> };
};
type Content = Record<string, { readonly schema: object }>;

describe.each(stages)('the operations API on $name', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(kind);
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(() => world.fresh(), 60_000);

  const audit = async () =>
    ((await world.get('/v1/audit')).body['audit'] as Record<string, string>[]).map((a) => [a['act'], a['outcome']]);
  const rows = async () => Number((await world.db.query('SELECT count(*)::int AS n FROM refund'))[0]?.['n']);

  describe('tokens', () => {
    test('are kept as a hash, and each may do what its scopes say', async () => {
      const id = await world.delivered('antom');
      const token = await world.newToken(['read']);
      const stored = JSON.stringify(await world.db.query('SELECT * FROM operations_token'));
      expect(stored).not.toContain(token.slice(3));
      expect((await world.ask('GET', `/v1/payments/${id}`, { token })).status).toBe(200);
      const refused = await world.refund(id, 100, { token });
      expect([refused.status, codeOf(refused)]).toEqual([403, 'scope']);
      expect((await world.ask('GET', '/v1/audit', { token })).status).toBe(403);
      expect(await rows()).toBe(0);
      expect((await audit())[0]?.[1]).toBe('refused: scope');
    });

    test('unknown, revoked and expired ones are nobody, for reading too', async () => {
      const [row] = await world.db.query('SELECT id FROM operations_token');
      const expired = await world.newToken(['read'], 1, Date.now() - 2 * 86_400_000);
      for (const token of ['qz_unknown-one', expired]) {
        expect((await world.ask('GET', '/v1/payments', { token })).status).toBe(401);
      }
      await revokeToken(world.db, String(row?.['id']), Date.now());
      const gone = await world.get('/v1/payments');
      expect([gone.status, gone.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="quietzone"']);
    });

    test('as long as none was ever made, loopback may read, and nobody may write', async () => {
      const id = await world.delivered('antom');
      expect((await world.ask('GET', '/v1/attempts', { token: '' })).status).toBe(401);
      await world.db.query('TRUNCATE operations_token');
      expect((await world.ask('GET', '/v1/attempts', { token: '' })).status).toBe(200);
      expect((await world.ask('GET', '/v1/audit', { token: '' })).status).toBe(401);
      expect((await world.refund(id, 100, { token: '' })).status).toBe(401);
      expect((await world.post('/v1/kiosks/lobby-1/allow', undefined, { token: '' })).status).toBe(401);
      expect(await rows()).toBe(0);
    });

    test('off loopback everything but health needs one', async () => {
      await world.db.query('TRUNCATE operations_token');
      await world.app?.close();
      await world.listen('0.0.0.0');
      try {
        expect((await world.ask('GET', '/v1/attempts', { token: '' })).status).toBe(401);
        expect((await world.ask('GET', '/livez', { token: '' })).status).toBe(200);
      } finally {
        await world.app?.close();
        await world.listen();
      }
    });

    test('whoever tries without one is on record, and cannot fill it', async () => {
      world.log.length = 0;
      await Promise.all(
        Array.from({ length: 90 }, () => world.ask('POST', '/v1/kiosks/x/allow', { token: 'qz_guessed-one' })),
      );
      const [row] = await world.db.query(
        `SELECT count(*)::int AS n FROM audit WHERE outcome = 'refused: unauthorized'`,
      );
      expect(Number(row?.['n'])).toBeGreaterThan(10);
      expect(Number(row?.['n'])).toBeLessThanOrEqual(2 * 60);
      const lines = world.log.filter((line) => 'event' in line && line.event === 'operations-refused');
      expect(lines).toHaveLength(Number(row?.['n']));
    });
  });

  describe('Idempotency-Key', () => {
    test('is required, and its fault is named', async () => {
      const id = await world.delivered('antom');
      for (const key of [undefined, 'short', 'x'.repeat(129)]) {
        const body = { reason: 'x' };
        const asked = await world.ask(
          'POST',
          `/v1/payments/${id}/refunds`,
          key === undefined ? { body } : { body, key },
        );
        expect([asked.status, codeOf(asked)]).toEqual([422, 'idempotency-key']);
      }
      expect(await rows()).toBe(0);
    });

    test('the same request is answered the same, refusals too; another one is refused', async () => {
      const id = await world.delivered('antom');
      const key = 'my-first-key';
      const first = await world.refund(id, 1_000, { key });
      await world.settled(id);
      const again = await world.refund(id, 1_000, { key });
      expect([again.status, again.body]).toEqual([first.status, first.body]);
      expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([
        null,
        'true',
      ]);
      const other = await world.refund(id, 1_001, { key });
      expect([other.status, codeOf(other)]).toEqual([422, 'key-reused']);
      expect(await rows()).toBe(1);
      const tooMuch = await world.refund(id, 9_000, { key: 'my-second-key' });
      const repeated = await world.refund(id, 9_000, { key: 'my-second-key' });
      expect([repeated.status, repeated.body]).toEqual([tooMuch.status, tooMuch.body]);
    });

    test('of two askers the same key is two keys', async () => {
      const id = await world.delivered('antom');
      await world.refund(id, 1_000, { key: 'shared-key' });
      const token = await world.newToken(['refund']);
      expect((await world.refund(id, 500, { key: 'shared-key', token })).status).toBe(202);
      expect(await rows()).toBe(2);
    });

    test('eight at once under one key act once, and hear the same', async () => {
      const id = await world.delivered('antom');
      const asked = await Promise.all(Array.from({ length: 8 }, () => world.refund(id, 100, { key: 'all-at-once' })));
      expect(new Set(asked.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
      expect([asked[0]?.status, await rows()]).toEqual([202, 1]);
      expect(asked.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(7);
      expect((await audit()).filter(([act]) => act === 'refund')).toEqual([['refund', 'done']]);
    });
  });

  test('a payment code typed where words belong is not kept, and not repeated', async () => {
    const id = await world.delivered('antom');
    const code = '281006021234567890123456';
    const asked = await world.post(`/v1/payments/${id}/refunds`, { reason: `scanned ${code}` });
    expect([asked.status, codeOf(asked)]).toEqual([422, 'long-number']);
    const kept = JSON.stringify(await world.db.query('SELECT * FROM audit'));
    expect(kept).toContain('refused: long-number');
    expect(kept + JSON.stringify(asked.body) + JSON.stringify(world.log)).not.toContain(code);
  });

  test('every act is on record: who, what, from where, and what came of it', async () => {
    const id = await world.delivered('antom');
    await world.refund(id, 1_000);
    await world.refund(id, 9_000);
    const { body } = await world.get(`/v1/audit?payment=${id}`);
    expect(body['audit']).toEqual([
      expect.objectContaining({ act: 'refund', attempt: id, outcome: 'refused: too-much' }),
      expect.objectContaining({ act: 'refund', attempt: id, outcome: 'done', origin: '127.0.0.1' }),
    ]);
    expect((body['audit'] as { who: string }[])[0]?.who).toMatch(/^ann \(tk_[0-9a-f]{8}\)$/);
    await expect(world.db.query(`UPDATE audit SET who = 'bob'`)).rejects.toThrow('never changes');
  });

  describe('resolve', () => {
    const resolve = (id: string, found: string) =>
      world.post(`/v1/payments/${id}/resolve`, { found, note: 'asked them' });

    test('a doubtful vend: delivered, shown as a person’s word, and then it can be refunded', async () => {
      const id = await world.approved('antom');
      await world.on(id, { type: 'vend-reported', delivery: 'doubtful' });
      expect(codeOf(await resolve(id, 'returned'))).toBe('not-resolvable');
      expect((await resolve(id, 'delivered')).status).toBe(200);
      const whole = await world.whole(id);
      expect([whole.state, whole.resolved]).toMatchObject(['delivered', { found: 'delivered', note: 'asked them' }]);
      expect(whole.steps.at(-2)).toMatchObject({
        name: 'resolved',
        detail: expect.stringContaining('delivered, by ann'),
      });
      expect((await world.refund(id)).status).toBe(202);
      expect(codeOf(await resolve(id, 'delivered'))).toBe('not-resolvable');
      await world.settled(id);
    });

    test('a doubtful vend: the relay gives the money back', async () => {
      const id = await world.approved('antom');
      await world.on(id, { type: 'vend-reported', delivery: 'doubtful' });
      expect((await resolve(id, 'give-back')).status).toBe(200);
      expect((await world.whole(id)).state).toBe('reversing');
      expect((await world.on(id, { type: 'due', codeHeld: false })).state).toBe('reversing');
      const { acquirer } = world.accounts.of('antom');
      const answer = await acquirer.cancel(id);
      await world.on(id, { type: 'cancel-answered', answer, askedAt: Date.now() });
      expect([(await world.whole(id)).state, world.returned('antom', id)]).toEqual(['reversed', 3_550]);
    });

    test.each([
      ['delivered', 'delivered'],
      ['not-charged', 'declined'],
      ['returned', 'reversed'],
    ])('an attempt with the operator, found %s: %s', async (found, state) => {
      const id = await world.admitted('antom', 3_550, { payAt: Date.now() });
      await world.on(id, { type: 'vend-reported', delivery: 'delivered' });
      expect((await world.whole(id)).state).toBe('operator');
      expect((await resolve(id, found)).status).toBe(200);
      expect((await world.whole(id)).state).toBe(state);
      expect(codeOf(await resolve(id, found))).toBe('not-resolvable');
      expect(await audit()).toEqual([
        ['resolve', 'refused: not-resolvable'],
        ['resolve', 'done'],
      ]);
    });

    test('a refund that was never confirmed', async () => {
      const id = await world.delivered('antom');
      world.changed.acquirer = (real) => ({
        ...real,
        refund: async () => ({ kind: 'unknown', detail: 'timeout' }),
        inquireRefund: async () => ({ kind: 'unknown', detail: 'timeout' }),
      });
      await world.refund(id, 1_000);
      const [refund] = (await world.settled(id)).refunds;
      expect(refund?.state).toBe('operator');
      expect(await world.alarms()).toEqual(['refund-unconfirmed']);
      // It may still be made, so it counts as taken.
      expect((await world.whole(id)).returned).toEqual({ requested: 1_000, confirmed: 0, remaining: 2_550 });
      const settle = () =>
        world.post(`/v1/refunds/${refund?.id}/resolve`, { found: 'not-returned', note: 'asked them' });
      expect((await settle()).status).toBe(200);
      expect((await world.whole(id)).returned).toEqual({ requested: 0, confirmed: 0, remaining: 3_550 });
      expect(codeOf(await settle())).toBe('not-resolvable');
    }, 60_000);
  });

  describe('lists', () => {
    /** So many delivered payments, a second apart; `kiosk` and `reference` tell them apart. */
    const many = (count: number) =>
      world.db.query(
        `INSERT INTO attempt (id, kiosk, order_id, boot, amount, currency, issuer, reference, merchant, account, route,
           acquirer, code_hash, created_at, scanned_at, pay_until, deadline_at, vend_until, landing_until, changed_at, state)
         SELECT md5(n::text), 'kiosk-' || n % 3, n::text, 'b', 100 + n, 'HKD', NULL, '=cmd|' || n, 'shop', 'antom', '',
           'antom', md5('c' || n), 1700000000000 + n * 1000, 1, 1, 1, 1, 1, 1,
           CASE WHEN n % 10 = 0 THEN 'operator' ELSE 'delivered' END
         FROM generate_series(1, $1::int) AS n`,
        [count],
      );
    const ids = ({ body }: { body: Record<string, unknown> }) =>
      (body['payments'] as { id: string }[]).map(({ id }) => id);

    test('page by page: each once, newest first, also when more come meanwhile', async () => {
      await many(120);
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await world.get(`/v1/payments?limit=25${cursor}`);
        seen.push(...ids(page));
        cursor = page.body['next'] === null ? '' : `&cursor=${String(page.body['next'])}`;
        await world.admitted('antom');
      } while (cursor !== '');
      expect([seen.length, new Set(seen).size]).toEqual([120, 120]);
    });

    test('by state, kiosk, account, time, receipt and reference', async () => {
      await many(60);
      const count = async (query: string) => ids(await world.get(`/v1/payments?limit=500&${query}`)).length;
      expect(await count('state=operator')).toBe(6);
      expect(await count('state=operator,delivered')).toBe(60);
      expect(await count('kiosk=kiosk-1')).toBe(20);
      expect(await count('merchant=shop&account=antom')).toBe(60);
      expect(await count('account=codepay')).toBe(0);
      expect(await count('from=2023-11-14T22:13:30Z&to=2023-11-14T22:13:40Z')).toBe(10);
      expect(await count(`reference=${encodeURIComponent('=cmd|7')}`)).toBe(1);
      for (const [n, id] of ids(await world.get('/v1/payments?limit=5')).entries()) {
        const found = await world.get(`/v1/payments?receipt=${receiptOf(id)}&from=2023-01-01`);
        expect([n, ids(found)]).toEqual([n, [id]]);
      }
      const mixed = randomBytes(16)
        .toString('hex')
        .replace(/^.{16}.{8}/, (x) => `${x.slice(0, 16)}ffffffff`);
      await world.db.query('UPDATE kiosk SET name = name');
      await world.admitted('antom', 100, { id: mixed, order: mixed.slice(0, 16) });
      expect(ids(await world.get(`/v1/payments?receipt=${receiptOf(mixed)}`))).toEqual([mixed]);
    });

    test.each([
      ['state=broken', 'state'],
      ['kiosk=a%20b', 'kiosk'],
      ['receipt=00000', 'receipt'],
      ['from=yesterday', 'from'],
      ['limit=501', 'limit'],
      ['cursor=abc', 'cursor'],
      ['what=1', 'invalid'],
    ])('%s is refused, and named', async (query, code) => {
      const found = await world.get(`/v1/payments?${query}`);
      expect([found.status, codeOf(found)]).toEqual([422, code]);
    });

    test('CSV: all of them, in parts, and no cell that a spreadsheet would run', async () => {
      await many(1_203);
      const { headers, body } = await world.get('/v1/payments.csv?kiosk=kiosk-1');
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const lines = String(body['text']).trimEnd().split('\r\n');
      expect(lines).toHaveLength(401 + 1);
      expect(new Set(lines.slice(1).map((line) => line.split(',')[0])).size).toBe(401);
      expect(lines[1]).toContain(",'=cmd|1201,");
      expect(lines[1]).toContain(',13.01,HKD,');
      expect(String(body['text'])).not.toMatch(/(^|,)[=+@-]/m);
    });
  });

  describe('the OpenAPI document', () => {
    const read = async () => (await world.get('/v1/openapi.json')).body as unknown as Document;

    test('has every route, and is made of what checks and writes', async () => {
      const { openapi, paths } = await read();
      expect(openapi).toBe('3.1.0');
      const said = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m} ${path}`));
      const there = world.app?.printRoutes({ commonPrefix: false }) ?? '';
      expect(said.sort()).toEqual([
        ...['get /livez', 'get /readyz', 'get /v1/acquirer-orders/{id}', 'get /v1/alarms', 'get /v1/attempts'],
        ...['get /v1/attempts/events', 'get /v1/attempts/{id}', 'get /v1/audit', 'get /v1/customs-records'],
        ...['get /v1/declarations', 'get /v1/declarations/{id}', 'get /v1/links', 'get /v1/links/{id}'],
        ...['get /v1/payments'],
        ...['get /v1/payments.csv', 'get /v1/payments/{id}', 'get /v1/refunds/{id}', 'get /v1/status'],
        ...['post /v1/declarations/{id}/again', 'post /v1/declarations/{id}/resolve', 'post /v1/kiosks/{name}/allow'],
        ...['post /v1/links/{id}/unlink'],
        ...['post /v1/payments/{id}/cancel', 'post /v1/payments/{id}/declarations', 'post /v1/payments/{id}/refunds'],
        ...['post /v1/payments/{id}/resolve', 'post /v1/refunds/{id}/resolve'],
      ]);
      // One more there: the document itself.
      expect(there.match(/GET|POST/g)).toHaveLength(said.length + 1);
    });

    test('what is only asked for is never answered as if it were done, and what is not said stays as it was', async () => {
      const { paths } = await read();
      const again = 'post /v1/declarations/{id}/again';
      for (const name of ['refunds', 'cancel', 'declarations']
        .map((of) => `post /v1/payments/{id}/${of}`)
        .concat(again)) {
        const [method = '', path = ''] = name.split(' ');
        const codes = Object.keys(paths[path]?.[method]?.responses ?? {});
        expect(codes, name).toEqual(['202', '4XX', '5XX']);
      }
      const said = (path: string): string => JSON.stringify(paths[path]?.['post']);
      expect(said('/v1/payments/{id}/declarations')).toContain('absent: the order as a whole');
      expect(said('/v1/declarations/{id}/again')).toContain('Minor units of CNY; absent: as it was');
      expect(said('/v1/declarations/{id}/again')).not.toContain('the order as a whole');
    });

    test('is what real answers are like', async () => {
      const document = await read();
      const ajv = new Ajv.default({ strict: false, validateFormats: false });
      ajv.addSchema({ $id: 'doc', ...document });
      const check = (method: string, path: string, status: number, body: unknown): void => {
        const { responses } = document.paths[path]?.[method] ?? { responses: {} };
        const key = String(status) in responses ? String(status) : `${String(status)[0]}XX`;
        expect(Object.keys(responses), `${method} ${path}`).toContain(key);
        const pointer = ['paths', path, method, 'responses', key, 'content', 'application/json', 'schema'];
        const at = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
        const valid = ajv.compile({ $ref: `doc#/${encodeURI(at)}` });
        expect([path, valid(body), valid.errors]).toEqual([path, true, null]);
      };
      const id = await world.delivered('antom', 3_550, 'refund-fails-once');
      const refund = await world.refund(id, 1_000);
      check('post', '/v1/payments/{id}/refunds', refund.status, refund.body);
      await world.settled(id);
      const tooMuch = await world.refund(id, 99_999);
      check('post', '/v1/payments/{id}/refunds', tooMuch.status, tooMuch.body);
      const sold = await world.delivered('antom', 2_000, 'approve', 'CNY');
      const declared = await world.post(`/v1/payments/${sold}/declarations`, {});
      check('post', '/v1/payments/{id}/declarations', declared.status, declared.body);
      const declaration = (declared.body['declaration'] as { id: string }).id;
      const again = await world.post(`/v1/declarations/${declaration}/again`, {});
      check('post', '/v1/declarations/{id}/again', again.status, again.body);
      const doubtful = await world.approved('antom');
      await world.on(doubtful, { type: 'vend-reported', delivery: 'doubtful' });
      const resolved = await world.post(`/v1/payments/${doubtful}/resolve`, { found: 'delivered', note: 'x' });
      check('post', '/v1/payments/{id}/resolve', resolved.status, resolved.body);
      for (const [path, asked] of [
        ['/v1/payments', '/v1/payments'],
        ['/v1/payments/{id}', `/v1/payments/${id}`],
        ['/v1/payments/{id}', `/v1/payments/${'0'.repeat(32)}`],
        ['/v1/payments/{id}', `/v1/payments/${doubtful}`],
        ['/v1/refunds/{id}', `/v1/refunds/r1001${id}`],
        ['/v1/payments/{id}', `/v1/payments/${sold}`],
        ['/v1/declarations', '/v1/declarations'],
        ['/v1/declarations/{id}', `/v1/declarations/${declaration}`],
        ['/v1/customs-records', `/v1/customs-records?account=antom&ids=${declaration}`],
        ['/v1/links', '/v1/links'],
        ['/v1/links/{id}', `/v1/links/${id}`],
        ['/v1/audit', '/v1/audit?limit=2'],
        ['/v1/alarms', '/v1/alarms'],
        ['/v1/attempts', '/v1/attempts'],
        ['/v1/attempts/{id}', `/v1/attempts/${id}`],
        ['/v1/status', '/v1/status'],
        ['/livez', '/livez'],
        ['/readyz', '/readyz'],
        ['/v1/acquirer-orders/{id}', '/v1/acquirer-orders/123?account=antom'],
        ['/v1/acquirer-orders/{id}', '/v1/acquirer-orders/123?account=nobody'],
      ] as const) {
        const { status, body } = await world.get(asked);
        check('get', path, status, body);
      }
    }, 60_000);
  });
});
