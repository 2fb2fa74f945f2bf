import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAntom } from '../../../../relay/acquirers/antom/adapter.js';
import type { AntomTrace } from '../../../../relay/acquirers/antom/client.js';
import { gatewayCodes, payCodes } from '../../../../relay/acquirers/antom/codes.js';
import { signatureHeader } from '../../../../relay/acquirers/antom/signing.js';
import { freshCpm, freshLetters } from '../../../contract/acquirer/stage.js';
import { traceOf } from '../../protocol/traces.js';
import { http, type Play, start, stops } from '../raw-server.js';
import {
  antomOptions,
  CLIENT_ID,
  CODE,
  payRequest,
  privateKey,
  REFUND,
  REQUEST_ID,
  result,
  tlsCertificatePem,
} from './fixtures.js';

/** Real HTTP on our side; on the other what an acquirer, a proxy or a broken line may do. */
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const stop of stops.splice(0)) await stop();
});

const TIME = '2026-01-01T12:00:05+08:00';
const PATH = '/ams/sandbox/api/v1/payments/pay';
function signed(content: object, path = PATH): { body: string; headers: string } {
  const body = JSON.stringify(content);
  const parts = { path, clientId: CLIENT_ID, time: TIME, body: Buffer.from(body) };
  const signature = signatureHeader(parts, privateKey, '1');
  return { body, headers: `response-time: ${TIME}\r\nsignature: ${signature}\r\ntracerId: trace-1\r\n` };
}
const CANCEL_PATH = PATH.replace(/pay$/, 'cancel');
const paidContent = result('S', 'SUCCESS', { paymentRequestId: REQUEST_ID });

const TIMEOUT_MS = 250;
const unhurried = { plan: { callTimeoutMs: 5_000 } };
const hurried = { plan: { callTimeoutMs: TIMEOUT_MS } };

test('an answer in order is paid, and the log learns tracer and code', async () => {
  const { body, headers } = signed(paidContent);
  const traces: AntomTrace[] = [];
  const server = await start((socket) => socket.end(http(body, { headers })));
  const antom = createAntom(antomOptions(server.url, { ...unhurried, onTrace: (trace) => traces.push(trace) }));
  expect(await antom.pay(payRequest())).toEqual({ kind: 'paid', code: 'SUCCESS' });
  expect(traces).toEqual([{ api: 'pay', requestId: REQUEST_ID, tracerId: 'trace-1', code: 'SUCCESS' }]);
});

describe('the three integrations', () => {
  const token = 'AGENT-TOKEN-0123456789abcdef0123456789abcdef0123';
  const asked = async (changes: Parameters<typeof antomOptions>[1]) => {
    const { body, headers } = signed(paidContent);
    const server = await start((socket) => socket.end(http(body, { headers })));
    await createAntom(antomOptions(server.url, { ...unhurried, ...changes })).pay(payRequest());
    return server.received();
  };

  test('merchant: no token, no account, no region', async () => {
    expect(await asked({})).not.toMatch(/agent-token|merchantAccountId|merchantRegion/i);
  });

  test('system integrator: the merchant is named where Antom asks for it', async () => {
    const request = await asked({ merchantAccountId: 'A-1', merchantRegion: 'JP' });
    expect(request).toContain('"merchantAccountId":"A-1"');
    expect(request).toContain('"merchantRegion":"JP"');
    expect(request).not.toMatch(/agent-token/i);
  });

  test('ISV: each call carries the token, and no log or answer repeats it', async () => {
    const traces: AntomTrace[] = [];
    const heard: string[] = [];
    const echo = signed(result('F', 'AGENT_TOKEN_A', { x: token }));
    for (const call of ['pay', 'inquire', 'cancel', 'refund', 'inquireRefund'] as const) {
      const server = await start((s) => s.end(http(echo.body, { headers: `${echo.headers}tracerId: ${token}\r\n` })));
      const options = antomOptions(server.url, { ...unhurried, agentToken: token, onTrace: (t) => traces.push(t) });
      const antom = createAntom(options);
      const answers = {
        pay: () => antom.pay(payRequest()),
        inquire: () => antom.inquire(REQUEST_ID),
        cancel: () => antom.cancel(REQUEST_ID),
        refund: () => antom.refund(REFUND),
        inquireRefund: () => antom.inquireRefund(REFUND.refundId, REQUEST_ID),
      };
      heard.push(JSON.stringify(await answers[call]()));
      expect(server.received(), call).toMatch(new RegExp(`agent-token: ${token}`, 'i'));
    }
    expect(JSON.stringify([heard, traces])).not.toContain('0123456789abcdef');
  });

  test('a token that cannot be one is named by its length', () => {
    expect(() => createAntom(antomOptions('http://127.0.0.1:1', { agentToken: 'with blank' }))).toThrow(
      'agentToken: found 10 characters, expected 1 to 128 letters, digits and signs',
    );
  });
});

describe('not a byte was sent', () => {
  test('connection refused', async () => {
    const server = await start(() => undefined);
    for (const stop of stops.splice(0)) await stop();
    const answer = await createAntom(antomOptions(server.url, unhurried)).pay(payRequest());
    expect(answer).toEqual({ kind: 'not-sent', detail: 'ECONNREFUSED' });
  });

  test('a name that is none', async () => {
    const antom = createAntom(antomOptions('http://quietzone.invalid', { plan: { callTimeoutMs: 15_000 } }));
    const answer = await antom.pay(payRequest());
    expect(answer.kind).toBe('not-sent');
  });

  test('TLS spoken to a server that has none', async () => {
    const server = await start(
      () => undefined,
      (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    const antom = createAntom(antomOptions(server.url.replace('http:', 'https:'), unhurried));
    expect((await antom.pay(payRequest())).kind).toBe('not-sent');
    expect(server.connections()).toBe(1);
    expect(server.received()).not.toContain(CODE);
  });

  test('a certificate that nobody vouches for', async () => {
    const server = await start(() => undefined, undefined, true);
    const answer = await createAntom(antomOptions(server.url, unhurried)).pay(payRequest());
    expect(answer).toEqual({ kind: 'not-sent', detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(server.received()).toBe('');
  });

  test('nor does an environment that tells Node to trust everybody', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const server = await start(() => undefined, undefined, true);
    const answer = await createAntom(antomOptions(server.url, unhurried)).pay(payRequest());
    expect(answer).toEqual({ kind: 'not-sent', detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(server.received()).toBe('');
  });

  test('a handshake that never ends', async () => {
    const server = await start(() => undefined);
    const antom = createAntom(antomOptions(server.url.replace('http:', 'https:'), hurried));
    expect(await antom.pay(payRequest())).toEqual({ kind: 'not-sent', detail: 'connect-timeout' });
  });

  test('certificates that are none', async () => {
    const antom = createAntom(antomOptions('https://127.0.0.1:1', { ...unhurried, caPem: 'nonsense' }));
    expect((await antom.pay(payRequest())).kind).toBe('not-sent');
  });
});

describe('the last moment for pay is looked at when the connection stands (rule 11)', () => {
  const sendUntil = payRequest().sendUntil.getTime();

  test.each([
    ['reached, not passed', 0, 'paid', true],
    ['passed while connecting', 1, 'not-sent', false],
  ])('%s', async (_what, late, kind, sent) => {
    const { body, headers } = signed(paidContent);
    let now = sendUntil - 1_000;
    const server = await start(
      (socket) => socket.end(http(body, { headers })),
      () => undefined,
      true,
    );
    const options = antomOptions(server.url, { ...unhurried, caPem: tlsCertificatePem, clock: () => new Date(now) });
    const answer = createAntom(options).pay(payRequest());
    // Signed with the second to spare; look-up, TCP and TLS take longer.
    now = sendUntil + late;
    expect(await answer).toMatchObject(sent ? { kind } : { kind, detail: 'too-late' });
    expect(server.received().includes(CODE)).toBe(sent);
  });

  test('does not hold for an inquiry or a cancel', async () => {
    const { body, headers } = signed(result('S', 'SUCCESS', { paymentRequestId: REQUEST_ID }), CANCEL_PATH);
    const server = await start((socket) => socket.end(http(body, { headers })));
    const clock = () => new Date(sendUntil + 3_600_000);
    expect(await createAntom(antomOptions(server.url, { ...unhurried, clock })).cancel(REQUEST_ID)).toMatchObject({
      kind: 'cancelled',
    });
  });
});

test('over TLS with a certificate that is vouched for', async () => {
  const { body, headers } = signed(paidContent);
  const server = await start((socket) => socket.end(http(body, { headers })), undefined, true);
  const antom = createAntom(antomOptions(server.url, { ...unhurried, caPem: tlsCertificatePem }));
  expect(await antom.pay(payRequest())).toMatchObject({ kind: 'paid' });
});

const { body: goodBody, headers: goodHeaders } = signed(paidContent);
const good = { headers: goodHeaders };
const another = signed(result('S', 'SUCCESS', { paymentRequestId: 'another' }));
const otherPath = signed(paidContent, CANCEL_PATH);

describe('trap 1: a byte was sent, so nothing is known', () => {
  test.each<[string, string, Play]>([
    ['an HTML page', 'not-json', (s) => s.end(http('<html>hello</html>'))],
    ['status 500', 'http-status', (s) => s.end(http(goodBody, { ...good, status: '500 Oh' }))],
    ['status 201', 'http-status', (s) => s.end(http(goodBody, { ...good, status: '201 Made' }))],
    ['a redirect', 'http-status', (s) => s.end(http('', { status: '302 Found', headers: 'Location: /\r\n' }))],
    ['a body cut short', 'io', (s) => s.end(http(goodBody, { ...good, length: goodBody.length + 1 }))],
    ['a body longer than said', 'io', (s) => s.end(http(goodBody, { ...good, length: goodBody.length - 1 }))],
    ['a head that is none', 'io', (s) => s.end('nonsense\r\n\r\n')],
    ['an endless head', 'io', (s) => s.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)],
    ['two lengths', 'io', (s) => s.end(http(goodBody, { headers: `${goodHeaders}Content-Length: 3\r\n` }))],
    ['the connection ended', 'io', (s) => s.end()],
    ['the connection reset', 'io', (s) => s.resetAndDestroy()],
    [
      'the connection reset within the body',
      'io',
      (s) => s.write(http(goodBody, { ...good, length: 9_999 }), () => s.resetAndDestroy()),
    ],
    ['more than 256 KiB', 'shape', (s) => s.end(http('x'.repeat(300_000)))],
    ["another payment's answer", 'shape', (s) => s.end(http(another.body, { headers: another.headers }))],
    ["another call's answer", 'bad-signature', (s) => s.end(http(goodBody, { headers: otherPath.headers }))],
    ['no signature', 'bad-signature', (s) => s.end(http(goodBody))],
    ['two signatures', 'bad-signature', (s) => s.end(http(goodBody, { headers: goodHeaders + goodHeaders }))],
    [
      'a signature without its time',
      'bad-signature',
      (s) => s.end(http(goodBody, { headers: goodHeaders.replace(TIME, '') })),
    ],
  ])('%s: %s', async (_what, detail, play) => {
    const server = await start(play);
    const answer = await createAntom(antomOptions(server.url, unhurried)).pay(payRequest());
    expect(answer).toMatchObject({ kind: 'unknown', detail });
    expect(server.connections(), 'nothing is tried a second time').toBe(1);
  });

  test.each<[string, Play]>([
    ['silence', () => undefined],
    ['a head and no body', (s) => s.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n')],
    ['half a body', (s) => s.write(http('{"result"', { length: 500 }))],
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
    const answer = await createAntom(antomOptions(server.url, hurried)).pay(payRequest());
    expect(answer).toEqual({ kind: 'unknown', detail: 'timeout' });
    expect(performance.now() - began).toBeLessThan(TIMEOUT_MS + 1_500);
  });

  test('a connection closed before it could be read from is not taken for one that was never made', async () => {
    const server = await start(
      () => undefined,
      (socket) => socket.destroy(),
    );
    const answer = await createAntom(antomOptions(server.url, unhurried)).pay(payRequest());
    expect(answer).toEqual({ kind: 'unknown', detail: 'io' });
  });

  test('an aborted call is unknown, at once, before and after it was sent', async () => {
    const server = await start(() => undefined);
    const antom = createAntom(antomOptions(server.url, unhurried));
    const controller = new AbortController();
    const began = performance.now();
    const answer = antom.cancel(REQUEST_ID, undefined, controller.signal);
    setTimeout(() => controller.abort(), 50);
    expect(await answer).toEqual({ kind: 'unknown', detail: 'io' });
    expect(await antom.inquire(REQUEST_ID, undefined, controller.signal)).toEqual({ kind: 'unknown', detail: 'io' });
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(server.connections()).toBe(1);
  });
});

test.each([
  ['digits', CODE],
  ['letters and digits', freshLetters()],
  ['capitals, as a result code has', 'QWERTZUIOPASDFGH'],
  ['EMV CPM', freshCpm()],
])('the code goes to the acquirer and nowhere else, whatever a hostile server echoes: %s', async (_what, code) => {
  const traces: AntomTrace[] = [];
  const echoes: Play[] = [
    (s, request) => s.end(http(request)),
    (s, request) => s.end(`${request}\r\n\r\n`),
    (s) => s.end(http(code, { status: `500 ${code}` })),
    (s) => {
      const { body, headers } = signed(result('F', `A_${code}`, { paymentRequestId: code }));
      s.end(http(body, { headers: `${headers}X-Echo: ${code}\r\n` }));
    },
    (s) => s.end(http(JSON.stringify(result('U', code, { paymentId: code })))),
    (s) => s.end(http(JSON.stringify(result('F', code.slice(4))), { headers: `tracerId: t-${code.slice(3, 40)}\r\n` })),
  ];
  for (const echo of echoes) {
    const server = await start(echo);
    const antom = createAntom(antomOptions(server.url, { ...unhurried, onTrace: (trace) => traces.push(trace) }));
    const answer = await antom.pay(payRequest({ code }));
    expect(traceOf(code, JSON.stringify(answer))).toBeUndefined();
    expect(server.received()).toContain(code);
  }
  expect(traceOf(code, JSON.stringify(traces))).toBeUndefined();
});

describe('the letters of a payment code do not choose what an answer means', () => {
  const documented = [...gatewayCodes, ...Object.keys(payCodes)].filter((code) => code.length >= 8);

  test.each([...new Set(documented)])('%s', async (code) => {
    const status = payCodes[code]?.status ?? 'F';
    const { body, headers } = signed(result(status, code));
    const server = await start((s) => s.end(http(body, { headers })));
    const antom = createAntom(antomOptions(server.url, unhurried));
    const usual = await antom.pay(payRequest());
    expect(await antom.pay(payRequest({ code: `22${code.replaceAll('_', '').slice(0, 8)}00000000` }))).toEqual(usual);
    expect(await antom.pay(payRequest({ code: `22${code}` }))).toEqual(usual);
  });
});
