import type { RejectReason } from '../../../agent/decode/result.js';
import { pick, type Random, textOf } from '../random.js';
import { crowd, crowdedCode, HEADER, nested, object, ordinaryCode, scanned } from './cpm-codes.js';
import { corruptMerchantCode, merchantCode } from './merchant-codes.js';
import { type Pool, poolOf } from './pools.js';

/**
 * What is no payment code, at any length: what customers show by mistake, and what somebody would show who wants to keep
 * the kiosk busy. Each kind with the reason it must get, by reference codes/formats.md, section 7.
 */
export type Garbage = {
  readonly name: string;
  make(random: Random, characters: number): Buffer;
  reason(characters: number): RejectReason | 'cpm-*';
};

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE64 = `${LETTERS}${DIGITS}+/`;
/** Longer content is not looked at. */
export const CONTENT_MAX_BYTES = 512;
const DAMAGED_MAX_CHARACTERS = 40;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
/** `unit` again and again, cut to the length. */
const repeated = (unit: string) => (_: Random, n: number) =>
  latin1(unit.repeat(Math.ceil(n / unit.length)).slice(0, n));
/** A fixed head and random characters. */
const after =
  (head: string, alphabet: string, tail = '') =>
  (random: Random, n: number) =>
    latin1(head + textOf(random, alphabet, n - head.length - tail.length) + tail);
const always = (reason: RejectReason) => () => reason;
/** A damaged number is known as one up to 40 characters. */
const short = (reason: RejectReason, other: RejectReason) => (n: number) =>
  n <= DAMAGED_MAX_CHARACTERS ? reason : other;
/** Base64 of a code with 3 bytes for 4 characters; the largest of them again and again where nothing is looked at. */
const cpm = (make: (random: Random, bytes: number) => Buffer) => (random: Random, n: number) => {
  const code = scanned(make(random, (Math.min(n, CONTENT_MAX_BYTES) / 4) * 3));
  return n === code.length ? code : Buffer.alloc(n, code);
};

/** A code whose last object has the tag of the one before. */
function lateDuplicate(random: Random, bytes: number): Buffer {
  // Too small to hold an application and two more objects.
  if (bytes < 24) return Buffer.concat([HEADER, object('C1', Buffer.alloc(bytes - 11)), Buffer.from([0xc1, 0])]);
  const code = crowdedCode(random, bytes - 2);
  return Buffer.concat([code, Buffer.from([code.at(-2 - (bytes % 2)) ?? 0, 0])]);
}

const text: readonly Garbage[] = [
  { name: 'digits', make: after('7', DIGITS), reason: always('unknown-prefix') },
  { name: 'digits of an issuer', make: after('62', DIGITS), reason: short('bad-length', 'unknown-prefix') },
  { name: "'0'…", make: repeated('0'), reason: always('unknown-prefix') },
  { name: 'digits, then a letter', make: after('7', DIGITS, 'x'), reason: short('bad-charset', 'unrecognised-text') },
  { name: "'1a1a'…", make: repeated('1a'), reason: short('bad-charset', 'unrecognised-text') },
  { name: 'letters', make: after('W', LETTERS), reason: always('unrecognised-text') },
  { name: "'A'…", make: repeated('A'), reason: always('unrecognised-text') },
  { name: "'M1'…", make: repeated('M1'), reason: (n) => (n >= 59 ? 'boarding-pass' : 'unrecognised-text') },
  { name: "']'…", make: repeated(']'), reason: always('unrecognised-text') },
  { name: "']Q0'…", make: repeated(']Q0'), reason: always('unrecognised-text') },
  { name: 'blanks', make: repeated(' '), reason: always('unrecognised-text') },
  { name: 'url', make: after('https://', LETTERS), reason: always('url') },
  { name: 'almost a url', make: after('abcdefghijklmnopq:/', LETTERS), reason: always('unrecognised-text') },
  { name: 'structured text', make: after('WIFI:', LETTERS), reason: always('structured-text') },
  { name: 'scanner setup', make: after('@FACDEF', DIGITS), reason: always('scanner-config') },
  { name: 'eci', make: after('\\000026', LETTERS), reason: always('unsupported-eci') },
  { name: 'gs1', make: after('0112345678901231\x1d', DIGITS), reason: always('gs1-data') },
  { name: 'control at the end', make: after('W', LETTERS, '\x01'), reason: always('control-char') },
  { name: 'non-ascii at the end', make: after('7', DIGITS, '\xe9'), reason: always('non-ascii') },
  { name: 'merchant', make: merchantCode, reason: always('merchant-presented') },
  { name: 'merchant, corrupt', make: corruptMerchantCode, reason: always('merchant-presented-corrupt') },
];

const consumer: readonly Garbage[] = [
  { name: 'base64-like', make: after('hQVDUFYwMW', BASE64), reason: () => 'cpm-*' },
  {
    name: 'cpm, last letter wrong',
    make: (random, n) => Buffer.concat([cpm(ordinaryCode)(random, n).subarray(0, n - 1), latin1('-')]),
    reason: always('cpm-bad-base64'),
  },
  { name: 'cpm, depth bomb', make: cpm((_, bytes) => nested(bytes)), reason: always('cpm-bad-nesting') },
  { name: 'cpm, duplicate at the end', make: cpm(lateDuplicate), reason: always('cpm-duplicate') },
  {
    name: 'cpm, no application',
    make: cpm((random, bytes) => Buffer.concat([HEADER, ...crowd(random, bytes - HEADER.length)])),
    reason: always('cpm-missing-application'),
  },
  {
    name: 'cpm, cut at the end',
    make: cpm((random, bytes) => {
      const room = bytes - HEADER.length - 2;
      return Buffer.concat([HEADER, ...crowd(random, room), Buffer.from([0xdd, 1])]);
    }),
    reason: always('cpm-truncated'),
  },
];

export const garbage: readonly Garbage[] = [...text, ...consumer];

export function garbagePool(random: Random, kind: Garbage, characters: number): Pool {
  const reason = characters > CONTENT_MAX_BYTES ? 'too-long' : kind.reason(characters);
  const pool = poolOf(kind.name, { kind: 'reject', reason }, () => kind.make(random, characters));
  const wrong = pool.codes.find((code) => code.length !== characters);
  if (wrong) throw new Error(`${kind.name}: made ${wrong.length} characters, expected ${characters}`);
  return pool;
}

/** The longest of what is no more than a beginning. */
const SCRAP_MAX_CHARACTERS = 15;

/**
 * Beginnings of everything, from nothing at all to 15 characters, with framing bytes around some: where a code ends too
 * soon. Compiled code that once read beyond an end stays slower, for whole codes too.
 */
export function scrapPool(random: Random, whole: readonly Buffer[]): Pool {
  const ends = ['', '', '\r', '\r\n', '\t'];
  return poolOf('scraps', { kind: 'any-reject' }, (i) => {
    const code = pick(random, whole).subarray(0, i % (SCRAP_MAX_CHARACTERS + 1));
    return Buffer.concat([latin1(pick(random, ['', '', '\x02', '\r\n', ']Q3'])), code, latin1(pick(random, ends))]);
  });
}
