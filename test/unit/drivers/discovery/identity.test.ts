import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findNode, findNodes, lookFor } from '../../../../drivers/discovery/identity.js';
import { descriptors, keyboardKeys, pc, pi4, pi5, type SysfsTree, scanners } from '../../../support/sysfs-tree.js';

/** From what a config says of a device to its node today, on files in the shapes of three boards. */
let tree: SysfsTree;
afterEach(() => tree.remove());

const boards = [
  ['a Pi 4', pi4],
  ['a Pi 5', pi5],
  ['a PC', pc],
] as const;

describe.each(boards)('on %s', (_name, board) => {
  it('a terminal is found by vendor and product, serial number, or port, whatever its number', async () => {
    tree = board()
      .usb(scanners.ch340('1-1.1', 'ttyUSB0'))
      .usb(scanners.zebraCdc('1-1.3', 'ttyACM7', 'S1'));
    const path = `${tree.roots.devRoot}/ttyACM7`;
    for (const wanted of [{ vid: '05e0' }, { vid: '05E0', pid: '1701' }, { serial: 'S1' }, { port: '1-1.3' }])
      expect(await findNode(wanted, 'tty', tree.roots), JSON.stringify(wanted)).toBe(path);
    expect(await findNode({ vid: '1a86', port: '1-1.1' }, 'tty', tree.roots)).toBe(`${tree.roots.devRoot}/ttyUSB0`);
  });
});

it('every part that is given must fit, and a serial number to the letter', async () => {
  tree = pi4().usb(scanners.zebraCdc('1-1.3', 'ttyACM0', 'S1'));
  for (const wanted of [
    { vid: '05e0', pid: '1200' },
    { vid: '05e0', serial: 's1' },
    { vid: '05e0', port: '1-1' },
    { vid: '05e1' },
  ])
    expect(await findNodes(wanted, 'tty', tree.roots)).toMatchObject({
      fitting: [],
      reason: expect.stringMatching(/^no device is /),
    });
});

it('of two that fit and are not told apart none is taken, and the reason names their ports', async () => {
  tree = pi4().usb(scanners.zebraCdc('1-1.3', 'ttyACM0')).usb(scanners.zebraCdc('1-1.4', 'ttyACM1'));
  expect(await findNode({ vid: '05e0', pid: '1701' }, 'tty', tree.roots)).toBeUndefined();
  const { reason, fitting } = await findNodes({ vid: '05e0', pid: '1701' }, 'tty', tree.roots);
  expect(reason).toBe('2 devices are 05e0:1701: at ports 1-1.3 and 1-1.4; say which port is meant');
  expect(fitting).toHaveLength(2);
  expect(await findNode({ vid: '05e0', port: '1-1.4' }, 'tty', tree.roots)).toBe(`${tree.roots.devRoot}/ttyACM1`);
});

it('of two terminals of one device the one of the first interface is meant, whatever their numbers', async () => {
  const port = '1-1.2';
  const part = { class: '02', driver: 'cdc_acm' };
  const interfaces = [
    { ...part, tty: 'ttyACM5' },
    { ...part, tty: 'ttyACM2' },
  ];
  tree = pi4().usb({ port, vid: '28e9', pid: '018a', interfaces });
  expect(await findNode({ port }, 'tty', tree.roots)).toBe(`${tree.roots.devRoot}/ttyACM5`);
});

it('raw reports and keys of a typing scanner: the input that types, not the one for the volume', async () => {
  tree = pi4().usb(scanners.zebraKeyboard('1-1.3'));
  expect(await findNode({ vid: '05e0' }, 'hidraw', tree.roots)).toBe(`${tree.roots.devRoot}/hidraw0`);
  expect(await findNode({ vid: '05e0' }, 'input', tree.roots)).toBe(`${tree.roots.devRoot}/input/event3`);
});

it('also where the volume keys come first', async () => {
  const scanner = scanners.zebraKeyboard('1-1.3');
  tree = pi4().usb({ ...scanner, interfaces: [...scanner.interfaces].reverse() });
  expect(await findNode({ vid: '05e0' }, 'hidraw', tree.roots)).toBe(`${tree.roots.devRoot}/hidraw0`);
  expect(await findNode({ vid: '05e0' }, 'input', tree.roots)).toBe(`${tree.roots.devRoot}/input/event3`);
});

it('raw reports of a kind that nobody knows are found when there are no others', async () => {
  const scanner = scanners.newlandPos('1-1.3');
  const hidraw = { name: 'hidraw4', descriptor: descriptors.volume };
  tree = pi4().usb({ ...scanner, interfaces: [{ class: '03', driver: 'usbhid', hidraw }] });
  expect(await findNode({ vid: '1eab' }, 'hidraw', tree.roots)).toBe(`${tree.roots.devRoot}/hidraw4`);
});

it('a device that a program plays has no port, and is found by what HID says of it', async () => {
  tree = pi4();
  const hid = 'sys/devices/virtual/misc/uhid/0003:05E0:1200.0001';
  const uevent = 'DRIVER=hid-generic\nHID_ID=0003:000005E0:00001200\nHID_NAME=Scanner\nHID_PHYS=lab\nHID_UNIQ=U7\n';
  tree.hidraw(hid, 'hidraw0', descriptors.keyboard, uevent);
  tree.input(hid, { input: 'input5', event: 'event3', keys: keyboardKeys });
  expect(await findNode({ vid: '05e0', pid: '1200', serial: 'U7' }, 'hidraw', tree.roots)).toMatch(/hidraw0$/);
  expect(await findNode({ vid: '05e0' }, 'input', tree.roots)).toMatch(/input\/event3$/);
});

it('says so when nothing was asked for, and where there is no sysfs at all', async () => {
  tree = pi4().usb(scanners.zebraCdc('1-1.3'));
  const asked = await findNodes({}, 'tty', tree.roots);
  expect(asked).toEqual({ fitting: [], reason: 'nothing says which device is meant' });
  const none = await findNodes({ vid: '05e0' }, 'tty', { sysRoot: `${tree.root}/nowhere` });
  expect(none).toEqual({ fitting: [], reason: 'no device is 05e0:*' });
});

it('who looks for one that is away finds it when it comes, under whatever name, and when it is gone again says so', async () => {
  tree = pi4();
  const look = lookFor({ vid: '05e0', pid: '1701' }, 'tty', tree.roots);
  for (let i = 0; i < 50; i++) expect(await look()).toBeUndefined();
  tree.usb(scanners.zebraCdc('1-1.3', 'ttyACM4'));
  expect(await look()).toBe(`${tree.roots.devRoot}/ttyACM4`);
  expect(await look()).toBe(`${tree.roots.devRoot}/ttyACM4`);
});

it('one that comes under the name of another is found a few looks later', async () => {
  tree = pi4().usb(scanners.ch340('1-1.1', 'ttyUSB0'));
  const after = pi4().usb(scanners.zebraCdc('1-1.1', 'ttyUSB0'));
  const sysRoot = join(tree.root, 'now');
  symlinkSync(tree.roots.sysRoot, sysRoot);
  const look = lookFor({ vid: '05e0' }, 'tty', { ...tree.roots, sysRoot });
  expect(await look()).toBeUndefined();
  rmSync(sysRoot);
  symlinkSync(after.roots.sysRoot, sysRoot);
  let looks = 1;
  while ((await look()) === undefined && looks < 100) looks++;
  expect(looks).toBe(21);
  after.remove();
});
