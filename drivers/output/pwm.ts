import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock } from '../clock.js';
import { awaitRights, isThere, namesIn, readText, SysfsError, writeText } from '../sysfs/files.js';
import { notKernel, type Wire } from './wire.js';

export type PwmOptions = {
  /** Name of the device behind the chip, such as "fe20c000.pwm"; may be left out where there is one chip. */
  readonly chip?: string;
  readonly channel: number;
  readonly sysRoot: string;
  readonly clock: Clock;
};

const NS_PER_S = 1_000_000_000;
const HZ_FIRST = 2_700;

/** The folder of the chip: its number moves between kernels, its device does not. @throws SysfsError */
export async function pwmChip(sysRoot: string, chip: string | undefined): Promise<string> {
  const folder = `${sysRoot}/class/pwm`;
  const names = await namesIn(folder, /^pwmchip\d+$/);
  const chips = await Promise.all(
    names.map(async (name) => {
      const device = await realpath(`${folder}/${name}/device`).catch(() => '');
      return { path: `${folder}/${name}`, device: basename(device) };
    }),
  );
  const found = chips.filter(({ device }) => chip === undefined || device === chip);
  const [one] = found;
  if (one !== undefined && found.length === 1) return one.path;
  const there = chips.map(({ device }) => `"${device}"`).join(', ') || 'none: is dtoverlay=pwm in config.txt?';
  const what = chip === undefined ? 'PWM chips' : `PWM chips "${chip}"`;
  throw new SysfsError(`${found.length} ${what}, expected one; there are: ${there}`, 'ENODEV');
}

/** A passive buzzer on a PWM channel: the hardware keeps the pitch, this process the length. */
export class PwmWire implements Wire {
  readonly abilities = { blink: 'process', pulse: 'process', tone: true } as const;
  readonly blink = notKernel;
  readonly pulse = notKernel;
  readonly #options: PwmOptions;
  #folder = '';
  #hz = 0;

  constructor(options: PwmOptions) {
    this.#options = options;
  }

  async take(): Promise<void> {
    const { sysRoot, chip, channel, clock } = this.#options;
    const path = await pwmChip(sysRoot, chip);
    this.#folder = `${path}/pwm${channel}`;
    this.#hz = 0;
    if (!(await isThere(this.#folder))) await writeText(`${path}/export`, String(channel));
    await awaitRights(
      ['period', 'duty_cycle', 'enable'].map((file) => `${this.#folder}/${file}`),
      clock,
    );
    // A fresh channel has no period, and without one the kernel refuses every other value; one that a dead process left
    // may be sounding.
    if ((await readText(`${this.#folder}/period`)) !== '0') {
      await this.set(false, 0);
      await this.#write('duty_cycle', '0');
    }
    await this.#tune(HZ_FIRST);
    await this.set(false, 0);
  }

  async set(on: boolean, hz: number, begin?: () => void): Promise<void> {
    if (on && hz !== this.#hz) await this.#tune(hz);
    begin?.();
    await this.#write('enable', on ? '1' : '0');
  }

  async isOn(): Promise<boolean> {
    return (await readText(`${this.#folder}/enable`)) === '1';
  }

  async release(): Promise<void> {}

  /** The duty cycle goes to 0 first: the kernel refuses a period that is shorter than it. */
  async #tune(hz: number): Promise<void> {
    const period = Math.round(NS_PER_S / hz);
    if (this.#hz !== 0) await this.#write('duty_cycle', '0');
    await this.#write('period', String(period));
    await this.#write('duty_cycle', String(Math.round(period / 2)));
    this.#hz = hz;
  }

  #write(file: string, text: string): Promise<void> {
    return writeText(`${this.#folder}/${file}`, text);
  }
}
