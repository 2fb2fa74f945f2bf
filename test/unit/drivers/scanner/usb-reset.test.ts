// A tree of /sys as the kernel lays it out, in a folder of the test's own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SerialScanner } from '../../../../drivers/scanner/serial.js';
import { letInUsb, resetUsb } from '../../../../drivers/scanner/usb-reset.js';
import { ScriptedPort } from '../../../support/scripted-port.js';
import { until } from '../../../support/wait.js';
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

const never = new AbortController().signal;
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
  const done = resetUsb(node, { clock, sysRoot: root, stop: never });
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
  const done = resetUsb(link, { clock, sysRoot: root, stop: never });
  while (clock.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
  clock.pass(500);
  expect(await done).toBe('USB device reset');
});

it('leaves a UART alone, and says so', async () => {
  const node = terminal('ttyAMA0', 'devices/platform/soc/fe201000.serial');
  expect(await resetUsb(node, { clock: fakeClock(), sysRoot: root, stop: never })).toBe('no USB device: not reset');
});

it('says what the system says, and the remedy, and rejects never', async () => {
  const node = usbDevice();
  rmSync(join(root, usb, 'authorized'));
  mkdirSync(join(root, usb, 'authorized'));
  expect(await resetUsb(node, { clock: fakeClock(), sysRoot: root, stop: never })).toBe(
    'USB device not reset (EISDIR)',
  );
  expect(await resetUsb(join(root, 'gone'), { clock: fakeClock(), sysRoot: root, stop: never })).toBe(
    'USB device not reset (ENOENT)',
  );
});

it('who is stopped meanwhile lets it in at once', async () => {
  const node = usbDevice();
  const clock = fakeClock();
  const stop = new AbortController();
  const done = resetUsb(node, { clock, sysRoot: root, stop: stop.signal });
  while (clock.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await done;
  expect(readFileSync(join(root, usb, 'authorized'), 'utf8')).toBe('1');
});

it('a scanner that is stopped in its reset has the device let in when it says that it has stopped', async () => {
  const wire = new ScriptedPort();
  await wire.plug();
  const clock = fakeClock();
  const options = { baudRate: 9_600, profile: 'honeywell', usbReset: true, sysRoot: root, clock } as const;
  const scanner = new SerialScanner({ ...options, path: usbDevice(), port: wire.port, retry: { random: () => 0 } });
  await scanner.start({ onData() {}, onState() {} });
  const written = () => readFileSync(join(root, usb, 'authorized'), 'utf8').trim();
  await until('a reset', async () => {
    clock.pass(50);
    return written() === '0';
  });
  await scanner.stop();
  expect(written()).toBe('1');
});

it('a device that a killed process had taken off is let in at the start, and no other one', async () => {
  const bus = (name: string) => join(root, 'bus/usb/devices', name);
  const device = (name: string, vid: string, serial: string) => {
    mkdirSync(bus(name), { recursive: true });
    const files = { idVendor: vid, idProduct: '0b01', serial, authorized: '0' };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(bus(name), file), `${text}\n`);
  };
  device('1-1.2', '0c2e', 'A1');
  device('1-1.3', '0c2e', 'B2');
  device('1-1.4', '05e0', 'A1');
  await letInUsb({ vid: '0C2E', pid: '0b01', serial: 'A1' }, root);
  const states = ['1-1.2', '1-1.3', '1-1.4'].map((name) => readFileSync(join(bus(name), 'authorized'), 'utf8').trim());
  expect(states).toEqual(['1', '0', '0']);
  const options = { path: join(root, 'gone'), baudRate: 9_600, usbReset: true, sysRoot: root } as const;
  const scanner = new SerialScanner({ ...options, usb: { port: '1-1.3' } });
  await scanner.start({ onData() {}, onState() {} });
  await scanner.stop();
  expect(readFileSync(join(bus('1-1.3'), 'authorized'), 'utf8').trim()).toBe('1');
  await letInUsb({ port: '1-1.3' }, join(root, 'gone'));
});
