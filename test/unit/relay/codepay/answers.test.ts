import { describe, expect, test } from 'vitest';
import { cancelAnswer, inquiryAnswer, openAnswer, payAnswer } from '../../../../relay/acquirers/codepay/answers.js';
import { orderKinds } from '../../../../relay/acquirers/codepay/codes.js';
import { refundAnswer, refundInquiryAnswer } from '../../../../relay/acquirers/codepay/refunds.js';
import { codepaySettings } from '../../../../relay/acquirers/codepay/settings.js';
import type { UnknownDetail } from '../../../../relay/acquirers/contract.js';
import { accepted, envelope, open, opened, publicKey, REQUEST_ID, refused, settings } from './fixtures.js';

const ours = { merchant_order_no: REQUEST_ID };
const money = { price_currency: 'HKD', trans_amount: '35.50', order_amount: '35.50' };
const said = { amount: 3550, currency: 'HKD' };
const pay = (data: object) => payAnswer(opened(accepted(data)), REQUEST_ID, settings);
const inquiry = (data: object) => inquiryAnswer(opened(accepted(data)), REQUEST_ID, settings);
const refundInquiry = (data: object) => refundInquiryAnswer(opened(accepted(data)), 'R1', settings);
const unknown = (detail: UnknownDetail) => ({ kind: 'unknown', detail }) as const;

describe('signatures', () => {
  const success = accepted({ ...ours, ...money, trans_status: 2 });

  test.each(['unsigned', 'empty sign', 'bad sign'] as const)('a success that is %s is none', (how) => {
    expect(open(success, how)).toEqual(unknown('bad-signature'));
  });

  test('nor is one whose data, code or trace was changed after signing, or to which a field was added', () => {
    const text = envelope(success);
    for (const changed of [
      text.replace('35.50', '35.51'),
      text.replace('"p1"', '"p2"'),
      text.replace('{', '{"new":"1",'),
      envelope(refused('USED')).replace('"USED"', '"0"'),
    ]) {
      expect(changed).not.toBe(text);
      expect(openAnswer(Buffer.from(changed), publicKey)).toEqual(unknown('bad-signature'));
    }
  });

  test('fields that are new are signed with the rest', () => {
    expect(opened({ ...success, http_request_id: 'x', n: 5 })).toMatchObject({ verified: true, code: '0' });
  });

  test('data that comes as an object is signed as it stands', () => {
    const answer = opened({ code: 0, data: { ...ours, ...money, trans_status: 2 } });
    expect(inquiryAnswer(answer, REQUEST_ID, settings)).toMatchObject({ kind: 'paid', money: said });
  });

  test('a refusal may come unsigned, and is then of the call and not of the payment', () => {
    for (const code of Object.keys(settings.codes)) {
      const answer = opened(refused(code), 'unsigned');
      const meant = { kind: 'unknown', detail: 'unclear', code };
      expect(payAnswer(answer, REQUEST_ID, settings)).toEqual(meant);
      expect(inquiryAnswer(answer, REQUEST_ID, settings)).toEqual({ ...meant, detail: 'refused' });
      expect(refundAnswer(answer, settings)).toEqual(meant);
      expect(refundInquiryAnswer(answer, 'R1', settings)).toEqual(meant);
      expect(cancelAnswer(answer, { kind: 'paid' })).toEqual(meant);
    }
    expect(open(refused('USED'), 'bad sign')).toEqual(unknown('bad-signature'));
  });
});

test.each([
  ['HTML', '<html></html>', 'not-json'],
  ['nothing', '', 'not-json'],
  ['null', 'null', 'shape'],
  ['a list', '[]', 'shape'],
  ['no code', '{}', 'shape'],
  ['a name twice', '{"code":"0","code":"0"}', 'shape'],
  ['a code that is a sentence', '{"code":"no such thing"}', 'shape'],
] as const)('%s tells nothing', (_what, text, detail) => {
  expect(openAnswer(Buffer.from(text), publicKey)).toEqual(unknown(detail));
});

test.each(['[]', '"x"', '{', '5'])('signed data that is %s tells nothing', (data) => {
  expect(open({ code: '0', data })).toEqual(unknown('shape'));
});

test('an answer without data is in order, and of no payment', () => {
  expect(inquiryAnswer(opened({ code: '0', data: '' }), REQUEST_ID, settings)).toEqual(unknown('shape'));
});

describe('the status', () => {
  const rows = [
    [9, { kind: 'pending' }],
    [0, { kind: 'pending' }],
    [2, { kind: 'paid', money: said }],
    [1, { kind: 'declined', reason: 'other' }],
    [3, { kind: 'cancelled' }],
    [4, unknown('shape')],
    [-1, unknown('shape')],
    [2.5, unknown('shape')],
    [true, unknown('shape')],
    [null, unknown('shape')],
    ['', unknown('shape')],
    ['02', unknown('shape')],
    [' 2', unknown('shape')],
    ['constructor', unknown('shape')],
    [[2], unknown('shape')],
  ] as const;

  test.each(rows)('%j, as a number and as text', (status, answer) => {
    const data = { ...ours, ...money, trans_no: 'T1', trans_status: status };
    const id = ['paid', 'pending'].includes(answer.kind) ? { acquirerId: 'T1' } : {};
    expect(inquiry(data)).toEqual({ ...answer, ...id });
    if (typeof status === 'number')
      expect(inquiry({ ...data, trans_status: String(status) })).toEqual({ ...answer, ...id });
  });

  test('says why a payment failed as far as config knows the code, which is kept', () => {
    const failed = { ...ours, trans_status: 1 };
    expect(inquiry({ ...failed, trans_error_code: 'POOR' })).toEqual({
      kind: 'declined',
      reason: 'insufficient-funds',
      code: 'POOR',
    });
    expect(inquiry({ ...failed, trans_error_code: 51 })).toEqual({ kind: 'declined', reason: 'other', code: '51' });
  });
});

describe('orders of other kinds', () => {
  const kinds = Object.entries(orderKinds);
  test.each(kinds)('type %s, %s: only a sale is read as one, only a refund as one', (type, kind) => {
    const data = { ...ours, ...money, trans_status: 2 };
    for (const trans_type of [type, Number(type)]) {
      const paid = kind === 'sale' ? 'paid' : 'unknown';
      expect(pay({ ...data, trans_type }).kind).toBe(paid);
      expect(inquiry({ ...data, trans_type }).kind).toBe(paid);
      const back = kind === 'refund' ? 'refunded' : 'unknown';
      expect(refundInquiry({ trans_type, merchant_order_no: 'R1', trans_status: 2 }).kind).toBe(back);
    }
  });

  test.each([13, '99', 'x', {}, 1.5, 'constructor'])('nor is one of type %j', (trans_type) => {
    for (const trans_status of [0, 1, 2, 3, 9])
      expect(inquiry({ ...ours, ...money, trans_type, trans_status }).kind).toBe('unknown');
  });
});

describe('an answer to a pay', () => {
  test('that names no currency, as documented, is paid without an amount', () => {
    expect(pay({ trans_no: 'T1', trans_status: 2, trans_amount: '35.50' })).toEqual({ kind: 'paid', acquirerId: 'T1' });
    expect(pay({ ...ours, trans_status: 2, ...money })).toEqual({ kind: 'paid', money: said });
  });

  test('that does not name our order may be of another: it neither approves nor declines', () => {
    for (const merchant_order_no of [undefined, null, '']) {
      expect(pay({ merchant_order_no, trans_status: 2, ...money })).toEqual({ kind: 'paid' });
      expect(pay({ merchant_order_no, trans_status: 1, trans_error_code: 'OLD' })).toEqual(unknown('by-inquiry'));
    }
  });

  test('that says failed and not why, or cancelled, is for the inquiry to tell', () => {
    expect(pay({ trans_status: 1 })).toEqual(unknown('by-inquiry'));
    expect(pay({ ...ours, trans_status: 1 })).toEqual(unknown('by-inquiry'));
    expect(pay({ trans_status: 3 })).toEqual(unknown('by-inquiry'));
    expect(pay({ ...ours, trans_status: 1, trans_error_code: 'OLD' })).toMatchObject({
      kind: 'declined',
      reason: 'code-expired',
    });
  });

  test('of another order is not ours', () => {
    expect(pay({ trans_status: 2, merchant_order_no: 'other' })).toEqual(unknown('shape'));
  });

  test.each([
    ['USED', { kind: 'conflict' }],
    ['UNREAD', { kind: 'declined', reason: 'configuration', alarm: true }],
    ['BUSY', unknown('busy')],
    ['NONE', unknown('unclear')],
    ['NEW', unknown('unclear')],
  ])('refused, signed: %s', (code, answer) => {
    expect(payAnswer(opened(refused(code)), REQUEST_ID, settings)).toEqual({ ...answer, code });
  });

  test('as long as config tells no codes, none means anything', () => {
    for (const code of Object.keys(settings.codes)) {
      expect(payAnswer(opened(refused(code)), REQUEST_ID, codepaySettings)).toEqual({ ...unknown('unclear'), code });
    }
  });
});

test.each([{}, { merchant_order_no: null }, { merchant_order_no: `${REQUEST_ID}0` }])(
  'an inquiry that names %j tells nothing of ours',
  (named) => {
    expect(inquiry({ ...money, trans_status: 2, ...named })).toEqual(unknown('shape'));
  },
);

test('an inquiry that is refused finds nothing only where the code says so', () => {
  expect(inquiryAnswer(opened(refused('NONE')), REQUEST_ID, settings)).toEqual({ kind: 'not-found', code: 'NONE' });
  for (const code of ['USED', 'UNREAD', 'NEVER', 'NEW']) {
    expect(inquiryAnswer(opened(refused(code)), REQUEST_ID, settings)).toEqual({ ...unknown('refused'), code });
  }
});

describe('a cancel', () => {
  const done = opened({ code: '0' });
  const refusal = opened(refused('NEW'));
  test.each([
    ['accepted, then cancelled', done, { kind: 'cancelled' }, { kind: 'cancelled' }],
    ['accepted, then closed: never paid', done, { kind: 'declined', reason: 'other' }, { kind: 'cancelled' }],
    ['accepted, and still paid', done, { kind: 'paid' }, unknown('unclear')],
    ['accepted, and still undecided', done, { kind: 'pending' }, unknown('unclear')],
    ['accepted, and nobody answers', done, unknown('timeout'), unknown('timeout')],
    ['accepted, and the inquiry did not leave', done, { kind: 'not-sent', detail: 'X' }, unknown('io')],
    ['refused, and paid', refusal, { kind: 'paid' }, { kind: 'refund-instead', code: 'NEW' }],
    ['refused, and undecided', refusal, { kind: 'pending' }, { ...unknown('unclear'), code: 'NEW' }],
    ['refused, and closed', refusal, { kind: 'declined', reason: 'other' }, { kind: 'refused', code: 'NEW' }],
    ['refused, and cancelled before', refusal, { kind: 'cancelled' }, { kind: 'cancelled', code: 'NEW' }],
    ['refused, and unknown', refusal, { kind: 'not-found', code: 'NONE' }, { kind: 'not-found', code: 'NEW' }],
  ] as const)('%s', (_what, revoked, after, answer) => {
    expect(cancelAnswer(revoked, after)).toEqual(answer);
  });
});

describe('a refund', () => {
  test('that is accepted is not yet made, whatever its answer says', () => {
    for (const trans_status of [0, 1, 2, 3, 9, undefined]) {
      expect(refundAnswer(opened(accepted({ trans_status })), settings)).toEqual({ kind: 'pending' });
    }
  });

  test.each([
    ['USED', { kind: 'pending' }],
    ['BACK', { kind: 'already-returned' }],
    ['LATER', { kind: 'failed', retry: 'new-id', alarm: true }],
    ['NEVER', { kind: 'failed', retry: 'never' }],
    ['NONE', { kind: 'failed', retry: 'never', alarm: true }],
    ['BUSY', unknown('busy')],
    ['UNREAD', unknown('unclear')],
    ['NEW', unknown('unclear')],
  ])('refused, signed: %s', (code, answer) => {
    expect(refundAnswer(opened(refused(code)), settings)).toEqual({ ...answer, code });
  });

  test.each([
    [0, { kind: 'pending' }],
    [9, { kind: 'pending' }],
    [2, { kind: 'refunded' }],
    [1, { kind: 'failed', retry: 'new-id', alarm: true }],
    [3, unknown('unclear')],
    ['x', unknown('unclear')],
  ])('inquired with status %j', (trans_status, answer) => {
    expect(refundInquiry({ merchant_order_no: 'R1', trans_status })).toEqual(answer);
    expect(refundInquiry({ merchant_order_no: 'R2', trans_status })).toEqual(unknown('shape'));
  });
});
