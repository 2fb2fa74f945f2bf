import { describe, expect, test } from 'vitest';
import type { CancelAnswer, InquiryAnswer, RefundAnswer } from '../../../../relay/acquirers/contract.js';
import type { Attempt, PaymentEvent } from '../../../../relay/payment/types.js';
import {
  alarmsOf,
  anotherId,
  at,
  callsOf,
  declined,
  neverAgain,
  notSent,
  pending,
  refund,
  refunded,
  refunding,
  right,
  run,
  unknown,
  unsaid,
  wrong,
} from './sample.js';

const due = { type: 'due', codeHeld: false } as const;
const refused = ['refused', 'refund-instead'] as const;
const vendFailed = at('reversing', { reason: 'vend-failed', paidSeen: true, nextAt: 10_000 });
const inquired = (answer: InquiryAnswer, askedAt: number): PaymentEvent => ({
  type: 'inquiry-answered',
  answer,
  askedAt,
});
const told = (answer: RefundAnswer, refundId = refund.id): PaymentEvent => ({
  type: 'refund-answered',
  refundId,
  answer,
});
const seen = (answer: RefundAnswer, refundId = refund.id): PaymentEvent => ({
  type: 'refund-inquiry-answered',
  refundId,
  answer,
});

type Script = {
  cancel?: CancelAnswer[];
  inquire?: InquiryAnswer[];
  refund?: RefundAnswer[];
  inquireRefund?: RefundAnswer[];
};

/** The runner's loop on virtual time, until nothing is due or a person is called. A call takes a second. */
function play(from: Attempt, script: Script, startAt = 10_000) {
  let [attempt, now] = [from, startAt];
  const story: string[] = [];
  const records = new Map<string, string>();
  const on = (event: PaymentEvent): string | undefined => {
    const result = run(attempt, event, now);
    attempt = result.attempt;
    if (attempt.reversal) records.set(attempt.reversal.id.slice(0, 2), attempt.reversal.state);
    story.push(...alarmsOf(result.effects).map((a) => `!${a}`));
    return callsOf(result.effects)[0];
  };
  const answer = (call: string): PaymentEvent => {
    const askedAt = now;
    now += 1_000;
    const refundId = attempt.reversal?.id ?? '';
    switch (call) {
      case 'cancel':
        return { type: 'cancel-answered', answer: script.cancel?.shift() ?? unknown, askedAt };
      case 'inquire':
        return { type: 'inquiry-answered', answer: script.inquire?.shift() ?? unknown, askedAt };
      case 'refund':
        return { type: 'refund-answered', refundId, answer: script.refund?.shift() ?? unknown };
      default:
        return { type: 'refund-inquiry-answered', refundId, answer: script.inquireRefund?.shift() ?? unknown };
    }
  };
  for (let turns = 0; turns < 100 && attempt.nextAt !== null && attempt.state === 'reversing'; turns++) {
    now = Math.max(now, attempt.nextAt);
    for (let call = on(due); call; call = on(answer(call))) {
      story.push(call.includes('refund') ? `${call} ${attempt.reversal?.id.slice(0, 2)}` : call);
    }
  }
  return { attempt, now, story, records: Object.fromEntries(records) };
}

describe('when the acquirer does not cancel', () => {
  test.each(refused)('%s: inquiry, then a refund of what was charged', (kind) => {
    const { attempt, story } = play(vendFailed, { cancel: [{ kind }], inquire: [right], refund: [refunded] });
    expect(story).toEqual(['cancel', 'inquire', 'refund r1']);
    expect(attempt).toMatchObject({ state: 'reversed', reason: 'vend-failed', nextAt: null });
    expect(attempt.reversal).toMatchObject({
      ...{ id: refund.id, kind: 'refund', number: 1, state: 'confirmed', tries: 1, inquiries: 0 },
      ...{ money: { amount: 3550, currency: 'HKD' }, requestedAt: 12_000, endedAt: 13_000 },
    });
  });

  test('another amount was charged: that one is refunded, not the one asked', () => {
    const { attempt } = play(vendFailed, { cancel: [{ kind: 'refused' }], inquire: [wrong], refund: [refunded] });
    expect(attempt.reversal?.money).toEqual({ amount: 3551, currency: 'HKD' });
  });

  test('the acquirer never says how much: nothing is refunded, a person is called', () => {
    const { attempt, story } = play(vendFailed, { cancel: [{ kind: 'refused' }], inquire: Array(60).fill(unsaid) });
    expect([attempt.state, story.includes('refund r1'), story.at(-1)]).toEqual(['operator', false, '!cancel-refused']);
  });

  test.each([
    ['declined', declined, 'declined', 'c1 failed'],
    ['cancelled after all', { kind: 'cancelled' }, 'reversed', 'c1 confirmed'],
  ] as const)('%s in the inquiry ends it without a refund', (_, answer, state, record) => {
    const unpaid = { ...vendFailed, paidSeen: false };
    const { attempt, records } = play(unpaid, { cancel: [{ kind: 'refund-instead' }], inquire: [pending, answer] });
    expect([attempt.state, records]).toEqual([state, { c1: record.slice(3) }]);
  });

  test('never seen paid: asked until the wallet has decided, and refunded if it paid', () => {
    const unpaid = { ...vendFailed, paidSeen: false };
    const script = { cancel: [{ kind: 'refund-instead' }] as CancelAnswer[], refund: [refunded] };
    const { attempt, story, now } = play(unpaid, { ...script, inquire: [...Array(20).fill(pending), right] });
    expect(attempt.state).toBe('reversed');
    expect(story.filter((s) => s === 'inquire')).toHaveLength(21);
    expect(now).toBeLessThan(95_000);
  });

  test('never seen paid and not found: declined once that counts (rule 11), not before', () => {
    const unpaid = { ...vendFailed, paidSeen: false };
    const { attempt, now } = play(unpaid, {
      cancel: [{ kind: 'refund-instead' }],
      inquire: Array(60).fill({ kind: 'not-found' }),
    });
    expect([attempt.state, attempt.reason, now]).toEqual(['declined', 'vend-failed', 86_001]);
  });

  test('pending for ever: when it can no longer land and the plan is through, a person is called', () => {
    const { attempt, story, now } = play(
      { ...vendFailed, paidSeen: false },
      { cancel: [{ kind: 'refund-instead' }], inquire: Array(99).fill(pending) },
    );
    expect([attempt.state, attempt.reason, story.at(-1)]).toEqual([
      'operator',
      'cancel-unconfirmed',
      '!cancel-refused',
    ]);
    expect(now).toBeGreaterThan(85_000);
    expect(now).toBeLessThan(100_000);
  });

  test('a slow cancel that was answered after all ends it, also with a refund under way', () => {
    const event = { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: 0 } as const;
    const { attempt, effects } = run(refunding(), event);
    expect(attempt).toMatchObject({ state: 'reversed', reversal: { state: 'confirmed' } });
    expect(alarmsOf(effects)).toEqual(['returned-twice']);
    for (const kind of refused) {
      const late = { type: 'cancel-answered', answer: { kind }, askedAt: 0 } as const;
      expect(run(refunding(), late)).toEqual({ attempt: refunding(), effects: [] });
    }
  });
});

describe('"cancelled", though a refund was asked for: both may have been done, so a person is called', () => {
  const words = [
    ['of a cancel', { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: 0 }],
    ['of an inquiry', { type: 'inquiry-answered', answer: { kind: 'cancelled' }, askedAt: 0 }],
  ] as const;
  const confirmed = refunding({ state: 'confirmed', endedAt: 9_500 });
  const second = { id: `r2${refund.id.slice(2)}`, number: 2 };

  test.each(words)('the word %s', (_, event) => {
    const before = [
      refunding(),
      refunding({ state: 'pending' }),
      refunding(second),
      // With the operator, whatever is known already.
      refunding({ state: 'pending' }, { state: 'operator' }),
      { ...confirmed, state: 'operator', finding: 'returned' } as const,
      { ...confirmed, state: 'reversed' } as const,
    ];
    for (const attempt of before) expect(alarmsOf(run(attempt, event).effects)).toContain('returned-twice');
  });

  test.each(words)('the word %s is none where no refund can have been done', (_, event) => {
    const before = [
      refunding({ ...second, tries: 0 }),
      refunding({ kind: 'cancel' }),
      refunding({ state: 'failed' }, { state: 'operator' }),
      refunding({ kind: 'cancel', state: 'confirmed' }, { state: 'reversed' }),
    ];
    for (const attempt of before) expect(alarmsOf(run(attempt, event).effects)).not.toContain('returned-twice');
  });

  test('the word of the refund, that the money had gone back before, is none', () => {
    expect(alarmsOf(run(refunding(), told({ kind: 'already-returned' })).effects)).toEqual([]);
  });
});

describe('a refund', () => {
  test('in hand is inquired and never sent again', () => {
    const { attempt, story } = play(refunding({ tries: 0 }), {
      refund: [pending],
      inquireRefund: [pending, { kind: 'not-found' }, refunded],
    });
    expect(story).toEqual(['refund r1', ...Array(3).fill('inquire-refund r1')]);
    expect([attempt.state, attempt.reversal?.tries]).toEqual(['reversed', 1]);
  });

  test.each([
    ['no answer', unknown],
    ['nothing sent', notSent],
  ])('with %s is inquired, and sent again under its own id if nobody knows it', (_, answer) => {
    const { attempt, story } = play(refunding({ tries: 0 }), {
      refund: [answer, refunded],
      inquireRefund: [unknown, { kind: 'not-found' }],
    });
    expect(story).toEqual(['refund r1', 'inquire-refund r1', 'inquire-refund r1', 'refund r1']);
    expect(attempt).toMatchObject({ state: 'reversed', reversal: { id: refund.id, tries: 2, inquiries: 2 } });
  });

  test('that was done without our hearing it is not done again', () => {
    const { story, attempt } = play(refunding({ tries: 0 }), { refund: [unknown], inquireRefund: [refunded] });
    expect([attempt.state, story]).toEqual(['reversed', ['refund r1', 'inquire-refund r1']]);
  });

  test('refused gets a new id only after the inquiry has said that the old one failed', () => {
    const refusal = run(refunding(), told(anotherId));
    expect(refusal.attempt.reversal).toMatchObject({ id: refund.id, state: 'requested' });
    expect(alarmsOf(refusal.effects)).toEqual(['refund-delayed']);
    const proof = run(run(refusal.attempt, due, 15_000).attempt, seen(anotherId), 16_000);
    expect(proof.attempt).toMatchObject({ state: 'reversing', nextAt: 76_000 });
    expect(proof.attempt.reversal).toMatchObject({
      ...{ id: `r2${refund.id.slice(2)}`, number: 2, state: 'requested', money: refund.money },
      ...{ tries: 0, inquiries: 0, requestedAt: 16_000, endedAt: null },
    });
    expect(callsOf(proof.effects)).toEqual([]);
    expect(callsOf(run(proof.attempt, due, 76_000).effects)).toEqual(['refund']);
  });

  test('refused, but unknown to the inquiry: only its own id is tried again', () => {
    const { story, attempt } = play(refunding({ tries: 0 }), {
      refund: Array(9).fill(anotherId),
      inquireRefund: Array(9).fill({ kind: 'not-found' }),
    });
    expect(new Set(story.filter((s) => s.startsWith('refund')))).toEqual(new Set(['refund r1']));
    expect([attempt.state, attempt.reversal?.state]).toEqual(['operator', 'requested']);
  });

  test('the answer for an earlier record moves nothing; that it was made after all is an alarm', () => {
    const second = refunding({ id: `r2${refund.id.slice(2)}`, number: 2 });
    for (const answer of [anotherId, neverAgain, pending, unknown]) {
      expect(run(second, seen(answer))).toEqual({ attempt: second, effects: [] });
    }
    const made = run(second, seen(refunded));
    expect([made.attempt, alarmsOf(made.effects)]).toEqual([second, ['contradiction']]);
  });

  test('that will never be ends with the operator at once', () => {
    const { attempt, story } = play(refunding({ tries: 0 }), { refund: [neverAgain] });
    expect(story).toEqual(['refund r1', '!refund-failed']);
    expect(attempt).toMatchObject({ state: 'operator', reason: 'cancel-unconfirmed', reversal: { state: 'failed' } });
  });

  test('that is refused for good when it is sent again is asked about first: the one before may have been made', () => {
    const resent = refunding({ tries: 2 });
    const { attempt, effects } = run(resent, told(neverAgain), 20_000);
    expect([attempt.state, attempt.reversal?.state, alarmsOf(effects)]).toEqual(['reversing', 'requested', []]);
    expect(run(attempt, seen(refunded), 40_000).attempt.state).toBe('reversed');
    expect(run(attempt, seen(neverAgain), 40_000).attempt.state).toBe('operator');
  });

  test('whose successors fail too ends with the operator when the plan is through', () => {
    const { attempt, story, records } = play(refunding({ tries: 0 }), {
      refund: Array(9).fill(anotherId),
      inquireRefund: Array(9).fill(anotherId),
    });
    expect(story.filter((s) => s.startsWith('refund'))).toEqual(['refund r1', 'refund r2']);
    expect(story.at(-1)).toBe('!refund-failed');
    expect([attempt.state, records]).toEqual(['operator', { r1: 'requested', r2: 'failed' }]);
  });

  test('never confirmed ends with the operator, and the watch goes on with the refund', () => {
    const { attempt, story, now } = play(refunding({ tries: 0 }), { refund: [pending] });
    expect(story).toEqual(['refund r1', ...Array(3).fill('inquire-refund r1'), '!refund-unconfirmed']);
    expect([attempt.state, attempt.nextAt, attempt.reversal?.state]).toEqual(['operator', now + 60_000, 'pending']);
    const asked = run(attempt, due, now + 60_000);
    expect(callsOf(asked.effects)).toEqual(['inquire-refund']);
    const again = run(asked.attempt, seen(pending), now + 61_000);
    expect(again.attempt.nextAt).toBe(now + 361_000);
    const found = run(again.attempt, seen(refunded), now + 362_000);
    expect(found.attempt).toMatchObject({ state: 'operator', finding: 'returned', reversal: { state: 'confirmed' } });
    expect(found.attempt.nextAt).toBeNull();
  });

  test('of a relay that always dies in the call: inquired, never sent blindly, and it ends', () => {
    let attempt = refunding({ tries: 0 });
    const calls = [];
    for (let i = 0; i < 5; i++) {
      const { attempt: next, effects } = run(attempt, due);
      attempt = next;
      calls.push(...callsOf(effects), ...alarmsOf(effects));
    }
    expect(calls).toEqual(['refund', ...Array(3).fill('inquire-refund'), 'refund-unconfirmed']);
    expect(attempt.state).toBe('operator');
  });

  test('under way, what is said of the payment changes nothing', () => {
    for (const answer of [right, unsaid, pending, unknown, declined, { kind: 'not-found' }] as const) {
      expect(run(refunding(), inquired(answer, 90_000), 91_000).attempt).toEqual(refunding());
    }
  });
});
