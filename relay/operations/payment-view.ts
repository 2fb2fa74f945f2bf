import { receiptOf } from '../../protocol/ids.js';
import type { Queries } from '../ledger/database.js';
import { stepsOf } from '../ledger/records.js';
import { returnedOf } from '../refunds/allowed.js';
import type { Refund } from '../refunds/types.js';
import { type AuditEntry, listAudit } from './audit.js';
import { callsOf, type Payment, reversalsOf } from './payments.js';

/** What people see of payments and refunds: amounts in minor units, times in ISO 8601; no code and no key among it. */

export const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const viewRefund = (r: Refund) => ({
  id: r.id,
  payment: r.attempt,
  kind: r.kind,
  amount: r.money.amount,
  currency: r.money.currency,
  state: r.state,
  reason: r.reason,
  requestedBy: r.requestedBy,
  requestedAt: iso(r.requestedAt),
  endedAt: isoOrNull(r.endedAt),
  replaces: r.replaces,
  settledBy: r.settledBy,
  code: r.code,
  tries: r.tries,
  inquiries: r.inquiries + r.watches,
});

export function viewPayment({ attempt: a, given, resolved }: Payment) {
  return {
    id: a.id,
    receipt: receiptOf(a.id),
    order: a.order,
    kiosk: a.kiosk,
    merchant: a.merchant,
    account: a.account,
    acquirer: a.acquirer,
    acquirerId: a.acquirerId,
    route: a.route,
    issuer: a.issuer,
    link: a.link,
    confirmedAt: isoOrNull(a.confirmedAt),
    reference: a.reference,
    state: a.state,
    passwordPending: a.passwordPending,
    reason: a.reason,
    finding: a.finding,
    amount: a.money?.amount ?? 0,
    currency: a.money?.currency ?? '',
    createdAt: iso(a.createdAt),
    /** Requested is not confirmed: what people gave back, and what the relay did by itself. */
    returned: returnedOf(a, given),
    resolved: resolved && { found: resolved.found, note: resolved.note, by: resolved.by, at: iso(resolved.at) },
  };
}

export const viewAudit = (row: AuditEntry) => ({ ...row, at: iso(row.at) });

const AUDIT_SHOWN = 200;

/** Everything that the ledger knows of it. */
export async function viewWhole(q: Queries, payment: Payment) {
  const { id } = payment.attempt;
  const steps = (await stepsOf(q, [id])).get(id) ?? [];
  const [calls, reversals] = [await callsOf(q, id), await reversalsOf(q, id)];
  const audit = await listAudit(q, { attempt: id, limit: AUDIT_SHOWN });
  return {
    ...viewPayment(payment),
    steps: steps.map(({ at, name, detail, ms }) => ({ at: iso(at), name, detail, ms })),
    calls: calls.map((c) => ({ ...c, startedAt: iso(c.startedAt), endedAt: isoOrNull(c.endedAt) })),
    reversals: reversals.map((r) => ({ ...r, requestedAt: iso(r.requestedAt), endedAt: isoOrNull(r.endedAt) })),
    refunds: payment.given.refunds.map(viewRefund),
    audit: audit.map(viewAudit),
  };
}
