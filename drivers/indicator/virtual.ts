import type { Indicator, Signal } from '../contract/indicator.js';

/** How many signals are remembered; a kiosk without lamps may run for years. */
const remembered = 1_024;

/** Lamps and a buzzer that remember. `signals` is the newest of what was shown, in order; `lit` the one that stays. */
export class VirtualIndicator implements Indicator {
  readonly signals: Signal[] = [];
  #lit: Signal = 'out-of-service';

  async start(): Promise<void> {}

  get lit(): Signal {
    return this.#lit;
  }

  show(signal: Signal): void {
    if (signal !== 'read') this.#lit = signal;
    this.signals.push(signal);
    if (this.signals.length > remembered) this.signals.shift();
  }

  async stop(): Promise<void> {
    this.show('out-of-service');
  }
}
