/**
 * One I2C bus, shared by all that hang on it. Each call is one transaction (START, address, bytes, STOP); calls are carried
 * out in the order they were made and never hold up the event loop.
 */
export interface I2cBus {
  /** @param address 7 bits, 0x03 to 0x77 @throws I2cError */
  write(address: number, bytes: Uint8Array): Promise<void>;
  /** @throws I2cError */
  read(address: number, length: number): Promise<Uint8Array>;
  /** What waits is refused with `closed`. */
  close(): Promise<void>;
}

/** `code`: errno's name, such as EREMOTEIO (nobody at that address), EIO, ETIMEDOUT, ENOENT (no such bus), or `closed`. */
export class I2cError extends Error {
  override readonly name = 'I2cError';
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}
