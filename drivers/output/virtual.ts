import { type Clock, systemClock } from '../clock.js';
import {
  type Output,
  type OutputAbilities,
  OutputError,
  type OutputHandlers,
  type PulseResult,
} from '../contract/output.js';

export type Shown = { readonly on: boolean } | { readonly onMs: number; readonly offMs: number };

export type VirtualOutputOptions = {
  readonly clock?: Clock;
  readonly abilities?: Partial<OutputAbilities>;
};

/** A line without a wire: it remembers what it was told, oldest first, and may be broken. */
export class VirtualOutput implements Output {
  readonly name: string;
  readonly abilities: OutputAbilities;
  /** What it showed, one entry a change; pulses are an on and an off. */
  readonly history: { readonly atMs: number; readonly shown: Shown; readonly hz: number | undefined }[] = [];
  readonly #clock: Clock;
  #handlers: OutputHandlers | undefined;
  #wish: Shown = { on: false };
  #hz: number | undefined;
  #broken: string | undefined;
  #pulsing = false;

  constructor(name: string, { clock = systemClock, abilities = {} }: VirtualOutputOptions = {}) {
    this.name = name;
    this.#clock = clock;
    this.abilities = { blink: 'process', pulse: 'process', tone: false, ...abilities };
  }

  /** As a wire would show it now; undefined: not started, or broken. */
  get shown(): Shown | undefined {
    return this.#handlers && this.#broken === undefined ? this.history.at(-1)?.shown : undefined;
  }

  async start(handlers: OutputHandlers): Promise<void> {
    if (this.#handlers) throw new Error(`output ${this.name}: found started, expected stopped`);
    this.#handlers = handlers;
    this.#wish = { on: false };
    if (this.#broken !== undefined) handlers.onFault(this.#broken);
    this.#apply();
  }

  set(on: boolean): void {
    this.#want({ on });
  }

  blink(onMs: number, offMs: number): void {
    this.#want({ onMs, offMs });
  }

  tone(hz: number): void {
    if (this.abilities.tone) this.#hz = hz;
  }

  async pulse(ms: number): Promise<PulseResult> {
    if (!this.#handlers || this.#broken !== undefined) {
      throw new OutputError(`output ${this.name}: ${this.#broken ?? 'found stopped, expected started'}`, false);
    }
    if (this.#pulsing) throw new OutputError(`output ${this.name}: found a pulse under way, expected none`, false);
    this.#pulsing = true;
    const from = this.#clock.now();
    this.set(true);
    await new Promise<void>((resolve) => this.#clock.after(ms, resolve));
    this.#pulsing = false;
    this.set(false);
    if (this.#broken !== undefined) throw new OutputError(`output ${this.name}: ${this.#broken}`, true);
    return { askedMs: ms, measuredMs: this.#clock.now() - from, by: this.abilities.pulse };
  }

  async stop(): Promise<void> {
    this.set(false);
    this.#handlers = undefined;
  }

  /** The wire is cut, or mended with `undefined`: then the newest wish is made true. */
  break(detail: string | undefined): void {
    const was = this.#broken;
    this.#broken = detail;
    if (detail !== undefined) this.#handlers?.onFault(detail);
    else if (was !== undefined) {
      this.#handlers?.onWell();
      this.#apply();
    }
  }

  #want(shown: Shown): void {
    this.#wish = shown;
    this.#apply();
  }

  #apply(): void {
    if (!this.#handlers || this.#broken !== undefined) return;
    this.history.push({ atMs: this.#clock.now(), shown: this.#wish, hz: this.#hz });
  }
}
