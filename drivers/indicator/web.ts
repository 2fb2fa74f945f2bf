import type { Indicator, Signal } from '../contract/indicator.js';
import type { WebFront } from '../web/front.js';

/** Tower light and buzzer of the web front. Who made the front starts and stops it. */
export class WebIndicator implements Indicator {
  readonly #front: WebFront;

  constructor(front: WebFront) {
    this.#front = front;
  }

  async start(): Promise<void> {}

  show(signal: Signal): void {
    this.#front.showSignal(signal);
  }

  async stop(): Promise<void> {
    this.#front.showSignal('out-of-service');
  }
}
