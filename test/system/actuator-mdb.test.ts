import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Stack } from '../../deploy/demo/stack.js';
import { makePlace, type Place } from '../support/line.js';
import { approved, chosen, makeVmc, opened } from '../support/vmc.js';
import { until } from '../support/wait.js';
import { freshCode } from './run.js';

/**
 * A vending machine at the kiosk, all of it as it ships: the scripted VMC on a pseudo-terminal, the agent, the relay and
 * the acquirer's sandbox as programs of their own.
 */

const denied = '0606';
let place: Place;
let vmc: ReturnType<typeof makeVmc>;
let stack: Stack;
/** Attempts of the tests before. */
let before = 0;

beforeAll(async () => {
  place = makePlace();
  vmc = makeVmc(place);
  await place.plug();
  const machine = { kind: 'mdb', path: place.path, dialect: 'hex', currency: 'HKD', scale: 10 };
  stack = new Stack({ log: () => {}, actuator: machine });
  await stack.start();
  expect(await stack.waitInService()).toBeUndefined();
}, 90_000);
afterAll(async () => {
  await stack.stop();
  await place.close();
});
beforeEach(async () => {
  before = (await stack.relay.attempts()).length;
  await vmc.play(opened);
});

type Ended = { readonly state: string; readonly outcome?: string; readonly amount: string; readonly reference: string };

/** The test's own attempt. */
const attempt = () =>
  until('an attempt', async () => {
    const all = await stack.relay.attempts();
    return all.length > before ? all[0]?.attempt : undefined;
  });

/** Its order as the kiosk's API shows it; an attempt begins with its order's id. */
async function order(): Promise<Ended> {
  const id = (await attempt()).slice(0, 16);
  return (await fetch(`${stack.agent.base}/v1/orders/${id}`)).json() as Promise<Ended>;
}
const ended = () =>
  until(
    'the order’s end',
    async () => {
      const found = await order();
      return found.state === 'ended' ? found : undefined;
    },
    20_000,
  );

/** The acquirer's own books of it. */
async function books(): Promise<{ charged: number; returned: number }> {
  const id = await attempt();
  const { payments } = await stack.sandbox.ledger();
  const { charged, returned } = payments.find((p) => p.paymentRequestId === id) ?? { charged: 0, returned: 0 };
  return { charged, returned };
}

/** Polls until something else than an ACK comes. */
const answer = () =>
  until(
    'an answer of the kiosk',
    async () => {
      await vmc.say('1212');
      const heard = await vmc.next('an answer to POLL');
      return heard === '00' ? undefined : heard;
    },
    20_000,
  );

it('a choice, a scan, the approval, VEND SUCCESS: delivered, charged once', async () => {
  await vmc.play(chosen);
  await stack.scan(freshCode());
  expect(await answer()).toBe(approved);
  // Only after the kiosk's own word: the goods may fall from here on, and the money is taken.
  expect(await books()).toEqual({ charged: 3_500, returned: 0 });
  await vmc.play('> 130200051a\n< 00');
  expect(await ended()).toMatchObject({ outcome: 'delivered', amount: '35.00', reference: 'ITEM-5' });
  expect(await books()).toEqual({ charged: 3_500, returned: 0 });
  await vmc.play('> 130417\n< 0707\n> 1212\n< 03ffff01');
}, 60_000);

it('VEND FAILURE: the money goes back', async () => {
  await vmc.play(chosen);
  await stack.scan(freshCode());
  expect(await answer()).toBe(approved);
  await vmc.play('> 130316\n< 00');
  expect(await ended()).toMatchObject({ outcome: 'reversed' });
  expect(await books()).toEqual({ charged: 3_500, returned: 3_500 });
}, 60_000);

it('RESET after the approval: nobody knows, and a person decides', async () => {
  await vmc.play(chosen);
  await stack.scan(freshCode());
  expect(await answer()).toBe(approved);
  await vmc.play('> 1010\n< 00');
  await until('doubtful', async () => JSON.stringify(await order()).includes('vend-doubtful'));
  await until('an alarm', async () => (await stack.relay.alarms()).length > 0, 20_000);
  expect(await books()).toEqual({ charged: 3_500, returned: 0 });
}, 60_000);

it('a payment that is declined, and a kiosk that is closed, are denied; nobody else places an order', async () => {
  const request = { amount: '35.00', currency: 'HKD', reference: 'A-1' };
  await expect(stack.agent.place(request)).rejects.toThrow(/409/);
  await stack.sandbox.scenario('decline');
  await vmc.play(chosen);
  await stack.scan(freshCode());
  expect(await answer()).toBe(denied);
  expect(await ended()).toMatchObject({ outcome: 'declined' });
  expect(await books()).toEqual({ charged: 0, returned: 0 });
  await vmc.play('> 130417\n< 0707\n> 1212\n< 03ffff01');
  await stack.program('relay').stop();
  await until('closed', async () => (await stack.agent.status()).service === 'out-of-service', 20_000);
  await vmc.play(chosen);
  expect(await answer()).toBe(denied);
  expect((await stack.agent.status()).counters).toMatchObject({ 'machine-refused': 1 });
}, 60_000);
