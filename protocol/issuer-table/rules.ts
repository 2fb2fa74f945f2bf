import type { Fault } from '../faults.js';
import { CODE_MAX_DIGITS } from '../limits.js';
import { type IssuerRow, lengthsOf, PREFIX_MIN_DIGITS, rangeOf, TABLE_MAX_CELLS } from './table.js';

/** What the fields of one row must fulfil together. */
type Rule = (row: IssuerRow, key: string) => readonly Fault[];

const PRODUCT_LENGTHS: readonly number[] = [8, 12, 13, 14];

const least = (row: IssuerRow): number => lengthsOf(row)[0] ?? 0;
const longestPrefix = (row: IssuerRow): number => Math.max(0, ...row.prefixes.map((p) => rangeOf(p).from.length));

const digitsTravel: Rule = (row, key) => {
  if (row.charset !== 'digits') return [];
  const over = lengthsOf(row).filter((length) => length > CODE_MAX_DIGITS);
  if (over.length === 0) return [];
  const expected = `at most ${CODE_MAX_DIGITS}: more digits cannot travel`;
  return [{ key: `${key}.lengths`, found: `length ${over[0]}`, expected }];
};

const prefixFits: Rule = (row, key) =>
  row.prefixes.flatMap((prefix, i) => {
    const { length } = rangeOf(prefix).from;
    if (length <= least(row)) return [];
    const expected = `at most ${least(row)}, the row's shortest length`;
    return [{ key: `${key}.prefixes[${i}]`, found: `a prefix of ${length} digits`, expected }];
  });

const lettersNeedPrefix: Rule = (row, key) =>
  row.charset === 'alphanumeric' && row.prefixes.length === 0
    ? [{ key: `${key}.prefixes`, found: 'none', expected: 'at least one, as the charset is "alphanumeric"' }]
    : [];

const lengthNeedsMarkets: Rule = (row, key) =>
  row.charset === 'digits' && row.prefixes.length === 0 && row.markets === undefined
    ? [{ key: `${key}.markets`, found: 'nothing', expected: 'a list of countries, as the row claims by length alone' }]
    : [];

/** A place that a prefix fixes already would count twice. */
const atInside: Rule = (row, key) =>
  (row.at ?? []).flatMap(({ index }, i) => {
    const [from, to] = [longestPrefix(row), least(row) - 1];
    if (index >= from && index <= to) return [];
    const expected = `a place behind the prefixes and within the shortest length: from ${from} to ${to}`;
    return [{ key: `${key}.at[${i}].index`, found: `number ${index}`, expected }];
  });

const atOnce: Rule = (row, key) =>
  (row.at ?? []).flatMap(({ index }, i, all) =>
    all.findIndex((other) => other.index === index) === i
      ? []
      : [{ key: `${key}.at[${i}].index`, found: `number ${index} again`, expected: 'each place once' }],
  );

const atNeedsPrefix: Rule = (row, key) =>
  row.at === undefined || row.prefixes.length > 0
    ? []
    : [{ key: `${key}.prefixes`, found: 'none', expected: 'at least one, as the row has "at"' }];

/** A right check digit wins over length alone, but not over a prefix: whoever lets a prefix win must say so. */
const productsMeant: Rule = (row, key) => {
  const shared = lengthsOf(row).filter((length) => PRODUCT_LENGTHS.includes(length));
  const claims = shared.length > 0 && row.prefixes.length > 0;
  if (claims === (row.beforeProducts === true)) return [];
  if (!claims) {
    const expected = `no such key: the row has no prefix, or none of the lengths ${PRODUCT_LENGTHS.join(', ')}`;
    return [{ key: `${key}.beforeProducts`, found: 'true', expected }];
  }
  const expected = 'another length: this is a product code\'s; if it is meant, add "beforeProducts": true';
  return [{ key: `${key}.lengths`, found: `length ${shared[0]}`, expected }];
};

const rules: readonly Rule[] = [
  digitsTravel,
  prefixFits,
  lettersNeedPrefix,
  lengthNeedsMarkets,
  atInside,
  atOnce,
  atNeedsPrefix,
  productsMeant,
];

/** @param key where the row stands, "rows[3]" */
export const rowFaults = (row: IssuerRow, key: string): Fault[] => rules.flatMap((rule) => rule(row, key));

/** Heads times lengths: what one row takes of the grid that kiosks compile. */
function cellsOf(row: IssuerRow): number {
  const head = (digits: string): number => Number(digits.slice(0, PREFIX_MIN_DIGITS));
  const heads = row.prefixes.map(rangeOf).reduce((n, { from, to }) => n + head(to) - head(from) + 1, 0);
  return heads * lengthsOf(row).length;
}

/** What all rows together may not pass. */
export function breadthFaults(rows: readonly IssuerRow[]): Fault[] {
  const cells = rows.reduce((n, row) => n + cellsOf(row), 0);
  if (cells <= TABLE_MAX_CELLS) return [];
  const found = `prefixes and lengths so wide that they make ${cells} pairs of two first digits and a length`;
  return [{ key: 'rows', found, expected: `at most ${TABLE_MAX_CELLS}` }];
}
