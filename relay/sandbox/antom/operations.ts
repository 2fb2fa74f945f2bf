import type { Api } from '../../acquirers/antom/paths.js';
import { type Amount, type Books, begin, cancel, type Payment } from '../books.js';
import { hashOf, isPaymentCode } from '../codes.js';
import type { Json } from '../json.js';
import { type Deed, type Scenario, scenarioOf } from '../scenarios.js';
import { type Reply, type Rules, scenarioFor } from '../stage.js';
import { faultyField, textAt } from './fields.js';
import { inquiryRefund, refundedPayment, refundPayment } from './refunds.js';
import { amountAt, amountJson, result, sameAmount, success, time } from './results.js';

/** What each of Antom's calls does. */

/** What every answer about a payment says of it; the amount is what was charged, not what was asked. */
function describe(payment: Payment): Json {
  const value = payment.charged > 0 ? payment.charged : payment.asked.value;
  return {
    paymentRequestId: payment.paymentRequestId,
    paymentId: payment.paymentId,
    paymentAmount: amountJson({ currency: payment.asked.currency, value }),
    paymentCreateTime: time(payment.createdAtMs),
    ...(payment.paidAtMs === undefined ? {} : { paymentTime: time(payment.paidAtMs) }),
  };
}

function payResult(payment: Payment): Json {
  switch (payment.state) {
    case 'SUCCESS':
      return { ...success(), ...describe(payment), pspCustomerInfo: { pspName: 'ALIPAY_HK' } };
    case 'PROCESSING':
      return { ...result('U', 'PAYMENT_IN_PROCESS'), ...describe(payment) };
    case 'FAIL':
      return { ...result('F', payment.failure ?? 'PROCESS_FAIL'), paymentRequestId: payment.paymentRequestId };
    case 'CANCELLED':
      return { ...result('F', 'ORDER_IS_CANCELED'), paymentRequestId: payment.paymentRequestId };
  }
}

/** The same id again: the same result, unless something else is asked under it. */
function repeated(payment: Payment, asked: Amount, codeHash: string): Json {
  const same = sameAmount(payment.asked, asked) && payment.codeHash === codeHash;
  if (payment.state === 'CANCELLED' || same) return payResult(payment);
  return { ...result('F', 'REPEAT_REQ_INCONSISTENT'), paymentRequestId: payment.paymentRequestId };
}

function pay(books: Books, fields: Json, rules: Rules): Json {
  const paymentRequestId = textAt(fields, 'paymentRequestId') ?? '';
  const code = textAt(fields, 'paymentMethod.paymentMethodId') ?? '';
  const codeHash = hashOf(code);
  const asked = amountAt(fields, 'paymentAmount');
  const earlier = books.byRequestId(paymentRequestId, rules.nowMs);
  if (earlier) return repeated(earlier, asked, codeHash);
  const refused = (name: string): Json => ({ ...result('F', name), paymentRequestId });
  if (!isPaymentCode(code)) return refused('INVALID_PAYMENT_CODE');
  if (books.codeUsed(codeHash)) return refused('EXPIRED_CODE');

  const scenario: Scenario = scenarioOf(rules.scenario);
  if (scenario.pay === 'forget') return {};
  const expiry = textAt(fields, 'paymentExpiryTime');
  const expiresAtMs = expiry === undefined ? rules.nowMs + rules.defaultExpiryMs : Date.parse(expiry);
  const payment = begin(books, { paymentRequestId, codeHash, asked, expiresAtMs }, rules);
  return payResult(payment);
}

const shownStatus: Readonly<Record<Payment['state'], string>> = {
  SUCCESS: 'SUCCESS',
  PROCESSING: 'PAYMENT_IN_PROCESS',
  FAIL: 'PROCESS_FAIL',
  CANCELLED: 'ORDER_IS_CANCELED',
};

function inquiryPayment(payment: Payment | undefined): Json {
  if (!payment) return result('F', 'ORDER_NOT_EXIST');
  const paymentResultCode = payment.failure ?? shownStatus[payment.state];
  return {
    ...success(),
    paymentStatus: payment.state,
    paymentResultCode,
    paymentResultMessage: paymentResultCode.toLowerCase(),
    ...describe(payment),
    transactions: payment.refunds.map((refund) => ({
      transactionType: 'REFUND',
      transactionStatus: refund.state,
      transactionAmount: amountJson(refund.amount),
      transactionId: refund.refundId,
      transactionRequestId: refund.refundRequestId,
      transactionTime: time(refund.atMs),
    })),
  };
}

function cancelPayment(payment: Payment | undefined, nowMs: number): Json {
  if (!payment) return result('F', 'ORDER_NOT_EXIST');
  const ids = { paymentRequestId: payment.paymentRequestId, paymentId: payment.paymentId };
  if (payment.refunds.some((known) => known.state !== 'FAIL')) return { ...result('F', 'PROCESS_FAIL'), ...ids };
  const tooLate = payment.state === 'SUCCESS' && scenarioOf(payment.scenario).cancelWindowOver;
  if (tooLate) return { ...result('F', 'CANCEL_WINDOW_EXCEED'), ...ids };
  cancel(payment, nowMs);
  return { ...success(), ...ids, cancelTime: time(payment.cancelledAtMs ?? nowMs) };
}

/** Antom's own id wins where both are given. */
function named(books: Books, fields: Json, nowMs: number): Payment | undefined {
  const paymentId = textAt(fields, 'paymentId');
  if (paymentId !== undefined) return books.byPaymentId(paymentId, nowMs);
  return books.byRequestId(textAt(fields, 'paymentRequestId'), nowMs);
}

function decide(api: Api, books: Books, fields: Json, rules: Rules): Json {
  switch (api) {
    case 'pay':
      return pay(books, fields, rules);
    case 'inquiryPayment':
      return inquiryPayment(named(books, fields, rules.nowMs));
    case 'cancel':
      return cancelPayment(named(books, fields, rules.nowMs), rules.nowMs);
    case 'refund':
      return refundPayment(books, fields, rules.nowMs);
    case 'inquiryRefund':
      return inquiryRefund(books, fields, rules.nowMs);
  }
}

const deeds: Readonly<Record<Api, Deed>> = {
  ...{ pay: 'pay', inquiryPayment: 'inquire', cancel: 'cancel', refund: 'refund', inquiryRefund: 'inquireRefund' },
};

/** Acts on one request whose signature is already found good. */
export function operate(api: Api, books: Books, fields: Json, rules: Rules): Reply {
  const fault = faultyField(api, fields);
  if (fault !== undefined) {
    return { manner: 'plain', body: result('F', 'PARAM_ILLEGAL', `${fault}: missing or not as documented`) };
  }
  const find = api === 'inquiryRefund' ? refundedPayment : named;
  const known = find(books, fields, rules.nowMs);
  const paymentRequestId = known?.paymentRequestId ?? textAt(fields, 'paymentRequestId');
  if (api === 'pay' && paymentRequestId !== undefined) {
    books.play(paymentRequestId, scenarioFor(rules, amountAt(fields, 'paymentAmount').value));
  }
  const playing = books.scenarioOf(paymentRequestId);
  const body = decide(api, books, fields, { ...rules, scenario: playing ?? rules.scenario });
  return {
    manner: playing === undefined ? 'plain' : scenarioOf(playing).answers[deeds[api]],
    body,
    ...(paymentRequestId === undefined ? {} : { paymentRequestId }),
  };
}
