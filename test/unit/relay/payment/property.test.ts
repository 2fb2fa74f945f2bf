import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CancelAnswer, InquiryAnswer, PayAnswer } from '../../../../relay/acquirers/contract.js';
import { step } from '../../../../relay/payment/step.js';
import { type Attempt, finalStates, type PaymentEvent, type StepResult } from '../../../../relay/payment/types.js';
import {
  callsOf,
  declined,
  has,
  notSent,
  pending,
  policy,
  right,
  submittedAt0,
  unknown,
  unsaid,
  wrong,
} from './sample.js';

const payAnswer = fc.constantFrom<PayAnswer>(...[right, wrong, unsaid, pending, declined, unknown, notSent], {
  kind: 'conflict',
});
const inquiryAnswer = fc.constantFrom<InquiryAnswer>(
  ...[right, wrong, unsaid, pending, declined, unknown, notSent],
  ...[{ kind: 'cancelled' } as const, { kind: 'not-found' } as const],
);
const cancelAnswer = fc.constantFrom<CancelAnswer>(
  ...[unknown, notSent],
  ...(['cancelled', 'not-found', 'refused', 'refund-instead'] as const).map((kind) => ({ kind })),
);
const delivery = fc.constantFrom('not-delivered', 'delivered', 'failed', 'doubtful' as const);
const age = fc.integer({ min: 0, max: 6_000 });

/** Any event, also those that no caller would send in that state. `age`: how long ago the acquirer was asked. */
const anyEvent = fc.oneof(
  fc.record({ type: fc.constant('due' as const), codeHeld: fc.boolean() }),
  fc.record({ type: fc.constant('pay-answered' as const), answer: payAnswer }),
  fc.record({ type: fc.constant('inquiry-answered' as const), answer: inquiryAnswer, age }),
  fc.record({ type: fc.constant('cancel-answered' as const), answer: cancelAnswer, age }),
  fc.record({ type: fc.constant('abort' as const) }),
  fc.record({ type: fc.constant('vend-reported' as const), delivery }),
  fc.record({
    type: fc.constant('swept' as const),
    listed: fc.oneof(fc.constant(null), delivery),
    bootInChain: fc.boolean(),
  }),
);
const moment = fc.tuple(fc.integer({ min: 0, max: 30_000 }), anyEvent);

type Seen = { before: Attempt; after: Attempt; event: PaymentEvent; result: StepResult; now: number };

function play(moments: readonly [number, { type: string; age?: number }][]): Seen[] {
  let attempt: Attempt = { ...submittedAt0, payAt: null, nextAt: 0 };
  let now = 0;
  return moments.map(([wait, drawn]) => {
    now += wait;
    const { age: ago, ...rest } = drawn;
    const event = (ago === undefined ? rest : { ...rest, askedAt: now - ago }) as PaymentEvent;
    const before = attempt;
    const result = step(before, event, now, policy);
    attempt = result.attempt;
    return { before, after: attempt, event, result, now };
  });
}

const forEveryStep = (check: (seen: Seen) => void) =>
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 30 }), (moments) => {
      for (const seen of play(moments)) check(seen);
    }),
    { numRuns: 2_000 },
  );

describe('whatever happens in whatever order', () => {
  test('S3: what was asked never changes', () => {
    const fixed = ({ id, kiosk, order, boot, money, payUntil, deadlineAt, vendUntil, landingUntil }: Attempt) => ({
      ...{ id, kiosk, order, boot, money, payUntil, deadlineAt, vendUntil, landingUntil },
    });
    forEveryStep(({ before, after }) => expect(fixed(after)).toEqual(fixed(before)));
  });

  test('S10: final states are final', () => {
    forEveryStep(({ before, after }) => {
      if (finalStates.has(before.state)) expect(after.state).toBe(before.state);
    });
  });

  test('S4, S8: approved only from submitted, by an answer that names the very amount, in time to vend', () => {
    forEveryStep(({ before, after, event, now }) => {
      if (after.state !== 'approved' || before.state === 'approved') return;
      expect(before.state).toBe('submitted');
      expect('answer' in event && event.answer).toEqual(right);
      expect(now).toBeLessThanOrEqual(before.vendUntil - policy.vendMarginMs);
    });
  });

  test('S9, rule 11: declined only if no byte left, or the acquirer said no, or it did not know the order after the last landing; never after "paid"', () => {
    forEveryStep(({ before, after, event }) => {
      if (after.state !== 'declined' || before.state === 'declined') return;
      expect(before.paidSeen).toBe(false);
      const answer = 'answer' in event ? event.answer.kind : undefined;
      const unsent = before.payAt === null && !('answer' in event);
      const notThere = answer === 'not-found' && 'askedAt' in event && event.askedAt > before.landingUntil;
      const said =
        answer === 'declined' || answer === 'not-sent' || (answer === 'cancelled' && before.state === 'submitted');
      expect(unsent || notThere || said).toBe(true);
    });
  });

  test('rule 10: reversing leads only to declined, reversed or operator, and a cancel is called only in it', () => {
    forEveryStep(({ before, after, result }) => {
      if (before.state === 'reversing')
        expect(['reversing', 'declined', 'reversed', 'operator']).toContain(after.state);
      if (callsOf(result.effects).includes('cancel')) expect(after.state).toBe('reversing');
    });
  });

  test('rule 12: an approved attempt moves only by the kiosk', () => {
    forEveryStep(({ before, after, event }) => {
      if (before.state !== 'approved' || after.state === 'approved') return;
      expect(['vend-reported', 'swept']).toContain(event.type);
    });
  });

  test('pay is called at most once, within its time, from submitted', () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 30 }), (moments) => {
        const sent = play(moments).filter(({ result }) => callsOf(result.effects).includes('pay'));
        expect(sent.length).toBeLessThanOrEqual(1);
        for (const { before, now } of sent) {
          expect(before.state).toBe('submitted');
          expect(now).toBeLessThanOrEqual(before.payUntil);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('L1: what is not settled has a time at which it goes on, and one event asks for at most one call', () => {
    forEveryStep(({ after, result }) => {
      if (after.state === 'submitted' || after.state === 'reversing') expect(after.nextAt).not.toBeNull();
      if (finalStates.has(after.state)) expect(callsOf(result.effects)).toEqual([]);
      expect(callsOf(result.effects).length).toBeLessThanOrEqual(1);
    });
  });
});

/** An acquirer with a ledger of its own: pay lands late or never, answers get lost, the wallet decides when it likes. */
class ModelAcquirer {
  order: 'none' | 'pending' | 'paid' | 'failed' | 'closed' = 'none';
  charged = 0;
  returned = 0;
  readonly #next: () => number;
  #landsAt = Number.POSITIVE_INFINITY;

  constructor(next: () => number) {
    this.#next = next;
  }

  /** The request travels on by itself, no longer than rule 11 allows. */
  send(now: number): void {
    if (this.#next() < 0.1) return;
    this.#landsAt = now + (this.#next() < 0.7 ? 0 : this.#next() * (submittedAt0.landingUntil - now));
  }

  passes(now: number): void {
    if (this.order === 'none' && now >= this.#landsAt) this.order = 'pending';
    if (this.order !== 'pending') return;
    const luck = this.#next();
    if (luck < 0.3) this.#charge();
    else if (luck < 0.4) this.order = 'failed';
  }

  #charge(): void {
    this.order = 'paid';
    this.charged = this.#next() < 0.1 ? 3_551 : 3_550;
  }

  inquire(): InquiryAnswer {
    if (this.#next() < 0.3) return unknown;
    switch (this.order) {
      case 'none':
        return { kind: 'not-found' };
      case 'pending':
        return pending;
      case 'paid':
        return this.#next() < 0.1 ? unsaid : { kind: 'paid', money: { amount: this.charged, currency: 'HKD' } };
      case 'failed':
        return declined;
      case 'closed':
        return { kind: 'cancelled' };
    }
  }

  cancel(): CancelAnswer {
    const arrives = this.#next() > 0.2;
    if (!arrives) return unknown;
    if (this.order === 'none') return { kind: 'not-found' };
    if (this.order === 'failed') return { kind: 'refused' };
    if (this.order === 'paid') this.returned = this.charged;
    this.order = 'closed';
    return this.#next() < 0.2 ? unknown : { kind: 'cancelled' };
  }
}

/** The runner's loop on virtual time, with an abort and a kiosk that vends or not. */
function playWithAcquirer(luck: readonly number[]): { attempt: Attempt; acquirer: ModelAcquirer; vended: boolean } {
  let i = 0;
  const next = (): number => (luck[i++ % luck.length] ?? 500) / 1_000;
  const acquirer = new ModelAcquirer(next);
  let attempt: Attempt = { ...submittedAt0, payAt: null, nextAt: 0 };
  let now = 0;
  let vended = false;
  const on = (event: PaymentEvent): readonly string[] => {
    const result = step(attempt, event, now, policy);
    attempt = result.attempt;
    return callsOf(result.effects);
  };
  const pass = (ms: number): void => {
    now += Math.round(ms);
    acquirer.passes(now);
  };
  for (let turns = 0; turns < 200 && attempt.nextAt !== null && attempt.state !== 'operator'; turns++) {
    if (attempt.nextAt > now) pass(attempt.nextAt - now);
    if (next() < 0.03) on({ type: 'abort' });
    if (attempt.state === 'approved') {
      vended = next() < 0.8;
      on({ type: 'vend-reported', delivery: vended ? 'delivered' : 'failed' });
      continue;
    }
    let [call] = on({ type: 'due', codeHeld: true });
    while (call) {
      const askedAt = now;
      if (call === 'pay') acquirer.send(now);
      // Between the question's arrival and the answer the wallet may decide; and again on the way back.
      pass(next() * 2_000);
      const answer = call === 'cancel' ? acquirer.cancel() : acquirer.inquire();
      pass(next() * 2_000);
      if (call === 'cancel') [call] = on({ type: 'cancel-answered', answer: answer as CancelAnswer, askedAt });
      else if (call === 'inquire') [call] = on({ type: 'inquiry-answered', answer: answer as InquiryAnswer, askedAt });
      else [call] = on({ type: 'pay-answered', answer: payAnswerOf(answer as InquiryAnswer) });
    }
  }
  return { attempt, acquirer, vended };
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
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 40, maxLength: 120, size: 'max' }), (luck) => {
      const { attempt, acquirer, vended } = playWithAcquirer(luck);
      ends.set(attempt.state, (ends.get(attempt.state) ?? 0) + 1);
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
    { numRuns: 3_000 },
  );
  // The property says nothing if an end is never reached.
  expect([...ends.keys()].sort()).toEqual(['declined', 'delivered', 'operator', 'reversed']);
});

test('a fault changes no state', () => {
  forEveryStep(({ before, after, result, event }) => {
    const report = event.type === 'vend-reported' || event.type === 'swept';
    if (has(result.effects, 'fault') && !report) expect(after.state).toBe(before.state);
  });
});
