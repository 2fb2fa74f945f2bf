import type { KeyObject } from 'node:crypto';
import type { CancelAnswer, InquiryAnswer, Paid, PayAnswer, Unknown, UnknownDetail } from '../contract.js';
import { moneyOf } from './amounts.js';
import { ACCEPTED, type Fields, isOfKind, numberText, type PaymentStatus, paymentStatuses, rowOf } from './codes.js';
import { topLevelFields } from './fields.js';
import type { CodeMeaning, CodePaySettings } from './settings.js';
import { verifySignature } from './signing.js';

/** What an answer means. Source: reference acquirers/codepay.md sections 0.3 and 1.1 to 1.3, common.md section 2. */

/** `data` of an accepted call, always signed; a refused one has none, and its code is believed only when `verified`. */
export type Answer = {
  readonly verified: boolean;
  readonly code: string;
  readonly data: Fields;
  /** The gateway's trace id, for its support. */
  readonly psn: string;
};

export const unknown = (detail: UnknownDetail, code = ''): Unknown => ({
  kind: 'unknown',
  detail,
  ...(code ? { code } : {}),
});
export const coded = (code: string): { code?: string } => (code ? { code } : {});

/** No blanks and no signs that a text of a fault would have; the client looks once more for the payment code. */
const codeOf = (text: string): string => (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(text) ? text : '');

/** Undefined is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a code repeats a piece of the payment code; it is not handed on then. */
type IsEcho = (code: string) => boolean;

/**
 * An accepted call is believed only with a good signature: the vendor's own SDK takes one that lacks it, and so does
 * whoever stands between. A refused call may come unsigned; then it tells that the call failed, and not the payment.
 */
export function openAnswer(body: Buffer, publicKey: KeyObject, isEcho: IsEcho = () => false): Answer | Unknown {
  const text = body.toString('utf8');
  const fields = topLevelFields(text);
  if (!fields) return unknown(parsed(text) === undefined ? 'not-json' : 'shape');
  const signature = fields.get('sign') ?? '';
  const verified = signature !== '' && verifySignature(fields, signature, publicKey);
  if (signature !== '' && !verified) return unknown('bad-signature');
  const code = codeOf(fields.get('code') ?? '');
  const psn = fields.get('psn') ?? '';
  if (code === '' || isEcho(code)) return unknown('shape');
  if (code !== ACCEPTED) return { verified, code, data: {}, psn };
  if (!verified) return unknown('bad-signature');
  const content = fields.get('data') ?? '';
  const data = content === '' ? {} : parsed(content);
  if (!isObject(data)) return unknown('shape');
  return isEcho(errorCodeOf(data)) ? unknown('shape') : { verified, code, data, psn };
}

/** Undefined for an unsigned answer, and for a code that nobody has told us the meaning of. */
export const meaningOf = ({ verified, code }: Answer, { codes }: CodePaySettings): CodeMeaning | undefined =>
  verified ? rowOf(codes, code) : undefined;

const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function acquirerIdOf({ trans_no: id }: Fields): { acquirerId?: string } {
  return typeof id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(id) ? { acquirerId: id } : {};
}

const statusOf = (data: Fields): PaymentStatus | undefined => rowOf(paymentStatuses, numberText(data['trans_status']));

export function errorCodeOf({ trans_error_code: value }: Fields): string {
  return codeOf(typeof value === 'string' || typeof value === 'number' ? String(value) : '');
}

function paid(data: Fields): Paid | Unknown {
  const money = moneyOf(data['trans_amount'], data['price_currency']);
  if (money === 'shape') return unknown('shape');
  return { kind: 'paid', ...acquirerIdOf(data), ...(money ? { money } : {}) };
}

function declined(data: Fields, { errorCodes }: CodePaySettings): InquiryAnswer & PayAnswer {
  const code = errorCodeOf(data);
  return { kind: 'declined', reason: rowOf(errorCodes, code) ?? 'other', ...coded(code) };
}

/** To a refused pay. */
function refusedPay(answer: Answer, settings: CodePaySettings): PayAnswer {
  switch (meaningOf(answer, settings)) {
    case 'number-used':
      return { kind: 'conflict', code: answer.code };
    case 'call-refused':
      return { kind: 'declined', reason: 'configuration', alarm: true, code: answer.code };
    case 'busy':
      return unknown('busy', answer.code);
    default:
      return unknown('unclear', answer.code);
  }
}

/**
 * The answer to a pay need not name our number, nor say why a payment failed: the inquiry that follows at once does both. What
 * does not name it may be another order's, however well it is signed, so it neither approves nor declines.
 */
export function payAnswer(answer: Answer, number: string, settings: CodePaySettings): PayAnswer {
  if (answer.code !== ACCEPTED) return refusedPay(answer, settings);
  const { data } = answer;
  const named = data['merchant_order_no'];
  const isNamed = isSaid(named);
  if (isNamed && named !== number) return unknown('shape');
  if (!isOfKind(data, 'sale')) return unknown('unclear');
  switch (statusOf(data)) {
    case 'paid':
      return paid(isNamed ? data : { ...data, price_currency: undefined });
    case 'pending':
      return { kind: 'pending', ...acquirerIdOf(data) };
    case 'declined':
      return isNamed && errorCodeOf(data) !== '' ? declined(data, settings) : unknown('by-inquiry');
    case 'cancelled':
      return unknown('by-inquiry');
    case undefined:
      return unknown('shape');
  }
}

/** Must name our number, and be of a sale: the signature does not name the question. */
export function inquiryAnswer(answer: Answer, number: string, settings: CodePaySettings): InquiryAnswer {
  if (answer.code !== ACCEPTED) {
    const meaning = meaningOf(answer, settings);
    if (meaning === 'no-such-order') return { kind: 'not-found', code: answer.code };
    return unknown(meaning === 'busy' ? 'busy' : 'refused', answer.code);
  }
  const { data } = answer;
  if (data['merchant_order_no'] !== number) return unknown('shape');
  if (!isOfKind(data, 'sale')) return unknown('unclear');
  switch (statusOf(data)) {
    case 'paid':
      return paid(data);
    case 'pending':
      return { kind: 'pending', ...acquirerIdOf(data) };
    case 'declined':
      return declined(data, settings);
    case 'cancelled':
      return { kind: 'cancelled' };
    case undefined:
      return unknown('shape');
  }
}

/**
 * The answer to a cancel is an envelope only: what became of the payment is in the inquiry made after it. Closed after a cancel
 * that was accepted is as good as cancelled; after one that was refused it confirms no cancel, and says that none is needed only
 * of what was never said to be paid, which the machine knows. Still paid after a cancel that was accepted is not yet done;
 * after one that was refused, by a signed answer, a refund is to be made instead.
 */
export function cancelAnswer(revoked: Answer, after: InquiryAnswer): CancelAnswer {
  const code = coded(revoked.code === ACCEPTED ? (after.kind === 'not-sent' ? '' : (after.code ?? '')) : revoked.code);
  switch (after.kind) {
    case 'cancelled':
      return { kind: 'cancelled', ...code };
    case 'declined':
      return { kind: revoked.code === ACCEPTED ? 'cancelled' : 'refused', ...code };
    case 'not-found':
      return { kind: 'not-found', ...code };
    case 'paid':
      if (revoked.code !== ACCEPTED && revoked.verified) return { kind: 'refund-instead', ...code };
      return { kind: 'unknown', detail: 'unclear', ...code };
    case 'pending':
      return { kind: 'unknown', detail: 'unclear', ...code };
    case 'unknown':
      return after;
    case 'not-sent':
      // The inquiry was not; the cancel was.
      return { kind: 'unknown', detail: 'io', ...code };
  }
}
