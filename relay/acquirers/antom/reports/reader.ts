import { dayOf, isDay } from '../../../runtime/days.js';
import { type Report, type ReportFault, type ReportReader, type ReportRow, shapeOf } from '../../report.js';
import { headerOf } from './header.js';
import { linesOf } from './lines.js';
import { rowOf } from './rows.js';
import { type AntomReportSettings, reportSettings } from './settings.js';

/**
 * Antom's reports: transaction details, settlement details, settlement summary, and the two legacy in-store files. Which of
 * them a file is, its header says. Source: reference acquirers/antom.md section 3.
 */

const END = '<END>';
/** A text in memory may have so much; a day of a million lines has a third of it. */
export const REPORT_MAX_BYTES = 384 * 1024 * 1024;

/** `MID_fptrade_20260131.csv`, `MID_settle_20260131_1.csv`, or a date anywhere else in the name. */
function dayIn(name: string): string | null {
  for (const [, year, month, date] of name.matchAll(/(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)(?!\d)/g)) {
    const day = `${year}-${month}-${date}`;
    if (isDay(day)) return day;
  }
  return null;
}

/** The day that most rows are of. */
function dayAmong(rows: readonly ReportRow[], zone: string): string | null {
  const counts = new Map<string, number>();
  for (const { at } of rows) {
    if (at === null) continue;
    const day = dayOf(at, zone);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? null;
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
  const day = dayIn(name) ?? dayAmong(rows, settings.zone);
  return { kind: header.kind, day, complete: end >= 0, rows, faults };
}

/** Undefined for a file that is no .csv: Antom puts the same as .xlsx beside it. */
export function createReader(own: Partial<AntomReportSettings> = {}): ReportReader {
  const settings = { ...reportSettings, ...own, units: { ...reportSettings.units, ...own.units } };
  return (name, bytes) => (/\.csv$/i.test(name) ? read(name, bytes, settings) : undefined);
}
