import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Api, apiPath, isoWithOffset } from '../../../../relay/acquirers/antom/paths.js';
import { payBody } from '../../../../relay/acquirers/antom/requests.js';
import { signatureHeader, verifySignature } from '../../../../relay/acquirers/antom/signing.js';
import type { Acquirer } from '../../../../relay/acquirers/contract.js';
import { playedManners } from '../../../../relay/sandbox/antom/plays.js';
import { notifyManners } from '../../../../relay/sandbox/notifier.js';
import { scenarioAmounts, scenarioNames } from '../../../../relay/sandbox/scenarios.js';
import { SANDBOX_CLIENT_ID, type Sandbox } from '../../../../relay/sandbox/server.js';
import type { SandboxCall } from '../../../../relay/sandbox/stage.js';
import {
  antomFor,
  control,
  freshCode,
  freshCpm,
  freshLetters,
  freshRequest,
  keys,
  stage,
  totals,
} from '../../../contract/acquirer/stage.js';
import { traceOf } from '../../protocol/traces.js';

const merchantKey = createPrivateKey(keys.merchantPrivatePem);
const antomKey = createPublicKey(keys.acquirerPublicPem);
const START_MS = Date.parse('2026-01-01T00:00:00Z');

let sandbox: Sandbox;
let acquirer: Acquirer;
let nowMs = START_MS;
let calls: SandboxCall[];
beforeEach(async () => {
  nowMs = START_MS;
  calls = [];
  const onCall = (call: SandboxCall): number => calls.push(call);
  ({ sandbox, acquirer } = await stage({ clockMs: () => nowMs, autoConfirmMs: 4_000, timeScale: 2, onCall }));
});
afterEach(() => sandbox.stop());

const request = (changes: Parameters<typeof freshRequest>[0] = {}) =>
  freshRequest({ scannedAt: new Date(nowMs), expiresAt: new Date(nowMs + 50_000), ...changes });

type Said = { status: number; headers: Record<string, unknown>; body: string; json: Record<string, unknown> };
/** A call of our own making, past the adapter. */
function call(
  api: string,
  body: string,
  how: Partial<{ path: string; time: string; header: string; method: string }> = {},
) {
  const path = how.path ?? apiPath(api as Api, SANDBOX_CLIENT_ID);
  const time = how.time ?? String(nowMs);
  const parts = { path, clientId: SANDBOX_CLIENT_ID, time, body: Buffer.from(body) };
  const signature = how.header ?? signatureHeader(parts, merchantKey, '1');
  return new Promise<Said>((resolve, reject) => {
    const outgoing = httpRequest(
      new URL(path, sandbox.acquirerUrl),
      { method: how.method ?? 'POST', headers: { 'Client-Id': SANDBOX_CLIENT_ID, 'Request-Time': time, signature } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, json: JSON.parse(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
const say = (api: Api, content: object): Promise<Said> => call(api, JSON.stringify(content));
const merchant = {
  referenceMerchantId: 'M-001',
  merchantName: 'Kiosk Co',
  merchantMCC: '5499',
  store: { referenceStoreId: 'S-17', storeName: 'Lobby', storeMCC: '5499' },
};
const bodyOfPay = (changes: object = {}) => ({
  ...payBody(request(), { merchant, settlementCurrency: 'HKD', notifyUrl: 'https://relay.example/notify' }),
  ...changes,
});
const failure = (code: string) => expect.objectContaining({ resultStatus: 'F', resultCode: code });

describe("Antom's protocol", () => {
  test('every answer is signed over the path it was asked on', async () => {
    const { headers, body } = await say('pay', bodyOfPay());
    const parts = {
      path: '/ams/sandbox/api/v1/payments/pay',
      clientId: String(headers['client-id']),
      time: String(headers['response-time']),
      body: Buffer.from(body),
    };
    expect(parts.time).toBe('2026-01-01T00:00:00+00:00');
    expect(verifySignature(parts, String(headers['signature']), antomKey)).toBe(true);
  });

  test.each([
    ['no signature', { header: '' }],
    ['a signature of something else', { header: 'algorithm=RSA256,keyVersion=1,signature=AAAA' }],
    ['a time that is none', { time: 'yesterday' }],
  ])('%s: refused unsigned, and nothing charged', async (_what, how) => {
    const { json, headers } = await call('pay', JSON.stringify(bodyOfPay()), how);
    expect(json['result']).toEqual(failure('INVALID_SIGNATURE'));
    expect(headers['signature']).toBeUndefined();
    expect(totals(sandbox)).toEqual([0, 0]);
  });

  test('the signature is of the bytes: the same JSON with one blank more is refused', async () => {
    const body = JSON.stringify(bodyOfPay());
    const parts = { path: apiPath('pay', SANDBOX_CLIENT_ID), clientId: SANDBOX_CLIENT_ID, time: String(nowMs) };
    const header = signatureHeader({ ...parts, body: Buffer.from(body) }, merchantKey, '1');
    const { json } = await call('pay', body.replace('{', '{ '), { header });
    expect(json['result']).toEqual(failure('INVALID_SIGNATURE'));
  });

  test('another path, method or body is refused, signed', async () => {
    const wrongPath = await call('pay', '{}', { path: '/ams/api/v1/payments/pay' });
    expect(wrongPath.json['result']).toEqual(failure('NO_INTERFACE_DEF'));
    const wrongMethod = await call('pay', '{}', { method: 'PUT' });
    expect(wrongMethod.json['result']).toEqual(failure('METHOD_NOT_SUPPORTED'));
    const noJson = await call('pay', '[]');
    expect(noJson.json['result']).toEqual(failure('PARAM_ILLEGAL'));
    expect(noJson.headers['signature']).toBeTruthy();
  });

  test('a request of more than 256 KiB is cut off', async () => {
    await expect(call('pay', 'x'.repeat(300_000))).rejects.toThrow();
  });
});

describe('required fields of pay', () => {
  type Tree = { [name: string]: Tree | string };
  const leaves = (tree: Tree, path: string[] = []): string[][] =>
    Object.entries(tree).flatMap(([name, value]) =>
      typeof value === 'string' ? [[...path, name]] : leaves(value, [...path, name]),
    );
  /** The tree with one leaf changed; undefined removes it. */
  function changed(tree: Tree, [name = '', ...rest]: string[], to: unknown): Tree {
    const inner = tree[name];
    const value = rest.length > 0 && typeof inner === 'object' ? changed(inner, rest, to) : (to as string);
    return { ...tree, [name]: value };
  }

  test('each of them is missed, and named', async () => {
    const paths = leaves(bodyOfPay() as unknown as Tree);
    expect(paths).toHaveLength(22);
    for (const path of paths) {
      const body = bodyOfPay() as unknown as Tree;
      const without = await say('pay', changed(body, path, undefined));
      if (path.join('.') === 'paymentExpiryTime') {
        expect(without.json['result']).toMatchObject({ resultStatus: 'S' });
        continue;
      }
      expect(without.json['result'], path.join('.')).toEqual(failure('PARAM_ILLEGAL'));
      expect(JSON.stringify(without.json)).toContain(path.join('.'));
      const number = await say('pay', changed(body, path, 5499));
      expect(number.json['result'], path.join('.')).toEqual(failure('PARAM_ILLEGAL'));
    }
    expect(totals(sandbox)).toEqual([3550, 0]);
  });

  test.each([
    [{ paymentAmount: { currency: 'HKD', value: '35.50' } }, 'paymentAmount.value'],
    [{ paymentAmount: { currency: 'HKD', value: '0' } }, 'paymentAmount.value'],
    [{ productCode: 'CASHIER_PAYMENT' }, 'productCode'],
    [{ paymentRequestId: 'x'.repeat(65) }, 'paymentRequestId'],
    [{ paymentExpiryTime: 'tomorrow' }, 'paymentExpiryTime'],
    [{ order: { ...bodyOfPay().order, buyer: { age: 5 } } }, 'order.buyer.age'],
    [{ splitOrder: true }, 'splitOrder'],
    [{ paymentExpiryTime: '2026-99-99T00:00:00+00:00' }, 'paymentExpiryTime'],
  ])('%j is refused', async (changes, field) => {
    const { json } = await say('pay', bodyOfPay(changes));
    expect(json['result']).toMatchObject({
      resultCode: 'PARAM_ILLEGAL',
      resultMessage: expect.stringContaining(field),
    });
  });

  test('inquiry and cancel need one of two ids', async () => {
    for (const api of ['inquiryPayment', 'cancel', 'inquiryRefund'] as const) {
      expect((await say(api, {})).json['result']).toEqual(failure('PARAM_ILLEGAL'));
    }
  });
});

describe('codes', () => {
  test('a code pays once', async () => {
    const code = freshCode();
    expect(await acquirer.pay(request({ code }))).toMatchObject({ kind: 'paid' });
    expect(await acquirer.pay(request({ code }))).toMatchObject({ kind: 'declined', reason: 'code-expired' });
    expect(totals(sandbox)).toEqual([3550, 0]);
  });

  test.each([
    ['another prefix', '2412345678901234567'],
    ['a prefix after the last', '3112345678901234567'],
    ['too few digits', '281234567890123'],
    ['too many digits', '2812345678901234567890123'],
    ['letters behind a prefix of digits', '28AB'],
    ['too few letters', '22J11111111111111'],
    ['too many letters', '22J1111111111111111'],
    ['a letter that is none of 52', '22J11111111111111\u00e9'],
    ['letters behind no prefix', 'abcdefghijklmnopqr'],
    ['EMV CPM of nothing', 'hQVDUFYwMQ=='],
    ['EMV CPM of another version', 'hQVDUFYwMmEA'],
    ['EMV CPM with another object first', 'hQVDUFYwMU8A'],
    ['EMV CPM without its padding', freshCpm(97).replace(/=+$/, '')],
    ['EMV CPM in the alphabet for URLs', 'hQVDUFYwMWEC__8A'],
    ['EMV CPM with a blank in it', 'hQVDUFYwMWEA '],
  ])('%s is no payment code', async (_what, code) => {
    expect(await acquirer.pay(request({ code }))).toMatchObject({ kind: 'declined', reason: 'code-not-accepted' });
    expect(totals(sandbox)).toEqual([0, 0]);
  });

  test.each([
    ['22 and 16 letters and digits', '22J111111111111111'],
    ['22 and 16 digits', '229060001332419499'],
    ['EMV CPM of two applications', 'hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0Mg=='],
    ['EMV CPM whose common data comes first', 'hQVDUFYwMWIAYQA='],
    ['EMV CPM of 128 characters', freshCpm(96)],
  ])('%s is a payment code', async (_what, code) => {
    expect(await acquirer.pay(request({ code }))).toMatchObject({ kind: 'paid' });
  });

  test('a code longer than the field is no request at all', async () => {
    const paymentMethod = { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: freshCpm(99) };
    expect(paymentMethod.paymentMethodId).toHaveLength(132);
    const { json, body } = await say('pay', bodyOfPay({ paymentMethod }));
    expect(json['result']).toEqual(failure('PARAM_ILLEGAL'));
    expect(traceOf(paymentMethod.paymentMethodId, body + JSON.stringify(calls))).toBeUndefined();
  });

  test.each([
    ['digits', freshCode()],
    ['letters and digits', freshLetters()],
    ['EMV CPM', freshCpm()],
  ])('no log line and no answer holds the code: %s', async (_what, code) => {
    const { body } = await say(
      'pay',
      bodyOfPay({ paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: code } }),
    );
    expect(body).toContain('SUCCESS');
    expect(traceOf(code, body + JSON.stringify([calls, sandbox.ledger()]))).toBeUndefined();
    expect(calls).toEqual([{ api: 'pay', paymentRequestId: expect.any(String), manner: 'plain', code: 'SUCCESS' }]);
  });
});

describe('time', () => {
  test('an expired payment never succeeds: not at pay, not by the dialog, not by its timer', async () => {
    expect(await acquirer.pay(request({ expiresAt: new Date(nowMs) }))).toMatchObject({ kind: 'declined' });
    await sandbox.setScenario('password');
    const late = request({ expiresAt: new Date(nowMs + 1_000) });
    expect(await acquirer.pay(late)).toMatchObject({ kind: 'pending' });
    nowMs += 1_000;
    expect((await control(sandbox, 'POST', `dialogs/${late.requestId}`, { action: 'confirm' })).status).toBe(409);
    nowMs += 10_000;
    expect(await acquirer.inquire(late.requestId)).toMatchObject({ kind: 'declined', code: 'ORDER_IS_CLOSED' });
    expect(totals(sandbox)).toEqual([0, 0]);
  });

  test('nor when nobody looked in between', async () => {
    await sandbox.setScenario('password');
    const late = request({ expiresAt: new Date(nowMs + 1_000) });
    await acquirer.pay(late);
    nowMs += 10_000;
    expect(await acquirer.inquire(late.requestId)).toMatchObject({ kind: 'declined', code: 'ORDER_IS_CLOSED' });
    expect(totals(sandbox)).toEqual([0, 0]);
  });

  test('a cancel said again later has the same answer', async () => {
    const { requestId } = request();
    await acquirer.pay(request({ requestId }));
    const first = await say('cancel', { paymentRequestId: requestId });
    nowMs += 5_000;
    expect((await say('cancel', { paymentRequestId: requestId })).json).toEqual(first.json);
  });

  test('the password is entered by itself after the scaled time', async () => {
    await sandbox.setScenario('password');
    const slow = request();
    await acquirer.pay(slow);
    nowMs += 1_999;
    expect(await acquirer.inquire(slow.requestId)).toMatchObject({ kind: 'pending' });
    nowMs += 1;
    expect(await acquirer.inquire(slow.requestId)).toMatchObject({ kind: 'paid' });
  });

  test('without an expiry it is ten minutes, scaled', async () => {
    await sandbox.setScenario('password-timeout');
    const { paymentExpiryTime: _, ...body } = bodyOfPay();
    const { json } = await say('pay', body);
    expect(json['result']).toMatchObject({ resultStatus: 'U', resultCode: 'PAYMENT_IN_PROCESS' });
    const requestId = String(json['paymentRequestId']);
    nowMs += 299_999;
    expect(await acquirer.inquire(requestId)).toMatchObject({ kind: 'pending' });
    nowMs += 1;
    expect(await acquirer.inquire(requestId)).toMatchObject({ kind: 'declined' });
  });

  test('late-success was confirmed in time: found paid at the cancel, also after the expiry', async () => {
    await sandbox.setScenario('late-success');
    const late = request();
    await acquirer.pay(late);
    nowMs += 60_000;
    expect(await acquirer.inquire(late.requestId)).toMatchObject({ kind: 'pending' });
    expect(await acquirer.cancel(late.requestId)).toMatchObject({ kind: 'cancelled' });
    expect(totals(sandbox)).toEqual([3550, 3550]);
  });

  test('a scenario belongs to the payment that began under it', async () => {
    await sandbox.setScenario('password-timeout');
    const held = request();
    await acquirer.pay(held);
    await sandbox.setScenario('approve');
    expect(await acquirer.pay(held)).toMatchObject({ kind: 'pending' });
    const forgotten = request();
    await sandbox.setScenario('lost-request');
    await acquirer.pay(forgotten);
    await sandbox.setScenario('approve');
    expect(await acquirer.pay(forgotten)).toEqual({ kind: 'unknown', detail: 'io' });
    expect(await acquirer.pay(request())).toMatchObject({ kind: 'paid' });
    expect(sandbox.ledger().payments.map(({ scenario, state }) => [scenario, state])).toEqual([
      ['password-timeout', 'PROCESSING'],
      ['approve', 'SUCCESS'],
    ]);
  });
});

describe('refunds', () => {
  async function paidPayment(): Promise<{ requestId: string; paymentId: string }> {
    const { requestId } = request();
    const answer = await acquirer.pay(request({ requestId }));
    if (answer.kind !== 'paid' || !answer.acquirerId) throw new Error(`not paid: ${answer.kind}`);
    return { requestId, paymentId: answer.acquirerId };
  }
  const refund = (paymentId: string, refundRequestId: string, value: string, currency = 'HKD') =>
    say('refund', { paymentId, refundRequestId, refundAmount: { currency, value } });

  test('in parts, up to what was paid, each once', async () => {
    const { requestId, paymentId } = await paidPayment();
    const first = await refund(paymentId, 'r1', '3000');
    expect(first.json).toMatchObject({ result: { resultStatus: 'S' }, paymentId, refundAmount: { value: '3000' } });
    expect((await refund(paymentId, 'r1', '3000')).json).toEqual(first.json);
    expect((await refund(paymentId, 'r1', '1')).json['result']).toEqual(failure('REPEAT_REQ_INCONSISTENT'));
    expect((await refund(paymentId, 'r2', '551')).json['result']).toEqual(failure('REFUND_AMOUNT_EXCEED'));
    expect((await refund(paymentId, 'r2', '1', 'USD')).json['result']).toEqual(failure('CURRENCY_NOT_SUPPORT'));
    expect((await refund(paymentId, 'r2', '550')).json['result']).toMatchObject({ resultStatus: 'S' });
    expect(totals(sandbox)).toEqual([3550, 3550]);

    const asked = await say('inquiryRefund', { refundRequestId: 'r1' });
    expect(asked.json).toMatchObject({ refundStatus: 'SUCCESS', refundId: first.json['refundId'] });
    const both = await say('inquiryRefund', { refundRequestId: 'r2', refundId: String(first.json['refundId']) });
    expect(both.json).toMatchObject({ refundRequestId: 'r1' });
    const inquired = await say('inquiryPayment', { paymentRequestId: requestId });
    expect(inquired.json['transactions']).toHaveLength(2);
    expect(await acquirer.cancel(requestId)).toMatchObject({ kind: 'refused', code: 'PROCESS_FAIL' });
    expect(totals(sandbox)).toEqual([3550, 3550]);
  });

  test('not of what is cancelled, undecided or unknown', async () => {
    const { requestId, paymentId } = await paidPayment();
    await acquirer.cancel(requestId);
    expect((await refund(paymentId, 'r1', '1')).json['result']).toEqual(failure('ORDER_IS_CANCELED'));
    await sandbox.setScenario('password-timeout');
    const held = await acquirer.pay(request());
    const heldId = 'acquirerId' in held ? (held.acquirerId ?? '') : '';
    expect((await refund(heldId, 'r1', '1')).json['result']).toEqual(failure('ORDER_STATUS_INVALID'));
    expect((await refund('nobody', 'r1', '1')).json['result']).toEqual(failure('ORDER_NOT_EXIST'));
    expect((await say('inquiryRefund', { refundRequestId: 'r1' })).json['result']).toEqual(failure('ORDER_NOT_EXIST'));
  });
});

describe('the control port', () => {
  test('sets the scenario, and says which there are', async () => {
    expect(await control(sandbox, 'POST', 'scenario', { scenario: 'decline' })).toEqual({
      status: 200,
      body: { scenario: 'decline' },
    });
    expect((await control(sandbox, 'GET', 'scenario')).body).toEqual({ scenario: 'decline', scenarios: scenarioNames });
    expect(await acquirer.pay(request())).toMatchObject({ kind: 'declined' });
    for (const scenario of ['constructor', '', 5, undefined]) {
      const refused = await control(sandbox, 'POST', 'scenario', { scenario });
      expect(refused).toMatchObject({ status: 422, body: { error: { code: 'bad-scenario' } } });
    }
  });

  test('shows the ledger', async () => {
    const { requestId } = request();
    await acquirer.pay(request({ requestId }));
    const { body } = await control(sandbox, 'GET', 'ledger');
    expect(body).toEqual({
      charged: 3550,
      returned: 0,
      payments: [
        {
          paymentRequestId: requestId,
          state: 'SUCCESS',
          charged: 3550,
          returned: 0,
          currency: 'HKD',
          scenario: 'approve',
        },
      ],
    });
    expect(body).toEqual(sandbox.ledger());
  });

  test.each([
    ['confirm', { kind: 'paid' }, [3550, 0]],
    ['reject', { kind: 'declined', reason: 'wrong-password' }, [0, 0]],
  ])('the dialog: %s', async (action, expected, money) => {
    await sandbox.setScenario('password-timeout');
    const asked = request();
    await acquirer.pay(asked);
    const dialog = { paymentRequestId: asked.requestId, amount: 3550, currency: 'HKD' };
    expect((await control(sandbox, 'GET', 'dialogs')).body).toEqual({ dialogs: [dialog] });
    const path = `dialogs/${asked.requestId}`;
    expect((await control(sandbox, 'POST', path, { action: 'shrug' })).status).toBe(422);
    expect((await control(sandbox, 'POST', path, { action })).status).toBe(200);
    expect((await control(sandbox, 'POST', path, { action })).status).toBe(409);
    expect((await control(sandbox, 'GET', 'dialogs')).body).toEqual({ dialogs: [] });
    expect(await acquirer.inquire(asked.requestId)).toMatchObject(expected);
    expect(totals(sandbox)).toEqual(money);
    expect((await control(sandbox, 'POST', 'dialogs/nobody', { action })).status).toBe(404);
  });

  test('closes the acquirer, standing connections with it, and opens it on the same port', async () => {
    const { hostname, port } = new URL(sandbox.acquirerUrl);
    const standing = connect({ host: hostname, port: Number(port) });
    await new Promise((resolve) => standing.once('connect', resolve));
    const closed = new Promise((resolve) => standing.once('close', resolve));
    standing.on('error', () => undefined);
    expect((await control(sandbox, 'POST', 'listen', { open: false })).body).toEqual({ open: false });
    await closed;
    expect(await acquirer.pay(request())).toEqual({ kind: 'not-sent', detail: 'ECONNREFUSED' });
    expect((await control(sandbox, 'GET', 'listen')).body).toEqual({ open: false });
    await control(sandbox, 'POST', 'listen', { open: true });
    expect(await acquirer.pay(request())).toMatchObject({ kind: 'paid' });
    expect((await control(sandbox, 'POST', 'listen', { open: 'no' })).status).toBe(422);
  });

  test('a door shut by hand stays shut when the scenario changes, unless it was acquirer-down that shut it', async () => {
    await control(sandbox, 'POST', 'listen', { open: false });
    await sandbox.setScenario('decline');
    expect(await acquirer.inquire('x')).toMatchObject({ kind: 'not-sent' });
    await sandbox.setScenario('acquirer-down');
    await sandbox.setScenario('approve');
    expect(await acquirer.inquire('x')).toMatchObject({ kind: 'not-found' });
  });

  test('knows no other way', async () => {
    expect((await control(sandbox, 'GET', 'nothing')).status).toBe(404);
    expect((await control(sandbox, 'POST', 'scenario', [])).status).toBe(400);
    expect((await control(sandbox, 'POST', 'scenario', { scenario: 'x'.repeat(5_000) })).status).toBe(400);
  });
});

test('stop is prompt although a caller is being kept waiting in silence', async () => {
  await sandbox.setScenario('acquirer-silent');
  const waiting = antomFor(sandbox).pay(request());
  while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const began = performance.now();
  await sandbox.stop();
  expect(await waiting).toEqual({ kind: 'unknown', detail: 'io' });
  expect(performance.now() - began).toBeLessThan(1_500);
});

test('the README tells of every scenario, and of every manner of notifying', () => {
  const readme = readFileSync(new URL('../../../../relay/sandbox/README.md', import.meta.url), 'utf8');
  const section = (name: string): string => readme.split(`## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
  const told = (text: string): string[] => {
    const rows = [...text.matchAll(/^\| (`[a-z`\- ]+`) +\|/gm)];
    return rows.flatMap(([, names = '']) => names.split(' ').map((name) => name.replaceAll('`', ''))).sort();
  };
  expect(told(section('Scenarios'))).toEqual([...scenarioNames].sort());
  expect(told(section('Notifications'))).toEqual([...notifyManners].sort());
  expect(told(section('Linked wallets'))).toEqual([...playedManners].sort());
  const amounts = [...section('Scenarios').matchAll(/\| (\d+) \| `([a-z-]+)` (?=\|)/g)];
  expect(new Map(amounts.map(([, amount, name]) => [Number(amount), name]))).toEqual(scenarioAmounts);
});

test('times are written with an offset', () => {
  expect(isoWithOffset(new Date(START_MS))).toBe('2026-01-01T00:00:00+00:00');
});
