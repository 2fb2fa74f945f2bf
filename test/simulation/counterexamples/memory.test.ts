import { expect, test } from 'vitest';
import { CLOSED_KEPT } from '../../../agent/journal/contract.js';
import { isApproval } from '../crash-points/traffic.js';
import { began, stage } from './scene.js';

/** Not of the model, whose kiosks forget nothing: what a kiosk may say of an attempt that its bounded memory has let go. */

test('an approval that comes a second time after many other payments [S7]: not answered with "not delivered"', async () => {
  let id = '';
  let said = 0;
  const end = await stage(async ({ script, world, traffic }) => {
    const { oracle } = world;
    const first = new Set<string>();
    let selling = false;
    const isFirst = (attempt: string): boolean => first.size < first.add(attempt).size;
    const copies = traffic.hold(
      (body, to) => !selling && isApproval(body, to) && 'attempt' in body && isFirst(body.attempt),
    );
    // A doubtful vend whose goods are out; the first approval is late, and the relay's second one is the one that counts.
    while (!oracle.attempt(id).goodsOut) {
      world.faults.order('vend-doubtful');
      id = began(await script.pay('pays'));
      await script.stands(id, 'doubtful');
      await script.settled();
    }
    selling = true;
    for (let n = 0; n <= CLOSED_KEPT; n++) {
      await script.pay('pays');
      await script.settled();
    }
    const before = traffic.vends.length;
    expect(copies.held.length).toBeGreaterThan(0);
    copies.letGo();
    await script.sleep(10_000);
    said = traffic.vends.length - before;
  });
  expect(said).toBe(0);
  expect(end.violations).toEqual([]);
  expect(end.standing(id)).toBe('doubtful vend-doubtful');
});
