import type { Display, Screen } from '../contract/display.js';
import type { WebFront } from '../web/front.js';

/** The display of the web front. Who made the front starts and stops it; this driver shows and blanks. */
export class WebDisplay implements Display {
  readonly #front: WebFront;

  constructor(front: WebFront) {
    this.#front = front;
  }

  async start(): Promise<void> {}

  show(screen: Screen): void {
    this.#front.showScreen(screen);
  }

  async stop(): Promise<void> {
    this.#front.showScreen(undefined);
  }
}
