import { type Clock, systemClock } from '../clock.js';
import type { Input, InputHandlers } from '../contract/input.js';
import { Debounce } from './debounce.js';

/** A line that a test moves. */
export class VirtualInput implements Input {
  readonly name: string;
  readonly #debounce: Debounce;
  #handlers: InputHandlers | undefined;
  #level: boolean;

  constructor({ name, active = false, debounceMs = 20, clock = systemClock as Clock }: VirtualInputOptions) {
    this.name = name;
    this.#level = active;
    this.#debounce = new Debounce(clock, debounceMs, (now, atMs) => this.#handlers?.onChange(now, atMs));
  }

  get active(): boolean | undefined {
    return this.#debounce.level;
  }

  async start(handlers: InputHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#debounce.see(this.#level);
  }

  move(active: boolean): void {
    this.#level = active;
    if (this.#handlers) this.#debounce.see(active);
  }

  fail(detail: string): void {
    this.#debounce.forget();
    this.#handlers?.onFault(detail);
  }

  async stop(): Promise<void> {
    this.#handlers = undefined;
    this.#debounce.forget();
  }
}

export type VirtualInputOptions = {
  readonly name: string;
  readonly active?: boolean;
  readonly debounceMs?: number;
  readonly clock?: Clock;
};
