/** What of npm i2c-bus 5.2.3 is used; it brings no types. */
declare module 'i2c-bus' {
  export type PromisifiedBus = {
    i2cRead(address: number, length: number, buffer: Buffer): Promise<{ bytesRead: number; buffer: Buffer }>;
    i2cWrite(address: number, length: number, buffer: Buffer): Promise<{ bytesWritten: number; buffer: Buffer }>;
    close(): Promise<void>;
  };
  export function openPromisified(busNumber: number): Promise<PromisifiedBus>;
}
