import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type I2cBus, I2cError } from '../../../../drivers/contract/i2c.js';
import { hidUse } from '../../../../drivers/discovery/hid-use.js';
import { probeI2c, usualAddresses } from '../../../../drivers/discovery/i2c-probe.js';
import { loadNative, missingPackages } from '../../../../drivers/discovery/packages.js';
import { genericChips, likelyOf, scannerMakers } from '../../../../drivers/discovery/profiles.js';
import { describedByUsb } from '../../../../drivers/discovery/usb.js';
import { descriptors } from '../../../support/sysfs-tree.js';

describe('the use of a HID device', () => {
  it.each([
    ['keyboard', descriptors.keyboard],
    ['other', descriptors.volume],
    ['pos', descriptors.pos],
    ['pos', Uint8Array.of(...descriptors.keyboard, ...descriptors.pos)],
    ['other', Uint8Array.of(0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0xc0)],
    // The page in the usage itself, and a long item before.
    ['pos', Uint8Array.of(0xfe, 0x02, 0x10, 0xa1, 0x01, 0x0b, 0x02, 0x00, 0x8c, 0x00, 0xa1, 0x01)],
    ['other', Uint8Array.of()],
  ] as const)('is %s', (use, descriptor) => {
    expect(hidUse(descriptor)).toBe(use);
  });

  it('is said of any bytes whatever', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => ['pos', 'keyboard', 'other'].includes(hidUse(bytes))));
  });
});

describe('makers', () => {
  it('are told apart by vendor, models of the list are known', () => {
    expect(likelyOf({ vid: '0c2e', pid: '0b01' })).toMatchObject({ profile: 'honeywell', scanner: true, known: true });
    expect(likelyOf({ vid: '0c2e', pid: 'ffff' })).toMatchObject({ profile: 'honeywell', scanner: true, known: false });
    expect(likelyOf({ vid: '046d', pid: 'c31c' })).toBeUndefined();
  });

  it.each(['1a86', '0483', '28e9', '0525'])('the chip %s is in anything: never taken for a scanner', (vid) => {
    expect(likelyOf({ vid, pid: '7523' })).toMatchObject({ scanner: false, profile: 'generic' });
  });

  it('stand once in the tables, in hex as the kernel writes it', () => {
    const vids = [...scannerMakers.map(({ vid }) => vid), ...Object.keys(genericChips)];
    expect(new Set(vids).size).toBe(vids.length);
    for (const id of [...vids, ...scannerMakers.flatMap(({ pids }) => pids)]) expect(id).toMatch(/^[0-9a-f]{4}$/);
  });
});

describe('the probe of an I2C bus', () => {
  const busOf = (answers: (address: number) => string | undefined): I2cBus => ({
    write: () => Promise.reject(new Error('a probe never writes')),
    read: async (address) => {
      const code = answers(address);
      if (code !== undefined) throw new I2cError(`no answer from ${address}`, code);
      return Uint8Array.of(0);
    },
    close: async () => undefined,
  });

  it('reads only the usual addresses, and tells who answered', async () => {
    const asked: number[] = [];
    const bus = busOf((address) => {
      asked.push(address);
      return address === 0x27 || address === 0x3c ? undefined : 'EREMOTEIO';
    });
    const found = await probeI2c(bus);
    expect(found.map(({ address }) => address)).toEqual([0x27, 0x3c]);
    expect(found.map(({ usually }) => usually)).toEqual([
      expect.stringContaining('LCD'),
      expect.stringContaining('OLED'),
    ]);
    expect(asked).toEqual(usualAddresses.map(({ address }) => address));
  });

  it('ends where the bus cannot be used', async () => {
    await expect(probeI2c(busOf(() => 'ENOENT'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('npm usb', () => {
  it('gives what devices say of themselves', async () => {
    const device = {
      vendorId: 0x5e0,
      productId: 0x1701,
      manufacturerName: 'Symbol',
      productName: null,
      serialNumber: '',
    };
    const load = async () => ({ usb: { getDevices: async () => [device] } });
    expect(await describedByUsb(load)).toEqual({ devices: [{ vid: '05e0', pid: '1701', maker: 'Symbol' }] });
  });

  it('may be missing, may fail, may throw what is no error: a reason, never a fault', async () => {
    const gone = () => Promise.reject(new Error("Cannot find package 'usb'"));
    const failing = async () => ({ usb: { getDevices: () => Promise.reject(new Error('errno 2')) } });
    expect(await describedByUsb(gone)).toEqual({ reason: "Cannot find package 'usb'" });
    expect(await describedByUsb(failing)).toEqual({ reason: 'errno 2' });
    expect(await describedByUsb(() => Promise.reject('no'))).toEqual({ reason: 'npm usb does not load' });
  });

  it('as it is installed here is asked without a fault', async () => {
    const { devices, reason } = await describedByUsb();
    expect(devices !== undefined || typeof reason === 'string').toBe(true);
  });
});

it('native packages: what is missing is what does not load', async () => {
  expect(await missingPackages(async () => undefined)).toEqual([]);
  expect(await missingPackages(() => Promise.reject(new Error('no')))).toEqual(['epoll', 'i2c-bus']);
  const here = await missingPackages();
  for (const name of here) await expect(loadNative(name)).rejects.toThrow();
});
