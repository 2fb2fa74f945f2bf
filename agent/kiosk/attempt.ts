import { type AttemptId, receiptOf } from '../../protocol/ids.js';
import type { Pay, PayLinked } from '../../protocol/messages.js';
import { type Delivery, type IssuerId, LINKED_WALLET, type Reason } from '../../protocol/words.js';
import type { Order, OrderEvent, Outcome } from '../orders/order.js';
import { booksFull, entryOf, report, withEntry } from './books.js';
import type { KioskEffect, KioskEvent, Step } from './events.js';
import { leave } from './offer.js';
import type { BookEntry, KioskState, OpenAttempt } from './state.js';
import type { Notice, View } from './view.js';

/** The attempt in front of the customer: opened by a scan, ended by an Update, a vend, an abort or its deadline. */

export const unchanged = (state: KioskState): Step => ({ state, effects: [] });

export function notice(state: KioskState, what: Notice, now: number): KioskState {
  return { ...state, notice: { notice: what, untilMs: now + state.timers.noticeMs } };
}

export function orderEvent(order: Order | undefined, event: OrderEvent): KioskEffect[] {
  return order ? [{ type: 'order-event', order: order.id, event }] : [];
}

export const moneyOf = (order: Order) => ({ amount: order.amount, currency: order.currency });

/** Shows `view` for the final-screen time; the attempt leaves the front. */
export function showFinal(state: KioskState, attempt: OpenAttempt, view: View, now: number): KioskState {
  return {
    ...state,
    attempt: null,
    notice: null,
    final: { attempt: attempt.id, view, untilMs: now + state.timers.finalScreenMs },
  };
}

/** Gives the order its last event, once. */
export function endOrder(
  state: KioskState,
  id: AttemptId,
  outcome: Outcome,
  reason?: Reason,
): [KioskState, KioskEffect[]] {
  const entry = entryOf(state, id);
  if (!entry || entry.ended) return [state, []];
  const event: OrderEvent = {
    state: 'ended',
    outcome,
    ...(reason ? { reason } : {}),
    receipt: receiptOf(id),
  };
  return [withEntry(state, { ...entry, ended: true }), orderEvent(entry.order, event)];
}

export function scanned(state: KioskState, event: Extract<KioskEvent, { type: 'scanned' }>, now: number): Step {
  if (state.attempt) {
    if (state.attempt.digest === event.digest) return { state, effects: [{ type: 'count', name: 'scan-same-code' }] };
    return refuseScan(state, 'busy', state.attempt.order, now);
  }
  // The screen already says that the kiosk is closed; the scan is only counted.
  if (state.closed.length > 0 || booksFull(state)) {
    return { state, effects: [{ type: 'count', name: 'scan-while-closed' }] };
  }
  if (!state.order) return refuseScan(state, 'no-order', undefined, now);
  const [free, left] = leave(state, now);
  const opened = openAttempt(free, state.order, event, now);
  return { state: opened.state, effects: [...opened.effects, ...left] };
}

function refuseScan(state: KioskState, reason: 'busy' | 'no-order', order: Order | undefined, now: number): Step {
  return {
    state: notice(state, { kind: 'scan-refused', reason }, now),
    effects: [
      { type: 'read' },
      { type: 'count', name: `scan-refused-${reason}` },
      ...orderEvent(order, { state: 'scan-refused', reason }),
    ],
  };
}

/** What an attempt begins with. */
type Given = {
  readonly code: string;
  readonly issuer?: IssuerId;
  readonly digest: string;
  readonly tail: string;
  readonly scanMs: number;
  /** Of a linked wallet whose owner has said yes already. */
  readonly pressed?: boolean;
};

export function openAttempt(state: KioskState, order: Order, event: Given, now: number): Step {
  const id = order.id + event.tail;
  const { timers } = state;
  const how =
    event.issuer === LINKED_WALLET
      ? ({ type: 'pay-linked', pressed: event.pressed === true } as const)
      : ({ type: 'pay' } as const);
  const pay: Pay | PayLinked = {
    ...how,
    attempt: id,
    code: event.code,
    amount: order.amount,
    currency: order.currency,
    ...(event.issuer ? { issuer: event.issuer } : {}),
    reference: order.reference,
    scanMs: Math.floor(event.scanMs),
    validMs: timers.payValidMs,
  };
  const attempt: OpenAttempt = {
    id,
    order,
    phase: 'sent',
    pay,
    digest: event.digest,
    receipt: receiptOf(id),
    scannedAtMs: event.scanMs,
    deadlineMs: event.scanMs + timers.deadlineMs,
    payUntilMs: event.scanMs + timers.payValidMs,
    pendingUntilMs: 0,
    resendAtMs: now + timers.resendMs,
    resendWaitMs: timers.resendMs,
  };
  const entry: BookEntry = {
    attempt: id,
    boot: state.boot,
    delivery: undefined,
    closed: false,
    order,
    ended: false,
    resendAtMs: 0,
    resendWaitMs: 0,
  };
  const { amount, currency } = order;
  return {
    state: withEntry({ ...state, order: null, attempt, final: null, notice: null }, entry),
    // Pay first: the disk is not on its way (design §4.2).
    effects: [
      { type: 'send', body: pay },
      { type: 'read' },
      {
        type: 'record',
        record: {
          kind: 'opened',
          attempt: id,
          boot: state.boot,
          order: order.id,
          amount,
          currency,
          digest: event.digest,
        },
      },
    ],
  };
}

/**
 * The kiosk gives up on an undecided attempt: from here on it never vends (rule 9), says so to the relay, and the relay
 * ends the attempt alone. The order stays open until the relay has said how.
 */
export function giveUp(
  state: KioskState,
  attempt: OpenAttempt,
  why: 'deadline' | 'abort' | 'reversing' | 'journal',
  now: number,
): Step {
  const [reported, effects] = report(state, attempt.id, 'not-delivered', now);
  const view: View = { kind: 'unconfirmed', money: moneyOf(attempt.order), receipt: attempt.receipt };
  return {
    state: showFinal(reported, attempt, view, now),
    effects: [
      ...(why === 'abort' ? ([{ type: 'send', body: { type: 'abort', attempt: attempt.id } }] as const) : []),
      ...effects,
      ...orderEvent(attempt.order, { state: why === 'reversing' ? 'reversing' : 'unconfirmed' }),
      { type: 'count', name: `gave-up-${why}` },
    ],
  };
}

/** Approved in time: make "begun" durable first, then actuate (rule 8). */
export function begin(state: KioskState, attempt: OpenAttempt): Step {
  const { amount, currency, id: order } = attempt.order;
  return {
    state: { ...state, attempt: { ...attempt, phase: 'beginning', pay: null } },
    effects: [
      ...orderEvent(attempt.order, { state: 'approved' }),
      { type: 'record', record: { kind: 'begun', attempt: attempt.id, boot: state.boot, order, amount, currency } },
    ],
  };
}

export function begunDurable(state: KioskState, id: AttemptId, now: number): Step {
  const attempt = state.attempt;
  // The attempt was given up while the disk was slow: reported already, and no vend after a report (rule 9).
  if (attempt?.id !== id || attempt.phase !== 'beginning') {
    return { state, effects: [{ type: 'count', name: 'begun-too-late' }] };
  }
  if (now >= attempt.deadlineMs) return giveUp(state, attempt, 'deadline', now);
  return {
    state: { ...state, attempt: { ...attempt, phase: 'vending' } },
    effects: [
      ...orderEvent(attempt.order, { state: 'vending' }),
      { type: 'vend', job: { attempt: id, order: attempt.order.id } },
    ],
  };
}

export function vendEnded(state: KioskState, id: AttemptId, result: Delivery, now: number): Step {
  const attempt = state.attempt;
  if (attempt?.id !== id || attempt.phase !== 'vending') {
    return { state, effects: [{ type: 'fault', what: 'vend-ended for an attempt that is not vending' }] };
  }
  const [reported, told] = report(state, id, result, now);
  const money = moneyOf(attempt.order);
  const { receipt } = attempt;
  if (result === 'delivered') {
    const [ended, last] = endOrder(reported, id, 'delivered');
    return { state: showFinal(ended, attempt, { kind: 'approved', money, receipt }, now), effects: [...told, ...last] };
  }
  const doubtful = result === 'doubtful';
  const view: View = { kind: doubtful ? 'operator' : 'refunding', money, receipt };
  return {
    state: showFinal(reported, attempt, view, now),
    effects: [...told, ...orderEvent(attempt.order, { state: doubtful ? 'vend-doubtful' : 'vend-failed' })],
  };
}

/** Definite reports override doubtful (rule 12), here as in the relay. */
export function vendKnown(state: KioskState, id: AttemptId, result: 'delivered' | 'failed', now: number): Step {
  if (entryOf(state, id)?.delivery !== 'doubtful') {
    return { state, effects: [{ type: 'fault', what: 'a late word on a vend that is not doubtful' }] };
  }
  const [next, effects] = report(state, id, result, now);
  // Delivered ends the order here and now, as it does when it is known at once; failed ends it when the money is back.
  const [ended, last] = result === 'delivered' ? endOrder(next, id, 'delivered') : [next, []];
  return { state: ended, effects: [...effects, ...last, { type: 'count', name: 'vend-known-late' }] };
}
