import type { PromisifiedBus } from 'i2c-bus';
import { type I2cBus, I2cError } from '../contract/i2c.js';

/** What of npm i2c-bus a bus needs. */
export type I2cLibrary = { openPromisified(busNumber: number): Promise<PromisifiedBus> };

export type KernelI2cBusOptions = {
  /** Such as "/dev/i2c-1". */
  readonly path: string;
  /** npm i2c-bus, loaded at the first transaction. */
  readonly library?: () => Promise<I2cLibrary>;
};

/** As CommonJS, its functions may stand on `default` alone. */
async function installed(): Promise<I2cLibrary> {
  try {
    const found: I2cLibrary & { readonly default?: I2cLibrary } = await import('i2c-bus');
    return found.default ?? found;
  } catch {
    throw new I2cError('i2c: npm i2c-bus is not built here: npm rebuild i2c-bus --ignore-scripts=false', 'ENOPKG');
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'no such bus: switch I2C on (dtparam=i2c_arm=on) or correct i2c_bus',
  EACCES: 'no rights: add the user to the group i2c',
  EREMOTEIO: 'nobody answers at that address: check the wiring, the power and the address',
};

function errorOf(error: unknown, what: string): I2cError {
  if (error instanceof I2cError) return error;
  const known = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const code = known ?? 'EIO';
  const remedy = remedies[code];
  return new I2cError(`i2c: ${what}: ${code}${remedy === undefined ? '' : ` (${remedy})`}`, code);
}

/** A bus of the kernel, /dev/i2c-N. Opened at the first transaction, and again after it could not be opened. */
export class KernelI2cBus implements I2cBus {
  readonly #path: string;
  readonly #library: () => Promise<I2cLibrary>;
  #bus: PromisifiedBus | undefined;
  #closed = false;
  /** The transaction that was asked for last: the next one waits for it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ path, library = installed }: KernelI2cBusOptions) {
    this.#path = path;
    this.#library = library;
  }

  write(address: number, bytes: Uint8Array): Promise<void> {
    // The caller may use its bytes again before their turn comes.
    const copy = Buffer.from(bytes);
    return this.#inTurn(`write to 0x${address.toString(16)}`, async (bus) => {
      await bus.i2cWrite(address, copy.length, copy);
    });
  }

  read(address: number, length: number): Promise<Uint8Array> {
    return this.#inTurn(`read from 0x${address.toString(16)}`, async (bus) => {
      const { bytesRead, buffer } = await bus.i2cRead(address, length, Buffer.alloc(length));
      return buffer.subarray(0, bytesRead);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    const bus = this.#bus;
    this.#bus = undefined;
    await bus?.close();
  }

  #inTurn<T>(what: string, run: (bus: PromisifiedBus) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      if (this.#closed) throw new I2cError(`i2c: ${this.#path} is closed`, 'closed');
      try {
        this.#bus ??= await this.#opened();
        return await run(this.#bus);
      } catch (error) {
        throw errorOf(error, `${what} on ${this.#path}`);
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #opened(): Promise<PromisifiedBus> {
    const number = /^\/dev\/i2c-(\d+)$/.exec(this.#path)?.[1];
    if (number === undefined) throw new I2cError(`i2c: found ${this.#path}, expected /dev/i2c-N`, 'ENOENT');
    const { openPromisified } = await this.#library();
    return await openPromisified(Number(number));
  }
}
