import type Board from 'johnny-five/lib/board.js';
import { notKernel, type Wire } from '../wire.js';
import type { Ground } from './ground.js';
import type { JohnnyFive } from './library.js';

/** What it is to johnny-five. */
export type FiveComponent = 'led' | 'relay';

export type FiveWireOptions = {
  readonly component: FiveComponent;
  readonly ground: Ground;
  readonly load: () => Promise<JohnnyFive>;
};

type Component = { on(): void; off(): void };

/**
 * A component of johnny-five, only ever switched on and off: its own `blink` and `pulse` run on timers that nobody here
 * can stop or try.
 */
export class FiveWire implements Wire {
  readonly abilities = { blink: 'process', pulse: 'process', tone: false } as const;
  readonly blink = notKernel;
  readonly pulse = notKernel;
  readonly #options: FiveWireOptions;
  #component: Component | undefined;

  constructor(options: FiveWireOptions) {
    this.#options = options;
  }

  /** Loads first: that may take its time only while the agent starts, whatever the line is like. */
  async take(): Promise<void> {
    const { load, ground } = this.#options;
    const five = await load();
    const board = await ground.take(five);
    // johnny-five keeps every component for ever: one that was lost is taken again, not made anew.
    if (this.#component) board.io.pinMode(ground.pin, board.io.MODES['OUTPUT']);
    else this.#component = this.#made(five, board);
    await this.set(false);
  }

  async set(on: boolean, _hz?: number, begin?: () => void): Promise<void> {
    const component = this.#component;
    if (!component) throw new Error('the line is not taken');
    begin?.();
    if (on) component.on();
    else component.off();
    await this.#options.ground.send();
  }

  isOn(): Promise<boolean> {
    return this.#options.ground.isOn();
  }

  release(): Promise<void> {
    return this.#options.ground.release();
  }

  /** A LED's `isAnode` counts for PWM pins alone: on a digital pin johnny-five throws, so it is turned round here. */
  #made({ Led, Relay }: JohnnyFive, board: Board): Component {
    const { component, ground } = this.#options;
    const { pin, inverted } = ground;
    if (component === 'relay') {
      const relay = new Relay({ pin, type: inverted ? 'NC' : 'NO', board });
      return { on: () => relay.close(), off: () => relay.open() };
    }
    const led = new Led({ pin, board });
    const [on, off] = [() => led.on(), () => led.off()];
    return inverted ? { on: off, off: on } : { on, off };
  }
}
