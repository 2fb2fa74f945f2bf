import type { Clock } from '../clock.js';
import { readText, writeText } from '../sysfs/files.js';
import { exportLine, type GpioLine, lineNumber } from '../sysfs/gpio.js';
import { closeLine, type MakeLine, type OnoffLine } from '../sysfs/onoff.js';
import { notKernel, type Wire } from './wire.js';

export type GpioOptions = GpioLine & {
  readonly activeLow: boolean;
  readonly sysRoot: string;
  readonly clock: Clock;
  readonly load: () => Promise<MakeLine>;
};

/** A GPIO line by onoff. Its level stays when this process dies; the next start switches it off. */
export class OnoffWire implements Wire {
  readonly abilities = { blink: 'process', pulse: 'process', tone: false } as const;
  readonly blink = notKernel;
  readonly pulse = notKernel;
  readonly #options: GpioOptions;
  #line: OnoffLine | undefined;
  #folder = '';

  constructor(options: GpioOptions) {
    this.#options = options;
  }

  async take(): Promise<void> {
    await this.release();
    const { sysRoot, clock, activeLow, load } = this.#options;
    const make = await load();
    const number = await lineNumber(sysRoot, this.#options);
    const folder = await exportLine(sysRoot, number, clock);
    this.#folder = folder;
    // "low" and "high" are levels of the wire whatever active_low says, and come with the direction: no glitch.
    const off = activeLow ? 'high' : 'low';
    await writeText(`${folder}/active_low`, activeLow ? '1' : '0');
    await writeText(`${folder}/direction`, off);
    this.#line = make(number, off, 'none', { activeLow, reconfigureDirection: false });
    await this.set(false);
  }

  async set(on: boolean, _hz?: number, begin?: () => void): Promise<void> {
    begin?.();
    this.write(on);
  }

  /** At once: some 20 to 50 µs, and a pulse shall not wait for the pool that syncs the journal. */
  write(on: boolean): void {
    this.#taken.writeSync(on ? 1 : 0);
  }

  /** By its folder too: an open file of a line that is gone may still read. */
  async isOn(): Promise<boolean> {
    await readText(`${this.#folder}/value`);
    return (await this.#taken.read()) === 1;
  }

  async release(): Promise<void> {
    if (this.#line) closeLine(this.#line);
    this.#line = undefined;
  }

  get #taken(): OnoffLine {
    if (!this.#line) throw new Error('the line is not taken');
    return this.#line;
  }
}
