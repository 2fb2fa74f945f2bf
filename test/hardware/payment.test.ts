import { expect, test } from 'vitest';
import { toldToVend } from '../system/chaos/witness.js';
import { brokerPort, lab, noOutside, outsidePrograms } from './here.js';
import { CutRun } from './power-cuts.js';

/** The real agent in the guest, its scanner on the kernel's serial driver; broker, relay and acquirer outside. */

test.skipIf(noOutside)('order, scan, paid, handed out, delivered', async () => {
  const run = new CutRun({ lab, programs: outsidePrograms(), brokerPort, seed: 1, cuts: 0 });
  try {
    await run.start();
    const { sale } = await run.sell();
    expect(sale.events.map((event) => event.state)).toEqual(expect.arrayContaining(['submitted', 'vending', 'ended']));
    expect(sale.events.at(-1)).toMatchObject({ state: 'ended', outcome: 'delivered' });
    expect([sale.handedOut, toldToVend(sale)]).toEqual([1, 1]);
    await lab.unplug('serial');
    await lab.plug('serial');
    const again = await run.sellWhenOpen();
    expect(again.events.at(-1)).toMatchObject({ state: 'ended', outcome: 'delivered' });
    expect(await run.violations()).toEqual([]);
  } finally {
    await run.stop();
  }
});
