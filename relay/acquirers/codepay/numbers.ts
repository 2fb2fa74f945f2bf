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

/** An attempt's id from its number, either way; undefined: it is no number of a payment of ours. */
export function requestIdOf(number: string): string | undefined {
  if (ID.test(number)) return number;
  if (number.length !== SHORT_CHARS || !/^[0-9A-Za-z]+$/.test(number)) return undefined;
  const value = [...number].reduce((sum, sign) => sum * BASE + BigInt(DIGITS.indexOf(sign)), 0n);
  const id = value.toString(16).padStart(32, '0');
  return ID.test(id) ? id : undefined;
}
