import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAntom } from '../../../../relay/acquirers/antom/adapter.js';
import { signatureHeader } from '../../../../relay/acquirers/antom/signing.js';
import { attemptId } from '../../../contract/ledger/scene.js';
import { antomHeaders, paidNotice, refundNotice, TIME } from '../../../contract/webhooks/stage.js';
import { antomOptions, CLIENT_ID, privateKey, publicPem } from './fixtures.js';

const antom = createAntom(antomOptions('http://127.0.0.1:1'));
const PATH = '/antom/notify';
const raw = (content: unknown) => {
  const body = JSON.stringify(content);
  return { path: PATH, headers: antomHeaders(body, PATH), body: Buffer.from(body) };
};
const read = (content: unknown) => antom.verifyNotification(raw(content));
const failed = (resultCode: string) => ({ result: { resultStatus: 'F', resultCode, resultMessage: 'no' } });

describe('what it says', () => {
  test('a payment in full', () => {
    expect(read(paidNotice('A'))).toEqual({
      kind: 'payment',
      key: `payment/${attemptId('A')}/paid/SUCCESS/20260101000000000000001/3550HKD`,
      requestId: attemptId('A'),
      acquirerId: '20260101000000000000001',
      answer: {
        ...{ kind: 'paid', code: 'SUCCESS', acquirerId: '20260101000000000000001' },
        money: { amount: 3550, currency: 'HKD' },
      },
      believed: true,
    });
  });

  test.each([
    ['without its amount', { paymentAmount: undefined }, { kind: 'paid' }],
    ['with an amount that is none', { paymentAmount: { currency: 'HKD', value: 35.5 } }, { kind: 'unknown' }],
    ['whose buyer has finished, and who is to wait', { notifyType: 'PAYMENT_PENDING' }, { kind: 'pending' }],
    ['that failed', failed('RISK_REJECT'), { kind: 'declined', reason: 'risk' }],
    ['that failed for a reason that is new', failed('BRAND_NEW_CODE'), { kind: 'declined', alarm: true }],
    ['with a clash of ids', failed('REPEAT_REQ_INCONSISTENT'), { kind: 'unknown' }],
    [
      'with a code and a status that contradict',
      { result: { resultStatus: 'U', resultCode: 'SUCCESS' } },
      { kind: 'unknown' },
    ],
  ])('trap 14: a payment %s is only a hint', (_, more, answer) => {
    expect(read(paidNotice('A', more))).toMatchObject({ kind: 'payment', believed: false, answer });
  });

  test('trap 21: amounts are minor units, whatever places the currency has', () => {
    for (const [currency, value] of [
      ['JPY', '1000'],
      ['IDR', '150000'],
      ['KWD', '1234'],
    ] as const) {
      const notice = read(paidNotice('A', { paymentAmount: { currency, value } }));
      expect(notice).toMatchObject({ answer: { money: { currency, amount: Number(value) } } });
    }
  });

  test('one that names no type is read by its shape', () => {
    expect(read(paidNotice('A', { notifyType: undefined }))).toMatchObject({ kind: 'payment', believed: true });
  });

  test.each([
    ['SUCCESS', { kind: 'refunded' }, true],
    ['FAIL', { kind: 'failed' }, false],
    ['PROCESSING', { kind: 'pending' }, false],
    ['', { kind: 'unknown' }, false],
  ])('a refund with status %j', (refundStatus, answer, believed) => {
    expect(read(refundNotice('A', { refundStatus }))).toMatchObject({
      ...{ kind: 'refund', refundId: `r1${attemptId('A')}`, money: { amount: 3550, currency: 'HKD' } },
      ...{ answer, believed },
    });
  });

  test.each(['F', 'U'])('a refund that was made, by a call that ended %s, is only a hint', (resultStatus) => {
    const result = { resultStatus, resultCode: 'PROCESS_FAIL' };
    expect(read(refundNotice('A', { result }))).toMatchObject({ answer: { kind: 'refunded' }, believed: false });
  });

  test('a refund without its amount is only a hint', () => {
    expect(read(refundNotice('A', { refundAmount: undefined }))).toMatchObject({
      answer: { kind: 'refunded' },
      believed: false,
    });
  });

  test.each([
    ['a token made elsewhere', { authorizationNotifyType: 'TOKEN_CREATED', accessToken: 'SECRET1' }],
    [
      'an authorisation that says it failed',
      { authorizationNotifyType: 'AUTHCODE_CREATED', authCode: 'SECRET1', authState: 'SECRET2', ...failed('NO') },
    ],
    [
      'a cancelled token that says it was not',
      { authorizationNotifyType: 'TOKEN_CANCELED', accessToken: 'SECRET1', ...failed('NO') },
    ],
    ['one of ISV mode, without a result', { accessToken: 'SECRET1', userId: 'SECRET2' }],
    ['a payment code made offline', { notifyType: 'OFFLINE_PAYMENT_CODE', code: 'SECRET1' }],
    ['a registration', { notifyType: 'REGISTRATION_STATUS', referenceMerchantId: 'M' }],
    ['one of a type that is new', { notifyType: 'BRAND_NEW', paymentRequestId: attemptId('A') }],
    ['one whose type may be a secret', { notifyType: 'SECRET1 with blanks' }],
  ])('%s is authentic, of no use yet, and shows nothing of itself', (_, content) => {
    const notice = read(content);
    expect(notice.kind).toBe('other');
    expect(JSON.stringify(notice)).not.toContain('SECRET');
    expect(read({ ...content, more: 1 })).not.toEqual(notice);
  });

  test.each([
    ['no object', ['a']],
    ['a payment without an id', paidNotice('A', { paymentRequestId: undefined })],
    ['a payment with an id that cannot be one', paidNotice('A', { paymentRequestId: 'x'.repeat(65) })],
    ['a payment without a result', paidNotice('A', { result: undefined })],
    ['a refund without an id', refundNotice('A', { refundRequestId: 7 })],
    ['a refund of an amount that is none', refundNotice('A', { refundAmount: { currency: 'HKD', value: '-1' } })],
  ])('%s is rejected for its shape, although it is signed', (_, content) => {
    expect(read(content)).toEqual({ kind: 'rejected', why: 'shape' });
  });
});

describe('what it says of a link', () => {
  const [state, code] = ['5f0c'.repeat(16), '281006020123456789012345'];
  const created = { authorizationNotifyType: 'AUTHCODE_CREATED', authState: state, authCode: code };
  const cancelled = { authorizationNotifyType: 'TOKEN_CANCELED', accessToken: 'T0KEN'.repeat(8) };
  const result = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' };
  const keyOf = (content: object): string => {
    const notice = read(content);
    return 'key' in notice ? notice.key : notice.why;
  };

  test.each([{ result }, {}])('its owner agreed: %j', (more) => {
    expect(read({ ...created, ...more })).toEqual({
      ...{ kind: 'authorization', what: 'code', state, code },
      key: expect.stringMatching(/^authorization\/code\/[0-9a-f]{64}$/),
    });
  });

  test('its token is dead, and why, where that shows nothing of it', () => {
    const token = cancelled.accessToken;
    const notice = { kind: 'authorization', what: 'cancelled', token };
    expect(read({ ...cancelled, result })).toMatchObject(notice);
    expect(read({ ...cancelled, reason: 'by the user' })).toMatchObject({ ...notice, why: 'by the user' });
    for (const reason of [`token ${token.slice(3, 20)} is dead`, 'x'.repeat(257), 'a\nb', 7]) {
      expect(read({ ...cancelled, reason }), String(reason)).not.toHaveProperty('why');
    }
  });

  test('each delivery of one piece of news has the same key, other news another, and no key shows a secret', () => {
    expect(keyOf({ ...created, result })).toBe(keyOf(created));
    expect(keyOf({ ...cancelled, reason: 'x' })).toBe(keyOf(cancelled));
    const others = [
      ...[created, { ...created, authState: `${state}0` }, { ...created, authCode: `${code}0` }, cancelled],
      { ...cancelled, accessToken: 'T0KEN'.repeat(9) },
      // Not what the line between the two might be moved to.
      { ...created, authState: `${state}${code[0]}`, authCode: code.slice(1) },
    ];
    expect(new Set(others.map(keyOf)).size).toBe(others.length);
    for (const key of others.map(keyOf)) {
      for (const secret of [state, code, cancelled.accessToken]) expect(key).not.toContain(secret.slice(0, 8));
    }
  });

  test.each([
    ['no state', { ...created, authState: undefined }],
    ['a state that cannot be one', { ...created, authState: 'x'.repeat(257) }],
    ['no code', { ...created, authCode: '' }],
    ['a code that is no text', { ...created, authCode: 28 }],
    ['no token', { ...cancelled, accessToken: undefined }],
    ['a token that cannot be one', { ...cancelled, accessToken: 'a b' }],
  ])('with %s it is rejected for its shape', (_, content) => {
    expect(read(content)).toEqual({ kind: 'rejected', why: 'shape' });
  });
});

test("a linked wallet's payment that failed for its token says so, as a hint", () => {
  expect(read(paidNotice('A', failed('INVALID_ACCESS_TOKEN')))).toMatchObject({
    ...{ kind: 'payment', believed: false },
    answer: { kind: 'declined', reason: 'unlinked', code: 'INVALID_ACCESS_TOKEN' },
  });
});

describe('keys are changed without a gap', () => {
  const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const nextPem = next.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const body = Buffer.from(JSON.stringify(paidNotice('A')));
  const signedBy = (key: typeof privateKey, version: string) => {
    const parts = { path: PATH, clientId: CLIENT_ID, time: TIME, body };
    const signature = signatureHeader(parts, key, version);
    return { path: PATH, body, headers: { 'client-id': CLIENT_ID, 'request-time': TIME, signature } };
  };
  const kind = (changes: object, key: typeof privateKey, version: string): string =>
    createAntom(antomOptions('http://127.0.0.1:1', changes)).verifyNotification(signedBy(key, version)).kind;

  test('before: one key, whatever version it is called', () => {
    expect([kind({}, privateKey, '1'), kind({}, privateKey, '7')]).toEqual(['payment', 'payment']);
    expect(kind({}, next.privateKey, '2')).toBe('rejected');
  });

  test('during: the old one and the new one by its version, and neither under the other’s', () => {
    const both = { antomPublicKeys: { 2: nextPem } };
    expect([kind(both, privateKey, '1'), kind(both, next.privateKey, '2')]).toEqual(['payment', 'payment']);
    expect([kind(both, privateKey, '2'), kind(both, next.privateKey, '1')]).toEqual(['rejected', 'rejected']);
  });

  test('after: the new one only', () => {
    const after = { antomPublicKeyPem: nextPem };
    expect([kind(after, next.privateKey, '2'), kind(after, privateKey, '1')]).toEqual(['payment', 'rejected']);
  });

  test('a key or a version that is none is named, and not shown', () => {
    const make = (antomPublicKeys: Record<string, string>) => () =>
      createAntom(antomOptions('http://127.0.0.1:1', { antomPublicKeys }));
    expect(make({ 2: 'TOPSECRET' })).toThrow(/^antomPublicKeys 2: found something else/);
    expect(make({ 2: 'TOPSECRET' })).not.toThrow(/TOPSECRET/);
    expect(make({ 'a b': publicPem })).toThrow(/^antomPublicKeys: expected a keyVersion/);
  });
});
