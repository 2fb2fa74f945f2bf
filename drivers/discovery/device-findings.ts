import type { Owner } from './files.js';
import type { Finding, Look, Who } from './finding.js';
import type { DeviceNode } from './nodes.js';
import type { Device } from './survey.js';
import type { Resolved } from './wanted.js';

/** What is wrong with one device. Rights, busy lines and sleep count only for a device that the kiosk is to use. */

const [OWNER_RW, GROUP_RW, OTHERS_RW] = [0o600, 0o060, 0o006];
const has = (mode: number, bits: number): boolean => (mode & bits) === bits;

export function mayUse({ uid, gid, mode }: Owner, who: Who): boolean {
  if (who.uid === 0) return true;
  if (who.uid === uid) return has(mode, OWNER_RW);
  return has(mode, who.gids.includes(gid) ? GROUP_RW : OTHERS_RW);
}

/** The kiosk is to use it, by its config or, without one, by its maker. */
const isMeant = ({ id, proposal }: Device, wanted: readonly Resolved[] | undefined): boolean =>
  wanted === undefined ? proposal?.claim === true : wanted.some(({ device }) => device?.id === id);

/** The node that a driver would open. */
const nodeOf = (device: Device, wanted: readonly Resolved[] | undefined): DeviceNode | undefined =>
  wanted?.find((one) => one.device?.id === device.id)?.node ??
  device.nodes.find(({ path }) => path === device.proposal?.path);

function rights({ id }: Device, node: DeviceNode, { who, survey }: Look): Finding[] {
  const { owner, path } = node;
  if (owner === undefined) {
    const remedy = `in a container: pass it on (--device ${path}, or /dev as a whole); else see why udev made no node`;
    return [{ code: 'no-node', severity: 'wrong', device: id, found: `${path} is not in /dev`, remedy }];
  }
  if (mayUse(owner, who)) return [];
  const group = survey.system.groups.get(owner.gid);
  const shared = has(owner.mode, GROUP_RW) && owner.gid !== 0;
  const remedy = shared
    ? `usermod -aG ${group ?? owner.gid} USER for the user that the agent runs as, and log in anew`
    : 'install the rules of `devices --udev`, then plug it in again: the node belongs to no group of the kiosk';
  const found = `user ${who.uid} may not read and write ${path}`;
  return [{ code: 'no-rights', severity: 'wrong', device: id, found, remedy }];
}

function inUse({ id }: Device, node: DeviceNode, { survey, own }: Look): Finding[] {
  const name = node.kind === 'input' ? `input/${node.name}` : node.name;
  const others = survey.system.holders.filter((holder) => holder.node === name && !own(holder.command));
  return others.map(({ pid, command }) => ({
    code: 'in-use',
    severity: 'wrong',
    device: id,
    found: `process ${pid} (${command.split(' ')[0] || 'of no name'}) has ${node.path} open`,
    remedy: 'stop it, and keep it from starting: two readers get half a code each',
  }));
}

function keyboard({ id, attachment, nodes, likely }: Device, meant: boolean, wanted: Look['wanted']): Finding[] {
  if (attachment !== 'keyboard' || !(meant || likely?.scanner === true)) return [];
  const inputs = nodes.filter(({ kind, hid }) => kind === 'input' && hid === 'keyboard');
  const silenced = inputs.every(({ inhibited }) => inhibited === true);
  const asked = wanted?.some(({ device, driver }) => device?.id === id && driver === 'hid-keyboard') === true;
  if (silenced && asked) return [];
  const code = likely?.serialCode === undefined ? '"USB COM" or "USB CDC"' : `"${likely.serialCode}" ("USB COM")`;
  const found = silenced
    ? 'a scanner in keyboard mode; what it types is passed over (inhibited)'
    : 'a scanner in keyboard mode: payment codes are typed into consoles and pages';
  const remedy = `scan the code ${code} of its manual once; or install the rules of \`devices --udev\` and read it as "hid-keyboard"`;
  return [{ code: 'keyboard-mode', severity: silenced ? 'note' : 'wrong', device: id, found, remedy }];
}

function driverless(device: Device, { survey, wanted }: Look): Finding[] {
  const { id, likely, usb, attachment } = device;
  const meant = isMeant(device, wanted);
  // A wireless adapter without firmware is nobody's concern here.
  if (attachment !== 'no-driver' || usb === undefined || (likely === undefined && !meant)) return [];
  const severity = likely?.scanner === true || meant ? 'wrong' : 'note';
  if (survey.system.brltty && likely !== undefined && !likely.scanner) {
    const remedy =
      "apt-get remove brltty (a Braille display's driver, which takes serial chips for its own), and plug it in again";
    return [{ code: 'brltty', severity: 'wrong', device: id, found: 'no serial line, and brltty is running', remedy }];
  }
  const found = `${usb.vid}:${usb.pid} is plugged in, and no driver of the kernel took it`;
  const remedy = `scan the code "${likely?.serialCode ?? 'USB COM'}" of its manual, or load the module (dmesg says which)`;
  return [{ code: 'no-driver', severity, device: id, found, remedy }];
}

/** Also where it hangs on a hub that nobody sends to sleep: the setting is the device's own. */
function sleepy({ id, usb }: Device): Finding[] {
  if (usb?.autosuspend !== true) return [];
  const found = `${usb.vid}:${usb.pid} may be sent to sleep (power/control is "auto")`;
  const remedy = 'install the rules of `devices --udev`: a scanner that sleeps loses the first code';
  return [{ code: 'autosuspend', severity: 'note', device: id, found, remedy }];
}

function modemManager({ id, usb, attachment }: Device, { survey }: Look): Finding[] {
  const { modemManager: runs, modemRules } = survey.system;
  if (!runs || usb === undefined || (attachment !== 'cdc' && attachment !== 'usb-serial')) return [];
  const kept = modemRules.some((rule) => rule.toLowerCase().includes(usb.vid) || !rule.includes('idVendor'));
  if (kept) return [];
  const remedy = 'install the rules of `devices --udev`, or systemctl mask --now ModemManager';
  const found = 'ModemManager runs and will try it for a modem, with AT commands and for seconds';
  return [{ code: 'modem-manager', severity: 'wrong', device: id, found, remedy }];
}

/** A UART that also the kernel or a login prompt uses. */
function consoles({ id, attachment }: Device, meant: boolean, { survey }: Look): Finding[] {
  if (attachment !== 'uart') return [];
  const severity = meant ? 'wrong' : 'note';
  const { gettys, consoles: taken } = survey.system;
  const prompt: Finding = {
    code: 'login-prompt',
    severity,
    device: id,
    found: `a login prompt waits on ${id} and reads what a scanner there sends`,
    remedy: `systemctl mask --now serial-getty@${id}.service`,
  };
  const kernel: Finding = {
    code: 'kernel-console',
    severity,
    device: id,
    found: `the kernel writes its messages to ${id}`,
    remedy: `take console=${id} (or console=serial0) out of the kernel's command line (cmdline.txt on a Pi), and start anew`,
  };
  return [...(gettys.includes(id) ? [prompt] : []), ...(taken.includes(id) ? [kernel] : [])];
}

export function deviceFindings(device: Device, look: Look): readonly Finding[] {
  const meant = isMeant(device, look.wanted);
  const node = nodeOf(device, look.wanted);
  const inDuty = meant ? [...sleepy(device), ...modemManager(device, look)] : [];
  return [
    ...(meant && node !== undefined ? [...rights(device, node, look), ...inUse(device, node, look)] : []),
    ...keyboard(device, meant, look.wanted),
    ...driverless(device, look),
    ...consoles(device, meant, look),
    ...inDuty,
  ];
}
