import type { Display, Screen } from '../contract/display.js';

/** How many screens are remembered; a kiosk without a display may run for years. */
const remembered = 1_024;

/** A display that remembers. `screens` is the newest of what was shown, in order; `current` what a customer would see. */
export class VirtualDisplay implements Display {
  readonly qrModulesMost: number;
  readonly screens: Screen[] = [];
  #current: Screen | undefined;

  /** `qrModulesMost`: as if a phone could read codes of that size from it; nobody sees the codes of a kiosk without a display. */
  constructor({ qrModulesMost = 0 }: { readonly qrModulesMost?: number } = {}) {
    this.qrModulesMost = qrModulesMost;
  }

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
