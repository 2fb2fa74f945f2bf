import { stripVTControlCharacters } from 'node:util';
import { exponentOf, type Money } from '../../protocol/money.js';
import { type RunResult, signed } from './run.js';
import type { Difference, Waiting } from './types.js';

/** A day's result for people (a table), for programs (JSON) and for spreadsheets (CSV). */

const moneyText = (money: Money | null): string => (money ? `${signed(money)} ${money.currency}` : '');

/** Texts of the acquirer's may hold anything. */
const printable = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}/gu, ' ');

const idOf = ({ refundId, attempt, requestId, acquirerId }: Difference | Waiting): string =>
  refundId ?? attempt ?? requestId ?? acquirerId ?? '';

const placeOf = ({ source }: Difference): string => (source ? `${source.file}:${source.line}` : 'ledger');

function table(rows: readonly (readonly string[])[]): string {
  const plain = rows.map((row) => row.map(printable));
  const widths = (plain[0] ?? []).map((_, i) => Math.max(...plain.map((row) => [...(row[i] ?? '')].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return plain.map((row) => `${line(row)}\n`).join('');
}

/** What is wrong with a whole line or file is in no column. */
const ofColumn = (column: string): string => (column === '' ? '' : ` ${printable(column)}`);

const WAITING_SHOWN = 20;

export function tableOf(result: RunResult): string {
  const { account, day, rows, payments, differences, waiting, problems, faults, outcome } = result;
  const head = `${account} ${day}: ${outcome}; ${rows} rows, ${payments} payments, ${differences.length} differences, ${waiting.length} waiting\n`;
  const said = problems.map((problem) => `  ! ${printable(problem)}\n`).join('');
  const bad = faults.map(
    (f) => `  ! ${printable(f.file)}:${f.line}${ofColumn(f.column)}: found ${f.found}; ${f.remedy}\n`,
  );
  const found = differences.map((d) => [
    ...[String(d.number), d.type, d.day, moneyText(d.expected), moneyText(d.found), idOf(d), placeOf(d), d.detail],
  ]);
  const open = waiting.slice(0, WAITING_SHOWN).map((w) => ['waiting', w.day, moneyText(w.money), idOf(w), w.why]);
  const more = waiting.length > WAITING_SHOWN ? `… and ${waiting.length - WAITING_SHOWN} more waiting\n` : '';
  return [
    ...[head, said, ...bad],
    found.length > 0 ? table([['no', 'type', 'day', 'expected', 'found', 'id', 'where', 'what'], ...found]) : '',
    open.length > 0 ? table(open) : '',
    more,
  ].join('');
}

/** Amounts in minor units, with how many decimals they have. */
const moneyJson = (money: Money | null) => money && { ...money, decimals: exponentOf(money.currency) };

export const jsonOf = (result: RunResult): string =>
  `${JSON.stringify({
    ...result,
    differences: result.differences.map((d) => ({ ...d, expected: moneyJson(d.expected), found: moneyJson(d.found) })),
    waiting: result.waiting.map((w) => ({ ...w, money: moneyJson(w.money) })),
  })}\n`;

/** A cell that a spreadsheet would take for a formula is one no more. */
function cellOf(value: string | number): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csvHeader = [
  ...['number', 'account', 'day', 'type', 'attempt', 'request_id', 'refund_id', 'acquirer_id'],
  ...['expected_minor', 'expected_currency', 'found_minor', 'found_currency', 'file', 'line', 'detail'],
];

/** Differences, then what waits, which has no number. */
export function csvOf({ account, differences, waiting }: RunResult): string {
  const ids = (of: Difference | Waiting) =>
    [of.attempt, of.requestId, of.refundId, of.acquirerId].map((id) => id ?? '');
  const money = (of: Money | null) => [of?.amount ?? '', of?.currency ?? ''];
  const rows = [
    ...differences.map((d) => [
      ...[d.number, account, d.day, d.type, ...ids(d), ...money(d.expected), ...money(d.found)],
      ...[d.source?.file ?? '', d.source?.line ?? '', d.detail],
    ]),
    ...waiting.map((w) => ['', account, w.day, 'waiting', ...ids(w), ...money(w.money), '', '', '', '', w.why]),
  ];
  return [csvHeader, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}
