// The kernel's bus over a library that records: order, faults with their remedy, closing.
import { describe, expect, it } from 'vitest';
import { type I2cLibrary, KernelI2cBus } from '../../../../drivers/i2c/bus.js';

const errno = (code: string) => Object.assign(new Error(code), { code });

function libraryOf(failing: { code?: string } = {}) {
  const calls: string[] = [];
  const library: I2cLibrary = {
    async openPromisified(number) {
      if (failing.code === 'ENOENT') throw errno('ENOENT');
      calls.push(`open ${number}`);
      return {
        async i2cWrite(address, length, buffer) {
          await new Promise((resolve) => setTimeout(resolve, length));
          if (failing.code) throw errno(failing.code);
          calls.push(`${address} ${buffer.toString('hex')}`);
          return { bytesWritten: length, buffer };
        },
        async i2cRead(_address, length, buffer) {
          return { bytesRead: length, buffer: buffer.fill(7) };
        },
        async close() {
          calls.push('close');
        },
      };
    },
  };
  return { calls, library: async () => library };
}

describe('the bus of the kernel', () => {
  it('carries out transactions in their order, with the bytes as they were', async () => {
    const { calls, library } = libraryOf();
    const bus = new KernelI2cBus({ path: '/dev/i2c-3', library });
    const bytes = Uint8Array.of(1, 2, 3, 4, 5);
    const first = bus.write(0x3c, bytes);
    bytes.fill(9);
    const second = bus.write(0x27, Uint8Array.of(6));
    await Promise.all([first, second]);
    expect([...(await bus.read(0x3c, 2))]).toEqual([7, 7]);
    await bus.close();
    expect(calls).toEqual(['open 3', '60 0102030405', '39 06', 'close']);
    await expect(bus.write(0x3c, bytes)).rejects.toMatchObject({ name: 'I2cError', code: 'closed' });
  });

  it('gives the name of errno and a remedy, and goes on after it', async () => {
    const failing: { code?: string } = { code: 'ENOENT' };
    const { library } = libraryOf(failing);
    const bus = new KernelI2cBus({ path: '/dev/i2c-1', library });
    await expect(bus.write(1, Uint8Array.of(1))).rejects.toMatchObject({ code: 'ENOENT', message: /dtparam/ });
    failing.code = 'EREMOTEIO';
    await expect(bus.write(1, Uint8Array.of(1))).rejects.toMatchObject({ code: 'EREMOTEIO', message: /wiring/ });
    delete failing.code;
    await bus.write(1, Uint8Array.of(1));
  });

  it('refuses a path that is no bus; a real bus that is not there is a fault, never a crash', async () => {
    const { library } = libraryOf();
    const odd = new KernelI2cBus({ path: '/dev/spi0', library });
    await expect(odd.read(1, 1)).rejects.toMatchObject({ code: 'ENOENT' });
    const real = new KernelI2cBus({ path: '/dev/i2c-250' });
    await expect(real.write(0x3c, Uint8Array.of(0))).rejects.toMatchObject({ name: 'I2cError' });
  });
});
