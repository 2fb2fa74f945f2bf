import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Roots, systemRoots } from './files.js';
import { type DeviceNode, type NodeKind, nodesOf } from './nodes.js';

/** Which device is meant. What is left out does not matter; `vid` and `pid` in four hex digits, `port` such as "1-1.3". */
export type WantedUsb = {
  readonly vid?: string;
  readonly pid?: string;
  readonly serial?: string;
  readonly port?: string;
};

/** `path`, or the `reason` why there is none, for technicians. */
export type FoundNodes = {
  readonly fitting: readonly DeviceNode[];
  readonly path?: string;
  readonly reason?: string;
};

const same = (wanted: string | undefined, found: string | undefined): boolean =>
  wanted === undefined || wanted.toLowerCase() === found?.toLowerCase();

export const fits = (wanted: WantedUsb, { usb }: Pick<DeviceNode, 'usb'>): boolean =>
  usb !== undefined &&
  same(wanted.vid, usb.vid) &&
  same(wanted.pid, usb.pid) &&
  // Letters of a serial number are not the same in both cases.
  (wanted.serial === undefined || wanted.serial === usb.serial) &&
  (wanted.port === undefined || wanted.port === usb.port);

/** As a person writes it: "05e0:1701, port 1-1.3". */
export function inWords({ vid, pid, serial, port }: WantedUsb): string {
  const ids = vid === undefined && pid === undefined ? [] : [`${vid ?? '*'}:${pid ?? '*'}`];
  return [
    ...ids,
    ...(serial === undefined ? [] : [`serial ${serial}`]),
    ...(port === undefined ? [] : [`port ${port}`]),
  ].join(', ');
}

/** Raw reports of what is neither scanner nor keyboard (volume keys, a maker's own) are meant only if there are no others. */
const last = ({ kind, hid }: DeviceNode): number => (kind === 'hidraw' && hid === 'other' ? 1 : 0);

/** The node of the first interface: those of one device are always in this order. */
const firstOf = (nodes: readonly DeviceNode[]): DeviceNode | undefined =>
  [...nodes].sort((a, b) => last(a) - last(b) || (a.interface ?? 0) - (b.interface ?? 0))[0];

function choose(wanted: WantedUsb, fitting: readonly DeviceNode[]): Omit<FoundNodes, 'fitting'> {
  const ports = [...new Set(fitting.map(({ usb }) => usb?.port))];
  if (ports.length > 1) {
    const where = ports.join(' and ');
    return { reason: `${ports.length} devices are ${inWords(wanted)}: at ports ${where}; say which port is meant` };
  }
  const node = firstOf(fitting);
  return node === undefined ? { reason: `no device is ${inWords(wanted)}` } : { path: node.path };
}

/** Walks sysfs from the class to the USB device: numbers in names such as ttyUSB0 change with each start. Never rejects. */
export async function findNodes(wanted: WantedUsb, kind: NodeKind, roots: Partial<Roots> = {}): Promise<FoundNodes> {
  if (inWords(wanted) === '') return { fitting: [], reason: 'nothing says which device is meant' };
  const nodes = await nodesOf(kind, { ...systemRoots, ...roots });
  // A scanner that types has a second input for its volume keys, which never types.
  const fitting = nodes.filter((node) => fits(wanted, node) && (kind !== 'input' || node.hid === 'keyboard'));
  return { fitting, ...choose(wanted, fitting) };
}

/** The path of the one node that fits; undefined when there is none, or more than one device and nothing to choose by. */
export const findNode = async (
  wanted: WantedUsb,
  kind: NodeKind,
  roots: Partial<Roots> = {},
): Promise<string | undefined> => (await findNodes(wanted, kind, roots)).path;

/** Of those looks at names alone, so many in a row; then everything is looked at all the same. */
const NAMES_ALONE_MOST = 20;

/**
 * `findNode` for a loop that asks several times a second while the device is away, for days perhaps: as long as the class
 * holds the same names as when nothing was found, nothing is read but these.
 */
export function lookFor(
  wanted: WantedUsb,
  kind: NodeKind,
  roots: Partial<Roots> = {},
): () => Promise<string | undefined> {
  const { sysRoot } = { ...systemRoots, ...roots };
  let missed: string | undefined;
  let looks = 0;
  return async () => {
    const names = (await readdir(join(sysRoot, 'class', kind)).catch(() => [])).sort().join('/');
    if (names === missed && looks++ < NAMES_ALONE_MOST) return undefined;
    looks = 0;
    const found = await findNode(wanted, kind, roots);
    missed = found === undefined ? names : undefined;
    return found;
  };
}
