import type { Display, Screen } from '../contract/display.js';

/** How many screens are remembered; a kiosk without a display may run for years. */
const remembered = 1_024;

/** A display that remembers. `screens` is the newest of what was shown, in order; `current` what a customer would see. */
export class VirtualDisplay implements Display {
  readonly screens: Screen[] = [];
  #current: Screen | undefined;

  async start(): Promise<void> {}

  get current(): Screen | undefined {
    return this.#current;
  }

  show(screen: Screen): void {
    this.#current = screen;
    this.screens.push(screen);
    if (this.screens.length > remembered) this.screens.shift();
  }

  async stop(): Promise<void> {
    this.#current = undefined;
  }
}
