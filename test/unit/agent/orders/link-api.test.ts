import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOrderApi, type OrderApi } from '../../../../agent/orders/api.js';
import type { Linked, LinkStatus, OrderDesk } from '../../../../agent/orders/desk.js';
import { OrderLog } from '../../../../agent/orders/log.js';
import { StartingDesk } from '../../../../agent/orders/starting-desk.js';

const LINK = 'ab'.repeat(16);
const order = '00112233445566aa';

/** What the desk answers next, and what it was asked. */
let link: Linked;
let linking: LinkStatus | undefined;
let taken: boolean;
let asked: unknown[];
let api: OrderApi;
let port: number;

const desk: OrderDesk = {
  place: () => ({ ok: false, code: 'busy' }),
  cancel: () => 'unknown',
  report: () => false,
  status: () => ({ kiosk: 'k1', service: 'in-service', version: '1', counters: {} }),
  link(wallet) {
    asked.push(['link', wallet]);
    return link;
  },
  dropLink() {
    asked.push(['drop']);
    return taken;
  },
  linking: () => linking,
  press(given) {
    asked.push(['press', given]);
    return taken;
  },
};

async function serve(served: OrderDesk): Promise<void> {
  api = createOrderApi({ desk: served, log: new OrderLog(), port: 0 });
  ({ port } = await api.start());
}

beforeEach(async () => {
  link = { ok: true, link: LINK };
  [linking, taken, asked] = [undefined, true, []];
  await serve(desk);
});
afterEach(() => api.stop());

async function call(method: string, path: string, body?: unknown, type = 'application/json') {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const headers = body === undefined ? {} : { 'content-type': type };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...content });
  return { status: response.status, json: await response.json() };
}

describe('POST /v1/link', () => {
  it('answers with the link', async () => {
    const reply = await call('POST', '/v1/link', { wallet: 'alipayhk' });
    expect(reply).toEqual({ status: 201, json: { link: LINK, wallet: 'alipayhk' } });
    expect(asked).toEqual([['link', 'alipayhk']]);
  });

  it.each([
    [{ wallet: 'AlipayHK' }, 'wallet', /found a text of 8 characters, expected a wallet/],
    [{ wallet: '' }, 'wallet', /found a text of 0/],
    [{ wallet: 7 }, 'wallet', /found a number/],
    [{}, 'wallet', /found nothing/],
    [{ wallet: 'dana', amount: '1' }, 'amount', /unknown field, expected only wallet/],
  ])('refuses %j', async (body, field, message) => {
    const { status, json } = await call('POST', '/v1/link', body);
    expect([status, json]).toEqual([
      422,
      { error: { code: 'bad-field', field, message: expect.stringMatching(message) } },
    ]);
    expect(asked).toEqual([]);
  });

  it.each<[Linked, number, object]>([
    [{ ok: false, code: 'busy' }, 409, { code: 'busy' }],
    [{ ok: false, code: 'no-display' }, 409, { code: 'no-display', message: expect.stringContaining('staffed desk') }],
    [{ ok: false, code: 'out-of-service', reason: 'relay' }, 503, { code: 'out-of-service', reason: 'relay' }],
  ])('tells why not: %j', async (answer, status, error) => {
    link = answer;
    expect(await call('POST', '/v1/link', { wallet: 'dana' })).toMatchObject({ status, json: { error } });
  });
});

describe('the link that there is', () => {
  it('is shown, and that there was none', async () => {
    expect(await call('GET', '/v1/link')).toMatchObject({ status: 404, json: { error: { code: 'no-link' } } });
    linking = { link: LINK, wallet: 'dana', state: 'opened', digits: '47', leftMs: 9_000 };
    expect(await call('GET', '/v1/link')).toEqual({ status: 200, json: linking });
  });

  it('is given up', async () => {
    expect(await call('DELETE', '/v1/link')).toEqual({ status: 200, json: { result: 'given-up' } });
    taken = false;
    expect(await call('DELETE', '/v1/link')).toMatchObject({ status: 409, json: { error: { code: 'no-link' } } });
  });
});

describe('POST /v1/press', () => {
  it('presses, for an order or for whatever waits', async () => {
    for (const body of [{}, { order }]) {
      expect(await call('POST', '/v1/press', body)).toEqual({ status: 200, json: { result: 'pressed' } });
    }
    expect(asked).toEqual([
      ['press', undefined],
      ['press', order],
    ]);
  });

  it('says that nothing waits for it', async () => {
    taken = false;
    expect(await call('POST', '/v1/press', {})).toMatchObject({ status: 409, json: { error: { code: 'not-asked' } } });
  });

  it.each([[{ order: 'a b' }], [{ order: 7 }], [{ wallet: 'dana' }]])('refuses %j', async (body) => {
    expect((await call('POST', '/v1/press', body)).status).toBe(422);
    expect(asked).toEqual([]);
  });

  it('is for no web page: a form cannot press, and neither can an empty body', async () => {
    expect((await call('POST', '/v1/press', '{}', 'text/plain')).status).toBe(415);
    expect((await call('POST', '/v1/press', '')).status).toBe(400);
    expect(asked).toEqual([]);
  });
});

it.each([
  ['PUT', '/v1/link', 'POST, GET, DELETE'],
  ['GET', '/v1/press', 'POST'],
])('tells for %s %s what it takes', async (method, path, allow) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
});

it('while the agent starts nothing is linked and nothing pressed', async () => {
  await api.stop();
  await serve(new StartingDesk('k1', '1'));
  const refused = { status: 503, json: { error: { code: 'out-of-service', reason: 'starting' } } };
  expect(await call('POST', '/v1/link', { wallet: 'dana' })).toMatchObject(refused);
  expect((await call('POST', '/v1/press', {})).status).toBe(409);
  expect((await call('GET', '/v1/link')).status).toBe(404);
  expect((await call('DELETE', '/v1/link')).status).toBe(409);
});
