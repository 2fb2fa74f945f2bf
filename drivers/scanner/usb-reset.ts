import { access, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Clock, pause } from '../clock.js';

export type UsbResetParts = {
  readonly clock: Clock;
  /** "/sys" but in tests. */
  readonly sysRoot: string;
  /** It is let in at once: nobody will be there to do it later. */
  readonly stop: AbortSignal;
};

/** Which device is meant: ids in four hex digits, `port` such as "1-1.3"; what is left out does not matter. */
export type UsbMark = {
  readonly vid?: string;
  readonly pid?: string;
  readonly serial?: string;
  readonly port?: string;
};

/** How long the device is shut out, ms: its firmware shall notice. */
const OUT_MS = 500;

/** The USB device that the terminal belongs to; undefined: none. Its interfaces have an `authorized` too, but no vendor. */
async function usbDeviceOf(node: string, sysRoot: string): Promise<string | undefined> {
  const name = basename(await realpath(node));
  let folder = await realpath(join(sysRoot, 'class/tty', name, 'device'));
  for (; folder.length > sysRoot.length; folder = dirname(folder)) {
    const found = await access(join(folder, 'idVendor')).then(
      () => true,
      () => false,
    );
    if (found) return folder;
  }
  return undefined;
}

/** As if it had been pulled and put back. Resolves with what came of it, for technicians; never rejects. */
export async function resetUsb(node: string, { clock, sysRoot, stop }: UsbResetParts): Promise<string> {
  try {
    const device = await usbDeviceOf(node, sysRoot);
    if (device === undefined) return 'no USB device: not reset';
    if (stop.aborted) return 'not reset, as it is being stopped';
    await writeFile(join(device, 'authorized'), '0');
    await pause(clock, OUT_MS, stop);
    await writeFile(join(device, 'authorized'), '1');
    return 'USB device reset';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    const remedy = code === 'EACCES' ? ', give the agent the right to write its "authorized" by a udev rule' : '';
    return `USB device not reset (${code}${remedy})`;
  }
}

const readAt = (folder: string, file: string): Promise<string | undefined> =>
  readFile(join(folder, file), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

/** A device has a port for a name, its interfaces a colon in theirs. */
const DEVICE = /^\d+-[\d.]+$/;

/**
 * Lets the device in that a reset shut out when the process was killed in its midst: it has no node, so that nothing else
 * would ever bring it back. Only what bears the mark: others may be shut out for a reason. Never rejects.
 */
export async function letInUsb(mark: UsbMark, sysRoot: string): Promise<void> {
  const all = join(sysRoot, 'bus/usb/devices');
  const same = (wanted: string | undefined, found: string | undefined) => wanted === undefined || wanted === found;
  for (const name of await readdir(all).catch(() => [])) {
    const folder = join(all, name);
    if (!DEVICE.test(name) || !same(mark.port, name) || (await readAt(folder, 'authorized')) !== '0') continue;
    if (!same(mark.vid?.toLowerCase(), await readAt(folder, 'idVendor'))) continue;
    if (!same(mark.pid?.toLowerCase(), await readAt(folder, 'idProduct'))) continue;
    if (!same(mark.serial, await readAt(folder, 'serial'))) continue;
    await writeFile(join(folder, 'authorized'), '1').catch(() => undefined);
  }
}
