import { orderOf } from '../../protocol/ids.js';
import type { Update } from '../../protocol/messages.js';
import type { Delivery, Reason } from '../../protocol/words.js';
import type { Outcome } from '../orders/order.js';
import { begin, endOrder, giveUp, type moneyOf, orderEvent, showFinal, unchanged } from './attempt.js';
import { close, entryOf, report } from './books.js';
import type { KioskEffect, Step } from './events.js';
import { confirmPending } from './press.js';
import { finalStandings, type KioskState, type OpenAttempt } from './state.js';
import type { View } from './view.js';

/** What the relay says of an attempt. */
export function updated(state: KioskState, update: Update, now: number): Step {
  const open = state.attempt?.id === update.attempt ? state.attempt : null;
  // Not greeted is no answer to the attempt: say Hello, and the Pay goes out again while it is valid (rule 2).
  if (update.standing === 'refused' && update.reason === 'not-greeted') {
    return { state, effects: [{ type: 'hello' }, { type: 'count', name: 'not-greeted' }] };
  }
  if (update.standing === 'approved') return approved(state, update, open, now);
  if (finalStandings.has(update.standing)) return ended(state, update, open, now);
  if (!open) return reversingNotOpen(state, update);
  return pending(state, update, open, now);
}

function approved(state: KioskState, update: Update, open: OpenAttempt | null, now: number): Step {
  if (open) {
    if (open.phase === 'beginning' || open.phase === 'vending') return unchanged(state);
    if (update.boot !== state.boot) {
      return { state, effects: [{ type: 'fault', what: 'approval of an open attempt names another boot' }] };
    }
    if (now >= open.deadlineMs) return giveUp(state, open, 'deadline', now);
    return begin(state, open);
  }
  // Rule 13: answer from the record; without one, "not delivered" only where no record proves that nothing went out.
  const entry = entryOf(state, update.attempt);
  const known = entry?.delivery;
  const proven = entry !== undefined || state.whole.includes(update.boot);
  // Forgotten: the relay has long had our word, and this approval is a late copy; or never begun: the sweep has settled it.
  if (!proven && state.chain.includes(update.boot))
    return { state, effects: [{ type: 'count', name: 'approved-forgotten' }] };
  const delivery = known ?? (proven ? 'not-delivered' : 'doubtful');
  return {
    state,
    effects: [
      { type: 'send', body: { type: 'vend', attempt: update.attempt, delivery } },
      { type: 'count', name: known ? 'approved-late' : 'approved-unknown' },
    ],
  };
}

function pending(state: KioskState, update: Update, open: OpenAttempt, now: number): Step {
  if (open.phase === 'beginning' || open.phase === 'vending') {
    // Overtaken: another relay's word from before the approval.
    if (update.standing !== 'reversing') return { state, effects: [{ type: 'count', name: 'update-overtaken' }] };
    return { state, effects: [{ type: 'fault', what: 'reversing after approved' }] };
  }
  if (update.standing === 'reversing') return giveUp(state, open, 'reversing', now);
  if (update.standing === 'confirm-pending') return confirmPending(state, update, open, now);
  // Any other answer shows that the relay holds the attempt: Pay needs no resending, and the code can be forgotten.
  const phase = open.phase === 'confirm-pending' ? 'sent' : open.phase;
  const answered: OpenAttempt = { ...open, phase, pay: null };
  if (update.standing !== 'password-pending') return { state: { ...state, attempt: answered }, effects: [] };
  const first = open.phase === 'sent';
  return {
    state: {
      ...state,
      attempt: { ...answered, phase: 'password-pending', pendingUntilMs: now + update.leftMs },
    },
    effects: first ? orderEvent(open.order, { state: 'password-pending', leftMs: update.leftMs }) : [],
  };
}

/** Reversing, after a failed vend or an expired deadline: told to the kiosk app once. */
function reversingNotOpen(state: KioskState, update: Update): Step {
  const entry = entryOf(state, update.attempt);
  if (update.standing !== 'reversing' || !entry?.order || entry.ended) return unchanged(state);
  return { state, effects: orderEvent(entry.order, { state: 'reversing' }) };
}

const outcomes: Partial<Record<Update['standing'], Outcome>> = {
  declined: 'declined',
  reversed: 'reversed',
  operator: 'operator',
  refused: 'refused',
  delivered: 'delivered',
};

function ended(state: KioskState, update: Update, open: OpenAttempt | null, now: number): Step {
  if (open && (open.phase === 'beginning' || open.phase === 'vending')) {
    // From approved only this kiosk's report moves the attempt (rule 12), and it has not reported yet.
    return { state, effects: [{ type: 'fault', what: `${update.standing} while vending` }] };
  }
  // Of a boot that is not in this journal it is for another device of the name to take note: its app waits for the end.
  const ours = entryOf(state, update.attempt) !== undefined || state.chain.includes(update.boot);
  if (!ours) return { state, effects: [{ type: 'count', name: 'update-of-another-journal' }] };
  const ack: KioskEffect = { type: 'send', body: { type: 'ack', attempt: update.attempt, standing: update.standing } };
  const outcome = outcomes[update.standing] ?? 'operator';
  const reason = update.reason;
  const [closedOrder, last] = endOrder(state, update.attempt, outcome, reason);
  const shown = open ? endOpen(closedOrder, update, open, now) : refreshFinal(closedOrder, update, now);
  // A report that is still unacknowledged stays listed: the relay's Ack closes it (rule 7).
  const entry = entryOf(shown, update.attempt);
  if (!entry || entry.delivery !== undefined) return { state: shown, effects: [ack, ...last] };
  // What a person is to settle may be settled by what this kiosk knows: it has not vended, and now never will (rule 12).
  const settles = open && update.standing === 'operator';
  const [books, told] = settles ? report(shown, entry.attempt, 'not-delivered', now) : close(shown, entry.attempt);
  return { state: books, effects: [ack, ...last, ...told] };
}

function endOpen(state: KioskState, update: Update, open: OpenAttempt, now: number): KioskState {
  return showFinal(state, open, finalView(update, open.order, open.receipt), now);
}

/** The end of an attempt whose screen still stands (refunding, unconfirmed): show how it ended. */
function refreshFinal(state: KioskState, update: Update, now: number): KioskState {
  const { final } = state;
  if (final?.attempt !== update.attempt || update.standing === 'delivered') return state;
  const order = entryOf(state, update.attempt)?.order;
  if (!order) return state;
  const view = finalView(update, order, update.receipt);
  return { ...state, final: { ...final, view, untilMs: now + state.timers.finalScreenMs } };
}

function finalView(
  update: Update,
  order: { amount: number; currency: Parameters<typeof moneyOf>[0]['currency'] },
  receipt: string,
): View {
  const money = { amount: order.amount, currency: order.currency };
  const reason: Reason = update.reason ?? 'other';
  switch (update.standing) {
    case 'declined':
      return { kind: 'declined', money, reason, receipt };
    case 'refused':
      return { kind: 'refused', money, reason, receipt };
    case 'reversed':
      return { kind: 'refunded', money, receipt };
    case 'delivered':
      return { kind: 'approved', money, receipt };
    default:
      return { kind: 'operator', money, receipt };
  }
}

/** The relay has committed the report (rule 7). */
export function vendAcked(state: KioskState, attempt: string, delivery: Delivery | undefined): Step {
  const entry = entryOf(state, attempt);
  if (!entry || entry.closed) return unchanged(state);
  if (entry.delivery === undefined) {
    return { state, effects: [{ type: 'fault', what: `ack of a report never made, order ${orderOf(attempt)}` }] };
  }
  // Of an older "doubtful", while what came to be known since is still on its way.
  if (delivery !== undefined && delivery !== entry.delivery) {
    return { state, effects: [{ type: 'count', name: 'ack-of-older-word' }] };
  }
  const [next, effects] = close(state, attempt);
  return { state: next, effects };
}
