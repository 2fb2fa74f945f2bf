import type { OrderId } from '../../protocol/ids.js';
import type { Order, OrderEvent } from './order.js';

export const ORDERS_KEPT = 50;
/** Per order. A fixed-price order may wait for days while people show it shopping lists. */
export const EVENTS_KEPT = 100;

/** `seq` counts the order's events from 1, with gaps where feedback was forgotten. `atMs`: epoch. */
export type LoggedEvent = { readonly seq: number; readonly atMs: number; readonly event: OrderEvent };
export type Listener = (id: OrderId, logged: LoggedEvent) => void;

type Entry = { order: Order | undefined; seq: number; events: LoggedEvent[]; ended: boolean };

const none: readonly Listener[] = [];

const isFeedback = ({ event }: LoggedEvent): boolean =>
  event.state === 'scan-rejected' || event.state === 'scan-refused';

/** What happened to the last orders, and who follows them. Bounded; in memory only. */
export class OrderLog {
  readonly #entries = new Map<OrderId, Entry>();
  readonly #listeners = new Map<OrderId, Set<Listener>>();
  readonly #allListeners = new Set<Listener>();

  /** Makes the order's content known; its events may come before or after. */
  describe(order: Order): void {
    this.#entry(order.id).order = order;
  }

  publish(id: OrderId, event: OrderEvent, atMs: number): void {
    const entry = this.#entry(id);
    entry.seq += 1;
    const logged: LoggedEvent = { seq: entry.seq, atMs, event };
    entry.events.push(logged);
    if (event.state === 'ended') entry.ended = true;
    if (entry.events.length > EVENTS_KEPT) forgetOne(entry.events);
    for (const listener of [...(this.#listeners.get(id) ?? none), ...this.#allListeners]) listener(id, logged);
  }

  has(id: OrderId): boolean {
    return this.#entries.has(id);
  }

  order(id: OrderId): Order | undefined {
    return this.#entries.get(id)?.order;
  }

  ended(id: OrderId): boolean {
    return this.#entries.get(id)?.ended ?? false;
  }

  history(id: OrderId): readonly LoggedEvent[] {
    return [...(this.#entries.get(id)?.events ?? [])];
  }

  /** Orders without their last event, oldest first. */
  open(): readonly OrderId[] {
    return [...this.#entries].filter(([, entry]) => !entry.ended).map(([id]) => id);
  }

  /** @returns how to stop listening */
  subscribe(id: OrderId, listener: Listener): () => void {
    const set = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.#listeners.get(id) === set) this.#listeners.delete(id);
    };
  }

  /** Every event of every order. @returns how to stop listening */
  subscribeAll(listener: Listener): () => void {
    this.#allListeners.add(listener);
    return () => this.#allListeners.delete(listener);
  }

  #entry(id: OrderId): Entry {
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const entry: Entry = { order: undefined, seq: 0, events: [], ended: false };
    this.#entries.set(id, entry);
    if (this.#entries.size > ORDERS_KEPT) this.#forgetOrder(id);
    return entry;
  }

  /** The oldest that has ended; when none has, the oldest. */
  #forgetOrder(fresh: OrderId): void {
    let oldest: OrderId | undefined;
    for (const [id, entry] of this.#entries) {
      if (id === fresh) continue;
      oldest ??= id;
      if (!entry.ended) continue;
      this.#entries.delete(id);
      return;
    }
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

/** Feedback to scans goes first: what happened to the money stays. */
function forgetOne(events: LoggedEvent[]): void {
  events.splice(Math.max(0, events.findIndex(isFeedback)), 1);
}
