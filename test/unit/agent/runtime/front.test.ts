import { expect, it } from 'vitest';
import type { View } from '../../../../agent/kiosk/view.js';
import { Front } from '../../../../agent/runtime/front.js';
import type { Screen } from '../../../../drivers/contract/display.js';
import type { Signal } from '../../../../drivers/contract/indicator.js';

const money = { amount: 3550, currency: 'HKD' } as const;
const armed: View = { kind: 'armed', money, reference: 'A-12' };
const noticed: View = { ...armed, notice: { kind: 'scan-refused', reason: 'busy' } };
const pending = (leftMs: number): View => ({ kind: 'confirm-on-phone', money, leftMs });

/** @returns the views that reach the display, by how often each was shown in a row of its own */
function shown(...steps: readonly [View, number][]): View['kind'][] {
  const kinds: View['kind'][] = [];
  const display = { show: (_: Screen) => {}, start: async () => {}, stop: async () => {} };
  const indicator = { show: (_: Signal) => {}, start: async () => {}, stop: async () => {} };
  const front = new Front(display, indicator, (view) => {
    kinds.push(view.kind);
    return { screen: { kind: 'plain', tone: 'neutral', texts: [] }, signal: 'ready' };
  });
  for (const [view, now] of steps) front.show(view, now);
  return kinds;
}

it('tells the display what has changed, once', () => {
  expect(shown([armed, 0], [{ ...armed, money: { ...money } }, 10], [armed, 20])).toEqual(['armed']);
  expect(shown([armed, 0], [{ ...armed, money: { ...money, amount: 3551 } }, 10])).toEqual(['armed', 'armed']);
  expect(shown([armed, 0], [{ ...armed, reference: 'A-13' }, 10])).toEqual(['armed', 'armed']);
});

it('shows a notice that comes, another one, and the screen without it', () => {
  const other: View = { ...armed, notice: { kind: 'scan-rejected', reason: 'url' } };
  expect(shown([armed, 0], [noticed, 10], [noticed, 20], [other, 30], [armed, 40])).toHaveLength(4);
});

it('shows a countdown again only when its end moves to another second', () => {
  expect(shown([pending(30_000), 0], [pending(29_000), 1_000], [pending(12_400), 17_600])).toHaveLength(1);
  expect(shown([pending(30_000), 0], [pending(45_000), 1_000])).toHaveLength(2);
});
