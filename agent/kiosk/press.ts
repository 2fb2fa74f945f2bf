import type { Update } from '../../protocol/messages.js';
import { orderEvent } from './attempt.js';
import type { KioskEvent, Step } from './events.js';
import type { KioskState, OpenAttempt } from './state.js';

/** A linked wallet is known, and pays when its owner has pressed: here, or on the phone's page. */

const counted = (state: KioskState, name: string): Step => ({ state, effects: [{ type: 'count', name }] });

/** True while the customer is asked to press: only then a press means that. */
export const asksToPress = ({ phase, pay }: OpenAttempt): boolean =>
  phase === 'confirm-pending' && pay?.type === 'pay-linked' && !pay.pressed;

/** The relay waits for the press. What it says after another word of it is from before that. */
export function confirmPending(state: KioskState, update: Update, open: OpenAttempt, now: number): Step {
  const { pay, phase } = open;
  if (pay?.type !== 'pay-linked' || phase === 'password-pending') return counted(state, 'update-overtaken');
  const first = phase === 'sent';
  const attempt: OpenAttempt = {
    ...{ ...open, phase: 'confirm-pending', pendingUntilMs: now + update.leftMs },
    // Heard; said again only once there is something new to say.
    resendAtMs: pay.pressed ? open.resendAtMs : Number.POSITIVE_INFINITY,
  };
  const events = first ? orderEvent(open.order, { state: 'confirm-pending', leftMs: update.leftMs }) : [];
  return { state: { ...state, attempt }, effects: events };
}

/** Said again until the relay shows that it has heard. A press that nobody asked for means nothing, and is counted. */
export function pressed(state: KioskState, event: Extract<KioskEvent, { type: 'pressed' }>, now: number): Step {
  const { attempt, timers } = state;
  const meant = attempt && (event.order === undefined || event.order === attempt.order.id);
  if (!meant || !asksToPress(attempt) || attempt.pay?.type !== 'pay-linked' || attempt.payUntilMs <= now) {
    return counted(state, 'press-unasked');
  }
  const pay = { ...attempt.pay, pressed: true };
  const next: OpenAttempt = { ...attempt, pay, resendAtMs: now + timers.resendMs, resendWaitMs: timers.resendMs };
  return {
    state: { ...state, attempt: next },
    effects: [
      { type: 'send', body: pay },
      { type: 'count', name: 'pressed' },
    ],
  };
}
