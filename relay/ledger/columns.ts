import type { Currency, Money } from '../../protocol/money.js';
import type { Reason } from '../../protocol/words.js';
import type { Attempt, Finding, Reversal, State } from '../payment/types.js';
import type { Row, Value } from './database.js';

/** Row to value, checked where the database's type says less than ours. */
export const text = (v: Value | undefined): string => String(v);
export const number = (v: Value | undefined): number => Number(v);
export const textOrNull = (v: Value | undefined): string | null => (v === null || v === undefined ? null : String(v));
export const numberOrNull = (v: Value | undefined): number | null => (v === null || v === undefined ? null : Number(v));

function money(row: Row): Money | null {
  const amount = numberOrNull(row['amount']);
  return amount === null ? null : { amount, currency: text(row['currency']) as Currency };
}

export function attemptFromRow(row: Row, reversal: Reversal | null): Attempt {
  return {
    id: text(row['id']),
    kiosk: text(row['kiosk']),
    order: text(row['order_id']),
    boot: text(row['boot']),
    money: money(row),
    issuer: textOrNull(row['issuer']),
    reference: text(row['reference']),
    merchant: textOrNull(row['merchant']) ?? '',
    acquirer: text(row['acquirer']),
    // Of an older version, which knew one account only.
    account: textOrNull(row['account']) ?? text(row['acquirer']),
    route: textOrNull(row['route']) ?? '',
    link: textOrNull(row['link']),
    createdAt: number(row['created_at']),
    scannedAt: number(row['scanned_at']),
    payUntil: number(row['pay_until']),
    deadlineAt: number(row['deadline_at']),
    vendUntil: number(row['vend_until']),
    landingUntil: number(row['landing_until']),
    state: text(row['state']) as State,
    reason: textOrNull(row['reason']) as Reason | null,
    passwordPending: row['password_pending'] === true,
    confirmedAt: numberOrNull(row['confirmed_at']),
    acquirerId: textOrNull(row['acquirer_id']),
    payAt: numberOrNull(row['pay_at']),
    paidSeen: row['paid_seen'] === true,
    inquiries: number(row['inquiries']),
    cancels: number(row['cancels']),
    cancelRefused: row['cancel_refused'] === true,
    reversal,
    finding: textOrNull(row['finding']) as Finding | null,
    nextAt: numberOrNull(row['next_at']),
  };
}

/** The columns that the machine changes, in the order of `progressOf`. */
export const progressColumns = [
  'state',
  'reason',
  'password_pending',
  'confirmed_at',
  'acquirer_id',
  'pay_at',
  'paid_seen',
  'inquiries',
  'cancels',
  'cancel_refused',
  'reversal',
  'finding',
  'next_at',
] as const;

export const progressOf = (a: Attempt): Value[] => [
  a.state,
  a.reason,
  a.passwordPending,
  a.confirmedAt,
  a.acquirerId,
  a.payAt,
  a.paidSeen,
  a.inquiries,
  a.cancels,
  a.cancelRefused,
  a.reversal?.id ?? null,
  a.finding,
  a.nextAt,
];
