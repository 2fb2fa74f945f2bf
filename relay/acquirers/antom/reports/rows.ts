import { createHash } from 'node:crypto';
import type { Money } from '../../../../protocol/money.js';
import { isCurrency } from '../../../../protocol/money.js';
import { atWall } from '../../../runtime/days.js';
import { ID_MAX, type ReportFault, type ReportKind, type ReportRow, type RowType, shapeOf } from '../../report.js';
import { magnitude, signedMoney } from '../../report-money.js';
import type { Header } from './header.js';
import type { Line } from './lines.js';
import { type AntomReportSettings, type Field, words } from './settings.js';

/** One line of a report in the normal form. Source: reference acquirers/antom.md section 3. */

export type RowFound = { readonly row: ReportRow | undefined; readonly faults: readonly ReportFault[] };

export const capitals = (word: string): string =>
  word
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_');

/** Undefined: nobody has told us of that word. */
export function typeOf(word: string, own: AntomReportSettings['words'] = {}): RowType | undefined {
  const name = capitals(word);
  const known = Object.hasOwn(own, name) ? own[name] : Object.hasOwn(words, name) ? words[name] : undefined;
  return known ?? (/_?FEE$/.test(name) ? 'fee' : undefined);
}

const OFFSET = /(Z|[+-]\d\d:?\d\d)$/;
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/;

/** Epoch ms; without an offset it is the zone's. Undefined: no time. */
export function timeIn(text: string, zone: string): number | undefined {
  if (!TIME.test(text)) return undefined;
  const isoText = text.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  if (OFFSET.test(text)) {
    const at = Date.parse(isoText);
    return Number.isNaN(at) ? undefined : at;
  }
  const wall = Date.parse(`${isoText}Z`);
  return Number.isNaN(wall) ? undefined : atWall(wall, zone);
}

const DATE_ONLY = /^\d{4}-?\d\d-?\d\d$/;

/** A row's cells by field, with what is wrong in them gathered. */
class Cells {
  readonly faults: ReportFault[] = [];
  readonly #header: Header;
  readonly #line: Line;
  constructor(header: Header, line: Line) {
    this.#header = header;
    this.#line = line;
  }

  text(field: Field): string {
    const at = this.#header.at.get(field);
    return at ? (this.#line.cells[at.index] ?? '').trim() : '';
  }

  orNull(field: Field): string | null {
    return this.text(field) || null;
  }

  fault(field: Field, remedy: string, lost = false): void {
    const column = this.#header.at.get(field)?.name ?? field;
    this.faults.push({ line: this.#line.line, column, found: shapeOf(this.text(field)), remedy, lost });
  }

  /** Null: not given, or a fault. */
  money(amount: Field, currency: Field, settings: AntomReportSettings): Money | null {
    const [value, code] = [this.text(amount), this.text(currency)];
    if (value === '') return null;
    if (!isCurrency(code)) {
      this.fault(currency, 'expected an ISO 4217 code such as HKD; the amount beside it is not compared');
      return null;
    }
    const unit = settings.units[this.#header.kind];
    const found = signedMoney(value, code, unit);
    if (found) return found;
    this.fault(
      amount,
      `expected ${code} in ${unit} units; if the report counts otherwise, set units.${this.#header.kind} in [account.reports]`,
    );
    return null;
  }
}

const isMoneyMoved = (type: RowType): boolean => !['fee', 'withholding', 'other'].includes(type);

/** What a summary says of a sum; the rest of its row says of which. */
const sums: readonly Field[] = ['count', 'settledAmount', 'feeAmount', 'amount'];

/**
 * By what of a row names a transaction; a row without such a name is the same if all of it is, but for its sums. A refund's
 * payment is no part of it: the legacy layout names it and the new one does not.
 */
function keyOf(row: Omit<ReportRow, 'key' | 'line'>, { cells }: Line, { at, kind }: Header): string {
  const names = [row.acquirerId, row.type === 'refund' ? null : row.requestId, row.refundId];
  const said = new Set(kind === 'summary' ? sums.map((field) => at.get(field)?.index) : []);
  const rest = cells.filter((_, index) => !said.has(index)).join('\n');
  const named = names.some((name) => name !== null) ? names : [createHash('sha256').update(rest).digest('hex')];
  return JSON.stringify([isMoneyMoved(row.type) ? row.type : row.word.toLowerCase(), row.batch, ...named]);
}

const quoteOf = (cells: Cells): string | null =>
  `${cells.text('quotePair')} ${cells.text('quotePrice')}`.trim() || null;

/** transactionRequestId is the payment's id, or the refund's own (section 3). */
function idsOf(cells: Cells, type: RowType) {
  const [request, original] = [cells.orNull('requestId'), cells.orNull('originalRequestId')];
  return type === 'refund'
    ? { requestId: original, refundId: request }
    : { requestId: request ?? original, refundId: null };
}

function timeOf(cells: Cells, zone: string): number | null {
  const text = cells.text('time');
  if (text === '' || DATE_ONLY.test(text)) return null;
  const at = timeIn(text, zone);
  if (at === undefined)
    cells.fault('time', 'expected ISO 8601 such as 2026-01-31T12:00:00+08:00; the file’s day is taken');
  return at ?? null;
}

function typeIn(cells: Cells, kind: ReportKind, { words: own }: AntomReportSettings): RowType {
  const known = typeOf(cells.text('type'), own);
  if (known === undefined && kind !== 'summary') {
    cells.fault('type', 'a word that is not known: ask Antom, and put it into words in [account.reports]', true);
  }
  return known ?? 'other';
}

const names: readonly Field[] = ['type', 'acquirerId', 'originalId', 'requestId', 'originalRequestId', 'batch'];

/** A line that names no transaction is lost; one with a bad amount is kept without it, so that nothing else is doubted. */
export function rowOf(header: Header, line: Line, settings: AntomReportSettings): RowFound {
  const { kind } = header;
  const lostAs = (column: string, found: string, remedy: string): RowFound => ({
    row: undefined,
    faults: [{ line: line.line, column, found, remedy, lost: true }],
  });
  // A comma without quotes in a text shifts all that follows, and the last columns are often empty.
  if (line.cells.length !== header.width) {
    return lostAs(
      '',
      `${line.cells.length} columns`,
      `expected ${header.width}, as in the header: ask for the file again`,
    );
  }
  const cells = new Cells(header, line);
  const long = names.find((field) => Buffer.byteLength(cells.text(field)) > ID_MAX);
  if (long !== undefined) {
    const remedy = `expected at most ${ID_MAX} bytes: ask for the file again`;
    return lostAs(header.at.get(long)?.name ?? long, shapeOf(cells.text(long)), remedy);
  }
  const word = cells.text('type');
  if (word === '')
    return lostAs(header.at.get('type')?.name ?? '', 'nothing', 'expected a type: ask for the file again');
  const type = typeIn(cells, kind, settings);
  const ids = idsOf(cells, type);
  const acquirerId = cells.orNull('acquirerId');
  if (
    kind !== 'summary' &&
    isMoneyMoved(type) &&
    acquirerId === null &&
    ids.requestId === null &&
    ids.refundId === null
  ) {
    return lostAs(
      header.at.get('acquirerId')?.name ?? '',
      'nothing',
      'expected a transaction’s id: ask for the file again',
    );
  }
  const money = kind === 'summary' ? null : cells.money('amount', 'currency', settings);
  if (kind !== 'summary' && isMoneyMoved(type) && money === null && cells.faults.length === 0) {
    cells.fault('amount', 'expected an amount: ask for the file again');
  }
  const settled = cells.money('settledAmount', 'settledCurrency', settings);
  const row = {
    ...{ type, word, ...ids, acquirerId, originalId: cells.orNull('originalId') },
    ...{ money: money && magnitude(money), settled, fee: feeOf(cells, header, settings), quote: quoteOf(cells) },
    ...{ at: timeOf(cells, settings.zone), account: cells.orNull('account'), batch: cells.orNull('batch') },
    count: countOf(cells, kind),
  };
  return { row: { ...row, line: line.line, key: keyOf(row, line, header) }, faults: cells.faults };
}

function feeOf(cells: Cells, header: Header, settings: AntomReportSettings): Money | null {
  const currency: Field = header.at.has('feeCurrency') ? 'feeCurrency' : 'settledCurrency';
  return header.at.has(currency) ? cells.money('feeAmount', currency, settings) : null;
}

function countOf(cells: Cells, kind: ReportKind): number | null {
  const text = cells.text('count');
  if (kind !== 'summary') return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  cells.fault('count', 'expected a whole number: ask for the file again');
  return null;
}
