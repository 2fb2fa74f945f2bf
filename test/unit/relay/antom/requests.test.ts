import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAntom } from '../../../../relay/acquirers/antom/adapter.js';
import { apiPath, isoWithOffset } from '../../../../relay/acquirers/antom/paths.js';
import { antomPlan } from '../../../../relay/acquirers/antom/plan.js';
import {
  debitBody,
  payBody,
  referBody,
  referRefundBody,
  refundBody,
} from '../../../../relay/acquirers/antom/requests.js';
import { antomWallets } from '../../../../relay/acquirers/antom/wallets.js';
import { supports } from '../../../../relay/acquirers/capabilities.js';
import { antomOptions, CODE, merchant, payRequest, REFUND, REQUEST_ID, tlsKeyPem } from './fixtures.js';

const context = { merchant, settlementCurrency: 'HKD', notifyUrl: 'https://relay.example/antom/notify' };

test('pay has every field of the reference, section 1.2', () => {
  expect(payBody(payRequest(), context)).toEqual({
    productCode: 'IN_STORE_PAYMENT',
    paymentRequestId: REQUEST_ID,
    paymentFactor: { inStorePaymentScenario: 'PaymentCode' },
    paymentAmount: { currency: 'HKD', value: '3550' },
    paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: CODE },
    settlementStrategy: { settlementCurrency: 'HKD' },
    paymentNotifyUrl: 'https://relay.example/antom/notify',
    paymentExpiryTime: '2026-01-01T04:00:53+00:00',
    order: {
      referenceOrderId: 'A-12',
      orderDescription: 'Kiosk Co kiosk-17 A-12',
      orderAmount: { currency: 'HKD', value: '3550' },
      merchant,
      env: { storeTerminalId: 'kiosk-17', storeTerminalRequestTime: '2026-01-01T04:00:03+00:00' },
    },
  });
});

describe('automatic debit', () => {
  const now = new Date('2026-01-01T04:00:04Z');
  const asked = payRequest({ wallet: 'alipayhk', code: 'T0KEN' });

  test('has every field of the reference, section 2.4, and none of a scanned code', () => {
    expect(debitBody(asked, 'ALIPAY_HK', context, now)).toEqual({
      productCode: 'AGREEMENT_PAYMENT',
      paymentRequestId: REQUEST_ID,
      paymentAmount: { currency: 'HKD', value: '3550' },
      paymentMethod: { paymentMethodType: 'ALIPAY_HK', paymentMethodId: 'T0KEN' },
      settlementStrategy: { settlementCurrency: 'HKD' },
      paymentNotifyUrl: 'https://relay.example/antom/notify',
      paymentExpiryTime: '2026-01-01T04:00:53+00:00',
      order: {
        referenceOrderId: 'A-12',
        orderDescription: 'Kiosk Co kiosk-17 A-12',
        orderAmount: { currency: 'HKD', value: '3550' },
        merchant,
        env: { terminalType: 'WEB' },
      },
    });
  });

  test('never lives longer than a minute, however long the order does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -120_000, max: 86_400_000 }), (lifeMs) => {
        const expiresAt = new Date(now.getTime() + lifeMs);
        const { paymentExpiryTime } = debitBody({ ...asked, expiresAt }, 'DANA', context, now);
        const told = Date.parse(paymentExpiryTime);
        return (
          told <= expiresAt.getTime() &&
          told <= now.getTime() + 55_000 &&
          told > now.getTime() + Math.min(lifeMs, 54_000) - 1_001
        );
      }),
    );
  });

  test('names region and account where the contract does', () => {
    const more = { merchantRegion: 'HK', merchantAccountId: 'A-1' };
    expect(debitBody(asked, 'ALIPAY_HK', { ...context, ...more }, now)).toMatchObject(more);
  });

  test.each([
    ['a wallet that this contract does not link', { wallet: 'dana', money: { amount: 30_000, currency: 'IDR' } }],
    ['a wallet that nobody links', { wallet: 'paypay' }],
    ['another currency than the wallet pays in', { money: { amount: 30_000, currency: 'CNY' } }],
  ] as const)('%s is declined without a call', async (_, changes) => {
    const linking = { wallets: antomWallets.filter(({ issuer }) => issuer === 'alipayhk') };
    const antom = createAntom(antomOptions('http://127.0.0.1:1', { linking }));
    expect((await antom.pay(asked)).kind, 'nobody listens there').toBe('not-sent');
    const answer = await antom.pay({ ...asked, ...changes });
    expect(answer).toEqual({ kind: 'declined', reason: 'configuration', alarm: true });
  });

  test('of a contract without Scan to Link is declined without a call, and a token beyond the field as unlinked', async () => {
    const answer = await createAntom(antomOptions('http://127.0.0.1:1')).pay(asked);
    expect(answer).toEqual({ kind: 'declined', reason: 'configuration', alarm: true });
    const antom = createAntom(antomOptions('http://127.0.0.1:1', { linking: { wallets: antomWallets } }));
    expect(await antom.pay({ ...asked, code: 'A'.repeat(129) })).toEqual({ kind: 'declined', reason: 'unlinked' });
  });
});

test('without a reference the order carries the request id', () => {
  expect(payBody(payRequest({ reference: '' }), context).order.referenceOrderId).toBe(REQUEST_ID);
});

test("inquiry and cancel name Antom's id when it is known", () => {
  expect(referBody('r', undefined)).toEqual({ paymentRequestId: 'r' });
  expect(referBody('r', 'p')).toEqual({ paymentRequestId: 'r', paymentId: 'p' });
});

test("a refund names our id of it, Antom's id of the payment, and the amount; its inquiry our id (1.7, 1.8)", () => {
  expect(refundBody(REFUND, '2026010100001', 'https://relay.example/n')).toEqual({
    refundRequestId: REFUND.refundId,
    paymentId: '2026010100001',
    refundAmount: { currency: 'HKD', value: '3550' },
  });
  const linked = refundBody({ ...REFUND, wallet: 'dana' }, '2026010100001', 'https://relay.example/n');
  expect(linked).toMatchObject({ refundNotifyUrl: 'https://relay.example/n' });
  const long = (chars: number) => `https://relay.example/${'n'.repeat(chars - 22)}`;
  const said = (url: string) => refundBody({ ...REFUND, wallet: 'dana' }, '2026010100001', url);
  expect(said(long(1_024))).toMatchObject({ refundNotifyUrl: long(1_024) });
  expect(said(long(1_025)), 'no money stays away for an address that the field does not hold').not.toHaveProperty(
    'refundNotifyUrl',
  );
  expect(referRefundBody('r1')).toEqual({ refundRequestId: 'r1' });
  expect(REFUND.refundId.length).toBeLessThanOrEqual(64);
});

test("without Antom's id of the payment no refund is sent", async () => {
  const { acquirerId: _, ...nameless } = REFUND;
  const answer = await createAntom(antomOptions('http://127.0.0.1:1')).refund(nameless);
  expect(answer).toEqual({ kind: 'not-sent', detail: 'no-payment-id' });
});

test('the path of a sandbox client is the sandbox path', () => {
  expect(apiPath('pay', 'SANDBOX_5X')).toBe('/ams/sandbox/api/v1/payments/pay');
  expect(apiPath('cancel', 'T_5X')).toBe('/ams/api/v1/payments/cancel');
  expect(apiPath('inquiryPayment', 'MY_SANDBOX_5X')).toBe('/ams/api/v1/payments/inquiryPayment');
});

test('an expiry is rounded down: it may never move later', () => {
  expect(isoWithOffset(new Date('2026-01-01T00:00:59.999Z'))).toBe('2026-01-01T00:00:59+00:00');
});

test('the plan asks as the reference does, for 43 s, and each number can be configured', () => {
  const [first, ...rest] = antomPlan.inquiryDelaysMs;
  expect(first).toBe(0);
  expect(rest.map((ms) => ms / 1000)).toEqual([2, 3, 3, 5, 5, 5, 5, 5, 5, 5]);
  expect(rest.reduce((a, b) => a + b, 0)).toBe(43_000);
  expect(antomPlan.cancelDelaysMs.map((ms) => ms / 1000)).toEqual([2, 3, 3, 5, 5]);
  expect(antomPlan.refundInquiryDelaysMs.slice(0, 6).map((ms) => ms / 1000)).toEqual([5, 5, 5, 5, 5, 5]);
  expect(Math.max(...antomPlan.refundInquiryDelaysMs, ...antomPlan.newRefundDelaysMs)).toBe(3_600_000);
  const { plan } = createAntom(antomOptions('http://127.0.0.1:1', { plan: { codeLifeMs: 5, callTimeoutMs: 7 } }));
  expect(plan).toEqual({ ...antomPlan, codeLifeMs: 5, callTimeoutMs: 7 });
});

describe('money', () => {
  test('all currencies unless config says which', () => {
    expect(supports(createAntom(antomOptions('http://127.0.0.1:1')).capabilities, 'JPY')).toBe(true);
    const { capabilities } = createAntom(antomOptions('http://127.0.0.1:1', { currencies: ['HKD', 'CNY'] }));
    expect([supports(capabilities, 'CNY'), supports(capabilities, 'JPY')]).toEqual([true, false]);
  });

  test.each([
    ['a currency outside the contract', { amount: 100, currency: 'JPY' }],
    ['rupiah that are not whole', { amount: 100_050, currency: 'IDR' }],
    ['no amount', { amount: 0, currency: 'HKD' }],
  ] as const)('%s is declined without a call', async (_what, money) => {
    // Nobody listens there: a call would be not-sent.
    const antom = createAntom(antomOptions('http://127.0.0.1:1', { currencies: ['HKD', 'IDR'] }));
    const answer = await antom.pay(payRequest({ money }));
    expect(answer).toEqual({ kind: 'declined', reason: 'configuration', alarm: true });
  });
});

describe('codes', () => {
  const antom = () => createAntom(antomOptions('http://127.0.0.1:1'));

  test.each([CODE, '22J111111111111111', 'A'.repeat(128)])('%s goes as it is', (code) => {
    expect(payBody(payRequest({ code }), context).paymentMethod.paymentMethodId).toBe(code);
  });

  test('of 128 characters, the longest of the reference, section 1.2, is sent', async () => {
    expect((await antom().pay(payRequest({ code: 'A'.repeat(128) }))).kind).toBe('not-sent');
  });

  test.each([129, 512])(
    'of %d characters is declined without a call, without an alarm, and never cut',
    async (length) => {
      const answer = await antom().pay(payRequest({ code: 'A'.repeat(length) }));
      expect(answer).toEqual({ kind: 'declined', reason: 'code-not-accepted' });
    },
  );
});

test('a request that cannot be written is not sent, and its fault is not told', async () => {
  const antom = createAntom(antomOptions('http://127.0.0.1:1'));
  const answer = await antom.pay(payRequest({ scannedAt: new Date(Number.NaN) }));
  expect(answer).toEqual({ kind: 'not-sent', detail: 'request-not-writable' });
});

describe('options that are wrong are named, and never quoted', () => {
  test.each([
    ['baseUrl', { baseUrl: 'https://open-sea-global.alipay.com/ams/api' }],
    ['baseUrl', { baseUrl: 'ftp://example.com' }],
    ['baseUrl', { baseUrl: 'nonsense' }],
    ['clientId', { clientId: 'a\r\nHost: b' }],
    ['clientId', { clientId: '' }],
    ['privateKeyPem', { privateKeyPem: 'MIIEvAIBADANBg' }],
    ['privateKeyPem', { privateKeyPem: tlsKeyPem }],
    ['antomPublicKeyPem', { antomPublicKeyPem: 'MIIEvAIBADANBg' }],
  ])('%s', (field, changes) => {
    const make = () => createAntom(antomOptions('http://127.0.0.1:1', changes));
    expect(make).toThrow(new RegExp(`^${field}: `));
    expect(make).not.toThrow(/MII|BEGIN/);
  });
});
