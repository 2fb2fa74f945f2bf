import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CancelAnswer, InquiryAnswer, RefundAnswer } from '../../../../relay/acquirers/contract.js';
import { step } from '../../../../relay/refunds/step.js';
import { type Refund, type RefundEvent, type RefundPolicy, refundStates } from '../../../../relay/refunds/types.js';
import { policy as payments } from '../payment/sample.js';

const policy: RefundPolicy = payments;
const now = 10_000;
const refund: Refund = {
  ...{ id: `r1001${'ab'.repeat(16)}`, attempt: 'ab'.repeat(16), kind: 'refund', number: 1 },
  money: { amount: 1_000, currency: 'HKD' },
  ...{ reason: 'spoilt', requestedBy: 'ann', requestedAt: 0, replaces: null, place: 0 },
  ...{ state: 'requested', endedAt: null, tries: 0, inquiries: 0, watches: 0, refused: false, code: null },
  ...{ settledBy: null, nextAt: 0 },
};
const cancel: Refund = { ...refund, id: `c1001${'ab'.repeat(16)}`, kind: 'cancel' };
const asked: Refund = { ...refund, tries: 1 };

const refunded = { kind: 'refunded' } as const;
const pending = { kind: 'pending' } as const;
const unknown = { kind: 'unknown', detail: 'timeout' } as const;
const notSent = { kind: 'not-sent', detail: 'x' } as const;
const balance = { kind: 'failed', retry: 'new-id', code: 'MERCHANT_BALANCE_NOT_ENOUGH', alarm: true } as const;
const never = { kind: 'failed', retry: 'never', code: 'REFUND_WINDOW_EXCEED' } as const;

const told = (answer: RefundAnswer): RefundEvent => ({ type: 'refund-answered', answer });
const seen = (answer: RefundAnswer): RefundEvent => ({ type: 'refund-inquiry-answered', answer });

/** "state [>call] [+another] [alarm kind] [!]" */
function led(from: Refund, event: RefundEvent): string {
  const { refund: after, effects } = step(from, event, now, policy);
  const words = effects.map((e): string => {
    if (e.type === 'call') return `>${e.call}`;
    if (e.type === 'another') return `+${e.at - now}`;
    return e.type === 'alarm' ? e.kind : '!';
  });
  return [after.state, ...words].join(' ');
}

describe('a refund by a person', () => {
  test('is sent once, and then inquired: after a crash, too, when no answer was heard', () => {
    expect(led(refund, { type: 'due' })).toBe('requested >refund');
    expect(led(asked, { type: 'due' })).toBe('requested >inquire-refund');
    expect(led(asked, seen({ kind: 'not-found' }))).toBe('requested >refund');
  });

  test('trap 8: what the acquirer has in hand is inquired, and never sent again', () => {
    expect(led(asked, told(pending))).toBe('pending');
    const inHand: Refund = { ...asked, state: 'pending' };
    expect(led(inHand, { type: 'due' })).toBe('pending >inquire-refund');
    for (const answer of [pending, unknown, notSent, { kind: 'not-found' } as const]) {
      expect(led(inHand, seen(answer))).toBe('pending');
    }
  });

  test('trap 1: no answer is no failure', () => {
    for (const answer of [unknown, notSent]) expect(led(asked, told(answer))).toBe('requested');
  });

  test('trap 9: for want of balance an alarm, and another id only once the inquiry says that the old one failed', () => {
    expect(led(asked, told(balance))).toBe('requested refund-delayed');
    expect(led(asked, seen(balance))).toBe('failed +60000 refund-delayed');
    expect(led({ ...asked, place: 1 }, seen(balance))).toBe('failed refund-failed');
  });

  test('a refusal for good ends it only if it is the first answer there is, or the inquiry says so', () => {
    expect(led(asked, told(never))).toBe('failed refund-failed');
    expect(led({ ...asked, tries: 2 }, told(never))).toBe('requested');
    expect(led({ ...asked, tries: 2 }, seen(never))).toBe('failed refund-failed');
  });

  test('trap 6: of a payment that was cancelled elsewhere the money is back, and that is told', () => {
    expect(led(asked, told({ kind: 'already-returned' }))).toBe('confirmed contradiction');
  });

  test('never confirmed: a person, who is told what the acquirer says at last', () => {
    const last: Refund = { ...asked, inquiries: 3 };
    expect(led(last, { type: 'due' })).toBe('operator refund-unconfirmed');
    expect(led(last, seen(unknown))).toBe('operator refund-unconfirmed');
    const given: Refund = { ...last, state: 'operator' };
    expect(led(given, { type: 'due' })).toBe('operator >inquire-refund');
    expect(led(given, seen(refunded))).toBe('confirmed finding');
    expect(led(given, seen(balance))).toBe('failed finding');
    expect(led(given, told(balance))).toBe('operator');
    expect(led(given, { type: 'settled', found: 'returned', by: 'ann' })).toBe('confirmed');
    expect(led(given, { type: 'settled', found: 'not-returned', by: 'ann' })).toBe('failed');
    expect(led(asked, { type: 'settled', found: 'not-returned', by: 'ann' })).toBe('requested !');
  });

  test('made after it had failed: an alarm, and nothing changes', () => {
    expect(led({ ...asked, state: 'failed', endedAt: 1 }, told(refunded))).toBe('failed ! contradiction');
  });
});

describe('a cancel by a person', () => {
  const sent: Refund = { ...cancel, tries: 1 };
  const cancelTold = (answer: CancelAnswer): RefundEvent => ({ type: 'cancel-answered', answer });
  const inquired = (answer: InquiryAnswer): RefundEvent => ({ type: 'inquiry-answered', answer });
  const paid: InquiryAnswer = { kind: 'paid', money: { amount: 1_000, currency: 'HKD' } };

  test('may be said again as it is, for as long as its plan goes', () => {
    expect(led(cancel, { type: 'due' })).toBe('requested >cancel');
    expect(led(sent, cancelTold(unknown))).toBe('requested');
    expect(led(sent, { type: 'due' })).toBe('requested >cancel');
    expect(led({ ...sent, tries: 3 }, cancelTold(unknown))).toBe('operator cancel-unconfirmed');
    expect(led({ ...sent, tries: 3 }, { type: 'due' })).toBe('operator cancel-unconfirmed');
    expect(led(sent, cancelTold({ kind: 'cancelled' }))).toBe('confirmed');
  });

  test('trap 5: refused, it fails only once the inquiry says paid; an earlier try may have been done', () => {
    for (const kind of ['refused', 'refund-instead'] as const) {
      expect(led(sent, cancelTold({ kind }))).toBe('requested >inquire');
    }
    const refused: Refund = { ...sent, refused: true };
    expect(led(refused, inquired(paid))).toBe('failed cancel-refused');
    expect(led(refused, inquired({ kind: 'cancelled' }))).toBe('confirmed');
    expect(led(refused, inquired(unknown))).toBe('requested');
    expect(led({ ...refused, inquiries: 3 }, { type: 'due' })).toBe('operator cancel-unconfirmed');
  });
});

describe('whatever happens in whatever order', () => {
  const refundAnswer = fc.constantFrom<RefundAnswer>(
    ...[refunded, pending, unknown, notSent, balance, never],
    ...[{ kind: 'already-returned' } as const, { kind: 'not-found' } as const],
  );
  const event = fc.oneof(
    fc.constant({ type: 'due' } as const),
    refundAnswer.map(told),
    refundAnswer.map(seen),
    fc
      .constantFrom<CancelAnswer['kind']>('cancelled', 'refused', 'refund-instead', 'not-found')
      .map((kind) => ({ type: 'cancel-answered', answer: { kind } }) as RefundEvent),
    fc
      .constantFrom<InquiryAnswer>({ kind: 'cancelled' }, { kind: 'paid' }, pending, unknown)
      .map((answer) => ({ type: 'inquiry-answered', answer }) as RefundEvent),
    fc
      .constantFrom('returned' as const, 'not-returned' as const)
      .map((found) => ({ type: 'settled', found, by: 'ann' }) as RefundEvent),
  );
  const history = fc.tuple(fc.constantFrom(refund, cancel), fc.array(event, { maxLength: 40 }));

  test('it never leaves its end, never sends what is in hand, and what was asked never changes', () => {
    fc.assert(
      fc.property(history, ([from, events]) => {
        let before = from;
        for (const e of events) {
          const { refund: after, effects } = step(before, e, now, policy);
          expect(refundStates).toContain(after.state);
          const calls = effects.filter((x) => x.type === 'call').map((x) => x.call);
          expect(calls.length).toBeLessThanOrEqual(1);
          if (before.endedAt !== null) expect([after.state, calls]).toEqual([before.state, []]);
          if (before.state === 'pending') expect(after.state).not.toBe('requested');
          if (calls.includes('refund')) expect([after.kind, after.state]).toEqual(['refund', 'requested']);
          if (calls.includes('cancel')) expect([after.kind, after.state]).toEqual(['cancel', 'requested']);
          expect((after.endedAt === null) === ['requested', 'pending', 'operator'].includes(after.state)).toBe(true);
          if (after.state === 'requested' || after.state === 'pending') expect(after.nextAt).not.toBeNull();
          for (const field of ['id', 'attempt', 'kind', 'number', 'money', 'reason', 'requestedBy'] as const) {
            expect(after[field]).toBe(before[field]);
          }
          // Another id only by the inquiry's word that this one failed.
          if (effects.some((x) => x.type === 'another')) {
            expect([after.state, e.type]).toEqual(['failed', 'refund-inquiry-answered']);
          }
          before = after;
        }
      }),
      { numRuns: 300 },
    );
  });

  test('it comes to an end or to a person, whatever is answered and whoever dies', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(refund, cancel),
        fc.array(refundAnswer, { minLength: 1, maxLength: 8 }),
        (from, said) => {
          let current = from;
          let turns = 0;
          while (current.state === 'requested' || current.state === 'pending') {
            let result = step(current, { type: 'due' }, now, policy);
            const call = result.effects.find((e) => e.type === 'call')?.call;
            const answer = said[turns % said.length] ?? unknown;
            if (call === 'refund') result = step(result.refund, told(answer), now, policy);
            if (call === 'inquire-refund') result = step(result.refund, seen(answer), now, policy);
            current = result.refund;
            expect(turns++).toBeLessThan(60);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
