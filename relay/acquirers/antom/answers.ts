import type { KeyObject } from 'node:crypto';
import { isCurrency, type Money } from '../../../protocol/money.js';
import type { CancelAnswer, InquiryAnswer, PayAnswer, Unknown, UnknownDetail } from '../contract.js';
import {
  cancelCodes,
  debitCodes,
  gatewayCodes,
  inquiryCodes,
  type PayRow,
  payCodes,
  paymentStatuses,
  type ResultStatus,
  rowOf,
  type Table,
} from './codes.js';
import { type PublicKeys, type SignedParts, verifySignature } from './signing.js';

/** An answer as it came, and what is needed to check it. */
export type RawAnswer = {
  readonly body: Buffer;
  readonly path: string;
  readonly clientId: string;
  /** Headers `response-time` and `signature`. */
  readonly time: string | undefined;
  readonly signature: string | undefined;
};

export type Fields = Readonly<Record<string, unknown>>;
export type Answer = {
  readonly verified: boolean;
  readonly status: ResultStatus;
  /** Result code in capitals; empty when it is no code at all. */
  readonly code: string;
  readonly fields: Fields;
};

export const unknown = (detail: UnknownDetail, code = ''): Unknown => ({
  kind: 'unknown',
  detail,
  ...(code ? { code } : {}),
});
export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Capitals only, so that little of what an answer may repeat from a request can pass; the client looks once more. */
const codeOf = (value: unknown): string =>
  typeof value === 'string' && /^[A-Z][A-Z_]{1,63}$/.test(value) ? value : '';

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Checks the signature on the raw bytes, then parses. An unsigned answer is believed when it says "undecided", or that
 * the gateway refused the call unread; it never says that money moved, nor that a payment failed.
 */
export function openAnswer(raw: RawAnswer, keys: KeyObject | PublicKeys): Answer | Unknown {
  const { body, path, clientId, time, signature } = raw;
  let verified = false;
  if (signature !== undefined) {
    const parts: SignedParts = { path, clientId, time: time ?? '', body };
    verified = verifySignature(parts, signature, keys);
    if (!verified) return unknown('bad-signature');
  }
  const fields = parseJson(body);
  if (fields === undefined) return unknown('not-json');
  const answer = answerIn(fields, verified);
  if ('kind' in answer) return answer;
  const { status, code } = answer;
  if (!verified && (status === 'S' || (status === 'F' && !gatewayCodes.has(code)))) {
    return unknown('bad-signature', code);
  }
  return answer;
}

/** What stands in `result`; `verified` says whether it was signed. */
export function answerIn(fields: unknown, verified: boolean): Answer | Unknown {
  const result = isObject(fields) ? fields['result'] : undefined;
  if (!isObject(fields) || !isObject(result)) return unknown('shape');
  const status = result['resultStatus'];
  const code = codeOf(result['resultCode']);
  if (status !== 'S' && status !== 'F' && status !== 'U') return unknown('shape', code);
  return { verified, status, code, fields };
}

/** Undefined when absent; 'shape' when it is there and no amount of money. */
export function moneyOf(value: unknown): Money | undefined | 'shape' {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return 'shape';
  const { currency, value: text } = value;
  if (typeof currency !== 'string' || !isCurrency(currency)) return 'shape';
  if (typeof text !== 'string' || !/^(0|[1-9]\d{0,15})$/.test(text)) return 'shape';
  const amount = Number(text);
  return Number.isSafeInteger(amount) ? { amount, currency } : 'shape';
}

/** Antom's own id, taken from signed answers only. */
export function acquirerIdOf(answer: Answer): { acquirerId?: string } {
  const id = answer.fields['paymentId'];
  return answer.verified && typeof id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(id) ? { acquirerId: id } : {};
}

/**
 * Another payment's answer, however well signed, tells nothing of ours: the signature does not name the question. An
 * answer that the call succeeded must name our payment; one that it failed or is undecided may name none (reference
 * acquirers/antom.md sections 1.2, 1.5, 1.6), but no other. `acquirerId` will do only where the answer may lack our own.
 */
const isOfAnother = (answer: Answer, requestId: string, acquirerId?: string): boolean => {
  const id = answer.fields['paymentRequestId'];
  if (id !== undefined && id !== null) return id !== requestId;
  if (answer.status !== 'S') return false;
  return acquirerId === undefined || answer.fields['paymentId'] !== acquirerId;
};

export const coded = (answer: Answer): { code?: string } => (answer.code ? { code: answer.code } : {});

function paid(answer: Answer): PayAnswer & InquiryAnswer {
  const money = moneyOf(answer.fields['paymentAmount']);
  if (money === 'shape') return unknown('shape', answer.code);
  return { kind: 'paid', ...coded(answer), ...acquirerIdOf(answer), ...(money ? { money } : {}) };
}

/** Antom says that it failed, and why in a code that stands in no table. */
export const isNewFailure = ({ code, status }: Answer): boolean => status === 'F' && !rowOf(debitCodes, code);
export const newFailure = (answer: Answer) =>
  ({ kind: 'declined', reason: 'other', alarm: true, ...coded(answer) }) as const;

/**
 * `table`: `debitCodes` of a linked wallet's payment. A failure of a new kind ends the payment of a scanned code, as in Antom's
 * own implementation (section 1.4): the buyer stands there with another code. A token is there to be charged again, so
 * whether it was is for an inquiry to say.
 */
export function payAnswer(answer: Answer, requestId: string, table: Table<PayRow> = payCodes): PayAnswer {
  if (isOfAnother(answer, requestId)) return unknown('shape', answer.code);
  const row = rowOf(table, answer.code);
  if (table === payCodes && isNewFailure(answer)) return newFailure(answer);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  switch (row.kind) {
    case 'paid':
      return paid(answer);
    case 'pending':
      return { kind: 'pending', ...coded(answer), ...acquirerIdOf(answer) };
    case 'conflict':
      return { kind: 'conflict', ...coded(answer) };
    case 'declined':
      return { kind: 'declined', reason: row.reason, ...(row.alarm ? { alarm: true } : {}), ...coded(answer) };
    case 'unknown':
      return unknown(row.detail, answer.code);
  }
}

/** Why a payment failed, from the code that an inquiry gives for it. */
function failed(answer: Answer): InquiryAnswer {
  const code = codeOf(answer.fields['paymentResultCode']);
  const row = rowOf(debitCodes, code);
  if (row?.kind === 'declined') {
    return { kind: 'declined', reason: row.reason, ...(row.alarm ? { alarm: true } : {}), code };
  }
  return { kind: 'declined', reason: 'other', ...(code ? { code, alarm: true } : {}) };
}

/** Whether it was paid does not hang on it, so one that is not as documented is as good as none. */
function withDeclarable(told: InquiryAnswer, { fields }: Answer): InquiryAnswer {
  const declarable = moneyOf(fields['customsDeclarationAmount']);
  return told.kind === 'paid' && declarable !== undefined && declarable !== 'shape' ? { ...told, declarable } : told;
}

export function inquiryAnswer(answer: Answer, requestId: string): InquiryAnswer {
  if (isOfAnother(answer, requestId)) return unknown('shape', answer.code);
  const row = rowOf(inquiryCodes, answer.code);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  if (row.kind === 'unknown') return unknown(row.detail, answer.code);
  if (row.kind === 'not-found') return { kind: 'not-found', ...coded(answer) };
  const status = answer.fields['paymentStatus'];
  const kind = typeof status === 'string' ? rowOf(paymentStatuses, status) : undefined;
  switch (kind) {
    case 'paid':
      return withDeclarable(paid(answer), answer);
    case 'declined':
      return failed(answer);
    case 'cancelled':
      return { kind: 'cancelled', ...coded(answer) };
    case 'pending':
      return { kind: 'pending', ...coded(answer), ...acquirerIdOf(answer) };
    case undefined:
      return unknown('shape', answer.code);
  }
}

/** `acquirerId`: Antom's own id, if an earlier answer gave it. */
export function cancelAnswer(answer: Answer, requestId: string, acquirerId?: string): CancelAnswer {
  if (isOfAnother(answer, requestId, acquirerId)) return unknown('shape', answer.code);
  const row = rowOf(cancelCodes, answer.code);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  return row.kind === 'unknown' ? unknown(row.detail, answer.code) : { kind: row.kind, ...coded(answer) };
}
