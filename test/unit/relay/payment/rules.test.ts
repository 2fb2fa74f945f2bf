import { describe, expect, test } from 'vitest';
import { step } from '../../../../relay/payment/step.js';
import { alarmsOf, at, callsOf, declined, has, pending, policy, right, run, unknown, unsaid, wrong } from './sample.js';

describe('sending pay', () => {
  const fresh = at('submitted', { payAt: null, nextAt: 0 });

  test('is asked for once, and noted in the same commit', () => {
    const { attempt, effects } = run(fresh, { type: 'due', codeHeld: true }, 50);
    expect(attempt.payAt).toBe(50);
    expect(callsOf(effects)).toEqual(['pay']);
    expect(callsOf(run(attempt, { type: 'due', codeHeld: true }, 6_000).effects)).toEqual(['inquire']);
  });

  test('waits for the code until it may no longer be used, then ends without having sent a byte', () => {
    const waiting = run(fresh, { type: 'due', codeHeld: false }, 50);
    expect(waiting.attempt).toMatchObject({ state: 'submitted', payAt: null, nextAt: 20_001 });
    const ended = run(waiting.attempt, { type: 'due', codeHeld: false }, 20_001);
    expect(ended.attempt).toMatchObject({ state: 'declined', reason: 'acquirer-unavailable' });
  });

  test('is never asked for after the last permitted moment', () => {
    expect(run(fresh, { type: 'due', codeHeld: true }, 20_001).effects).not.toContainEqual({
      type: 'call',
      call: 'pay',
    });
  });

  test.each([
    ['the customer gives up', { type: 'abort' }, 'customer-aborted'],
    ['the kiosk gives up', { type: 'vend-reported', delivery: 'not-delivered' }, 'not-confirmed'],
    ['the kiosk restarts', { type: 'swept', listed: null, bootInChain: true }, 'kiosk-restarted'],
  ] as const)('%s before it: declined at once, no call', (_, event, reason) => {
    const { attempt, effects } = run(fresh, event);
    expect(attempt).toMatchObject({ state: 'declined', reason, nextAt: null });
    expect(callsOf(effects)).toEqual([]);
  });
});

describe('waiting for the wallet', () => {
  test('inquiries follow the plan and its last wait repeats, never past the deadline', () => {
    let attempt = run(at('submitted'), { type: 'pay-answered', answer: pending }, 1_000).attempt;
    const waits = [];
    let now = 1_000;
    while (attempt.state === 'submitted' && attempt.nextAt !== null && attempt.nextAt < 50_000) {
      waits.push(attempt.nextAt - now);
      now = attempt.nextAt;
      attempt = run(attempt, { type: 'due', codeHeld: false }, now).attempt;
      attempt = run(attempt, { type: 'inquiry-answered', answer: pending, askedAt: now }, now).attempt;
    }
    expect(waits.slice(0, 4)).toEqual([0, 2_000, 3_000, 3_000]);
    expect(attempt.nextAt).toBe(50_000);
  });

  test('the kiosk hears of it at each inquiry, since one frame may get lost', () => {
    const first = run(at('submitted'), { type: 'pay-answered', answer: pending });
    expect(first.attempt.passwordPending).toBe(true);
    expect(first.effects).toContainEqual({ type: 'publish', until: 'once' });
    const second = run(first.attempt, { type: 'inquiry-answered', answer: pending, askedAt: 0 });
    expect(second.effects).toContainEqual({ type: 'publish', until: 'once' });
  });

  test('"no answer" is not "password pending"', () => {
    expect(run(at('submitted'), { type: 'pay-answered', answer: unknown }).attempt.passwordPending).toBe(false);
  });
});

describe('the deadline (S9)', () => {
  const late = { type: 'inquiry-answered', answer: pending, askedAt: 50_000 } as const;

  test('trap 12: inquiry and cancel back to back: the undecided answer itself commits reversing and asks for the cancel', () => {
    const asked = run(at('submitted', { nextAt: 50_000 }), { type: 'due', codeHeld: false }, 50_000);
    expect(asked.attempt.state).toBe('submitted');
    expect(callsOf(asked.effects)).toEqual(['inquire']);
    const { attempt, effects } = run(asked.attempt, late, 50_200);
    expect(attempt).toMatchObject({ state: 'reversing', reason: 'not-confirmed' });
    expect(callsOf(effects)).toEqual(['cancel']);
  });

  test('trap 12: what is heard between that inquiry and the answer of the cancel decides nothing, only the cancel does', () => {
    const cancelling = run(at('submitted'), late, 50_200).attempt;
    const heard = [
      { type: 'pay-answered', answer: right },
      { type: 'inquiry-answered', answer: right, askedAt: 50_100 },
      { type: 'inquiry-answered', answer: unsaid, askedAt: 50_100 },
    ] as const;
    for (const event of heard) {
      const { attempt, effects } = run(cancelling, event, 50_300);
      expect(attempt).toMatchObject({ state: 'reversing', paidSeen: true });
      expect(has(effects, 'publish')).toBe(false);
      const done = { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: 50_200 } as const;
      expect(run(attempt, done, 50_400).attempt).toMatchObject({ state: 'reversed' });
      const none = { type: 'cancel-answered', answer: { kind: 'not-found' }, askedAt: 99_000 } as const;
      expect(run(attempt, none, 99_100).attempt.state).toBe('reversing');
    }
  });

  test('paid in that last inquiry is approved while the kiosk has time to vend, else cancelled', () => {
    const paid = { type: 'inquiry-answered', answer: right, askedAt: 50_000 } as const;
    expect(run(at('submitted'), paid, 55_000).attempt.state).toBe('approved');
    const tooLate = run(at('submitted'), paid, 55_001);
    expect(tooLate.attempt).toMatchObject({ state: 'reversing', reason: 'not-confirmed' });
    expect(callsOf(tooLate.effects)).toEqual(['cancel']);
  });

  test('time alone never declines: without an answer the attempt ends with the operator', () => {
    let attempt = at('submitted', { nextAt: 100 });
    let now = 100;
    const seen = new Set<string>();
    for (let i = 0; i < 200 && attempt.nextAt !== null && attempt.state !== 'operator'; i++) {
      now = Math.max(now, attempt.nextAt);
      let result = run(attempt, { type: 'due', codeHeld: false }, now);
      for (let call = callsOf(result.effects)[0]; call; call = callsOf(result.effects)[0]) {
        now += 5_000;
        const type = call === 'inquire' ? 'inquiry-answered' : 'cancel-answered';
        result = run(result.attempt, { type, answer: unknown, askedAt: now - 5_000 }, now);
      }
      attempt = result.attempt;
      seen.add(attempt.state);
    }
    expect([...seen]).toEqual(['submitted', 'reversing', 'operator']);
    expect(attempt.reason).toBe('cancel-unconfirmed');
    expect(now).toBeLessThan(90_000);
  });
});

describe('the amount (S8)', () => {
  test('another amount: reversing before anything is told, the cancel at once, an alarm', () => {
    const { attempt, effects } = run(at('submitted'), { type: 'pay-answered', answer: wrong });
    expect(attempt).toMatchObject({ state: 'reversing', reason: 'wrong-amount', paidSeen: true });
    expect(callsOf(effects)).toEqual(['cancel']);
    expect(alarmsOf(effects)).toEqual(['wrong-amount']);
  });

  test('"paid" without an amount is asked again, and cancelled at the deadline, with an alarm', () => {
    const first = run(at('submitted'), { type: 'pay-answered', answer: unsaid });
    expect(first.attempt).toMatchObject({ state: 'submitted', paidSeen: true, nextAt: 10_000 });
    const last = run(first.attempt, { type: 'inquiry-answered', answer: unsaid, askedAt: 50_000 }, 50_100);
    expect(last.attempt).toMatchObject({ state: 'reversing', reason: 'wrong-amount' });
    expect(alarmsOf(last.effects)).toEqual(['amount-unconfirmed']);
  });

  test('"failed" or "cancelled" after "paid" proves nothing: only a confirmed cancel ends it', () => {
    const paidSeen = at('submitted', { paidSeen: true });
    for (const answer of [declined, { kind: 'cancelled' }] as const) {
      const { attempt, effects } = run(paidSeen, { type: 'inquiry-answered', answer, askedAt: 90_000 });
      expect(attempt.state).toBe('reversing');
      expect(callsOf(effects)).toEqual(['cancel']);
    }
  });
});

describe('cancelling (rules 10 and 11)', () => {
  const reversing = at('reversing', { reason: 'customer-aborted', nextAt: 10_000 });

  test('an undecided payment is inquired first, a paid one is cancelled straight away', () => {
    expect(callsOf(run(reversing, { type: 'due', codeHeld: false }).effects)).toEqual(['inquire']);
    const paid = { ...reversing, paidSeen: true };
    expect(callsOf(run(paid, { type: 'due', codeHeld: false }).effects)).toEqual(['cancel']);
  });

  test('"no such order" before pay has surely landed or not: asked again, and no try is lost', () => {
    const tried = { ...reversing, cancels: 2 };
    const asked = run(tried, { type: 'cancel-answered', answer: { kind: 'not-found' }, askedAt: 84_000 }, 84_100);
    expect(asked.attempt).toMatchObject({ state: 'reversing', cancels: 0, nextAt: 85_001 });
    const sure = { type: 'cancel-answered', answer: { kind: 'not-found' }, askedAt: 85_001 } as const;
    expect(run(asked.attempt, sure, 85_100).attempt).toMatchObject({ state: 'declined', reason: 'customer-aborted' });
  });

  test('asked exactly at the last moment is not after it', () => {
    const event = { type: 'cancel-answered', answer: { kind: 'not-found' }, askedAt: 85_000 } as const;
    expect(run(reversing, event, 86_000).attempt.state).toBe('reversing');
  });

  test('the answer that comes later does not make the question later', () => {
    const event = { type: 'inquiry-answered', answer: { kind: 'not-found' }, askedAt: 84_999 } as const;
    expect(run(at('submitted'), event, 89_000).attempt.state).not.toBe('declined');
  });

  test('"no such order" of a payment that was paid goes the way of a cancel that fails', () => {
    let attempt = { ...reversing, paidSeen: true, cancels: 1 };
    const event = { type: 'cancel-answered', answer: { kind: 'not-found' }, askedAt: 99_000 } as const;
    attempt = run(attempt, event, 99_100).attempt as typeof attempt;
    expect(attempt).toMatchObject({ state: 'reversing', nextAt: 101_100 });
    expect(run({ ...attempt, cancels: 3 }, event, 110_000).attempt.state).toBe('operator');
  });

  test('the plan of retries is used up before the operator is called', () => {
    let attempt = { ...reversing, cancels: 1 };
    const states = [];
    for (let i = 0; i < 3; i++) {
      attempt = run(attempt, { type: 'cancel-answered', answer: unknown, askedAt: 0 }).attempt as typeof attempt;
      states.push([attempt.state, attempt.nextAt]);
      attempt = run(attempt, { type: 'due', codeHeld: false }).attempt as typeof attempt;
    }
    expect(states).toEqual([
      ['reversing', 12_000],
      ['reversing', 13_000],
      ['operator', 70_000],
    ]);
  });

  test('when every answer was lost with the relay that waited for it, the tries still end', () => {
    let attempt = { ...reversing, paidSeen: true };
    const seen = [];
    for (let i = 0; i < 4; i++) {
      const { attempt: next, effects } = run(attempt, { type: 'due', codeHeld: false });
      attempt = next as typeof attempt;
      seen.push(...callsOf(effects), ...alarmsOf(effects));
    }
    expect(seen).toEqual(['cancel', 'cancel', 'cancel', 'cancel-unconfirmed']);
    expect(attempt.state).toBe('operator');
  });

  test('a relay that dies in the inquiry before the cancel does not stand in the way of the cancel', () => {
    const inquired = run(reversing, { type: 'due', codeHeld: false }).attempt;
    expect(callsOf(run(inquired, { type: 'due', codeHeld: false }, 15_000).effects)).toEqual(['cancel']);
  });

  test('the reason survives to the end', () => {
    for (const reason of ['vend-failed', 'customer-aborted', 'wrong-amount', 'kiosk-restarted'] as const) {
      const event = { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: 0 } as const;
      expect(run({ ...reversing, reason }, event).attempt).toMatchObject({ state: 'reversed', reason });
    }
  });
});

describe('with the operator', () => {
  test('trap 11: it is watched on: no cancel is ever made; inquiries thin out and stop', () => {
    let attempt = at('operator', { nextAt: 70_000, inquiries: 0 });
    const times = [];
    for (let now = 70_000; attempt.nextAt !== null && times.length < 10; now = attempt.nextAt ?? now) {
      times.push(now);
      const due = run(attempt, { type: 'due', codeHeld: false }, now);
      expect(callsOf(due.effects)).toEqual(['inquire']);
      attempt = run(due.attempt, { type: 'inquiry-answered', answer: unknown, askedAt: now }, now).attempt;
    }
    expect(times).toEqual([70_000, 370_000]);
  });

  test('trap 11: a certain answer that comes late is kept as a finding, raised once, and moves no money', () => {
    const event = { type: 'inquiry-answered', answer: right, askedAt: 0 } as const;
    const { attempt, effects } = run(at('operator'), event);
    expect(attempt).toMatchObject({ state: 'operator', finding: 'charged', nextAt: null });
    expect(alarmsOf(effects)).toEqual(['finding']);
    expect(alarmsOf(run(attempt, event).effects)).toEqual([]);
  });
});

test('an approved attempt waits for the kiosk for ever; lateness is an alarm (rule 12)', () => {
  const approved = run(at('submitted'), { type: 'pay-answered', answer: right }, 1_000).attempt;
  expect(approved.nextAt).toBe(121_000);
  const late = step(approved, { type: 'due', codeHeld: false }, 121_000, policy);
  expect(late.attempt).toMatchObject({ state: 'approved', nextAt: null });
  expect(alarmsOf(late.effects)).toEqual(['report-late']);
  expect(has(late.effects, 'call')).toBe(false);
});
