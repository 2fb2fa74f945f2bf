import { CODE_MAX_CHARS } from '../../protocol/limits.js';
import { ALPHANUMERIC, is, LETTER, skipDigits } from './characters.js';
import { classifyText, isProductCode, isUrl, offence } from './classify.js';
import { CpmReader } from './cpm.js';
import { FRAME_BUFFER_BYTES } from './framer.js';
import type { IssuerLookup } from './issuers.js';
import { findMemberCode } from './member-code.js';
import { checksumHolds, looksMerchantPresented } from './merchant-presented.js';
import { reject, type Verdict } from './result.js';

const LEADING_MAX_BYTES = 2;
const TRAILING_MAX_BYTES = 4;
/** Where a known prefix has another length, these lengths mean a damaged code. */
const DAMAGED_MIN_DIGITS = 10;
const DAMAGED_MAX_DIGITS = 40;

const STX = 0x02;
const ETX = 0x03;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const GS = 0x1d;
const BRACKET = 0x5d;
const ZERO = 0x30;

/** "hQVDUFY" is 85 05 "CPV" in Base64. */
const cpmHead = Uint8Array.from('hQVDUFY', (letter) => letter.charCodeAt(0));
const cpmVerdict: Verdict = Object.freeze({ kind: 'emv-cpm' });

/** AIM symbology identifiers, ISO/IEC 15424: letter and modifier as one number. 0: none. */
const aimOf = (letter: string, modifier: string): number => (letter.charCodeAt(0) << 8) | modifier.charCodeAt(0);
const GS1_128 = aimOf('C', '1');
const GS1_DATABAR = aimOf('e', '0');
const GS1_DATA_MATRIX = aimOf('d', '2');
const GS1_QR = aimOf('Q', '3');
const isGs1 = (aim: number): boolean =>
  aim === GS1_128 || aim === GS1_DATABAR || aim === GS1_DATA_MATRIX || aim === GS1_QR;
/** EAN and UPC: `]E` and any modifier. */
const isEan = (aim: number): boolean => aim >> 8 === 0x45;

// All of them are below the blank, so that one comparison does for most bytes.
const leads = (byte: number): boolean => byte <= CR && (byte === STX || byte === CR || byte === LF);
const trails = (byte: number): boolean =>
  byte <= GS && (byte === CR || byte === LF || byte === TAB || byte === ETX || byte === GS);

/**
 * From a frame to what it is: a payment code, or the reason why it is none. The order of the questions is that of reference
 * codes/formats.md, section 7, and matters. Whatever the bytes are there is a verdict, and nothing throws. Deciding
 * allocates nothing. Of an EMV code a copy is kept, until the next one or `forget`.
 */
export class Decoder {
  /** Where the content of the last frame begins, after framing bytes and AIM identifier. */
  start = 0;
  /** Where it ends before. */
  end = 0;
  /** The objects of the last frame whose verdict was `emv-cpm`. */
  readonly cpm = new CpmReader();
  #issuers: IssuerLookup;

  constructor(issuers: IssuerLookup) {
    this.#issuers = issuers;
  }

  /** Another issuer table, from the next frame on. */
  adopt(issuers: IssuerLookup): void {
    this.#issuers = issuers;
  }

  /** The content of `frame`, which must be the one decoded last. Of an accepted frame it is the code: a secret. */
  text(frame: Uint8Array): string {
    if (Buffer.isBuffer(frame)) return frame.toString('latin1', this.start, this.end);
    return Buffer.from(frame.buffer, frame.byteOffset + this.start, this.end - this.start).toString('latin1');
  }

  /** Wipes what is kept of a card. */
  forget(): void {
    this.cpm.forget();
  }

  decode(frame: Uint8Array): Verdict {
    this.#unframe(frame);
    if (frame.length > FRAME_BUFFER_BYTES) return reject('too-long');
    const aim = this.#takeAim(frame);
    const { start, end } = this;
    if (start === end) return reject('empty');
    if (end - start > CODE_MAX_CHARS) return reject('too-long');
    if (looksMerchantPresented(frame, start, end)) {
      return reject(checksumHolds(frame, start, end) ? 'merchant-presented' : 'merchant-presented-corrupt');
    }
    const digits = skipDigits(frame, start, end);
    return digits === end ? this.#number(frame, start, end, aim) : this.#text(frame, digits, aim);
  }

  #unframe(frame: Uint8Array): void {
    let start = 0;
    let end = frame.length;
    while (start < LEADING_MAX_BYTES && start < end && leads(frame[start] as number)) start++;
    const keep = Math.max(start, end - TRAILING_MAX_BYTES);
    while (end > keep && trails(frame[end - 1] as number)) end--;
    this.start = start;
    this.end = end;
  }

  /** `]`, a letter, and a letter or digit, set before the code by scanners that are told to. */
  #takeAim(frame: Uint8Array): number {
    const { start, end } = this;
    if (end - start < 3 || frame[start] !== BRACKET) return 0;
    if (!is(frame, start + 1, LETTER) || !is(frame, start + 2, ALPHANUMERIC)) return 0;
    this.start = start + 3;
    const letter = frame[start + 1] as number;
    const modifier = frame[start + 2] as number;
    return (letter << 8) | modifier;
  }

  #number(frame: Uint8Array, start: number, end: number, aim: number): Verdict {
    if (aim !== 0) {
      if (isGs1(aim)) return reject('gs1-data');
      if (isEan(aim)) return reject('product-code');
    }
    const issuers = this.#issuers;
    const length = end - start;
    const wallet = issuers.find(frame, start, length);
    if (wallet !== undefined) return wallet;
    if (isProductCode(frame, start, end)) return reject('product-code');
    const byLength = issuers.findByLength(length);
    if (byLength !== undefined) return byLength;
    if (length < DAMAGED_MIN_DIGITS || length > DAMAGED_MAX_DIGITS) return reject('unknown-prefix');
    const tens = frame[start] as number;
    const ones = frame[start + 1] as number;
    const head = (tens - ZERO) * 10 + ones - ZERO;
    return reject(issuers.ownsPrefix(head) ? 'bad-length' : 'unknown-prefix');
  }

  /** @param digits where the leading digits end; something else stands there */
  #text(frame: Uint8Array, digits: number, aim: number): Verdict {
    const { start, end } = this;
    if (isCpm(frame, start, end) && !isGs1(aim)) {
      const fault = this.cpm.read(frame, start, end);
      if (fault === undefined) return cpmVerdict;
      // What is Base64 holds no colon and no byte that offends: only here those questions are still open.
      if (fault !== 'cpm-bad-base64') return reject(fault);
    }
    if (isUrl(frame, start, end)) return reject('url');
    if (isGs1(aim)) return reject('gs1-data');
    const offending = offence(frame, start, end, digits);
    if (offending !== undefined) return reject(offending);
    if (isCpm(frame, start, end)) return reject('cpm-bad-base64');
    if (isEan(aim)) return reject('product-code');
    const wallet = findMemberCode(frame, start, end) ?? this.#issuers.findAlphanumeric(frame, start, end - start);
    return wallet ?? reject(classifyText(frame, start, end));
  }
}

function isCpm(frame: Uint8Array, start: number, end: number): boolean {
  if (end - start < cpmHead.length) return false;
  for (let i = 0; i < cpmHead.length; i++) if (frame[start + i] !== cpmHead[i]) return false;
  return true;
}
