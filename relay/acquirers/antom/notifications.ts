import { createHash } from 'node:crypto';
import type { Money } from '../../../protocol/money.js';
import type {
  InquiryAnswer,
  NotificationReplies,
  NotificationResult,
  PayAnswer,
  RawNotification,
  RefundNotice,
  VerifiedNotice,
} from '../contract.js';
import { headerText, rejected } from '../notifications.js';
import {
  type Answer,
  acquirerIdOf,
  answerIn,
  type Fields,
  isNewFailure,
  isObject,
  moneyOf,
  newFailure,
  parseJson,
  payAnswer,
  unknown,
} from './answers.js';
import { authCodeCreated, tokenCancelled } from './authorization-notices.js';
import { debitCodes, refundStatuses, rowOf } from './codes.js';
import { refundOf } from './refunds.js';
import { type PublicKeys, verifySignature } from './signing.js';

/** What Antom sends by itself. Source: reference acquirers/antom.md sections 0.3, 1.9, 2.2, 2.7 and 2.8. */

const said = (resultStatus: 'S' | 'U', resultCode: string) => ({
  status: 200,
  contentType: 'application/json; charset=UTF-8',
  body: JSON.stringify({
    result: { resultCode, resultStatus, resultMessage: resultStatus === 'S' ? 'success' : 'unknown' },
  }),
});
/** Neither needs a signature (section 0.3). */
export const antomReplies: NotificationReplies = {
  taken: said('S', 'SUCCESS'),
  again: said('U', 'UNKNOWN_EXCEPTION'),
};

const ID = /^[\x21-\x7e]{1,64}$/;
const WORD = /^[A-Za-z_]{1,32}$/;

const idIn = (fields: Fields, name: string): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' && ID.test(value) ? value : undefined;
};
/** A word of the notice for people and for telling news apart; '' for anything else, which may be a secret. */
const wordIn = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' && WORD.test(value) ? value : '';
};
const moneyText = (money: Money | undefined): string => (money ? `${money.amount}${money.currency}` : '');

export function readNotification(raw: RawNotification, clientId: string, keys: PublicKeys): NotificationResult {
  const signature = headerText(raw.headers, 'signature');
  if (signature === undefined) return rejected('unsigned');
  const named = headerText(raw.headers, 'client-id') ?? '';
  // The time as it stands in the header: in milliseconds or in ISO 8601, both are seen.
  const time = headerText(raw.headers, 'request-time') ?? '';
  const parts = { path: raw.path, clientId: named, time, body: raw.body };
  if (!verifySignature(parts, signature, keys)) return rejected('bad-signature');
  if (named !== clientId) return rejected('another-merchant');
  const fields = parseJson(Buffer.from(raw.body));
  if (!isObject(fields)) return rejected('shape');
  return noticeOf(fields, createHash('sha256').update(raw.body).digest('hex')) ?? rejected('shape');
}

/** By shape: not every kind names itself (section 1.9). Undefined: of a kind we know, and not as documented. `digest`: of the whole. */
function noticeOf(fields: Fields, digest: string): VerifiedNotice | undefined {
  const type = wordIn(fields, 'notifyType');
  const other = (what: string): VerifiedNotice => ({ kind: 'other', key: `other/${digest}`, what });
  if (fields['authorizationNotifyType'] !== undefined) {
    const authorization = wordIn(fields, 'authorizationNotifyType');
    // Only what was agreed is told (section 2.2): what says otherwise of itself is of no kind that we know.
    if (succeeded(fields) && authorization === 'AUTHCODE_CREATED') return authCodeCreated(fields);
    if (succeeded(fields) && authorization === 'TOKEN_CANCELED') return tokenCancelled(fields);
    return other(`authorization ${authorization}`.trim());
  }
  if (type === 'REFUND_RESULT') return refundNotice(fields);
  if (type === 'PAYMENT_RESULT' || type === 'PAYMENT_PENDING') return paymentNotice(fields, type === 'PAYMENT_PENDING');
  const namesPayment = fields['paymentRequestId'] !== undefined && isObject(fields['result']);
  if (fields['notifyType'] === undefined && namesPayment) return paymentNotice(fields, false);
  // Such as an authorisation in ISV mode, with a token and without a result.
  return other(type || 'no type');
}

function succeeded(fields: Fields): boolean {
  if (fields['result'] === undefined) return true;
  const result = answerIn(fields, true);
  return !('kind' in result) && result.status === 'S';
}

function paymentNotice(fields: Fields, isPending: boolean): VerifiedNotice | undefined {
  const requestId = idIn(fields, 'paymentRequestId');
  const result = answerIn(fields, true);
  if (requestId === undefined || 'kind' in result) return undefined;
  const answer: InquiryAnswer = isPending ? { kind: 'pending' } : saidOf(result, requestId);
  const money = answer.kind === 'paid' ? answer.money : undefined;
  const acquirerId = acquirerIdOf(result).acquirerId;
  return {
    kind: 'payment',
    key: ['payment', requestId, answer.kind, result.code, acquirerId ?? '', moneyText(money)].join('/'),
    requestId,
    ...(acquirerId === undefined ? {} : { acquirerId }),
    answer,
    believed: answer.kind === 'paid' && money !== undefined,
  };
}

/** Told is only what is final (section 2.7), so a failure of a new kind is one; as all of them it is a hint. */
const saidOf = (result: Answer, requestId: string): InquiryAnswer =>
  isNewFailure(result) ? newFailure(result) : asInquired(payAnswer(result, requestId, debitCodes));

/** A clash of ids, or a call that was not made, is nothing that a notice can say of a payment. */
const asInquired = (answer: PayAnswer): InquiryAnswer =>
  answer.kind === 'conflict' || answer.kind === 'not-sent' ? unknown('unclear') : answer;

/** Its `result` is that of the call; what became of the refund is `refundStatus`, as for an inquiry. */
function refundNotice(fields: Fields): RefundNotice | undefined {
  const refundId = idIn(fields, 'refundRequestId');
  const result = answerIn(fields, true);
  const money = moneyOf(fields['refundAmount']);
  if (refundId === undefined || 'kind' in result || money === 'shape') return undefined;
  const status = wordIn(fields, 'refundStatus');
  const row = rowOf(refundStatuses, status);
  const answer = row ? refundOf(row, result) : unknown('unclear', result.code);
  return {
    kind: 'refund',
    key: ['refund', refundId, status, moneyText(money)].join('/'),
    refundId,
    ...(money ? { money } : {}),
    answer,
    // A refund that was made, by a call that failed: which of the two holds is for an inquiry to say.
    believed: answer.kind === 'refunded' && money !== undefined && result.status === 'S',
  };
}
