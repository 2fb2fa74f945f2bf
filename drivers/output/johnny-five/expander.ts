import type Board from 'johnny-five/lib/board.js';
import type { I2cBus } from '../../contract/i2c.js';
import { SysfsError } from '../../sysfs/files.js';
import type { Ground } from './ground.js';
import { boardOver, type JohnnyFive } from './library.js';
import { IoPlugin } from './plugin.js';

export const expanderChips = ['pcf8574', 'mcp23017'] as const;
export type ExpanderChip = (typeof expanderChips)[number];

export type ExpanderOptions = {
  readonly chip: ExpanderChip;
  readonly bus: I2cBus;
  readonly address: number;
};

type Traits = {
  readonly pins: number;
  /** What the chip does with a pin after power-up: so a pin that nobody named stays. */
  leave(expander: InstanceType<JohnnyFive['Expander']>, pin: number): void;
  /** Whether the pin is high. @throws where the chip has lost its settings */
  isHigh(io: IoPlugin, pin: number): Promise<boolean>;
};

const IODIR = 0x00;
const OLAT = 0x14;
const bit = (byte: number, pin: number): boolean => ((byte >> (pin % 8)) & 1) === 1;

const traits: Readonly<Record<ExpanderChip, Traits>> = {
  pcf8574: {
    pins: 8,
    leave: (expander, pin) => expander.digitalWrite(pin, 1),
    isHigh: async (io, pin) => bit(await io.read(), pin),
  },
  mcp23017: {
    pins: 16,
    leave: (expander, pin) => expander.pinMode(pin, expander.MODES['INPUT']),
    async isHigh(io, pin) {
      const port = pin < 8 ? 0 : 1;
      if (bit(await io.read(IODIR + port), pin)) throw new SysfsError('mcp23017: it was without power', 'EIO');
      return bit(await io.read(OLAT + port), pin);
    },
  },
};

/** How many pins a chip has. */
export const pinsOf = (chip: ExpanderChip): number => traits[chip].pins;

/**
 * johnny-five keeps expanders by their address alone, of all buses and for the life of the process, and makes no second
 * one: so each has a number of its own here, and the plugin knows the chip.
 */
let numbered = 0x100;

/** One chip with several outputs behind it: a tower light, a board of relays. */
export class FiveExpander {
  readonly #options: ExpanderOptions;
  readonly #io: IoPlugin;
  /** The pins that outputs were given, each with its level while off. */
  readonly #off = new Map<number, 0 | 1>();
  #board: Promise<Board> | undefined;

  constructor(options: ExpanderOptions) {
    this.#options = options;
    this.#io = new IoPlugin({ chip: options });
  }

  /** To be called for every output before the first is taken: the chip gets all levels at once. */
  ground(pin: number, activeLow: boolean): Ground {
    const { chip } = this.#options;
    this.#off.set(pin, activeLow ? 1 : 0);
    return {
      pin,
      inverted: activeLow,
      take: (five) => this.#boardOf(five),
      send: () => this.#io.send(),
      isOn: async () => (await traits[chip].isHigh(this.#io, pin)) !== activeLow,
      release: async () => {},
    };
  }

  #boardOf(five: JohnnyFive): Promise<Board> {
    this.#board ??= this.#make(five);
    return this.#board;
  }

  /** johnny-five begins with every pin low, which pulls relays that are active low: that gathers, and is never sent. */
  async #make(five: JohnnyFive): Promise<Board> {
    const { chip } = this.#options;
    const board = await boardOver(five, this.#io);
    const expander = new five.Expander({ controller: chip.toUpperCase(), address: numbered++, board });
    for (let pin = 0; pin < traits[chip].pins; pin++) {
      const off = this.#off.get(pin);
      if (off === undefined) traits[chip].leave(expander, pin);
      else expander.digitalWrite(pin, off);
    }
    return boardOver(five, expander);
  }
}
