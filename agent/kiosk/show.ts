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

/** When `wake` has something to do; Infinity when nothing is waited for. */
export function wakeAt(state: KioskState): number {
  const { attempt, final, notice, order } = state;
  const times = [
    ...Object.values(state.books)
      .filter((e) => !e.closed && e.delivery !== undefined)
      .map((e) => e.resendAtMs),
    ...(final ? [final.untilMs] : []),
    ...(notice ? [notice.untilMs] : []),
    ...(order ? [state.orderUntilMs] : []),
  ];
  if (attempt && attempt.phase !== 'vending') {
    times.push(attempt.deadlineMs);
    if (attempt.pay) times.push(Math.min(attempt.resendAtMs, attempt.payUntilMs));
  }
  return Math.min(...times, Number.POSITIVE_INFINITY);
}
