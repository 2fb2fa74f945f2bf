import type { ButtonHandlers, Buttons } from '../contract/button.js';

/** Buttons of several kinds, such as a page's and those beside it. */
export class SeveralButtons implements Buttons {
  readonly #all: readonly Buttons[];

  constructor(all: readonly Buttons[]) {
    this.#all = all;
  }

  async start(handlers: ButtonHandlers): Promise<void> {
    await Promise.all(this.#all.map((one) => one.start(handlers)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((one) => one.stop()));
  }
}
