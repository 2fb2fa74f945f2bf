import { describe, expect, it } from 'vitest';
import type { View } from '../../../../agent/kiosk/view.js';
import { Front } from '../../../../agent/runtime/front.js';
import type { Screen } from '../../../../drivers/contract/display.js';
import type { Signal } from '../../../../drivers/contract/indicator.js';
import { scannerWords } from '../../../../drivers/contract/scanner.js';
import { VirtualScanner } from '../../../../drivers/scanner/virtual.js';

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

describe('the scanner', () => {
  const link: View = { kind: 'link-offered', wallet: 'alipayhk', code: 'HTTPS://Q.EXAMPLE/1', leftMs: 30_000 };
  const closed: View = { kind: 'out-of-service', reason: 'relay' };
  const busy: View = { kind: 'busy', money };
  const done: View = { kind: 'approved', money, receipt: 'R1' };

  /** What it is told by these views; "read": a code was read. */
  function told(...steps: readonly (View | 'read')[]): string[] {
    const scanner = new VirtualScanner({ abilities: new Set(scannerWords) });
    const shows = { show: () => {} };
    const screen: Screen = { kind: 'plain', tone: 'neutral', texts: [] };
    const front = new Front(shows, shows, () => ({ screen, signal: 'ready' }), scanner);
    for (const step of steps) {
      if (step === 'read') front.read();
      else front.show(step, 0);
    }
    return scanner.told;
  }

  it('reads where a scan is answered, and not while a payment is under way or the kiosk is closed', () => {
    expect(
      told(closed, { kind: 'idle' }, armed, link, 'read', busy, pending(9_000), { kind: 'vending', money }, done),
    ).toEqual(['disable', 'enable', 'good-read', 'disable', 'enable']);
    expect(told(armed, { kind: 'press-to-pay', money, leftMs: 9_000 }, closed)).toEqual(['enable', 'disable']);
  });

  it('says what came of each code that was read, also of the same mistake again', () => {
    expect(told(armed, 'read', noticed, 'read', noticed, armed)).toEqual(['enable', 'bad-read', 'bad-read']);
  });

  it('says nothing of one that was shown while a payment was under way', () => {
    expect(told(armed, 'read', busy, 'read', busy)).toEqual(['enable', 'good-read', 'disable']);
  });
});
