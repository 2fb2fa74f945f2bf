import { join } from 'node:path';
import { linkAt, namesIn, type Roots, textAt } from './files.js';

/** One that has a device open, or said so by a lock file. */
export type Holder = { readonly node: string; readonly pid: number; readonly command: string };

/** What else on this machine reaches for the devices. */
export type System = {
  /** The names after "console=" of the kernel's command line, such as "ttyAMA0". */
  readonly consoles: readonly string[];
  /** Lines with a login prompt. */
  readonly gettys: readonly string[];
  readonly modemManager: boolean;
  readonly brltty: boolean;
  /** Lines of udev rules that keep ModemManager off. */
  readonly modemRules: readonly string[];
  readonly holders: readonly Holder[];
  /** Group names by number. */
  readonly groups: ReadonlyMap<number, string>;
};

/** systemd makes a prompt for each console by itself, besides those that are enabled. */
const GETTY_PLACES = ['systemd/system/getty.target.wants', 'systemd/generator/getty.target.wants'] as const;
/** The Pi's name for whichever UART is on the header. */
const ALIAS = /^serial\d$/;

async function consolesOf({ procRoot, devRoot }: Roots): Promise<readonly string[]> {
  const line = (await textAt(procRoot, 'cmdline')) ?? '';
  const names = [...line.matchAll(/(?:^|\s)console=([A-Za-z]+\d*)/g)].map((found) => found[1] ?? '');
  const real = names.map(async (name) => (ALIAS.test(name) ? ((await linkAt(devRoot, name)) ?? name) : name));
  return [...new Set(await Promise.all(real))];
}

async function gettysOf({ etcRoot, runRoot }: Roots): Promise<readonly string[]> {
  const places = [join(etcRoot, GETTY_PLACES[0]), join(runRoot, GETTY_PLACES[0]), join(runRoot, GETTY_PLACES[1])];
  const names = (await Promise.all(places.map((place) => namesIn(place)))).flat();
  const lines = names.flatMap((name) => /^serial-getty@(.+)\.service$/.exec(name)?.[1] ?? []);
  // Masked: a link to /dev/null in place of the unit.
  const masked = await Promise.all(
    lines.map((line) => linkAt(etcRoot, 'systemd/system', `serial-getty@${line}.service`)),
  );
  return [...new Set(lines.filter((_, i) => masked[i] !== '/dev/null'))];
}

async function modemRulesOf({ etcRoot, runRoot }: Roots): Promise<readonly string[]> {
  const folders = [join(etcRoot, 'udev/rules.d'), join(runRoot, 'udev/rules.d')];
  const files = folders.map(async (folder) => Promise.all((await namesIn(folder)).map((name) => textAt(folder, name))));
  const lines = (await Promise.all(files)).flat().flatMap((text) => text?.split('\n') ?? []);
  return lines.filter((line) => !line.trimStart().startsWith('#') && line.includes('ID_MM_DEVICE_IGNORE'));
}

async function groupsOf({ etcRoot }: Roots): Promise<ReadonlyMap<number, string>> {
  const text = (await textAt(etcRoot, 'group')) ?? '';
  const entries = text.split('\n').map((line) => line.split(':'));
  return new Map(entries.map(([name = '', , number]) => [Number(number), name]));
}

type Process = { readonly pid: number; readonly name: string; readonly command: string };

async function processAt(pid: number, procRoot: string): Promise<Process> {
  const [name, command] = await Promise.all([
    textAt(procRoot, String(pid), 'comm'),
    textAt(procRoot, String(pid), 'cmdline'),
  ]);
  return { pid, name: name ?? '', command: (command ?? name ?? '').split('\0').join(' ').trim() };
}

async function heldBy({ pid, command }: Process, procRoot: string, nodes: readonly string[]): Promise<Holder[]> {
  const folder = join(procRoot, String(pid), 'fd');
  // Another user's are not readable: then the lock file is what there is.
  const links = await Promise.all((await namesIn(folder)).map((fd) => linkAt(folder, fd)));
  return nodes.filter((node) => links.includes(`/dev/${node}`)).map((node) => ({ node, pid, command }));
}

/** /run/lock/LCK..ttyUSB0 with a process id in it; one whose process is gone holds nothing. */
async function lockedBy(processes: readonly Process[], runRoot: string, nodes: readonly string[]): Promise<Holder[]> {
  const found = nodes.map(async (node) => {
    const pid = Number((await textAt(runRoot, 'lock', `LCK..${node}`)) ?? Number.NaN);
    const owner = processes.find((process) => process.pid === pid);
    return owner === undefined ? [] : [{ node, pid, command: owner.command }];
  });
  return (await Promise.all(found)).flat();
}

/** @param nodes names below /dev, such as "ttyACM0" and "input/event3", whose holders are asked for */
export async function systemOf(roots: Roots, nodes: readonly string[]): Promise<System> {
  const pids = (await namesIn(roots.procRoot)).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = await Promise.all(pids.map((pid) => processAt(pid, roots.procRoot)));
  const [consoles, gettys, groups, modemRules, open, locked] = await Promise.all([
    consolesOf(roots),
    gettysOf(roots),
    groupsOf(roots),
    modemRulesOf(roots),
    Promise.all(processes.map((process) => heldBy(process, roots.procRoot, nodes))),
    lockedBy(processes, roots.runRoot, nodes),
  ]);
  const holders = open.flat();
  const others = locked.filter(({ node, pid }) => !holders.some((known) => known.node === node && known.pid === pid));
  const runs = (name: string) => processes.some((process) => process.name === name);
  return {
    consoles,
    gettys,
    groups,
    modemRules,
    modemManager: runs('ModemManager'),
    brltty: runs('brltty'),
    holders: [...holders, ...others],
  };
}
