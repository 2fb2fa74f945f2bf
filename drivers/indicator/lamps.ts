import { type Clock, systemClock } from '../clock.js';
import type { Indicator, Signal } from '../contract/indicator.js';
import type { Output } from '../contract/output.js';
import { type LampName, type LampState, lampNames, lampsFor, type Pattern, patterns, type Tone } from './patterns.js';

/** Between the end of a tone and the next pattern: two chirps are heard as two. */
const GAP_MS = 40;

export type LampIndicatorOptions = {
  /** The lamps that the kiosk has. */
  readonly lamps: Readonly<Partial<Record<LampName, Output>>>;
  readonly buzzer?: Output;
  readonly patterns?: Readonly<Partial<Record<Signal, Pattern>>>;
  readonly clock?: Clock;
  /** A lamp or the buzzer, by name, has failed, or works again (no `detail`). */
  readonly onFault?: (name: string, detail: string | undefined) => void;
};

/** Lamps and a buzzer on lines of any back-end. A line that fails leaves the others as they are. */
export class LampIndicator implements Indicator {
  readonly #options: LampIndicatorOptions;
  readonly #clock: Clock;
  readonly #present: ReadonlySet<LampName>;
  readonly #lit = new Map<LampName, LampState | 'off'>();
  #shown: Signal | undefined;
  #silence: (() => void)[] = [];
  /** When the tone that sounds now ends. */
  #soundsUntil = 0;

  constructor(options: LampIndicatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#present = new Set(lampNames.filter((name) => options.lamps[name]));
  }

  async start(): Promise<void> {
    if (this.#shown) throw new Error('lamps: found started, expected stopped');
    this.#shown = 'out-of-service';
    const { onFault } = this.#options;
    await Promise.all(
      this.#outputs().map((output) =>
        output.start({
          onFault: (detail) => onFault?.(output.name, detail),
          onWell: () => onFault?.(output.name, undefined),
        }),
      ),
    );
    // Lit and silent: a kiosk that starts at night wakes nobody.
    this.#light(this.#shown);
  }

  show(signal: Signal): void {
    if (!this.#shown) return;
    const news = signal !== this.#shown;
    if (signal !== 'read') {
      this.#shown = signal;
      if (news) this.#light(signal);
    }
    if (news) this.#sound(this.#pattern(signal).tones);
  }

  async stop(): Promise<void> {
    if (!this.#shown) return;
    this.#shown = undefined;
    this.#hush();
    this.#lit.clear();
    await Promise.all(this.#outputs().map((output) => output.stop()));
  }

  #pattern(signal: Signal): Pattern {
    return this.#options.patterns?.[signal] ?? patterns[signal];
  }

  #outputs(): Output[] {
    const { lamps, buzzer } = this.#options;
    return [...lampNames.flatMap((name) => lamps[name] ?? []), ...(buzzer ? [buzzer] : [])];
  }

  #light(signal: Signal): void {
    const wanted = lampsFor(this.#pattern(signal), this.#present);
    for (const name of this.#present) {
      const state = wanted[name] ?? 'off';
      const output = this.#options.lamps[name];
      // A blink that goes on is not begun anew: its rhythm would stumble.
      if (!output || isSame(this.#lit.get(name), state)) continue;
      this.#lit.set(name, state);
      if (typeof state === 'string') output.set(state === 'on');
      else output.blink(state.onMs, state.offMs);
    }
  }

  /** A newer pattern takes the place of what is left of the one before, but cuts no tone that sounds. */
  #sound(tones: readonly Tone[]): void {
    const { buzzer } = this.#options;
    if (!buzzer || tones.length === 0) return;
    const now = this.#clock.now();
    const first = tones[0]?.[0] ?? 0;
    const sounding = this.#soundsUntil > now;
    const wait = sounding ? Math.max(0, this.#soundsUntil + GAP_MS - now - first) : 0;
    this.#hush(sounding);
    for (const [startMs, lengthMs, hz] of tones) this.#tone(buzzer, wait + startMs, lengthMs, hz);
  }

  #tone(buzzer: Output, startMs: number, lengthMs: number, hz: number): void {
    const kernel = buzzer.abilities.pulse === 'kernel';
    this.#later(startMs, () => {
      this.#soundsUntil = this.#clock.now() + lengthMs;
      buzzer.tone(hz);
      // A tone that the kernel ends does not go on while this process stands still. Its faults are told by the line itself.
      if (kernel) buzzer.pulse(lengthMs).catch(() => undefined);
      else buzzer.set(true);
    });
    if (!kernel) this.#later(startMs + lengthMs, () => buzzer.set(false));
  }

  #later(ms: number, run: () => void): void {
    if (ms === 0) run();
    else this.#silence.push(this.#clock.after(ms, run));
  }

  #hush(letEnd = false): void {
    for (const cancel of this.#silence) cancel();
    this.#silence = [];
    const { buzzer } = this.#options;
    const left = this.#soundsUntil - this.#clock.now();
    if (letEnd && buzzer) this.#later(left, () => buzzer.set(false));
    else if (left > 0) buzzer?.set(false);
  }
}

const isSame = (a: LampState | 'off' | undefined, b: LampState | 'off'): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a.onMs === b.onMs && a.offMs === b.offMs);
