import { alphanumericCodes, compileIssuers, type IssuerLookup, issuerTable, type Market, markets } from './issuers.js';
import { checksumHolds, looksMerchantPresented } from './merchant-presented.js';
import type { Decoded, RejectReason } from './result.js';

/**
 * From a frame to a wallet code, or to the reason why it is none. The order of the questions is that of reference
 * codes/formats.md, section 7, and matters. Whatever the bytes are there is a result; nothing throws.
 */
export type DecodeOptions = { readonly market: Market };

const RAW_MAX_BYTES = 4_400;
const CODE_MAX_BYTES = 512;
const LEADING_MAX_BYTES = 2;
const TRAILING_MAX_BYTES = 4;
const GS = 0x1d;

const lookups = new Map<Market, IssuerLookup>(markets.map((market) => [market, compileIssuers(issuerTable, market)]));

/** One object a reason, made once: a flood of noise allocates nothing. */
const rejects = new Map<RejectReason, Decoded>();
function reject(reason: RejectReason): Decoded {
  let made = rejects.get(reason);
  if (made === undefined) {
    made = Object.freeze({ kind: 'reject', reason });
    rejects.set(reason, made);
  }
  return made;
}

const leads = (byte: number | undefined): boolean => byte === 0x02 || byte === 0x0d || byte === 0x0a;
const trails = (byte: number | undefined): boolean =>
  byte === 0x0d || byte === 0x0a || byte === 0x09 || byte === 0x03 || byte === GS;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

function text(bytes: Uint8Array, start: number, end: number): string {
  if (Buffer.isBuffer(bytes)) return bytes.toString('latin1', start, end);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** `]` + letter + letter or digit, set before the code by scanners that are told to (AIM). */
function hasAim(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 3 || bytes[start] !== 0x5d) return false;
  const modifier = bytes[start + 2] ?? 0;
  return isLetter(bytes[start + 1] ?? 0) && (isDigit(modifier) || isLetter(modifier));
}

/** @returns the code of a numeric wallet, or the reason; `frame` may carry its framing. */
export function decode(frame: Uint8Array, options: DecodeOptions): Decoded {
  if (frame.length === 0) return reject('empty');
  if (frame.length > RAW_MAX_BYTES) return reject('too-long');
  let start = 0;
  let end = frame.length;
  while (start < LEADING_MAX_BYTES && start < end && leads(frame[start])) start++;
  const keep = Math.max(start, frame.length - TRAILING_MAX_BYTES);
  while (end > keep && trails(frame[end - 1])) end--;

  let aim = '';
  if (hasAim(frame, start, end)) {
    aim = text(frame, start, start + 3);
    start += 3;
  }
  if (start === end) return reject('empty');
  if (end - start > CODE_MAX_BYTES) return reject('too-long');
  if (looksMerchantPresented(frame, start, end)) {
    return reject(checksumHolds(frame, start, end) ? 'merchant-presented' : 'merchant-presented-corrupt');
  }
  if (allDigits(frame, start, end)) return decodeNumber(frame, start, end, aim, options.market);
  return reject(classifyText(frame, start, end, aim));
}

function allDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isDigit(bytes[i] ?? 0)) return false;
  return true;
}

function decodeNumber(bytes: Uint8Array, start: number, end: number, aim: string, market: Market): Decoded {
  if (aim !== '') {
    if (isGs1Aim(aim)) return reject('gs1-data');
    if (aim.startsWith(']E')) return reject('product-code');
  }
  const length = end - start;
  const issuers = lookups.get(market);
  const match =
    issuers?.find(bytes, start, length) ??
    (isProductCode(bytes, start, end) ? undefined : issuers?.findByLength(length));
  if (match !== undefined) {
    const code = text(bytes, start, end);
    return match.issuer === undefined
      ? { kind: 'wallet-code', code }
      : { kind: 'wallet-code', code, issuer: match.issuer };
  }
  if (isProductCode(bytes, start, end)) return reject('product-code');
  const head = length < 2 ? -1 : ((bytes[start] ?? 0) - 0x30) * 10 + ((bytes[start + 1] ?? 0) - 0x30);
  return reject(length >= 10 && length <= 40 && issuers?.ownsPrefix(head) ? 'bad-length' : 'unknown-prefix');
}

/** GS1 mod-10 over 8, 12, 13 or 14 digits. */
function isProductCode(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 8 && (length < 12 || length > 14)) return false;
  let sum = 0;
  for (let i = end - 1, weight = 1; i >= start; i--, weight = 4 - weight) sum += ((bytes[i] ?? 0) - 0x30) * weight;
  return sum % 10 === 0;
}

const isGs1Aim = (aim: string): boolean => aim === ']C1' || aim === ']e0' || aim === ']d2' || aim === ']Q3';

/** What is not only digits. The first question that fits answers. */
function classifyText(bytes: Uint8Array, start: number, end: number, aim: string): RejectReason {
  const content = text(bytes, start, end);
  if (/^[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\//.test(content)) return 'url';
  if (isGs1Aim(aim)) return 'gs1-data';
  const offence = offendingByte(bytes, start, end, content);
  if (offence !== undefined) return offence;
  if (content.startsWith('hQVDUFY')) return 'cpm-unsupported';
  if (aim.startsWith(']E')) return 'product-code';
  // A payment code, but its letters do not fit the packed decimal in which codes travel.
  if (alphanumericCodes.some((pattern) => pattern.test(content))) return 'bad-charset';
  if (/^M[1-4].{57,}$/.test(content)) return 'boarding-pass';
  if (/^[A-Za-z][A-Za-z0-9+.-]{1,15}:/.test(content)) return 'structured-text';
  if (/^\/[0-9A-Z.+-]{7}$/.test(content)) return 'invoice-carrier';
  if (/^[@#][A-Z]{6}[^;]*;?$/.test(content)) return 'scanner-config';
  if (/^\\\d{6}/.test(content)) return 'unsupported-eci';
  if (/^[0-9][0-9A-Za-z .-]{9,39}$/.test(content) && content.replace(/\D/g, '').length >= 10) return 'bad-charset';
  return 'unrecognised-text';
}

function offendingByte(bytes: Uint8Array, start: number, end: number, content: string): RejectReason | undefined {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80) return 'non-ascii';
    if (byte === GS && /^(?:0[12]\d{14}|00\d{18})/.test(content.slice(0, i - start))) return 'gs1-data';
    if (byte < 0x20 || byte === 0x7f) return 'control-char';
  }
  return undefined;
}
