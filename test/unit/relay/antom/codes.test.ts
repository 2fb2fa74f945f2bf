import { describe, expect, test } from 'vitest';
import { type Answer, cancelAnswer, inquiryAnswer, payAnswer } from '../../../../relay/acquirers/antom/answers.js';
import {
  cancelCodes,
  debitCodes,
  gatewayCodes,
  inquiryCodes,
  payCodes,
  paymentStatuses,
  refundCodes,
  refundInquiryCodes,
  refundStatuses,
} from '../../../../relay/acquirers/antom/codes.js';
import { refundAnswer, refundInquiryAnswer } from '../../../../relay/acquirers/antom/refunds.js';
import { opened, REFUND, REQUEST_ID, result } from './fixtures.js';

/** Written again by hand from the reference, sections 0.7, 1.3 and 1.5 to 1.8: two people must agree. */
const gateway =
  'ACCESS_DENIED INVALID_API CLIENT_INVALID INVALID_CLIENT_STATUS UNKNOWN_CLIENT CLIENT_FORBIDDEN_ACCESS_API OAUTH_FAILED INVALID_SIGNATURE SIGNATURE_INVALID KEY_NOT_FOUND MEDIA_TYPE_NOT_ACCEPTABLE METHOD_NOT_SUPPORTED NO_INTERFACE_DEF PARAM_ILLEGAL'.split(
    ' ',
  );
const merchant =
  'CURRENCY_NOT_SUPPORT NO_PAY_OPTIONS INVALID_CONTRACT SETTLE_CONTRACT_NOT_MATCH INVALID_MERCHANT_STATUS MERCHANT_KYB_NOT_QUALIFIED MERCHANT_NOT_REGISTERED PAYMENT_NOT_QUALIFIED'.split(
    ' ',
  );
type Row = [code: string, status: 'S' | 'F' | 'U', expected: object];
const declined = (reason: string) => ({ kind: 'declined', reason });
const alarm = (reason: string) => ({ kind: 'declined', reason, alarm: true });
const unclear = { kind: 'unknown', detail: 'unclear' };
const busy = { kind: 'unknown', detail: 'busy' };

const pay: Row[] = [
  ['SUCCESS', 'S', { kind: 'paid' }],
  ['PAYMENT_IN_PROCESS', 'U', { kind: 'pending' }],
  ['UNKNOWN_EXCEPTION', 'U', unclear],
  ['REQUEST_TRAFFIC_EXCEED_LIMIT', 'U', busy],
  ['EXPIRED_CODE', 'F', declined('code-expired')],
  ['INVALID_CODE', 'F', declined('code-expired')],
  ['INVALID_PAYMENT_CODE', 'F', declined('code-not-accepted')],
  ['USER_BALANCE_NOT_ENOUGH', 'F', declined('insufficient-funds')],
  ['USER_AMOUNT_EXCEED_LIMIT', 'F', declined('limit-exceeded')],
  ['PAYMENT_AMOUNT_EXCEED_LIMIT', 'F', declined('limit-exceeded')],
  ['PAYMENT_COUNT_EXCEED_LIMIT', 'F', declined('limit-exceeded')],
  ['USER_KYC_NOT_QUALIFIED', 'F', declined('wallet-restricted')],
  ['USER_NOT_EXIST', 'F', declined('wallet-restricted')],
  ['USER_STATUS_ABNORMAL', 'F', declined('wallet-restricted')],
  ['USER_PAYMENT_VERIFICATION_FAILED', 'F', declined('wrong-password')],
  ['RISK_REJECT', 'F', declined('risk')],
  ['FRAUD_REJECT', 'F', declined('risk')],
  ['SUSPECTED_RISK', 'F', declined('risk')],
  ['VERIFY_UNMATCHED', 'F', declined('wrong-password')],
  ['VERIFY_TIMES_EXCEED_LIMIT', 'F', declined('wrong-password')],
  ['INVALID_ACCESS_TOKEN', 'F', declined('wallet-restricted')],
  ['INVALID_PAYMENT_METHOD_META_DATA', 'F', alarm('configuration')],
  ['ORDER_NOT_EXIST', 'F', alarm('other')],
  ['ORDER_IS_CANCELED', 'F', declined('other')],
  ['ORDER_IS_CLOSED', 'F', declined('other')],
  ['REPEAT_REQ_INCONSISTENT', 'F', { kind: 'conflict' }],
  ['PROCESS_FAIL', 'F', alarm('acquirer-unavailable')],
  ['SYSTEM_ERROR', 'F', alarm('acquirer-unavailable')],
  ...[...gateway, ...merchant].map((code): Row => [code, 'F', alarm('configuration')]),
];
/** The same of a linked wallet's payment (section 2.4): of its token. */
const debit: Row[] = pay.map(([code, status, expected]) =>
  code === 'INVALID_ACCESS_TOKEN' ? [code, status, declined('unlinked')] : [code, status, expected],
);
const inquiry: Row[] = [
  ['ORDER_NOT_EXIST', 'F', { kind: 'not-found' }],
  ['UNKNOWN_EXCEPTION', 'U', unclear],
  ['REQUEST_TRAFFIC_EXCEED_LIMIT', 'U', busy],
  ...['USER_KYC_NOT_QUALIFIED', 'PROCESS_FAIL', 'SYSTEM_ERROR', ...gateway].map((code): Row => [code, 'F', unclear]),
];
const cancel: Row[] = [
  ['SUCCESS', 'S', { kind: 'cancelled' }],
  ['ORDER_IS_CANCELED', 'F', { kind: 'cancelled' }],
  ['CANCEL_WINDOW_EXCEED', 'F', { kind: 'refund-instead' }],
  ['PAYMENT_METHOD_NOT_SUPPORTED', 'F', { kind: 'refund-instead' }],
  ['ORDER_NOT_EXIST', 'F', { kind: 'not-found' }],
  ['ORDER_STATUS_INVALID', 'F', { kind: 'refused' }],
  ['MERCHANT_BALANCE_NOT_ENOUGH', 'F', { kind: 'refused' }],
  ['PROCESS_FAIL', 'F', { kind: 'refused' }],
  ['USER_NOT_EXIST', 'F', { kind: 'refused' }],
  ['USER_STATUS_ABNORMAL', 'F', { kind: 'refused' }],
  ['UNKNOWN_EXCEPTION', 'U', unclear],
  ['REQUEST_TRAFFIC_EXCEED_LIMIT', 'U', busy],
  ...['SYSTEM_ERROR', ...gateway].map((code): Row => [code, 'F', unclear]),
];
const failed = (retry: 'new-id' | 'never', call: object = {}) => ({ kind: 'failed', retry, ...call });
const refund: Row[] = [
  ['SUCCESS', 'S', { kind: 'refunded' }],
  ['REFUND_IN_PROCESS', 'U', { kind: 'pending' }],
  ['UNKNOWN_EXCEPTION', 'U', unclear],
  ['REQUEST_TRAFFIC_EXCEED_LIMIT', 'U', busy],
  ['ORDER_IS_CANCELED', 'F', { kind: 'already-returned' }],
  ['MERCHANT_BALANCE_NOT_ENOUGH', 'F', failed('new-id', { alarm: true })],
  ['ORDER_STATUS_INVALID', 'F', failed('new-id', { alarm: true })],
  ...'REFUND_AMOUNT_EXCEED REFUND_WINDOW_EXCEED MULTIPLE_REFUNDS_NOT_SUPPORTED PARTIAL_REFUND_NOT_SUPPORTED REFUND_NOT_SUPPORTED PAYMENT_METHOD_NOT_SUPPORTED'
    .split(' ')
    .map((code): Row => [code, 'F', failed('never')]),
  ...'ORDER_NOT_EXIST ORDER_IS_CLOSED CURRENCY_NOT_SUPPORT INVALID_MERCHANT_STATUS INVALID_CONTRACT PROCESS_FAIL'
    .split(' ')
    .map((code): Row => [code, 'F', failed('never', { alarm: true })]),
  ...['REPEAT_REQ_INCONSISTENT', 'SYSTEM_ERROR', ...gateway].map((code): Row => [code, 'F', unclear]),
];
const refundInquiry: Row[] = [
  ['ORDER_NOT_EXIST', 'F', { kind: 'not-found' }],
  ['UNKNOWN_EXCEPTION', 'U', unclear],
  ['REQUEST_TRAFFIC_EXCEED_LIMIT', 'U', busy],
  ...['PROCESS_FAIL', 'SYSTEM_ERROR', ...gateway].map((code): Row => [code, 'F', unclear]),
];
const names = (rows: Row[]) => rows.map(([code]) => code).sort();
const others = (status: string) => ['S', 'F', 'U'].filter((other) => other !== status);

describe.each([
  { api: 'pay', rows: pay, table: payCodes, read: (a: Answer, id: string) => payAnswer(a, id) },
  {
    ...{ api: 'pay by token', rows: debit, table: debitCodes },
    read: (a: Answer, id: string) => payAnswer(a, id, debitCodes),
  },
  { api: 'inquiry', rows: inquiry, table: inquiryCodes, read: inquiryAnswer },
  { api: 'cancel', rows: cancel, table: cancelCodes, read: cancelAnswer },
  { api: 'refund', rows: refund, table: refundCodes, read: (a: Answer) => refundAnswer(a, REFUND) },
  {
    ...{ api: 'refund inquiry', rows: refundInquiry, table: refundInquiryCodes },
    read: (a: Answer) => refundInquiryAnswer(a, REFUND.refundId),
  },
])('$api', ({ api, rows, table, read }) => {
  test.each(rows)('%s %s', (code, status, expected) => {
    expect(read(opened(result(status, code)), REQUEST_ID)).toEqual({ ...expected, code });
  });

  test('every row of the table stands here too', () => {
    const found = Object.keys(table).sort();
    expect(found).toEqual(api.endsWith('inquiry') ? [...names(rows), 'SUCCESS'].sort() : names(rows));
  });

  test.each(rows)('%s with any other status than %s decides nothing', (code, status) => {
    for (const other of others(status)) {
      expect(read(opened(result(other, code)), REQUEST_ID)).toEqual({ ...unclear, code });
    }
  });

  test.each(['S', 'U'])('a code that is in no table, with %s, decides nothing', (status) => {
    for (const code of ['BRAND_NEW_CODE', 'constructor', '']) {
      expect(read(opened(result(status, code)), REQUEST_ID)).toMatchObject(unclear);
    }
  });
});

test('the gateway codes are those of the reference', () => {
  expect([...gatewayCodes].sort()).toEqual([...gateway].sort());
});

test('a new F code declines the pay of a scanned code, with an alarm, and leaves every other call undecided', () => {
  const answer = opened(result('F', 'BRAND_NEW_CODE'));
  expect(payAnswer(answer, REQUEST_ID, debitCodes), 'nor is it known of a token: the inquiry tells').toEqual({
    ...unclear,
    code: 'BRAND_NEW_CODE',
  });
  expect(payAnswer(opened(result('F', 'in words')), REQUEST_ID, debitCodes)).toEqual(unclear);
  expect(payAnswer(answer, REQUEST_ID)).toEqual({ ...alarm('other'), code: 'BRAND_NEW_CODE' });
  expect(inquiryAnswer(answer, REQUEST_ID)).toEqual({ ...unclear, code: 'BRAND_NEW_CODE' });
  expect(cancelAnswer(answer, REQUEST_ID)).toEqual({ ...unclear, code: 'BRAND_NEW_CODE' });
  expect(refundAnswer(answer, REFUND)).toEqual({ ...unclear, code: 'BRAND_NEW_CODE' });
  expect(refundInquiryAnswer(answer, REFUND.refundId)).toEqual({ ...unclear, code: 'BRAND_NEW_CODE' });
});

describe('refundStatus', () => {
  const inquired = (more: object) => refundInquiryAnswer(opened(result('S', 'SUCCESS', more)), REFUND.refundId);
  test.each([
    ['SUCCESS', { kind: 'refunded', code: 'SUCCESS' }],
    ['PROCESSING', { kind: 'pending', code: 'SUCCESS' }],
    ['FAIL', { kind: 'failed', retry: 'new-id', alarm: true, code: 'SUCCESS' }],
    ['BRAND_NEW', { kind: 'unknown', detail: 'shape', code: 'SUCCESS' }],
    ['toString', { kind: 'unknown', detail: 'shape', code: 'SUCCESS' }],
    [undefined, { kind: 'unknown', detail: 'shape', code: 'SUCCESS' }],
  ])('%s', (refundStatus, expected) => {
    expect(inquired({ refundStatus })).toEqual(expected);
  });

  test('all of the table are here', () => {
    expect(Object.keys(refundStatuses).sort()).toEqual(['FAIL', 'PROCESSING', 'SUCCESS']);
  });
});

describe("another refund's answer tells nothing of ours", () => {
  const shape = { kind: 'unknown', detail: 'shape' };
  test.each([
    ['another id', { refundRequestId: 'r9' }],
    ['no id', { refundRequestId: undefined }],
  ])('%s', (_, ids) => {
    expect(refundAnswer(opened(result('S', 'SUCCESS', ids)), REFUND)).toMatchObject(shape);
    const inquired = opened(result('S', 'SUCCESS', { refundStatus: 'SUCCESS', ...ids }));
    expect(refundInquiryAnswer(inquired, REFUND.refundId)).toMatchObject(shape);
  });

  test('a failure of another one neither; one that names none is believed', () => {
    const code = 'MERCHANT_BALANCE_NOT_ENOUGH';
    expect(refundAnswer(opened(result('F', code, { refundRequestId: 'r9' })), REFUND)).toMatchObject(shape);
    expect(refundAnswer(opened(result('F', code)), REFUND)).toMatchObject({ kind: 'failed' });
  });

  test.each([
    ['another payment', { paymentId: '2026010100002' }],
    ['another amount', { refundAmount: { currency: 'HKD', value: '3551' } }],
    ['another currency', { refundAmount: { currency: 'USD', value: '3550' } }],
    ['an amount that is none', { refundAmount: { currency: 'HKD', value: '35.50' } }],
  ])('success for %s is not our success', (_, more) => {
    expect(refundAnswer(opened(result('S', 'SUCCESS', more)), REFUND)).toMatchObject(shape);
  });

  test('success as asked, or without saying of what', () => {
    const told = { paymentId: REFUND.acquirerId, refundAmount: { currency: 'HKD', value: '3550' } };
    for (const more of [told, {}]) {
      expect(refundAnswer(opened(result('S', 'SUCCESS', more)), REFUND)).toEqual({ kind: 'refunded', code: 'SUCCESS' });
    }
  });
});

describe('paymentStatus', () => {
  const inquired = (more: object) => inquiryAnswer(opened(result('S', 'SUCCESS', more)), REQUEST_ID);
  test.each([
    ['SUCCESS', { kind: 'paid', code: 'SUCCESS' }],
    ['CANCELLED', { kind: 'cancelled', code: 'SUCCESS' }],
    ['PROCESSING', { kind: 'pending', code: 'SUCCESS' }],
    ['PENDING', { kind: 'pending', code: 'SUCCESS' }],
    ['FAIL', { kind: 'declined', reason: 'other' }],
    ['BRAND_NEW', { kind: 'unknown', detail: 'shape', code: 'SUCCESS' }],
    ['toString', { kind: 'unknown', detail: 'shape', code: 'SUCCESS' }],
  ])('%s', (paymentStatus, expected) => {
    expect(inquired({ paymentStatus })).toEqual(expected);
  });

  test('all of the table are here', () => {
    expect(Object.keys(paymentStatuses).sort()).toEqual(['CANCELLED', 'FAIL', 'PENDING', 'PROCESSING', 'SUCCESS']);
  });

  test('absent: nothing is known', () => {
    expect(inquired({})).toMatchObject({ kind: 'unknown', detail: 'shape' });
  });

  test.each(debit.filter(([, , expected]) => 'reason' in expected))('FAIL because of %s', (code, _status, expected) => {
    expect(inquired({ paymentStatus: 'FAIL', paymentResultCode: code })).toEqual({ ...expected, code });
  });

  test('FAIL because of something new, or of no failure, is declined with an alarm', () => {
    for (const code of ['BRAND_NEW_CODE', 'SUCCESS', 'PAYMENT_IN_PROCESS']) {
      expect(inquired({ paymentStatus: 'FAIL', paymentResultCode: code })).toEqual({ ...alarm('other'), code });
    }
  });
});
