import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TimedOrderEvent } from '../../deploy/demo/clients.js';
import { until } from '../support/wait.js';
import { brokerPort, lab, noOutside, outsidePrograms } from './here.js';
import { GuestKiosk } from './kiosk.js';
import { Outside } from './outside.js';

/** The real agent in the guest vends by a relay, a LED of the kernel, and sees the goods fall by a GPIO line. */

const KIOSK = 'hardware-vend';
const RELAY = 6;
const SENSOR = 17;
const actuator = {
  kind: 'pulse',
  output: { back_end: 'led', led: 'board-relay' },
  // A look from this machine takes up to a second.
  pulse_ms: 4_000,
  tolerance_ms: 1_000,
  sensor: { chip: 'pinctrl-bcm2711', line: SENSOR, active_low: false, within_ms: 12_000 },
};

describe.skipIf(noOutside)('order, scan, paid, a pulse on the relay', () => {
  const outside = noOutside
    ? undefined
    : new Outside({ programs: outsidePrograms(), brokerPort, kiosk: KIOSK, seed: 3 });
  const unfollow = new AbortController();
  let kiosk: GuestKiosk | undefined;

  beforeAll(async () => {
    if (!outside) return;
    await outside.start();
    const journal = '/data/journal-vend';
    await lab.must(`rm -rf ${journal} && mkdir -m 700 ${journal}`);
    await lab.setGpio(SENSOR, 0);
    const place = { name: KIOSK, folder: outside.folder, brokerPort, scanner: '/dev/ttyUSB0', journal, actuator };
    kiosk = new GuestKiosk(lab, place);
    await kiosk.start();
  });
  afterAll(async () => {
    unfollow.abort();
    await kiosk?.stop();
    await outside?.stop();
  });

  /** Resolves when the relay is pulled; `end` with the order's last event. */
  async function sold(code: string): Promise<{ readonly end: () => Promise<TimedOrderEvent> }> {
    if (!kiosk) throw new Error('vend: no kiosk');
    const api = await kiosk.api;
    const order = { amount: '35.50', currency: 'HKD', reference: 'V-1' };
    const { id } = await until('an order to be taken', () => api.place(order).catch(() => undefined), 30_000);
    const events: TimedOrderEvent[] = [];
    void (async () => {
      for await (const event of api.events(id, unfollow.signal)) events.push(event);
    })().catch(() => {});
    expect(await lab.gpio(RELAY)).toBe(0);
    await lab.scan('serial', `${code}\r`);
    await until('the relay to be pulled', async () => (await lab.gpio(RELAY)) === 1, 30_000);
    return { end: () => until('the end', () => events.find(({ state }) => state === 'ended'), 60_000) };
  }

  test('and goods under the sensor: delivered', async () => {
    const { end } = await sold('281006020000000000000001');
    await lab.setGpio(SENSOR, 1);
    await lab.setGpio(SENSOR, 0);
    expect(await end()).toMatchObject({ state: 'ended', outcome: 'delivered' });
    expect(await lab.gpio(RELAY)).toBe(0);
    await outside?.settled();
    expect(await outside?.reader.attempts()).toMatchObject([{ kiosk: KIOSK, pays: 1, state: 'delivered' }]);
  });

  test('and nothing falls: doubtful, which a person settles', async () => {
    const { end } = await sold('281006020000000000000002');
    expect(await end()).toMatchObject({ state: 'ended', outcome: 'operator' });
    expect(await lab.gpio(RELAY)).toBe(0);
  });
});
