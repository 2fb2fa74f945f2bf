import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cancelAnswer, inquiryAnswer, openAnswer, payAnswer } from '../../../../relay/acquirers/antom/answers.js';
import { gatewayCodes } from '../../../../relay/acquirers/antom/codes.js';
import { CODE, opened, publicKey, REQUEST_ID, raw, result } from './fixtures.js';

const amount = (value: unknown, currency: unknown = 'HKD') => ({ paymentAmount: { currency, value } });

describe('trap 19: an unsigned answer', () => {
  test('never says that it succeeded', () => {
    const content = result('S', 'SUCCESS', { paymentStatus: 'SUCCESS', ...amount('3550') });
    expect(openAnswer(raw(content, 'unsigned'), publicKey)).toEqual({
      kind: 'unknown',
      detail: 'bad-signature',
      code: 'SUCCESS',
    });
  });

  test.each([...gatewayCodes])('is believed that the gateway refused: %s', (code) => {
    expect(payAnswer(opened(result('F', code), 'unsigned'), REQUEST_ID)).toMatchObject({ reason: 'configuration' });
  });

  test.each(['RISK_REJECT', 'ORDER_NOT_EXIST', 'EXPIRED_CODE', 'BRAND_NEW_CODE'])(
    'is not believed that the payment failed: %s',
    (code) => {
      const found = openAnswer(raw(result('F', code), 'unsigned'), publicKey);
      expect(found).toEqual({ kind: 'unknown', detail: 'bad-signature', code });
    },
  );

  test('may say that it is undecided, but names no payment', () => {
    const answer = opened(result('U', 'PAYMENT_IN_PROCESS', { paymentId: '2026010100001' }), 'unsigned');
    expect(payAnswer(answer, REQUEST_ID)).toEqual({ kind: 'pending', code: 'PAYMENT_IN_PROCESS' });
  });
});

describe('a signature that is there must be good', () => {
  test.each(['S', 'F', 'U'])('also for %s', (status) => {
    const { publicKey: another } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(openAnswer(raw(result(status, 'INVALID_SIGNATURE')), another)).toEqual({
      kind: 'unknown',
      detail: 'bad-signature',
    });
  });

  test('and it is checked before the body is read', () => {
    const html = { ...raw('<html>'), time: '2026-01-01T00:00:00+00:00' };
    expect(openAnswer(html, publicKey)).toEqual({ kind: 'unknown', detail: 'bad-signature' });
  });
});

test.each([
  ['HTML', '<html></html>', 'not-json'],
  ['nothing', '', 'not-json'],
  ['half an object', '{"result":', 'not-json'],
  ['null', 'null', 'shape'],
  ['a list', '[]', 'shape'],
  ['no result', '{}', 'shape'],
  ['a result that is a list', '{"result":[]}', 'shape'],
  ['a status of its own', '{"result":{"resultStatus":"s","resultCode":"SUCCESS"}}', 'shape'],
])('%s tells nothing', (_what, text, detail) => {
  for (const how of ['signed', 'unsigned'] as const) {
    expect(openAnswer(raw(text, how), publicKey)).toMatchObject({ kind: 'unknown', detail });
  }
});

describe('a paid answer', () => {
  const reads = [
    ['pay', (more: object) => payAnswer(opened(result('S', 'SUCCESS', more)), REQUEST_ID)],
    [
      'inquiry',
      (more: object) =>
        inquiryAnswer(opened(result('S', 'SUCCESS', { paymentStatus: 'SUCCESS', ...more })), REQUEST_ID),
    ],
  ] as const;

  test('of an inquiry says how much customs may be told, if it is an amount; paid it is either way', () => {
    const [, [, read]] = reads;
    const told = (customsDeclarationAmount: unknown) =>
      read({ paymentRequestId: REQUEST_ID, ...amount('3550'), customsDeclarationAmount });
    const money = { amount: 3550, currency: 'HKD' };
    expect(told({ currency: 'CNY', value: '3251' })).toEqual({
      ...{ kind: 'paid', code: 'SUCCESS', money, declarable: { amount: 3251, currency: 'CNY' } },
    });
    for (const odd of [undefined, null, '3251', { currency: 'CNY', value: '32.51' }, { currency: 'RMB', value: '1' }]) {
      expect(told(odd)).toEqual({ kind: 'paid', code: 'SUCCESS', money });
    }
    const cny = { customsDeclarationAmount: { currency: 'CNY', value: '1' } };
    const unread = read({ paymentRequestId: REQUEST_ID, ...amount('x'), ...cny });
    expect(unread).toEqual({ kind: 'unknown', detail: 'shape', code: 'SUCCESS' });
  });

  describe.each(reads)('of %s', (_name, read) => {
    test('hands the amount on as it is, right or wrong', () => {
      const ids = { paymentRequestId: REQUEST_ID, paymentId: '2026010100001' };
      expect(read({ ...ids, ...amount('3551', 'USD') })).toEqual({
        kind: 'paid',
        code: 'SUCCESS',
        acquirerId: '2026010100001',
        money: { amount: 3551, currency: 'USD' },
      });
    });

    test('without an amount has none', () => {
      expect(read({ paymentRequestId: REQUEST_ID })).toEqual({ kind: 'paid', code: 'SUCCESS' });
    });

    test.each([
      ['a currency that is none', amount('3550', 'XXX')],
      ['a currency in small letters', amount('3550', 'hkd')],
      ['a decimal', amount('35.50')],
      ['a number', amount(3550)],
      ['a negative', amount('-3550')],
      ['an exponent', amount('3e3')],
      ['more than can be counted', amount('9999999999999999')],
      ['text for an object', { paymentAmount: '3550' }],
    ])('with %s for an amount tells nothing', (_what, more) => {
      expect(read(more)).toEqual({ kind: 'unknown', detail: 'shape', code: 'SUCCESS' });
    });
  });
});

test("another payment's answer tells nothing of ours", () => {
  const ids = { paymentRequestId: 'ffffffffffffffffffffffffffffffff' };
  const shape = { kind: 'unknown', detail: 'shape' };
  expect(payAnswer(opened(result('S', 'SUCCESS', ids)), REQUEST_ID)).toMatchObject(shape);
  expect(payAnswer(opened(result('F', 'RISK_REJECT', ids)), REQUEST_ID)).toMatchObject(shape);
  const inquired = opened(result('S', 'SUCCESS', { ...ids, paymentStatus: 'FAIL' }));
  expect(inquiryAnswer(inquired, REQUEST_ID)).toMatchObject(shape);
  expect(cancelAnswer(opened(result('S', 'SUCCESS', ids)), REQUEST_ID)).toMatchObject(shape);
});

describe('an answer that names no payment', () => {
  const nameless = { paymentRequestId: undefined };
  const ours = '2026010100001';
  const shape = { kind: 'unknown', detail: 'shape', code: 'SUCCESS' };

  test('does not say that ours was paid, or how it stands', () => {
    expect(payAnswer(opened(result('S', 'SUCCESS', { ...nameless, ...amount('3550') })), REQUEST_ID)).toEqual(shape);
    for (const paymentStatus of ['SUCCESS', 'FAIL', 'CANCELLED', 'PROCESSING']) {
      const answer = opened(result('S', 'SUCCESS', { ...nameless, paymentStatus }));
      expect(inquiryAnswer(answer, REQUEST_ID)).toEqual(shape);
    }
  });

  test.each([
    ['neither id', {}, ours, false],
    ["Antom's id, as we know it", { paymentId: ours }, ours, true],
    ["Antom's id of another", { paymentId: '2026010100002' }, ours, false],
    ["Antom's id, which we were never told", { paymentId: ours }, undefined, false],
    ['our id only', { paymentRequestId: REQUEST_ID }, undefined, true],
    ["another's id beside the right one of Antom", { paymentRequestId: 'f'.repeat(32), paymentId: ours }, ours, false],
  ])('cancelled with %s', (_what, ids, known, believed) => {
    const answer = cancelAnswer(opened(result('S', 'SUCCESS', { ...nameless, ...ids })), REQUEST_ID, known);
    expect(answer).toEqual(believed ? { kind: 'cancelled', code: 'SUCCESS' } : shape);
  });

  test('may say that it failed, or that it is undecided: such answers name none', () => {
    expect(payAnswer(opened(result('U', 'PAYMENT_IN_PROCESS')), REQUEST_ID)).toMatchObject({ kind: 'pending' });
    expect(inquiryAnswer(opened(result('F', 'ORDER_NOT_EXIST')), REQUEST_ID)).toMatchObject({ kind: 'not-found' });
  });
});

test('what an answer echoes in place of a code or an id is not handed on', () => {
  const echo = opened(result('F', `X${CODE}`, { paymentId: `${CODE} ${CODE}` }));
  expect(JSON.stringify(payAnswer(echo, REQUEST_ID))).not.toContain(CODE);
  const paid = opened(result('S', 'SUCCESS', { paymentId: `<${CODE}>` }));
  expect(JSON.stringify(payAnswer(paid, REQUEST_ID))).not.toContain(CODE);
});
