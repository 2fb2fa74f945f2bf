import type { ButtonHandlers, Buttons } from '../contract/button.js';
import type { WebFront } from '../web/front.js';

/** The buttons of the web front: those that its screen shows. Who made the front starts and stops it. */
export class WebButtons implements Buttons {
  readonly #front: WebFront;

  constructor(front: WebFront) {
    this.#front = front;
  }

  async start(handlers: ButtonHandlers): Promise<void> {
    this.#front.onPress((press) => handlers.onPress(press));
  }

  async stop(): Promise<void> {
    this.#front.onPress(undefined);
  }
}
