import { dirname, join } from 'node:path';
import { bytesAt, linkNameAt, namesIn, type Owner, ownerAt, type Roots, realAt, textAt } from './files.js';
import { type HidClassifier, type HidUse, hidUse } from './hid-use.js';
import { type UsbIdentity, usbAbove } from './usb-tree.js';

export const nodeKinds = ['tty', 'hidraw', 'input'] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** One node in /dev that a driver may open, and what is known of the device behind it. */
export type DeviceNode = {
  readonly kind: NodeKind;
  /** "ttyACM0", "hidraw0", "event3": by chance, never by which device it is. */
  readonly name: string;
  readonly path: string;
  readonly driver?: string;
  readonly usb?: UsbIdentity;
  readonly interface?: number;
  readonly hid?: HidUse;
  /** Of an input device: the kernel passes over what it types. */
  readonly inhibited?: boolean;
  /** Absent: the kernel has it, but it is not in /dev (a container). */
  readonly owner?: Owner;
};

/** Since Linux 6.5 a UART's driver stands two devices above it. */
const betweenDrivers: ReadonlySet<string | undefined> = new Set(['port', 'ctrl']);
const NO_UART = '0';
/** Sixty-four of them on most systems, and never a device: not worth a look each. */
const VIRTUAL_CONSOLE = /^tty\d+$/;
const HID_BUS_USB = '0003';
/** In `capabilities/key`, whose last word holds the first keys: Enter and A. */
const [KEY_ENTER, KEY_A] = [28n, 30n];

async function driverAbove(device: string, sysRoot: string): Promise<string | undefined> {
  for (let at = device; at.startsWith(`${sysRoot}/`); at = dirname(at)) {
    const driver = await linkNameAt(at, 'driver');
    if (driver !== undefined && !betweenDrivers.has(driver)) return driver;
  }
  return undefined;
}

async function placed(kind: NodeKind, name: string, device: string, folder: string, { sysRoot, devRoot }: Roots) {
  const [above, driver, owner] = await Promise.all([
    usbAbove(device, sysRoot),
    driverAbove(device, sysRoot),
    ownerAt(devRoot, folder, name),
  ]);
  return {
    kind,
    name,
    path: join(devRoot, folder, name),
    ...(driver === undefined ? {} : { driver }),
    ...above,
    ...(owner === undefined ? {} : { owner }),
  };
}

async function ttyNode(name: string, roots: Roots): Promise<DeviceNode | undefined> {
  if (VIRTUAL_CONSOLE.test(name)) return undefined;
  const at = join(roots.sysRoot, 'class/tty', name);
  // A console or a pseudo-terminal has no device; a PC has four ttyS whether or not there is a UART.
  const device = await realAt(at, 'device');
  if (device === undefined || (await textAt(at, 'type')) === NO_UART) return undefined;
  return placed('tty', name, device, '', roots);
}

/** Of a HID device without a USB node above it: Bluetooth, or one that a program plays. */
async function hidIdentity(device: string): Promise<UsbIdentity | undefined> {
  const event = (await textAt(device, 'uevent')) ?? '';
  const [, bus, vid, pid] = /^HID_ID=([0-9A-F]{4}):0000([0-9A-F]{4}):0000([0-9A-F]{4})$/im.exec(event) ?? [];
  if (bus !== HID_BUS_USB || vid === undefined || pid === undefined) return undefined;
  const serial = /^HID_UNIQ=(.+)$/m.exec(event)?.[1];
  const port = /^HID_PHYS=(.+)$/m.exec(event)?.[1] ?? 'virtual';
  return { vid: vid.toLowerCase(), pid: pid.toLowerCase(), port, ...(serial === undefined ? {} : { serial }) };
}

async function withHidIdentity(node: DeviceNode, device: string): Promise<DeviceNode> {
  if (node.usb !== undefined) return node;
  const usb = await hidIdentity(device);
  return usb === undefined ? node : { ...node, usb };
}

async function hidrawNode(name: string, roots: Roots, classify: HidClassifier): Promise<DeviceNode | undefined> {
  const device = await realAt(roots.sysRoot, 'class/hidraw', name, 'device');
  if (device === undefined) return undefined;
  const descriptor = await bytesAt(device, 'report_descriptor');
  const node = await placed('hidraw', name, device, '', roots);
  return withHidIdentity({ ...node, ...(descriptor === undefined ? {} : { hid: classify(descriptor) }) }, device);
}

/** Whether it can type: a barcode scanner's keyboard has letters and Enter, a power button has not. */
function types(keys: string | undefined): boolean {
  const last = keys?.split(' ').at(-1) ?? '';
  if (!/^[0-9a-f]{1,16}$/.test(last)) return false;
  const word = BigInt(`0x${last}`);
  return ((word >> KEY_ENTER) & 1n) === 1n && ((word >> KEY_A) & 1n) === 1n;
}

async function inputNode(name: string, roots: Roots): Promise<DeviceNode | undefined> {
  const input = await realAt(roots.sysRoot, 'class/input', name, 'device');
  if (input === undefined) return undefined;
  const [inhibited, keys, node] = await Promise.all([
    textAt(input, 'inhibited'),
    textAt(input, 'capabilities/key'),
    placed('input', name, input, 'input', roots),
  ]);
  const found: DeviceNode = {
    ...node,
    hid: types(keys) ? 'keyboard' : 'other',
    ...(inhibited === undefined ? {} : { inhibited: inhibited === '1' }),
  };
  return withHidIdentity(found, (await realAt(input, 'device')) ?? input);
}

async function nodeOf(
  kind: NodeKind,
  name: string,
  roots: Roots,
  classify: HidClassifier,
): Promise<DeviceNode | undefined> {
  if (kind === 'tty') return ttyNode(name, roots);
  if (kind === 'hidraw') return hidrawNode(name, roots, classify);
  return name.startsWith('event') ? inputNode(name, roots) : undefined;
}

/** All nodes of a kind. `classify`: what tells a HID-POS scanner from a keyboard by its report descriptor. */
export async function nodesOf(
  kind: NodeKind,
  roots: Roots,
  classify: HidClassifier = hidUse,
): Promise<readonly DeviceNode[]> {
  const names = await namesIn(roots.sysRoot, 'class', kind);
  // What sysfs links to must be compared with a root whose own links are resolved.
  const sysRoot = (await realAt(roots.sysRoot)) ?? roots.sysRoot;
  const real = { ...roots, sysRoot };
  const found: DeviceNode[] = [];
  // One after the other: this also runs in the agent, and seventy answers at once would hold up its event loop.
  for (const name of names) {
    const node = await nodeOf(kind, name, real, classify);
    if (node !== undefined) found.push(node);
  }
  return found;
}
