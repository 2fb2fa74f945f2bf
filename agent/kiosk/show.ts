import { moneyOf } from './attempt.js';
import { booksFull } from './books.js';
import type { KioskState } from './state.js';
import type { View } from './view.js';

/** What the customer sees in this state. An attempt under way and its end come before everything else. */
export function viewOf(state: KioskState, now: number): View {
  const { attempt, final, order, closed } = state;
  const notice = state.notice ? { notice: state.notice.notice } : {};
  if (attempt) {
    const money = moneyOf(attempt.order);
    if (attempt.phase === 'sent') return { kind: 'busy', money };
    if (attempt.phase === 'password-pending') {
      return { kind: 'confirm-on-phone', money, leftMs: Math.max(0, attempt.pendingUntilMs - now) };
    }
    return { kind: 'vending', money };
  }
  if (final) return final.view;
  const reason = closed[0] ?? (booksFull(state) ? 'relay' : undefined);
  if (reason) return { kind: 'out-of-service', reason };
  if (order) return { kind: 'armed', money: moneyOf(order), reference: order.reference, ...notice };
  return { kind: 'idle', ...notice };
}

/** Whether `viewOf` finds the same in both: what it looks at has not been touched. */
export const showsTheSame = (a: KioskState, b: KioskState): boolean =>
  a.attempt === b.attempt &&
  a.final === b.final &&
  a.notice === b.notice &&
  a.order === b.order &&
  a.closed === b.closed &&
  a.books === b.books;

/** When `wake` has something to do; Infinity when nothing is waited for. */
export function wakeAt({ books, attempt, final, notice, order, orderUntilMs, serviceUntilMs }: KioskState): number {
  let at = serviceUntilMs;
  for (const entry of books) if (!entry.closed && entry.delivery !== undefined) at = Math.min(at, entry.resendAtMs);
  if (final) at = Math.min(at, final.untilMs);
  if (notice) at = Math.min(at, notice.untilMs);
  if (order) at = Math.min(at, orderUntilMs);
  if (!attempt || attempt.phase === 'vending') return at;
  if (attempt.pay) at = Math.min(at, attempt.resendAtMs, attempt.payUntilMs);
  return Math.min(at, attempt.deadlineMs);
}
