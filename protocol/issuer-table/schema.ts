import * as v from 'valibot';
import { ISSUER_PATTERN } from '../limits.js';
import {
  charsets,
  confidences,
  LENGTH_MAX,
  LENGTH_MIN,
  PREFIX_MAX_DIGITS,
  PREFIX_MIN_DIGITS,
  rangeOf,
  TABLE_MAX_ROWS,
  TABLE_SCHEMA,
  VERSION_MAX,
} from './table.js';

/** What each field must be by itself. A rule's message is what a fault prints after "expected". */

const PREFIXES_MAX = 64;
const LENGTHS_MAX = 16;
const AT_MAX = 8;
const MARKETS_MAX = 64;
const SOURCE_MAX_CHARS = 160;

function whole(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected));
}

function oneOf<const T extends readonly string[]>(list: T) {
  return v.picklist(list, `one of ${list.map((word) => `"${word}"`).join(', ')}`);
}

function listOf<const S extends v.GenericSchema>(item: S, min: number, max: number, what: string) {
  const expected = `a list of ${min} to ${max} ${what}`;
  return v.pipe(v.array(item, expected), v.minLength(min, expected), v.maxLength(max, expected));
}

const prefixRule = `"289" or a range "25-30": ${PREFIX_MIN_DIGITS} to ${PREFIX_MAX_DIGITS} digits, as many on both sides, the smaller first`;
const prefixPattern = new RegExp(`^[0-9]{${PREFIX_MIN_DIGITS},${PREFIX_MAX_DIGITS}}(?:-[0-9]+)?$`);

function isPrefix(text: string): boolean {
  const { from, to } = rangeOf(text);
  return prefixPattern.test(text) && from.length === to.length && from <= to;
}

const lengthRule = `a whole number or a range "16-23", from ${LENGTH_MIN} to ${LENGTH_MAX}, the smaller first`;

function isLength(value: unknown): boolean {
  if (typeof value === 'string' && !/^[0-9]{1,2}-[0-9]{1,2}$/.test(value)) return false;
  const [from = 0, to = from] = typeof value === 'string' ? value.split('-').map(Number) : [value];
  if (typeof from !== 'number' || typeof to !== 'number') return false;
  return Number.isInteger(from) && from >= LENGTH_MIN && from <= to && to <= LENGTH_MAX;
}

const issuerRule = '2 to 16 of a-z 0-9 -, a letter first';
const atRule = 'an object { "index", "digit" }';
const rowRule = 'an object, one row of the table';
const digitRule = 'one digit as a text, such as "6"';
const marketRule = 'a country in two lower-case letters, such as "tw"';
const sourceRule = `a text of 1 to ${SOURCE_MAX_CHARS} characters in one line`;
const isOneLine = (text: string): boolean => text.trim() !== '' && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);

/** An array has keys of its own, such as "at", and shall not pass for an object. */
function objectOf<const E extends v.ObjectEntries>(entries: E, expected: string) {
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  return v.pipe(v.custom<Record<string, unknown>>(isObject, expected), v.object(entries, expected));
}

export const atEntries = {
  index: whole(0, LENGTH_MAX - 1),
  digit: v.pipe(v.string(digitRule), v.regex(/^[0-9]$/, digitRule)),
};

export const rowEntries = {
  issuer: v.pipe(v.string(issuerRule), v.regex(ISSUER_PATTERN, issuerRule)),
  prefixes: listOf(v.pipe(v.string(prefixRule), v.check(isPrefix, prefixRule)), 0, PREFIXES_MAX, 'prefixes'),
  lengths: listOf(v.custom<number | string>(isLength, lengthRule), 1, LENGTHS_MAX, 'lengths'),
  charset: oneOf(charsets),
  at: v.exactOptional(listOf(objectOf(atEntries, atRule), 1, AT_MAX, 'objects { "index", "digit" }')),
  markets: v.exactOptional(
    listOf(v.pipe(v.string(marketRule), v.regex(/^[a-z]{2}$/, marketRule)), 1, MARKETS_MAX, 'countries'),
  ),
  beforeProducts: v.exactOptional(v.literal(true, 'true, or no such key')),
  source: v.pipe(v.string(sourceRule), v.maxLength(SOURCE_MAX_CHARS, sourceRule), v.check(isOneLine, sourceRule)),
  confidence: oneOf(confidences),
};

export const documentEntries = {
  schema: v.literal(TABLE_SCHEMA, `${TABLE_SCHEMA}, the only schema that this version knows`),
  version: whole(1, VERSION_MAX),
  rows: listOf(objectOf(rowEntries, rowRule), 1, TABLE_MAX_ROWS, 'rows'),
};

export const documentSchema = objectOf(documentEntries, 'an object { "schema", "version", "rows" }');
