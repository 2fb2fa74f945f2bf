import { moneyOf } from './attempt.js';
import { booksFull } from './books.js';
import { linkWakeAt } from './linking.js';
import { isBeingLinkedFor } from './offer.js';
import { asksToPress } from './press.js';
import type { KioskState, LinkTry } from './state.js';
import type { LinkView, View } from './view.js';

/** What the customer sees in this state. An attempt under way and its end come before everything else. */
export function viewOf(state: KioskState, now: number): View {
  const { attempt, final, order, closed } = state;
  const notice = state.notice ? { notice: state.notice.notice } : {};
  if (attempt) {
    const money = moneyOf(attempt.order);
    if (asksToPress(attempt)) {
      return { kind: 'press-to-pay', money, leftMs: Math.max(0, attempt.pendingUntilMs - now) };
    }
    if (attempt.phase === 'sent' || attempt.phase === 'confirm-pending') return { kind: 'busy', money };
    if (attempt.phase === 'password-pending') {
      return { kind: 'confirm-on-phone', money, leftMs: Math.max(0, attempt.pendingUntilMs - now) };
    }
    return { kind: 'vending', money };
  }
  const reason = closed[0] ?? (booksFull(state) ? 'relay' : undefined);
  // Of a link that came to nothing the last screen invites to try again, or to pay: not while that cannot be.
  const invites = final?.attempt === null && final.view.kind !== 'linked';
  if (final && !(reason && invites)) return final.view;
  if (reason) return { kind: 'out-of-service', reason };
  if (state.link) return linkView(state.link, now);
  if (order) return { kind: 'armed', money: moneyOf(order), reference: order.reference, ...notice };
  return { kind: 'idle', ...notice };
}

function linkView({ wallet, order, stage, code, digits, untilMs }: LinkTry, now: number): LinkView {
  const rest = { wallet, ...(order ? { money: moneyOf(order) } : {}) };
  const leftMs = Math.max(0, untilMs - now);
  if (stage === 'offered') return { kind: 'link-offered', code, leftMs, ...rest };
  if (stage === 'opened' && digits !== '') return { kind: 'link-opened', digits, leftMs, ...rest };
  return { kind: stage === 'authorised' ? 'link-authorised' : 'link-asked', ...rest };
}

/** Whether `viewOf` finds the same in both: what it looks at has not been touched. */
export const showsTheSame = (a: KioskState, b: KioskState): boolean =>
  a.attempt === b.attempt &&
  a.link === b.link &&
  a.final === b.final &&
  a.notice === b.notice &&
  a.order === b.order &&
  a.closed === b.closed &&
  a.books === b.books;

/** When `wake` has something to do; Infinity when nothing is waited for. */
export function wakeAt(state: KioskState): number {
  const { books, attempt, final, notice, order, orderUntilMs, serviceUntilMs } = state;
  let at = Math.min(serviceUntilMs, linkWakeAt(state));
  for (const entry of books) if (!entry.closed && entry.delivery !== undefined) at = Math.min(at, entry.resendAtMs);
  if (final) at = Math.min(at, final.untilMs);
  if (notice) at = Math.min(at, notice.untilMs);
  if (order && !isBeingLinkedFor(state, order)) at = Math.min(at, orderUntilMs);
  if (!attempt || attempt.phase === 'vending') return at;
  if (attempt.pay) at = Math.min(at, attempt.resendAtMs, attempt.payUntilMs);
  return Math.min(at, attempt.deadlineMs);
}
