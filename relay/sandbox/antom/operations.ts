import type { Api } from '../../acquirers/antom/paths.js';
import { type Amount, type Books, begin, cancel, type Payment } from '../books.js';
import { hashOf, isPaymentCode } from '../codes.js';
import type { Json } from '../json.js';
import { type Deed, type Scenario, scenarioOf } from '../scenarios.js';
import { type Reply, type Rules, scenarioFor } from '../stage.js';
import type { AuthorizationApi } from './authorizations.js';
import type { CustomsApi } from './customs.js';
import { debitedWallet, expiryFault, isCancellable, type Ledgers, refusalOfDebit } from './debits.js';
import { faultyField, isDebit, textAt } from './fields.js';
import { inquiryRefund, refundedPayment, refundPayment } from './refunds.js';
import { amountAt, amountJson, result, sameAmount, success, time } from './results.js';

/** What each of Antom's calls about payments does. */

export type PaymentApi = Exclude<Api, AuthorizationApi | CustomsApi>;

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

/** Whose wallet paid: of a scanned code the sandbox knows one only. */
export const pspOf = ({ debited }: Payment): string => debited?.method ?? 'ALIPAY_HK';

function payResult(payment: Payment): Json {
  switch (payment.state) {
    case 'SUCCESS':
      return { ...success(), ...describe(payment), pspCustomerInfo: { pspName: pspOf(payment) } };
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

/** Why a scanned code is refused, in Antom's word. */
function refusalOfCode(books: Books, code: string, codeHash: string): string | undefined {
  if (!isPaymentCode(code)) return 'INVALID_PAYMENT_CODE';
  return books.codeUsed(codeHash) ? 'EXPIRED_CODE' : undefined;
}

function pay(ledgers: Ledgers, fields: Json, rules: Rules): Json {
  const { books, links } = ledgers;
  const { nowMs, defaultExpiryMs, debitExpiryMs } = rules;
  const paymentRequestId = textAt(fields, 'paymentRequestId') ?? '';
  const code = textAt(fields, 'paymentMethod.paymentMethodId') ?? '';
  const codeHash = hashOf(code);
  const asked = amountAt(fields, 'paymentAmount');
  const earlier = books.byRequestId(paymentRequestId, nowMs);
  if (earlier) return repeated(earlier, asked, codeHash);
  const byToken = isDebit(fields);
  const link = byToken ? links.byToken(code, nowMs) : undefined;
  const refusal = byToken ? refusalOfDebit(link, ledgers, fields, asked, nowMs) : refusalOfCode(books, code, codeHash);
  if (refusal !== undefined) return { ...result('F', refusal), paymentRequestId };

  const scenario: Scenario = scenarioOf(rules.scenario);
  if (scenario.pay === 'forget') return {};
  const expiry = textAt(fields, 'paymentExpiryTime');
  const lifeMs = byToken ? debitExpiryMs : defaultExpiryMs;
  const expiresAtMs = expiry === undefined ? nowMs + lifeMs : Date.parse(expiry);
  const debited = link ? { debited: { method: link.method, link: link.number } } : {};
  return payResult(begin(books, { paymentRequestId, codeHash, ...debited, asked, expiresAtMs }, rules));
}

const shownStatus: Readonly<Record<Payment['state'], string>> = {
  SUCCESS: 'SUCCESS',
  PROCESSING: 'PAYMENT_IN_PROCESS',
  FAIL: 'PROCESS_FAIL',
  CANCELLED: 'ORDER_IS_CANCELED',
};

/** Whatever the payment's currency: so many minor units of it are so many of CNY here. */
const worth = ({ charged }: Payment): Json => amountJson({ currency: 'CNY', value: charged });

function inquiryPayment(payment: Payment | undefined): Json {
  if (!payment) return result('F', 'ORDER_NOT_EXIST');
  const paymentResultCode = payment.failure ?? shownStatus[payment.state];
  return {
    ...success(),
    paymentStatus: payment.state,
    paymentResultCode,
    paymentResultMessage: paymentResultCode.toLowerCase(),
    ...describe(payment),
    // Of a linked wallet it is not: none of them is Alipay's Chinese one.
    ...(payment.state === 'SUCCESS' && !payment.debited ? { customsDeclarationAmount: worth(payment) } : {}),
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

function cancelPayment({ wallets }: Ledgers, payment: Payment | undefined, nowMs: number): Json {
  if (!payment) return result('F', 'ORDER_NOT_EXIST');
  const ids = { paymentRequestId: payment.paymentRequestId, paymentId: payment.paymentId };
  if (payment.refunds.some((known) => known.state !== 'FAIL')) return { ...result('F', 'PROCESS_FAIL'), ...ids };
  // Whatever it is: no wallet of that country takes a cancel (section 1.6).
  if (debitedWallet(wallets, payment)?.neverCancelled) {
    return { ...result('F', 'PAYMENT_METHOD_NOT_SUPPORTED'), ...ids };
  }
  const isOver = scenarioOf(payment.scenario).cancelWindowOver || (payment.debited && !isCancellable(payment, nowMs));
  const tooLate = payment.state === 'SUCCESS' && isOver;
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

function decide(api: PaymentApi, ledgers: Ledgers, fields: Json, rules: Rules): Json {
  const { books } = ledgers;
  switch (api) {
    case 'pay':
      return pay(ledgers, fields, rules);
    case 'inquiryPayment':
      return inquiryPayment(named(books, fields, rules.nowMs));
    case 'cancel':
      return cancelPayment(ledgers, named(books, fields, rules.nowMs), rules.nowMs);
    case 'refund':
      return refundPayment(ledgers, fields, rules.nowMs);
    case 'inquiryRefund':
      return inquiryRefund(books, fields, rules.nowMs);
  }
}

const deeds: Readonly<Record<PaymentApi, Deed>> = {
  ...{ pay: 'pay', inquiryPayment: 'inquire', cancel: 'cancel', refund: 'refund', inquiryRefund: 'inquireRefund' },
};

/** Acts on one request whose signature is already found good. */
export function operate(api: PaymentApi, ledgers: Ledgers, fields: Json, rules: Rules): Reply {
  const { books } = ledgers;
  const late = api === 'pay' && isDebit(fields) ? expiryFault(fields, rules.nowMs) : undefined;
  const fault = faultyField(api, fields) ?? late;
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
  const body = decide(api, ledgers, fields, { ...rules, scenario: playing ?? rules.scenario });
  return {
    manner: playing === undefined ? 'plain' : scenarioOf(playing).answers[deeds[api]],
    body,
    ...(paymentRequestId === undefined ? {} : { paymentRequestId }),
  };
}
