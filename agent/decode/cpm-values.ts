import { COMPRESSED, PRINTABLE, rules, SIZED, TRACK2 } from './cpm-tags.js';

const PAN_MAX_DIGITS = 19;
const SEPARATOR = 0xd;
const FILLER = 0xf;

/** Half a byte: the `at`-th, counted from the high half of bytes[0]. */
function nibble(bytes: Uint8Array, at: number): number {
  const byte = bytes[at >> 1] as number;
  return at & 1 ? byte & 0xf : byte >> 4;
}

/** The first half byte in [from, to) that is no digit; `to`, which is even, when there is none. A byte at a time. */
function skipDigits(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  if (at & 1) {
    if (nibble(bytes, at) > 9) return at;
    at++;
  }
  while (at < to) {
    const byte = bytes[at >> 1] as number;
    if (byte > 0x9f) return at;
    if ((byte & 0xf) > 9) return at + 1;
    at += 2;
  }
  return at;
}

function isTrack2(bytes: Uint8Array, from: number, to: number): boolean {
  const first = from * 2;
  const last = to * 2;
  const separator = skipDigits(bytes, first, last);
  const pan = separator - first;
  if (pan < 1 || pan > PAN_MAX_DIGITS || separator === last || nibble(bytes, separator) !== SEPARATOR) return false;
  const end = skipDigits(bytes, separator + 1, last);
  return end === last || (end === last - 1 && nibble(bytes, end) === FILLER);
}

function isCompressed(bytes: Uint8Array, from: number, to: number): boolean {
  const first = from * 2;
  const last = to * 2;
  const digits = skipDigits(bytes, first, last);
  let at = digits;
  while (at < last && nibble(bytes, at) === FILLER) at++;
  return digits > first && at === last;
}

function isPrintable(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}

/** Whether bytes[from, to) may be the value of the tag with this slot. Tags without a rule may hold anything. */
export function valueFits(slot: number, bytes: Uint8Array, from: number, to: number): boolean {
  const rule = rules[slot] as number;
  if (rule === 0) return true;
  const size = to - from;
  if (size < ((rule >> 8) & 0xff) || size > rule >> 16) return false;
  const form = rule & 0xff;
  return form === SIZED || formFits(form, bytes, from, to);
}

function formFits(form: number, bytes: Uint8Array, from: number, to: number): boolean {
  switch (form) {
    case PRINTABLE:
      return isPrintable(bytes, from, to);
    case TRACK2:
      return isTrack2(bytes, from, to);
    case COMPRESSED:
      return isCompressed(bytes, from, to);
    default:
      return (to - from) % 2 === 0;
  }
}
