// I2C expanders as their data sheets have them, alone on a bus: what their pins show outside, and each level they had.
import { type I2cBus, I2cError } from '../../drivers/contract/i2c.js';

export abstract class ExpanderChipDouble implements I2cBus {
  /** Each state of the pins since power-up, as "HHLL…", pin 0 first; "z" is an input. */
  readonly seen: string[] = [];
  readonly address: number;
  writes = 0;
  reads = 0;
  #there = true;

  constructor(address: number) {
    this.address = address;
  }

  /** Loses power, with all it was told. */
  pull(): void {
    this.#there = false;
  }

  plug(): void {
    this.#there = true;
    this.reset();
    this.look();
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    this.writes++;
    this.#meet(address);
    this.take(bytes);
    this.look();
  }

  async read(address: number, length: number): Promise<Uint8Array> {
    this.reads++;
    this.#meet(address);
    return this.give(length);
  }

  async close(): Promise<void> {}

  /** "H", "L" or, of an input, "z". */
  pin(pin: number): string {
    return this.#there ? (this.pins()[pin] ?? '') : '';
  }

  protected abstract reset(): void;
  protected abstract take(bytes: Uint8Array): void;
  protected abstract give(length: number): Uint8Array;
  protected abstract pins(): string;

  protected look(): void {
    const now = this.pins();
    if (this.seen.at(-1) !== now) this.seen.push(now);
  }

  #meet(address: number): void {
    if (!this.#there || address !== this.address) throw new I2cError(`i2c: 0x${address.toString(16)}`, 'EREMOTEIO');
  }
}

const levels = (byte: number, inputs = 0): string =>
  [...Array(8).keys()].map((i) => ((inputs >> i) & 1 ? 'z' : (byte >> i) & 1 ? 'H' : 'L')).join('');

/** One byte, all high after power-up. */
export class Pcf8574 extends ExpanderChipDouble {
  #port = 0xff;

  protected reset(): void {
    this.#port = 0xff;
  }

  protected take(bytes: Uint8Array): void {
    this.#port = bytes.at(-1) ?? this.#port;
  }

  protected give(length: number): Uint8Array {
    return new Uint8Array(length).fill(this.#port);
  }

  protected pins(): string {
    return levels(this.#port);
  }
}

/** Registers of bank 0; all inputs after power-up. What is written to GPIO goes to OLAT. */
export class Mcp23017 extends ExpanderChipDouble {
  readonly #registers = new Uint8Array(0x16).fill(0xff, 0, 2);
  #pointer = 0;

  protected reset(): void {
    this.#registers.fill(0).fill(0xff, 0, 2);
  }

  protected take([register = 0, ...values]: Uint8Array): void {
    this.#pointer = register;
    for (const value of values) {
      const at = this.#pointer++;
      this.#registers[at === 0x12 || at === 0x13 ? at + 2 : at] = value;
    }
  }

  protected give(length: number): Uint8Array {
    return this.#registers.slice(this.#pointer, this.#pointer + length);
  }

  protected pins(): string {
    const [a = 0, b = 0] = this.#registers.slice(0x14);
    const [inputsA = 0, inputsB = 0] = this.#registers;
    return levels(a, inputsA) + levels(b, inputsB);
  }
}
