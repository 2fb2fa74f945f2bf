import { describe, expect, test } from 'vitest';
import { standingOf, updateOf } from '../../../../relay/link/teller.js';
import { step } from '../../../../relay/payment/step.js';
import { type Attempt, NO_LINK, type PaymentEvent } from '../../../../relay/payment/types.js';
import { policy, submittedAt0 } from './sample.js';

/** Scanned at 0 by a member code; nothing was sent. */
const waiting: Attempt = { ...submittedAt0, link: '0a'.repeat(16), payAt: null, nextAt: 20_001 };
const run = (attempt: Attempt, event: PaymentEvent, now: number) => step(attempt, event, now, policy);
const due: PaymentEvent = { type: 'due', codeHeld: true };
const press: PaymentEvent = { type: 'confirmed', by: 'kiosk' };

describe('a payment by a linked wallet', () => {
  test('waits for the press, whoever looks and whatever is in memory', () => {
    for (const codeHeld of [true, false]) {
      const { attempt, effects } = run(waiting, { type: 'due', codeHeld }, 10_000);
      expect([attempt.payAt, attempt.nextAt, effects]).toEqual([null, 20_001, []]);
    }
  });

  test('the kiosk is told to ask for it, and for how long', () => {
    expect(standingOf(waiting)).toBe('confirm-pending');
    expect(updateOf(waiting, 5_000)).toMatchObject({ standing: 'confirm-pending', leftMs: 15_000 });
    expect(updateOf(waiting, 25_000).leftMs).toBe(0);
    const pressed = run(waiting, press, 5_000).attempt;
    expect([standingOf(pressed), updateOf(pressed, 5_000).leftMs]).toEqual(['submitted', 0]);
  });

  test('pressed it is paid at once, by any relay, for no code is needed', () => {
    const pressed = run(waiting, press, 10_000);
    expect(pressed.attempt).toMatchObject({ confirmedAt: 10_000, nextAt: 10_000, state: 'submitted' });
    expect(pressed.effects).toEqual([{ type: 'publish', until: 'once' }]);
    const sent = run(pressed.attempt, { type: 'due', codeHeld: false }, 10_001);
    expect(sent.effects).toEqual([{ type: 'call', call: 'pay' }]);
    expect(sent.attempt.payAt).toBe(10_001);
  });

  test('a second press, on the phone or by a frame that is repeated, changes nothing', () => {
    const pressed = run(waiting, press, 10_000).attempt;
    expect(run(pressed, { type: 'confirmed', by: 'phone' }, 11_000)).toEqual({ attempt: pressed, effects: [] });
  });

  test('not pressed in time it is declined, and nothing was sent', () => {
    expect(run(waiting, due, 20_000).attempt.state).toBe('submitted');
    for (const event of [due, press]) {
      expect(run(waiting, event, 20_001).attempt).toMatchObject({ state: 'declined', reason: 'not-confirmed' });
    }
  });

  test('pressed, and no relay looked in time: declined as ever', () => {
    const pressed = run(waiting, press, 20_000).attempt;
    expect(run(pressed, due, 20_001).attempt).toMatchObject({ state: 'declined', reason: 'acquirer-unavailable' });
  });

  test('an abort before the press ends it, and a press after that moves nothing', () => {
    const aborted = run(waiting, { type: 'abort' }, 8_000).attempt;
    expect(aborted).toMatchObject({ state: 'declined', reason: 'customer-aborted' });
    expect(run(aborted, press, 9_000)).toEqual({ attempt: aborted, effects: [] });
  });

  test('unlinked between press and call it is declined as that', () => {
    const sent = run(run(waiting, press, 10_000).attempt, due, 10_001).attempt;
    const answer = { kind: 'not-sent', detail: NO_LINK } as const;
    expect(run(sent, { type: 'pay-answered', answer }, 10_100).attempt).toMatchObject({
      ...{ state: 'declined', reason: 'unlinked' },
    });
  });

  test('a press of a scanned code is a fault, and moves nothing', () => {
    const { attempt, effects } = run(submittedAt0, press, 5_000);
    expect(attempt).toBe(submittedAt0);
    expect(effects.map(({ type }) => type)).toEqual(['fault']);
  });
});
