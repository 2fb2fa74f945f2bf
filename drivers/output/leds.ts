import type { Clock } from '../clock.js';
import type { OutputAbilities } from '../contract/output.js';
import { awaitRights, readText, writeText, writeTextNow } from '../sysfs/files.js';
import type { Wire } from './wire.js';

export type LedOptions = {
  /** Its name under /sys/class/leds, such as "kiosk-green". */
  readonly led: string;
  readonly sysRoot: string;
  readonly clock: Clock;
};

/** Must not be 0: then the kernel never switches off. */
const ONESHOT_OFF_MS = 10;

/** A lamp or relay as a LED of the kernel: blink and pulse go on by the kernel's own timers, whatever this process does. */
export class LedWire implements Wire {
  readonly #folder: string;
  readonly #clock: Clock;
  #abilities: OutputAbilities = { blink: 'kernel', pulse: 'kernel', tone: false };
  #full = '1';
  #trigger = 'unknown';

  constructor({ led, sysRoot, clock }: LedOptions) {
    this.#folder = `${sysRoot}/class/leds/${led}`;
    this.#clock = clock;
  }

  get abilities(): OutputAbilities {
    return this.#abilities;
  }

  async take(): Promise<void> {
    this.#trigger = 'unknown';
    this.#full = await readText(`${this.#folder}/max_brightness`);
    const triggers = (await readText(`${this.#folder}/trigger`)).split(/[\s[\]]+/);
    const by = (trigger: string) => (triggers.includes(trigger) ? 'kernel' : 'process');
    this.#abilities = { blink: by('timer'), pulse: by('oneshot'), tone: false };
    await this.set(false);
  }

  async set(on: boolean, _hz?: number, begin?: () => void): Promise<void> {
    // Off takes the trigger away too; said first, as the line shall be off at once.
    if (!on) this.#writeNow('brightness', '0');
    await this.#use('none');
    if (!on) return;
    begin?.();
    this.#writeNow('brightness', this.#full);
  }

  async blink(onMs: number, offMs: number): Promise<void> {
    await this.#use('timer', 'delay_on', 'delay_off');
    await this.#write('delay_on', String(onMs));
    await this.#write('delay_off', String(offMs));
  }

  async pulse(ms: number, begin: () => void): Promise<void> {
    await this.#use('oneshot', 'shot', 'delay_on', 'delay_off');
    await this.#write('delay_on', String(ms));
    await this.#write('delay_off', String(ONESHOT_OFF_MS));
    begin();
    this.#writeNow('shot', '1');
  }

  async isOn(): Promise<boolean> {
    return (await readText(`${this.#folder}/brightness`)) !== '0';
  }

  async release(): Promise<void> {}

  /** A trigger makes its files when it is chosen; udev gives the rights to them a moment later. */
  async #use(trigger: string, ...files: string[]): Promise<void> {
    if (this.#trigger !== trigger) await this.#write('trigger', trigger);
    this.#trigger = trigger;
    const paths = files.map((file) => `${this.#folder}/${file}`);
    await awaitRights(paths, this.#clock);
  }

  #write(file: string, text: string): Promise<void> {
    return writeText(`${this.#folder}/${file}`, text);
  }

  #writeNow(file: string, text: string): void {
    writeTextNow(`${this.#folder}/${file}`, text);
  }
}
