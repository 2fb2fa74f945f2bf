import {
  appliesIn,
  type IssuerRow,
  type IssuerTable,
  isTold,
  LENGTH_MAX,
  lengthsOf,
  type Market,
  type PrefixRange,
  rangeOf,
  weightOf,
} from '../../protocol/issuer-table/table.js';
import { CODE_MAX_DIGITS } from '../../protocol/limits.js';
import { ALPHANUMERIC, DIGIT, skip } from './characters.js';
import type { Verdict } from './result.js';

/**
 * Whose code is it? An issuer table, compiled for one market into a grid of first two digits by length. Finding
 * allocates nothing: the verdicts are made beforehand.
 */

const HEAD_DIGITS = 2;
const HEADS = 100;
const STRIDE = LENGTH_MAX + 1;
/** What the two characters of "00" add up to, as first digit times ten and second. */
const ZERO_HEAD = 0x30 * 10 + 0x30;

/** What one row claims within one head. */
type Claim = {
  /** Ends of the prefix range behind the head, as bytes; empty when the cell of the grid says it all. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** Index and byte in turn: what must stand where. */
  readonly at: Uint8Array;
  readonly verdict: Verdict;
};

/** The first difference from `bound` behind the head; 0 when all of it stands there. */
function compare(bytes: Uint8Array, start: number, bound: Uint8Array): number {
  for (let i = 0; i < bound.length; i++) {
    const difference = (bytes[start + HEAD_DIGITS + i] ?? 0) - (bound[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Between letters and digits only digits have an order that means something. */
function reaches({ to }: Claim, bytes: Uint8Array, start: number): boolean {
  const end = start + HEAD_DIGITS + to.length;
  return compare(bytes, start, to) <= 0 && skip(bytes, start, end, DIGIT) === end;
}

function fits(claim: Claim, bytes: Uint8Array, start: number): boolean {
  const low = compare(bytes, start, claim.from);
  if (low < 0 || (low > 0 && !reaches(claim, bytes, start))) return false;
  const { at } = claim;
  for (let i = 0; i < at.length; i += 2) if (bytes[start + (at[i] ?? 0)] !== at[i + 1]) return false;
  return true;
}

/** Claims by head and length. Those of one cell stand in a row, the most specific first. */
class Grid {
  /** Where a cell's claims begin in `#claims`; they end where those of the next one begin. */
  readonly #starts: Uint32Array;
  readonly #claims: readonly Claim[];
  /** The verdict of a cell whose first claim asks for nothing more. */
  readonly #certain: readonly (Verdict | undefined)[];

  constructor(starts: Uint32Array, claims: readonly Claim[]) {
    this.#starts = starts;
    this.#claims = claims;
    this.#certain = Array.from(starts.subarray(0, -1), (from, cell) => {
      const first = from < (starts[cell + 1] ?? 0) ? claims[from] : undefined;
      return first?.from.length === 0 && first.at.length === 0 ? first.verdict : undefined;
    });
  }

  find(bytes: Uint8Array, start: number, length: number): Verdict | undefined {
    if (length < 2 || length > LENGTH_MAX) return undefined;
    const cell = ((bytes[start] as number) * 10 + (bytes[start + 1] as number) - ZERO_HEAD) * STRIDE + length;
    const certain = this.#certain[cell];
    if (certain !== undefined) return certain;
    const end = this.#starts[cell + 1] ?? 0;
    for (let i = this.#starts[cell] ?? 0; i < end; i++) {
      const claim = this.#claims[i];
      if (claim !== undefined && fits(claim, bytes, start)) return claim.verdict;
    }
    return undefined;
  }
}

export class IssuerLookup {
  readonly #digits: Grid;
  readonly #letters: Grid;
  readonly #byLength: readonly (Verdict | undefined)[];
  readonly #owned: Uint8Array;

  constructor(digits: Grid, letters: Grid, byLength: readonly (Verdict | undefined)[], owned: Uint8Array) {
    this.#digits = digits;
    this.#letters = letters;
    this.#byLength = byLength;
    this.#owned = owned;
  }

  /** By prefix and length. `bytes` holds only digits there. */
  find(bytes: Uint8Array, start: number, length: number): Verdict | undefined {
    return this.#digits.find(bytes, start, length);
  }

  /** By length alone, where the market says so. */
  findByLength(length: number): Verdict | undefined {
    return length >= 0 && length <= LENGTH_MAX ? this.#byLength[length] : undefined;
  }

  /** For content that is not all digits: rows of letters and digits. */
  findAlphanumeric(bytes: Uint8Array, start: number, length: number): Verdict | undefined {
    if (length < 2 || length > LENGTH_MAX) return undefined;
    const head = start + HEAD_DIGITS;
    const end = start + length;
    if (skip(bytes, start, head, DIGIT) < head || skip(bytes, start, end, ALPHANUMERIC) < end) return undefined;
    return this.#letters.find(bytes, start, length);
  }

  /** True when the first two digits alone are an issuer's, so that another length is a damaged code. */
  ownsPrefix(twoDigits: number): boolean {
    return this.#owned[twoDigits] === 1;
  }
}

const nameless: Verdict = Object.freeze({ kind: 'wallet-code' });

/** One prefix of a row, still with what orders it and where it goes. */
type Entry = {
  readonly row: IssuerRow;
  readonly range: PrefixRange;
  readonly lengths: readonly number[];
  readonly at: Uint8Array;
  readonly verdict: Verdict;
};

function entriesOf(row: IssuerRow, verdict: Verdict): Entry[] {
  const at = Uint8Array.from((row.at ?? []).flatMap(({ index, digit }) => [index, digit.charCodeAt(0)]));
  const lengths = lengthsOf(row);
  return row.prefixes.map((prefix) => ({ row, range: rangeOf(prefix), lengths, at, verdict }));
}

/** More digits first, then the row that names its markets. */
function moreSpecific(a: Entry, b: Entry): number {
  const byDigits = weightOf(b.row, b.range) - weightOf(a.row, a.range);
  return byDigits === 0 ? Number(b.row.markets !== undefined) - Number(a.row.markets !== undefined) : byDigits;
}

const headOf = (digits: string): number => Number(digits.slice(0, HEAD_DIGITS));
const bytesOf = (digits: string): Uint8Array => Uint8Array.from(digits, (digit) => digit.charCodeAt(0));

/** What is left of the entry within one head: a range that goes through it holds every digit behind. */
function claimOf({ range, at, verdict }: Entry, head: number): Claim {
  const behind = range.from.length - HEAD_DIGITS;
  const from = headOf(range.from) === head ? range.from.slice(HEAD_DIGITS) : '0'.repeat(behind);
  const to = headOf(range.to) === head ? range.to.slice(HEAD_DIGITS) : '9'.repeat(behind);
  return { from: bytesOf(from), to: bytesOf(to), at, verdict };
}

/** @param entries the most specific first */
function gridOf(entries: readonly Entry[], maxLength: number): Grid {
  const placed = entries.flatMap((entry) => {
    const [first, last] = [headOf(entry.range.from), headOf(entry.range.to)];
    const heads = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const lengths = entry.lengths.filter((length) => length <= maxLength);
    return heads.map((head) => ({ claim: claimOf(entry, head), cells: lengths.map((n) => head * STRIDE + n) }));
  });
  const starts = new Uint32Array(HEADS * STRIDE + 1);
  for (const { cells } of placed) for (const cell of cells) starts[cell + 1] = (starts[cell + 1] ?? 0) + 1;
  for (let cell = 1; cell < starts.length; cell++) starts[cell] = (starts[cell] ?? 0) + (starts[cell - 1] ?? 0);
  const free = starts.slice();
  const claims: Claim[] = new Array(starts.at(-1) ?? 0);
  for (const { claim, cells } of placed) {
    for (const cell of cells) {
      const at = free[cell] ?? 0;
      claims[at] = claim;
      free[cell] = at + 1;
    }
  }
  return new Grid(starts, claims);
}

/** One verdict an issuer, and one for all that are not told. */
function verdictsOf(rows: readonly IssuerRow[]): ReadonlyMap<IssuerRow, Verdict> {
  const named = new Map<string, Verdict>();
  for (const { issuer } of rows) named.set(issuer, Object.freeze({ kind: 'wallet-code', issuer }));
  return new Map(rows.map((row) => [row, (isTold(row) ? named.get(row.issuer) : undefined) ?? nameless]));
}

/** @param table one that `parseIssuerTable` has passed */
export function compileIssuers(table: IssuerTable, market: Market): IssuerLookup {
  const rows = table.rows.filter((row) => appliesIn(row, market));
  const verdicts = verdictsOf(rows);
  const entries = rows.flatMap((row) => entriesOf(row, verdicts.get(row) ?? nameless)).sort(moreSpecific);
  const byLength: (Verdict | undefined)[] = new Array(STRIDE).fill(undefined);
  for (const row of rows.filter((r) => r.prefixes.length === 0)) {
    for (const length of lengthsOf(row)) byLength[length] = verdicts.get(row);
  }
  const owned = new Uint8Array(HEADS);
  for (const { range } of entries.filter((e) => e.range.from.length === HEAD_DIGITS)) {
    owned.fill(1, headOf(range.from), headOf(range.to) + 1);
  }
  const letters = entries.filter(({ row }) => row.charset === 'alphanumeric');
  // No more digits than CODE_MAX_DIGITS can travel, whatever the row.
  return new IssuerLookup(gridOf(entries, CODE_MAX_DIGITS), gridOf(letters, LENGTH_MAX), byLength, owned);
}
