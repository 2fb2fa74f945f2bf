import type { LinkableWallet } from '../../acquirers/linkable.js';
import { type Amount, type Books, type Payment, type Refund, refund, refundable, refundInquired } from '../books.js';
import type { Json } from '../json.js';
import { debitedWallet, type Ledgers } from './debits.js';
import { textAt } from './fields.js';
import { amountAt, amountJson, result, sameAmount, success, time } from './results.js';

/** What `refund` and `inquiryRefund` do. Source: reference acquirers/antom.md sections 1.7 and 1.8. */

/** What the wallet that was debited does not do, in Antom's word; of a scanned code the contract says it, and here all is allowed. */
function refusalOfWallet(payment: Payment, amount: Amount, wallet: LinkableWallet | undefined, nowMs: number) {
  if (!wallet) return undefined;
  const { paidAtMs = payment.createdAtMs, charged } = payment;
  if (!wallet.refund) return 'REFUND_NOT_SUPPORTED';
  if (nowMs > paidAtMs + wallet.refundWindowMs) return 'REFUND_WINDOW_EXCEED';
  return amount.value !== charged && !wallet.partialRefund ? 'PARTIAL_REFUND_NOT_SUPPORTED' : undefined;
}

function refusalOf(payment: Payment, amount: Amount, wallet: LinkableWallet | undefined, nowMs: number) {
  if (payment.state === 'CANCELLED') return 'ORDER_IS_CANCELED';
  if (payment.state !== 'SUCCESS') return 'ORDER_STATUS_INVALID';
  if (payment.asked.currency !== amount.currency) return 'CURRENCY_NOT_SUPPORT';
  const byWallet = refusalOfWallet(payment, amount, wallet, nowMs);
  if (byWallet !== undefined) return byWallet;
  return amount.value > refundable(payment) ? 'REFUND_AMOUNT_EXCEED' : undefined;
}

function findAsked(books: Books, fields: Json, nowMs: number): { payment: Payment; refund: Refund } | undefined {
  const [refundId, requestId] = [textAt(fields, 'refundId'), textAt(fields, 'refundRequestId')];
  const isIt = (known: Refund): boolean =>
    refundId === undefined ? known.refundRequestId === requestId : known.refundId === refundId;
  return books.findRefund(isIt, nowMs);
}

/** Whose payment a call about a refund is of. */
export const refundedPayment = (books: Books, fields: Json, nowMs: number): Payment | undefined =>
  findAsked(books, fields, nowMs)?.payment;

const outcome = {
  SUCCESS: success,
  PROCESSING: () => result('U', 'REFUND_IN_PROCESS'),
  FAIL: () => result('F', 'MERCHANT_BALANCE_NOT_ENOUGH'),
} as const;

const describe = (payment: Payment, made: Refund): Json => ({
  refundRequestId: made.refundRequestId,
  refundId: made.refundId,
  paymentId: payment.paymentId,
  refundAmount: amountJson(made.amount),
  ...(made.state === 'SUCCESS' ? { refundTime: time(made.atMs) } : {}),
});

/** The same id again: the same refund, whatever became of it. */
export function refundPayment({ books, wallets }: Ledgers, fields: Json, nowMs: number): Json {
  const refundRequestId = textAt(fields, 'refundRequestId') ?? '';
  const amount = amountAt(fields, 'refundAmount');
  const earlier = books.findRefund((known) => known.refundRequestId === refundRequestId, nowMs);
  if (earlier) {
    if (!sameAmount(earlier.refund.amount, amount)) return result('F', 'REPEAT_REQ_INCONSISTENT');
    return { ...outcome[earlier.refund.state](), ...describe(earlier.payment, earlier.refund) };
  }
  const payment = books.byPaymentId(textAt(fields, 'paymentId'), nowMs);
  if (!payment) return { ...result('F', 'ORDER_NOT_EXIST'), refundRequestId };
  const refusal = refusalOf(payment, amount, debitedWallet(wallets, payment), nowMs);
  if (refusal !== undefined) return { ...result('F', refusal), refundRequestId };
  const made = refund(payment, { refundRequestId, refundId: books.nextId(nowMs), amount, atMs: nowMs });
  return { ...outcome[made.state](), ...describe(payment, made) };
}

export function inquiryRefund(books: Books, fields: Json, nowMs: number): Json {
  const found = findAsked(books, fields, nowMs);
  if (!found) return result('F', 'ORDER_NOT_EXIST');
  refundInquired(found.payment, found.refund);
  return { ...success(), refundStatus: found.refund.state, ...describe(found.payment, found.refund) };
}
