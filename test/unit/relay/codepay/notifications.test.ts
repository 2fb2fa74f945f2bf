import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodepay } from '../../../../relay/acquirers/codepay/adapter.js';
import { orderKinds } from '../../../../relay/acquirers/codepay/codes.js';
import { paymentNumber, refundNumber, subjectOf } from '../../../../relay/acquirers/codepay/numbers.js';
import { signatureOf } from '../../../../relay/acquirers/codepay/signing.js';
import { attemptId } from '../../../contract/ledger/scene.js';
import { codepayBody, codepayNotice, codepaySigned } from '../../../contract/webhooks/stage.js';
import { codepayOptions, privateKey, settings } from './fixtures.js';

const codepay = createCodepay(codepayOptions('http://127.0.0.1:1'));
const believing = createCodepay(
  codepayOptions('http://127.0.0.1:1', { settings: { ...settings, believeNotifications: true } }),
);
type Content = Readonly<Record<string, string | number>>;
const raw = (content: Content) => ({ path: '/codepay', headers: {}, body: Buffer.from(codepayBody(content)) });
const read = (more: Content = {}) => codepay.verifyNotification(raw(codepayNotice('A', more)));
const ID = attemptId('A');
const REFUND_ID = `r1${ID}`;
const refund = { merchant_order_no: refundNumber(REFUND_ID), trans_type: 3 };

describe('what it says', () => {
  test.each([
    [2, { kind: 'paid', money: { amount: 3550, currency: 'HKD' } }, true],
    [1, { kind: 'declined', reason: 'other' }, false],
    [3, { kind: 'cancelled' }, false],
    [7, { kind: 'unknown' }, false],
  ])('a payment in state %i: a hint, and believed only where config says so', (trans_status, answer, believed) => {
    expect(read({ trans_status })).toMatchObject({ kind: 'payment', requestId: ID, answer, believed: false });
    const notice = believing.verifyNotification(raw(codepayNotice('A', { trans_status })));
    expect(notice).toMatchObject({ kind: 'payment', answer, believed });
  });

  test.each([
    [2, { kind: 'refunded' }, true],
    [1, { kind: 'failed', retry: 'new-id' }, false],
    [3, { kind: 'unknown' }, false],
  ])('a refund in state %i', (trans_status, answer, believed) => {
    const content = codepayNotice('A', { ...refund, trans_status });
    expect(codepay.verifyNotification(raw(content))).toMatchObject({
      ...{ kind: 'refund', refundId: REFUND_ID, money: { amount: 3550, currency: 'HKD' } },
      ...{ answer, believed: false },
    });
    expect(believing.verifyNotification(raw(content))).toMatchObject({ believed });
  });

  test('why it failed is told by config’s own table', () => {
    expect(read({ trans_status: 1, trans_error_code: 'POOR' })).toMatchObject({
      answer: { kind: 'declined', reason: 'insufficient-funds', code: 'POOR' },
    });
  });

  test.each(Object.entries(orderKinds))('trans_type %s (%s): ours only if it is what its number says', (type, kind) => {
    const [payment, returned] = [read({ trans_type: Number(type) }), read({ ...refund, trans_type: Number(type) })];
    if (kind === 'sale') expect(payment.kind).toBe('payment');
    else expect(payment).toMatchObject({ kind: 'other', what: `order kind: ${kind}` });
    if (kind === 'refund') expect(returned.kind).toBe('refund');
    else expect(returned).toMatchObject({ kind: 'other', what: `order kind: ${kind}` });
  });

  test.each([
    ['a kind that is new', { trans_type: 99 }, 'an order of a kind that is not known'],
    ['no number', { merchant_order_no: '' }, 'no merchant_order_no'],
    ['somebody else’s number', { merchant_order_no: 'TERMINAL-00042' }, 'an order number that is not ours'],
    ['created', { trans_status: 9 }, 'not final'],
    ['in progress', { trans_status: 0 }, 'not final'],
  ])('%s is authentic and of no use', (_, more, what) => {
    expect(read(more)).toMatchObject({ kind: 'other', what });
  });

  test('without a kind the number says what it is', () => {
    const { trans_type: _, ...content } = codepayNotice('A');
    expect(codepay.verifyNotification(raw(content))).toMatchObject({ kind: 'payment', requestId: ID });
    const { trans_type: __, ...returned } = codepayNotice('A', refund);
    expect(codepay.verifyNotification(raw(returned))).toMatchObject({ kind: 'refund', refundId: REFUND_ID });
  });

  test('a short number is the same payment', () => {
    expect(read({ merchant_order_no: paymentNumber(ID, 'short') })).toMatchObject({ requestId: ID });
  });

  test.each([
    ['34.50 as a number', '{"trans_amount":34.50,"price_currency":"HKD"}', { amount: 3450, currency: 'HKD' }],
    ['34.5 as a text', '{"trans_amount":"34.5","price_currency":"HKD"}', { amount: 3450, currency: 'HKD' }],
    ['yen without places', '{"trans_amount":"100","price_currency":"JPY"}', { amount: 100, currency: 'JPY' }],
    ['yen with empty places', '{"trans_amount":"100.00","price_currency":"JPY"}', { amount: 100, currency: 'JPY' }],
    ['three places', '{"trans_amount":"1.234","price_currency":"KWD"}', { amount: 1234, currency: 'KWD' }],
  ])('trap 21: %s, signed as it stands', (_, more, money) => {
    const { trans_amount: _a, price_currency: _c, ...rest } = codepayNotice('A');
    const text = JSON.stringify(rest).replace(/\}$/, `,${more.slice(1)}`);
    const amount = /"trans_amount":"?([\d.]+)/.exec(more)?.[1] ?? '';
    const fields = new Map<string, string>(Object.entries(rest).map(([k, v]) => [k, String(v)]));
    fields.set('trans_amount', amount).set('price_currency', money.currency);
    const body = text.replace('{', `{"sign":${JSON.stringify(signatureOf(fields, privateKey))},`);
    const notice = codepay.verifyNotification({ path: '/', headers: {}, body: Buffer.from(body) });
    expect(notice).toMatchObject({ answer: { kind: 'paid', money } });
  });

  test.each(['35.505', '-35.50', '1e3', '', '35,50'])(
    'trap 21: %j is no amount, and then nothing is believed',
    (trans_amount) => {
      const notice = believing.verifyNotification(raw(codepayNotice('A', { trans_amount })));
      expect(notice).toMatchObject({ kind: 'payment', believed: false });
    },
  );
});

describe('forms', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
  const asForm = (content: Content): Buffer =>
    Buffer.from(
      new URLSearchParams(Object.fromEntries(Object.entries(content).map(([k, v]) => [k, String(v)]))).toString(),
    );
  const signed = codepaySigned(codepayNotice('A', { description: 'Tea & cake = 1+1 ☕' }));

  test('trap 18: the form’s encoder does the signature’s; it is decoded once', () => {
    const body = asForm(signed);
    expect(codepay.verifyNotification({ path: '/', headers: form, body })).toMatchObject({ kind: 'payment' });
    const twice = Buffer.from(body.toString().replaceAll('%', '%25'));
    expect(codepay.verifyNotification({ path: '/', headers: form, body: twice }).kind).toBe('rejected');
  });

  test('a form that says it is JSON, or JSON that says it is a form, is neither', () => {
    const json = Buffer.from(JSON.stringify(signed));
    expect(codepay.verifyNotification({ path: '/', headers: form, body: json }).kind).toBe('rejected');
    const headers = { 'content-type': 'application/json' };
    expect(codepay.verifyNotification({ path: '/', headers, body: asForm(signed) })).toMatchObject({ why: 'shape' });
  });

  test('a name said twice, or names without end, are no form', () => {
    const body = Buffer.concat([asForm(signed), Buffer.from('&trans_status=1')]);
    expect(codepay.verifyNotification({ path: '/', headers: form, body })).toMatchObject({ why: 'shape' });
    const many = Buffer.from(Array.from({ length: 500 }, (_, i) => `f${i}=1`).join('&'));
    expect(codepay.verifyNotification({ path: '/', headers: form, body: many })).toMatchObject({ why: 'shape' });
  });

  test('trap 20: a nested order comes as a text, and is signed as that text', () => {
    const { app_id, merchant_no, ...order } = codepayNotice('A');
    const content = { app_id, merchant_no, data: JSON.stringify(order) };
    const notice = codepay.verifyNotification({ path: '/', headers: {}, body: Buffer.from(codepayBody(content)) });
    expect(notice).toMatchObject({ kind: 'payment', answer: { kind: 'paid' } });
    const changed = { ...codepaySigned(content), data: JSON.stringify({ ...order, trans_amount: '1.00' }) };
    const tampered = { path: '/', headers: {}, body: Buffer.from(JSON.stringify(changed)) };
    expect(codepay.verifyNotification(tampered)).toEqual({ kind: 'rejected', why: 'bad-signature' });
  });
});

describe('numbers have a way back', () => {
  const hexId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));

  test('of each payment and refund', () => {
    fc.assert(
      fc.property(hexId, fc.integer({ min: 1, max: 3_843 }), (requestId, which) => {
        for (const numbers of ['plain', 'short'] as const) {
          expect(subjectOf(paymentNumber(requestId, numbers))).toEqual({ kind: 'payment', requestId });
        }
        const refundId = `r${which}${requestId}`;
        expect(subjectOf(refundNumber(refundId))).toEqual({ kind: 'refund', refundId });
      }),
    );
  });

  test('and nothing that we never give has one', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-Za-z]{20,34}$/), (text) => {
        const subject = subjectOf(text);
        if (subject?.kind === 'payment') {
          expect([paymentNumber(subject.requestId, 'plain'), paymentNumber(subject.requestId, 'short')]).toContain(
            text,
          );
        } else if (subject) expect(refundNumber(subject.refundId)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
    for (const text of ['', 'z'.repeat(22), `0${'0'.repeat(22)}`, '0'.repeat(31), 'A'.repeat(32), '-'.repeat(22)]) {
      expect(subjectOf(text)).toBeUndefined();
    }
  });
});
