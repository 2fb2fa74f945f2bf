import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { rootsUnder } from '../../../../drivers/discovery/files.js';
import { type SurveyOptions, survey } from '../../../../drivers/discovery/survey.js';
import { pc, pi4, pi5, type SysfsTree, scanners } from '../../../support/sysfs-tree.js';

let tree: SysfsTree;
afterEach(() => tree.remove());

const built = async () => ({});
const seen = (options: SurveyOptions = {}) => survey({ roots: tree.roots, load: built, ...options });
const at = (name: string) => join(tree.roots.devRoot, name);

it('a Pi 4: its UART, lines, buses, lamps and screens, and no terminal that is no device', async () => {
  tree = pi4();
  const { usb, devices, lines } = await seen();
  expect(usb).toBe(false);
  expect(devices).toMatchObject([{ id: 'ttyAMA0', attachment: 'uart', nodes: [{ driver: 'uart-pl011' }] }]);
  expect(lines).toMatchObject({
    gpio: [
      { name: 'gpiochip0', label: 'pinctrl-bcm2711', base: 512, lines: 58 },
      { name: 'gpiochip1', label: 'raspberrypi-exp-gpio', base: 570, lines: 8 },
    ],
    gpioSysfs: true,
    i2c: [{ name: 'i2c-1', label: 'bcm2835 (i2c@7e804000)' }],
    leds: ['ACT'],
    pwm: [{ name: 'pwmchip0', channels: 2 }],
    framebuffers: [{ name: 'fb0', label: 'fb_st7789v' }],
  });
});

it('a Pi 5: two UARTs of two drivers, and the lines of RP1', async () => {
  tree = pi5();
  const { devices, lines } = await seen();
  expect(devices.map(({ id, nodes }) => [id, nodes[0]?.driver])).toEqual([
    ['ttyAMA0', 'uart-pl011-axi'],
    ['ttyAMA10', 'uart-pl011'],
  ]);
  expect(lines.gpio).toMatchObject([{ label: 'pinctrl-rp1', base: 571, lines: 54 }]);
});

it('a PC: the one UART that is there, not the three that are only numbered, and no power button', async () => {
  tree = pc();
  expect((await seen()).devices.map(({ id }) => id)).toEqual(['ttyS0']);
});

it('each way to attach a scanner, with the driver and profile that fit', async () => {
  tree = pi4().usb({
    port: '1-1',
    vid: '2109',
    pid: '3431',
    class: '09',
    interfaces: [{ class: '09', driver: 'hub' }],
  });
  tree.usb(scanners.zebraCdc('1-1.1')).usb(scanners.zebraKeyboard('1-1.2')).usb(scanners.newlandPos('1-1.3'));
  tree.usb(scanners.ch340('1-1.4', 'ttyUSB0')).usb(scanners.ch340('1-2', undefined));
  const { usb, devices } = await seen();
  expect(usb).toBe(true);
  expect(devices.map(({ id, attachment, proposal }) => [id, attachment, proposal])).toEqual([
    ['1-1.1', 'cdc', { driver: 'serial', profile: 'zebra-ssi', path: at('ttyACM0'), claim: true }],
    ['1-1.2', 'keyboard', { driver: 'hid-keyboard', profile: 'generic', path: at('hidraw0'), claim: true }],
    ['1-1.3', 'hid-pos', { driver: 'hid-pos', profile: 'generic', path: at('hidraw2'), claim: true }],
    // In a chip that is in everything may be anything: proposed, never claimed.
    ['1-1.4', 'usb-serial', { driver: 'serial', profile: 'generic', path: at('ttyUSB0'), claim: false }],
    ['1-2', 'no-driver', undefined],
    ['ttyAMA0', 'uart', { driver: 'serial', profile: 'generic', path: at('ttyAMA0'), claim: false }],
  ]);
  const keyboard = devices.find(({ id }) => id === '1-1.2');
  expect(keyboard?.nodes.map(({ name, hid }) => [name, hid])).toEqual([
    ['hidraw0', 'keyboard'],
    ['hidraw1', 'other'],
    ['event3', 'keyboard'],
    ['event4', 'other'],
  ]);
  expect(devices.find(({ id }) => id === '1-1.4')?.nodes[0]).toMatchObject({ driver: 'ch341-uart', interface: 0 });
});

it('the classifier of the drivers may take the place of its own', async () => {
  tree = pi4().usb(scanners.newlandPos('1-1.3'));
  const { devices } = await seen({ classify: () => 'keyboard' });
  expect(devices[0]).toMatchObject({ attachment: 'keyboard', proposal: { driver: 'hid-keyboard' } });
});

it('chips of a kernel that does not link them to their nodes are told all the same', async () => {
  tree = pi4();
  const facts = { label: 'pcf8574', base: '400', ngpio: '8' };
  for (const [name, text] of Object.entries(facts)) tree.file(`sys/class/gpio/gpiochip400/${name}`, text);
  const { gpio } = (await seen()).lines;
  expect(gpio).toContainEqual({ name: 'gpiochip400', label: 'pcf8574', base: 400, lines: 8 });
  expect(gpio).toHaveLength(3);
});

it('who has a device open, by its files or by a lock file whose process lives', async () => {
  tree = pi4().usb(scanners.zebraCdc('1-1.3'));
  tree.process(41, 'minicom', 'minicom -D /dev/ttyACM0', ['/dev/null', '/dev/ttyACM0']);
  tree.process(42, 'pppd', 'pppd ttyAMA0');
  tree.file('run/lock/LCK..ttyAMA0', '        42\n').file('run/lock/LCK..ttyACM0', '99\n');
  const { holders } = (await seen()).system;
  expect(holders).toEqual([
    { node: 'ttyACM0', pid: 41, command: 'minicom -D /dev/ttyACM0' },
    { node: 'ttyAMA0', pid: 42, command: 'pppd ttyAMA0' },
  ]);
});

it('consoles and login prompts, by the alias too, and not the masked ones', async () => {
  tree = pi4().file('proc/cmdline', 'console=serial0,115200 console=tty1 root=x\n').link('dev/serial0', 'dev/ttyAMA0');
  const wants = 'run/systemd/generator/getty.target.wants';
  for (const name of ['ttyAMA0', 'ttyS0']) tree.file(`${wants}/serial-getty@${name}.service`, '');
  tree.file('etc/systemd/system/other.service', '');
  symlinkSync('/dev/null', join(tree.root, 'etc/systemd/system/serial-getty@ttyS0.service'));
  const { system } = await seen();
  expect(system).toMatchObject({ consoles: ['ttyAMA0', 'tty1'], gettys: ['ttyAMA0'] });
});

it('a device without a name gets the one that npm usb knows, if just one device is meant', async () => {
  const bare = { vid: '1eab', pid: '0c06', interfaces: [{ class: '02', driver: 'cdc_acm', tty: 'ttyACM0' }] };
  const described = { vid: '1eab', pid: '0c06', maker: 'Newland', product: 'FM430' };
  tree = pi4().usb({ ...bare, port: '1-1.3' });
  const one = await seen({ describe: async () => ({ devices: [described] }) });
  expect(one.devices[0]?.usb).toMatchObject({ maker: 'Newland', product: 'FM430' });
  const two = await seen({ describe: async () => ({ devices: [described, described] }) });
  expect(two.devices[0]?.usb?.product).toBeUndefined();
  const none = await seen({ describe: async () => ({}) });
  expect(none.devices[0]?.usb?.product).toBeUndefined();
});

it('packages that do not load are named', async () => {
  tree = pi4();
  const load = async (name: string) => {
    if (name === 'epoll') throw new Error('Could not locate the bindings file');
  };
  expect((await seen({ load })).notBuilt).toEqual(['epoll']);
});

it('where nothing is, nothing is found, and nothing fails', async () => {
  tree = pi4();
  const roots = rootsUnder(join(tree.root, 'nowhere'));
  const { usb, devices, lines, system } = await survey({ roots, load: built });
  expect({ usb, devices, holders: system.holders }).toEqual({ usb: false, devices: [], holders: [] });
  expect(lines).toEqual({ gpio: [], gpioSysfs: false, i2c: [], leds: [], pwm: [], framebuffers: [] });
});
