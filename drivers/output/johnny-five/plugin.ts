import { EventEmitter } from 'node:events';
import type { I2cBus } from '../../contract/i2c.js';

const MODES = Object.freeze({ INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 });

export type PluginOptions = {
  /** Pin 0 and so on, each switched at once; it throws where it cannot be. */
  readonly lines?: readonly ((high: boolean) => void)[];
  /** The chip that all I2C calls are for. johnny-five knows a chip by a number of its own, see `Expander`. */
  readonly chip?: { readonly bus: I2cBus; readonly address: number };
};

/** Said to johnny-five by the IO plugin's specification: what is not offered throws. */
const refused = [
  ...['analogRead', 'analogWrite', 'pwmWrite', 'servoConfig', 'servoWrite', 'digitalRead', 'pingRead', 'pulseIn'],
  ...['i2cRead', 'i2cReadOnce', 'stepperConfig', 'stepperStep', 'serialConfig', 'serialWrite', 'serialRead'],
  ...['sendOneWireConfig', 'sendOneWireSearch', 'setSamplingInterval'],
] as const;

/**
 * An IO plugin for johnny-five: digital outputs over lines of ours, and I2C writes to one chip. Pitches are kept by the
 * kernel's PWM, inputs by `input/`, so neither is offered: johnny-five would toggle or poll in this process.
 */
export class IoPlugin extends EventEmitter {
  readonly name = 'quietzone';
  readonly MODES = MODES;
  readonly HIGH = 1;
  readonly LOW = 0;
  readonly pins: readonly object[];
  readonly analogPins: readonly number[] = [];
  readonly defaultLed = 0;
  isReady = false;
  readonly #lines: readonly ((high: boolean) => void)[];
  readonly #chip: PluginOptions['chip'];
  #outbox: Uint8Array[] = [];
  /** The transfer that was asked for last: the next one waits for it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ lines = [], chip }: PluginOptions) {
    super();
    this.#lines = lines;
    this.#chip = chip;
    this.pins = lines.map(() => ({
      ...{ supportedModes: [MODES.OUTPUT], mode: MODES.OUTPUT, value: 0, report: 0, analogChannel: 127 },
    }));
    process.nextTick(() => {
      this.emit('connect');
      this.isReady = true;
      this.emit('ready');
    });
  }

  normalize(pin: number): number {
    return pin;
  }

  /** Lines are outputs from the moment they are taken: there is nothing to be done. */
  pinMode(pin: number, mode: number | undefined): void {
    this.#line(pin);
    if (mode !== MODES.OUTPUT)
      throw new Error(`johnny-five: mode ${mode} of pin ${pin}, expected ${MODES.OUTPUT}, OUTPUT`);
  }

  digitalWrite(pin: number, value: number): void {
    this.#line(pin)(value !== 0);
  }

  /** Nothing to be set: the bus has its speed from the device tree. */
  i2cConfig(): void {}

  /** `(address, bytes)` or `(address, register, bytes)`; johnny-five's PCF8574 gives its one byte as a number. */
  i2cWrite(_address: number, ...rest: readonly (number | readonly number[])[]): void {
    this.#outbox.push(Uint8Array.from(rest.flat()));
  }

  i2cWriteReg(_address: number, register: number, value: number): void {
    this.#outbox.push(Uint8Array.of(register, value));
  }

  /**
   * Sends what was written since: johnny-five never learns whether a write arrived, so writes gather, and this answers for
   * them. Of each register only the newest goes out, and the higher register first: an MCP23017 has its levels before its
   * pins become outputs, and no lamp sees the steps between. @throws I2cError
   */
  send(): Promise<void> {
    const newest = new Map(this.#outbox.map((bytes) => [bytes.length > 1 ? (bytes[0] ?? 0) : -1, bytes]));
    this.#outbox = [];
    const messages = [...newest].sort(([a], [b]) => b - a);
    return this.#inTurn(async ({ bus, address }) => {
      for (const [, bytes] of messages) await bus.write(address, bytes);
    });
  }

  /** One byte of the chip: of a register, or of a chip that has none. @throws I2cError */
  read(register?: number): Promise<number> {
    return this.#inTurn(async ({ bus, address }) => {
      if (register !== undefined) await bus.write(address, Uint8Array.of(register));
      const [byte = 0] = await bus.read(address, 1);
      return byte;
    });
  }

  #inTurn<T>(run: (chip: NonNullable<PluginOptions['chip']>) => Promise<T>): Promise<T> {
    const chip = this.#chip;
    if (!chip) return Promise.reject(new Error('johnny-five: this plugin has lines and no I2C chip'));
    const turn = this.#last.then(() => run(chip));
    this.#last = turn.catch(() => {});
    return turn;
  }

  #line(pin: number): (high: boolean) => void {
    const line = this.#lines[pin];
    if (!line) throw new Error(`johnny-five: pin ${pin}, expected one of ${this.#lines.length}`);
    return line;
  }
}

for (const call of refused) {
  Object.defineProperty(IoPlugin.prototype, call, {
    value: () => {
      throw new Error(`johnny-five: ${call} is not offered by this plugin: its pins are switched on and off`);
    },
  });
}
