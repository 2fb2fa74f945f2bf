import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Roots, rootsUnder } from '../../drivers/discovery/files.js';

/** A part of one interface: the nodes that a driver of the kernel made of it. */
export type TreeInterface = {
  readonly class: string;
  readonly driver?: string;
  readonly tty?: string;
  readonly hidraw?: { readonly name: string; readonly descriptor: Uint8Array };
  readonly input?: {
    readonly input: string;
    readonly event: string;
    readonly keys: string;
    readonly inhibited?: '0' | '1';
  };
};

export type TreeUsb = {
  readonly port: string;
  readonly vid: string;
  readonly pid: string;
  readonly serial?: string;
  readonly maker?: string;
  readonly product?: string;
  readonly class?: string;
  readonly power?: 'on' | 'auto';
  readonly interfaces: readonly TreeInterface[];
};

/** Keys of a typing scanner, and of a power button, as the kernel writes them on 64 bits. */
export const keyboardKeys = '1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe';
export const buttonKeys = '10000000000000 0';

/** Report descriptors cut down to what tells them apart: a boot keyboard, volume keys, a HID-POS scanner. */
export const descriptors = {
  keyboard: Uint8Array.of(0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x81, 0x02, 0xc0),
  volume: Uint8Array.of(0x05, 0x0c, 0x09, 0x01, 0xa1, 0x01, 0x19, 0x00, 0x2a, 0x3c, 0x02, 0x81, 0x00, 0xc0),
  pos: Uint8Array.of(0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x12, 0xa1, 0x02, 0x85, 0x02, 0x81, 0x02, 0xc0, 0xc0),
};

/** Files below a temporary folder, in the shapes of a real kernel's /sys, /dev, /proc, with its links. */
export class SysfsTree {
  readonly root = mkdtempSync(join(tmpdir(), 'qz-sysfs-'));
  readonly roots: Roots = rootsUnder(this.root);
  /** Where the USB controller stands, below /sys/devices. */
  controller = 'pci0000:00/0000:00:14.0';

  file(path: string, content: string | Uint8Array): this {
    const at = join(this.root, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
    return this;
  }

  /** Both below the root; the link is relative, as the kernel's are. */
  link(path: string, target: string): this {
    const at = join(this.root, path);
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(relative(dirname(at), join(this.root, target)), at);
    return this;
  }

  /** A node: a file in place of a device, as only root makes devices. */
  node(name: string, mode = 0o660): this {
    this.file(`dev/${name}`, '');
    chmodSync(join(this.root, 'dev', name), mode);
    return this;
  }

  #class(kind: string, at: string, device: string): void {
    this.link(`sys/class/${kind}/${at.split('/').at(-1)}`, at);
    this.link(`${at}/device`, device);
  }

  usb(device: TreeUsb): this {
    const { port, vid, pid, interfaces } = device;
    const bus = `sys/devices/${this.controller}/usb${port.split('-')[0]}`;
    // "1-1.3" hangs on the hub "1-1".
    const hubs = port.split('.').map((_, i, all) => all.slice(0, i + 1).join('.'));
    const at = `${bus}/${hubs.join('/')}`;
    const facts = { idVendor: vid, idProduct: pid, bDeviceClass: device.class ?? '00' };
    const names = { serial: device.serial, manufacturer: device.maker, product: device.product };
    for (const [name, text] of Object.entries({ ...facts, ...names }))
      if (text !== undefined) this.file(`${at}/${name}`, `${text}\n`);
    this.file(`${at}/power/control`, `${device.power ?? 'on'}\n`);
    this.link(`${at}/driver`, 'sys/bus/usb/drivers/usb');
    this.link(`sys/bus/usb/devices/${port}`, at);
    for (const [i, one] of interfaces.entries()) this.#interface(`${at}/${port}:1.${i}`, i, one, device);
    return this;
  }

  #interface(
    at: string,
    number: number,
    { class: kind, driver, tty, hidraw, input }: TreeInterface,
    usb: TreeUsb,
  ): void {
    this.file(`${at}/bInterfaceClass`, `${kind}\n`);
    this.link(`sys/bus/usb/devices/${usb.port}:1.${number}`, at);
    if (driver !== undefined) this.link(`${at}/driver`, `sys/bus/usb/drivers/${driver}`);
    if (tty !== undefined) this.#tty(at, tty, driver);
    const hid = `${at}/0003:${usb.vid.toUpperCase()}:${usb.pid.toUpperCase()}.000${number + 1}`;
    if (hidraw !== undefined || input !== undefined) this.link(`${hid}/driver`, 'sys/bus/hid/drivers/hid-generic');
    if (hidraw !== undefined) this.hidraw(hid, hidraw.name, hidraw.descriptor);
    if (input !== undefined) this.input(hid, input);
  }

  /** usb-serial puts a device of its own between the interface and the terminal, CDC-ACM none. */
  #tty(at: string, tty: string, driver: string | undefined): void {
    const device = tty.startsWith('ttyUSB') ? `${at}/${tty}` : at;
    if (device !== at) this.link(`${device}/driver`, `sys/bus/usb-serial/drivers/${driver}-uart`);
    this.#class('tty', `${device}/tty/${tty}`, device);
    this.node(tty);
  }

  hidraw(hid: string, name: string, descriptor: Uint8Array, uevent = ''): this {
    this.file(`${hid}/report_descriptor`, descriptor).file(`${hid}/uevent`, uevent);
    this.#class('hidraw', `${hid}/hidraw/${name}`, hid);
    return this.node(name);
  }

  input(above: string, { input, event, keys, inhibited }: NonNullable<TreeInterface['input']>): this {
    const at = `${above}/input/${input}`;
    this.file(`${at}/capabilities/key`, `${keys}\n`);
    if (inhibited !== undefined) this.file(`${at}/inhibited`, `${inhibited}\n`);
    this.#class('input', at, above);
    this.#class('input', `${at}/${event}`, at);
    return this.node(`input/${event}`);
  }

  /** As since Linux 6.5: the terminal hangs on a "port" of a "ctrl" of the device that has the real driver. */
  uart(name: string, device: string, driver: string, type: string): this {
    const at = `sys/devices/${device}`;
    const port = `${at}/${device.split('/').at(-1)}:0/${device.split('/').at(-1)}:0.0`;
    this.link(`${at}/driver`, `sys/bus/platform/drivers/${driver}`);
    this.link(`${dirname(port)}/driver`, 'sys/bus/serial-base/drivers/ctrl');
    this.link(`${port}/driver`, 'sys/bus/serial-base/drivers/port');
    this.file(`${port}/tty/${name}/type`, `${type}\n`);
    this.#class('tty', `${port}/tty/${name}`, port);
    return this.node(name);
  }

  gpio(chip: string, label: string, base: number, lines: number): this {
    const at = `sys/devices/platform/soc/${label}`;
    this.file(`${at}/${chip}/dev`, '254:0\n').link(`sys/bus/gpio/devices/${chip}`, `${at}/${chip}`);
    const facts = { label, base: String(base), ngpio: String(lines) };
    for (const [name, text] of Object.entries(facts)) this.file(`${at}/gpio/gpiochip${base}/${name}`, `${text}\n`);
    this.link(`${at}/gpio/gpiochip${base}/device`, at);
    this.link(`sys/class/gpio/gpiochip${base}`, `${at}/gpio/gpiochip${base}`);
    return this.node(chip);
  }

  i2c(name: string, label: string, withNode = true): this {
    this.file(`sys/bus/i2c/devices/${name}/name`, `${label}\n`);
    return withNode ? this.node(name) : this;
  }

  process(pid: number, name: string, command: string, open: readonly string[] = []): this {
    this.file(`proc/${pid}/comm`, `${name}\n`).file(`proc/${pid}/cmdline`, command.split(' ').join('\0'));
    mkdirSync(join(this.root, `proc/${pid}/fd`), { recursive: true });
    for (const [i, path] of open.entries()) symlinkSync(path, join(this.root, `proc/${pid}/fd/${i + 3}`));
    return this;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The terminals that every machine has and that are no devices. */
function common(tree: SysfsTree): SysfsTree {
  for (const name of ['console', 'tty1', 'ptmx']) tree.file(`sys/class/tty/${name}/dev`, '5:1\n');
  tree.file('sys/class/gpio/export', '').file('etc/group', 'root:x:0:\ndialout:x:20:\ninput:x:104:\n');
  return tree.file('proc/cmdline', 'quiet\n');
}

export function pi4(): SysfsTree {
  const tree = common(new SysfsTree());
  tree.controller = 'platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0';
  tree.uart('ttyAMA0', 'platform/soc/fe201000.serial', 'uart-pl011', '32');
  tree.gpio('gpiochip0', 'pinctrl-bcm2711', 512, 58).gpio('gpiochip1', 'raspberrypi-exp-gpio', 570, 8);
  tree.i2c('i2c-1', 'bcm2835 (i2c@7e804000)').file('sys/class/leds/ACT/brightness', '0\n');
  tree.file('sys/class/pwm/pwmchip0/npwm', '2\n').file('sys/class/graphics/fb0/name', 'fb_st7789v\n');
  return tree.file('proc/cmdline', 'console=tty1 root=PARTUUID=0 rootwait\n');
}

export function pi5(): SysfsTree {
  const tree = common(new SysfsTree());
  tree.controller = 'platform/axi/1000120000.pcie/1f00200000.usb/xhci-hcd.0';
  tree.uart('ttyAMA0', 'platform/axi/1000120000.pcie/1f00030000.serial', 'uart-pl011-axi', '32');
  tree.uart('ttyAMA10', 'platform/soc@107c000000/107d001000.serial', 'uart-pl011', '32');
  return tree.gpio('gpiochip0', 'pinctrl-rp1', 571, 54).i2c('i2c-1', 'Synopsys DesignWare I2C adapter');
}

/** With the four terminals of the 8250 driver, of which one is a real UART, and a power button. */
export function pc(): SysfsTree {
  const tree = common(new SysfsTree()).uart('ttyS0', 'pnp0/00:04', 'serial', '4');
  for (const name of ['ttyS1', 'ttyS2']) tree.uart(name, `platform/serial8250-${name}`, 'serial8250', '0');
  const button = { input: 'input0', event: 'event0', keys: buttonKeys };
  return tree.input('sys/devices/LNXSYSTM:00/LNXPWRBN:00', button).i2c('i2c-0', 'SMBus I801 adapter', false);
}

/** Scanners as they attach. */
export const scanners = {
  zebraCdc: (port: string, tty = 'ttyACM0', serial?: string): TreeUsb => ({
    port,
    vid: '05e0',
    pid: '1701',
    maker: 'Symbol Technologies, Inc, 2008',
    product: 'Symbol Bar Code Scanner',
    ...(serial === undefined ? {} : { serial }),
    interfaces: [
      { class: '02', driver: 'cdc_acm', tty },
      { class: '0a', driver: 'cdc_acm' },
    ],
  }),
  zebraKeyboard: (port: string, inhibited?: '0' | '1'): TreeUsb => ({
    port,
    vid: '05e0',
    pid: '1200',
    product: 'Symbol Bar Code Scanner',
    interfaces: [
      {
        class: '03',
        driver: 'usbhid',
        hidraw: { name: 'hidraw0', descriptor: descriptors.keyboard },
        input: {
          input: 'input5',
          event: 'event3',
          keys: keyboardKeys,
          ...(inhibited === undefined ? {} : { inhibited }),
        },
      },
      {
        class: '03',
        driver: 'usbhid',
        hidraw: { name: 'hidraw1', descriptor: descriptors.volume },
        input: { input: 'input6', event: 'event4', keys: buttonKeys },
      },
    ],
  }),
  newlandPos: (port: string): TreeUsb => ({
    port,
    vid: '1eab',
    pid: '0010',
    interfaces: [{ class: '03', driver: 'usbhid', hidraw: { name: 'hidraw2', descriptor: descriptors.pos } }],
  }),
  ch340: (port: string, tty: string | undefined): TreeUsb => ({
    port,
    vid: '1a86',
    pid: '7523',
    product: 'USB Serial',
    interfaces: [{ class: 'ff', ...(tty === undefined ? {} : { driver: 'ch341', tty }) }],
  }),
} as const;
