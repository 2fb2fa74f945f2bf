// The buttons of the page, as the server sees them: who may press, and what a press is taken for.
import { request } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Press } from '../../../../drivers/contract/button.js';
import type { Screen } from '../../../../drivers/contract/display.js';
import { WebFront } from '../../../../drivers/web/front.js';

const asks = (amount: string): Screen => ({
  ...{ kind: 'press-to-pay', tone: 'attention', texts: [{ lang: 'en', title: 'Press to pay', body: '' }], amount },
  actions: [{ button: 'pay', labels: [{ lang: 'en', text: `Pay ${amount}` }] }],
});

let front: WebFront;
let port: number;
let heard: Press[];
beforeEach(async () => {
  heard = [];
  front = new WebFront();
  ({ port } = await front.start());
  front.onPress((press) => heard.push(press));
  front.showScreen(asks('HK$12.00'));
});
afterEach(() => front.stop());

type Sent = { readonly headers?: Record<string, string>; readonly body?: string; readonly method?: string };

function send({ headers = {}, body = '', method = 'POST' }: Sent): Promise<{ status: number; text: string }> {
  const own = { origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json', ...headers };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/press', method, headers: own, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end(body);
  });
}
const press = (shown: number, more: object = {}, headers = {}) =>
  send({ body: JSON.stringify({ button: 'pay', shown, ...more }), headers });

it('takes a press of the screen that is shown', async () => {
  expect((await press(1)).status).toBe(200);
  expect(heard).toEqual([{ button: 'pay' }]);
});

it('takes none that was meant for the screen before: the customer has not seen this amount', async () => {
  front.showScreen(asks('HK$999.00'));
  expect((await press(1)).status).toBe(409);
  expect((await press(2)).status).toBe(200);
  expect(heard).toHaveLength(1);
});

it('is the same screen when only its time left was told again', async () => {
  front.showScreen({ ...asks('HK$12.00'), leftMs: 9_000 });
  expect((await press(2)).status).toBe(409);
  front.showScreen({ ...asks('HK$12.00'), leftMs: 2_000 });
  expect((await press(1)).status).toBe(200);
});

it.each([
  ['another button', { button: 'link' }],
  ['a wallet that is not offered', { button: 'pay', wallet: 'dana' }],
])('takes no press of %s than the screen has', async (_, what) => {
  expect((await press(1, what)).status).toBe(409);
  expect(heard).toEqual([]);
});

it('takes none that nobody would be told of', async () => {
  front.onPress(undefined);
  expect((await press(1)).status).toBe(409);
  front.onPress((pressed) => heard.push(pressed));
  expect((await press(1)).status).toBe(200);
});

it('takes none once nothing is shown', async () => {
  front.showScreen(undefined);
  for (const shown of [1, 2]) expect((await press(shown)).status).toBe(409);
});

it.each(['http://evil.example', 'http://127.0.0.1', 'http://127.0.0.1:1', 'https://127.0.0.1:PORT', 'null', ''])(
  'refuses a page of the origin %j',
  async (origin) => {
    const { status } = await press(1, {}, { origin: origin.replace('PORT', String(port)) });
    expect([status, heard]).toEqual([403, []]);
  },
);

it('refuses a form of another site, which cannot send JSON unasked', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
    expect((await press(1, {}, { 'content-type': type })).status).toBe(415);
  }
  expect(heard).toEqual([]);
});

it.each([
  '',
  '{',
  'null',
  '7',
  '[]',
  '{"button":"pay"}',
  '{"button":"pay","shown":"1"}',
  '{"button":"open","shown":1}',
  '{"button":"pay","shown":1,"wallet":7}',
  `{"button":"pay","shown":1,"x":"${'x'.repeat(2_000)}"}`,
])('refuses the body %.40s', async (body) => {
  const { status, text } = await send({ body });
  expect(status).toBe(400);
  expect(text).toContain('Body: expected');
  expect(heard).toEqual([]);
});

it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])(
  'refuses %s, so that no other site is told that it may ask',
  async (method) => {
    expect((await send({ method })).status).toBe(405);
    expect(heard).toEqual([]);
  },
);
