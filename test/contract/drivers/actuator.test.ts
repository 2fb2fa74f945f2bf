// One suite for every actuator driver: one act an attempt, and a result always.
import { afterEach, describe, expect, it } from 'vitest';
import { AppActuator } from '../../../drivers/actuator/app.js';
import { VirtualActuator } from '../../../drivers/actuator/virtual.js';
import type { Actuator, VendJob, VendResult } from '../../../drivers/contract/actuator.js';
import { sleep, until } from '../../support/wait.js';

type Rig = {
  readonly actuator: Actuator;
  /** Jobs the machine began, in order. */
  acted(): readonly VendJob[];
  /** The next vend ends so by itself; 'never': the machine goes silent. */
  next(result: VendResult | 'never'): void;
};

/** A kiosk app that looks for work and reports as it was told. */
function appRig(): Rig & { close(): void } {
  const actuator = new AppActuator({ limitMs: 150 });
  const seen: VendJob[] = [];
  let planned: VendResult | 'never' = 'delivered';
  const app = setInterval(() => {
    for (const job of actuator.waiting) {
      if (seen.includes(job)) continue;
      seen.push(job);
      if (planned !== 'never') actuator.report(job.attempt, planned);
    }
  }, 2);
  return {
    actuator,
    acted: () => seen,
    next(result) {
      planned = result;
    },
    close: () => clearInterval(app),
  };
}

function virtualRig(): Rig & { close(): void } {
  const actuator = new VirtualActuator({ delayMs: 5 });
  return {
    actuator,
    acted: () => actuator.acted,
    next(result) {
      if (result === 'never') actuator.set({ result: 'doubtful', delayMs: 150 });
      else actuator.set({ result, delayMs: 5 });
    },
    close() {},
  };
}

const job = (n: number): VendJob => ({ order: `${n}`.padStart(16, '0'), attempt: `${n}`.padStart(32, '0') });

describe.each([
  ['app', appRig],
  ['virtual', virtualRig],
])('actuator contract: %s', (_name, makeRig) => {
  let rig: ReturnType<typeof makeRig> | undefined;
  const setUp = async () => {
    rig = makeRig();
    await rig.actuator.start();
    return rig;
  };
  afterEach(async () => {
    await rig?.actuator.stop();
    rig?.close();
    rig = undefined;
  });

  it.each<VendResult>(['delivered', 'failed', 'doubtful'])('a vend that ends %s says so', async (result) => {
    const { actuator, next, acted } = await setUp();
    next(result);
    expect(await actuator.vend(job(1))).toBe(result);
    expect(acted()).toEqual([job(1)]);
  });

  it('a machine that never answers is doubtful, within the driver’s own limit', async () => {
    const { actuator, next } = await setUp();
    next('never');
    const began = performance.now();
    expect(await actuator.vend(job(1))).toBe('doubtful');
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('never acts twice for an attempt: not at once, not later, and the result stays', async () => {
    const { actuator, next, acted } = await setUp();
    next('failed');
    expect(await Promise.all([actuator.vend(job(1)), actuator.vend({ ...job(1) })])).toEqual(['failed', 'failed']);
    next('delivered');
    expect(await actuator.vend(job(1))).toBe('failed');
    await sleep(20);
    expect(acted()).toEqual([job(1)]);
    expect(await actuator.vend(job(2))).toBe('delivered');
    expect(acted()).toEqual([job(1), job(2)]);
  });

  it('a vend in progress at stop ends doubtful, and stop waits for nothing', async () => {
    const { actuator, next, acted } = await setUp();
    next('never');
    const vend = actuator.vend(job(1));
    await until('the act', () => acted().length === 1);
    const began = performance.now();
    await actuator.stop();
    expect(await vend).toBe('doubtful');
    expect(performance.now() - began).toBeLessThan(100);
  });

  it('does nothing before start and after stop, and says failed', async () => {
    rig = makeRig();
    expect(await rig.actuator.vend(job(1))).toBe('failed');
    await rig.actuator.start();
    await rig.actuator.stop();
    expect(await rig.actuator.vend(job(2))).toBe('failed');
    await sleep(20);
    expect(rig.acted()).toEqual([]);
  });
});
