import type { Clock } from '../clock.js';

/** Of a line that bounces: the level that stayed. The first one after `forget` is how it stands, and no change. */
export class Debounce {
  readonly #clock: Clock;
  readonly #stayMs: number;
  readonly #changed: (active: boolean, atMs: number) => void;
  #level: boolean | undefined;
  #seen: boolean | undefined;
  #cancel = (): void => {};

  /** @param changed gets the time of the first edge */
  constructor(clock: Clock, stayMs: number, changed: (active: boolean, atMs: number) => void) {
    this.#clock = clock;
    this.#stayMs = stayMs;
    this.#changed = changed;
  }

  get level(): boolean | undefined {
    return this.#level;
  }

  see(active: boolean): void {
    if (this.#level === undefined) {
      this.#level = active;
      this.#seen = active;
      return;
    }
    if (active === this.#seen) return;
    this.#seen = active;
    this.#cancel();
    if (active === this.#level) return;
    const atMs = this.#clock.now();
    this.#cancel = this.#clock.after(this.#stayMs, () => {
      this.#level = active;
      this.#changed(active, atMs);
    });
  }

  forget(): void {
    this.#cancel();
    this.#level = undefined;
    this.#seen = undefined;
  }
}
