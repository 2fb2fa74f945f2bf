import { describe, expect, test } from 'vitest';
import { barsResolution } from '../../../../relay/payment/resolved.js';
import {
  type Attempt,
  finalStates,
  type Resolution,
  resolutions,
  type State,
} from '../../../../relay/payment/types.js';
import { at, callsOf, cancelRecord, has, refund, run } from './sample.js';

const paid: Partial<Attempt> = { paidSeen: true };
const late = at('approved', { ...paid, nextAt: null });
const doubtful = at('doubtful', { ...paid, reason: 'vend-doubtful', nextAt: null });
const operator = (more: Partial<Attempt> = {}) => at('operator', { reason: 'cancel-unconfirmed', ...more });

const say = (attempt: Attempt, found: Resolution) => run(attempt, { type: 'resolved', found, by: 'ann' });
/** Where it leads, with the record's state; "-": it is refused, and nothing changes. */
function led(attempt: Attempt, found: Resolution): string {
  const { attempt: after, effects } = say(attempt, found);
  expect(has(effects, 'fault')).toBe(barsResolution(attempt, found) !== undefined);
  if (has(effects, 'fault')) {
    expect([after, effects.length]).toEqual([attempt, 1]);
    return '-';
  }
  return after.reversal ? `${after.state} ${after.reversal.kind} ${after.reversal.state}` : after.state;
}
const row = (attempt: Attempt): string[] => resolutions.map((found) => led(attempt, found));

describe("a person's word", () => {
  test('of goods, where nobody else knows: delivered, or the relay gives the money back', () => {
    expect(row(doubtful)).toEqual(['delivered', 'reversing', '-', '-']);
    expect(row(late)).toEqual(['delivered', 'reversing', '-', '-']);
    // What the machine does from there is a reversal as any other.
    const { attempt } = say(doubtful, 'give-back');
    expect(callsOf(run(attempt, { type: 'due', codeHeld: false }).effects)).toEqual(['cancel']);
  });

  test('not while the kiosk may still vend, or be about to say so', () => {
    expect(row(at('approved', { ...paid, nextAt: 130_000 }))).toEqual(['-', '-', '-', '-']);
  });

  test('of money, where the machine has given up', () => {
    expect(row(operator())).toEqual(['delivered', '-', 'declined', 'reversed']);
    const asked = operator({ paidSeen: true, reversal: cancelRecord });
    expect(row(asked)).toEqual(['delivered cancel failed', '-', '-', 'reversed cancel confirmed']);
    const failed = operator({ paidSeen: true, reversal: { ...refund, state: 'failed', endedAt: 9_500 } });
    expect(row(failed)).toEqual(['delivered refund failed', '-', '-', 'reversed refund failed']);
  });

  test('never against what the acquirer has said for certain', () => {
    expect(row(operator({ finding: 'charged' }))).toEqual(['delivered', '-', '-', 'reversed']);
    expect(row(operator({ finding: 'returned' }))).toEqual(['-', '-', '-', 'reversed']);
    expect(row(operator({ finding: 'not-charged' }))).toEqual(['-', '-', 'declined', '-']);
  });

  test('moves nothing that has its end, or that the machine is at work on (S10, rule 10)', () => {
    for (const state of [...finalStates, 'submitted', 'reversing'] as State[]) {
      expect([state, ...row(at(state, paid))]).toEqual([state, '-', '-', '-', '-']);
    }
  });

  test('ends what it ends: nothing is waited for, the kiosk is told, and nothing asked ever changes (S3)', () => {
    for (const attempt of [doubtful, late, operator()]) {
      for (const found of resolutions) {
        const { attempt: after, effects } = say(attempt, found);
        expect([after.money, after.id, after.order, after.account]).toEqual([
          ...[attempt.money, attempt.id, attempt.order, attempt.account],
        ]);
        if (!finalStates.has(after.state) || after.state === attempt.state) continue;
        expect([after.nextAt, has(effects, 'publish'), callsOf(effects)]).toEqual([null, true, []]);
      }
    }
  });
});
