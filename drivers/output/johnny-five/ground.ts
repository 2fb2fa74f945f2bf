import type Board from 'johnny-five/lib/board.js';
import { type GpioOptions, OnoffWire } from '../onoff.js';
import { boardOver, type JohnnyFive } from './library.js';
import { IoPlugin } from './plugin.js';

/** What one component of johnny-five stands on. */
export interface Ground {
  /** The component's pin on that board. */
  readonly pin: number;
  /** The pin is low while the line is on. What the kernel turns round by itself is not inverted. */
  readonly inverted: boolean;
  /** Ready to be switched; nothing has changed for anyone else. */
  take(five: JohnnyFive): Promise<Board>;
  /** Settled when what the component has written since is so. */
  send(): Promise<void>;
  isOn(): Promise<boolean>;
  release(): Promise<void>;
}

/** A GPIO line: taken and let go as for `gpio`, switched by johnny-five through the plugin. */
export class LineGround implements Ground {
  readonly pin = 0;
  readonly inverted = false;
  readonly #line: OnoffWire;
  #board: Promise<Board> | undefined;

  constructor(options: GpioOptions) {
    this.#line = new OnoffWire(options);
  }

  async take(five: JohnnyFive): Promise<Board> {
    await this.#line.take();
    this.#board ??= boardOver(five, new IoPlugin({ lines: [(high) => this.#line.write(high)] }));
    return this.#board;
  }

  async send(): Promise<void> {}

  isOn(): Promise<boolean> {
    return this.#line.isOn();
  }

  release(): Promise<void> {
    return this.#line.release();
  }
}
