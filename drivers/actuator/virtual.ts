import { type Clock, pause, systemClock } from '../clock.js';
import type { Actuator, VendJob, VendResult } from '../contract/actuator.js';
import { onceAnAttempt } from './once.js';

export type VirtualActuatorOptions = {
  readonly result?: VendResult | ((job: VendJob) => VendResult);
  /** How long a vend takes, ms. */
  readonly delayMs?: number;
  readonly clock?: Clock;
};

/** How many vends are remembered in `acted`. */
const remembered = 1_024;

/** A machine without goods: waits, then ends as it was told. `acted` is the newest vends it began, in order. */
export class VirtualActuator implements Actuator {
  readonly acted: VendJob[] = [];
  readonly vend: (job: VendJob) => Promise<VendResult>;
  #options: VirtualActuatorOptions;
  #running: AbortController | undefined;

  constructor(options: VirtualActuatorOptions = {}) {
    this.#options = options;
    this.vend = onceAnAttempt((job) => this.#act(job));
  }

  async start(): Promise<void> {
    this.#running ??= new AbortController();
  }

  /** What later vends do. */
  set(options: Pick<VirtualActuatorOptions, 'result' | 'delayMs'>): void {
    this.#options = { ...this.#options, ...options };
  }

  async #act(job: VendJob): Promise<VendResult> {
    const running = this.#running;
    if (!running) return 'failed';
    const { result = 'delivered', delayMs = 0, clock = systemClock } = this.#options;
    this.acted.push(job);
    if (this.acted.length > remembered) this.acted.shift();
    if (delayMs > 0) await pause(clock, delayMs, running.signal);
    if (running.signal.aborted) return 'doubtful';
    return typeof result === 'function' ? result(job) : result;
  }

  /** A vend in progress ends doubtful. */
  async stop(): Promise<void> {
    this.#running?.abort();
    this.#running = undefined;
  }
}
