// Buttons on lines of their own: what is no press, and what a technician is told.
import { expect, it } from 'vitest';
import { LineButtons } from '../../../../drivers/button/lines.js';
import type { Clock } from '../../../../drivers/clock.js';
import type { Press } from '../../../../drivers/contract/button.js';
import { VirtualInput } from '../../../../drivers/input/virtual.js';

/** Time that stands still until it is moved. */
function handClock() {
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      due.push(timer);
      return () => {
        due = due.filter((other) => other !== timer);
      };
    },
  };
  const pass = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const [next] = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      now = next.at;
      due = due.filter((other) => other !== next);
      next.run();
    }
    now = end;
  };
  return { clock, pass, waiting: () => due.length };
}

async function rig(held: boolean) {
  const { clock, pass, waiting } = handClock();
  const pay = new VirtualInput({ name: 'pay', debounceMs: 20, clock });
  if (held) pay.move(true);
  const presses: Press[] = [];
  const faults: (string | undefined)[] = [];
  const buttons = new LineButtons({ inputs: { pay }, onFault: (_, why) => faults.push(why), clock });
  await buttons.start({ onPress: (press) => presses.push(press) });
  return { pay, pass, waiting, presses, faults, buttons };
}

it('one that is held is one press, and after 10 s a fault until it comes up', async () => {
  const { pay, pass, presses, faults, buttons, waiting } = await rig(false);
  pay.move(true);
  pass(9_000);
  expect([presses, faults]).toEqual([[{ button: 'pay' }], []]);
  pass(2_000);
  expect(faults).toEqual(['down for 10 s: stuck, or its line is turned round']);
  pay.move(false);
  pass(50);
  expect([presses.length, faults.length, faults[1]]).toEqual([1, 2, undefined]);
  await buttons.stop();
  expect(waiting()).toBe(0);
});

it('one that is down at the start is none, and told as stuck', async () => {
  const { pay, pass, presses, faults, buttons } = await rig(true);
  pass(11_000);
  expect([presses, faults.length]).toEqual([[], 1]);
  pay.move(false);
  pass(50);
  pay.move(true);
  pass(50);
  expect([presses.length, faults]).toEqual([1, [expect.stringContaining('stuck'), undefined]]);
  await buttons.stop();
});

it('bounces are one press', async () => {
  const { pay, pass, presses, buttons } = await rig(false);
  for (const down of [true, false, true, false, true]) {
    pay.move(down);
    pass(3);
  }
  pass(100);
  expect(presses).toEqual([{ button: 'pay' }]);
  await buttons.stop();
});

it('one that was let go in time is no fault', async () => {
  const { pay, pass, faults, buttons } = await rig(false);
  pay.move(true);
  pass(1_000);
  pay.move(false);
  pass(30_000);
  expect(faults).toEqual([]);
  await buttons.stop();
});
