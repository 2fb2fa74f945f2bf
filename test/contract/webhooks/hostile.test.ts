import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PGliteDatabase } from '../../../relay/ledger/pglite.js';
import { SqlLedger } from '../../../relay/ledger/sql-ledger.js';
import { CLIENT_ID } from '../../unit/relay/antom/fixtures.js';
import {
  AGAIN_ANTOM,
  AGAIN_CODEPAY,
  antom,
  antomHeaders,
  codepay,
  codepayBody,
  codepayNotice,
  codepaySigned,
  paidNotice,
  Stage,
  TAKEN_CODEPAY,
  TIME,
} from './stage.js';

/**
 * What strangers may do to the one port that they reach. The ledger behind it was never started, so that whatever is let
 * through to it fails, and is counted as `webhook-not-stored`.
 */
const never = new PGliteDatabase();
const opened = { db: never, ledger: new SqlLedger(never) };
const limits = { bodyMaxBytes: 4_096, bodyWithinMs: 300, headersWithinMs: 500 };

let stage: Stage;
beforeEach(async () => {
  stage = new Stage(opened, { limits });
  await stage.start();
});
afterEach(() => stage.stop());

const body = JSON.stringify(paidNotice('A'));
const stored = (): number => stage.counters.all()['webhook-not-stored'] ?? 0;

test('one that is in order comes as far as the ledger, which cannot keep it: send again', async () => {
  expect(await stage.antom(paidNotice('A'))).toEqual(AGAIN_ANTOM);
  expect(await stage.codepay(codepayNotice('A'))).toEqual(AGAIN_CODEPAY);
  expect(stored()).toBe(2);
});

describe('trap 19: nothing unsigned or wrongly signed comes near the ledger', () => {
  const good = antomHeaders(body, '/antom');
  test.each<[string, Record<string, string>]>([
    ['no signature', { ...good, signature: '' }],
    ['no time', { ...good, 'request-time': '' }],
    ['another time', { ...good, 'request-time': TIME.replace('12', '13') }],
    ['no client', { ...good, 'client-id': '' }],
    ['another client', { ...good, 'client-id': `${CLIENT_ID}2` }],
    ['another path’s signature', antomHeaders(body, '/another')],
    ['the query not signed', antomHeaders(body, '/antom?x=1')],
    ['another algorithm', { ...good, signature: good['signature']?.replace('RSA256', 'HS256') ?? '' }],
    ['a signature of nothing', { ...good, signature: 'algorithm=RSA256,keyVersion=1,signature=' }],
    ['nonsense', { ...good, signature: '%%%=,=,,' }],
  ])('Antom: %s', async (_, headers) => {
    expect(await stage.post('/antom', body, headers)).toEqual(AGAIN_ANTOM);
    expect(stored()).toBe(0);
  });

  test('Antom: one for another of our clients is told apart from a forgery', async () => {
    expect(await stage.post('/antom', body, antomHeaders(body, '/antom', 'SANDBOX_OTHER'))).toEqual(AGAIN_ANTOM);
    expect(stage.counters.all()).toMatchObject({ 'webhook-rejected-another-merchant': 1 });
  });

  const notice = codepayNotice('A');
  const signed = codepaySigned(notice);
  const without = (name: string) => Object.fromEntries(Object.entries(signed).filter(([key]) => key !== name));
  test.each<[string, string]>([
    ['no sign', JSON.stringify(notice)],
    ['an empty sign', JSON.stringify({ ...signed, sign: '' })],
    ['sign in capitals only', JSON.stringify({ ...notice, SIGN: String(signed['sign']) })],
    ['a field changed', JSON.stringify({ ...signed, trans_amount: '35.51' })],
    ['a field added', JSON.stringify({ ...signed, extra: '1' })],
    ['a field left out', JSON.stringify(without('pay_method_id'))],
    ['a name said twice', JSON.stringify(signed).replace('{', '{"trans_status":2,')],
    ['another app', codepayBody({ ...notice, app_id: 'wzANOTHER' })],
    ['another merchant', codepayBody({ ...notice, merchant_no: '1' })],
    ['no app and no merchant', codepayBody({ ...notice, app_id: '', merchant_no: '' })],
    [
      'a sign that is url-encoded (trap 18)',
      JSON.stringify({ ...signed, sign: encodeURIComponent(String(signed['sign'])) }),
    ],
  ])('CodePay: %s', async (_, text) => {
    expect(await stage.post('/codepay', text)).toEqual(AGAIN_CODEPAY);
    expect(stored()).toBe(0);
  });

  test('trap 20: empty fields are not signed, so they may be added and left out', async () => {
    await stage.post('/codepay', JSON.stringify({ ...signed, attach: '', store_no: null }));
    expect(stored()).toBe(1);
  });
});

test('replayed for ever, it comes to the same: each is as far as the ledger and no further', async () => {
  for (let i = 0; i < 20; i++) expect(await stage.antom(paidNotice('A'))).toEqual(AGAIN_ANTOM);
  expect([stored(), stage.applied.length]).toEqual([20, 0]);
});

describe('malformed by the thousand', () => {
  const pieces = fc.constantFrom(
    ...[
      '{',
      '}',
      '"sign":',
      '"result":{}',
      'null',
      '[',
      '\u0000',
      '"notifyType":"PAYMENT_RESULT"',
      '&sign=',
      '%',
      '=',
      '"',
    ],
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((a) => Buffer.from(a)),
    fc.json().map((text) => Buffer.from(text)),
    fc.array(pieces, { maxLength: 20 }).map((list) => Buffer.from(list.join(''))),
    fc.nat({ max: body.length }).map((n) => Buffer.from(body.slice(0, n))),
  );
  const header = fc.oneof(
    fc.constantFrom(...Object.values(antomHeaders(body, '/antom')), 'application/x-www-form-urlencoded', ''),
    fc.string({ maxLength: 60 }),
    fc.constant(undefined),
    fc.constant(['a', 'b']),
  );
  const raw = fc.record({
    path: fc.oneof(fc.constant('/antom'), fc.string({ maxLength: 30 })),
    headers: fc.record({ signature: header, 'client-id': header, 'request-time': header, 'content-type': header }),
    body: bytes,
  });

  test.each([
    ['antom', antom],
    ['codepay', codepay],
  ])('%s: never believed, and never thrown for', (_, acquirer) => {
    fc.assert(
      fc.property(raw, (notification) => {
        expect(acquirer.verifyNotification(notification).kind).toBe('rejected');
      }),
      { numRuns: 3_000 },
    );
  });

  const secret = fc.oneof(fc.string({ unit: fc.constantFrom(...'aZ09-_ \n\u00e9') }), fc.jsonValue());

  test('well signed and of any content: told apart, and never believed without an amount', () => {
    const content = fc.oneof(
      fc.dictionary(
        fc.constantFrom('notifyType', 'result', 'paymentRequestId', 'refundRequestId', 'x'),
        fc.jsonValue(),
      ),
      fc.jsonValue(),
      fc
        .record({ paymentRequestId: fc.jsonValue(), paymentAmount: fc.jsonValue(), result: fc.jsonValue() })
        .map((more) => paidNotice('A', more)),
      fc.record(
        {
          authorizationNotifyType: fc.constantFrom('AUTHCODE_CREATED', 'TOKEN_CANCELED', 'TOKEN_CREATED'),
          ...{ authState: secret, authCode: secret, accessToken: secret, reason: secret, result: fc.jsonValue() },
        },
        { requiredKeys: ['authorizationNotifyType'] },
      ),
    );
    fc.assert(
      fc.property(content, (value) => {
        const text = JSON.stringify(value);
        const result = antom.verifyNotification({
          ...{ path: '/antom', headers: antomHeaders(text, '/antom'), body: Buffer.from(text) },
        });
        if (result.kind === 'authorization') {
          for (const told of result.what === 'code' ? [result.state, result.code] : [result.token]) {
            expect(told).toMatch(/^[!-~]{1,256}$/);
            if (told.length > 12) expect(result.key).not.toContain(told);
          }
        }
        const isBelieved = result.kind === 'payment' && result.believed;
        if (isBelieved) expect(result.answer).toMatchObject({ kind: 'paid', money: { currency: expect.any(String) } });
      }),
      { numRuns: 300 },
    );
  });

  test('over HTTP: each is answered "send again" or refused, and the port goes on serving', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom('/antom', '/codepay', '/shared', '/nowhere'), async (text, path) => {
        const url = `http://127.0.0.1:${stage.port}${path}`;
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const response = await fetch(url, { method: 'POST', body: new Uint8Array(text), headers });
        const said = await response.text();
        expect(said).not.toContain('SUCCESS"');
        expect(said).not.toBe('success');
      }),
      { numRuns: 1_000 },
    );
    expect(stored()).toBe(0);
    expect(await stage.antom(paidNotice('A'))).toEqual(AGAIN_ANTOM);
    expect(stored()).toBe(1);
  }, 120_000);
});

/** One raw connection: what it heard until it was closed, and how long that took. */
async function raw(head: string, drip?: (write: (text: string) => void) => () => void) {
  const began = performance.now();
  let heard = '';
  await new Promise<void>((resolve) => {
    const socket = connect(stage.port, '127.0.0.1');
    socket.write(head);
    const stop = drip?.((text) => socket.writable && socket.write(text));
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      stop?.();
      resolve();
    });
  });
  return { status: Number(heard.slice(9, 12)), ms: performance.now() - began };
}
const post = (length: number | string, path = '/antom'): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
const every = (ms: number, text: string) => (write: (text: string) => void) => {
  const timer = setInterval(() => write(text), ms);
  return () => clearInterval(timer);
};

describe('sizes and times', () => {
  test('10 MB that says so is refused before a byte of it is read', async () => {
    expect(await raw(post(10_000_000))).toMatchObject({ status: 413 });
  });

  test('10 MB that does not say so is cut off at the limit', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const head = 'POST /antom HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { status } = await raw(head + chunk.repeat(10), every(5, chunk));
    expect([413, Number.NaN, 0]).toContain(status);
    expect(stage.counters.all()).toMatchObject({ 'webhook-refused-413': 1 });
  });

  test('a body of exactly the limit is read, one more byte is not', async () => {
    const fill = (size: number) => JSON.stringify({ x: '' }).replace('""', `"${'y'.repeat(size - 8)}"`);
    expect(Buffer.byteLength(fill(4_096))).toBe(4_096);
    expect((await stage.post('/antom', fill(4_096))).status).toBe(200);
    expect((await stage.post('/antom', fill(4_097))).status).toBe(413);
  });

  test('a body that drips is cut off after its time', async () => {
    const { status, ms } = await raw(post(4_000), every(20, 'x'));
    expect(status).toBe(408);
    expect(ms).toBeLessThan(limits.bodyWithinMs + 5_000);
  });

  test('a head that drips, too', async () => {
    const { ms } = await raw('POST /antom HTTP/1.1\r\nHost: x\r\n', every(50, 'X'));
    expect(ms).toBeLessThan(10_000);
    expect(stored()).toBe(0);
  });

  test('a body that breaks off is nobody’s', async () => {
    const socket = connect(stage.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`${post(500)}half`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stored()).toBe(0);
    expect(await stage.antom(paidNotice('A'))).toEqual(AGAIN_ANTOM);
  });

  test('a hundred slow ones at once keep nobody else waiting', async () => {
    const slow = Array.from({ length: 100 }, () => raw(post(4_000), every(50, 'x')));
    expect(await stage.antom(paidNotice('A'))).toEqual(AGAIN_ANTOM);
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual(Array(100).fill(408));
  });
});

describe('where, how and from whom', () => {
  test.each([
    ['GET', '/antom', 405],
    ['PUT', '/antom', 405],
    ['POST', '/nowhere', 404],
    ['POST', '/antom/', 404],
    ['POST', '/', 404],
    ['POST', '/guarded', 403],
  ])('%s %s: %i', async (method, path, status) => {
    const response = await fetch(`http://127.0.0.1:${stage.port}${path}`, { method });
    expect(response.status).toBe(status);
  });

  test('an address that is on the list may send', async () => {
    expect(await stage.codepay(codepayNotice('A', { trans_status: 0 }), '/open')).toEqual(AGAIN_CODEPAY);
    expect(stored()).toBe(1);
  });

  test('behind a proxy it is the sender’s address that counts, and only if the proxy is one of ours', async () => {
    const forwarded = { 'x-forwarded-for': '18.217.220.157' };
    const text = codepayBody(codepayNotice('A'));
    expect((await stage.post('/guarded', text, forwarded)).status).toBe(403);
    const behind = new Stage(opened, { limits, proxies: ['127.0.0.1'] });
    await behind.start();
    try {
      expect((await behind.post('/guarded', text, forwarded)).status).toBe(503);
      expect(behind.counters.all()).toMatchObject({ 'webhook-not-stored': 1 });
      expect((await behind.post('/guarded', text, { 'x-forwarded-for': '18.217.221.1' })).status).toBe(403);
    } finally {
      await behind.stop();
    }
  });

  test('trap 17: behind a proxy that rewrites the path, the path that the acquirer called is the signed one', async () => {
    await stage.antom(paidNotice('A'), '/rewritten', '/antom/notify?key=1');
    expect(stored()).toBe(1);
    await stage.antom(paidNotice('A'), '/rewritten');
    expect(stored()).toBe(1);
  });

  test('trap 17: the query that it was called with is signed too', async () => {
    await stage.antom(paidNotice('A'), '/antom?kiosk=1&x=%20');
    expect(stored()).toBe(1);
    await stage.antom(paidNotice('A'), '/antom?kiosk=1', '/antom');
    expect(stored()).toBe(1);
  });

  test('trap 16: whatever blanks and order the bytes have, they are verified as they came', async () => {
    const odd = `\n ${body.replaceAll('":', '" :\t').replace('A-12', '\\u0041-12')}\r\n`;
    await stage.post('/antom', odd, antomHeaders(odd, '/antom'));
    expect(stored()).toBe(1);
    await stage.post('/antom', JSON.stringify(JSON.parse(odd)), antomHeaders(odd, '/antom'));
    expect(stored()).toBe(1);
  });

  test('a content type that is none, or another one, changes nothing for Antom', async () => {
    for (const type of ['text/plain', 'application/octet-stream', 'application/json; charset=UTF-8']) {
      await stage.post('/antom', body, { ...antomHeaders(body, '/antom'), 'content-type': type });
    }
    expect(stored()).toBe(3);
  });
});

test('the log of forgeries does not grow with them, and holds nothing of what they say', async () => {
  const secret = '281006020123456789012345';
  for (let i = 0; i < 50; i++) await stage.post('/antom', secret, { 'client-id': secret, signature: secret });
  const rejected = stage.lines.filter((line) => 'why' in line);
  expect(rejected.length).toBeGreaterThan(0);
  expect(rejected.length).toBeLessThan(20);
  expect(JSON.stringify(stage.lines)).not.toContain(secret);
});

test('CodePay’s acknowledgement is its one word', () => {
  expect(codepay.replies.taken).toMatchObject({ status: TAKEN_CODEPAY.status, body: TAKEN_CODEPAY.text });
});
