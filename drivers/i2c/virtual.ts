import { type I2cBus, I2cError } from '../contract/i2c.js';

/** One message to a device on the bus. */
export type I2cMessage = { readonly address: number; readonly bytes: Uint8Array };

/** How many messages are remembered; a simulation may run for years. */
const REMEMBERED = 65_536;

/** A bus that remembers what was written to it. A device stands at each address of `present`. */
export class VirtualI2cBus implements I2cBus {
  readonly present: Set<number>;
  readonly messages: I2cMessage[] = [];
  /** What the next transactions meet, such as EIO; undefined: nothing. */
  fault: string | undefined;
  #closed = false;

  constructor({ present }: { readonly present: readonly number[] }) {
    this.present = new Set(present);
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    const copy = Uint8Array.from(bytes);
    this.#meet(address);
    this.messages.push({ address, bytes: copy });
    if (this.messages.length > REMEMBERED) this.messages.shift();
  }

  async read(address: number, length: number): Promise<Uint8Array> {
    this.#meet(address);
    return new Uint8Array(length);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #meet(address: number): void {
    const fault = this.#closed ? 'closed' : (this.fault ?? (this.present.has(address) ? undefined : 'EREMOTEIO'));
    if (fault !== undefined) throw new I2cError(`i2c: 0x${address.toString(16)}: ${fault}`, fault);
  }
}
