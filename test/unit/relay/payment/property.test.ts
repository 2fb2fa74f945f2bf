import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CancelAnswer, InquiryAnswer, PayAnswer, RefundAnswer } from '../../../../relay/acquirers/contract.js';
import { step } from '../../../../relay/payment/step.js';
import { type Attempt, finalStates, type PaymentEvent, type StepResult } from '../../../../relay/payment/types.js';
import {
  anotherId,
  at,
  callsOf,
  declined,
  has,
  neverAgain,
  notSent,
  pending,
  policy,
  refunded,
  refunding,
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
const refundAnswers: RefundAnswer[] = [
  ...[refunded, pending, anotherId, neverAgain, unknown, notSent],
  ...[{ kind: 'already-returned' } as const, { kind: 'not-found' } as const],
];
const refundAnswer = fc.constantFrom(...refundAnswers);
/** Mostly of the record that is there; sometimes of an earlier one, or of none. */
const whose = fc.constantFrom('newest', 'newest', 'newest', 'r1', 'c1', 'r9');
const delivery = fc.constantFrom('not-delivered', 'delivered', 'failed', 'doubtful' as const);
const age = fc.integer({ min: 0, max: 6_000 });

/** Any event, also those that no caller would send in that state. `age`: how long ago the acquirer was asked. */
const anyEvent = fc.oneof(
  fc.record({ type: fc.constant('due' as const), codeHeld: fc.boolean() }),
  fc.record({ type: fc.constant('pay-answered' as const), answer: payAnswer }),
  fc.record({ type: fc.constant('inquiry-answered' as const), answer: inquiryAnswer, age }),
  fc.record({ type: fc.constant('cancel-answered' as const), answer: cancelAnswer, age }),
  fc.record({ type: fc.constant('refund-answered' as const), answer: refundAnswer, whose }),
  fc.record({ type: fc.constant('refund-inquiry-answered' as const), answer: refundAnswer, whose }),
  fc.record({ type: fc.constant('abort' as const) }),
  fc.record({ type: fc.constant('confirmed' as const), by: fc.constantFrom('kiosk' as const, 'phone' as const) }),
  fc.record({ type: fc.constant('vend-reported' as const), delivery }),
  fc.record({
    type: fc.constant('swept' as const),
    listed: fc.oneof(fc.constant(null), delivery),
    bootInChain: fc.boolean(),
  }),
);
const moment = fc.tuple(fc.integer({ min: 0, max: 30_000 }), anyEvent);

type Seen = { before: Attempt; after: Attempt; event: PaymentEvent; result: StepResult; now: number };

type Moment = readonly [number, { type: string; age?: number; whose?: string }];

function play(moments: readonly Moment[], from: Attempt): Seen[] {
  let attempt = from;
  let now = 0;
  return moments.map(([wait, drawn]) => {
    now += wait;
    const { age: ago, whose: of, ...rest } = drawn;
    const refundId = of === 'newest' ? (attempt.reversal?.id ?? 'none') : `${of}${attempt.id}`;
    const event = {
      ...rest,
      ...(ago === undefined ? {} : { askedAt: now - ago }),
      ...(of === undefined ? {} : { refundId }),
    } as PaymentEvent;
    const before = attempt;
    const result = step(before, event, now, policy);
    attempt = result.attempt;
    return { before, after: attempt, event, result, now };
  });
}

/** Most histories of a few random events never come to a refund; so some begin there. */
const beginnings: readonly Attempt[] = [
  { ...submittedAt0, payAt: null, nextAt: 0 },
  { ...submittedAt0, link: '0a'.repeat(16), payAt: null, nextAt: 20_001 },
  at('reversing', { reason: 'vend-failed', paidSeen: true, nextAt: 0 }),
  at('reversing', { reason: 'not-confirmed', cancels: 1, cancelRefused: true, nextAt: 0 }),
  refunding({ tries: 0 }),
];
const history = fc.tuple(fc.constantFrom(...beginnings), fc.array(moment, { maxLength: 30 }));

const forEveryStep = (check: (seen: Seen) => void) =>
  fc.assert(
    fc.property(history, ([from, moments]) => {
      for (const seen of play(moments, from)) check(seen);
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

  test('a linked wallet is charged after its owner has pressed, in time, and not before', () => {
    forEveryStep(({ before, result, now }) => {
      if (before.link === null || !callsOf(result.effects).includes('pay')) return;
      expect(before.confirmedAt).not.toBeNull();
      expect(now).toBeLessThanOrEqual(before.payUntil);
    });
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
      fc.property(history, ([from, moments]) => {
        const sent = play(moments, from).filter(({ result }) => callsOf(result.effects).includes('pay'));
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

const live = (state: string | undefined): boolean => state === 'requested' || state === 'pending';

describe('giving money back, whatever happens in whatever order', () => {
  test('at most one record has not failed: another refund only once the inquiry has said that the last one failed', () => {
    forEveryStep(({ before, after, event }) => {
      const [was, is] = [before.reversal, after.reversal];
      if (!is || is.id === was?.id) return;
      expect(was === null || live(was.state)).toBe(true);
      if (is.kind === 'cancel') expect(was).toBeNull();
      else if (is.number === 1) {
        // What was charged, in the acquirer's own word; the cancel has failed by it.
        expect(was?.kind).not.toBe('refund');
        expect(event).toMatchObject({ type: 'inquiry-answered', answer: { kind: 'paid', money: is.money } });
      } else {
        const proof = {
          type: 'refund-inquiry-answered',
          refundId: was?.id,
          answer: { kind: 'failed', retry: 'new-id' },
        };
        expect(event).toMatchObject(proof);
        expect([is.number, is.money]).toEqual([(was?.number ?? 0) + 1, was?.money]);
      }
    });
  });

  test('a record that has ended never changes, what was asked for in it neither, and its counts only grow', () => {
    forEveryStep(({ before, after }) => {
      const [was, is] = [before.reversal, after.reversal];
      if (!was) return;
      expect(is).not.toBeNull();
      if (is?.id !== was.id) return;
      if (!live(was.state)) expect(is).toEqual(was);
      if (was.state === 'pending') expect(is.state).not.toBe('requested');
      const { id, kind, number, money, requestedAt } = was;
      expect(is).toMatchObject({ id, kind, number, money, requestedAt });
      expect(is.tries).toBeGreaterThanOrEqual(was.tries);
      expect(is.inquiries).toBeGreaterThanOrEqual(was.inquiries);
      expect(is.endedAt === null).toBe(live(is.state));
    });
  });

  test('a refund is called only in reversing, of its own record, and not while the acquirer has it in hand', () => {
    forEveryStep(({ before, after, result }) => {
      if (!callsOf(result.effects).includes('refund')) return;
      expect([before.state, after.state, after.cancelRefused]).toEqual(['reversing', 'reversing', true]);
      expect(after.reversal).toMatchObject({ kind: 'refund', state: 'requested' });
    });
  });

  test('the end of the attempt is the end of its record: reversed confirms it, declined lets it fail', () => {
    forEveryStep(({ before, after }) => {
      const state = after.reversal?.state;
      if (after.state === 'reversed') expect([undefined, 'confirmed']).toContain(state);
      if (after.state === 'declined') expect([undefined, 'failed']).toContain(state);
      if (after.state === 'reversing') expect([undefined, 'requested', 'pending']).toContain(state);
      // Nobody says "confirmed" of a refund but the acquirer, of that very refund, or "cancelled" of the payment.
      if (after.reversal?.state === 'confirmed' && before.reversal?.state !== 'confirmed') {
        expect(['reversed', 'operator']).toContain(after.state);
      }
    });
  });

  test('an answer for another record, or none, moves nothing', () => {
    forEveryStep(({ before, after, event, result }) => {
      if (!('refundId' in event) || event.refundId === before.reversal?.id) return;
      expect([after, has(result.effects, 'call')]).toEqual([before, false]);
    });
  });

  /** What the acquirer says, or that nobody hears it: the relay died in the call. */
  const said = fc.record({
    heard: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    inquire: inquiryAnswer,
    cancel: cancelAnswer,
    refund: refundAnswer,
    inquireRefund: refundAnswer,
  });

  test('the tries are counted in the row, so reversing ends, whatever is answered and whoever dies', () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(history, fc.array(said, { minLength: 1, maxLength: 12 }), ([from, moments], answers) => {
        const seen = play(moments, from).at(-1);
        let attempt = seen?.after ?? from;
        let now = seen?.now ?? 0;
        let turns = 0;
        let calls = 0;
        while (attempt.state === 'reversing' && turns++ < 100) {
          now = Math.max(now, attempt.nextAt ?? now);
          let result = step(attempt, { type: 'due', codeHeld: false }, now, policy);
          for (let [call] = callsOf(result.effects); call; [call] = callsOf(result.effects)) {
            const answer = answers[calls++ % answers.length];
            const askedAt = now;
            now += 1_000;
            if (!answer?.heard) break;
            const refundId = result.attempt.reversal?.id ?? '';
            const event: PaymentEvent =
              call === 'inquire'
                ? { type: 'inquiry-answered', answer: answer.inquire, askedAt }
                : call === 'cancel'
                  ? { type: 'cancel-answered', answer: answer.cancel, askedAt }
                  : call === 'refund'
                    ? { type: 'refund-answered', refundId, answer: answer.refund }
                    : { type: 'refund-inquiry-answered', refundId, answer: answer.inquireRefund };
            result = step(result.attempt, event, now, policy);
          }
          attempt = result.attempt;
        }
        expect(attempt.state).not.toBe('reversing');
        expect(turns).toBeLessThan(60);
        ends.set(attempt.state, (ends.get(attempt.state) ?? 0) + 1);
      }),
      { numRuns: 2_000 },
    );
    expect([...ends.keys()]).toEqual(expect.arrayContaining(['declined', 'operator', 'reversed']));
  });
});

test('a fault changes no state', () => {
  forEveryStep(({ before, after, result, event }) => {
    const report = event.type === 'vend-reported' || event.type === 'swept';
    if (has(result.effects, 'fault') && !report) expect(after.state).toBe(before.state);
  });
});
