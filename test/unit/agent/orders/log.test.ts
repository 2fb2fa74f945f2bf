import { expect, it } from 'vitest';
import { EVENTS_KEPT, type LoggedEvent, ORDERS_KEPT, OrderLog } from '../../../../agent/orders/log.js';
import type { OrderEvent } from '../../../../agent/orders/order.js';

const armed: OrderEvent = { state: 'armed' };
const ended: OrderEvent = { state: 'ended', outcome: 'delivered' };
const rejected: OrderEvent = { state: 'scan-rejected', reason: 'url' };
const states = (events: readonly LoggedEvent[]) => events.map(({ event }) => event.state);

it('keeps the last orders, and an open one longer than those that ended', () => {
  const log = new OrderLog();
  log.publish('open', armed, 1);
  for (let i = 0; i < 3 * ORDERS_KEPT; i++) {
    log.publish(`order-${i}`, armed, 2);
    log.publish(`order-${i}`, ended, 3);
  }
  expect(log.has('open')).toBe(true);
  expect(log.open()).toEqual(['open']);
  expect(log.has(`order-${2 * ORDERS_KEPT}`)).toBe(false);
  expect(Array.from({ length: 3 * ORDERS_KEPT }, (_, i) => log.has(`order-${i}`)).filter(Boolean)).toHaveLength(
    ORDERS_KEPT - 1,
  );
});

it('is bounded although no order ever ends', () => {
  const log = new OrderLog();
  for (let i = 0; i < 3 * ORDERS_KEPT; i++) log.publish(`order-${i}`, armed, 0);
  expect(log.open()).toHaveLength(ORDERS_KEPT);
  expect(log.has(`order-${3 * ORDERS_KEPT - 1}`)).toBe(true);
});

it('forgets feedback to scans before what happened to the money', () => {
  const log = new OrderLog();
  log.publish('a', armed, 0);
  for (let i = 0; i < 5 * EVENTS_KEPT; i++) log.publish('a', rejected, i);
  log.publish('a', { state: 'submitted', attempt: 'x', scanToPublishMs: 1 }, 9);
  log.publish('a', ended, 10);
  const history = log.history('a');
  expect(history).toHaveLength(EVENTS_KEPT);
  expect(states(history).filter((s) => s !== 'scan-rejected')).toEqual(['armed', 'submitted', 'ended']);
  expect(history.at(-1)).toMatchObject({ seq: 5 * EVENTS_KEPT + 3, atMs: 10 });
});

it('tells followers of one order and of all, until they stop', () => {
  const log = new OrderLog();
  const one: string[] = [];
  const all: string[] = [];
  const stopOne = log.subscribe('a', (id, { event }) => one.push(`${id} ${event.state}`));
  const stopAll = log.subscribeAll((id, { event }) => all.push(`${id} ${event.state}`));
  log.publish('a', armed, 0);
  log.publish('b', armed, 0);
  stopOne();
  log.publish('a', ended, 0);
  stopAll();
  log.publish('b', ended, 0);
  expect(one).toEqual(['a armed']);
  expect(all).toEqual(['a armed', 'b armed', 'a ended']);
});

it('knows an order by its events before it knows its content, and hands out copies', () => {
  const log = new OrderLog();
  log.publish('a', armed, 0);
  expect(log.order('a')).toBeUndefined();
  const before = log.history('a');
  log.describe({ id: 'a', amount: 3550, currency: 'HKD', reference: 'A-12' });
  log.publish('a', ended, 0);
  expect(log.order('a')).toMatchObject({ amount: 3550 });
  expect(before).toHaveLength(1);
  expect(log.ended('a')).toBe(true);
});
