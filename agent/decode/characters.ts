import { LINKED_ALPHABET } from '../../protocol/linked-code.js';

/** What a byte may be part of, as bits: one load and one test instead of a comparison for each kind. */
export const DIGIT = 1;
export const UPPER = 2;
export const LOWER = 4;
/** `+`, `.` or `-`. */
export const MARK = 8;
export const BLANK = 16;
/** Above DEL, or a control character: no payment code holds one. */
export const NOT_TEXT = 32;
/** Of `LINKED_ALPHABET`: upper-case letters and digits of which none is taken for another. */
export const DISTINCT = 64;
/** Of upper-case hex. */
export const HEX = 128;

export const LETTER = UPPER | LOWER;
export const ALPHANUMERIC = LETTER | DIGIT;
/** A URI scheme after its first letter; RFC 3986, section 3.1. */
export const SCHEME = ALPHANUMERIC | MARK;

const kinds = new Uint8Array(256);
const fill = (from: string, to: string, kind: number): void => {
  for (let byte = from.charCodeAt(0); byte <= to.charCodeAt(0); byte++) kinds[byte] = (kinds[byte] ?? 0) | kind;
};
fill('\x00', '\x1f', NOT_TEXT);
fill('\x7f', '\xff', NOT_TEXT);
fill('0', '9', DIGIT);
fill('A', 'Z', UPPER);
fill('a', 'z', LOWER);
for (const mark of '+.-') fill(mark, mark, MARK);
fill(' ', ' ', BLANK);
for (const character of LINKED_ALPHABET) fill(character, character, DISTINCT);
fill('0', '9', HEX);
fill('A', 'F', HEX);

/**
 * True when bytes[at] is of one of `kind`; false beyond the end.
 * Here and in the loops of this folder a byte is read `as number` where the place is known to be inside: asking once more
 * makes such a loop take half as much again.
 */
export function is(bytes: Uint8Array, at: number, kind: number): boolean {
  return ((kinds[bytes[at] as number] as number) & kind) !== 0;
}

/** The first place in [start, end) whose byte is of none of `kind`; `end` when there is none. */
export function skip(bytes: Uint8Array, start: number, end: number, kind: number): number {
  let at = start;
  while (at < end && is(bytes, at, kind)) at++;
  return at;
}

/** Where the digits that begin at `start` end, at most `end`. */
export function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && ((bytes[at] as number) - 0x30) >>> 0 < 10) at++;
  return at;
}

/** The first place in [start, end) whose byte is of one of `kind`; `end` when there is none. */
export function seek(bytes: Uint8Array, start: number, end: number, kind: number): number {
  let at = start;
  while (at < end && !is(bytes, at, kind)) at++;
  return at;
}
