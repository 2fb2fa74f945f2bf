import type { RefundAnswer, RefundRequest } from '../contract.js';
import { type Answer, coded, moneyOf, unknown } from './answers.js';
import { type RefundRow, refundCodes, refundInquiryCodes, refundStatuses, rowOf } from './codes.js';

/** What the answers to `refund` and `inquiryRefund` mean. Source: reference acquirers/antom.md sections 1.7 and 1.8. */

/** As for payments: an answer that the call succeeded must name our refund; no answer may name another. */
function isOfAnother(answer: Answer, refundId: string): boolean {
  const id = answer.fields['refundRequestId'];
  return id === undefined || id === null ? answer.status === 'S' : id !== refundId;
}

export function refundOf(row: RefundRow, answer: Answer): RefundAnswer {
  switch (row.kind) {
    case 'refunded':
    case 'pending':
    case 'already-returned':
      return { kind: row.kind, ...coded(answer) };
    case 'failed':
      return { kind: 'failed', retry: row.retry, ...(row.alarm ? { alarm: true } : {}), ...coded(answer) };
    case 'unknown':
      return unknown(row.detail, answer.code);
  }
}

/** Said to be refunded, but of another payment or another amount: then it is not our refund that was done. */
function contradicts(answer: Answer, { acquirerId, money }: RefundRequest): boolean {
  const { paymentId, refundAmount } = answer.fields;
  if (typeof paymentId === 'string' && paymentId !== acquirerId) return true;
  const refunded = moneyOf(refundAmount);
  if (refunded === undefined) return false;
  return refunded === 'shape' || refunded.amount !== money.amount || refunded.currency !== money.currency;
}

export function refundAnswer(answer: Answer, request: RefundRequest): RefundAnswer {
  if (isOfAnother(answer, request.refundId)) return unknown('shape', answer.code);
  const row = rowOf(refundCodes, answer.code);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  if (row.kind === 'refunded' && contradicts(answer, request)) return unknown('shape', answer.code);
  return refundOf(row, answer);
}

export function refundInquiryAnswer(answer: Answer, refundId: string): RefundAnswer {
  if (isOfAnother(answer, refundId)) return unknown('shape', answer.code);
  const row = rowOf(refundInquiryCodes, answer.code);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  if (row.kind === 'unknown') return unknown(row.detail, answer.code);
  if (row.kind === 'not-found') return { kind: 'not-found', ...coded(answer) };
  const status = answer.fields['refundStatus'];
  const said = typeof status === 'string' ? rowOf(refundStatuses, status) : undefined;
  return said ? refundOf(said, answer) : unknown('shape', answer.code);
}
