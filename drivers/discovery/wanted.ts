import { join } from 'node:path';
import { isFolder, type Roots, realAt } from './files.js';
import { fits, inWords, type WantedUsb } from './identity.js';
import type { DeviceNode, NodeKind } from './nodes.js';
import type { Device, Proposal, Survey } from './survey.js';

/** A device that a config names: by its path, or by what it is. */
export type Wanted = {
  /** The config's table, such as "scanner". */
  readonly name: string;
  readonly driver: Proposal['driver'];
  readonly path?: string;
  readonly usb?: WantedUsb;
};

export type Resolved = Wanted & {
  /** As a person names it: the path, or "05e0:1701, port 1-1.3". */
  readonly words: string;
  readonly device?: Device;
  readonly node?: DeviceNode;
  /** Something stands at the path, although it is no device known here (a pseudo-terminal). */
  readonly there: boolean;
};

const nodeKind: Readonly<Record<Proposal['driver'], NodeKind>> = {
  serial: 'tty',
  'hid-pos': 'hidraw',
  'hid-keyboard': 'hidraw',
};

/** "/dev/serial/by-id/…" below another root, links followed. */
const realNode = (path: string, { devRoot }: Roots): Promise<string | undefined> =>
  path.startsWith('/dev/') ? realAt(devRoot, path.slice('/dev/'.length)) : realAt(path);

async function byPath(path: string, survey: Survey, roots: Roots): Promise<Omit<Resolved, keyof Wanted | 'words'>> {
  const real = await realNode(path, roots);
  const devRoot = (await realAt(roots.devRoot)) ?? roots.devRoot;
  for (const device of survey.devices) {
    const node = device.nodes.find(({ kind, name }) => join(devRoot, kind === 'input' ? 'input' : '', name) === real);
    if (node !== undefined) return { device, node, there: true };
  }
  return { there: real !== undefined && !(await isFolder(real)) };
}

function byUsb(usb: WantedUsb, driver: Proposal['driver'], survey: Survey): Omit<Resolved, keyof Wanted | 'words'> {
  const fitting = survey.devices.filter(({ nodes, usb: found }) =>
    found === undefined ? nodes.some((node) => fits(usb, node)) : fits(usb, { usb: found }),
  );
  const [device] = fitting;
  // More than one and nothing to choose by: told as twins, and none of them is the one.
  if (device === undefined || fitting.length > 1) return { there: false };
  const node = device.nodes.find(({ kind }) => kind === nodeKind[driver]);
  return { device, there: true, ...(node === undefined ? {} : { node }) };
}

export const resolveWanted = (wanted: readonly Wanted[], survey: Survey, roots: Roots): Promise<readonly Resolved[]> =>
  Promise.all(
    wanted.map(async (one) => {
      if (one.path !== undefined) return { ...one, words: one.path, ...(await byPath(one.path, survey, roots)) };
      return { ...one, words: inWords(one.usb ?? {}), ...byUsb(one.usb ?? {}, one.driver, survey) };
    }),
  );
