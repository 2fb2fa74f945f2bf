import type { VendResult } from '../../drivers/contract/actuator.js';
import { newLinkId, newOrderId, type OrderId, orderOf, type RandomBytes } from '../../protocol/ids.js';
import type { IssuerId } from '../../protocol/words.js';
import { asksToPress } from '../kiosk/press.js';
import type { LinkEnd } from '../kiosk/state.js';
import type { Cancelled, KioskStatus, Linked, LinkStatus, OrderDesk, OrderRequest, Placed } from '../orders/desk.js';
import type { OrderLog } from '../orders/log.js';
import type { Order } from '../orders/order.js';
import type { Counters } from './counters.js';
import type { KioskLoop } from './loop.js';

export type DeskParts = {
  readonly loop: KioskLoop;
  readonly counters: Counters;
  readonly orders: OrderLog;
  readonly random: RandomBytes;
  readonly kiosk: string;
  readonly version: string;
  /** The version of the issuer table in use. */
  readonly issuerTable: () => number;
  /** Modules a side of the largest QR code that the display can show; 0: none. */
  readonly modulesMost: number;
  /** Monotonic ms. */
  readonly now: () => number;
  /** The kiosk app's word on a vend. `ended`: the vend has ended otherwise, by its time limit. */
  readonly report: (order: OrderId, result: VendResult) => 'accepted' | 'ended' | 'unknown';
};

const endedLink = ({ id, ...rest }: LinkEnd): LinkStatus => ({ link: id, ...rest });

/** Where orders come in: from the kiosk app through the API, or from the fixed price. */
export class Desk implements OrderDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  place({ amount, currency, reference }: OrderRequest): Placed {
    const { loop, random, orders } = this.#parts;
    const { state } = loop;
    if (state.order || state.attempt) return { ok: false, code: 'busy' };
    const [reason] = state.closed;
    if (reason) return { ok: false, code: 'out-of-service', reason };
    const order: Order = { id: newOrderId(random), amount, currency, reference };
    orders.describe(order);
    loop.dispatch({ type: 'order-placed', order });
    return { ok: true, order };
  }

  cancel(id: OrderId): Cancelled {
    const { loop } = this.#parts;
    const { order, attempt } = loop.state;
    const waiting = order?.id === id;
    const undecided =
      attempt?.phase === 'sent' || attempt?.phase === 'password-pending' || attempt?.phase === 'confirm-pending';
    if (!waiting && !(undecided && attempt.order.id === id)) return 'unknown';
    loop.dispatch({ type: 'order-cancelled', order: id });
    return waiting ? 'cancelled' : 'aborting';
  }

  report(id: OrderId, result: VendResult): boolean {
    const { loop, report } = this.#parts;
    const answer = report(id, result);
    if (answer !== 'ended') return answer === 'accepted';
    const { books, memory } = loop.state;
    const doubtful = [...books, ...memory].find((e) => orderOf(e.attempt) === id && e.delivery === 'doubtful');
    if (!doubtful || result === 'doubtful') return false;
    loop.dispatch({ type: 'vend-known', attempt: doubtful.attempt, result });
    return true;
  }

  link(wallet: IssuerId): Linked {
    const { loop, random, modulesMost } = this.#parts;
    const { attempt, link, closed } = loop.state;
    if (attempt || link) return { ok: false, code: 'busy' };
    const [reason] = closed;
    if (reason) return { ok: false, code: 'out-of-service', reason };
    const id = newLinkId(random);
    loop.dispatch({ type: 'link-asked', wallet, link: id, modulesMost });
    return loop.state.link ? { ok: true, link: id } : { ok: false, code: 'no-display' };
  }

  dropLink(): boolean {
    const { loop } = this.#parts;
    if (!loop.state.link) return false;
    loop.dispatch({ type: 'link-dropped' });
    return true;
  }

  linking(): LinkStatus | undefined {
    const { loop, now } = this.#parts;
    const { link, linkEnd } = loop.state;
    if (!link) return linkEnd ? endedLink(linkEnd) : undefined;
    const { id, wallet, stage: state, code, digits, untilMs } = link;
    const leftMs = Math.max(0, Math.round(untilMs - now()));
    return { link: id, wallet, state, ...(code ? { code } : {}), ...(digits ? { digits } : {}), leftMs };
  }

  press(order?: OrderId): boolean {
    const { loop } = this.#parts;
    const { attempt } = loop.state;
    if (!attempt || !asksToPress(attempt) || (order !== undefined && order !== attempt.order.id)) return false;
    loop.dispatch({ type: 'pressed', order: attempt.order.id });
    // It comes too late where the relay may no longer act on it, though the question still stands there.
    return loop.state.attempt !== attempt;
  }

  status(): KioskStatus {
    const { loop, counters, kiosk, version, issuerTable } = this.#parts;
    const [reason] = loop.state.closed;
    return {
      kiosk,
      service: reason ? 'out-of-service' : 'in-service',
      ...(reason ? { reason } : {}),
      version,
      issuerTable: issuerTable(),
      counters: counters.all(),
    };
  }
}
