// What a pulse promises when the machine around it does not do its part.
import { afterEach, expect, it, test } from 'vitest';
import { PulseActuator } from '../../../../drivers/actuator/pulse.js';
import { systemClock } from '../../../../drivers/clock.js';
import type { Output } from '../../../../drivers/contract/output.js';
import { defaultRetry } from '../../../../drivers/line/backoff.js';
import { type OutputPlace, outputAt } from '../../../../drivers/output/outputs.js';
import { SwitchedOutput } from '../../../../drivers/output/switched.js';
import { notKernel, type Wire } from '../../../../drivers/output/wire.js';
import { SysfsError } from '../../../../drivers/sysfs/files.js';
import { fillPool } from '../../../support/full-pool.js';
import { FakeSysfs } from '../../../support/sysfs.js';
import { sleep, until } from '../../../support/wait.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const quiet = { onFault() {}, onWell() {} };
const led: OutputPlace = { backEnd: 'led', led: 'relay' };
const gpio: OutputPlace = { backEnd: 'gpio', line: 17, activeLow: false };

function relayAt(place: OutputPlace, triggers?: string[]) {
  const sys = new FakeSysfs();
  sys.led('relay', triggers);
  sys.gpioChip('pinctrl-bcm2711', 512);
  const relay = outputAt('relay', place, { sysRoot: sys.root, load: sys.loadOnoff, checkMs: 50 });
  closing.push(
    () => sys.close(),
    () => relay.stop(),
  );
  const file = place.backEnd === 'gpio' ? 'class/gpio/gpio529/value' : 'class/leds/relay/brightness';
  return { sys, relay, on: () => !['', '0'].includes(sys.read(file)) };
}

/** A relay whose wire is the test's own. */
function relayOn(more: Partial<Wire> & Pick<Wire, 'set'>): Output {
  const wire: Wire = {
    abilities: { blink: 'process', pulse: 'process', tone: false },
    blink: notKernel,
    pulse: notKernel,
    take: async () => {},
    isOn: async () => true,
    release: async () => {},
    ...more,
  };
  const retry = { ...defaultRetry, random: () => 0 };
  const options = { name: 'relay', clock: systemClock, retry, checkMs: 1_000, pulseMostMs: 1_000 };
  const relay = new SwitchedOutput(wire, options);
  closing.push(() => relay.stop());
  return relay;
}

test.each([
  ['a LED', led],
  ['a GPIO line', gpio],
])('%s: a pulse that cannot begin in time is refused, and never comes afterwards', async (_name, place) => {
  const { relay, on } = relayAt(place);
  const actuator = new PulseActuator({ relay, pulseMs: 200, toleranceMs: 50 });
  await actuator.start();
  const free = fillPool();
  closing.push(free);
  // By now a look at the line waits for the pool.
  await sleep(120);
  expect(await actuator.vend({ attempt: 'a', order: 'o' })).toBe('failed');
  free();
  for (let i = 0; i < 80; i++) {
    expect(on()).toBe(false);
    await sleep(5);
  }
  expect(await actuator.vend({ attempt: 'b', order: 'p' })).toBe('delivered');
});

test.each([
  ['a LED of a kernel without triggers', led, ['none']],
  ['a GPIO line', gpio, undefined],
])('%s: a pulse ends in time though disks and name servers hold the pool', async (_name, place, triggers) => {
  const { relay, on } = relayAt(place, triggers);
  await relay.start(quiet);
  const pulse = relay.pulse(150);
  await until('on', on);
  const free = fillPool();
  closing.push(free);
  await until('off', () => !on(), 1_000);
  free();
  expect((await pulse).measuredMs).toBeLessThan(1_000);
});

it('off that was refused at the end of a pulse is asked for again at once, not with a back-off', async () => {
  let on = false;
  let refused = 0;
  const relay = relayOn({
    async set(wish) {
      if (!wish && on && refused < 5) {
        refused++;
        throw new SysfsError('EIO', 'EIO');
      }
      on = wish;
    },
    async take() {
      await this.set(false, 0);
    },
  });
  await relay.start(quiet);
  await expect(relay.pulse(20)).rejects.toMatchObject({ begun: true });
  // With the back-off it would be 7.5 s.
  await until('off', () => !on, 2_500);
  expect(refused).toBe(5);
});

it('a second way switches off when the first waits for ever', async () => {
  let on = false;
  const relay = relayOn({
    abilities: { blink: 'process', pulse: 'kernel', tone: false },
    isOn: () => new Promise(() => {}),
    async pulse(_ms, begin) {
      begin();
      on = true;
    },
    async set(wish) {
      on = wish;
    },
  });
  // Nothing ends what waits for ever: it must not be waited for here.
  closing.length = 0;
  await relay.start(quiet);
  void relay.pulse(20).catch(() => {});
  await until('on', () => on);
  await until('off', () => !on, 2_000);
});

it('a line that takes the pulse and is never seen on: the pulse says so, and nothing counts as delivered', async () => {
  const sys = new FakeSysfs();
  closing.push(() => sys.close());
  const at = 'class/leds/relay';
  for (const file of ['brightness', 'max_brightness', 'delay_on', 'delay_off', 'shot']) sys.put(`${at}/${file}`, '0\n');
  sys.put(`${at}/trigger`, '[none] timer oneshot\n');
  const relay = outputAt('relay', led, { sysRoot: sys.root });
  const faults: string[] = [];
  const onFault = (detail: string) => faults.push(detail);
  const actuator = new PulseActuator({ relay, pulseMs: 60, toleranceMs: 500, onFault });
  closing.push(() => actuator.stop());
  await actuator.start();
  expect(relay.abilities.pulse).toBe('kernel');
  expect(await actuator.vend({ attempt: 'a', order: 'o' })).toBe('doubtful');
  expect(faults).toEqual([expect.stringMatching(/never seen on/)]);
});

test.each([
  ['by the kernel', undefined],
  ['by this process', ['none']],
])('a pulse %s is seen on, for its time and not much longer', async (_name, triggers) => {
  const { sys, relay, on } = relayAt(led, triggers);
  await relay.start(quiet);
  const began = performance.now();
  const pulse = relay.pulse(300);
  await until('on', on);
  if (triggers === undefined) expect(sys.read('class/leds/relay/delay_on')).toBe('300');
  await until('off', () => !on());
  const lasted = performance.now() - began;
  expect(lasted).toBeGreaterThan(250);
  expect(lasted).toBeLessThan(450);
  expect(await pulse).toMatchObject({ seen: true });
});
