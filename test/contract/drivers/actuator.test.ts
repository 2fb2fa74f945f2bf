// One suite for every actuator driver: one act an attempt, and a result always.
import { afterEach, describe, expect, it } from 'vitest';
import { AppActuator } from '../../../drivers/actuator/app.js';
import { MdbActuator } from '../../../drivers/actuator/mdb/mdb.js';
import { PulseActuator } from '../../../drivers/actuator/pulse.js';
import { VirtualActuator } from '../../../drivers/actuator/virtual.js';
import type { Actuator, VendJob, VendResult } from '../../../drivers/contract/actuator.js';
import { makePlace } from '../../support/line.js';
import { inputDouble, outputDouble } from '../../support/output-double.js';
import { approved, chosen, makeVmc, opened } from '../../support/vmc.js';
import { sleep, until } from '../../support/wait.js';

type Rig = {
  readonly actuator: Actuator;
  /** Jobs the machine began, in order. */
  acted(): readonly VendJob[];
  /** What stands before the vend of a job: a machine that asks for it. */
  ready?(job: VendJob): Promise<void>;
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

/** A relay and a sensor, in a machine that drops its goods 5 ms later; a doubtful one keeps them in the sensor. */
function pulseRig(): Rig & { close(): void } {
  const relay = outputDouble();
  const sensor = inputDouble();
  let planned: VendResult | 'never' = 'delivered';
  let current: VendJob | undefined;
  const seen: VendJob[] = [];
  relay.pulse = async (ms) => {
    if (current) seen.push(current);
    // A back-end that never says how it went is doubtful a second later.
    if (planned === 'never') return new Promise(() => {});
    if (planned !== 'failed') setTimeout(() => sensor.see(true), 5);
    if (planned === 'delivered') setTimeout(() => sensor.see(false), 10);
    return { askedMs: ms, measuredMs: ms, by: 'kernel' };
  };
  const parts = { input: sensor.input, withinMs: 60, clearMs: 60, silent: 'failed' } as const;
  const actuator = new PulseActuator({ relay: relay.output, sensor: parts, pulseMs: 20, toleranceMs: 5 });
  return {
    actuator,
    acted: () => seen,
    async ready(job) {
      current = job;
    },
    next(result) {
      planned = result;
    },
    close() {},
  };
}

/** A vending machine at the other end of a pseudo-terminal, by raw blocks. */
function mdbRig(): Rig & { close(): Promise<void> } {
  const place = makePlace();
  const vmc = makeVmc(place);
  const seen: VendJob[] = [];
  let planned: VendResult | 'never' = 'delivered';
  let current: VendJob | undefined;
  let lineOpen = false;
  const options = { path: place.path, baudRate: 115_200, dialect: 'hex', address: 'first', session: 'begin' } as const;
  const mdb = new MdbActuator({
    ...{ ...options, currencyNumber: 344, decimals: 2, scale: 10, limitMs: 700, watchMs: 10 },
    onState(state) {
      lineOpen = state === 'ready';
    },
  });
  mdb.connect({ onOrder: () => current?.order, onDropped() {} });
  const actuator: Actuator = {
    async start() {
      await place.plug();
      await mdb.start();
      await until('the line', () => lineOpen);
      await vmc.play(opened);
    },
    vend: (job) => mdb.vend(job),
    stop: () => mdb.stop(),
  };
  const words = { delivered: '> 130200051a\n< 00', failed: '> 130316\n< 00', doubtful: '> 130114\n< 0606' };
  const serve = async (job: VendJob, result: VendResult | 'never') => {
    if ((await vmc.poll()) !== approved) return;
    seen.push(job);
    if (result !== 'never') await vmc.play(words[result]);
  };
  return {
    actuator,
    acted: () => seen,
    async ready(job) {
      current = job;
      await vmc.play(chosen);
      // Where the test ends meanwhile, nobody answers it any more.
      serve(job, planned).catch(() => undefined);
    },
    next(result) {
      planned = result;
    },
    close: () => place.close(),
  };
}

const job = (n: number): VendJob => ({ order: `${n}`.padStart(16, '0'), attempt: `${n}`.padStart(32, '0') });

describe.each([
  ['app', appRig],
  ['virtual', virtualRig],
  ['pulse', pulseRig],
  ['mdb', mdbRig],
])('actuator contract: %s', (_name, makeRig) => {
  let rig: ReturnType<typeof makeRig> | undefined;
  const setUp = async () => {
    rig = makeRig();
    await rig.actuator.start();
    return rig;
  };
  afterEach(async () => {
    await rig?.actuator.stop();
    await rig?.close();
    rig = undefined;
  });

  it.each<VendResult>(['delivered', 'failed', 'doubtful'])('a vend that ends %s says so', async (result) => {
    const { actuator, next, acted, ready } = await setUp();
    next(result);
    await ready?.(job(1));
    expect(await actuator.vend(job(1))).toBe(result);
    expect(acted()).toEqual([job(1)]);
  });

  it('a machine that never answers is doubtful, within the driver’s own limit', async () => {
    const { actuator, next, ready } = await setUp();
    next('never');
    await ready?.(job(1));
    const began = performance.now();
    expect(await actuator.vend(job(1))).toBe('doubtful');
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('never acts twice for an attempt: not at once, not later, and the result stays', async () => {
    const { actuator, next, acted, ready } = await setUp();
    next('failed');
    await ready?.(job(1));
    expect(await Promise.all([actuator.vend(job(1)), actuator.vend({ ...job(1) })])).toEqual(['failed', 'failed']);
    next('delivered');
    expect(await actuator.vend(job(1))).toBe('failed');
    await sleep(20);
    expect(acted()).toEqual([job(1)]);
    await ready?.(job(2));
    expect(await actuator.vend(job(2))).toBe('delivered');
    expect(acted()).toEqual([job(1), job(2)]);
  });

  it('a vend in progress at stop ends doubtful, and stop waits for nothing', async () => {
    const { actuator, next, acted, ready } = await setUp();
    next('never');
    await ready?.(job(1));
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
