import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Which device is meant: by where it is plugged in or what it says it is, or by its node. */
export type HidWanted = {
  /** A node, such as "/dev/hidraw0" or "/dev/input/by-id/usb-…-event-kbd". */
  readonly path?: string;
  /** "vid:pid", four hexadecimal digits each. */
  readonly usb?: string;
  readonly usbSerial?: string;
  /** The port's path as the kernel names it, such as "1-1.3". */
  readonly usbPort?: string;
};

export type HidRoots = { readonly sysRoot: string; readonly devRoot: string };
export const systemRoots: HidRoots = { sysRoot: '/sys', devRoot: '/dev' };

/** One HID interface of a device, and everything of that device that types. */
export type HidNodes = {
  /** Its raw reports; absent where the kernel makes none. */
  readonly hidraw?: string;
  readonly descriptor?: Uint8Array;
  /** Input devices of the whole USB device. */
  readonly inputs: readonly HidInput[];
};

export type HidInput = {
  /** "1" makes the kernel pass over all it types; since Linux 5.11. */
  readonly inhibited: string;
  readonly events: readonly string[];
};

const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
const text = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').then(
    (found) => found.trim(),
    () => undefined,
  );
const real = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);

type Usb = { readonly folder: string; readonly id: string; readonly serial: string | undefined };

/** The USB device that a HID interface belongs to; undefined for one without (Bluetooth, uhid). */
async function usbOf(folder: string, top: string): Promise<Usb | undefined> {
  for (let at = folder; at.startsWith(top) && at !== top; at = dirname(at)) {
    const vendor = await text(join(at, 'idVendor'));
    if (vendor === undefined) continue;
    const id = `${vendor}:${await text(join(at, 'idProduct'))}`;
    return { folder: at, id, serial: await text(join(at, 'serial')) };
  }
  return undefined;
}

type Interface = { readonly folder: string; readonly name?: string; readonly usb: Usb | undefined };

async function interfaceOf(folder: string, name: string | undefined, top: string): Promise<Interface> {
  return { folder, ...(name === undefined ? {} : { name }), usb: await usbOf(folder, top) };
}

async function byPath(path: string, sysRoot: string, top: string): Promise<Interface[]> {
  const name = basename((await real(path)) ?? '');
  const link = name.startsWith('event')
    ? join(sysRoot, 'class/input', name, 'device/device')
    : join(sysRoot, 'class/hidraw', name, 'device');
  const folder = name === '' ? undefined : await real(link);
  if (folder === undefined) return [];
  return [await interfaceOf(folder, (await list(join(folder, 'hidraw')))[0], top)];
}

async function byUsb({ usb, usbSerial, usbPort }: HidWanted, sysRoot: string, top: string): Promise<Interface[]> {
  const found: Interface[] = [];
  for (const name of (await list(join(sysRoot, 'class/hidraw'))).sort()) {
    const folder = await real(join(sysRoot, 'class/hidraw', name, 'device'));
    if (folder === undefined) continue;
    const one = await interfaceOf(folder, name, top);
    if (!one.usb || (usb !== undefined && one.usb.id !== usb.toLowerCase())) continue;
    if (usbSerial !== undefined && one.usb.serial !== usbSerial) continue;
    if (usbPort === undefined || basename(one.usb.folder) === usbPort) found.push(one);
  }
  return found;
}

async function inputsOf({ folder, usb }: Interface, { sysRoot, devRoot }: HidRoots): Promise<HidInput[]> {
  const around = `${usb?.folder ?? folder}/`;
  const inputs: HidInput[] = [];
  for (const name of await list(join(sysRoot, 'class/input'))) {
    if (!/^input\d+$/.test(name)) continue;
    const input = await real(join(sysRoot, 'class/input', name));
    if (!input?.startsWith(around)) continue;
    const events = (await list(input)).filter((entry) => /^event\d+$/.test(entry));
    inputs.push({
      inhibited: join(input, 'inhibited'),
      events: events.map((event) => join(devRoot, 'input', event)),
    });
  }
  return inputs;
}

/**
 * The device that is meant, as it stands now; undefined when there is none. Of one device with several HID interfaces the
 * first whose report descriptor `fits`, or else its first.
 * @throws Error when two devices fit and nothing tells them apart
 */
export async function findHid(
  wanted: HidWanted,
  fits: (descriptor: Uint8Array) => boolean,
  roots: HidRoots = systemRoots,
): Promise<HidNodes | undefined> {
  const { sysRoot, devRoot } = roots;
  const top = (await real(resolve(sysRoot))) ?? sysRoot;
  const found = wanted.path === undefined ? await byUsb(wanted, sysRoot, top) : await byPath(wanted.path, sysRoot, top);
  const devices = new Set(found.map((one) => one.usb?.folder));
  if (devices.size > 1) {
    const ports = [...devices].map((folder) => basename(folder ?? '')).join('", "');
    throw new Error(`two devices fit; remedy: set scanner.usb_port, one of "${ports}"`);
  }
  const read = async (one: Interface) => ({
    one,
    descriptor: await readFile(join(one.folder, 'report_descriptor')).catch(() => undefined),
  });
  const all = await Promise.all(found.map(read));
  const chosen = all.find(({ descriptor }) => descriptor !== undefined && fits(descriptor)) ?? all[0];
  if (!chosen) return undefined;
  return {
    ...(chosen.one.name === undefined ? {} : { hidraw: join(devRoot, chosen.one.name) }),
    ...(chosen.descriptor ? { descriptor: new Uint8Array(chosen.descriptor) } : {}),
    inputs: await inputsOf(chosen.one, roots),
  };
}
