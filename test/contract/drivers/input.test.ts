// One suite for every input: a GPIO line by the real onoff on a folder that plays /sys, and the double.
import { afterEach, describe, expect, it } from 'vitest';
import type { Input } from '../../../drivers/contract/input.js';
import { GpioInput } from '../../../drivers/input/gpio.js';
import { VirtualInput } from '../../../drivers/input/virtual.js';
import { defaultRetry } from '../../../drivers/line/backoff.js';
import { FakeSysfs } from '../../support/sysfs.js';
import { sleep, until } from '../../support/wait.js';

type Rig = { readonly input: Input; move(active: boolean): void; pull(): void; close(): void };

function gpioRig(activeLow: boolean) {
  return (): Rig => {
    const sys = new FakeSysfs();
    sys.gpioChip('pinctrl-rp1', 571);
    const input = new GpioInput({
      ...{ name: 'chute', chip: 'pinctrl-rp1', line: 5, activeLow, checkMs: 30 },
      ...{ sysRoot: sys.root, load: sys.loadOnoff, retry: { ...defaultRetry, firstMs: 20, maxMs: 40 } },
    });
    return {
      input,
      // The kernel turns the level round by itself where the line is active low; the folder does not.
      move: (active) => sys.level(576, active ? 1 : 0),
      pull: () => sys.remove('class/gpio'),
      close: () => sys.close(),
    };
  };
}

function virtualRig(): Rig {
  const input = new VirtualInput({ name: 'chute' });
  return { input, move: (active) => input.move(active), pull: () => input.fail('pulled'), close() {} };
}

describe.each([
  ['a GPIO line by onoff', gpioRig(false)],
  ['a GPIO line that is active low', gpioRig(true)],
  ['virtual', virtualRig],
])('input contract: %s', (_name, makeRig) => {
  let rig: Rig | undefined;
  const changes: boolean[] = [];
  const times: number[] = [];
  const faults: string[] = [];
  const handlers = {
    onChange: (active: boolean, atMs: number) => {
      changes.push(active);
      times.push(atMs);
    },
    onFault: (detail: string) => void faults.push(detail),
  };
  const setUp = async () => {
    for (const list of [changes, times, faults]) list.length = 0;
    rig = makeRig();
    await rig.input.start(handlers);
    const { input } = rig;
    await until('a level', () => input.active !== undefined);
    return rig;
  };
  afterEach(async () => {
    await rig?.input.stop();
    rig?.close();
    rig = undefined;
  });

  it('how it stands at the start is no change', async () => {
    const { input } = await setUp();
    await sleep(60);
    expect([input.active, changes]).toEqual([false, []]);
  });

  it('tells each change once, with the time of its first edge', async () => {
    const { input, move } = await setUp();
    const before = performance.now();
    move(true);
    const after = performance.now();
    await until('a change', () => changes.length > 0);
    expect(input.active).toBe(true);
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times[0]).toBeLessThanOrEqual(after);
    move(false);
    await until('another', () => changes.length > 1);
    expect(changes).toEqual([true, false]);
  });

  it('what bounces is one change', async () => {
    const { move } = await setUp();
    for (let i = 0; i < 9; i++) move(i % 2 === 0);
    await until('a change', () => changes.length > 0);
    await sleep(60);
    expect(changes).toEqual([true]);
  });

  it('what does not outlive the debounce time is none', async () => {
    const { move } = await setUp();
    move(true);
    move(false);
    await sleep(80);
    expect(changes).toEqual([]);
  });

  it('a line that is gone is a fault, and its level not known', async () => {
    const { input, pull } = await setUp();
    pull();
    await until('a fault', () => faults.length > 0);
    expect(input.active).toBeUndefined();
    expect(changes).toEqual([]);
  });

  it('tells nobody after stop, and can be stopped twice', async () => {
    const { input, move } = await setUp();
    move(true);
    await input.stop();
    await input.stop();
    await sleep(60);
    expect(changes).toEqual([]);
  });
});
