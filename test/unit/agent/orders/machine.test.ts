// A machine at which the customer chooses, joined to the desk: what each tells the other.
import { expect, it } from 'vitest';
import type { OrderRequest, Placed } from '../../../../agent/orders/desk.js';
import { OrderLog } from '../../../../agent/orders/log.js';
import { connectMachine } from '../../../../agent/orders/machine.js';
import type { OrderEvent } from '../../../../agent/orders/order.js';
import type { OrderHandlers } from '../../../../drivers/contract/order-source.js';

function setUp(answer?: Placed) {
  let machine: OrderHandlers | undefined;
  const asked: OrderRequest[] = [];
  const cancelled: string[] = [];
  const over: string[] = [];
  const refused: string[] = [];
  const log = new OrderLog();
  connectMachine({
    source: {
      connect(handlers) {
        machine = handlers;
      },
      over: (order) => over.push(order),
    },
    desk: {
      place(request) {
        asked.push(request);
        return answer ?? { ok: true, order: { id: 'o1', ...request } };
      },
      cancel(order) {
        cancelled.push(order);
        return 'cancelled';
      },
    },
    ...{ log, currency: 'HKD', onRefused: (why) => refused.push(why) },
  });
  const tell = (...events: OrderEvent[]) => {
    for (const event of events) log.publish('o1', event, 0);
  };
  return { machine: machine as unknown as OrderHandlers, asked, cancelled, over, refused, tell };
}

it('a choice is an order of its price, in the machine’s currency', () => {
  const { machine, asked, refused } = setUp();
  expect(machine.onOrder({ amountMinor: 3_550, item: 5 })).toBe('o1');
  expect(asked).toEqual([{ amount: 3_550, currency: 'HKD', reference: 'ITEM-5' }]);
  expect(refused).toEqual([]);
});

it.each([
  [{ ok: false, code: 'busy' }, 'busy'],
  [{ ok: false, code: 'out-of-service', reason: 'relay' }, 'relay'],
] as const)('a kiosk that takes no order sends the choice away, and says why: %j', (answer, why) => {
  const { machine, refused } = setUp(answer);
  expect(machine.onOrder({ amountMinor: 1, item: 1 })).toBeUndefined();
  expect(refused).toEqual([why]);
});

it('what the machine drops is cancelled', () => {
  const { machine, cancelled } = setUp();
  machine.onDropped('o1');
  expect(cancelled).toEqual(['o1']);
});

it.each([{ state: 'ended', outcome: 'declined' }, { state: 'unconfirmed' }, { state: 'reversing' }] as OrderEvent[])(
  'the machine hears at once that nothing will be handed out: %j',
  (event) => {
    const { tell, over } = setUp();
    tell(
      { state: 'armed' },
      { state: 'submitted', attempt: 'a', scanToPublishMs: 1 },
      { state: 'approved' },
      { state: 'vending' },
    );
    expect(over).toEqual([]);
    tell(event);
    expect(over).toEqual(['o1']);
  },
);
