// The scripted VMC plays golden transcripts over a real pseudo-terminal.
import { afterEach, expect, it, test } from 'vitest';
import { MdbActuator, type MdbOptions } from '../../../../drivers/actuator/mdb/mdb.js';
import type { OrderWish } from '../../../../drivers/contract/order-source.js';
import { makePlace } from '../../../support/line.js';
import { approved, chosen, makeVmc, opened } from '../../../support/vmc.js';
import { until } from '../../../support/wait.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(more: Partial<MdbOptions> = {}, place = makePlace()) {
  closing.push(() => place.close());
  const vmc = makeVmc(place);
  await place.plug();
  const wishes: OrderWish[] = [];
  const dropped: string[] = [];
  const faults: string[] = [];
  const states: string[] = [];
  const machine = new MdbActuator({
    ...{ path: place.path, baudRate: 115_200, dialect: 'hex', address: 'first', session: 'begin' },
    ...{ currencyNumber: 344, decimals: 2, scale: 10, limitMs: 3_000, watchMs: 10, retry: { firstMs: 10, maxMs: 50 } },
    onFault: (what) => faults.push(what),
    onState: (state) => states.push(state),
    ...more,
  });
  const desk = { open: true };
  machine.connect({
    onOrder(wish) {
      wishes.push(wish);
      return desk.open ? `order ${wishes.length}` : undefined;
    },
    onDropped: (order) => dropped.push(order),
  });
  closing.push(() => machine.stop());
  await machine.start();
  await until('the line', () => states.at(-1) === 'ready');
  const vend = (n = 1) => machine.vend({ attempt: `attempt ${n}`, order: `order ${n}` });
  return { place, vmc, machine, desk, wishes, dropped, faults, states, vend };
}

test.each([
  ['VEND SUCCESS', '> 130200051a\n< 00', 'delivered'],
  ['VEND FAILURE', '> 130316\n< 00', 'failed'],
  ['RESET in the vend', '> 1010\n< 00\n> 1212\n< 0000', 'doubtful'],
  ['SESSION COMPLETE without a word', '> 130417\n< 0707', 'doubtful'],
  ['VEND CANCEL after the approval', '> 130114\n< 0606', 'doubtful'],
])('approved, then %s', async (_name, transcript, result) => {
  const { vmc, wishes, vend, dropped } = await setUp();
  await vmc.play(opened + chosen);
  expect(wishes).toEqual([{ amountMinor: 3_500, item: 5 }]);
  const vended = vend();
  expect(await vmc.poll()).toBe(approved);
  await vmc.play(transcript);
  expect(await vended).toBe(result);
  expect(dropped).toEqual([]);
});

it('the next session begins by itself, and its result is its own', async () => {
  const { vmc, vend, wishes } = await setUp();
  await vmc.play(opened);
  for (const n of [1, 2]) {
    await vmc.play(chosen);
    const vended = vend(n);
    expect(await vmc.poll()).toBe(approved);
    await vmc.play('> 130200051a\n< 00\n> 130417\n< 0707\n> 1212\n< 03ffff01');
    expect(await vended).toBe('delivered');
  }
  expect(wishes).toHaveLength(2);
});

it('an order that ends unpaid, and a kiosk that takes none, are denied', async () => {
  const { vmc, machine, desk, vend } = await setUp();
  await vmc.play(opened + chosen);
  machine.over('order of somebody else');
  machine.over('order 1');
  expect(await vmc.poll()).toBe('0606');
  expect(await vend()).toBe('failed');
  desk.open = false;
  await vmc.play(chosen);
  expect(await vmc.poll()).toBe('0606');
});

it('a customer who cancels at the machine: the order is dropped, and a payment that comes all the same vends nothing', async () => {
  const { vmc, vend, dropped } = await setUp();
  await vmc.play(`${opened + chosen}\n> 130114\n< 0606`);
  expect(dropped).toEqual(['order 1']);
  expect(await vend()).toBe('failed');
  await vmc.play('> 1212\n< 00');
});

it('cancelled after the payment and before the VMC heard of it: failed, and it never hears of it', async () => {
  const { vmc, vend } = await setUp();
  await vmc.play(opened + chosen);
  const vended = vend();
  await vmc.play('> 130114\n< 0606\n> 1212\n< 00');
  expect(await vended).toBe('failed');
});

it('unplugged in the vend: doubtful; plugged in again it says JUST RESET and serves', async () => {
  const { place, vmc, vend, states } = await setUp();
  await vmc.play(opened + chosen);
  const vended = vend();
  expect(await vmc.poll()).toBe(approved);
  await place.unplug();
  expect(await vended).toBe('doubtful');
  vmc.heard.length = 0;
  await place.plug();
  await until('the line again', () => states.filter((s) => s === 'ready').length === 2);
  await vmc.play(opened.replace('\n> 1010\n< 00', '') + chosen);
});

it('an adapter that comes back under another name is found again', async () => {
  const other = makePlace();
  closing.push(() => other.close());
  const there = makeVmc(other);
  const place = makePlace();
  let path: string | undefined = place.path;
  const { states } = await setUp({ path: async () => path }, place);
  path = undefined;
  await place.unplug();
  await until('absent', () => states.at(-1) === 'absent');
  await other.plug();
  path = other.path;
  await until('the line again', () => states.filter((s) => s === 'ready').length === 2);
  await there.play(opened);
});

it('a machine that goes silent is doubtful within the limit, and its session is cancelled', async () => {
  const { vmc, vend } = await setUp({ limitMs: 800 });
  await vmc.play(opened + chosen);
  const vended = vend();
  expect(await vmc.poll()).toBe(approved);
  expect(await vended).toBe('doubtful');
  expect(await vmc.poll()).toBe('0404');
});

it('repeats are no second order, a damaged block and another device’s are not answered', async () => {
  const { vmc, wishes, faults } = await setUp();
  await vmc.play(opened + chosen + chosen);
  await vmc.play('> 1300015e000578\n> nonsense\n> 6060\n> 1507\n> 1212\n< 00');
  expect(wishes).toHaveLength(1);
  expect(faults).toHaveLength(3);
});

it('always idle, level 3, second address: a VEND REQUEST without a session', async () => {
  const { vmc, vend, wishes } = await setUp({ session: 'always-idle', address: 'second', scale: 1 });
  await vmc.play('> 6060\n< 00\n> 6262\n< 0000\n> 61000300000064\n< 010313440102050063');
  await vmc.play('> 67040000002' + '08b\n< 00\n> 640165\n< 00\n> 6262\n< 00\n> 6300015e0005c7\n< 00');
  expect(wishes).toEqual([{ amountMinor: 350, item: 5 }]);
  const vended = vend();
  await vmc.play(`> 6262\n< ${approved}\n> 630366\n< 00`);
  expect(await vended).toBe('failed');
});

test.each([
  ['c,VEND,SUCCESS\n> c,STATUS,IDLE', 'delivered'],
  ['c,ERR,"VEND 3"', 'failed'],
  ['c,STATUS,INACTIVE', 'doubtful'],
])('an adapter that keeps the session: %s', async (said, result) => {
  const { vmc, vend, wishes } = await setUp({ dialect: 'qibixx', session: 'always-idle' });
  await vmc.play('< C,1\n> c,STATUS,INACTIVE\n> r,ACK\n> c,STATUS,ENABLED\n> c,STATUS,VEND,12.30,2');
  await until('the order', () => wishes.length === 1);
  expect(wishes).toEqual([{ amountMinor: 1_230, item: 2 }]);
  const vended = vend();
  await vmc.play(`< C,VEND,12.30\n> ${said}`);
  expect(await vended).toBe(result);
});

it('an adapter that keeps the session: begun by us, denied, silent', async () => {
  const { vmc, vend, machine, faults, wishes } = await setUp({ dialect: 'qibixx', limitMs: 60 });
  await vmc.play('< C,1\n> c,STATUS,ENABLED\n< C,START,655.34\n> c,STATUS,VEND,1.5,2');
  await vmc.play('> c,STATUS,VEND,1.505,2\n> c,STATUS,WHAT');
  await until('the faults', () => faults.length === 2);
  machine.over('order 1');
  await vmc.play('< C,STOP\n> c,STATUS,IDLE\n> c,STATUS,VEND,2.00,2');
  await until('the second order', () => wishes.length === 2);
  expect(await vend(2)).toBe('doubtful');
  await vmc.play('< C,VEND,2.00\n< C,STOP');
});
