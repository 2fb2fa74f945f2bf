import { access, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Clock, pause } from '../clock.js';

export type UsbResetParts = {
  readonly clock: Clock;
  /** "/sys" but in tests. */
  readonly sysRoot: string;
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
export async function resetUsb(node: string, { clock, sysRoot }: UsbResetParts): Promise<string> {
  try {
    const device = await usbDeviceOf(node, sysRoot);
    if (device === undefined) return 'no USB device: not reset';
    await writeFile(join(device, 'authorized'), '0');
    await pause(clock, OUT_MS, new AbortController().signal);
    await writeFile(join(device, 'authorized'), '1');
    return 'USB device reset';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    const remedy = code === 'EACCES' ? ', give the agent the right to write its "authorized" by a udev rule' : '';
    return `USB device not reset (${code}${remedy})`;
  }
}
