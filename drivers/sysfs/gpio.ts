import type { Clock } from '../clock.js';
import { awaitRights, isThere, namesIn, readText, SysfsError, writeText } from './files.js';

/** A line by its chip's label ("pinctrl-bcm2711", "pinctrl-rp1") and its offset there: what stays when numbers move. */
export type GpioLine = {
  /** May be left out where there is one chip. */
  readonly chip?: string;
  readonly line: number;
};

type Chip = { readonly label: string; readonly base: number; readonly lines: number };

const folderOf = (sysRoot: string): string => `${sysRoot}/class/gpio`;

async function chipsOf(sysRoot: string): Promise<Chip[]> {
  const folder = folderOf(sysRoot);
  const names = await namesIn(folder, /^gpiochip\d+$/);
  return Promise.all(
    names.map(async (name) => ({
      label: await readText(`${folder}/${name}/label`),
      base: Number(await readText(`${folder}/${name}/base`)),
      lines: Number(await readText(`${folder}/${name}/ngpio`)),
    })),
  );
}

/** The number that the legacy export file wants: it differs by board and by kernel. @throws SysfsError */
export async function lineNumber(sysRoot: string, { chip, line }: GpioLine): Promise<number> {
  const chips = await chipsOf(sysRoot);
  const found = chips.filter(({ label }) => chip === undefined || label === chip);
  const [one] = found;
  if (one === undefined || found.length > 1) {
    const there = chips.map(({ label }) => `"${label}"`).join(', ') || 'none: has this kernel CONFIG_GPIO_SYSFS?';
    const what = chip === undefined ? 'GPIO chips' : `GPIO chips "${chip}"`;
    throw new SysfsError(`${found.length} ${what}, expected one; there are: ${there}`, 'ENODEV');
  }
  if (line >= one.lines) {
    throw new SysfsError(`line ${line}: "${one.label}" has lines 0 to ${one.lines - 1}`, 'EINVAL');
  }
  return one.base + line;
}

/**
 * Exports the line where it is not yet, and waits for the rights to its files: onoff's own way is to open each file up to
 * 10,000 times in a row, and nothing else runs meanwhile.
 * @returns its folder
 */
export async function exportLine(sysRoot: string, number: number, clock: Clock): Promise<string> {
  const folder = `${folderOf(sysRoot)}/gpio${number}`;
  if (!(await isThere(folder))) await writeText(`${folderOf(sysRoot)}/export`, String(number));
  await awaitRights([`${folder}/value`, `${folder}/direction`, `${folder}/active_low`], clock);
  return folder;
}
