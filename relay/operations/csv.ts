import { receiptOf } from '../../protocol/ids.js';
import { formatAmount, type Money } from '../../protocol/money.js';
import type { Queries } from '../ledger/database.js';
import { returnedOf } from '../refunds/allowed.js';
import { type Cursor, listPayments, type Payment, type PaymentFilter } from './payments.js';

/** Payments as CSV (RFC 4180), a page of the ledger at a time, so that a year of them needs no memory. */

const PAGE = 500;

const columns = [
  ...['payment', 'receipt', 'created_at', 'kiosk', 'merchant', 'account', 'acquirer', 'acquirer_id', 'issuer'],
  ...['reference', 'state', 'reason', 'resolved_as', 'resolved_by', 'amount', 'currency'],
  ...['return_requested', 'return_confirmed', 'remaining'],
] as const;

/** A text that a spreadsheet would take for a formula is made a text for it too; quotes as RFC 4180 has them. */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r\n|%]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

const inMajor = (amount: number, money: Money | null): string =>
  money === null ? '' : formatAmount({ amount, currency: money.currency });

function cellsOf({ attempt: a, given, resolved }: Payment): string[] {
  const returned = returnedOf(a, given);
  const major = (amount: number): string => inMajor(amount, a.money);
  return [
    ...[a.id, receiptOf(a.id), new Date(a.createdAt).toISOString(), a.kiosk, a.merchant, a.account, a.acquirer],
    ...[a.acquirerId ?? '', a.issuer ?? '', a.reference, a.state, a.reason ?? ''],
    ...[resolved?.found ?? '', resolved?.by ?? '', major(a.money?.amount ?? 0), a.money?.currency ?? ''],
    ...[major(returned.requested), major(returned.confirmed), major(returned.remaining)],
  ];
}

/** Lines, newest payment first. A reader that is slow makes the ledger wait, not the memory grow. */
export async function* exportCsv(q: Queries, filter: PaymentFilter): AsyncGenerator<string> {
  yield csvLine(columns);
  let after: Cursor | undefined;
  for (;;) {
    const page = await listPayments(q, filter, PAGE, after);
    if (page.length > 0) yield page.map((payment) => csvLine(cellsOf(payment))).join('');
    const last = page.at(-1);
    if (page.length < PAGE || !last) return;
    after = { createdAt: last.attempt.createdAt, id: last.attempt.id };
  }
}
