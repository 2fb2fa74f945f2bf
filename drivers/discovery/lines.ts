import { join } from 'node:path';
import { namesIn, type Owner, ownerAt, type Roots, textAt } from './files.js';

/** What lamps, buzzers, relays and small displays hang on. */
export type GpioChip = {
  /** "gpiochip0" in /dev. */
  readonly name: string;
  /** "pinctrl-bcm2711": by this a chip is known, its number and base move with the kernel. */
  readonly label?: string;
  readonly lines?: number;
  /** First number of its lines in /sys/class/gpio; absent: the kernel has none such any more. */
  readonly base?: number;
  readonly owner?: Owner;
};

export type I2cBusNode = { readonly name: string; readonly label?: string; readonly owner?: Owner };
export type Named = { readonly name: string; readonly label?: string };

export type Lines = {
  readonly gpio: readonly GpioChip[];
  /** /sys/class/gpio: onoff needs it, newer kernels may be built without. */
  readonly gpioSysfs: boolean;
  readonly i2c: readonly I2cBusNode[];
  readonly leds: readonly string[];
  readonly pwm: readonly { readonly name: string; readonly channels: number }[];
  readonly framebuffers: readonly Named[];
};

const labelled = (label: string | undefined): { readonly label?: string } => (label === undefined ? {} : { label });
const owned = (owner: Owner | undefined): { readonly owner?: Owner } => (owner === undefined ? {} : { owner });

type SysfsChip = { readonly label?: string; readonly base: number; readonly lines: number; readonly parent: string };

/** /sys/class/gpio/gpiochip512: numbered by its base, not as the node in /dev. */
async function sysfsChips(sysRoot: string): Promise<readonly SysfsChip[]> {
  const at = join(sysRoot, 'class/gpio');
  const names = (await namesIn(at)).filter((name) => /^gpiochip\d+$/.test(name));
  const chips = names.map(async (name) => {
    const [label, base, lines, devices] = await Promise.all([
      textAt(at, name, 'label'),
      textAt(at, name, 'base'),
      textAt(at, name, 'ngpio'),
      namesIn(at, name, 'device'),
    ]);
    const parent = devices.find((entry) => /^gpiochip\d+$/.test(entry)) ?? '';
    return { ...labelled(label), base: Number(base), lines: Number(lines), parent };
  });
  return (await Promise.all(chips)).filter(({ base, lines }) => Number.isInteger(base) && Number.isInteger(lines));
}

async function gpioChips({ sysRoot, devRoot }: Roots): Promise<readonly GpioChip[]> {
  const [nodes, chips] = await Promise.all([namesIn(sysRoot, 'bus/gpio/devices'), sysfsChips(sysRoot)]);
  const named = nodes.filter((name) => /^gpiochip\d+$/.test(name));
  const withNode = await Promise.all(
    named.map(async (name): Promise<GpioChip> => {
      const chip = chips.find(({ parent }) => parent === name);
      const owner = await ownerAt(devRoot, name);
      const known = chip === undefined ? {} : { ...labelled(chip.label), base: chip.base, lines: chip.lines };
      return { name, ...known, ...owned(owner) };
    }),
  );
  // Older kernels do not link the two: then each chip of sysfs is told by its own name.
  const unlinked = chips.filter(({ parent }) => !named.includes(parent));
  return [
    ...withNode.filter(({ base }) => base !== undefined || unlinked.length === 0),
    ...unlinked.map(({ label, base, lines }) => ({ name: `gpiochip${base}`, ...labelled(label), base, lines })),
  ];
}

async function i2cBuses({ sysRoot, devRoot }: Roots): Promise<readonly I2cBusNode[]> {
  const names = (await namesIn(sysRoot, 'bus/i2c/devices')).filter((name) => /^i2c-\d+$/.test(name));
  return Promise.all(
    names.map(async (name) => {
      const [label, owner] = await Promise.all([
        textAt(sysRoot, 'bus/i2c/devices', name, 'name'),
        ownerAt(devRoot, name),
      ]);
      return { name, ...labelled(label), ...owned(owner) };
    }),
  );
}

async function pwmChips({ sysRoot }: Roots): Promise<Lines['pwm']> {
  const names = (await namesIn(sysRoot, 'class/pwm')).filter((name) => /^pwmchip\d+$/.test(name));
  return Promise.all(
    names.map(async (name) => ({ name, channels: Number((await textAt(sysRoot, 'class/pwm', name, 'npwm')) ?? 0) })),
  );
}

async function framebuffersOf({ sysRoot }: Roots): Promise<readonly Named[]> {
  const names = (await namesIn(sysRoot, 'class/graphics')).filter((name) => /^fb\d+$/.test(name));
  return Promise.all(
    names.map(async (name) => ({ name, ...labelled(await textAt(sysRoot, 'class/graphics', name, 'name')) })),
  );
}

export async function linesOf(roots: Roots): Promise<Lines> {
  const [gpio, gpioClass, i2c, leds, pwm, framebuffers] = await Promise.all([
    gpioChips(roots),
    namesIn(roots.sysRoot, 'class/gpio'),
    i2cBuses(roots),
    namesIn(roots.sysRoot, 'class/leds'),
    pwmChips(roots),
    framebuffersOf(roots),
  ]);
  return { gpio, gpioSysfs: gpioClass.includes('export'), i2c, leds, pwm, framebuffers };
}
