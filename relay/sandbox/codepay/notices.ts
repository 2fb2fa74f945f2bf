import { formatAmount, isCurrency } from '../../../protocol/money.js';
import { signatureOf } from '../../acquirers/codepay/signing.js';
import type { NoticeKeys } from '../antom/notices.js';
import type { Amount } from '../books.js';
import type { Dialect, News, NewsKind } from '../notifier.js';
import { errorCodeOf } from './codes.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const statuses: Readonly<Record<NewsKind, string>> = {
  pending: '0',
  ...{ paid: '2', failed: '1', cancelled: '3', refunded: '2', 'refund-failed': '1' },
};
const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
const textOf = ({ currency, value }: Amount): string =>
  isCurrency(currency) ? formatAmount({ amount: value, currency }) : '';

/** What is told of the order itself. */
function orderOf({ kind, payment, refund, amount }: News): Record<string, string> {
  const text = textOf(amount);
  return {
    merchant_order_no: refund?.refundRequestId ?? payment.paymentRequestId,
    trans_no: refund?.refundId ?? payment.paymentId,
    trans_type: refund ? '3' : '1',
    trans_status: statuses[kind],
    pay_scenario: 'BSCANQR_PAY',
    pay_method_id: 'Alipay+',
    price_currency: amount.currency,
    order_amount: text,
    trans_amount: text,
    ...(kind === 'paid' ? { paid_amount: text, trans_end_time: utc(payment.paidAtMs ?? payment.createdAtMs) } : {}),
    ...(kind === 'failed' ? { trans_error_code: errorCodeOf(payment.failure ?? 'ORDER_IS_CLOSED') } : {}),
  };
}

/**
 * Payments, paid or not, and refunds, fifteen times at most. Source: reference acquirers/codepay.md section 3, whose field table
 * is what integrators have seen; texts throughout, but for the two numbers that they have seen as such.
 */
export const codepayDialect = (
  ids: { readonly appId: string; readonly merchantNo: string },
  { key, stranger, clockMs }: NoticeKeys,
): Dialect => ({
  gapsMs: [
    ...[0, 5 * SECOND_MS, 10 * SECOND_MS, 15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 3 * MINUTE_MS, 10 * MINUTE_MS],
    ...[15 * MINUTE_MS, 30 * MINUTE_MS, 30 * MINUTE_MS, 30 * MINUTE_MS, 3 * HOUR_MS, 3 * HOUR_MS, 3 * HOUR_MS],
  ],
  answerWithinMs: 5_000,
  sends: (kind) => kind !== 'pending',
  write(news) {
    const { manner } = news;
    const common = { app_id: ids.appId, merchant_no: ids.merchantNo, method: 'trans.notify', sign_type: 'RSA2' };
    const order = orderOf(news);
    const fields: Record<string, string> = {
      ...{ ...common, format: 'JSON', charset: 'UTF-8', version: '1.0', timestamp: String(clockMs()) },
      ...(manner === 'nested' ? { data: JSON.stringify(order) } : order),
    };
    const sign = signatureOf(new Map(Object.entries(fields)), manner === 'strange-key' ? stranger() : key);
    const sent = { ...fields, ...(manner === 'tampered' ? { trans_amount: '999.00' } : {}), sign };
    if (manner === 'form') {
      return {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: new URLSearchParams(sent).toString(),
      };
    }
    // Kind and state as numbers: signed as they stand, which is the same text.
    const numbers =
      manner === 'nested'
        ? {}
        : { trans_type: Number(order['trans_type']), trans_status: Number(order['trans_status']) };
    const body = JSON.stringify({ ...sent, ...numbers });
    return { headers: { 'Content-Type': 'application/json; charset=utf-8' }, body };
  },
  isTaken: (status, body) => status === 200 && body === 'success',
});
