import { dayAfter, dayOf, periodOf } from '../../../runtime/days.js';
import {
  dayIn,
  REPORT_MAX_BYTES,
  type Report,
  type ReportFault,
  type ReportKind,
  type ReportReader,
  type ReportRow,
  shapeOf,
} from '../../report.js';
import { headerOf } from './header.js';
import { linesOf } from './lines.js';
import { capitals, rowOf } from './rows.js';
import { type AntomReportSettings, reportSettings } from './settings.js';

/**
 * Antom's reports: transaction details, settlement details, settlement summary, and the two legacy in-store files. Which of
 * them a file is, its header says. Source: reference acquirers/antom.md section 3.
 */

const END = '<END>';
const HOUR_MS = 3_600_000;

/** Charges tell the day; what is done to them later may have their time. */
function timesOf(rows: readonly ReportRow[]): number[] {
  const charges = rows.filter(({ type }) => type === 'payment');
  return (charges.length > 0 ? charges : rows).flatMap(({ at }) => (at === null ? [] : [at]));
}

/** The day that most rows are of. */
function dayAmong(rows: readonly ReportRow[], zone: string): string | null {
  const counts = new Map<string, number>();
  for (const at of timesOf(rows)) {
    const day = dayOf(at, zone);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? null;
}

/** By the file's name, else by its rows. Only a list of transactions is named after their day for sure enough to be shifted. */
function dayOfReport(kind: ReportKind, name: string, rows: readonly ReportRow[], settings: AntomReportSettings) {
  const named = dayIn(name);
  if (named === null) return dayAmong(rows, settings.zone);
  return kind === 'transactions' ? dayAfter(named, -settings.nameDaysAfter) : named;
}

/** A list under the name of another day would make all of that day's payments look missing. */
function dayFault(kind: ReportKind, day: string | null, rows: readonly ReportRow[], zone: string): ReportFault[] {
  if (day === null) {
    const remedy = 'expected a date such as 20260131 in the file’s name, or a column with times: rename the file';
    return rows.length === 0 ? [] : [wholeFile('', 'no day', remedy)];
  }
  if (kind !== 'transactions') return [];
  const { from, until } = periodOf(day, zone);
  const charges = timesOf(rows.filter(({ type }) => type === 'payment'));
  const others = charges.filter((at) => at < from - HOUR_MS || at >= until + HOUR_MS);
  if (others.length * 2 <= charges.length) return [];
  const found = `${others.length} of ${charges.length} payments of another day`;
  const remedy = `expected those of ${day}, by the file’s name: set name_days_after or zone in [account.reports]`;
  return [wholeFile('', found, remedy)];
}

const wholeFile = (column: string, found: string, remedy: string): ReportFault => ({
  ...{ line: 1, column, found, remedy },
  lost: true,
});

const unreadable = (name: string, fault: ReportFault): Report => ({
  ...{ kind: 'transactions', day: dayIn(name), complete: false, rows: [] },
  faults: [fault],
});

function read(name: string, bytes: Uint8Array, settings: AntomReportSettings): Report {
  if (bytes.length > REPORT_MAX_BYTES) {
    const remedy = `expected at most ${REPORT_MAX_BYTES}: ask for smaller files`;
    return unreadable(name, wholeFile('', `${bytes.length} bytes`, remedy));
  }
  const { lines, broken } = linesOf(new TextDecoder().decode(bytes));
  const [first, ...rest] = lines;
  const header = first && headerOf(first.cells, settings.columns);
  if (!header) {
    const remedy = 'expected the names of a report’s columns in the first line, such as transactionId';
    return unreadable(name, wholeFile('', shapeOf(first?.cells.join(',')), remedy));
  }
  if ('missing' in header) {
    const remedy = 'a column that is called otherwise goes into [account.reports.columns]';
    return unreadable(name, wholeFile(header.missing.join(', '), 'no such column', remedy));
  }
  const end = rest.findIndex(({ cells }) => cells[0] === END);
  const rows: ReportRow[] = [];
  const faults: ReportFault[] = broken.map(({ line, found }) => ({
    ...{ line, column: '', found, remedy: 'ask for the file again' },
    lost: true,
  }));
  for (const line of end < 0 ? rest : rest.slice(0, end)) {
    const found = rowOf(header, line, settings);
    if (found.row) rows.push(found.row);
    faults.push(...found.faults);
  }
  const beyond = end < 0 ? undefined : rest[end + 1];
  if (beyond) {
    const found = `${rest.length - end - 1} lines`;
    faults.push({ line: beyond.line, column: '', found, remedy: `expected nothing after ${END}`, lost: true });
  }
  const day = dayOfReport(header.kind, name, rows, settings);
  faults.push(...dayFault(header.kind, day, rows, settings.zone));
  return { kind: header.kind, day, complete: end >= 0, rows, faults };
}

export function createReader(own: Partial<AntomReportSettings> = {}): ReportReader {
  const words = Object.fromEntries(Object.entries(own.words ?? {}).map(([word, type]) => [capitals(word), type]));
  const settings = { ...reportSettings, ...own, units: { ...reportSettings.units, ...own.units }, words };
  return (name, bytes) => read(name, bytes, settings);
}
