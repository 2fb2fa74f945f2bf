import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../../relay/ledger/migrate.js';
import { PGliteDatabase } from '../../../../relay/ledger/pglite.js';
import { SqlLedger } from '../../../../relay/ledger/sql-ledger.js';
import { Feed } from '../../../../relay/operations/feed.js';
import { buildOperations } from '../../../../relay/operations/server.js';
import { createToken } from '../../../../relay/operations/tokens.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { Counters } from '../../../../relay/runtime/counters.js';
import { attemptId, Boot, policy, Scene } from '../../../contract/ledger/scene.js';
import { until } from '../../../support/wait.js';
import { oneAccount, ScriptedAcquirer } from '../link/stage.js';

const nobody = new ScriptedAcquirer({});

describe('the operations API', () => {
  const db = new PGliteDatabase();
  const ledger = new SqlLedger(db);
  const feed = new Feed();
  const log: object[] = [];
  const boot = new Boot('a', '');
  let linked = true;
  let clockRight = true;
  let ledgerSilent = false;
  let app: FastifyInstance;
  let scene: Scene;
  let base = '';

  beforeAll(async () => {
    await db.start();
    await migrate(db, await shippedMigrations(), 1);
    const maybeSilent: Database = {
      ...{ kind: db.kind, warnings: [], start: async () => {}, stop: async () => {} },
      query: (text, params) => (ledgerSilent ? new Promise(() => {}) : db.query(text, params)),
      transaction: (work) => db.transaction(work),
    };
    const lines = { info: () => {}, warn: () => {}, error: (fields: object) => log.push(fields) };
    app = buildOperations({
      ...{
        ledger: new SqlLedger(maybeSilent),
        ping: () => maybeSilent.query('SELECT 1'),
        feed,
        counters: new Counters(),
        log: lines,
        instance: 'relay-1',
      },
      ...{ linked: () => linked, clockRight: () => clockRight, host: '127.0.0.1' },
      ...{ db, accounts: oneAccount(nobody, policy), clock: systemClock, firstTellMs: 1_000, acted: () => {} },
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await app.close();
    await db.stop();
  });
  beforeEach(async () => {
    await db.query('TRUNCATE alarm, attempt, kiosk CASCADE');
    scene = new Scene(ledger);
    scene.now = Date.UTC(2026, 10, 22);
    linked = true;
    await scene.hello(boot);
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${base}${path}`, { headers });
  const list = async (path = '/v1/attempts') =>
    ((await (await get(path)).json()) as { attempts: Record<string, unknown>[] }).attempts;

  test('lists attempts, newest first, with each step and its time', async () => {
    await scene.pay(boot, 'A', { issuer: 'alipay', scanMs: scene.now - 40 });
    await scene.on('A', { type: 'due', codeHeld: true });
    scene.now += 1_000;
    await scene.on('A', { type: 'pay-answered', answer: { kind: 'pending' } });
    scene.now += 2_000;
    await scene.abort(boot, 'A');
    await scene.submitted(boot, 'B');
    const [b, a] = await list();
    expect(b).toMatchObject({ attempt: attemptId('B'), standing: 'submitted' });
    expect(a).toEqual({
      ...{ attempt: attemptId('A'), kiosk: 'lobby-1', amount: 3550, currency: 'HKD', issuer: 'alipay' },
      ...{ reference: 'A', standing: 'reversing', reason: 'customer-aborted', receipt: '22222' },
      createdAt: '2026-11-22T00:00:00.000Z',
      steps: [
        { at: '2026-11-22T00:00:00.000Z', name: 'accepted', detail: '', ms: 40 },
        { at: '2026-11-22T00:00:01.000Z', name: 'pay', detail: 'pending' },
        { at: '2026-11-22T00:00:03.000Z', name: 'abort', detail: '' },
        { at: '2026-11-22T00:00:03.000Z', name: 'reversing', detail: 'customer-aborted' },
      ],
    });
    expect(await list('/v1/attempts?limit=1')).toHaveLength(1);
    expect(await (await get(`/v1/attempts/${attemptId('A')}`)).json()).toEqual(a);
  });

  test('an issuer of a pushed table is shown by its name', async () => {
    await scene.pay(boot, 'A', { issuer: 'new-pay2', code: '22J1a9Zk3LmQ7r5T8v' });
    expect((await list()).map((a) => a['issuer'])).toEqual(['new-pay2']);
  });

  test('password pending and doubtful are shown as the kiosk hears them', async () => {
    await scene.submitted(boot, 'A');
    await scene.on('A', { type: 'pay-answered', answer: { kind: 'pending' } });
    await scene.approved(boot, 'B');
    await scene.vend(boot, 'B', 'doubtful');
    expect((await list()).map((a) => a['standing']).sort()).toEqual(['operator', 'password-pending']);
  });

  test('tombstones are not listed, refusals are', async () => {
    await scene.vend(boot, 'A', 'not-delivered');
    await scene.pay(boot, 'B', { amount: 10_001 });
    expect((await list()).map((a) => [a['standing'], a['reason']])).toEqual([['refused', 'over-limit']]);
    expect((await get(`/v1/attempts/${attemptId('A')}`)).status).toBe(404);
  });

  test.each(['0', '501', '-1', 'x', '1e2', '99999'])('limit=%s is refused', async (limit) => {
    const reply = await get(`/v1/attempts?limit=${limit}`);
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({ error: { code: 'limit' } });
  });

  test('alarms, newest first', async () => {
    await scene.submitted(boot, 'A');
    await scene.on('A', { type: 'pay-answered', answer: { kind: 'paid', money: { amount: 1, currency: 'HKD' } } });
    await scene.vend(boot, 'B', 'delivered');
    const { alarms } = (await (await get('/v1/alarms')).json()) as { alarms: Record<string, unknown>[] };
    expect(alarms.map((a) => a['kind'])).toEqual(['unknown-attempt', 'wrong-amount']);
    expect(alarms[1]).toMatchObject({ kiosk: 'lobby-1', attempt: attemptId('A'), receipt: '22222' });
  });

  test('streams every change of an attempt, in order', async () => {
    const aborter = new AbortController();
    const stream = await fetch(`${base}/v1/attempts/events`, { signal: aborter.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const part of stream.body ?? []) text += Buffer.from(part).toString();
    })().catch(() => {});
    const seen = () =>
      text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6)).standing] : []));
    await scene.submitted(boot, 'A');
    feed.changed(attemptId('A'));
    await until('the first', () => seen().length === 1);
    await scene.on('A', { type: 'pay-answered', answer: { kind: 'paid', money: { amount: 3550, currency: 'HKD' } } });
    feed.changed(attemptId('A'));
    await until('the second', () => seen().length === 2);
    expect(seen()).toEqual(['submitted', 'approved']);
    aborter.abort();
    await reading;
  });

  test('not ready when the wall clock was set, or the ledger does not answer in time', async () => {
    clockRight = false;
    const reply = await get('/readyz');
    clockRight = true;
    expect([reply.status, await reply.json()]).toEqual([503, { ledger: true, broker: true, clock: false }]);
    ledgerSilent = true;
    const began = performance.now();
    const late = await get('/readyz');
    ledgerSilent = false;
    expect([late.status, await late.json()]).toEqual([503, { ledger: false, broker: true, clock: true }]);
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  test.each(['%00', 'x', 'AB'.repeat(16), 'ab'.repeat(17), "'; --"])('no attempt is called %s: 404', async (id) => {
    const reply = await get(`/v1/attempts/${id}`);
    expect(reply.status).toBe(404);
    expect(log).toEqual([]);
  });

  test("an alarm of the relay itself is no kiosk's", async () => {
    const alarm = { at: 0, kind: 'clock', kiosk: '', attempt: null, detail: 'set' } as const;
    await ledger.transaction((tx) => tx.raiseAlarm(alarm));
    const { alarms } = (await (await get('/v1/alarms')).json()) as { alarms: unknown[] };
    expect(alarms).toEqual([{ at: '1970-01-01T00:00:00.000Z', kind: 'clock', detail: 'set' }]);
  });

  test('alive always, ready only with ledger and broker', async () => {
    expect((await get('/livez')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    linked = false;
    const reply = await get('/readyz');
    expect([reply.status, await reply.json()]).toEqual([503, { ledger: true, broker: false, clock: true }]);
    expect((await get('/livez')).status).toBe(200);
  });

  test('no answer holds a code or its hash', async () => {
    const { code } = scene.payFrame(boot, 'A');
    await scene.approved(boot, 'A');
    const [row] = await db.query('SELECT code_hash FROM attempt');
    const texts = await Promise.all(
      ['/v1/attempts', '/v1/alarms', '/v1/status'].map(async (p) => (await get(p)).text()),
    );
    expect(texts.join()).toContain(attemptId('A'));
    expect(texts.join()).not.toContain(code);
    expect(texts.join()).not.toContain(String(row?.['code_hash']));
  });

  describe('pages', () => {
    test.each(['http://127.0.0.1:8080', 'http://localhost:3000', 'http://[::1]:1'])(
      'of %s may read',
      async (origin) => {
        const reply = await get('/v1/attempts', { origin });
        expect(reply.headers.get('access-control-allow-origin')).toBe(origin);
      },
    );

    test.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'http://127.0.0.1.evil.example'])(
      'of %s may not',
      async (origin) => {
        const reply = await get('/v1/attempts', { origin });
        expect(reply.status).toBe(403);
        expect(reply.headers.get('access-control-allow-origin')).toBeNull();
        expect(await reply.text()).not.toContain('attempts');
      },
    );

    test('of a name that was made to point here may not', async () => {
      const status = await new Promise((resolve, reject) => {
        const asked = request(`${base}/v1/attempts`, { headers: { host: 'evil.example' } }, (reply) => {
          reply.resume();
          resolve(reply.statusCode);
        });
        asked.on('error', reject).end();
      });
      expect(status).toBe(403);
    });

    test('may not post', async () => {
      const origin = 'http://localhost:3000';
      const reply = await fetch(`${base}/v1/kiosks/lobby-1/allow`, { method: 'POST', headers: { origin } });
      expect(reply.status).toBe(403);
    });
  });

  test('a kiosk that was shut out is allowed again, once', async () => {
    await db.query('UPDATE kiosk SET blocked_at = 1, nonce = NULL');
    const token = await createToken(db, { name: 'staff', scopes: ['admin'], days: 1 }, Date.now(), randomBytes);
    const allow = (key: string) =>
      fetch(`${base}/v1/kiosks/lobby-1/allow`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token.secret}`, 'idempotency-key': key },
      });
    expect((await allow('first-one')).status).toBe(200);
    expect((await allow('another-one')).status).toBe(404);
    expect(await scene.said(boot)).toBe('greet');
    await db.query('TRUNCATE operations_token');
  });

  test('what does not exist is 404, a broken ledger 503 without its words', async () => {
    expect((await get('/v1/nonsense')).status).toBe(404);
    await db.query('ALTER TABLE alarm RENAME TO away');
    const reply = await get('/v1/alarms');
    await db.query('ALTER TABLE away RENAME TO alarm');
    expect(reply.status).toBe(503);
    expect(await reply.text()).not.toContain('relation');
    expect(log).toHaveLength(1);
  });
});

test('each alarm that a relay can raise has its line for the person who reads it', async () => {
  const [types, page] = await Promise.all(
    ['relay/payment/types.ts', 'relay/operations/README.md'].map((file) => readFile(file, 'utf8')),
  );
  const union = /export type AlarmKind =([^;]+);/.exec(types ?? '')?.[1] ?? '';
  const kinds = [...union.matchAll(/'([a-z-]+)'/g)].map(([, kind]) => kind ?? '');
  expect(kinds.length).toBeGreaterThan(20);
  const lines = (page ?? '').split('\n').filter((line) => line.startsWith('| `'));
  expect(kinds.filter((kind) => !lines.some((line) => line.split('|')[1]?.includes(`\`${kind}\``)))).toEqual([]);
});
