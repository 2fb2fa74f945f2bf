// A tree of /sys as the kernel lays it out, in a folder of the test's own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resetUsb } from '../../../../drivers/scanner/usb-reset.js';
import { fakeClock } from '../clock.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quietzone-sys-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A terminal whose device lies in `device`; returns the path of its node. */
function terminal(name: string, device: string): string {
  mkdirSync(join(root, device), { recursive: true });
  mkdirSync(join(root, 'class/tty', name), { recursive: true });
  symlinkSync(join(root, device), join(root, 'class/tty', name, 'device'));
  const node = join(root, name);
  writeFileSync(node, '');
  return node;
}

const usb = 'devices/pci0000:00/usb1/1-1';

function usbDevice(): string {
  const node = terminal('ttyACM0', `${usb}/1-1:1.0`);
  writeFileSync(join(root, usb, 'idVendor'), '0c2e\n');
  writeFileSync(join(root, usb, 'authorized'), '1\n');
  // An interface has one too, and is not the device.
  writeFileSync(join(root, usb, '1-1:1.0/authorized'), '1\n');
  return node;
}

it('shuts the device out, and lets it in again half a second later', async () => {
  const node = usbDevice();
  const clock = fakeClock();
  const written = () => readFileSync(join(root, usb, 'authorized'), 'utf8');
  const done = resetUsb(node, { clock, sysRoot: root });
  while (clock.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(written()).toBe('0');
  clock.pass(500);
  expect(await done).toBe('USB device reset');
  expect(written()).toBe('1');
  expect(readFileSync(join(root, usb, '1-1:1.0/authorized'), 'utf8')).toBe('1\n');
});

it('follows a link such as those of /dev/serial/by-id', async () => {
  const link = join(root, 'usb-scanner');
  symlinkSync(usbDevice(), link);
  const clock = fakeClock();
  const done = resetUsb(link, { clock, sysRoot: root });
  while (clock.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
  clock.pass(500);
  expect(await done).toBe('USB device reset');
});

it('leaves a UART alone, and says so', async () => {
  const node = terminal('ttyAMA0', 'devices/platform/soc/fe201000.serial');
  expect(await resetUsb(node, { clock: fakeClock(), sysRoot: root })).toBe('no USB device: not reset');
});

it('says what the system says, and the remedy, and rejects never', async () => {
  const node = usbDevice();
  rmSync(join(root, usb, 'authorized'));
  mkdirSync(join(root, usb, 'authorized'));
  expect(await resetUsb(node, { clock: fakeClock(), sysRoot: root })).toBe('USB device not reset (EISDIR)');
  expect(await resetUsb(join(root, 'gone'), { clock: fakeClock(), sysRoot: root })).toBe(
    'USB device not reset (ENOENT)',
  );
});
