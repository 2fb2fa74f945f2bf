import type { Money } from '../../protocol/money.js';
import { isDay } from '../runtime/days.js';

/**
 * What an acquirer reports afterwards: its list of a day's transactions, and what it settled. One normal form for all of
 * them; an acquirer's folder translates, and nobody else knows its columns.
 * Source: reference acquirers/antom.md section 3, codepay.md section 4.
 */

export const rowTypes = [
  'payment',
  'cancel',
  'refund',
  'payment-reversal',
  'dispute',
  'fee',
  'withholding',
  'other',
] as const;
export type RowType = (typeof rowTypes)[number];

/** `transactions`: what was done in a day; `settlement`: what was paid out, line by line; `summary`: sums of a batch. */
export const reportKinds = ['transactions', 'settlement', 'summary'] as const;
export type ReportKind = (typeof reportKinds)[number];

export type ReportRow = {
  readonly type: RowType;
  /** The acquirer's own word for it. */
  readonly word: string;
  /** Ours: of the payment, also of what was done to it later, where the report says it. */
  readonly requestId: string | null;
  /** Ours, of a refund. */
  readonly refundId: string | null;
  /** The acquirer's, of this transaction. A cancel has its payment's. */
  readonly acquirerId: string | null;
  /** The acquirer's, of the payment that a refund, a dispute or a reversal is about. */
  readonly originalId: string | null;
  /** Minor units, never negative: the type says which way it went. Null: not given, or not to be read. */
  readonly money: Money | null;
  /** Minor units, with the acquirer's sign. */
  readonly settled: Money | null;
  readonly fee: Money | null;
  /** "USD/HKD 7.8012", as the acquirer says it. */
  readonly quote: string | null;
  /** Epoch ms. */
  readonly at: number | null;
  /** The merchant's account as the acquirer names it. */
  readonly account: string | null;
  readonly batch: string | null;
  /** How many transactions a row of a summary counts. */
  readonly count: number | null;
  /** From 1; the record's first line. */
  readonly line: number;
  /** The same for the same transaction in the same kind of report, however often and wherever it is reported. */
  readonly key: string;
};

/** What could not be read. `found` is a shape and never the content. */
export type ReportFault = {
  readonly line: number;
  readonly column: string;
  readonly found: string;
  readonly remedy: string;
  /** What the line told is not known, so that nothing can be said to be missing. */
  readonly lost: boolean;
};

export type Report = {
  readonly kind: ReportKind;
  /** YYYY-MM-DD in the account's zone; null: neither the name nor the rows tell. */
  readonly day: string | null;
  /** Its last line was there; without it the file was cut, and proves nothing. */
  readonly complete: boolean;
  readonly rows: readonly ReportRow[];
  readonly faults: readonly ReportFault[];
};

/** Of a file that `isReport`. */
export type ReportReader = (name: string, bytes: Uint8Array) => Report;

export const isReport = (name: string): boolean => /\.csv$/i.test(name);

/** A workbook or an archive: it may hold a report, and is not read. */
const CLOSED = /\.(xlsx?|xlsm|xlsb|ods|zip|gz|tgz|bz2|xz|7z|rar|pgp|gpg)$/i;

const stemOf = (name: string): string =>
  name
    .replace(CLOSED, '')
    .replace(/\.csv$/i, '')
    .toLowerCase();

/** Those that may hold a report which is nowhere else: Antom puts the same as .csv and as .xlsx side by side. */
export function unreadOf(names: readonly string[]): string[] {
  const read = new Set(names.filter(isReport).map(stemOf));
  return names.filter((name) => CLOSED.test(name) && !read.has(stemOf(name)));
}

/** A text in memory may have so much; a day of a million lines has a third of it. */
export const REPORT_MAX_BYTES = 384 * 1024 * 1024;

/** `MID_fptrade_20260131.csv`, `MID_settle_20260131_1.csv`, or a date anywhere else in the name. */
export function dayIn(name: string): string | null {
  for (const [, year, month, date] of name.matchAll(/(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)(?!\d)/g)) {
    const day = `${year}-${month}-${date}`;
    if (isDay(day)) return day;
  }
  return null;
}

/** Of an acquirer that is asked for its list: rows, then `end` or `broken`, which is always the last. */
export type ReportItem =
  | { readonly kind: 'row'; readonly row: ReportRow }
  | { readonly kind: 'fault'; readonly fault: ReportFault }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken'; readonly why: string };

/** A day from its first to its last moment; epoch ms, the end not included. */
export type Period = { readonly from: number; readonly until: number };

/** Bytes. No id of an acquirer's documents is longer, and an index of the ledger does not hold much more. */
export const ID_MAX = 256;

/** Of a value that may be a secret in the wrong place. */
export function shapeOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value !== 'string') return typeof value === 'object' ? 'a list or table' : `a ${typeof value}`;
  const what = /^\d+$/.test(value) ? 'digits' : /^[+-]?[\d.,]+$/.test(value) ? 'digits and signs' : 'characters';
  return `${value.length} ${what}`;
}
