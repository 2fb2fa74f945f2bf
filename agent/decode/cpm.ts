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

/** 512 letters of Base64. */
export const CPM_MAX_BYTES = 384;
const MAX_LETTERS = (CPM_MAX_BYTES / 3) * 4;
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

/**
 * ISO/IEC 8825-1, 8.1.3: definite, in the shortest form, at most two bytes.
 * @returns the length, and above 16 bits how many bytes it took
 */
function readLength(bytes: Uint8Array, at: number, limit: number): number {
  if (at === limit) return TRUNCATED;
  const first = bytes[at] as number;
  if (first < 0x80) return (1 << 16) | first;
  if (first === 0x80) return INDEFINITE;
  const more = first - 0x80;
  if (more > 2) return BAD_LENGTH;
  if (at + more >= limit) return TRUNCATED;
  const low = bytes[at + more] as number;
  if (more === 1) return low < 0x80 ? BAD_LENGTH : (2 << 16) | low;
  const high = bytes[at + 1] as number;
  return high === 0 ? BAD_LENGTH : (3 << 16) | (high << 8) | low;
}

function matches(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== header[at]) return false;
  return true;
}

/** @returns where the first object, the header, ends; or a fault */
function readHeader(bytes: Uint8Array, length: number): number {
  if (length >= header.length && matches(bytes, 0, header.length)) return header.length;
  const tag = readTag(bytes, 0, length);
  if (tag < 0) return tag;
  const at = tag < 0x100 ? 1 : 2;
  const size = readLength(bytes, at, length);
  if (size < 0) return size;
  const start = at + (size >> 16);
  if (start + (size & 0xffff) > length) return TRUNCATED;
  return tag === HEADER && start === 2 && matches(bytes, start, VERSION_AT) ? OTHER_VERSION : BAD_HEADER;
}

export const isTemplate = (tag: number): boolean => tag >= APPLICATION && tag <= COMMON_TRANSPARENT;

/** The template that a template may stand in; 0: the top. */
function placeOf(template: number): number {
  if (template === APPLICATION_TRANSPARENT) return APPLICATION;
  return template === COMMON_TRANSPARENT ? COMMON : TOP;
}

/*
 * The walk's own memory. It stands outside of the readers, where its place is known when the code is compiled: that is a
 * third of the time. A walk is never interrupted, so readers can share it.
 */
/** Which template last held the tag: a row a level, a mark a template, so that nothing need be cleared. */
const seen = new Float64Array(LEVELS * TAG_SLOTS);
const marks = new Float64Array(LEVELS);
/** Where the template of a level ends, and its tag; 0 at the top. */
const limits = new Uint16Array(LEVELS);
const tags = new Uint16Array(LEVELS);
let templatesSeen = 0;
let applications = 0;
/** Applications that have their AID; it may stand once in a template. */
let named = 0;

function enter(level: number, tag: number, limit: number): number {
  marks[level] = ++templatesSeen;
  limits[level] = limit;
  tags[level] = tag;
  return level;
}

/** Whether the template of `level` has held the tag before; from now on it has. */
function repeats(slot: number, level: number): boolean {
  const place = level * TAG_SLOTS + slot;
  const mark = marks[level] as number;
  if (seen[place] === mark) return true;
  seen[place] = mark;
  return false;
}

/** Checks the object whose value is bytes[start, end). @returns 0, or a fault; the order is that of the reference */
function check(tag: number, bytes: Uint8Array, start: number, end: number, level: number): number {
  if (end > (limits[level] as number)) return TRUNCATED;
  if (isTemplate(tag) && placeOf(tag) !== tags[level]) return BAD_NESTING;
  const slot = slotOf(tag);
  if (repeats(slot, level) && tag !== APPLICATION) return DUPLICATE;
  if (!valueFits(slot, bytes, start, end)) return BAD_VALUE;
  if (tag === APPLICATION) applications++;
  if (tag === ADF_NAME && tags[level] === APPLICATION) named++;
  return 0;
}

/** The objects after the header, in one pass without recursion: templates nest at most twice. @returns 0, or a fault */
function walk(bytes: Uint8Array, from: number, length: number): number {
  let level = enter(TOP, TOP, length);
  repeats(HEADER, level);
  let at = from;
  applications = 0;
  named = 0;
  for (;;) {
    const limit = limits[level] as number;
    if (at === limit) {
      if (level === TOP) break;
      level--;
      continue;
    }
    const tag = readTag(bytes, at, limit);
    if (tag < 0) return tag;
    at += tag < 0x100 ? 1 : 2;
    const size = readLength(bytes, at, limit);
    if (size < 0) return size;
    at += size >> 16;
    const end = at + (size & 0xffff);
    const fault = check(tag, bytes, at, end, level);
    if (fault < 0) return fault;
    if (isTemplate(tag)) level = enter(level + 1, tag, end);
    else at = end;
  }
  if (applications === 0) return NO_APPLICATION;
  return named < applications ? NO_ADF : 0;
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
    if (end - start > MAX_LETTERS) {
      this.forget();
      return 'too-long';
    }
    const length = decodeBase64(text, start, end, this.bytes);
    const body = length < 0 ? BAD_BASE64 : readHeader(this.bytes, length);
    const fault = body < 0 ? body : walk(this.bytes, body, length);
    this.length = length;
    if (fault < 0) this.forget();
    return faults[-fault];
  }

  forget(): void {
    this.bytes.fill(0);
    this.length = 0;
  }
}
