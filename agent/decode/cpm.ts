import { CODE_MAX_CHARS, CPM_MAX_BYTES } from '../../protocol/limits.js';
import { decodeBase64 } from './base64.js';
import {
  ADF_NAME,
  APPLICATION,
  APPLICATION_TRANSPARENT,
  COMMON,
  COMMON_TRANSPARENT,
  HEADER,
  slotOf,
  TAG_SLOTS,
} from './cpm-tags.js';
import { valueFits } from './cpm-values.js';
import type { RejectReason } from './result.js';

/** Top, 61 or 62, and 63 or 64 in them. */
const LEVELS = 3;
const TOP = 0;
/** Tag, length, and "CPV01". */
const header = Uint8Array.from([HEADER, 5, 0x43, 0x50, 0x56, 0x30, 0x31]);
/** Where its "CPV" ends. */
const VERSION_AT = 5;

/** Faults as the functions below return them, in place of a number that is never negative. */
const TRUNCATED = -1;
const BAD_TAG = -2;
const INDEFINITE = -3;
const BAD_LENGTH = -4;
const BAD_HEADER = -5;
const OTHER_VERSION = -6;
const BAD_NESTING = -7;
const DUPLICATE = -8;
const BAD_VALUE = -9;
const NO_APPLICATION = -10;
const NO_ADF = -11;
const BAD_BASE64 = -12;
const faults: readonly (RejectReason | undefined)[] = [
  undefined,
  'cpm-truncated',
  'cpm-bad-tag',
  'cpm-indefinite-length',
  'cpm-bad-length',
  'cpm-bad-header',
  'cpm-unsupported-version',
  'cpm-bad-nesting',
  'cpm-duplicate',
  'cpm-bad-value',
  'cpm-missing-application',
  'cpm-missing-adf',
  'cpm-bad-base64',
];

/** ISO/IEC 8825-1, 8.1.2; here of one or two bytes. Padding (00, FF) is no tag. */
function readTag(bytes: Uint8Array, at: number, limit: number): number {
  const first = bytes[at] as number;
  if (first === 0 || first === 0xff) return BAD_TAG;
  if ((first & 0x1f) !== 0x1f) return first;
  if (at + 1 === limit) return TRUNCATED;
  const second = bytes[at + 1] as number;
  return second < 0x80 ? (first << 8) | second : BAD_TAG;
}

/** ISO/IEC 8825-1, 8.1.3: definite, in the shortest form, at most two bytes. `at`: the first of them, which is 80 or more. */
function readLongLength(bytes: Uint8Array, at: number, limit: number): number {
  const more = (bytes[at] as number) - 0x80;
  if (more === 0) return INDEFINITE;
  if (more > 2) return BAD_LENGTH;
  if (at + more >= limit) return TRUNCATED;
  const low = bytes[at + more] as number;
  if (more === 1) return low < 0x80 ? BAD_LENGTH : low;
  const high = bytes[at + 1] as number;
  return high === 0 ? BAD_LENGTH : (high << 8) | low;
}

/** @returns tag, bytes before the value (3 bits) and bytes of the value (9 bits), which end before `limit`; or a fault */
function readHead(bytes: Uint8Array, at: number, limit: number): number {
  const tag = readTag(bytes, at, limit);
  if (tag < 0) return tag;
  let start = tag < 0x100 ? at + 1 : at + 2;
  if (start === limit) return TRUNCATED;
  let size = bytes[start] as number;
  if (size >= 0x80) {
    size = readLongLength(bytes, start, limit);
    if (size < 0) return size;
    start += size < 0x100 ? 1 : 2;
  }
  start++;
  return start + size > limit ? TRUNCATED : (tag << 12) | ((start - at) << 9) | size;
}

function matches(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== header[at]) return false;
  return true;
}

/** Why the first object is not the header of this version. */
function headerFault(bytes: Uint8Array, length: number): number {
  const head = readHead(bytes, 0, length);
  if (head < 0) return head;
  return head >> 12 === HEADER && matches(bytes, 2, VERSION_AT) ? OTHER_VERSION : BAD_HEADER;
}

export const isTemplate = (tag: number): boolean => tag >= APPLICATION && tag <= COMMON_TRANSPARENT;

/** The template that a template may stand in; 0: the top. */
function placeOf(template: number): number {
  if (template === APPLICATION_TRANSPARENT) return APPLICATION;
  return template === COMMON_TRANSPARENT ? COMMON : TOP;
}

/*
 * The walk's own memory. It stands outside of the readers, where its place is known when the code is compiled, which
 * is quicker. A walk is never interrupted, so readers can share it.
 */
/** Which template last held the tag: a row a level, a mark a template, so that nothing need be cleared. */
const seen = new Float64Array(LEVELS * TAG_SLOTS);
/** Of the templates around the one that is read: where it ends, its tag and its mark, by level. */
const limits = new Uint16Array(LEVELS);
const tags = new Uint16Array(LEVELS);
const marks = new Float64Array(LEVELS);
let lastMark = 0;

function missing(applications: number, unnamed: number): number {
  if (applications === 0) return NO_APPLICATION;
  return unnamed === 0 ? 0 : NO_ADF;
}

/**
 * The objects after the header, in one pass without recursion: templates nest at most twice. It is one long function on
 * purpose: over 460 bytecodes V8 does not compile it into its caller, where no room would be left for what it calls, which
 * costs a third more. The benchmark tells.
 * @returns 0, or a fault
 */
function walk(bytes: Uint8Array, from: number, length: number): number {
  let at = from;
  let limit = length;
  let level = 0;
  let inside = TOP;
  let mark = ++lastMark;
  seen[HEADER] = mark;
  let applications = 0;
  let unnamed = 0;
  for (;;) {
    while (at === limit) {
      unnamed += Number(inside === APPLICATION && seen[level * TAG_SLOTS + ADF_NAME] !== mark);
      if (level === 0) return missing(applications, unnamed);
      level--;
      limit = limits[level] as number;
      inside = tags[level] as number;
      mark = marks[level] as number;
    }
    const head = readHead(bytes, at, limit);
    if (head < 0) return head;
    const tag = head >> 12;
    at += (head >> 9) & 7;
    if (isTemplate(tag) && placeOf(tag) !== inside) return BAD_NESTING;
    const slot = slotOf(tag);
    const place = level * TAG_SLOTS + slot;
    if (seen[place] === mark && tag !== APPLICATION) return DUPLICATE;
    seen[place] = mark;
    const end = at + (head & 0x1ff);
    if (!valueFits(slot, bytes, at, end)) return BAD_VALUE;
    if (!isTemplate(tag)) {
      at = end;
      continue;
    }
    applications += Number(tag === APPLICATION);
    limits[level] = limit;
    tags[level] = inside;
    marks[level] = mark;
    level++;
    limit = end;
    inside = tag;
    mark = ++lastMark;
  }
}

/** @returns 0, or a fault */
function judge(bytes: Uint8Array, length: number): number {
  if (length < header.length || !matches(bytes, 0, header.length)) return headerFault(bytes, length);
  return walk(bytes, header.length, length);
}

/**
 * Reads an EMV consumer-presented code: strict Base64 of BER-TLV objects (ISO/IEC 8825-1 in the form EMV allows), checked
 * by every rule of reference codes/formats.md, sections 3 and 7, in one pass from the first byte to the last, of which the
 * first fault wins. It allocates nothing after it was made. What it keeps of a code holds a card number; `forget` wipes it.
 */
export class CpmReader {
  /** The objects of the code that was read last; `length` bytes, and nothing when it was refused. */
  readonly bytes = new Uint8Array(CPM_MAX_BYTES);
  length = 0;

  /** @returns why text[start, end) is no such code, or undefined when it is one and is kept */
  read(text: Uint8Array, start: number, end: number): RejectReason | undefined {
    if (end - start > CODE_MAX_CHARS) {
      this.forget();
      return 'too-long';
    }
    const length = decodeBase64(text, start, end, this.bytes);
    const fault = length < 0 ? BAD_BASE64 : judge(this.bytes, length);
    this.length = length;
    if (fault < 0) this.forget();
    return faults[-fault];
  }

  forget(): void {
    if (this.length === 0) return;
    this.bytes.fill(0);
    this.length = 0;
  }
}
