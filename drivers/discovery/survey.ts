import { type Roots, systemRoots } from './files.js';
import type { HidClassifier } from './hid-use.js';
import { type Lines, linesOf } from './lines.js';
import { type DeviceNode, nodeKinds, nodesOf } from './nodes.js';
import { type LoadNative, missingPackages, type NativePackage } from './packages.js';
import { type Likely, likelyOf, type ProfileName } from './profiles.js';
import { type System, systemOf } from './system.js';
import type { Described } from './usb.js';
import { type UsbDevice, usbDevices } from './usb-tree.js';

/** How a device is attached now; a scanner's changes with its mode. */
export type Attachment = 'cdc' | 'usb-serial' | 'uart' | 'hid-pos' | 'keyboard' | 'other' | 'no-driver';

/** What would read it, if it is a scanner. `claim`: the maker makes scanners; without it a person must know. */
export type Proposal = {
  readonly driver: 'serial' | 'hid-pos' | 'hid-keyboard';
  readonly profile: ProfileName;
  readonly path: string;
  readonly claim: boolean;
};

export type Device = {
  /** The USB port, or the name of a UART: "1-1.3", "ttyAMA0". */
  readonly id: string;
  readonly usb?: UsbDevice;
  readonly nodes: readonly DeviceNode[];
  readonly attachment: Attachment;
  readonly likely?: Likely;
  readonly proposal?: Proposal;
};

export type Survey = {
  /** False: this system has no USB, or does not show it. */
  readonly usb: boolean;
  readonly devices: readonly Device[];
  readonly lines: Lines;
  readonly system: System;
  readonly notBuilt: readonly NativePackage[];
};

const ttyOf = (nodes: readonly DeviceNode[]) => nodes.find(({ kind }) => kind === 'tty');

function attachmentOf(nodes: readonly DeviceNode[], usb: UsbDevice | undefined): Attachment {
  const tty = ttyOf(nodes);
  if (tty !== undefined) {
    if (tty.usb === undefined) return 'uart';
    return tty.driver === 'cdc_acm' ? 'cdc' : 'usb-serial';
  }
  if (nodes.some(({ hid }) => hid === 'pos')) return 'hid-pos';
  if (nodes.some(({ hid }) => hid === 'keyboard')) return 'keyboard';
  const idle = usb?.interfaces.every(({ driver }) => driver === undefined);
  return idle ? 'no-driver' : 'other';
}

const drivers: Readonly<Partial<Record<Attachment, Proposal['driver']>>> = {
  cdc: 'serial',
  'usb-serial': 'serial',
  uart: 'serial',
  'hid-pos': 'hid-pos',
  keyboard: 'hid-keyboard',
};

function proposalOf(attachment: Attachment, nodes: readonly DeviceNode[], likely?: Likely): Proposal | undefined {
  const driver = drivers[attachment];
  const wanted = attachment === 'hid-pos' ? 'pos' : 'keyboard';
  const node = driver === 'serial' ? ttyOf(nodes) : nodes.find(({ kind, hid }) => kind === 'hidraw' && hid === wanted);
  if (driver === undefined || node === undefined) return undefined;
  const profile = driver === 'serial' ? (likely?.profile ?? 'generic') : 'generic';
  return { driver, profile, path: node.path, claim: likely?.scanner === true };
}

function deviceOf(id: string, nodes: readonly DeviceNode[], usb?: UsbDevice): Device {
  const attachment = attachmentOf(nodes, usb);
  const identity = usb ?? nodes.find((node) => node.usb !== undefined)?.usb;
  const likely = identity === undefined ? undefined : likelyOf(identity);
  const proposal = proposalOf(attachment, nodes, likely);
  return {
    id,
    nodes,
    attachment,
    ...(usb === undefined ? {} : { usb }),
    ...(likely === undefined ? {} : { likely }),
    ...(proposal === undefined ? {} : { proposal }),
  };
}

function devicesOf(usb: readonly UsbDevice[], nodes: readonly DeviceNode[]): readonly Device[] {
  const attached = usb.filter(({ hub }) => !hub);
  const ports = new Set(attached.map(({ port }) => port));
  const onUsb = attached.map((device) =>
    deviceOf(
      device.port,
      nodes.filter((node) => node.usb?.port === device.port),
      device,
    ),
  );
  // A UART, and HID that is not on USB. A power button or a lid is none of ours.
  const alone = nodes.filter(
    (node) => !ports.has(node.usb?.port ?? '') && (node.kind !== 'input' || node.hid !== 'other'),
  );
  return [...onUsb, ...alone.map((node) => deviceOf(node.name, [node]))];
}

export type SurveyOptions = {
  readonly roots?: Partial<Roots>;
  readonly classify?: HidClassifier;
  readonly load?: LoadNative;
  /** Asked only when a device has no name in sysfs. */
  readonly describe?: () => Promise<{ readonly devices?: readonly Described[] }>;
};

/** With the names that the kernel did not keep, where npm `usb` has them. */
async function named(devices: readonly UsbDevice[], describe: SurveyOptions['describe']) {
  if (describe === undefined || devices.every(({ product }) => product !== undefined)) return devices;
  const { devices: others = [] } = await describe();
  return devices.map((device): UsbDevice => {
    const alike = others.filter(({ vid, pid }) => vid === device.vid && pid === device.pid);
    const [other] = alike;
    if (device.product !== undefined || other === undefined || alike.length > 1) return device;
    const { maker, product } = other;
    return { ...device, ...(maker === undefined ? {} : { maker }), ...(product === undefined ? {} : { product }) };
  });
}

/** Everything that is attached, by reading files alone: no child process, and no device is opened. Never rejects. */
export async function survey({ roots: given, classify, load, describe }: SurveyOptions = {}): Promise<Survey> {
  const roots: Roots = { ...systemRoots, ...given };
  const [usb, nodes, lines, notBuilt] = await Promise.all([
    usbDevices(roots.sysRoot),
    Promise.all(nodeKinds.map((kind) => nodesOf(kind, roots, classify))),
    linesOf(roots),
    missingPackages(load),
  ]);
  const devices = devicesOf(await named(usb ?? [], describe), nodes.flat());
  const names = devices.flatMap((device) =>
    device.nodes.map(({ kind, name }) => (kind === 'input' ? `input/${name}` : name)),
  );
  return { usb: usb !== undefined, devices, lines, system: await systemOf(roots, names), notBuilt };
}
