import { afterEach, describe, expect, test } from 'vitest';
import { createCodepay } from '../../../../relay/acquirers/codepay/adapter.js';
import type { CodePayTrace } from '../../../../relay/acquirers/codepay/client.js';
import { topLevelFields } from '../../../../relay/acquirers/codepay/fields.js';
import { verifySignature } from '../../../../relay/acquirers/codepay/signing.js';
import type { Acquirer } from '../../../../relay/acquirers/contract.js';
import { freshCpm, freshLetters } from '../../../contract/acquirer/stage.js';
import { traceOf } from '../../protocol/traces.js';
import { tlsCertificatePem } from '../antom/fixtures.js';
import { http, type Play, start, stops } from '../raw-server.js';
import {
  accepted,
  CODE,
  codepayOptions,
  envelope,
  payRequest,
  publicKey,
  REFUND,
  REQUEST_ID,
  refused,
} from './fixtures.js';

/** As for Antom: what a gateway, a proxy or a broken line may do, byte by byte. */
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const TIMEOUT_MS = 250;
const unhurried = { plan: { callTimeoutMs: 5_000 } };
const hurried = { plan: { callTimeoutMs: TIMEOUT_MS } };
const pending = envelope(accepted({ trans_no: 'T1', trans_status: 0 }));
const ours = { merchant_order_no: REQUEST_ID, price_currency: 'HKD', trans_amount: '35.50', trans_type: 1 };
const paid = envelope(accepted({ ...ours, trans_no: 'T1', trans_status: 2 }));

describe('not a byte was sent', () => {
  test('connection refused', async () => {
    const server = await start(() => undefined);
    for (const stop of stops.splice(0)) await stop();
    const answer = await createCodepay(codepayOptions(server.url, unhurried)).pay(payRequest());
    expect(answer).toEqual({ kind: 'not-sent', detail: 'ECONNREFUSED' });
  });

  test('a certificate that nobody vouches for', async () => {
    const server = await start(() => undefined, undefined, true);
    const answer = await createCodepay(codepayOptions(server.url, unhurried)).pay(payRequest());
    expect(answer).toEqual({ kind: 'not-sent', detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(server.received()).toBe('');
  });

  test('a handshake that never ends', async () => {
    const server = await start(() => undefined);
    const codepay = createCodepay(codepayOptions(server.url.replace('http:', 'https:'), hurried));
    expect(await codepay.pay(payRequest())).toEqual({ kind: 'not-sent', detail: 'connect-timeout' });
  });

  test('the last moment for pay has passed while connecting (rule 11)', async () => {
    const sendUntil = payRequest().sendUntil.getTime();
    let now = sendUntil - 1_000;
    const server = await start((s) => s.end(http(pending)), undefined, true);
    const options = { ...unhurried, caPem: tlsCertificatePem, clock: () => new Date(now) };
    const answer = createCodepay(codepayOptions(server.url, options)).pay(payRequest());
    now = sendUntil + 1;
    expect(await answer).toEqual({ kind: 'not-sent', detail: 'too-late' });
    expect(server.received()).not.toContain(CODE);
  });

  test('so little time that the order would expire before it arrives', async () => {
    const server = await start(() => undefined);
    const late = payRequest({ expiresAt: new Date('2026-01-01T04:00:09Z') });
    expect(await createCodepay(codepayOptions(server.url, unhurried)).pay(late)).toEqual({
      kind: 'not-sent',
      detail: 'too-late',
    });
    expect(server.connections()).toBe(0);
  });
});

test('over TLS with a certificate that is vouched for', async () => {
  const server = await start((s) => s.end(http(pending)), undefined, true);
  const codepay = createCodepay(codepayOptions(server.url, { ...unhurried, caPem: tlsCertificatePem }));
  expect(await codepay.pay(payRequest())).toEqual({ kind: 'pending', acquirerId: 'T1' });
});

test('trap 20: what is empty is neither signed nor sent, every value is a text, and an amount has its places', async () => {
  const server = await start((s) => s.end(http(pending)));
  const shop = { description: 'Drinks', storeNo: '', terminalSn: '', attach: '', notifyUrl: '' };
  const codepay = createCodepay(codepayOptions(server.url, { ...unhurried, shop }));
  await codepay.pay(payRequest({ money: { amount: 3_450, currency: 'HKD' } }));
  const [, body = ''] = server.received().split('\r\n\r\n');
  const sent = new Map(Object.entries(JSON.parse(body) as Record<string, unknown>));
  expect([...sent.values()].filter((value) => typeof value !== 'string' || value === '')).toEqual([]);
  for (const name of ['store_no', 'terminal_sn', 'attach', 'notify_url']) expect(sent.has(name), name).toBe(false);
  expect([sent.get('order_amount'), sent.get('trans_amount')]).toEqual(['34.50', '34.50']);
  const fields = topLevelFields(body) ?? new Map();
  expect(verifySignature(fields, fields.get('sign') ?? '', publicKey)).toBe(true);
});

describe('trap 1: a byte was sent, so nothing is known', () => {
  test.each<[string, string, Play]>([
    ['an HTML page', 'not-json', (s) => s.end(http('<html>hello</html>'))],
    ['a list', 'shape', (s) => s.end(http('[]'))],
    ['a name said twice', 'shape', (s) => s.end(http(pending.replace('{', '{"code":"0",')))],
    ['status 500', 'http-status', (s) => s.end(http(pending, { status: '500 Oh' }))],
    ['a redirect', 'http-status', (s) => s.end(http('', { status: '302 Found', headers: 'Location: /\r\n' }))],
    ['a body cut short', 'io', (s) => s.end(http(pending, { length: pending.length + 1 }))],
    ['a body longer than said', 'io', (s) => s.end(http(pending, { length: pending.length - 1 }))],
    ['a head that is none', 'io', (s) => s.end('nonsense\r\n\r\n')],
    ['an endless head', 'io', (s) => s.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)],
    ['the connection ended', 'io', (s) => s.end()],
    ['the connection reset', 'io', (s) => s.resetAndDestroy()],
    ['more than 256 KiB', 'shape', (s) => s.end(http('x'.repeat(300_000)))],
    ['a refusal without a signature', 'unclear', (s) => s.end(http(envelope(refused('UNREAD'), 'unsigned')))],
  ])('%s: %s', async (_what, detail, play) => {
    const server = await start(play);
    const answer = await createCodepay(codepayOptions(server.url, unhurried)).pay(payRequest());
    expect(answer).toMatchObject({ kind: 'unknown', detail });
    expect(server.connections(), 'nothing is tried a second time').toBe(1);
  });

  test.each<[string, Play]>([
    ['silence', () => undefined],
    ['half a body', (s) => s.write(http('{"code"', { length: 500 }))],
    [
      'a byte at a time, for ever',
      (s) => {
        s.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
        const drip = setInterval(() => s.write('x'), 20);
        s.on('close', () => clearInterval(drip));
      },
    ],
  ])('%s: the whole call has one time limit', async (_what, play) => {
    const server = await start(play);
    const began = performance.now();
    const answer = await createCodepay(codepayOptions(server.url, hurried)).inquire(REQUEST_ID);
    expect(answer).toEqual({ kind: 'unknown', detail: 'timeout' });
    expect(performance.now() - began).toBeLessThan(TIMEOUT_MS + 3_000);
  });

  test('an aborted call is unknown, at once', async () => {
    const server = await start(() => undefined);
    const controller = new AbortController();
    const answer = createCodepay(codepayOptions(server.url, unhurried)).cancel(
      REQUEST_ID,
      undefined,
      controller.signal,
    );
    setTimeout(() => controller.abort(), 50);
    expect(await answer).toEqual({ kind: 'unknown', detail: 'io' });
  });
});

describe('trap 19: no success without a good signature, whatever is asked', () => {
  const calls: [string, (codepay: Acquirer) => Promise<{ kind: string }>][] = [
    ['pay', (codepay) => codepay.pay(payRequest())],
    ['inquire', (codepay) => codepay.inquire(REQUEST_ID)],
    ['cancel', (codepay) => codepay.cancel(REQUEST_ID)],
    ['refund', (codepay) => codepay.refund(REFUND)],
    ['inquire refund', (codepay) => codepay.inquireRefund(REFUND.refundId, REQUEST_ID)],
  ];
  test.each(calls)('%s', async (_, call) => {
    const unsigned = JSON.stringify({ ...JSON.parse(paid), sign: undefined });
    const tampered = paid.replace('35.50', '35.51');
    const emptied = JSON.stringify({ ...JSON.parse(paid), sign: '' });
    for (const text of [unsigned, tampered, emptied]) {
      const server = await start((s) => s.end(http(text)));
      const answer = await call(createCodepay(codepayOptions(server.url, unhurried)));
      expect(answer).toMatchObject({ kind: 'unknown', detail: 'bad-signature' });
    }
  });
});

test.each([
  ['digits', CODE],
  ['letters and digits', freshLetters()],
  ['EMV CPM', freshCpm()],
])('the code goes to the acquirer and nowhere else, whatever a hostile server echoes: %s', async (_what, code) => {
  const traces: CodePayTrace[] = [];
  const echoes: Play[] = [
    (s, request) => s.end(http(request)),
    (s) => s.end(http(code, { status: `500 ${code}` })),
    (s) => s.end(http(envelope({ code, msg: code, psn: code }))),
    (s) => s.end(http(envelope({ code: code.slice(2, 40), psn: `p${code.slice(3)}` }, 'unsigned'))),
    (s) => s.end(http(envelope(accepted({ trans_status: 1, trans_error_code: code.slice(0, 60) })))),
  ];
  for (const echo of echoes) {
    const server = await start(echo);
    const codepay = createCodepay(codepayOptions(server.url, { ...unhurried, onTrace: (trace) => traces.push(trace) }));
    const answer = await codepay.pay(payRequest({ code }));
    expect(traceOf(code, JSON.stringify(answer))).toBeUndefined();
    expect(server.received()).toContain(code);
  }
  expect(traceOf(code, JSON.stringify(traces))).toBeUndefined();
});
