import { dirname, join } from 'node:path';
import { linkNameAt, namesIn, textAt } from './files.js';

/** What tells one USB device from another; `port` is where it is plugged in, such as "1-1.3". */
export type UsbIdentity = {
  readonly vid: string;
  readonly pid: string;
  readonly serial?: string;
  readonly port: string;
};

export type UsbInterface = {
  readonly number: number;
  /** "03" HID, "02" communications, "08" storage … in two hex digits, as the kernel writes them. */
  readonly class: string;
  /** Absent: nobody in the kernel took it. */
  readonly driver?: string;
};

export type UsbDevice = UsbIdentity & {
  readonly maker?: string;
  readonly product?: string;
  readonly hub: boolean;
  /** The kernel may send it to sleep, and many scanners do not wake up. */
  readonly autosuspend: boolean;
  readonly interfaces: readonly UsbInterface[];
};

const HUB_CLASS = '09';
const INTERFACE = /:\d+\.(\d+)$/;

const given = <K extends string>(key: K, value: string | undefined): { readonly [k in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [k in K]: string });

async function identityAt(folder: string): Promise<UsbIdentity | undefined> {
  const [vid, pid] = await Promise.all([textAt(folder, 'idVendor'), textAt(folder, 'idProduct')]);
  if (vid === undefined || pid === undefined) return undefined;
  const port = folder.slice(dirname(folder).length + 1);
  return { vid, pid, port, ...given('serial', await textAt(folder, 'serial')) };
}

/** The USB device that a device in sysfs belongs to, and the number of its interface. `path`: links resolved. */
export async function usbAbove(
  path: string,
  sysRoot: string,
): Promise<{ readonly usb: UsbIdentity; readonly interface?: number } | undefined> {
  let number: number | undefined;
  for (let folder = path; folder.startsWith(`${sysRoot}/`); folder = dirname(folder)) {
    number ??= INTERFACE.exec(folder) === null ? undefined : Number(INTERFACE.exec(folder)?.[1]);
    const usb = await identityAt(folder);
    if (usb !== undefined) return { usb, ...(number === undefined ? {} : { interface: number }) };
  }
  return undefined;
}

async function interfaceAt(folder: string, name: string): Promise<UsbInterface> {
  const [kind, driver] = await Promise.all([
    textAt(folder, name, 'bInterfaceClass'),
    linkNameAt(folder, name, 'driver'),
  ]);
  return { number: Number(INTERFACE.exec(name)?.[1]), class: kind ?? '??', ...given('driver', driver) };
}

async function deviceAt(folder: string, name: string): Promise<UsbDevice | undefined> {
  const at = join(folder, name);
  const identity = await identityAt(at);
  if (identity === undefined) return undefined;
  const [maker, product, kind, power, entries] = await Promise.all([
    textAt(at, 'manufacturer'),
    textAt(at, 'product'),
    textAt(at, 'bDeviceClass'),
    textAt(at, 'power', 'control'),
    namesIn(at),
  ]);
  const interfaces = entries.filter((entry) => entry.startsWith(`${name}:`));
  return {
    ...identity,
    ...given('maker', maker),
    ...given('product', product),
    hub: kind === HUB_CLASS,
    autosuspend: power === 'auto',
    interfaces: await Promise.all(interfaces.map((entry) => interfaceAt(at, entry))),
  };
}

/** Every USB device, hubs too, by port. Undefined: this system shows none (no USB, or a container without it). */
export async function usbDevices(sysRoot: string): Promise<readonly UsbDevice[] | undefined> {
  const folder = join(sysRoot, 'bus/usb/devices');
  const names = await namesIn(folder);
  if (names.length === 0) return undefined;
  const devices = await Promise.all(names.filter((n) => !n.includes(':')).map((name) => deviceAt(folder, name)));
  return devices.filter((device) => device !== undefined);
}
