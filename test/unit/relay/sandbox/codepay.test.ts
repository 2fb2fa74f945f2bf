import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signatureOf } from '../../../../relay/acquirers/codepay/signing.js';
import { parseConfig } from '../../../../relay/config/load.js';
import { sandboxCodes, sandboxErrorCodes } from '../../../../relay/sandbox/codepay/codes.js';
import { SANDBOX_APP_ID, SANDBOX_MERCHANT_NO, type Sandbox, startSandbox } from '../../../../relay/sandbox/server.js';
import { freshCode, keys, totals } from '../../../contract/acquirer/stage.js';

/** CodePay's protocol as its sandbox holds to it, past the adapter. */

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const WINDOW_MS = 900_000;
const ourKey = createPrivateKey(keys.merchantPrivatePem);
const strange = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ keys, acquirer: 'codepay', clockMs: () => NOW_MS });
});
afterEach(() => sandbox.stop());

type Fields = Readonly<Record<string, string>>;
const common: Fields = {
  ...{ app_id: SANDBOX_APP_ID, merchant_no: SANDBOX_MERCHANT_NO, format: 'JSON', charset: 'UTF-8', sign_type: 'RSA2' },
  ...{ version: '1.0', timestamp: String(NOW_MS) },
};
const submit = (more: Fields = {}): Fields => ({
  ...common,
  ...{
    method: 'bscanc.pay.submit',
    merchant_order_no: 'k17a00000042',
    pay_method_id: 'Alipay+',
    auth_code: freshCode(),
  },
  ...{ price_currency: 'USD', order_amount: '3.20', trans_amount: '3.20', description: 'Cold drink', expires: '90' },
  ...more,
});
const signed = (fields: Fields, key = ourKey): Fields => ({
  ...fields,
  sign: signatureOf(new Map(Object.entries(fields)), key),
});

async function say(fields: Fields, path = '/api/entry', method = 'POST') {
  const body = method === 'POST' ? { body: JSON.stringify(fields) } : {};
  const response = await fetch(`${sandbox.acquirerUrl}${path}`, { method, ...body });
  const { code, sign, data } = (await response.json()) as { code: string; sign?: string; data?: string };
  return { code, isSigned: sign !== undefined, data: data === undefined ? undefined : JSON.parse(data) };
}

test('what is in order is accepted, signed, and says no more than is documented', async () => {
  const { code, isSigned, data } = await say(signed(submit()));
  expect({ code, isSigned }).toEqual({ code: '0', isSigned: true });
  expect(Object.keys(data).sort()).toEqual(['trans_amount', 'trans_end_time', 'trans_no', 'trans_status']);
  expect(totals(sandbox)).toEqual([320, 0]);
});

describe('trap 22: the timestamp may be 15 minutes off, and not a millisecond more', () => {
  test.each([
    ['15 minutes late', NOW_MS - WINDOW_MS, '0'],
    ['15 minutes early', NOW_MS + WINDOW_MS, '0'],
    ['a millisecond later than that', NOW_MS - WINDOW_MS - 1, 'SANDBOX_TIMESTAMP'],
    ['a millisecond earlier than that', NOW_MS + WINDOW_MS + 1, 'SANDBOX_TIMESTAMP'],
    ['20 minutes off', NOW_MS - 1_200_000, 'SANDBOX_TIMESTAMP'],
    ['in seconds', NOW_MS / 1_000, 'SANDBOX_TIMESTAMP'],
  ])('%s', async (_, timestamp, code) => {
    const said = await say(signed(submit({ timestamp: String(timestamp) })));
    expect(said).toMatchObject({ code, isSigned: true });
    expect(totals(sandbox)[0]).toBe(code === '0' ? 320 : 0);
  });
});

describe('trap 19: whoever it cannot be sure of is refused unsigned, and nothing is charged', () => {
  test.each<[string, () => Fields, string]>([
    ['no signature', () => submit(), 'SANDBOX_SIGNATURE'],
    ['an empty one', () => ({ ...submit(), sign: '' }), 'SANDBOX_SIGNATURE'],
    ['a strange key', () => signed(submit(), strange), 'SANDBOX_SIGNATURE'],
    ['an amount changed', () => ({ ...signed(submit()), order_amount: '0.20' }), 'SANDBOX_SIGNATURE'],
    ['a field added', () => ({ ...signed(submit()), extra: '1' }), 'SANDBOX_SIGNATURE'],
    ['a field left out', () => ({ ...signed(submit({ term_ip: '::1' })), term_ip: '' }), 'SANDBOX_SIGNATURE'],
    [
      'a url-encoded signature',
      () => ({ ...submit(), sign: encodeURIComponent(signed(submit())['sign'] ?? '') }),
      'SANDBOX_SIGNATURE',
    ],
    ['another way to sign', () => signed(submit({ sign_type: 'NONE' })), 'SANDBOX_SIGNATURE'],
    ['another app', () => signed(submit({ app_id: 'wzANOTHER' })), 'SANDBOX_APP'],
    ['another merchant', () => signed(submit({ merchant_no: '312300000002' })), 'SANDBOX_APP'],
  ])('%s', async (_, fields, code) => {
    expect(await say(fields())).toEqual({ code, isSigned: false, data: undefined });
    expect(totals(sandbox)).toEqual([0, 0]);
  });
});

describe('trap 20: fields', () => {
  test.each<[string, Fields, string]>([
    ['an empty one', { attach: '' }, 'SANDBOX_PARAMETER'],
    ['no code', { auth_code: '' }, 'SANDBOX_PARAMETER'],
    ['a number of 33 signs', { merchant_order_no: 'a'.repeat(33) }, 'SANDBOX_PARAMETER'],
    ['a number with other signs', { merchant_order_no: 'k17-42' }, 'SANDBOX_PARAMETER'],
    ['a wallet that is none', { pay_method_id: 'alipay' }, 'SANDBOX_PARAMETER'],
    ['no end', { expires: '0' }, 'SANDBOX_PARAMETER'],
    ['an address with a query', { notify_url: 'https://relay.example/x?y=1' }, 'SANDBOX_PARAMETER'],
    ['a method that is none', { method: 'pay.nothing' }, 'SANDBOX_METHOD'],
  ])('%s', async (_, more, code) => {
    expect(await say(signed(submit(more)))).toMatchObject({ code, isSigned: true });
    expect(totals(sandbox)).toEqual([0, 0]);
  });

  test.each<[string, Fields]>([
    ['more places than the currency has', { order_amount: '3.205', trans_amount: '3.205' }],
    ['places where it has none', { price_currency: 'JPY', order_amount: '320.50', trans_amount: '320.50' }],
    ['nothing', { order_amount: '0.00', trans_amount: '0.00' }],
    ['less than nothing', { order_amount: '-3.20', trans_amount: '-3.20' }],
    ['with a comma', { order_amount: '3,20', trans_amount: '3,20' }],
    ['a leading nought', { order_amount: '03.20', trans_amount: '03.20' }],
    ['two that differ', { trans_amount: '3.21' }],
    ['a currency that is none', { price_currency: 'XXX' }],
  ])('trap 21: an amount %s', async (_, more) => {
    expect(await say(signed(submit(more)))).toMatchObject({ code: 'SANDBOX_PARAMETER', isSigned: true });
    expect(totals(sandbox)).toEqual([0, 0]);
  });

  test.each<[string, Fields, number]>([
    ['34.5 and 34.50 are the same money', { order_amount: '34.5', trans_amount: '34.5' }, 3_450],
    ['yen', { price_currency: 'JPY', order_amount: '320', trans_amount: '320' }, 320],
    ['dinar', { price_currency: 'KWD', order_amount: '1.234', trans_amount: '1.234' }, 1_234],
  ])('trap 21: %s', async (_, more, charged) => {
    expect(await say(signed(submit(more)))).toMatchObject({ code: '0' });
    expect(totals(sandbox)).toEqual([charged, 0]);
  });
});

test('another address or another method than POST is no call', async () => {
  expect(await say(signed(submit()), '/api/entry/pay')).toMatchObject({ code: 'SANDBOX_METHOD', isSigned: false });
  expect(await say({}, '/api/entry', 'GET')).toMatchObject({ code: 'SANDBOX_METHOD', isSigned: false });
});

test('trap 23: after its end an order is neither paid nor cancelled into anything', async () => {
  let now = NOW_MS;
  const own = await startSandbox({ keys, acquirer: 'codepay', clockMs: () => now, scenario: 'password-timeout' });
  try {
    const call = async (fields: Fields) => {
      const body = JSON.stringify(signed({ ...fields, timestamp: String(now) }));
      return (await (await fetch(`${own.acquirerUrl}/api/entry`, { method: 'POST', body })).json()) as {
        data?: string;
      };
    };
    await call(submit());
    now += 90_000;
    const query = { ...common, method: 'order.query', merchant_order_no: 'k17a00000042' };
    expect(JSON.parse((await call(query)).data ?? '{}')).toMatchObject({ trans_status: 1 });
    await call({ ...query, method: 'order.revoker' });
    expect(JSON.parse((await call(query)).data ?? '{}')).toMatchObject({ trans_status: 1 });
    expect(totals(own)).toEqual([0, 0]);
  } finally {
    await own.stop();
  }
});

test('the README’s tables are the sandbox’s codes, ready for a config', () => {
  const readme = readFileSync(new URL('../../../../relay/sandbox/README.md', import.meta.url), 'utf8');
  const tables = /```toml\n([^`]+)```/.exec(readme)?.[1] ?? '';
  expect(parse(tables)).toEqual({ account: { codes: sandboxCodes, error_codes: sandboxErrorCodes } });
  const example = readFileSync(new URL('../../../../relay/example-codepay.toml', import.meta.url), 'utf8');
  const own = tables.split('\n\n').map((table) => table.trim());
  const config = example.replace('[account.codes]', own[0] ?? '').replace('[account.error_codes]', own[1] ?? '');
  const [account] = parseConfig(config, 'relay.toml').account;
  expect(account).toMatchObject({ codes: sandboxCodes, error_codes: sandboxErrorCodes });
});

test('trap 7: ten refunds of one payment, and no eleventh', async () => {
  await say(signed(submit()));
  const refund = (n: number) => ({
    ...{ ...common, method: 'order.refund.submit', orig_merchant_order_no: 'k17a00000042', merchant_order_no: `r${n}` },
    ...{ price_currency: 'USD', order_amount: '0.10', trans_amount: '0.10' },
  });
  for (let n = 1; n <= 10; n++) expect(await say(signed(refund(n)))).toMatchObject({ code: '0' });
  expect(await say(signed(refund(11)))).toMatchObject({ code: 'SANDBOX_REFUND_TOO_MUCH', isSigned: true });
  expect(totals(sandbox)).toEqual([320, 100]);
});
