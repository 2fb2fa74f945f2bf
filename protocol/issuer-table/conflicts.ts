import type { Fault } from '../faults.js';
import {
  type IssuerRow,
  isTold,
  LENGTH_MAX,
  lengthsOf,
  PREFIX_MAX_DIGITS,
  type PrefixRange,
  rangeOf,
  weightOf,
} from './table.js';

/** Two rows that claim the same code with the same right. Which of them wins would be a matter of chance. */

/** One prefix of one row; a row without prefixes makes one claim, of any digits. */
type Claim = {
  readonly range: PrefixRange;
  readonly weight: number;
  /** The range as the first digits of codes, filled up to the longest prefix there may be. */
  readonly low: string;
  readonly high: string;
  /** By place: the digit that must stand there. */
  readonly wants: readonly (string | undefined)[];
  /** Bit n: the length n is claimed. */
  readonly lengths: bigint;
};

type Candidate = { readonly row: IssuerRow; readonly index: number; readonly claims: readonly Claim[] };

const ANY: PrefixRange = { from: '', to: '' };

function candidateOf(row: IssuerRow, index: number): Candidate {
  const lengths = lengthsOf(row).reduce((bits, length) => bits | (1n << BigInt(length)), 0n);
  const wants: (string | undefined)[] = new Array(LENGTH_MAX).fill(undefined);
  for (const at of row.at ?? []) wants[at.index] = at.digit;
  const ranges = row.prefixes.length === 0 ? [ANY] : row.prefixes.map(rangeOf);
  const claims = ranges.map((range) => ({
    ...{ range, wants, lengths, weight: weightOf(row, range) },
    low: range.from.padEnd(PREFIX_MAX_DIGITS, '0'),
    high: range.to.padEnd(PREFIX_MAX_DIGITS, '9'),
  }));
  return { row, index, claims };
}

/**
 * The least digits ≥ `low` that have the wanted digits in their places; undefined when there are none. Either `low`
 * itself, or as much of it as can be kept, a larger digit, and the smallest behind.
 */
function leastFrom(low: string, wants: readonly (string | undefined)[]): string | undefined {
  const fitsUpTo = wants.findIndex((want, i) => want !== undefined && want !== low[i]);
  if (fitsUpTo < 0) return low;
  for (let i = fitsUpTo; i >= 0; i--) {
    const own = low[i] ?? '0';
    const digit = wants[i] ?? (own === '9' ? '0' : String(Number(own) + 1));
    if (digit <= own) continue;
    const behind = wants.slice(i + 1).map((want) => want ?? '0');
    return low.slice(0, i) + digit + behind.join('');
  }
  return undefined;
}

/** True when some code is claimed by both. */
function meet(a: Claim, b: Claim): boolean {
  if ((a.lengths & b.lengths) === 0n) return false;
  const low = a.low > b.low ? a.low : b.low;
  const high = a.high < b.high ? a.high : b.high;
  if (low > high) return false;
  if (a.wants.some((want, i) => want !== undefined && b.wants[i] !== undefined && want !== b.wants[i])) return false;
  const wants = a.wants.slice(0, PREFIX_MAX_DIGITS).map((want, i) => want ?? b.wants[i]);
  const first = leastFrom(low, wants);
  return first !== undefined && first <= high;
}

/** A row that names its markets goes before one for everywhere, so only likes can contradict each other. */
function sameMarket(a: IssuerRow, b: IssuerRow): boolean {
  if (a.markets === undefined || b.markets === undefined) return a.markets === b.markets;
  return a.markets.some((market) => b.markets?.includes(market));
}

const sameAnswer = (a: IssuerRow, b: IssuerRow): boolean => a.issuer === b.issuer && isTold(a) === isTold(b);

function conflict(a: Candidate, b: Candidate): Fault | undefined {
  if (sameAnswer(a.row, b.row) || !sameMarket(a.row, b.row)) return undefined;
  for (const one of a.claims) {
    for (const other of b.claims) {
      if (one.weight !== other.weight || !meet(one, other)) continue;
      const range = other.range.from === other.range.to ? other.range.from : `${other.range.from}-${other.range.to}`;
      return {
        key: `rows[${b.index}]`,
        found: `${range === '' ? 'lengths' : `prefix ${range}`} of ${b.row.issuer} that rows[${a.index}] (${a.row.issuer}) claims with the same right`,
        expected: 'one issuer and confidence a code: more digits, other lengths or other markets tell them apart',
      };
    }
  }
  return undefined;
}

/**
 * @param rows those without faults of their own, each with its place in the document
 * @param most of the faults are enough: a document of nothing else would take a kiosk's time
 */
export function conflictFaults(
  rows: readonly { readonly row: IssuerRow; readonly index: number }[],
  most: number,
): Fault[] {
  const candidates = rows.map(({ row, index }) => candidateOf(row, index));
  const found: Fault[] = [];
  for (const [i, b] of candidates.entries()) {
    for (const a of candidates.slice(0, i)) {
      const fault = conflict(a, b);
      if (fault !== undefined) found.push(fault);
      if (found.length >= most) return found;
    }
  }
  return found;
}
