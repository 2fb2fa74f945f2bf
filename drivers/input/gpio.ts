import { type Clock, pause, systemClock } from '../clock.js';
import type { Input, InputHandlers } from '../contract/input.js';
import { createBackoff, defaultRetry, type RetryOptions } from '../line/backoff.js';
import { isThere, SysfsError, sysfsError, writeText } from '../sysfs/files.js';
import { exportLine, type GpioLine, lineNumber } from '../sysfs/gpio.js';
import { closeLine, loadOnoff, type MakeLine, type OnoffLine } from '../sysfs/onoff.js';
import { Debounce } from './debounce.js';

export type GpioInputOptions = GpioLine & {
  readonly name: string;
  readonly activeLow?: boolean;
  /** A level counts once it has stayed this long, ms. */
  readonly debounceMs?: number;
  /** How often the line is looked at beside its edges, ms: for edges that a kernel does not tell, and a line that is gone. */
  readonly checkMs?: number;
  readonly clock?: Clock;
  readonly retry?: RetryOptions;
  readonly sysRoot?: string;
  readonly load?: () => Promise<MakeLine>;
};

const defaults = {
  activeLow: false,
  debounceMs: 20,
  checkMs: 500,
  clock: systemClock,
  retry: defaultRetry,
  sysRoot: '/sys',
  load: loadOnoff,
};

/** A GPIO line that is looked at, by onoff. The pull is the wiring's or the device tree's: sysfs knows none. */
export class GpioInput implements Input {
  readonly name: string;
  readonly #options: GpioInputOptions & typeof defaults;
  readonly #debounce: Debounce;
  #handlers: InputHandlers | undefined;
  #told: string | undefined;
  #stop: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: GpioInputOptions) {
    this.name = options.name;
    this.#options = { ...defaults, ...options };
    const { clock, debounceMs } = this.#options;
    this.#debounce = new Debounce(clock, debounceMs, (active, atMs) => this.#handlers?.onChange(active, atMs));
  }

  get active(): boolean | undefined {
    return this.#debounce.level;
  }

  async start(handlers: InputHandlers): Promise<void> {
    if (this.#stop) return;
    this.#handlers = handlers;
    const stop = new AbortController();
    this.#stop = stop;
    this.#running = this.#keep(stop.signal);
  }

  async stop(): Promise<void> {
    this.#handlers = undefined;
    this.#stop?.abort();
    this.#stop = undefined;
    await this.#running;
    this.#debounce.forget();
  }

  async #keep(stop: AbortSignal): Promise<void> {
    const { retry, clock } = this.#options;
    const backoff = createBackoff(retry);
    while (!stop.aborted) {
      try {
        await this.#look(stop, () => backoff.reset());
      } catch (error) {
        this.#debounce.forget();
        const detail = error instanceof Error ? error.message : String(error);
        if (this.#told !== detail) this.#handlers?.onFault(detail);
        this.#told = detail;
        await pause(clock, backoff.next(), stop);
      }
    }
  }

  /** Until it stops, or the line cannot be read any more. */
  async #look(stop: AbortSignal, well: () => void): Promise<void> {
    const { clock, checkMs } = this.#options;
    const { line, folder } = await this.#take();
    const readSync = line.readSync.bind(line);
    let lost: unknown;
    // onoff reads in epoll's callback, where a line that is gone would throw past everyone: only this instance's is guarded.
    line.readSync = () => {
      try {
        return readSync();
      } catch (error) {
        lost = error;
        return 0;
      }
    };
    try {
      line.watch((error) => {
        if (error) lost = error;
        const now = line.readSync();
        if (lost === undefined) this.#debounce.see(now === 1);
      });
      while (!stop.aborted) {
        const now = await line.read();
        if (lost !== undefined || !(await isThere(folder))) throw sysfsError(folder, lost ?? { code: 'ENOENT' });
        this.#debounce.see(now === 1);
        this.#told = undefined;
        well();
        await pause(clock, checkMs, stop);
      }
    } finally {
      closeLine(line);
    }
  }

  async #take(): Promise<{ line: OnoffLine; folder: string }> {
    const { sysRoot, clock, activeLow, load } = this.#options;
    const make = await load();
    const number = await lineNumber(sysRoot, this.#options);
    const folder = await exportLine(sysRoot, number, clock);
    await writeText(`${folder}/direction`, 'in');
    await writeText(`${folder}/active_low`, activeLow ? '1' : '0');
    await writeText(`${folder}/edge`, 'both').catch((error: unknown) => {
      // Chips without interrupts have no such file; then the looks beside the edges are all there is.
      if (!(error instanceof SysfsError && error.code === 'ENOENT')) throw error;
    });
    return { line: make(number, 'in', 'both', { activeLow, reconfigureDirection: false }), folder };
  }
}
