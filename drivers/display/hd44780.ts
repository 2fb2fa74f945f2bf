import { type Clock, pause } from '../clock.js';
import type { Display, DisplayHandlers, Screen } from '../contract/display.js';
import type { I2cBus } from '../contract/i2c.js';
import { type LcdSize, lcdLines } from './lcd-text.js';
import { type Moment, type Panel, PanelLoop } from './panel.js';

/** Which bit of the PCF8574 goes where. */
export type LcdPins = {
  readonly rs: number;
  readonly rw: number;
  readonly enable: number;
  readonly backlight: number;
  /** D4 to D7. */
  readonly data: readonly [number, number, number, number];
  /** The light is on while its bit is low. */
  readonly backlightLow?: boolean;
};

export type LcdWiring = 'common' | 'mjkdz';

/** The two wirings that backpacks are sold with. */
export const wirings: Readonly<Record<LcdWiring, LcdPins>> = {
  common: { rs: 0, rw: 1, enable: 2, backlight: 3, data: [4, 5, 6, 7] },
  mjkdz: { rs: 6, rw: 5, enable: 4, backlight: 7, data: [0, 1, 2, 3], backlightLow: true },
};

export type LcdOptions = LcdSize & {
  readonly bus: I2cBus;
  readonly address: number;
  readonly clock: Clock;
  readonly wiring?: LcdWiring;
};

/** Where each line begins in the controller's memory. */
const lineStart = (row: number, columns: number): number => (row % 2 === 0 ? 0 : 0x40) + (row >= 2 ? columns : 0);

const SET_ADDRESS = 0x80;
/** Four bits, two lines, 5x8; cursor off, display on; writes to the right; home, which undoes a shift. */
const SET_UP = [0x28, 0x0c, 0x06] as const;
const HOME = 0x02;
/** After power-up; between the three calls to order; for `home`. Above what the data sheet asks for. */
const POWER_UP_MS = 50;
const CALL_MS = 5;
const HOME_MS = 3;

class LcdPanel implements Panel {
  readonly #options: LcdOptions;
  readonly #pins: LcdPins;
  #sent: string[] = [];

  constructor(options: LcdOptions) {
    this.#options = options;
    this.#pins = wirings[options.wiring ?? 'common'];
  }

  /** By the calls of the data sheet's figure 24, so that it also comes back from the middle of a byte. Clears nothing. */
  async open(): Promise<void> {
    this.#sent = [];
    await this.#wait(POWER_UP_MS);
    for (let call = 0; call < 3; call++) {
      await this.#send(this.#nibble(0x3, false));
      await this.#wait(CALL_MS);
    }
    await this.#send(this.#nibble(0x2, false));
    for (const command of SET_UP) await this.#send(this.#byte(command, false));
    await this.#send(this.#byte(HOME, false));
    await this.#wait(HOME_MS);
  }

  async draw(moment: Moment | undefined): Promise<void> {
    const lines = lcdLines(moment?.screen, this.#options, moment?.page);
    for (const [row, line] of lines.entries()) {
      const before = this.#sent[row];
      if (line === before) continue;
      const [from, to] = changed(before, line);
      const address = SET_ADDRESS | (lineStart(row, this.#options.columns) + from);
      const characters = [...line.slice(from, to)].flatMap((c) => this.#byte(c.charCodeAt(0), true));
      await this.#send([...this.#byte(address, false), ...characters]);
      this.#sent[row] = line;
    }
    if (!moment) await this.#send([this.#port(0, false, false, false)]);
  }

  /** The bus belongs to whoever made it. */
  async close(): Promise<void> {}

  #byte(value: number, text: boolean): number[] {
    return [...this.#nibble(value >> 4, text), ...this.#nibble(value & 0x0f, text)];
  }

  /** RS must stand before E rises, the data before it falls. */
  #nibble(value: number, text: boolean): number[] {
    return [this.#port(value, text, false), this.#port(value, text, true), this.#port(value, text, false)];
  }

  /** All eight pins at once; it is only ever written to, so RW stays low. */
  #port(value: number, text: boolean, enable: boolean, light = true): number {
    const { rs, enable: e, backlight, data, backlightLow = false } = this.#pins;
    const bits = data.reduce((sum, pin, bit) => sum | (((value >> bit) & 1) << pin), 0);
    return bits | (Number(text) << rs) | (Number(enable) << e) | (Number(light !== backlightLow) << backlight);
  }

  #send(bytes: readonly number[]): Promise<void> {
    return this.#options.bus.write(this.#options.address, Uint8Array.from(bytes));
  }

  #wait(ms: number): Promise<void> {
    return pause(this.#options.clock, ms, new AbortController().signal);
  }
}

/** From and to (not included). */
function changed(before: string | undefined, after: string): [number, number] {
  if (before === undefined) return [0, after.length];
  const differs = [...after].map((character, at) => character !== before[at]);
  return [differs.indexOf(true), differs.lastIndexOf(true) + 1];
}

/** A display of characters behind a PCF8574. A changed line is one transaction. It shows no code. */
export class LcdDisplay implements Display {
  readonly qrModulesMost = 0;
  readonly #loop: PanelLoop;

  constructor(options: LcdOptions) {
    this.#loop = new PanelLoop(new LcdPanel(options), options);
  }

  async start(handlers?: DisplayHandlers): Promise<void> {
    this.#loop.start(handlers);
  }

  show(screen: Screen): void {
    this.#loop.show(screen);
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }
}
