import { type Clock, pause } from '../clock.js';
import { type Output, OutputError, type OutputHandlers, type PulseResult } from '../contract/output.js';
import { type Backoff, createBackoff, type RetryOptions } from '../line/backoff.js';
import { carryOut } from './pulse.js';
import type { Wire } from './wire.js';

type Wish =
  | { readonly kind: 'steady'; readonly on: boolean; readonly hz: number }
  | { readonly kind: 'blink'; readonly onMs: number; readonly offMs: number; readonly hz: number };

type Asked = {
  readonly ms: number;
  readonly beginBefore: number;
  /** It begins, or is refused: nobody waits for that any more. */
  heard(): void;
  resolve(result: PulseResult): void;
  reject(error: OutputError): void;
};

export type SwitchedOptions = {
  readonly name: string;
  readonly clock: Clock;
  readonly retry: RetryOptions;
  /** How often a line that stays as it is is looked at, ms: one that is gone is told by then. */
  readonly checkMs: number;
  /** No pulse is longer, ms. */
  readonly pulseMostMs: number;
};

/** What a passive buzzer sounds when nobody chose: near the resonance of most. */
const HZ_DEFAULT = 2_700;
/** A pulse begins within this time or not at all, ms: later, whoever asked for it has told that it is not known. */
const BEGIN_MOST_MS = 500;
/** A line that may be on since a pulse is tried to be switched off this often, ms. */
const OFF_EACH_MS = 50;
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One line over any back-end: the newest wish made true, faults told once, tried again with back-off, pulses bounded. */
export class SwitchedOutput implements Output {
  readonly name: string;
  readonly #wire: Wire;
  readonly #options: SwitchedOptions;
  readonly #backoff: Backoff;
  #handlers: OutputHandlers | undefined;
  #wish: Wish = { kind: 'steady', on: false, hz: HZ_DEFAULT };
  #hz = HZ_DEFAULT;
  #applied: Wish | undefined;
  #told: string | undefined;
  #ready = false;
  #asked: Asked | undefined;
  /** A pulse began, and its end is not certain. */
  #mayBeOn = false;
  #lit = false;
  #wake = (): void => {};
  #stop: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(wire: Wire, options: SwitchedOptions) {
    this.name = options.name;
    this.#wire = wire;
    this.#options = options;
    this.#backoff = createBackoff(options.retry);
  }

  get abilities() {
    return this.#wire.abilities;
  }

  async start(handlers: OutputHandlers): Promise<void> {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#handlers = handlers;
    this.#wish = { kind: 'steady', on: false, hz: this.#hz };
    await new Promise<void>((tried) => {
      this.#running = this.#keep(stop.signal, tried);
    });
  }

  set(on: boolean): void {
    this.#want({ kind: 'steady', on, hz: this.#hz });
  }

  blink(onMs: number, offMs: number): void {
    this.#want({ kind: 'blink', onMs, offMs, hz: this.#hz });
  }

  tone(hz: number): void {
    this.#hz = hz;
  }

  pulse(ms: number): Promise<PulseResult> {
    const most = this.#options.pulseMostMs;
    const refusal =
      ms >= 1 && ms <= most
        ? this.#asked
          ? 'a pulse is under way'
          : this.#ready
            ? undefined
            : (this.#told ?? 'not started')
        : `a pulse of ${ms} ms, expected 1 to ${most}`;
    if (refusal !== undefined) return Promise.reject(new OutputError(`${this.name}: ${refusal}`, false));
    return new Promise((resolve, reject) => {
      const { clock } = this.#options;
      // What is under way may wait for the thread pool, which may be full of disks and name servers that hang.
      const heard = clock.after(BEGIN_MOST_MS, () => this.#refuseAsked(`not begun within ${BEGIN_MOST_MS} ms`));
      this.#asked = { ms, beginBefore: clock.now() + BEGIN_MOST_MS, heard, resolve, reject };
      this.#wake();
    });
  }

  async stop(end: 'off' | 'as-wished' = 'off'): Promise<void> {
    const stop = this.#stop;
    if (!stop) return;
    this.#stop = undefined;
    this.#handlers = undefined;
    stop.abort();
    await this.#running;
    try {
      if (end === 'off') await this.#wire.set(false, this.#hz);
      else await this.#apply(this.#wish);
      await this.#wire.release();
    } catch {
      // It was told, or it has just gone; nothing is left to be switched by this process.
    }
    this.#ready = false;
  }

  #want(wish: Wish): void {
    this.#wish = wish;
    this.#wake();
  }

  async #keep(stop: AbortSignal, tried: () => void): Promise<void> {
    while (!stop.aborted) {
      try {
        this.#applied = undefined;
        await this.#wire.take();
        this.#mayBeOn = false;
        this.#ready = true;
        tried();
        while (!stop.aborted) await this.#step(stop);
      } catch (error) {
        this.#failed(words(error));
        tried();
        const waitMs = this.#backoff.next();
        await pause(this.#options.clock, this.#mayBeOn ? Math.min(waitMs, OFF_EACH_MS) : waitMs, stop);
      }
    }
    this.#refuseAsked('stopped');
    tried();
  }

  #failed(detail: string): void {
    this.#ready = false;
    this.#refuseAsked(detail);
    if (this.#told !== detail) this.#handlers?.onFault(detail);
    this.#told = detail;
  }

  #refuseAsked(why: string): void {
    this.#asked?.heard();
    this.#asked?.reject(new OutputError(`${this.name}: ${why}`, false));
    this.#asked = undefined;
  }

  #well(): void {
    this.#backoff.reset();
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#handlers?.onWell();
  }

  async #step(stop: AbortSignal): Promise<void> {
    if (this.#asked) return this.#pulseNow(this.#asked, stop);
    const wish = this.#wish;
    const byHand = wish.kind === 'blink' && this.abilities.blink === 'process';
    if (!byHand) {
      await this.#apply(wish);
      this.#well();
      return this.#idle(wish, this.#options.checkMs, stop);
    }
    this.#lit = !this.#lit;
    await this.#wire.set(this.#lit, wish.hz);
    this.#well();
    await this.#idle(wish, this.#lit ? wish.onMs : wish.offMs, stop);
    if (this.#wish !== wish) this.#lit = false;
  }

  /** What was made true once is only looked at: a blink that the kernel keeps would stumble, begun again. */
  async #apply(wish: Wish): Promise<void> {
    const same = this.#applied === wish;
    this.#applied = undefined;
    const isOn = same ? await this.#wire.isOn() : undefined;
    if (wish.kind === 'steady') {
      if (isOn !== wish.on) await this.#wire.set(wish.on, wish.hz);
    } else if (this.abilities.blink === 'process') await this.#wire.set(true, wish.hz);
    else if (!same) await this.#wire.blink(wish.onMs, wish.offMs, wish.hz);
    this.#applied = wish;
  }

  async #pulseNow(asked: Asked, stop: AbortSignal): Promise<void> {
    this.#applied = undefined;
    asked.heard();
    const { ms, beginBefore } = asked;
    try {
      const { clock } = this.#options;
      asked.resolve(await carryOut(this.#wire, { ms, beginBefore, hz: this.#hz, clock, stop }));
      this.#asked = undefined;
      this.#well();
    } catch (error) {
      this.#asked = undefined;
      const begun = !(error instanceof OutputError) || error.begun;
      this.#mayBeOn = begun;
      asked.reject(new OutputError(`${this.name}: ${words(error)}`, begun));
      if (!stop.aborted) throw error;
    }
  }

  /** Until there is another wish, a pulse is asked, `ms` are over or it stops. */
  #idle(wish: Wish, ms: number, stop: AbortSignal): Promise<void> {
    if (this.#wish !== wish || this.#asked || stop.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        stop.removeEventListener('abort', done);
        this.#wake = () => {};
        resolve();
      };
      const cancel = this.#options.clock.after(ms, done);
      stop.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}
