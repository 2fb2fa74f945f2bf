// One suite for every indicator driver: which lamp is lit and what is heard, looked at from outside.
import { afterEach, describe, expect, it } from 'vitest';
import { type Indicator, type Signal, signals } from '../../../drivers/contract/indicator.js';
import { LampIndicator } from '../../../drivers/indicator/lamps.js';
import { VirtualIndicator } from '../../../drivers/indicator/virtual.js';
import { WebIndicator } from '../../../drivers/indicator/web.js';
import { VirtualOutput } from '../../../drivers/output/virtual.js';
import { WebFront } from '../../../drivers/web/front.js';
import { openPage } from '../../support/page-client.js';
import { until } from '../../support/wait.js';

type Rig = {
  readonly indicator: Indicator;
  /** The signal that stays. */
  lit(): unknown;
  /** How often the momentary `read` was given. */
  chirps(): number;
  breakAway(): Promise<void>;
  close(): Promise<void>;
};

async function webRig(): Promise<Rig> {
  const front = new WebFront({ beatMs: 20 });
  const { port } = await front.start();
  const page = await openPage(port);
  return {
    indicator: new WebIndicator(front),
    lit: () => (page.last('signal') as { signal: Signal } | undefined)?.signal,
    chirps: () => page.all('chirp').length,
    async breakAway() {
      page.close();
    },
    async close() {
      page.close();
      await front.stop();
    },
  };
}

async function virtualRig(): Promise<Rig> {
  const indicator = new VirtualIndicator();
  return {
    indicator,
    lit: () => indicator.lit,
    chirps: () => indicator.signals.filter((s) => s === 'read').length,
    async breakAway() {},
    async close() {},
  };
}

/** Which signal it is, as one lamp for each. */
async function lampsRig(): Promise<Rig> {
  const buzzer = new VirtualOutput({ name: 'buzzer' });
  const lamps = lasting.map((name) => new VirtualOutput({ name }));
  const patterns = Object.fromEntries(lasting.map((signal) => [signal, { [signal]: 'on' }]));
  const indicator = new LampIndicator({
    lamps: [...lamps, buzzer].map((output) => ({ output, shows: [output.name] })),
    patterns: { ...patterns, read: { buzzer: '1x20/0' } },
  });
  return {
    indicator,
    lit: () => {
      const lit = lamps.filter(({ on }) => on);
      return lit.length === 1 ? lit[0]?.name : undefined;
    },
    chirps: () => buzzer.switched.filter(({ on }) => on).length,
    async breakAway() {
      for (const lamp of lamps) lamp.fail('pulled');
    },
    close: async () => {},
  };
}

const lasting = signals.filter((s) => s !== 'read');

describe.each([
  ['lamps', lampsRig],
  ['web, over a real connection', webRig],
  ['virtual', virtualRig],
])('indicator contract: %s', (_name, makeRig) => {
  let rig: Rig | undefined;
  const setUp = async () => {
    rig = await makeRig();
    await rig.indicator.start();
    return rig;
  };
  afterEach(async () => {
    await rig?.indicator.stop();
    await rig?.close();
    rig = undefined;
  });

  it('is out of service until told otherwise', async () => {
    const { lit } = await setUp();
    await until('a lamp', () => lit() === 'out-of-service');
  });

  it.each(lasting)('%s stays until the next signal', async (signal) => {
    const { indicator, lit } = await setUp();
    indicator.show(signal === 'ready' ? 'busy' : 'ready');
    indicator.show(signal);
    await until(signal, () => lit() === signal);
  });

  it('read is momentary: given each time, and what was lit stays lit', async () => {
    const { indicator, lit, chirps } = await setUp();
    indicator.show('ready');
    indicator.show('read');
    indicator.show('read');
    await until('two chirps', () => chirps() === 2);
    expect(lit()).toBe('ready');
  });

  it('is out of service after stop', async () => {
    const { indicator, lit } = await setUp();
    indicator.show('approved');
    await until('approved', () => lit() === 'approved');
    await indicator.stop();
    await until('out of service', () => lit() === 'out-of-service');
  });

  it('never throws and never waits, whatever became of the device', async () => {
    const { indicator, breakAway } = await setUp();
    await breakAway();
    const began = performance.now();
    for (let i = 0; i < 2_000; i++) indicator.show(signals[i % signals.length] ?? 'ready');
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
