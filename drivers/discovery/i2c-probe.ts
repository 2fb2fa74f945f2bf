import { type I2cBus, I2cError } from '../contract/i2c.js';

/** Where lamps' expanders and small displays usually answer. */
export const usualAddresses: readonly { readonly address: number; readonly usually: string }[] = [
  ...Array.from({ length: 8 }, (_, i) => ({
    address: 0x20 + i,
    usually: 'PCF8574 or MCP23017: an expander or an LCD',
  })),
  ...Array.from({ length: 8 }, (_, i) => ({
    address: 0x38 + i,
    usually: i === 4 || i === 5 ? 'SSD1306 or SH1106: an OLED, or a PCF8574A' : 'PCF8574A: an expander or an LCD',
  })),
];

export type Answering = { readonly address: number; readonly usually: string };

/** What the kernel says where nobody answers, by the bus's driver. */
const nobody: ReadonlySet<string> = new Set(['EREMOTEIO', 'ENXIO', 'EIO', 'ETIMEDOUT']);

/**
 * Who answers on a bus when one byte is read. Only when a person asks, and never beside a running agent: the read stands
 * between two transactions of its display, and an expander's interrupt is cleared by it.
 * @throws I2cError when the bus itself cannot be used
 */
export async function probeI2c(bus: I2cBus): Promise<readonly Answering[]> {
  const found: Answering[] = [];
  for (const { address, usually } of usualAddresses) {
    try {
      await bus.read(address, 1);
      found.push({ address, usually });
    } catch (error) {
      if (!(error instanceof I2cError && nobody.has(error.code))) throw error;
    }
  }
  return found;
}
