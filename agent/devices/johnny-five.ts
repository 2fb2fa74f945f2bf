import type { I2cBus } from '../../drivers/contract/i2c.js';
import { KernelI2cBus } from '../../drivers/i2c/bus.js';
import { type ExpanderChip, FiveExpander } from '../../drivers/output/johnny-five/expander.js';
import type { OutputPlace } from '../../drivers/output/outputs.js';
import { EXPANDER_ADDRESS, EXPANDER_BUS } from '../config/devices/johnny-five.js';

type FiveConfig = {
  readonly component?: 'led' | 'relay';
  readonly expander?: ExpanderChip;
  readonly i2cBus?: string;
  readonly i2cAddress?: number;
  readonly chip?: string;
  readonly line: number;
  readonly activeLow: boolean;
};

/** Where outputs of back_end "johnny-five" are. Those behind one chip share it, and those on one bus the bus. */
export class FivePlaces {
  readonly #buses = new Map<string, I2cBus>();
  readonly #expanders = new Map<string, FiveExpander>();

  placeOf({ component = 'led', expander, i2cBus, i2cAddress, chip, line, activeLow }: FiveConfig): OutputPlace {
    const place = { backEnd: 'johnny-five', component, line, activeLow } as const;
    if (expander === undefined) return { ...place, ...(chip === undefined ? {} : { chip }) };
    return { ...place, expander: this.#expander(expander, i2cBus ?? EXPANDER_BUS, i2cAddress ?? EXPANDER_ADDRESS) };
  }

  #expander(chip: ExpanderChip, path: string, address: number): FiveExpander {
    const bus = this.#buses.get(path) ?? new KernelI2cBus({ path });
    this.#buses.set(path, bus);
    const at = `${path} ${address}`;
    const expander = this.#expanders.get(at) ?? new FiveExpander({ chip, bus, address });
    this.#expanders.set(at, expander);
    return expander;
  }
}
