import type { IssuerId } from '../words.js';

/**
 * The issuer table: whose codes look how. It is data, so that a new issuer needs no release. What a document must
 * fulfil stands in schema.ts (each field), rules.ts (each row) and conflicts.ts (all rows together).
 */

export const TABLE_SCHEMA = 1;
/** Larger documents are refused unread. */
export const TABLE_MAX_BYTES = 65_536;
export const TABLE_MAX_ROWS = 512;
/** Over all rows: it bounds how long a document is searched for conflicts. */
export const TABLE_MAX_PREFIXES = 1_024;
/** Pairs of first two digits and length, over all rows: it bounds the memory that a table takes on a kiosk. */
export const TABLE_MAX_CELLS = 65_536;
/** Fits a uint32; made for dates with a number behind, such as 2026112201. */
export const VERSION_MAX = 4_294_967_295;
/** One digit would claim a tenth of all there is. */
export const PREFIX_MIN_DIGITS = 2;
export const PREFIX_MAX_DIGITS = 12;
/** Characters of a code; digits alone end at CODE_MAX_DIGITS. */
export const LENGTH_MIN = 8;
export const LENGTH_MAX = 64;

/** Where a kiosk stands: an ISO 3166-1 alpha-2 code in lower case, or nowhere in particular. */
export type Market = 'global' | (string & {});
export const MARKET_PATTERN = /^(?:global|[a-z]{2})$/;

export const charsets = ['digits', 'alphanumeric'] as const;
export type Charset = (typeof charsets)[number];

/** official: the issuer's own document · wide: several independent sources · single: one · unsure: from memory. */
export const confidences = ['official', 'wide', 'single', 'unsure'] as const;
export type Confidence = (typeof confidences)[number];

/** A digit that must stand at this place, counted from 0. */
export type DigitAt = { readonly index: number; readonly digit: string };

export type IssuerRow = {
  readonly issuer: IssuerId;
  /** Leading digits: "289", or a range of as many digits, "25-30". Empty: any digits, in the row's markets. */
  readonly prefixes: readonly string[];
  /** Characters: 24, or a range, "16-23". */
  readonly lengths: readonly (number | string)[];
  /** alphanumeric: 0-9 A-Z a-z after the prefix, digits alone too. */
  readonly charset: Charset;
  readonly at?: readonly DigitAt[];
  /** Only there; absent: everywhere. */
  readonly markets?: readonly string[];
  /** Says that lengths of product codes (8, 12, 13, 14) are meant: the row claims such codes before they are asked. */
  readonly beforeProducts?: true;
  /** Where the format is written down. */
  readonly source: string;
  /** An issuer is told to the relay when it is official or wide: nothing is routed by one source alone. */
  readonly confidence: Confidence;
};

export type IssuerTable = {
  readonly schema: typeof TABLE_SCHEMA;
  /** Higher is newer. A version names one content for ever. */
  readonly version: number;
  readonly rows: readonly IssuerRow[];
};

/** Both ends belong to it, and have the same number of digits. */
export type PrefixRange = { readonly from: string; readonly to: string };

export function rangeOf(prefix: string): PrefixRange {
  const [from = '', to = from] = prefix.split('-');
  return { from, to };
}

/** Every length of the row once, ascending. */
export function lengthsOf(row: Pick<IssuerRow, 'lengths'>): number[] {
  const found = new Set<number>();
  for (const length of row.lengths) {
    const [from = 0, to = from] = typeof length === 'number' ? [length] : length.split('-').map(Number);
    for (let n = from; n <= to; n++) found.add(n);
  }
  return [...found].sort((a, b) => a - b);
}

export const isTold = (row: Pick<IssuerRow, 'confidence'>): boolean =>
  row.confidence === 'official' || row.confidence === 'wide';

export const appliesIn = (row: Pick<IssuerRow, 'markets'>, market: Market): boolean =>
  row.markets === undefined || row.markets.includes(market);

/** False when a kiosk of this market decides as if it were "global". */
export const namesMarket = (table: IssuerTable, market: Market): boolean =>
  market === 'global' || table.rows.some((row) => row.markets?.includes(market));

/** Digits that a claim fixes. The larger goes first; of equals the row that names markets. */
export const weightOf = (row: Pick<IssuerRow, 'at'>, range: PrefixRange): number =>
  range.from.length + (row.at?.length ?? 0);
