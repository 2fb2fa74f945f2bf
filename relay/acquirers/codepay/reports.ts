import type { Unknown } from '../contract.js';
import { ID_MAX, type ReportFault, type ReportItem, type ReportRow, type RowType, shapeOf } from '../report.js';
import { magnitude, signedMoney } from '../report-money.js';
import { type Answer, unknown } from './answers.js';
import { ACCEPTED, type Fields, numberText, type OrderKind, orderKinds, rowOf } from './codes.js';
import { idOfNumber } from './numbers.js';

/**
 * CodePay's list of a day's transactions, page by page, in the normal form. It is of the PayCloud superset, and whether an
 * account has it is config. Source: reference acquirers/codepay.md section 4.
 */

/** How the list is asked for. */
export type DetailsSettings = {
  /** Of the days; an IANA name. The call itself speaks UTC. */
  readonly zone: string;
  readonly pageSize: number;
};
export const detailsSettings: DetailsSettings = { zone: 'UTC', pageSize: 100 };

/** What kinds of orders are to us; those of card terminals are shown as they are, and not misread. */
const types: Readonly<Partial<Record<OrderKind, RowType>>> = { sale: 'payment', void: 'cancel', refund: 'refund' };

/** "2026-01-31 12:00:00", UTC (section 1.1). */
export const utcText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

function utcIn(text: unknown): number | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return null;
  const at = Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(at) ? null : at;
}

/** The period's last second belongs to it, since both ends of the call's do. */
export const detailsContent = (from: number, until: number, page: number, { pageSize }: DetailsSettings) => ({
  time_start: utcText(from),
  time_end: utcText(until - 1_000),
  page_num: String(page),
  page_size: String(pageSize),
});

export type Page = { readonly total: number; readonly list: readonly unknown[] };

const wholeIn = (value: unknown): number | undefined =>
  /^\d{1,9}$/.test(String(value)) && typeof value !== 'object' ? Number(value) : undefined;

/** `list` may come as a text of its own, as `data` does. */
function listIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return undefined;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where the answer is no page. */
export function pageOf(answer: Answer): Page | Unknown {
  if (answer.code !== ACCEPTED) return unknown('unclear', answer.code);
  const total = wholeIn(answer.data['total']);
  const list = listIn(answer.data['list'] ?? []);
  return total === undefined || !list ? unknown('shape') : { total, list };
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function amountsOf(entry: Fields, line: number) {
  const faults: ReportFault[] = [];
  const currency = textOf(entry['price_currency']);
  const money = (column: string) => {
    const text = textOf(entry[column]);
    const found = text === '' ? undefined : signedMoney(text, currency, 'major');
    if (text !== '' && !found) {
      const remedy = 'expected an amount in major units and its price_currency: ask CodePay';
      faults.push({ line, column, found: shapeOf(entry[column]), remedy, lost: false });
    }
    return found ?? null;
  };
  const charged = money(textOf(entry['trans_amount']) === '' ? 'order_amount' : 'trans_amount');
  const amounts = {
    money: charged && magnitude(charged),
    settled: money('receivable_amount'),
    fee: money('trans_fee_m'),
  };
  return { faults, amounts };
}

/** `line`: its place in the whole list, from 1. */
export function itemsOf(found: unknown, line: number): ReportItem[] {
  const lost = (column: string, value: unknown): ReportItem[] => [
    { kind: 'fault', fault: { line, column, found: shapeOf(value), remedy: 'ask CodePay', lost: true } },
  ];
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return lost('list', found);
  const entry = found as Fields;
  const number = textOf(entry['merchant_order_no']);
  const acquirerId = textOf(entry['trans_no']) || null;
  if (number === '' && acquirerId === null) return lost('merchant_order_no', entry['merchant_order_no']);
  if (Buffer.byteLength(number) > ID_MAX) return lost('merchant_order_no', number);
  if (acquirerId !== null && Buffer.byteLength(acquirerId) > ID_MAX) return lost('trans_no', acquirerId);
  const word = numberText(entry['trans_type']);
  const kind = rowOf<OrderKind>(orderKinds, word);
  if (kind === undefined) return lost('trans_type', entry['trans_type']);
  const { faults, amounts } = amountsOf(entry, line);
  if (amounts.money === null && faults.length === 0) {
    faults.push({ line, column: 'trans_amount', found: 'nothing', remedy: 'ask CodePay', lost: false });
  }
  const row: ReportRow = {
    ...{ type: types[kind] ?? 'other', word: kind, ...idsOf(number, kind), acquirerId, originalId: null },
    ...amounts,
    ...{ quote: null, at: utcIn(entry['trans_end_time']), account: textOf(entry['merchant_no']) || null },
    ...{ batch: null, count: null, line, key: JSON.stringify([kind, acquirerId, number]) },
  };
  return [{ kind: 'row', row }, ...faults.map((fault): ReportItem => ({ kind: 'fault', fault }))];
}

/** Our own ids again; a number that is not ours stands as it is. The list does not name a refund's payment, the number does. */
function idsOf(number: string, kind: OrderKind) {
  const ours = idOfNumber(number);
  if (ours?.refundId !== undefined) return { requestId: ours.requestId, refundId: ours.refundId };
  const id = ours?.requestId ?? (number || null);
  return kind === 'refund' ? { requestId: null, refundId: id } : { requestId: id, refundId: null };
}
