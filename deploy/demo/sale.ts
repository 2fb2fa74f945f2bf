import type { OrderEvent } from '../../agent/orders/order.js';
import { Changes } from './changes.js';
import { HttpError } from './http.js';
import { describe } from './payment.js';
import type { Stack } from './stack.js';

type Ended = Extract<OrderEvent, { state: 'ended' }>;

/** An order that is followed from its placing; what is to be vended is reported as delivered. */
export class FollowedOrder {
  readonly id: string;
  readonly history: string[] = [];
  /** The relay's name of the payment, once it was submitted. */
  attempt: string | undefined;
  readonly #stack: Stack;
  readonly #stop = new AbortController();
  #ended: Ended | undefined;
  readonly #changes = new Changes();
  #lost = '';

  private constructor(stack: Stack, id: string) {
    this.#stack = stack;
    this.id = id;
    void this.#follow();
  }

  static async place(stack: Stack, amount: string, currency: string, reference: string): Promise<FollowedOrder> {
    const { id } = await stack.agent.place({ amount, currency, reference });
    return new FollowedOrder(stack, id);
  }

  /** Resolves when the order is, or was, in this state. @throws Error with the order's history when it is not in time */
  async until(state: OrderEvent['state'], withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (!this.history.includes(state)) {
      const left = end - performance.now();
      if (left <= 0 || this.#ended || this.#lost !== '') throw new Error(this.#instead(state));
      await this.#changes.next(left);
    }
  }

  /** Its end. @throws Error with the order's history when there is none in time */
  async end(withinMs: number): Promise<Ended> {
    await this.until('ended', withinMs);
    if (!this.#ended) throw new Error(this.#instead('ended'));
    return this.#ended;
  }

  stop(): void {
    this.#stop.abort();
  }

  #instead(state: string): string {
    const { outcome, reason } = this.#ended ?? {};
    const end = outcome === undefined ? '' : ` (${outcome}${reason === undefined ? '' : `: ${reason}`})`;
    return `the order: found ${this.history.join(', ') || 'nothing'}${end}${this.#lost}, expected ${state}`;
  }

  async #follow(): Promise<void> {
    try {
      for await (const event of this.#stack.agent.events(this.id, this.#stop.signal)) await this.#on(event);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#lost = `, then lost sight of it${error instanceof HttpError ? ` (${error.status})` : ''}`;
    }
    this.#changes.tell();
  }

  async #on(event: OrderEvent): Promise<void> {
    this.history.push(event.state);
    this.#stack.log('kiosk', describe(event));
    if (event.state === 'submitted') this.attempt = event.attempt;
    if (event.state === 'ended') this.#ended = event;
    this.#changes.tell();
    if (event.state !== 'vending') return;
    this.#stack.log('app', 'told to vend; reports delivered');
    await this.#stack.agent.vend(this.id, 'delivered');
  }
}
