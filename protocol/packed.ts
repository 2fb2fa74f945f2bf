import { CODE_MAX_DIGITS } from './limits.js';

/** A payment code in a form that the wire does not have. The message names the field and the shape, never a value. */
export class CodeError extends RangeError {
  override name = 'CodeError';
}

/** Digits two to a byte, high nibble first; an odd number of digits ends in nibble F. */
export function packDigits(digits: string): Uint8Array {
  if (!/^[0-9]+$/.test(digits) || digits.length > CODE_MAX_DIGITS) {
    throw new CodeError(`code: found ${digits.length} characters, expected 1 to ${CODE_MAX_DIGITS} digits`);
  }
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}f`, 'hex');
}

/** @throws CodeError on a nibble that is not a digit, save a last F. */
export function unpackDigits(packed: Uint8Array): string {
  const hex = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('hex');
  const digits = hex.endsWith('f') ? hex.slice(0, -1) : hex;
  if (!/^[0-9]+$/.test(digits) || digits.length > CODE_MAX_DIGITS) {
    throw new CodeError(`code: found ${packed.length} bytes that are not packed decimal`);
  }
  return digits;
}
