import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InquiryAnswer, PayAnswer } from '../../../../relay/acquirers/contract.js';
import { step } from '../../../../relay/payment/step.js';
import type { Attempt, PaymentEvent } from '../../../../relay/payment/types.js';
import { ModelAcquirer } from './model-acquirer.js';
import { callsOf, policy, submittedAt0, unknown } from './sample.js';

type Played = { attempt: Attempt; acquirer: ModelAcquirer; vended: boolean; calls: string[] };

/** The runner's loop on virtual time, with an abort, a kiosk that vends or not, and relays that die in a call. */
function playWithAcquirer(luck: readonly number[]): Played {
  let i = 0;
  const next = (): number => (luck[i++ % luck.length] ?? 500) / 1_000;
  const acquirer = new ModelAcquirer(next);
  let attempt: Attempt = { ...submittedAt0, payAt: null, nextAt: 0 };
  let now = 0;
  let vended = false;
  const calls: string[] = [];
  const on = (event: PaymentEvent): string | undefined => {
    const result = step(attempt, event, now, policy);
    attempt = result.attempt;
    const [call] = callsOf(result.effects);
    if (call) calls.push(call);
    return call;
  };
  const pass = (ms: number): void => {
    now += Math.round(ms);
    acquirer.passes(now);
    // What counts is that it is never given back twice, so it is looked at all the time.
    expect(acquirer.returned).toBeLessThanOrEqual(acquirer.charged);
  };
  /** Between the question's arrival and the answer the wallet may decide; and again on the way back. */
  const ask = (call: string): PaymentEvent => {
    const askedAt = now;
    const { reversal } = attempt;
    const refundId = reversal?.id ?? '';
    if (call === 'pay') acquirer.send(now);
    pass(next() * 2_000);
    const event = ((): PaymentEvent => {
      switch (call) {
        case 'cancel':
          return { type: 'cancel-answered', answer: acquirer.cancel(), askedAt };
        case 'inquire':
          return { type: 'inquiry-answered', answer: acquirer.inquire(), askedAt };
        case 'refund':
          if (!reversal) throw new Error('a refund without its record');
          return { type: 'refund-answered', refundId, answer: acquirer.refund(refundId, reversal.money, now) };
        case 'inquire-refund':
          return { type: 'refund-inquiry-answered', refundId, answer: acquirer.inquireRefund(refundId) };
        default:
          return { type: 'pay-answered', answer: payAnswerOf(acquirer.inquire()) };
      }
    })();
    pass(next() * 2_000);
    return event;
  };
  for (let turns = 0; turns < 300 && attempt.nextAt !== null && attempt.state !== 'operator'; turns++) {
    if (attempt.nextAt > now) pass(attempt.nextAt - now);
    if (next() < 0.03) on({ type: 'abort' });
    if (attempt.state === 'approved') {
      vended = next() < 0.5;
      on({ type: 'vend-reported', delivery: vended ? 'delivered' : 'failed' });
      continue;
    }
    let call = on({ type: 'due', codeHeld: true });
    while (call) {
      const event = ask(call);
      if (next() < 0.05) break;
      call = on(event);
    }
  }
  return { attempt, acquirer, vended, calls };
}

function payAnswerOf(answer: InquiryAnswer): PayAnswer {
  switch (answer.kind) {
    case 'not-found':
    case 'cancelled':
      return unknown;
    default:
      return answer;
  }
}

test('against an acquirer with its own ledger: every attempt ends, and the money is where the ledger says', () => {
  const ends = new Map<string, number>();
  const count = (end: string): void => void ends.set(end, (ends.get(end) ?? 0) + 1);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 40, maxLength: 160, size: 'max' }), (luck) => {
      const { attempt, acquirer, vended, calls } = playWithAcquirer(luck);
      count(attempt.state);
      if (attempt.state === 'reversed' && attempt.reversal?.kind === 'refund') count(`by r${attempt.reversal.number}`);
      if (calls.filter((c) => c === 'refund').length > 1) count('refund asked again');
      const net = acquirer.charged - acquirer.returned;
      switch (attempt.state) {
        case 'delivered':
          expect([vended, net]).toEqual([true, 3_550]);
          break;
        case 'reversed':
        case 'declined':
          expect(acquirer.order).not.toBe('pending');
          expect([vended, net]).toEqual([false, 0]);
          break;
        default:
          expect([attempt.state, vended]).toEqual(['operator', false]);
      }
    }),
    { numRuns: 4_000 },
  );
  // The property says nothing if an end is never reached.
  const reached = ['by r1', 'by r2', 'declined', 'delivered', 'operator', 'refund asked again', 'reversed'];
  expect([...ends.keys()].sort()).toEqual(reached);
});
