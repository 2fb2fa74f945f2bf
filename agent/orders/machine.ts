import type { OrderSource } from '../../drivers/contract/order-source.js';
import type { Currency } from '../../protocol/money.js';
import type { OrderDesk } from './desk.js';
import type { OrderLog } from './log.js';
import type { OrderEvent } from './order.js';

export type MachineParts = {
  readonly source: OrderSource;
  readonly desk: Pick<OrderDesk, 'place' | 'cancel'>;
  readonly log: Pick<OrderLog, 'subscribeAll'>;
  /** Of the machine's prices. */
  readonly currency: Currency;
  /** The machine's customer chose, and was sent away. */
  readonly onRefused: (why: string) => void;
};

/** After these nothing is handed out for the order, whatever becomes of its money. */
const over: ReadonlySet<OrderEvent['state']> = new Set(['ended', 'unconfirmed', 'reversing']);

/** A machine at which the customer chooses: each choice is an order, and the machine hears when it is over. */
export function connectMachine({ source, desk, log, currency, onRefused }: MachineParts): void {
  log.subscribeAll((order, { event }) => {
    if (over.has(event.state)) source.over(order);
  });
  source.connect({
    onOrder({ amountMinor, item }) {
      const placed = desk.place({ amount: amountMinor, currency, reference: `ITEM-${item}` });
      if (placed.ok) return placed.order.id;
      onRefused(placed.reason ?? placed.code);
      return undefined;
    },
    // Where the money may have moved the relay ends it; a vend that comes all the same is failed by the machine's driver.
    onDropped: (order) => void desk.cancel(order),
  });
}
