// What a press on a button of its own line may mean: only what the screen offers, and has offered for long enough.
import { expect, it } from 'vitest';
import type { View } from '../../../../agent/kiosk/view.js';
import { present } from '../../../../agent/presentation/present.js';
import { Counters } from '../../../../agent/runtime/counters.js';
import { Front } from '../../../../agent/runtime/front.js';
import { pressHandlers, SCREEN_STANDS_MS } from '../../../../agent/runtime/presses.js';
import { VirtualDisplay } from '../../../../drivers/display/virtual.js';
import { VirtualIndicator } from '../../../../drivers/indicator/virtual.js';

const money = (amount: number) => ({ amount, currency: 'HKD' }) as const;
const toPay = (amount: number, leftMs = 20_000): View =>
  ({ kind: 'press-to-pay', money: money(amount), leftMs }) as View;
const idle: View = { kind: 'idle' } as View;

function rig(links: readonly string[] = ['alipayhk']) {
  let now = 1_000;
  const front = new Front(new VirtualDisplay(), new VirtualIndicator(), (view) => present(view, ['en'], { links }));
  const counters = new Counters();
  const meant: string[] = [];
  const desk = {
    link: (wallet: string) => {
      meant.push(`link ${wallet}`);
      return { ok: true, link: 'l' } as const;
    },
    press: () => meant.push('pay') > 0,
    dropLink: () => false,
    linking: () => undefined,
  };
  const handlers = pressHandlers(desk as never, links, counters, (press) => front.offers(press, now, SCREEN_STANDS_MS));
  return {
    meant,
    counters,
    show: (view: View) => front.show(view, now),
    wait: (ms: number) => {
      now += ms;
    },
    press: (button: 'link' | 'pay') => handlers.onPress({ button }),
  };
}

it('counts once the screen that offers it has stood for 300 ms', () => {
  const k = rig();
  k.show(toPay(1_200));
  k.wait(299);
  k.press('pay');
  expect([k.meant, k.counters.get('button-pay-unasked')]).toEqual([[], 1]);
  k.wait(1);
  k.press('pay');
  expect(k.meant).toEqual(['pay']);
});

it('a countdown does not make a screen new, another amount does', () => {
  const k = rig();
  k.show(toPay(1_200));
  k.wait(1_000);
  k.show(toPay(1_200, 3_000));
  k.press('pay');
  expect(k.meant).toEqual(['pay']);
  k.show(toPay(9_900));
  k.press('pay');
  expect(k.meant).toEqual(['pay']);
});

it('the same amount of another customer is a new screen', () => {
  const k = rig();
  k.show(toPay(1_200));
  k.wait(1_000);
  k.show(idle);
  k.show(toPay(1_200));
  k.press('pay');
  expect(k.meant).toEqual([]);
});

it('a button that the screen does not offer means nothing', () => {
  const k = rig();
  k.show(idle);
  k.wait(1_000);
  k.press('pay');
  expect(k.meant).toEqual([]);
  k.press('link');
  expect(k.meant).toEqual(['link alipayhk']);
  k.show({ kind: 'busy' } as View);
  k.wait(1_000);
  k.press('link');
  k.press('pay');
  expect(k.meant).toEqual(['link alipayhk']);
});

it('before anything was shown nothing is offered', () => {
  const k = rig();
  k.wait(10_000);
  k.press('link');
  expect(k.meant).toEqual([]);
});
