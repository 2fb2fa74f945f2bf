import { formatAmount, isCurrency } from '../../../protocol/money.js';
import { type Method, methods } from '../../acquirers/codepay/methods.js';
import {
  type Amount,
  type Books,
  begin,
  cancel,
  fail,
  type Payment,
  type Refund,
  refund,
  refundable,
  refundInquired,
} from '../books.js';
import { hashOf, isPaymentCode } from '../codes.js';
import type { Json } from '../json.js';
import { type Deed, scenarioOf } from '../scenarios.js';
import { type Reply, type Rules, scenarioFor } from '../stage.js';
import { errorCodeOf, type SandboxCode } from './codes.js';
import { amountIn, faultyField } from './fields.js';

/** What each of CodePay's calls does. Source: reference acquirers/codepay.md section 1. */

type Fields = ReadonlyMap<string, string>;
/** Top-level fields of an answer; `data` becomes a text when it is signed. */
type Said = { readonly code: string; readonly data?: Json };

const refuse = (code: SandboxCode): Said => ({ code });
const accept = (data?: Json): Said => ({ code: '0', ...(data ? { data } : {}) });

const SALE = 1;
const REFUND = 3;
/** Of one payment (section 1.4). */
const REFUNDS_MOST = 10;

const textOf = ({ currency, value }: Amount): string =>
  isCurrency(currency) ? formatAmount({ amount: value, currency }) : '';

/** Whether it was closed or revoked: what was never paid is closed. */
function statusOf({ state, charged }: Payment): number {
  switch (state) {
    case 'SUCCESS':
      return 2;
    case 'PROCESSING':
      return 0;
    case 'FAIL':
      return 1;
    case 'CANCELLED':
      return charged > 0 ? 3 : 1;
  }
}

const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

const charged = ({ asked, charged: value }: Payment): Amount => ({ ...asked, value: value > 0 ? value : asked.value });

/** As documented: no number of ours, no currency, and not why a payment failed. */
function paySaid(payment: Payment): Said {
  const status = statusOf(payment);
  const paid =
    status === 2 ? { trans_amount: textOf(charged(payment)), trans_end_time: utc(payment.paidAtMs ?? 0) } : {};
  return accept({ trans_no: payment.paymentId, trans_status: status, ...paid });
}

function pay(books: Books, fields: Fields, number: string, rules: Rules): Said {
  if (books.byRequestId(number, rules.nowMs)) return refuse('SANDBOX_NUMBER_USED');
  if (books.findRefund((known) => known.refundRequestId === number, rules.nowMs)) return refuse('SANDBOX_NUMBER_USED');
  const code = fields.get('auth_code') ?? '';
  const codeHash = hashOf(code);
  const asked = amountIn(fields) ?? { currency: '', value: 0 };
  const failure = !isPaymentCode(code) ? 'INVALID_PAYMENT_CODE' : books.codeUsed(codeHash) ? 'EXPIRED_CODE' : undefined;
  const expiresAtMs = rules.nowMs + Number(fields.get('expires')) * 1_000;
  const order = { paymentRequestId: number, codeHash, asked, expiresAtMs };
  if (failure !== undefined) {
    // An order of its own all the same, closed from the start.
    const { nowMs, scenario } = rules;
    const closed = books.open({ ...order, scenario, createdAtMs: nowMs, confirmAtMs: undefined });
    fail(closed, failure);
    return paySaid(closed);
  }
  if (scenarioOf(rules.scenario).pay === 'forget') return accept();
  return paySaid(begin(books, order, rules));
}

function query(payment: Payment | undefined): Said {
  if (!payment) return refuse('SANDBOX_NO_SUCH_ORDER');
  const { paymentId, paymentRequestId, asked, failure, paidAtMs } = payment;
  const status = statusOf(payment);
  return accept({
    trans_no: paymentId,
    trans_type: SALE,
    trans_status: status,
    merchant_order_no: paymentRequestId,
    price_currency: asked.currency,
    order_amount: textOf(asked),
    trans_amount: textOf(charged(payment)),
    pay_scenario: 'BSCANQR_PAY',
    ...(paidAtMs === undefined ? {} : { trans_end_time: utc(paidAtMs) }),
    ...(status === 1 ? { trans_error_code: errorCodeOf(failure ?? 'ORDER_IS_CLOSED'), trans_error_msg: 'closed' } : {}),
  });
}

/** An envelope only. What was refunded, or is being so, is not revoked. */
function revoke(payment: Payment | undefined, nowMs: number): Said {
  if (!payment) return refuse('SANDBOX_NO_SUCH_ORDER');
  const isRefunded = payment.refunds.some((known) => known.state !== 'FAIL');
  const tooLate = payment.state === 'SUCCESS' && scenarioOf(payment.scenario).cancelWindowOver;
  if (isRefunded || tooLate) return refuse('SANDBOX_NOT_CANCELLABLE');
  if (payment.state !== 'FAIL') cancel(payment, nowMs);
  return accept();
}

function refusalOf(payment: Payment, amount: Amount): SandboxCode | undefined {
  if (payment.state === 'CANCELLED' && payment.charged > 0) return 'SANDBOX_ALREADY_RETURNED';
  if (payment.state !== 'SUCCESS') return 'SANDBOX_NOT_PAID';
  if (payment.asked.currency !== amount.currency) return 'SANDBOX_PARAMETER';
  if (payment.refunds.filter(({ state }) => state !== 'FAIL').length >= REFUNDS_MOST) return 'SANDBOX_REFUND_TOO_MUCH';
  return amount.value > refundable(payment) ? 'SANDBOX_REFUND_TOO_MUCH' : undefined;
}

const refundStatuses = { SUCCESS: 2, PROCESSING: 0, FAIL: 1 } as const satisfies Record<Refund['state'], number>;

function submitRefund(books: Books, fields: Fields, number: string, nowMs: number): Said {
  const isTaken =
    books.byRequestId(number, nowMs) ?? books.findRefund((known) => known.refundRequestId === number, nowMs);
  if (isTaken) return refuse('SANDBOX_NUMBER_USED');
  const payment = books.byRequestId(fields.get('orig_merchant_order_no'), nowMs);
  const amount = amountIn(fields);
  if (!payment || !amount) return refuse('SANDBOX_NO_SUCH_ORDER');
  const refusal = refusalOf(payment, amount);
  if (refusal !== undefined) return refuse(refusal);
  const made = refund(payment, { refundRequestId: number, refundId: books.nextId(nowMs), amount, atMs: nowMs });
  return accept({ trans_no: made.refundId, trans_amount: textOf(amount) });
}

function queryRefund(books: Books, number: string, nowMs: number): Said {
  const found = books.findRefund((known) => known.refundRequestId === number, nowMs);
  if (!found) return refuse('SANDBOX_NO_SUCH_ORDER');
  refundInquired(found.payment, found.refund);
  const { refundId, amount, state } = found.refund;
  return accept({
    trans_no: refundId,
    orig_trans_no: found.payment.paymentId,
    trans_type: REFUND,
    trans_status: refundStatuses[state],
    merchant_order_no: number,
    price_currency: amount.currency,
    order_amount: textOf(amount),
    trans_amount: textOf(amount),
    ...(state === 'FAIL' ? { trans_error_code: errorCodeOf('USER_BALANCE_NOT_ENOUGH') } : {}),
  });
}

const deeds: Readonly<Record<Method, Deed>> = {
  [methods.pay]: 'pay',
  [methods.inquire]: 'inquire',
  [methods.cancel]: 'cancel',
  [methods.refund]: 'refund',
  [methods.inquireRefund]: 'inquireRefund',
};

function decide(deed: Deed, books: Books, fields: Fields, rules: Rules): Said {
  const number = fields.get('merchant_order_no') ?? '';
  switch (deed) {
    case 'pay':
      return pay(books, fields, number, rules);
    case 'inquire':
      return query(books.byRequestId(number, rules.nowMs));
    case 'cancel':
      return revoke(books.byRequestId(number, rules.nowMs), rules.nowMs);
    case 'refund':
      return submitRefund(books, fields, number, rules.nowMs);
    case 'inquireRefund':
      return queryRefund(books, number, rules.nowMs);
  }
}

/** Whose payment a call is of. */
function paymentOf(deed: Deed, books: Books, fields: Fields, nowMs: number): string | undefined {
  const number = fields.get('merchant_order_no');
  if (deed === 'refund') return fields.get('orig_merchant_order_no');
  if (deed !== 'inquireRefund') return number;
  return books.findRefund((known) => known.refundRequestId === number, nowMs)?.payment.paymentRequestId;
}

/** With our number, where a query names the order by the gateway's own. */
function numbered(method: Method, books: Books, fields: Fields, nowMs: number): Fields {
  const transNo = fields.get('trans_no');
  if (transNo === undefined || fields.has('merchant_order_no')) return fields;
  const number =
    method === methods.inquireRefund
      ? books.findRefund((known) => known.refundId === transNo, nowMs)?.refund.refundRequestId
      : books.byPaymentId(transNo, nowMs)?.paymentRequestId;
  return new Map([...fields, ['merchant_order_no', number ?? '']]);
}

/** Acts on one request whose signature is already found good. */
export function operate(method: Method, books: Books, asked: Fields, rules: Rules): Reply {
  const fault = faultyField(method, asked);
  const fields = numbered(method, books, asked, rules.nowMs);
  if (fault !== undefined) {
    return { manner: 'plain', body: { ...refuse('SANDBOX_PARAMETER'), msg: `${fault}: missing or not as documented` } };
  }
  const deed = deeds[method];
  const paymentRequestId = paymentOf(deed, books, fields, rules.nowMs);
  if (deed === 'pay' && paymentRequestId !== undefined) {
    books.play(paymentRequestId, scenarioFor(rules, amountIn(fields)?.value));
  }
  const playing = books.scenarioOf(paymentRequestId);
  const body = decide(deed, books, fields, { ...rules, scenario: playing ?? rules.scenario });
  return {
    manner: playing === undefined ? 'plain' : scenarioOf(playing).answers[deed],
    body,
    ...(paymentRequestId === undefined ? {} : { paymentRequestId }),
  };
}
