import { facts, moneyText, table } from './table.js';

/** Answers of the operations API as a person reads them. */

export type RefundShown = {
  readonly id: string;
  readonly payment: string;
  readonly kind: string;
  readonly amount: number;
  readonly currency: string;
  readonly state: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
};

type Row = Readonly<Record<string, string | number | null>>;

export type PaymentShown = {
  readonly id: string;
  readonly receipt: string;
  readonly kiosk: string;
  readonly merchant: string;
  readonly account: string;
  readonly acquirerId: string | null;
  readonly link?: string | null;
  readonly confirmedAt?: string | null;
  readonly reference: string;
  readonly state: string;
  readonly reason: string | null;
  readonly finding: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: string;
  readonly returned: { readonly requested: number; readonly confirmed: number; readonly remaining: number };
  readonly resolved: { readonly found: string; readonly note: string; readonly by: string; readonly at: string } | null;
  readonly refunds?: readonly RefundShown[];
  readonly reversals?: readonly Row[];
  readonly steps?: readonly Row[];
  readonly calls?: readonly Row[];
  readonly audit?: readonly Row[];
};

export const refundText = (r: RefundShown): string =>
  `${r.kind} ${r.id}: ${moneyText(r.amount, r.currency)}, ${r.state}, by ${r.requestedBy} at ${r.requestedAt}: ${r.reason}`;

/** What is back, and what is asked for and not yet confirmed: never one figure for both. */
function returnedText({ returned, currency }: PaymentShown): string {
  const parts: string[] = [];
  if (returned.confirmed > 0) parts.push(`${moneyText(returned.confirmed, currency)} confirmed`);
  if (returned.requested > 0) parts.push(`${moneyText(returned.requested, currency)} requested`);
  return parts.join(', ');
}

export function paymentsText(payments: readonly PaymentShown[], next: string | null): string {
  if (payments.length === 0) return 'no payments\n';
  const head = ['created', 'receipt', 'kiosk', 'amount', 'state', 'given back', 'reference', 'payment'];
  const rows = payments.map((p) => [
    ...[p.createdAt.slice(0, 19).replace('T', ' '), p.receipt, p.kiosk, moneyText(p.amount, p.currency)],
    ...[stateText(p), returnedText(p), p.reference, p.id],
  ]);
  return table(head, rows) + (next === null ? '' : `more: --cursor ${next}\n`);
}

const stateText = ({ state, resolved }: PaymentShown): string =>
  resolved ? `${state} (said by ${resolved.by || 'a person'})` : state;

const part = (title: string, rows: readonly Row[] | undefined, columns: readonly string[]): string =>
  rows === undefined || rows.length === 0
    ? ''
    : `\n${title}\n${table(
        columns,
        rows.map((row) => columns.map((name) => String(row[name] ?? ''))),
      )}`;

export function paymentText(p: PaymentShown): string {
  const { resolved } = p;
  const refunds = p.refunds?.map((r) => ({ ...r, amount: moneyText(r.amount, r.currency) }));
  const reversals = p.reversals?.map((r) => ({ ...r, amount: moneyText(Number(r['amount']), String(r['currency'])) }));
  return (
    facts([
      ['payment', p.id],
      ['receipt', p.receipt],
      ['state', p.state + (p.reason ? `: ${p.reason}` : '')],
      ["a person's word", resolved ? `${resolved.found}, by ${resolved.by} at ${resolved.at}: ${resolved.note}` : ''],
      ['finding', p.finding ?? ''],
      ['amount', moneyText(p.amount, p.currency)],
      ['given back', returnedText(p)],
      ['may be given back', p.state === 'delivered' ? moneyText(p.returned.remaining, p.currency) : ''],
      ['kiosk', p.kiosk],
      ['merchant', p.merchant],
      ['account', p.account],
      ["acquirer's id", p.acquirerId ?? ''],
      ['linked wallet', p.link ?? ''],
      ['pressed to pay', p.confirmedAt ?? ''],
      ['reference', p.reference],
      ['created', p.createdAt],
    ]) +
    part('refunds and cancels', refunds, ['requestedAt', 'kind', 'amount', 'state', 'requestedBy', 'reason', 'id']) +
    part("the relay's own reversals", reversals, ['requestedAt', 'kind', 'amount', 'state', 'id']) +
    part('steps', p.steps, ['at', 'name', 'detail']) +
    part('calls', p.calls, ['startedAt', 'call', 'answer', 'code', 'relay', 'refund']) +
    part('people', p.audit, ['at', 'who', 'origin', 'act', 'outcome'])
  );
}
