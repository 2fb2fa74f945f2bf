import { begunDurable, giveUp, notice, orderEvent, scanned, unchanged, vendEnded, vendKnown } from './attempt.js';
import { resendReports } from './books.js';
import type { KioskEffect, KioskEvent, Step } from './events.js';
import { asked, codeCame, dropped, renewed, resultCame, wakeLink } from './linking.js';
import { isBeingLinkedFor, leave } from './offer.js';
import { pressed } from './press.js';
import type { KioskState } from './state.js';
import { updated, vendAcked } from './update.js';
import type { ClosedReason } from './view.js';

/**
 * The kiosk machine: pure, total, told the time. The kiosk never decides about money; it sends what was scanned, shows
 * what the relay says, vends on approval, and reports (design §3, §4.2).
 */
export function step(state: KioskState, event: KioskEvent, now: number): Step {
  switch (event.type) {
    case 'opened':
      return reopen(state, event.reason);
    case 'closed':
      return shut(state, event.reason);
    case 'greeted':
      return greeted(state, now);
    case 'order-placed':
      return place(state, event.order, now);
    case 'order-cancelled':
      return cancel(state, event.order, now);
    case 'scanned':
      return scanned(state, event, now);
    case 'scan-rejected':
      return rejected(state, event, now);
    case 'update':
      return updated(state, event.update, now);
    case 'vend-ack':
      return vendAcked(state, event.attempt, event.delivery);
    case 'pressed':
      return pressed(state, event, now);
    case 'link-asked':
    case 'link-renewed':
    case 'link-dropped':
    case 'link-code':
    case 'link-result':
      return linkStep(state, event, now);
    case 'begun-durable':
      return begunDurable(state, event.attempt, now);
    case 'journal-failed':
      return journalFailed(state, now);
    case 'vend-ended':
      return vendEnded(state, event.attempt, event.result, now);
    case 'vend-known':
      return vendKnown(state, event.attempt, event.result, now);
    case 'service':
      return service(state, event.closedMs, now);
    case 'wake':
      return wake(state, now);
  }
}

/** A machine of its own within this one. */
function linkStep(state: KioskState, event: LinkEvent, now: number): Step {
  switch (event.type) {
    case 'link-asked':
      return asked(state, event, now);
    case 'link-renewed':
      return renewed(state, event.link, now);
    case 'link-dropped':
      return dropped(state, now);
    case 'link-code':
      return codeCame(state, event, now);
    case 'link-result':
      return resultCame(state, event, now);
  }
}

type LinkEvent = Extract<KioskEvent, { type: `link-${string}` }>;

function reopen(state: KioskState, reason: ClosedReason): Step {
  return unchanged({ ...state, closed: state.closed.filter((r) => r !== reason) });
}

function shut(state: KioskState, reason: ClosedReason): Step {
  if (state.closed.includes(reason)) return unchanged(state);
  return {
    state: { ...state, closed: [...state.closed, reason] },
    effects: [{ type: 'count', name: `closed-${reason}` }],
  };
}

/** No payment would be accepted: closed until the relay says otherwise, or has said nothing for too long. */
function service(state: KioskState, closedMs: number, now: number): Step {
  if (closedMs <= 0) return reopen({ ...state, serviceUntilMs: Number.POSITIVE_INFINITY }, 'acquirer');
  return shut({ ...state, serviceUntilMs: now + closedMs }, 'acquirer');
}

/** The relay listens to this boot: tell it again at once what it has not answered. */
function greeted(state: KioskState, now: number): Step {
  const open = reopen(state, 'relay').state;
  const due: KioskState = {
    ...open,
    books: open.books.map((entry) => ({ ...entry, resendAtMs: now })),
    attempt: open.attempt ? { ...open.attempt, resendAtMs: now, resendWaitMs: open.timers.resendMs } : null,
  };
  return wake(due, now);
}

function place(state: KioskState, order: Extract<KioskEvent, { type: 'order-placed' }>['order'], now: number): Step {
  if (state.order || state.attempt)
    return { state, effects: [{ type: 'fault', what: 'order placed while another is open' }] };
  const orderUntilMs = state.timers.orderExpiresMs > 0 ? now + state.timers.orderExpiresMs : Number.POSITIVE_INFINITY;
  const [free, left] = leave(state, now);
  return {
    // The next customer never sees the last one's final screen, nor the code and digits of another one's link.
    state: { ...free, order, orderUntilMs, final: null, notice: null },
    effects: [...left, ...orderEvent(order, { state: 'armed' })],
  };
}

function cancel(state: KioskState, id: string, now: number): Step {
  if (state.order?.id === id) return dropOrder(state, state.order, now);
  const { attempt } = state;
  if (attempt?.order.id !== id) return unchanged(state);
  // Approved already: the goods are on their way, and only their delivery or failure ends it.
  if (attempt.phase === 'beginning' || attempt.phase === 'vending') {
    return { state, effects: [{ type: 'count', name: 'abort-too-late' }] };
  }
  return giveUp(state, attempt, 'abort', now);
}

function dropOrder(state: KioskState, order: NonNullable<KioskState['order']>, now: number): Step {
  const [free, left] = leave(state, now);
  return {
    state: { ...free, order: null, notice: null },
    effects: [...left, ...orderEvent(order, { state: 'ended', outcome: 'cancelled' })],
  };
}

function rejected(state: KioskState, event: Extract<KioskEvent, { type: 'scan-rejected' }>, now: number): Step {
  const effects: KioskEffect[] = [{ type: 'count', name: `scan-rejected-${event.reason}` }];
  if (state.closed.length > 0 && !state.attempt) return { state, effects };
  const order = state.attempt?.order ?? state.order ?? undefined;
  return {
    state: notice(state, { kind: 'scan-rejected', reason: event.reason }, now),
    effects: [...effects, { type: 'read' }, ...orderEvent(order, { state: 'scan-rejected', reason: event.reason })],
  };
}

/** Blind means closed (S13): no vend can begin any more, so no customer shall be charged for one. */
function journalFailed(state: KioskState, now: number): Step {
  const closed = shut(state, 'journal');
  const { attempt } = state;
  if (!attempt || attempt.phase === 'vending') return closed;
  const given = giveUp(closed.state, attempt, 'journal', now);
  return { state: given.state, effects: [...closed.effects, ...given.effects] };
}

/** Whatever is due at `now`. `wakeAt` says when to call it. */
function wake(state: KioskState, now: number): Step {
  const lapsed = state.serviceUntilMs <= now ? service(state, 0, now).state : state;
  const linking = wakeLink(lapsed, now);
  const [books, reports] = resendReports(linking.state, now);
  const effects = [...linking.effects, ...reports];
  let next: KioskState = {
    ...books,
    final: books.final && books.final.untilMs > now ? books.final : null,
    notice: books.notice && books.notice.untilMs > now ? books.notice : null,
  };
  if (next.order && next.orderUntilMs <= now && !isBeingLinkedFor(next, next.order)) {
    const gone = dropOrder(next, next.order, now);
    next = gone.state;
    effects.push(...gone.effects);
  }
  const { attempt } = next;
  if (!attempt || attempt.phase === 'vending') return { state: next, effects };
  if (attempt.deadlineMs <= now) {
    const given = giveUp(next, attempt, 'deadline', now);
    return { state: given.state, effects: [...effects, ...given.effects] };
  }
  return resendPay(next, effects, now);
}

function resendPay(state: KioskState, effects: KioskEffect[], now: number): Step {
  const { attempt } = state;
  if (!attempt?.pay) return { state, effects };
  // The relay would refuse it as stale; the code has no further use and is forgotten.
  if (attempt.payUntilMs <= now) return { state: { ...state, attempt: { ...attempt, pay: null } }, effects };
  if (attempt.resendAtMs > now) return { state, effects };
  const resendWaitMs = Math.min(attempt.resendWaitMs * 2, state.timers.resendMaxMs);
  return {
    state: { ...state, attempt: { ...attempt, resendAtMs: now + resendWaitMs, resendWaitMs } },
    effects: [...effects, { type: 'send', body: attempt.pay }, { type: 'count', name: 'pay-resent' }],
  };
}
