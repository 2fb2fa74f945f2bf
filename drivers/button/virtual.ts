import type { ButtonHandlers, Buttons, Press } from '../contract/button.js';

/** Buttons that a test presses, and that a kiosk without buttons has. */
export class VirtualButtons implements Buttons {
  #handlers: ButtonHandlers | undefined;

  async start(handlers: ButtonHandlers): Promise<void> {
    this.#handlers = handlers;
  }

  press(press: Press): void {
    this.#handlers?.onPress(press);
  }

  async stop(): Promise<void> {
    this.#handlers = undefined;
  }
}
