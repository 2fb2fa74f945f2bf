import { describe, expect, test } from 'vitest';
import { step } from '../../../../relay/payment/step.js';
import type { Attempt } from '../../../../relay/payment/types.js';
import { policy, submittedAt0 } from './sample.js';

const busy = { kind: 'unknown', detail: 'busy' } as const;
const asked = (id: string, inquiries: number): Attempt => ({
  ...{ ...submittedAt0, id, inquiries, deadlineAt: 1_000_000 },
});

describe('trap 29: too many ask at once', () => {
  const ids = Array.from(
    { length: 200 },
    (_, i) => `${'07'.repeat(12)}${((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}`,
  );
  const waits = (inquiries: number): number[] =>
    ids.map((id) => {
      const event = { type: 'inquiry-answered', answer: busy, askedAt: 0 } as const;
      return step(asked(id, inquiries), event, 0, policy).attempt.nextAt ?? 0;
    });

  test.each([1, 3])('after inquiry %i each attempt waits two to four times as long as planned', (inquiries) => {
    const planned = Math.max(
      policy.inquiryDelaysMs[Math.min(inquiries, policy.inquiryDelaysMs.length - 1)] ?? 0,
      1_000,
    );
    for (const wait of waits(inquiries)) {
      expect(wait).toBeGreaterThanOrEqual(planned * 2);
      expect(wait).toBeLessThan(planned * 4);
    }
  });

  test('and no two alike: they are spread over the whole range', () => {
    const all = waits(1);
    const least = Math.min(...all);
    const parts = new Set(all.map((wait) => Math.floor((8 * (wait - least)) / (Math.max(...all) - least + 1))));
    expect(new Set(all).size).toBeGreaterThan(150);
    expect(parts.size).toBe(8);
  });

  test('a pay that is answered so is inquired about, and never called again', () => {
    const { attempt, effects } = step(asked(ids[0] ?? '', 0), { type: 'pay-answered', answer: busy }, 0, policy);
    expect(attempt.state).toBe('submitted');
    expect(attempt.nextAt).toBeGreaterThanOrEqual(2_000);
    expect(effects).toEqual([]);
  });

  test('the deadline stays the deadline: inquiry and cancel follow each other there', () => {
    const late = { ...asked(ids[0] ?? '', 5), deadlineAt: 1_500 };
    const event = { type: 'inquiry-answered', answer: busy, askedAt: 0 } as const;
    expect(step(late, event, 0, policy).attempt.nextAt).toBe(1_500);
    const { attempt, effects } = step(late, event, 1_500, policy);
    expect(attempt.state).toBe('reversing');
    expect(effects).toContainEqual({ type: 'call', call: 'cancel' });
  });
});
