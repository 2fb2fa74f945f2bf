import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOrderApi, type OrderApi } from '../../../../agent/orders/api.js';
import type { Cancelled, OrderDesk, OrderRequest, Placed } from '../../../../agent/orders/desk.js';
import { OrderLog } from '../../../../agent/orders/log.js';
import { STREAMS_MAX } from '../../../../agent/orders/streams.js';

/** What the desk answers next, and what it was asked. */
type Rig = { place: Placed | undefined; cancel: Cancelled; report: boolean; asked: unknown[]; broken: boolean };

let rig: Rig;
let log: OrderLog;
let api: OrderApi;
let port: number;
let faults: unknown[];
const sockets: Socket[] = [];

function desk(): OrderDesk {
  return {
    place(order: OrderRequest) {
      rig.asked.push(order);
      if (rig.broken) throw new Error('secret detail');
      if (rig.place) return rig.place;
      const placed = { id: '00112233445566aa', ...order };
      log.publish(placed.id, { state: 'armed' }, 5);
      return { ok: true, order: placed };
    },
    cancel(id) {
      rig.asked.push(['cancel', id]);
      return rig.cancel;
    },
    report(id, result) {
      rig.asked.push(['report', id, result]);
      return rig.report;
    },
    // Linked wallets: link-api.test.ts.
    link: () => ({ ok: false, code: 'busy' }),
    dropLink: () => false,
    linking: () => undefined,
    press: () => false,
    status: () => ({ kiosk: 'k1', service: 'in-service', version: '1', counters: { scans: 3 } }),
  };
}

beforeEach(async () => {
  rig = { place: undefined, cancel: 'cancelled', report: true, asked: [], broken: false };
  log = new OrderLog();
  faults = [];
  api = createOrderApi({ desk: desk(), log, port: 0, heartbeatMs: 20, onFault: (error) => faults.push(error) });
  ({ port } = await api.start());
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await api.stop();
});

type Reply = { status: number; headers: IncomingHttpHeaders; text: string; json: unknown };

function call(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const request = httpRequest(
      { port, host: '127.0.0.1', method, path, headers: { ...type, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const isJson = response.headers['content-type']?.startsWith('application/json');
          const json: unknown = isJson ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const good = { amount: '35.50', currency: 'HKD', reference: 'A-12' };
const place = (fields: object = good) => call('POST', '/v1/orders', JSON.stringify(fields));
const id = '00112233445566aa';

/** A stream that is read as it comes. */
async function follow(path: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers, signal: stop.signal });
  const stream = { text: '', ended: false, status: response.status, type: response.headers.get('content-type') };
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) stream.text += decoder.decode(chunk as Uint8Array);
    stream.ended = true;
  };
  read().catch(() => {});
  const events = (): Record<string, unknown>[] =>
    [...stream.text.matchAll(/^data: (.*)$/gm)].map((m) => JSON.parse(m[1] ?? '') as Record<string, unknown>);
  const states = (): unknown[] => events().map((event) => event['state']);
  return { stream, events, states, stop: () => stop.abort() };
}

const until = async (what: () => boolean): Promise<void> => {
  await expect.poll(what, { timeout: 5_000, interval: 5 }).toBe(true);
};

describe('placing an order', () => {
  it('answers with the order', async () => {
    const reply = await place();
    expect(reply).toMatchObject({ status: 201, json: { id, ...good } });
    expect(rig.asked).toEqual([{ amount: 3550, currency: 'HKD', reference: 'A-12' }]);
  });

  it.each([
    [{ ...good, amount: '35.505' }, 'amount', /expected a decimal .*2 places/],
    [{ ...good, amount: '0' }, 'amount', /more than nothing/],
    [{ ...good, amount: '-1' }, 'amount', /decimal/],
    [{ ...good, amount: 35.5 }, 'amount', /found a number, expected a decimal text/],
    [{ ...good, amount: '1.5', currency: 'JPY' }, 'amount', /expected a decimal .*0 places/],
    [{ ...good, currency: 'hkd' }, 'currency', /found a text of 3 characters, expected an ISO 4217/],
    [{ ...good, currency: '__proto__' }, 'currency', /ISO 4217/],
    [{ amount: '1', reference: 'A' }, 'currency', /found nothing/],
    [{ ...good, reference: '' }, 'reference', /found a text of 0 characters, expected 1 to 32/],
    [{ ...good, reference: 'x'.repeat(33) }, 'reference', /found a text of 33/],
    [{ ...good, reference: '茶' }, 'reference', /printable ASCII/],
    [{ ...good, reference: 'a\nb' }, 'reference', /printable ASCII/],
    [{ ...good, reference: ['x'] }, 'reference', /found a list/],
    [{ ...good, tip: '1' }, 'tip', /unknown field, expected only amount, currency, reference/],
  ])('refuses %j', async (fields, field, message) => {
    const { status, json } = await place(fields);
    expect(status).toBe(422);
    expect(json).toEqual({ error: { code: 'bad-field', field, message: expect.stringMatching(message) } });
    expect(rig.asked).toEqual([]);
  });

  it.each([
    ['{"amount":', 400, 'bad-json'],
    ['', 400, 'bad-json'],
    ['[]', 400, 'bad-json'],
    ['null', 400, 'bad-json'],
    [`{"amount":"${'1'.repeat(100_000)}"}`, 413, 'too-large'],
  ])('refuses a body that is no object of JSON, or large: %.20s', async (body, status, code) => {
    expect(await call('POST', '/v1/orders', body)).toMatchObject({ status, json: { error: { code } } });
    expect(rig.asked).toEqual([]);
  });

  it('tells that it is busy or out of service, and why', async () => {
    rig.place = { ok: false, code: 'busy' };
    expect(await place()).toMatchObject({ status: 409, json: { error: { code: 'busy' } } });
    rig.place = { ok: false, code: 'out-of-service', reason: 'relay' };
    expect(await place()).toMatchObject({ status: 503, json: { error: { code: 'out-of-service', reason: 'relay' } } });
  });

  it('places no order where a machine does, and does all else', async () => {
    await api.stop();
    api = createOrderApi({ desk: desk(), log, port: 0, byMachine: true });
    ({ port } = await api.start());
    expect(await place()).toMatchObject({ status: 409, json: { error: { code: 'by-machine' } } });
    expect(rig.asked).toEqual([]);
    expect(await call('GET', '/v1/status')).toMatchObject({ status: 200 });
  });

  it('answers a fault of its own without detail, and reports it', async () => {
    rig.broken = true;
    const reply = await place();
    expect(reply).toMatchObject({ status: 500, json: { error: { code: 'internal' } } });
    expect(reply.text).not.toContain('secret detail');
    expect(faults.map(String)).toEqual(['Error: secret detail']);
  });
});

describe('who may call', () => {
  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example:7081'])(
    'refuses the Host %j',
    async (host) => {
      const reply = await call('GET', '/v1/status', undefined, { host });
      expect(reply.status).toBe(403);
      expect(reply.json).toMatchObject({ error: { code: 'host' } });
    },
  );

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST:7081', '[::1]:7081'])('takes the Host %s', async (host) => {
    expect((await call('GET', '/v1/status', undefined, { host })).status).toBe(200);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/json', ''])(
    'refuses the content type %j, which a page of another site can post',
    async (type) => {
      const reply = await call('POST', '/v1/orders', JSON.stringify(good), { 'content-type': type });
      expect(reply).toMatchObject({ status: 415, json: { error: { code: 'content-type' } } });
      expect(rig.asked).toEqual([]);
    },
  );

  it('gives a browser no leave to call from another site', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'DELETE' };
    const reply = await call('OPTIONS', `/v1/orders/${id}`, undefined, headers);
    expect(reply.status).toBe(405);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('takes a charset beside the content type', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await call('POST', '/v1/orders', JSON.stringify(good), headers)).status).toBe(201);
  });
});

describe('an order', () => {
  beforeEach(async () => {
    await place();
    rig.asked = [];
  });

  it('is shown with its last state and all its events', async () => {
    log.publish(id, { state: 'password-pending', leftMs: 9 }, 6);
    expect((await call('GET', `/v1/orders/${id}?x=1`)).json).toEqual({
      id,
      ...good,
      at: 6,
      state: 'password-pending',
      leftMs: 9,
      events: [
        { at: 5, state: 'armed' },
        { at: 6, state: 'password-pending', leftMs: 9 },
      ],
    });
  });

  it('is cancelled, aborted, or cannot be any more', async () => {
    expect(await call('DELETE', `/v1/orders/${id}`)).toMatchObject({ status: 200, json: { id, result: 'cancelled' } });
    rig.cancel = 'aborting';
    expect(await call('DELETE', `/v1/orders/${id}`)).toMatchObject({ status: 202, json: { id, result: 'aborting' } });
    rig.cancel = 'unknown';
    expect(await call('DELETE', `/v1/orders/${id}`)).toMatchObject({ status: 409, json: { error: { code: 'ended' } } });
    expect(rig.asked).toHaveLength(3);
  });

  it('takes the vend of the kiosk app, when it waits for one', async () => {
    const vend = (body: string) => call('POST', `/v1/orders/${id}/vend`, body);
    expect(await vend('{"result":"failed"}')).toMatchObject({ status: 200, json: { id, result: 'failed' } });
    rig.report = false;
    expect(await vend('{"result":"delivered"}')).toMatchObject({
      status: 409,
      json: { error: { code: 'not-vending' } },
    });
    expect(await vend('{"result":"maybe"}')).toMatchObject({ status: 422, json: { error: { field: 'result' } } });
    expect(rig.asked).toEqual([
      ['report', id, 'failed'],
      ['report', id, 'delivered'],
    ]);
  });

  it.each([
    ['GET', '/v1/orders/ffffffffffffffff', 404, 'unknown-order'],
    ['DELETE', '/v1/orders/ffffffffffffffff', 404, 'unknown-order'],
    ['GET', '/v1/orders/ffffffffffffffff/events', 404, 'unknown-order'],
    ['GET', '/v1/orders/%2e%2e', 404, 'unknown-order'],
    ['GET', '/v1/nothing', 404, 'unknown-path'],
    ['GET', '/', 404, 'unknown-path'],
    ['GET', '/v1/orders', 405, 'method'],
    ['PUT', '/v1/status', 405, 'method'],
  ])('%s %s → %i %s', async (method, path, status, code) => {
    const reply = await call(method, path);
    expect(reply).toMatchObject({ status, json: { error: { code } } });
    if (status === 405) expect(reply.headers.allow).toMatch(/POST|GET/);
    expect(rig.asked).toEqual([]);
  });
});

it('shows the status', async () => {
  expect((await call('GET', '/v1/status')).json).toEqual(desk().status());
});

describe('following', () => {
  it('replays the history, follows, and ends after the last event', async () => {
    await place();
    log.publish(id, { state: 'submitted', attempt: 'x', scanToPublishMs: 1.5 }, 6);
    const f = await follow(`/v1/orders/${id}/events`);
    expect(f.stream.type).toBe('text/event-stream');
    await until(() => f.events().length === 2);
    log.publish('other', { state: 'armed' }, 7);
    log.publish(id, { state: 'approved' }, 8);
    log.publish(id, { state: 'ended', outcome: 'delivered', receipt: 'K7MQ2' }, 9);
    await until(() => f.stream.ended);
    expect(f.events()).toEqual([
      { at: 5, state: 'armed' },
      { at: 6, state: 'submitted', attempt: 'x', scanToPublishMs: 1.5 },
      { at: 8, state: 'approved' },
      { at: 9, state: 'ended', outcome: 'delivered', receipt: 'K7MQ2' },
    ]);
  });

  it('replays an order that has ended, and ends', async () => {
    await place();
    log.publish(id, { state: 'ended', outcome: 'cancelled' }, 6);
    const f = await follow(`/v1/orders/${id}/events`);
    await until(() => f.stream.ended);
    expect(f.states()).toEqual(['armed', 'ended']);
  });

  it('goes on where a follower was cut off, and keeps away one that has all', async () => {
    await place();
    log.publish(id, { state: 'approved' }, 6);
    log.publish(id, { state: 'ended', outcome: 'delivered' }, 7);
    const again = await follow(`/v1/orders/${id}/events`, { 'last-event-id': '2' });
    await until(() => again.stream.ended);
    expect(again.states()).toEqual(['ended']);
    const all = await follow(`/v1/orders/${id}/events`, { 'last-event-id': '3' });
    expect(all.stream.status).toBe(204);
  });

  it('says from time to time that it is there', async () => {
    await place();
    const f = await follow(`/v1/orders/${id}/events`);
    await until(() => f.stream.text.split(': heartbeat\n\n').length > 3);
    expect(f.states()).toEqual(['armed']);
    f.stop();
  });

  it('follows every order from the open ones on, without an end', async () => {
    log.publish('past', { state: 'armed' }, 1);
    log.publish('past', { state: 'ended', outcome: 'delivered' }, 2);
    await place();
    const f = await follow('/v1/events');
    await until(() => f.events().length === 1);
    log.publish(id, { state: 'ended', outcome: 'cancelled' }, 6);
    log.publish('next', { state: 'armed' }, 7);
    await until(() => f.events().length === 3);
    expect(f.events().map((e) => [e['order'], e['at'], e['state']])).toEqual([
      [id, 5, 'armed'],
      [id, 6, 'ended'],
      ['next', 7, 'armed'],
    ]);
    expect(f.stream.ended).toBe(false);
    f.stop();
  });

  it('frees the place of a follower that goes away', async () => {
    await place();
    const all = await Promise.all(Array.from({ length: STREAMS_MAX }, () => follow(`/v1/orders/${id}/events`)));
    const refused = await call('GET', `/v1/orders/${id}/events`);
    expect(refused).toMatchObject({ status: 503, json: { error: { code: 'too-many-streams' } } });
    all[0]?.stop();
    await expect
      .poll(async () => {
        const f = await follow(`/v1/orders/${id}/events`);
        return f.stream.status;
      })
      .toBe(200);
    for (const f of all) f.stop();
  });

  it('stops listening for a follower that is gone', async () => {
    let listening = 0;
    const counted = new OrderLog();
    const subscribe = counted.subscribe.bind(counted);
    counted.subscribe = (order, listener) => {
      listening += 1;
      const stop = subscribe(order, listener);
      return () => {
        listening -= 1;
        stop();
      };
    };
    await api.stop();
    log = counted;
    api = createOrderApi({ desk: desk(), log, port: 0 });
    ({ port } = await api.start());
    await place();
    const f = await follow(`/v1/orders/${id}/events`);
    await until(() => listening === 1);
    f.stop();
    await until(() => listening === 0);
    const last = await follow(`/v1/orders/${id}/events`);
    log.publish(id, { state: 'ended', outcome: 'cancelled' }, 6);
    await until(() => last.stream.ended && listening === 0);
  });

  it('cuts off a follower that does not read, and nobody else', async () => {
    await place();
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let head = '';
    socket.on('error', () => {});
    socket.write('GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise<void>((resolve) => {
      socket.once('data', (chunk: Buffer) => {
        head = chunk.toString();
        socket.pause();
        resolve();
      });
    });
    expect(head).toContain('200 OK');
    const reader = await follow(`/v1/orders/${id}/events`);
    const reference = 'x'.repeat(60_000);
    for (let i = 0; i < 1_000; i++) {
      log.publish('flood', { state: 'ended', outcome: 'delivered', receipt: reference }, i);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // 60 MB were published, more than any socket holds: a follower that were kept would get them all now.
    let closed = false;
    socket.once('close', () => {
      closed = true;
    });
    socket.resume();
    await until(() => closed);
    log.publish(id, { state: 'approved' }, 6);
    await until(() => reader.events().length === 2);
    reader.stop();
  });

  it('ends all streams and frees the port when it stops', async () => {
    await place();
    const f = await follow(`/v1/orders/${id}/events`);
    await api.stop();
    const again = createOrderApi({ desk: desk(), log, port });
    expect(await again.start()).toEqual({ port });
    await expect(createOrderApi({ desk: desk(), log, port }).start()).rejects.toThrow(/EADDRINUSE/);
    await again.stop();
    f.stop();
  });
});
