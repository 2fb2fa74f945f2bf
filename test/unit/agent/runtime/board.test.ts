import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boardSerial } from '../../../../agent/runtime/board.js';

/** A board's /proc and /sys, as files. */
let root = '';
beforeEach(() => {
  root = `${mkdtempSync(join(tmpdir(), 'qz-board-'))}/`;
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
}
function link(name: string, address: string, type = '0', device = 'devices/platform/soc/eth') {
  put(`sys/class/net/${name}/address`, `${address}\n`);
  put(`sys/class/net/${name}/addr_assign_type`, `${type}\n`);
  if (device === '') return;
  mkdirSync(root + device, { recursive: true });
  symlinkSync(root + device, `${root}sys/class/net/${name}/device`);
}

it('is the serial number that the firmware hands over', () => {
  put('proc/device-tree/serial-number', '10000000abcdef01\0');
  link('eth0', 'dc:a6:32:00:00:01');
  expect(boardSerial(root)).toBe('10000000abcdef01');
});

it('is else the lowest permanent address of a built-in interface', () => {
  link('lo', '00:00:00:00:00:00', '0', '');
  link('docker0', '02:42:00:00:00:01', '3', '');
  link('wlan0', '11:11:11:11:11:11', '1');
  link('usb0', '10:00:00:00:00:00', '0', 'devices/pci0000/usb1/1-1/net');
  link('eth1', 'dc:a6:32:00:00:09', '0', 'devices/pci0000/a');
  link('eth0', 'dc:a6:32:00:00:02', '0', 'devices/pci0000/b');
  expect(boardSerial(root)).toBe('dc:a6:32:00:00:02');
});

it('is refused, with the remedy, where the board tells nothing', () => {
  link('usb0', '10:00:00:00:00:00', '0', 'devices/pci0000/usb1/1-1/net');
  expect(() => boardSerial(root)).toThrow(/kiosk\.board_serial: missing.*give it one/);
});
