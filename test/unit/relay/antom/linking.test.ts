import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createAntom } from '../../../../relay/acquirers/antom/adapter.js';
import type { Answer } from '../../../../relay/acquirers/antom/answers.js';
import type { AntomTrace } from '../../../../relay/acquirers/antom/client.js';
import { isDocumented } from '../../../../relay/acquirers/antom/documented.js';
import { consultAnswer, revokeAnswer, tokenAnswer } from '../../../../relay/acquirers/antom/linking-answers.js';
import {
  consultCodes,
  refreshCodes,
  revokeCodes,
  tokenCodes,
} from '../../../../relay/acquirers/antom/linking-codes.js';
import { applyBody, consultBody, refreshBody, revokeBody } from '../../../../relay/acquirers/antom/linking-requests.js';
import { apiPath } from '../../../../relay/acquirers/antom/paths.js';
import { signatureHeader } from '../../../../relay/acquirers/antom/signing.js';
import { antomWallets } from '../../../../relay/acquirers/antom/wallets.js';
import type { Linking } from '../../../../relay/acquirers/contract.js';
import { traceOf } from '../../protocol/traces.js';
import { http, start, stops } from '../raw-server.js';
import { antomOptions, CLIENT_ID, opened, privateKey, result } from './fixtures.js';

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const STATE = '5f0c9e1b'.repeat(8);
const CODE = '281006020123456789012345';
const TOKEN = 'T0KENabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const asked = { wallet: 'alipayhk', state: STATE, returnUrl: 'https://relay.example/M' };
const notifyUrl = 'https://relay.example/antom/notify';

describe('requests', () => {
  test('consult has every field of the reference, section 2.1', () => {
    expect(consultBody(asked, 'ALIPAY_HK', { notifyUrl })).toEqual({
      customerBelongsTo: 'ALIPAY_HK',
      authRedirectUrl: 'https://relay.example/M',
      scopes: ['AGREEMENT_PAY'],
      authState: STATE,
      terminalType: 'WEB',
      authNotifyUrl: notifyUrl,
    });
  });

  test('applyToken and revoke have those of sections 2.3 and 2.5', () => {
    const applied = { grantType: 'AUTHORIZATION_CODE', customerBelongsTo: 'DANA', authCode: CODE };
    expect(applyBody(CODE, 'DANA', {})).toEqual(applied);
    const refreshed = { grantType: 'REFRESH_TOKEN', customerBelongsTo: 'DANA', refreshToken: TOKEN };
    expect(refreshBody(TOKEN, 'DANA', {})).toEqual(refreshed);
    expect(revokeBody(TOKEN, {})).toEqual({ accessToken: TOKEN });
  });

  test('what a contract adds is said where Antom asks for it', () => {
    const contract = { merchantAccountId: 'A-1', merchantRegion: 'JP', authClientId: 'S-1', notifyUrl };
    const both = { merchantAccountId: 'A-1', merchantRegion: 'JP' };
    expect(consultBody(asked, 'DANA', contract)).toMatchObject({ ...both, authClientId: 'S-1' });
    expect(applyBody(CODE, 'DANA', contract)).toMatchObject(both);
    expect(refreshBody(TOKEN, 'DANA', contract)).toMatchObject(both);
    expect(revokeBody(TOKEN, contract)).toEqual({ accessToken: TOKEN, merchantAccountId: 'A-1' });
  });

  test('each goes under its own name', () => {
    const paths = (['consult', 'applyToken', 'revoke'] as const).map((api) => apiPath(api, 'SANDBOX_1'));
    expect(paths).toEqual([
      '/ams/sandbox/api/v1/authorizations/consult',
      '/ams/sandbox/api/v1/authorizations/applyToken',
      '/ams/sandbox/api/v1/authorizations/revoke',
    ]);
    expect(apiPath('inquiryRefund', 'T_1')).toBe('/ams/api/v1/payments/inquiryRefund');
  });
});

/** Written again by hand from the reference, sections 0.7, 2.1, 2.3 and 2.5: two people must agree. */
const gateway =
  'ACCESS_DENIED INVALID_API CLIENT_INVALID INVALID_CLIENT_STATUS UNKNOWN_CLIENT CLIENT_FORBIDDEN_ACCESS_API OAUTH_FAILED INVALID_SIGNATURE SIGNATURE_INVALID KEY_NOT_FOUND MEDIA_TYPE_NOT_ACCEPTABLE METHOD_NOT_SUPPORTED NO_INTERFACE_DEF PARAM_ILLEGAL'.split(
    ' ',
  );
type Row = [code: string, status: 'S' | 'F' | 'U', expected: object];
const failed = (reason: string) => ({ kind: 'failed', reason });
const alarm = (reason: string) => ({ kind: 'failed', reason, alarm: true });
const unknown = (detail: string) => ({ kind: 'unknown', detail });
const open: Row[] = [
  ['UNKNOWN_EXCEPTION', 'U', unknown('unclear')],
  ['REQUEST_TRAFFIC_EXCEED_LIMIT', 'U', unknown('busy')],
];
const refused = ['PROCESS_FAIL', 'SYSTEM_ERROR', ...gateway].map((code): Row => [code, 'F', unknown('refused')]);
const consult: Row[] = [
  ...open,
  ['RISK_REJECT', 'F', failed('risk')],
  ['INVALID_ACCESS_TOKEN', 'F', alarm('other')],
  ...['NO_PAY_OPTIONS', 'MERCHANT_NOT_REGISTERED', 'PAYMENT_NOT_QUALIFIED', ...gateway].map(
    (code): Row => [code, 'F', alarm('configuration')],
  ),
  ...['PROCESS_FAIL', 'SYSTEM_ERROR'].map((code): Row => [code, 'F', alarm('acquirer-unavailable')]),
];
const token: Row[] = [
  ...open,
  ['AUTH_IN_PROCESS', 'U', { kind: 'pending' }],
  ['INVALID_AUTHCODE', 'F', failed('unlinked')],
  ['INVALID_REFRESH_TOKEN', 'F', failed('unlinked')],
  ['USER_NOT_EXIST', 'F', failed('wallet-restricted')],
  ['USER_STATUS_ABNORMAL', 'F', failed('wallet-restricted')],
  ['NO_PAY_OPTIONS', 'F', alarm('configuration')],
  ...refused,
];
/** Of a token that is still good: what is wrong with the contract may be put right before it dies. */
const refresh: Row[] = [
  ...token.filter(([code]) => code !== 'NO_PAY_OPTIONS'),
  ['NO_PAY_OPTIONS', 'F', unknown('refused')],
];
const revoke: Row[] = [
  ...open,
  ['SUCCESS', 'S', { kind: 'revoked' }],
  ['INVALID_ACCESS_TOKEN', 'F', { kind: 'revoked' }],
  ...refused,
];
const page = { normalUrl: 'https://wallet.example/agree?x=1' };

describe.each([
  { api: 'consult', rows: consult, table: consultCodes, read: (a: Answer): object => consultAnswer(a, true) },
  { api: 'applyToken', rows: token, table: tokenCodes, read: (a: Answer) => tokenAnswer(a) },
  { api: 'refreshToken', rows: refresh, table: refreshCodes, read: (a: Answer) => tokenAnswer(a, refreshCodes) },
  { api: 'revoke', rows: revoke, table: revokeCodes, read: revokeAnswer },
])('codes of $api', ({ api, rows, table, read }) => {
  test.each(rows)('%s %s', (code, status, expected) => {
    expect(read(opened(result(status, code)))).toEqual({ ...expected, code });
    expect(isDocumented(code)).toBe(true);
  });

  test('every row of the table stands here too', () => {
    const names = new Set([...rows.map(([code]) => code), 'SUCCESS']);
    expect(Object.keys(table).sort()).toEqual([...names].sort());
  });

  test.each(rows)('%s with any other status than %s decides nothing', (code, status) => {
    for (const other of ['S', 'F', 'U'].filter((word) => word !== status)) {
      expect(read(opened(result(other, code, page)))).toEqual({ ...unknown('unclear'), code });
    }
  });

  test('a code that is in no table decides nothing, but a consult that failed is given up, with an alarm', () => {
    for (const status of ['S', 'U', 'F']) {
      const given = api === 'consult' && status === 'F' ? alarm('other') : unknown('unclear');
      expect(read(opened(result(status, 'BRAND_NEW_CODE', page)))).toEqual({ ...given, code: 'BRAND_NEW_CODE' });
    }
    expect(isDocumented('BRAND_NEW_CODE')).toBe(false);
  });
});

describe('what a consult gives to open or to draw', () => {
  const read = (more: object, secure = true) => consultAnswer(opened(result('S', 'SUCCESS', more)), secure);
  const form = (...codeDetails: unknown[]) => ({ authCodeForm: { codeDetails } });
  const text = { displayType: 'TEXT', codeValue: 'https://wallet.example/qr', codeValueType: 'QRCODE' };
  const done = { kind: 'consulted', code: 'SUCCESS' };

  test('its page, and its code as text', () => {
    const image = { ...text, displayType: 'IMAGE', codeValue: 'https://wallet.example/qr.png' };
    expect(read({ ...page, ...form(image, text) })).toEqual({ ...done, url: page.normalUrl, code: text.codeValue });
  });

  test('a code without its kind is one to draw; a barcode, a picture or nothing is none', () => {
    expect(read(form({ displayType: 'TEXT', codeValue: 'X1' }))).toEqual({ ...done, code: 'X1' });
    for (const no of [{ ...text, codeValueType: 'BARCODE' }, { ...text, displayType: 'IMAGE' }, 'x', null, {}]) {
      expect(read({ ...page, ...form(no) })).toEqual({ ...done, url: page.normalUrl });
    }
    expect(read({ ...page, authCodeForm: { codeDetails: 'x' } })).toEqual({ ...done, url: page.normalUrl });
  });

  test('a code that is itself the address of a page may be opened too, where there is no other page', () => {
    const app = { schemeUrl: 'alipayhk://agree' };
    expect(read({ ...app, ...form(text) })).toEqual({ ...done, url: text.codeValue, code: text.codeValue });
    const insecure = { ...text, codeValue: 'http://wallet.example/qr' };
    expect(read(form(insecure))).toEqual({ ...done, code: insecure.codeValue });
  });

  test('whatever it is given, it gives a page with TLS, a link into an app, or none, and never throws', () => {
    const scheme = fc.constantFrom(
      'https:',
      'http:',
      'javascript:',
      'JAVASCRIPT:',
      'data:',
      'alipayhk:',
      'file:',
      ' https:',
      '',
    );
    const address = fc
      .tuple(scheme, fc.constantFrom('//', '/', ''), fc.string({ unit: 'binary' }))
      .map((parts) => parts.join(''));
    const value = fc.oneof(address, fc.jsonValue());
    const codes = fc.array(fc.oneof(fc.record({ displayType: fc.constant('TEXT'), codeValue: value }), fc.jsonValue()));
    const fields = fc.record(
      { normalUrl: value, applinkUrl: value, schemeUrl: value, authCodeForm: fc.record({ codeDetails: codes }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, (more) => {
        const answer = consultAnswer({ verified: true, status: 'S', code: 'SUCCESS', fields: more }, true);
        if (answer.kind !== 'consulted') return answer.kind === 'unknown';
        const { url = 'https://x.example', code = 'x' } = answer;
        const opens = /^(https|alipayhk):/i.test(url) || /^[a-z][a-z0-9+.-]+:\/\//i.test(url);
        return (
          opens &&
          !/^(javascript|data|file|http):/i.test(url) &&
          /^[!-~]{1,2048}$/.test(`${url.slice(0, 1_000)}${code.slice(0, 1_000)}`)
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['a page before a link into an app', { ...page, schemeUrl: 'alipays://agree?x=1' }, page.normalUrl],
    ['a link that a page of the app answers', { applinkUrl: 'https://app.example/1' }, 'https://app.example/1'],
    ['a link into an app where there is nothing else', { schemeUrl: 'alipayhk://agree' }, 'alipayhk://agree'],
    [
      'another page where the first is none',
      { normalUrl: 'x', applinkUrl: 'https://a.example/' },
      'https://a.example/',
    ],
  ])('%s', (_, more, url) => {
    expect(read(more)).toEqual({ ...done, url });
  });

  test.each([
    ['nothing at all', {}],
    ['a page without TLS', { normalUrl: 'http://wallet.example/agree' }],
    ['a script', { schemeUrl: 'javascript://x%0aalert(1)' }],
    ['a script in capitals', { schemeUrl: 'JavaScript://x' }],
    ['data', { schemeUrl: 'data://text/html,x' }],
    ['a page passed off as an app', { schemeUrl: 'http://wallet.example/agree' }],
    ['a script passed off as a page', { normalUrl: 'javascript:alert(1)' }],
    ['an address with a line break', { normalUrl: 'https://wallet.example/\r\nSet-Cookie: a=b' }],
    ['an address of 2049 characters', { normalUrl: `https://wallet.example/${'x'.repeat(2_026)}` }],
    ['a code of 2049 characters', { authCodeForm: { codeDetails: [{ ...text, codeValue: 'x'.repeat(2_049) }] } }],
    ['an address that is no text', { normalUrl: 7 }],
  ])('%s is nothing to show', (_, more) => {
    expect(read(more)).toEqual({ kind: 'unknown', detail: 'shape', code: 'SUCCESS' });
  });

  test('an acquirer that is itself spoken to without TLS may name such a page', () => {
    expect(read({ normalUrl: 'http://127.0.0.1:9000/agree' }, false)).toMatchObject({
      url: 'http://127.0.0.1:9000/agree',
    });
  });
});

describe('what applyToken gives', () => {
  const read = (more: object) => tokenAnswer(opened(result('S', 'SUCCESS', more)));
  const nothing = { accessUntil: null, refreshToken: null, refreshUntil: null, user: null };

  test('all of it', () => {
    const told = {
      ...{ accessToken: TOKEN, accessTokenExpiryTime: '2026-06-01T08:00:00+08:00', userLoginId: '852-9***21' },
      ...{ refreshToken: 'R1', refreshTokenExpiryTime: '2027-01-01T00:00:00.123Z', extendInfo: '{}' },
    };
    expect(read(told)).toEqual({
      ...{ kind: 'tokens', code: 'SUCCESS', accessToken: TOKEN, accessUntil: Date.parse('2026-06-01T00:00:00Z') },
      ...{ refreshToken: 'R1', refreshUntil: Date.parse('2027-01-01T00:00:00.123Z'), user: '852-9***21' },
    });
  });

  test('a token that lasts until it is cancelled', () => {
    const long = { kind: 'tokens', code: 'SUCCESS', accessToken: TOKEN, ...nothing };
    expect(read({ accessToken: TOKEN })).toEqual(long);
    expect(read({ accessToken: TOKEN, refreshToken: '', accessTokenExpiryTime: null })).toEqual(long);
  });

  test('a name that is not masked is not kept', () => {
    for (const userLoginId of ['85291234567', 'a@b.example', '', 7, `*${'x'.repeat(64)}`]) {
      expect(read({ accessToken: TOKEN, userLoginId })).toMatchObject({ user: null });
    }
  });

  test.each([
    ['no token', {}],
    ['a token of 129 characters', { accessToken: 'x'.repeat(129) }],
    ['a token with a blank', { accessToken: 'a b' }],
    ['a token that is no text', { accessToken: 7 }],
    ['a refresh token that cannot be one', { accessToken: TOKEN, refreshToken: 'a\nb' }],
    ['a time that is none', { accessToken: TOKEN, accessTokenExpiryTime: '2026-99-01T00:00:00Z' }],
    ['a time without its zone', { accessToken: TOKEN, accessTokenExpiryTime: '2026-01-01T00:00:00' }],
    ['another time that is none', { accessToken: TOKEN, refreshTokenExpiryTime: 1_767_225_600_000 }],
  ])('%s is no answer', (_, more) => {
    expect(read(more)).toEqual({ kind: 'unknown', detail: 'shape', code: 'SUCCESS' });
  });
});

describe('the wallets, as the sources have them', () => {
  test('AlipayHK: the two sources disagree, and the stricter one counts', () => {
    expect(antomWallets.find(({ issuer }) => issuer === 'alipayhk')).toMatchObject({
      ...{ method: 'ALIPAY_HK', currency: 'HKD', least: 10, most: 5_000_000, mostAYear: 20_000_000 },
      ...{ refund: true, partialRefund: true, refundWindowMs: 365 * 86_400_000, chargeback: true },
      disputed: [
        { field: 'least', says: [{ value: 1 }, { value: 10 }] },
        { field: 'chargeback', says: [{ value: false }, { value: true }] },
      ],
    });
  });

  test('DANA: rupiah in minor units, and a limit a day', () => {
    expect(antomWallets.find(({ issuer }) => issuer === 'dana')).toMatchObject({
      ...{ method: 'DANA', currency: 'IDR', least: 30_000, most: 1_000_000_000, mostADay: 2_000_000_000 },
      ...{ refund: true, partialRefund: true, refundWindowMs: 365 * 86_400_000, chargeback: true },
    });
  });

  test('no field is laxer than any source says', () => {
    for (const wallet of antomWallets) {
      for (const { field, says } of wallet.disputed) {
        for (const { value } of says) {
          const strict = Number(wallet[field]);
          expect(field === 'least' || field === 'chargeback' ? strict >= Number(value) : strict <= Number(value)).toBe(
            true,
          );
        }
      }
    }
  });
});

describe('over HTTP', () => {
  const unhurried = { plan: { callTimeoutMs: 5_000 }, linking: { wallets: antomWallets } };
  const linkingOf = (baseUrl: string, more: object = {}): Linking => {
    const { linking } = createAntom(antomOptions(baseUrl, { ...unhurried, ...more }));
    if (!linking) throw new Error('no linking');
    return linking;
  };
  const calls = (linking: Linking) => ({
    consult: () => linking.consult(asked),
    applyToken: () => linking.applyToken('alipayhk', CODE),
    refreshToken: () => linking.refreshToken('alipayhk', TOKEN),
    revoke: () => linking.revoke(TOKEN),
  });
  const secrets = { consult: STATE, applyToken: CODE, refreshToken: TOKEN, revoke: TOKEN };
  const names = Object.keys(secrets) as (keyof typeof secrets)[];

  test('a contract without Scan to Link links nothing, and a wallet that it does not link is not asked for', async () => {
    expect(createAntom(antomOptions('http://127.0.0.1:1')).linking).toBeUndefined();
    const linking = linkingOf('http://127.0.0.1:1');
    expect(await linking.consult({ ...asked, wallet: 'paypay' })).toEqual({
      ...{ kind: 'failed', reason: 'configuration', alarm: true },
    });
    const unsaid = { kind: 'not-sent', detail: 'the account links no such wallet' };
    expect(await linking.applyToken('paypay', CODE), 'its owner has agreed: config can be put right').toEqual(unsaid);
    expect(await linking.refreshToken('paypay', TOKEN), 'and so it is while its token is good').toEqual(unsaid);
  });

  test.each(names)('%s: of an ISV it carries the token of the merchant that has authorised us', async (name) => {
    const server = await start((socket) => socket.end(http('{}')));
    await calls(linkingOf(server.url, { agentToken: 'AGENT-TOKEN-0123' }))[name]();
    expect(server.received()).toMatch(/agent-token: AGENT-TOKEN-0123/i);
  });

  test.each(names)('%s: nobody listens, so not a byte was sent', async (name) => {
    expect((await calls(linkingOf('http://127.0.0.1:1'))[name]()).kind).toBe('not-sent');
  });

  test.each(names)('%s: broken, unsigned, or signed for another call, it decides nothing', async (name) => {
    const api = name === 'refreshToken' ? 'applyToken' : name;
    const body = JSON.stringify(result('S', 'SUCCESS', { ...page, accessToken: TOKEN }));
    const time = '2026-01-01T12:00:05+08:00';
    const signed = (path: string): string => {
      const signature = signatureHeader({ path, clientId: CLIENT_ID, time, body: Buffer.from(body) }, privateKey, '1');
      return `response-time: ${time}\r\nsignature: ${signature}\r\n`;
    };
    const answers = [
      [{ kind: 'unknown', detail: 'io' }, ''],
      [{ kind: 'unknown', detail: 'not-json' }, http('<html>')],
      [{ kind: 'unknown', detail: 'bad-signature' }, http(body)],
      [{ kind: 'unknown', detail: 'bad-signature' }, http(body, { headers: signed(apiPath('pay', CLIENT_ID)) })],
    ] as const;
    for (const [expected, text] of answers) {
      const server = await start((socket) => socket.end(text));
      expect(await calls(linkingOf(server.url))[name]()).toMatchObject(expected);
    }
    const server = await start((socket) => socket.end(http(body, { headers: signed(apiPath(api, CLIENT_ID)) })));
    expect((await calls(linkingOf(server.url))[name]()).kind).toMatch(/^(consulted|tokens|revoked)$/);
  });

  test.each(names)('%s: its secret goes to the acquirer and nowhere else, whatever is echoed', async (name) => {
    const traces: AntomTrace[] = [];
    const secret = secrets[name];
    const echo = http(JSON.stringify(result('F', `A_${secret.toUpperCase().replace(/[^A-Z]/g, '')}`)), {
      headers: `tracerId: ${secret}\r\n`,
    });
    const server = await start((socket) => socket.end(echo));
    const linking = linkingOf(server.url, { onTrace: (trace: AntomTrace) => traces.push(trace) });
    const answer = await calls(linking)[name]();
    expect(server.received()).toContain(secret);
    expect(traces).toHaveLength(1);
    expect(traceOf(secret, JSON.stringify([answer, traces]))).toBeUndefined();
    expect(traces[0]).not.toHaveProperty('requestId');
  });
});
