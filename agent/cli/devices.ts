import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { type Roots, rootsUnder } from '../../drivers/discovery/files.js';
import type { Finding } from '../../drivers/discovery/finding.js';
import { findingsOf } from '../../drivers/discovery/findings.js';
import { type Survey, survey } from '../../drivers/discovery/survey.js';
import { type UdevDevice, udevRules } from '../../drivers/discovery/udev.js';
import { describedByUsb } from '../../drivers/discovery/usb.js';
import { type Resolved, resolveWanted } from '../../drivers/discovery/wanted.js';
import { lineFindings } from '../devices/lines-there.js';
import { type Uses, usesOf } from '../devices/uses.js';
import { wantedOf } from '../devices/wanted.js';
import { devicesAsText, reportOf } from './devices-report.js';
import { configOf, refuse, refuseUnknownFlags } from './flags.js';

const args = {
  config: {
    type: 'string',
    valueHint: 'FILE',
    description: 'A kiosk config: what it names is compared with what is there',
  },
  json: { type: 'boolean', description: 'One JSON document' },
  udev: { type: 'boolean', description: 'Print udev rules for the devices that the config names, or those proposed' },
  root: { type: 'string', valueHint: 'DIR', default: '/', description: 'Read sys, dev, proc, etc and run below DIR' },
} as const;

/** The kiosk itself may have its devices open while a technician looks. */
const isAgent = (command: string): boolean => /agent\/cli\.js run\b/.test(command);

function rootsOf(root: string): Roots {
  const folder = isAbsolute(root) ? root : resolve(root);
  if (root === '' || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    refuse('--root: found no folder there, expected one with sys, dev and proc in it', 2);
  return rootsUnder(folder);
}

/** A reader that has seen enough (`| head`) is no fault. */
function quietOnHead(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    refuse(`quietzone: standard output: ${error.code ?? error.message}`, 1);
  });
}

const idsOf = (): readonly number[] => [process.getgid?.() ?? -1, ...(process.getgroups?.() ?? [])];

function look(seen: Survey, wanted: readonly Resolved[] | undefined, uses: Uses): readonly Finding[] {
  return findingsOf({
    survey: seen,
    wanted,
    uses,
    who: { uid: process.getuid?.() ?? -1, gids: idsOf() },
    own: isAgent,
  });
}

/** With a config its devices, else those whose maker makes scanners. */
function meant({ devices }: Survey, wanted: readonly Resolved[] | undefined): readonly UdevDevice[] {
  const named = ({ id }: Survey['devices'][number]) => wanted?.some(({ device }) => device?.id === id) === true;
  const chosen = devices.filter((one) => (wanted === undefined ? one.likely?.scanner === true : named(one)));
  return chosen.flatMap(({ usb, nodes, attachment, likely }) => {
    const identity = usb ?? nodes[0]?.usb;
    const what = usb?.product ?? likely?.maker ?? 'device';
    return identity === undefined ? [] : [{ vid: identity.vid, pid: identity.pid, what, attachment }];
  });
}

export const devices = defineCommand({
  meta: { name: 'devices', description: 'Say what is attached, which driver fits, and what is wrong with the remedy.' },
  args,
  async run({ args: given, rawArgs }) {
    refuseUnknownFlags(rawArgs, Object.keys(args));
    if (given._.length > 0) refuse('devices takes no words besides its flags', 2);
    if (given.json === true && given.udev === true) refuse('devices: found --json and --udev, expected one of them', 2);
    quietOnHead();
    const roots = rootsOf(given.root);
    const config = given.config === undefined ? undefined : configOf(given.config);
    const named = config && wantedOf(config);
    // Of a copy of another kiosk's files nothing can be asked by USB.
    const describe = given.root === '/' ? { describe: () => describedByUsb() } : {};
    const seen = await survey({ roots, ...describe });
    const wanted = named === undefined ? undefined : await resolveWanted(named, seen, roots);
    if (given.udev === true) {
      process.stdout.write(udevRules(meant(seen, wanted)));
      return;
    }
    const lines = config ? await lineFindings(config, roots.sysRoot) : [];
    const found = look(seen, wanted, config ? usesOf(config) : { gpio: false, i2c: false });
    const report = reportOf(seen, wanted, [...lines, ...found]);
    process.stdout.write(given.json === true ? `${JSON.stringify(report)}\n` : devicesAsText(report));
    process.exitCode = report.findings.some(({ severity }) => severity === 'wrong') ? 1 : 0;
  },
});
