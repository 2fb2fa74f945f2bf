import { readdirSync, readFileSync, realpathSync } from 'node:fs';

/**
 * What tells this board from another one that runs a copy of its card (rule 14), the same at every start of the board:
 * the serial number that the firmware hands to Linux (device tree, or DMI where this user may read it), else the lowest
 * permanent hardware address of a built-in network interface, whether its link is up or not. Never anything that is
 * stored on the card, nor what a plugged-in modem or a virtual interface brings along.
 * @throws Error when the board tells nothing of itself
 */
export function boardSerial(root = '/'): string {
  const serial = line(`${root}proc/device-tree/serial-number`) ?? line(`${root}sys/class/dmi/id/product_uuid`);
  const found = serial ?? addressOf(`${root}sys/class/net`);
  if (found !== undefined) return found;
  throw new Error(
    'kiosk.board_serial: missing, and this board tells no serial number; give it one that no other board has',
  );
}

function line(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').replaceAll('\0', '').trim();
    return text === '' ? undefined : text.slice(0, 64);
  } catch {
    return undefined;
  }
}

function addressOf(folder: string): string | undefined {
  return namesIn(folder)
    .filter((name) => isBuiltIn(`${folder}/${name}`))
    .map((name) => line(`${folder}/${name}/address`))
    .filter((address) => address !== undefined && address !== '00:00:00:00:00:00')
    .sort()[0];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A device behind it, an address of its own (NET_ADDR_PERM, linux/netdevice.h), and no USB on the way to it. */
function isBuiltIn(path: string): boolean {
  try {
    return line(`${path}/addr_assign_type`) === '0' && !realpathSync(`${path}/device`).includes('/usb');
  } catch {
    return false;
  }
}
