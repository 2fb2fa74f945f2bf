import { type Clock, pause, systemClock } from '../clock.js';
import type { Indicator, Signal } from '../contract/indicator.js';
import type { Output } from '../contract/output.js';
import { type Beeps, beepsOf, type Light, lightOf, type Patterns, patternsWith } from './patterns.js';

export type Lamp = {
  readonly output: Output;
  /** The names in the patterns that it stands for, the first that is not off counts: one lamp may be the whole tower. */
  readonly shows: readonly string[];
};

export type LampIndicatorOptions = {
  readonly lamps: readonly Lamp[];
  readonly patterns?: Partial<Patterns>;
  /** A lamp that cannot be switched, by its name; `detail` is for technicians. Undefined: it works again. */
  readonly onFault?: (lamp: string, detail: string | undefined) => void;
  readonly clock?: Clock;
};

/** Sounds that wait for each other; more are not heard apart. */
const SOUNDS_MOST = 4;

/** Real lamps and a real buzzer, each a line that is switched. */
export class LampIndicator implements Indicator {
  readonly #lamps: readonly Lamp[];
  readonly #patterns: Patterns;
  readonly #onFault: NonNullable<LampIndicatorOptions['onFault']>;
  readonly #clock: Clock;
  /** What each output was last told: told again, a blink of the kernel would stumble. */
  readonly #told = new Map<Output, string>();
  #sound = new AbortController();
  #beeping: Promise<void> = Promise.resolve();
  #waiting = 0;
  #silent = false;

  constructor({ lamps, patterns = {}, onFault = () => {}, clock = systemClock }: LampIndicatorOptions) {
    this.#lamps = lamps;
    this.#patterns = patternsWith(patterns);
    this.#onFault = onFault;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    this.#silent = false;
    this.#told.clear();
    const started = this.#lamps.map(({ output }) =>
      output.start({
        onFault: (detail) => this.#onFault(output.name, detail),
        onWell: () => this.#onFault(output.name, undefined),
      }),
    );
    await Promise.all(started);
    this.show('out-of-service');
  }

  show(signal: Signal): void {
    const pattern = this.#patterns[signal];
    if (signal !== 'read') for (const lamp of this.#lamps) this.#light(lamp, lightFor(lamp, pattern));
    for (const { output, shows } of this.#lamps) {
      const beeps = shows.map((name) => beepsOf(pattern[name] ?? '')).find((found) => found !== undefined);
      if (beeps) this.#beep(output, beeps);
    }
  }

  async stop(): Promise<void> {
    this.#silent = true;
    this.#sound.abort();
    await this.#beeping;
    for (const lamp of this.#lamps) this.#light(lamp, lightFor(lamp, this.#patterns['out-of-service']));
    await Promise.all(this.#lamps.map(({ output }) => output.stop('as-wished')));
  }

  #light({ output }: Lamp, light: Light): void {
    const words = JSON.stringify(light);
    if (this.#told.get(output) === words) return;
    this.#told.set(output, words);
    if (typeof light === 'string') output.set(light === 'on');
    else output.blink(light.onMs, light.offMs);
  }

  /**
   * Each beep is a pulse: bounded, and ended by the kernel where it can. What sounded before is cut short after its beep;
   * every sound has its first one, so that two codes are two chirps, unless signals rain.
   */
  #beep(output: Output, { count, onMs, offMs, hz }: Beeps): void {
    if (this.#waiting >= SOUNDS_MOST) return;
    this.#waiting++;
    this.#sound.abort();
    const sound = new AbortController();
    this.#sound = sound;
    const before = this.#beeping;
    const play = async () => {
      await before;
      for (let i = 0; i < count && (i === 0 || !sound.signal.aborted) && !this.#silent; i++) {
        if (hz !== undefined) output.tone(hz);
        // A buzzer that fails has said so through its handlers.
        await output.pulse(onMs).catch(() => {});
        if (i + 1 < count) await pause(this.#clock, offMs, sound.signal);
      }
      this.#waiting--;
    };
    this.#beeping = play();
  }
}

function lightFor({ shows }: Lamp, pattern: Readonly<Record<string, string>>): Light {
  const lights = shows.map((name) => lightOf(pattern[name] ?? 'off') ?? 'off');
  return lights.find((light) => light !== 'off') ?? 'off';
}
