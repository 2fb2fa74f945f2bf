import { BLANK, DIGIT, is, LETTER, MARK, NOT_TEXT, SCHEME, seek, skip, UPPER } from './characters.js';
import type { RejectReason } from './result.js';

/**
 * What is no payment code, by what it looks like. The questions are those of reference codes/formats.md, section 7, as
 * loops over bytes: a customer's photograph of anything costs no more than a code.
 */

const GS = 0x1d;
const COLON = 0x3a;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** A letter, one to `most` more of a scheme, and a colon; @returns the colon's place, -1 if there is none */
function schemeEnd(bytes: Uint8Array, start: number, end: number, most: number): number {
  if (start === end || !is(bytes, start, LETTER)) return -1;
  const limit = Math.min(end, start + 1 + most);
  const colon = skip(bytes, start + 1, limit, SCHEME);
  return colon > start + 1 && colon < end && bytes[colon] === COLON ? colon : -1;
}

/** `https://`, `weixin://` …; in any case of letters. */
export function isUrl(bytes: Uint8Array, start: number, end: number): boolean {
  const colon = schemeEnd(bytes, start, end, 20);
  return colon >= 0 && colon + 2 < end && bytes[colon + 1] === SLASH && bytes[colon + 2] === SLASH;
}

/**
 * The first byte that no payment code holds decides.
 * @param digits where the leading digits end
 */
export function offence(bytes: Uint8Array, start: number, end: number, digits: number): RejectReason | undefined {
  const at = seek(bytes, digits, end, NOT_TEXT);
  if (at === end) return undefined;
  if ((bytes[at] as number) >= 0x80) return 'non-ascii';
  return bytes[at] === GS && isGs1Head(bytes, start, digits) ? 'gs1-data' : 'control-char';
}

/** GS1 application identifiers of fixed length: 01 and 02 with 14 digits, 00 with 18. */
function isGs1Head(bytes: Uint8Array, start: number, digits: number): boolean {
  if (bytes[start] !== 0x30) return false;
  const second = bytes[start + 1];
  if (second === 0x30) return digits - start >= 20;
  return (second === 0x31 || second === 0x32) && digits - start >= 16;
}

/** IATA bar coded boarding pass: `M`, the number of legs, and one leg at least. */
function isBoardingPass(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 59 || bytes[start] !== 0x4d) return false;
  const legs = bytes[start + 1] as number;
  return legs >= 0x31 && legs <= 0x34;
}

/** Taiwan's e-invoice carrier: a slash and seven more. */
function isInvoiceCarrier(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 8 && bytes[start] === SLASH && skip(bytes, start + 1, end, DIGIT | UPPER | MARK) === end;
}

/** Newland's setup codes, one or several: `@FACDEF`, `#SCNTRG1;`, `@ILLSCN1;AMLENA0;`. */
function isScannerSetup(bytes: Uint8Array, start: number, end: number): boolean {
  const lead = bytes[start];
  if ((lead !== 0x40 && lead !== 0x23) || end - start < 7) return false;
  return skip(bytes, start + 1, start + 7, UPPER) === start + 7;
}

/** A wallet code with something in it that should not be there: begins with a digit, and holds ten of them. */
function isDamagedNumber(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 10 || length > 40 || !is(bytes, start, DIGIT)) return false;
  let digits = 0;
  for (let at = start; at < end; at++) {
    if (is(bytes, at, DIGIT)) digits++;
    else if (!is(bytes, at, LETTER | BLANK) && bytes[at] !== 0x2d && bytes[at] !== 0x2e) return false;
  }
  return digits >= 10;
}

/** ECI as some scanners send it: a backslash and six digits. */
function isEci(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start] === BACKSLASH && end - start >= 7 && skip(bytes, start + 1, start + 7, DIGIT) === start + 7;
}

/** Printable text that no issuer claims and that is not only digits. */
export function classifyText(bytes: Uint8Array, start: number, end: number): RejectReason {
  if (isBoardingPass(bytes, start, end)) return 'boarding-pass';
  if (schemeEnd(bytes, start, end, 15) >= 0) return 'structured-text';
  if (isInvoiceCarrier(bytes, start, end)) return 'invoice-carrier';
  if (isScannerSetup(bytes, start, end)) return 'scanner-config';
  if (isEci(bytes, start, end)) return 'unsupported-eci';
  return isDamagedNumber(bytes, start, end) ? 'bad-charset' : 'unrecognised-text';
}

/** GS1 mod-10 over 8, 12, 13 or 14 digits; GS1 General Specifications, section 7.9. */
export function isProductCode(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 8 && (length < 12 || length > 14)) return false;
  let sum = 0;
  for (let at = end - 1, weight = 1; at >= start; at--, weight = 4 - weight) {
    sum += ((bytes[at] as number) - 0x30) * weight;
  }
  return sum % 10 === 0;
}
