import { createPrivateKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyBody, consultBody, refreshBody, revokeBody } from '../../../../relay/acquirers/antom/linking-requests.js';
import { type Api, apiPath } from '../../../../relay/acquirers/antom/paths.js';
import { debitBody } from '../../../../relay/acquirers/antom/requests.js';
import { signatureHeader } from '../../../../relay/acquirers/antom/signing.js';
import { playedManners } from '../../../../relay/sandbox/antom/plays.js';
import { SANDBOX_CLIENT_ID, type Sandbox, startSandbox } from '../../../../relay/sandbox/server.js';
import { freshState, onPage, RETURN_URL } from '../../../contract/acquirer/linked.js';
import { control, freshRequest, keys, totals } from '../../../contract/acquirer/stage.js';

const merchantKey = createPrivateKey(keys.merchantPrivatePem);
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ keys, merchantName: 'Snacks & "Drinks" <b>' });
});
afterEach(() => sandbox.stop());

/** A call of our own making, past the adapter. */
async function say(api: Api, content: object): Promise<Record<string, unknown>> {
  const body = JSON.stringify(content);
  const [path, time] = [apiPath(api, SANDBOX_CLIENT_ID), String(Date.now())];
  const parts = { path, clientId: SANDBOX_CLIENT_ID, time, body: Buffer.from(body) };
  const headers = {
    'Client-Id': SANDBOX_CLIENT_ID,
    'Request-Time': time,
    signature: signatureHeader(parts, merchantKey, '1'),
  };
  const answer = await fetch(new URL(path, sandbox.acquirerUrl), { method: 'POST', headers, body });
  const said: unknown = await answer.json();
  return said as Record<string, unknown>;
}
const consult = (changes: object = {}) => ({
  ...consultBody({ wallet: 'alipayhk', state: freshState(), returnUrl: RETURN_URL }, 'ALIPAY_HK', {
    notifyUrl: 'https://relay.example/n',
  }),
  ...changes,
});
const illegal = (field: string) => ({
  result: { resultStatus: 'F', resultCode: 'PARAM_ILLEGAL', resultMessage: expect.stringContaining(field) },
});
const success = { result: { resultStatus: 'S', resultCode: 'SUCCESS' } };
const linking = (body: object) => control(sandbox, 'POST', 'linking', body);

describe('required fields', () => {
  const without = (body: object, name: string): object =>
    Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));

  test.each(['customerBelongsTo', 'authRedirectUrl', 'scopes', 'authState', 'terminalType'])(
    'consult: %s is missed, and named',
    async (name) => {
      expect(await say('consult', without(consult(), name))).toMatchObject(illegal(name));
      expect(sandbox.linking?.links()).toEqual([]);
    },
  );

  test.each([
    ['scopes', { scopes: [] }],
    ['scopes', { scopes: 'AGREEMENT_PAY' }],
    ['scopes', { scopes: ['AGREEMENT_PAY', 'ALL'] }],
    ['scopes', { scopes: Array(5).fill('AGREEMENT_PAY') }],
    ['authState', { authState: 'x'.repeat(257) }],
    ['terminalType', { terminalType: 'KIOSK' }],
    ['authRedirectUrl', { authRedirectUrl: 'relay.example' }],
    ['customerBelongsTo', { customerBelongsTo: 'CONNECT_WALLET' }],
    ['authClientId', { authClientId: 'x'.repeat(65) }],
    ['merchantRegion', { merchantRegion: 'Japan' }],
    ['recurringPayment', { recurringPayment: true }],
  ])('consult: %s that is wrong is named: %j', async (name, changes) => {
    expect(await say('consult', consult(changes))).toMatchObject(illegal(name));
  });

  test.each([
    ['grantType', without(applyBody('c', 'DANA', {}), 'grantType')],
    ['grantType', { ...applyBody('c', 'DANA', {}), grantType: 'PASSWORD' }],
    ['customerBelongsTo', without(applyBody('c', 'DANA', {}), 'customerBelongsTo')],
    ['authCode', without(applyBody('c', 'DANA', {}), 'authCode')],
    ['refreshToken', { ...applyBody('c', 'DANA', {}), refreshToken: 'r' }],
    ['authCode', { ...refreshBody('r', 'DANA', {}), authCode: 'c' }],
    ['refreshToken', { ...applyBody('c', 'DANA', {}), grantType: 'REFRESH_TOKEN' }],
    ['refreshToken', refreshBody('r'.repeat(129), 'DANA', {})],
  ])('applyToken: %s', async (name, body) => {
    expect(await say('applyToken', body)).toMatchObject(illegal(name));
  });

  test('revoke: accessToken', async () => {
    expect(await say('revoke', {})).toMatchObject(illegal('accessToken'));
    expect(await say('revoke', revokeBody('x'.repeat(129), {}))).toMatchObject(illegal('accessToken'));
    expect(await say('revoke', revokeBody('nobody', {}))).toMatchObject({
      result: { resultCode: 'INVALID_ACCESS_TOKEN' },
    });
  });

  test('a pay by token: each that it needs, and an expiry within a minute', async () => {
    const merchant = {
      ...{ referenceMerchantId: 'M', merchantName: 'Kiosk Co', merchantMCC: '5499' },
      store: { referenceStoreId: 'S', storeName: 'Lobby', storeMCC: '5499' },
    };
    const request = freshRequest({ wallet: 'alipayhk', code: 'nobody' });
    const context = { merchant, settlementCurrency: 'HKD', notifyUrl: 'https://relay.example/n' };
    const body = debitBody(request, 'ALIPAY_HK', context, new Date());
    const unlinked = { result: { resultCode: 'INVALID_ACCESS_TOKEN' } };
    expect(await say('pay', body)).toMatchObject(unlinked);
    for (const optional of ['paymentNotifyUrl', 'paymentExpiryTime']) {
      expect(await say('pay', { ...without(body, optional), paymentRequestId: freshState() })).toMatchObject(unlinked);
    }
    for (const name of ['paymentRequestId', 'paymentAmount', 'paymentMethod', 'settlementStrategy', 'order']) {
      expect(await say('pay', without(body, name)), name).toMatchObject(illegal(name));
    }
    const scanned = { ...body.paymentMethod, paymentMethodType: 'CONNECT_WALLET' };
    expect(await say('pay', { ...body, paymentMethod: scanned })).toMatchObject(illegal('paymentMethodType'));
    const far = new Date(Date.now() + 62_000).toISOString();
    expect(await say('pay', { ...body, paymentExpiryTime: far })).toMatchObject(illegal('paymentExpiryTime'));
    expect(totals(sandbox)).toEqual([0, 0]);
  });
});

describe("the wallet's page", () => {
  const opened = async (changes: object = {}): Promise<string> =>
    String((await say('consult', consult(changes)))['normalUrl']);

  test('names the wallet, who asks and for what, and runs nothing of anybody’s', async () => {
    const { status, html, headers } = await onPage(await opened({ scopes: ['AGREEMENT_PAY', 'USER_INFO'] }));
    expect(status).toBe(200);
    expect(html).toContain('AlipayHK');
    expect(html).toContain('<strong>Snacks &amp; &quot;Drinks&quot; &lt;b&gt;</strong>');
    expect(html.match(/<li>/g)).toHaveLength(2);
    expect(html).toMatch(/value="agree".*value="decline"/);
    expect(html).not.toContain('<script');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('opening it decides nothing; agreeing does, and shows the way back', async () => {
    const url = await opened({ authRedirectUrl: 'https://relay.example/M?a="b"' });
    await fetch(url, { method: 'HEAD' });
    await onPage(url);
    expect(sandbox.linking?.links()).toMatchObject([{ state: 'offered' }]);
    const { html } = await onPage(url, 'agree');
    expect(html).toContain('You have agreed');
    expect(html).toContain('href="https://relay.example/M?a=&quot;b&quot;"');
    expect(html).not.toContain('value="agree"');
    expect((await onPage(url)).html, 'read again').toContain('You have agreed');
  });

  test('declining is told on it; the code in the QR opens the same page', async () => {
    const answer = await say('consult', consult());
    const code = JSON.stringify(answer['authCodeForm']).match(/"codeValue":"([^"]+sign=[^"]+)"/)?.[1] ?? '';
    expect((await onPage(code, 'decline')).html).toContain('You have declined');
    expect((await onPage(String(answer['normalUrl']))).html).toContain('You have declined');
  });

  test('a permission can be withdrawn on it only once there is one', async () => {
    const url = await opened();
    expect((await onPage(url, 'cancel')).status).toBe(409);
    await onPage(url, 'agree');
    expect((await onPage(url, 'cancel')).status, 'no token yet').toBe(409);
  });

  test.each([
    ['an unknown page', 404, '/wallet/consent/00000000000000000000000000000000'],
    ['another path', 404, '/wallet/'],
    ['a path with more', 404, '/wallet/consent/00000000000000000000000000000000/x'],
  ])('%s is %i', async (_, status, path) => {
    expect((await onPage(`${sandbox.acquirerUrl}${path}`)).status).toBe(status);
  });

  test('what is no decision decides nothing', async () => {
    const url = await opened();
    for (const body of ['', 'action=', 'action=constructor', 'x'.repeat(2_000)]) {
      expect((await fetch(url, { method: 'POST', body })).status).toBe(400);
    }
    expect((await fetch(url, { method: 'PUT', body: 'action=agree' })).status).toBe(405);
    expect(sandbox.linking?.links()).toMatchObject([{ state: 'offered' }]);
  });
});

describe('the control port', () => {
  test('shows the links, and does what their owners do', async () => {
    const answer = await say('consult', consult());
    expect((await control(sandbox, 'GET', 'links')).body).toEqual({
      links: [{ link: '1', wallet: 'ALIPAY_HK', state: 'offered', consentUrl: answer['normalUrl'], accessUntil: null }],
    });
    const decide = (link: string, action: unknown) => control(sandbox, 'POST', `links/${link}`, { action });
    expect((await decide('1', 'shrug')).status).toBe(422);
    expect((await decide('2', 'agree')).status).toBe(404);
    expect(await decide('1', 'agree')).toEqual({ status: 200, body: { link: '1', action: 'agree' } });
    expect((await decide('1', 'agree')).status).toBe(409);
    expect((await decide('1', 'cancel')).status).toBe(409);
  });

  test('sets what the next calls answer, so many times, and then no more', async () => {
    const play = { api: 'consult', result: 'UNKNOWN_EXCEPTION', times: 2 };
    expect(await linking(play)).toEqual({ status: 200, body: play });
    for (let n = 0; n < 2; n++) {
      expect(await say('consult', consult())).toMatchObject({
        result: { resultStatus: 'U', resultCode: 'UNKNOWN_EXCEPTION' },
      });
    }
    expect(await say('consult', consult())).toMatchObject(success);
    await linking({ api: 'consult', result: 'RISK_REJECT' });
    await linking({ api: 'consult', result: 'RISK_REJECT', times: 0 });
    expect(await say('consult', consult()), 'taken back').toMatchObject(success);
    expect(sandbox.linking?.links(), 'what was refused was not done').toHaveLength(2);
  });

  test.each([
    ['bad-api', { api: 'pay', result: 'RISK_REJECT' }],
    ['bad-api', { result: 'RISK_REJECT' }],
    ['bad-times', { api: 'consult', result: 'RISK_REJECT', times: -1 }],
    ['bad-times', { api: 'consult', result: 'RISK_REJECT', times: 1.5 }],
    ['bad-play', { api: 'consult' }],
    ['bad-play', { api: 'consult', result: 'SUCCESS' }],
    ['bad-play', { api: 'consult', result: 'risk' }],
    ['bad-play', { api: 'consult', manner: 'rude' }],
    ['bad-play', { api: 'consult', manner: 'wrong-currency' }],
    ['bad-play', { api: 'consult', manner: 'drop', result: 'RISK_REJECT' }],
    ['bad-life', { tokenLifeMs: 0 }],
    ['bad-life', { tokenLifeMs: '5' }],
  ])('%s: %j', async (code, body) => {
    expect(await linking(body)).toMatchObject({ status: 422, body: { error: { code } } });
  });

  test('the life of tokens is told back', async () => {
    for (const tokenLifeMs of [5_000, null]) {
      expect(await linking({ tokenLifeMs })).toEqual({ status: 200, body: { tokenLifeMs } });
    }
  });

  test('every manner can be set', async () => {
    for (const manner of playedManners) {
      expect((await linking({ api: 'revoke', manner })).body).toEqual({ api: 'revoke', times: 1, manner });
    }
  });

  test('knows no other way, and an acquirer that links no wallets says so', async () => {
    expect((await control(sandbox, 'GET', 'linking')).status).toBe(404);
    expect((await control(sandbox, 'GET', 'links/1')).status).toBe(404);
    const codepay = await startSandbox({ keys, acquirer: 'codepay' });
    try {
      expect(await control(codepay, 'GET', 'links')).toMatchObject({
        status: 409,
        body: { error: { code: 'no-linking' } },
      });
      expect(codepay.linking).toBeUndefined();
    } finally {
      await codepay.stop();
    }
  });
});
