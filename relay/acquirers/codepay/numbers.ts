/**
 * Our ids as CodePay's order numbers: letters and digits, at most 32 (reference acquirers/codepay.md section 1.1), and
 * better at most 24, where one gateway was found to stop (section 5, point 11). An attempt's id, 128 bits as 32 signs of
 * hex, is 22 signs in base 62. Numbers of payments have 32 or 22 signs, those of refunds 23 or 24, so none is ever
 * another's; the same id has the same number for ever, in every relay.
 */
export type OrderNumbers = 'plain' | 'short';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);
const ID = /^[0-9a-f]{32}$/;
/** As the payment machine names them: r, which refund of the payment it is, and the attempt's id. */
const REFUND_ID = /^r([1-9]\d{0,3})([0-9a-f]{32})$/;
const HEX_CHARS = 32;
const SHORT_CHARS = 22;
/** 62 x 62: two signs hold the refund's own number below it. */
const REFUNDS_END = 3_844;

function inBase62(value: bigint, width: number): string {
  let rest = value;
  let text = '';
  while (rest > 0n) {
    text = (DIGITS[Number(rest % BASE)] ?? '') + text;
    rest /= BASE;
  }
  return text.padStart(width, '0');
}

const shortened = (id: string): string => inBase62(BigInt(`0x${id}`), SHORT_CHARS);

/** @throws RangeError for what is no id of an attempt. */
export function paymentNumber(requestId: string, numbers: OrderNumbers): string {
  if (!ID.test(requestId)) throw new RangeError(`requestId: found ${requestId.length} signs, expected 32 of hex`);
  return numbers === 'plain' ? requestId : shortened(requestId);
}

/** @throws RangeError for what is no id of a refund. */
export function refundNumber(refundId: string): string {
  const [, which = '', id = ''] = REFUND_ID.exec(refundId) ?? [];
  if (id === '' || Number(which) >= REFUNDS_END) {
    throw new RangeError(`refundId: found ${refundId.length} signs, expected r, 1 to 3843, and 32 signs of hex`);
  }
  return inBase62(BigInt(which), 1) + shortened(id);
}

/** Whose number it is: the ways back of `paymentNumber` and `refundNumber`, whichever of its two forms a payment's has. */
export type Subject =
  | { readonly kind: 'payment'; readonly requestId: string }
  | { readonly kind: 'refund'; readonly refundId: string };

const SHORT = /^[0-9A-Za-z]{22,24}$/;
const ID_END = 1n << 128n;

function fromBase62(text: string): bigint {
  let value = 0n;
  for (const sign of text) value = value * BASE + BigInt(DIGITS.indexOf(sign));
  return value;
}

function lengthened(text: string): string | undefined {
  const value = fromBase62(text);
  return value < ID_END ? value.toString(16).padStart(32, '0') : undefined;
}

/** Undefined for a number that we never give. */
export function subjectOf(number: string): Subject | undefined {
  if (ID.test(number)) return { kind: 'payment', requestId: number };
  if (!SHORT.test(number)) return undefined;
  const id = lengthened(number.slice(-SHORT_CHARS));
  const which = number.slice(0, -SHORT_CHARS);
  if (id === undefined) return undefined;
  if (which === '') return { kind: 'payment', requestId: id };
  // A number has one spelling: nothing leads with a nought.
  return which.startsWith('0') ? undefined : { kind: 'refund', refundId: `r${fromBase62(which)}${id}` };
}

/** A payment's id, or a refund's with that of its payment, which is part of it. */
export function idOfNumber(number: string): { requestId: string; refundId?: string } | undefined {
  const subject = subjectOf(number);
  if (subject?.kind !== 'refund') return subject && { requestId: subject.requestId };
  return { requestId: subject.refundId.slice(-HEX_CHARS), refundId: subject.refundId };
}

/** An attempt's id from its number; undefined: it is no number of a payment of ours. */
export function requestIdOf(number: string): string | undefined {
  const subject = subjectOf(number);
  return subject?.kind === 'payment' ? subject.requestId : undefined;
}
