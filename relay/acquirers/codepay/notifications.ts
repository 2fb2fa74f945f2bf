import { createHash, type KeyObject } from 'node:crypto';
import type { Money } from '../../../protocol/money.js';
import type {
  InquiryAnswer,
  NotificationReplies,
  NotificationResult,
  RawNotification,
  RefundAnswer,
  VerifiedNotice,
} from '../contract.js';
import { headerText, rejected } from '../notifications.js';
import { moneyOf } from './amounts.js';
import { type Answer, inquiryAnswer } from './answers.js';
import { ACCEPTED, type Fields, numberText, type OrderKind, orderKinds, rowOf } from './codes.js';
import { topLevelFields } from './fields.js';
import { type Subject, subjectOf } from './numbers.js';
import { refundInquiryAnswer } from './refunds.js';
import type { CodePaySettings } from './settings.js';
import { type SignedFields, verifySignature } from './signing.js';

/** What CodePay sends by itself. Source: reference acquirers/codepay.md section 3. */

/** The acknowledgement is this one word; anything else has it sent again. */
export const codepayReplies: NotificationReplies = {
  taken: { status: 200, contentType: 'text/plain; charset=utf-8', body: 'success' },
  again: { status: 503, contentType: 'text/plain; charset=utf-8', body: 'again' },
};

/** Whose notifications are ours. */
export type Ours = { readonly appId: string; readonly merchantNo: string; readonly publicKey: KeyObject };

const FIELDS_MOST = 200;
const FORM = 'application/x-www-form-urlencoded';

/** A name said twice is signed in one way and read in another, so it is no form of ours. */
function formFields(text: string): SignedFields | undefined {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name) || fields.size === FIELDS_MOST) return undefined;
    fields.set(name, value);
  }
  return fields;
}

function fieldsOf({ headers, body }: RawNotification): SignedFields | undefined {
  const text = Buffer.from(body).toString('utf8');
  return headerText(headers, 'content-type')?.toLowerCase().startsWith(FORM) ? formFields(text) : topLevelFields(text);
}

function objectIn(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
  } catch {
    return {};
  }
}

/** Every field received is signed, also one that nobody has told us of; empty ones are not. */
export function readNotification(raw: RawNotification, ours: Ours, settings: CodePaySettings): NotificationResult {
  const fields = fieldsOf(raw);
  if (!fields) return rejected('shape');
  const signature = fields.get('sign') ?? '';
  if (signature === '') return rejected('unsigned');
  if (!verifySignature(fields, signature, ours.publicKey)) return rejected('bad-signature');
  // Flat by all that is known; an older product has the order in `data`, as answers do.
  const data: Fields = { ...Object.fromEntries(fields), ...objectIn(fields.get('data') ?? '') };
  if (!isOurs(data, ours)) return rejected('another-merchant');
  return noticeOf(data, createHash('sha256').update(raw.body).digest('hex'), settings);
}

/** Both where both are said, and one at least: which of them a notification names is documented nowhere. */
function isOurs({ app_id: app, merchant_no: merchant }: Fields, { appId, merchantNo }: Ours): boolean {
  const said = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
  if (!said(app) && !said(merchant)) return false;
  return (!said(app) || app === appId) && (!said(merchant) || merchant === merchantNo);
}

const kindsOf: Readonly<Record<Subject['kind'], OrderKind>> = { payment: 'sale', refund: 'refund' };

function noticeOf(data: Fields, digest: string, settings: CodePaySettings): VerifiedNotice {
  const other = (what: string): VerifiedNotice => ({ kind: 'other', key: `other/${digest}`, what });
  const kind = kindSaid(data['trans_type']);
  if (kind === undefined) return other('an order of a kind that is not known');
  const { merchant_order_no: number } = data;
  if (typeof number !== 'string' || number === '') return other('no merchant_order_no');
  const subject = subjectOf(number);
  if (!subject) return other('an order number that is not ours');
  // The number says what it is, and so does the kind: a void or a pre-authorisation is neither a sale nor a refund.
  if (kind !== 'unsaid' && kind !== kindsOf[subject.kind]) return other(`order kind: ${kind}`);
  const status = numberText(data['trans_status']);
  if (status === '0' || status === '9') return other('not final');
  const answer: Answer = { verified: true, code: ACCEPTED, data, psn: '' };
  const money = moneyOf(data['trans_amount'], data['price_currency']);
  const news: News = { number, status, ...(money && money !== 'shape' ? { money } : {}) };
  return subject.kind === 'payment'
    ? paymentNotice(subject.requestId, inquiryAnswer(answer, number, settings), news, settings)
    : refundNotice(subject.refundId, refundInquiryAnswer(answer, number, settings), news, settings);
}

function kindSaid(value: unknown): OrderKind | 'unsaid' | undefined {
  if (value === undefined || value === null || value === '') return 'unsaid';
  return rowOf<OrderKind>(orderKinds, numberText(value));
}

type News = { readonly number: string; readonly status: string; readonly money?: Money };

const keyOf = (kind: Subject['kind'], { number, status, money }: News): string =>
  [kind, number, status, money ? `${money.amount}${money.currency}` : ''].join('/');

function paymentNotice(
  requestId: string,
  answer: InquiryAnswer,
  news: News,
  { believeNotifications }: CodePaySettings,
): VerifiedNotice {
  const acquirerId = 'acquirerId' in answer ? answer.acquirerId : undefined;
  return {
    kind: 'payment',
    key: keyOf('payment', news),
    requestId,
    ...(acquirerId === undefined ? {} : { acquirerId }),
    answer,
    believed: believeNotifications && answer.kind === 'paid' && answer.money !== undefined,
  };
}

function refundNotice(
  refundId: string,
  answer: RefundAnswer,
  news: News,
  { believeNotifications }: CodePaySettings,
): VerifiedNotice {
  return {
    kind: 'refund',
    key: keyOf('refund', news),
    refundId,
    ...(news.money ? { money: news.money } : {}),
    answer,
    believed: believeNotifications && answer.kind === 'refunded' && news.money !== undefined,
  };
}
