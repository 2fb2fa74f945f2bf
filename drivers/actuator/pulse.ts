import { type Clock, pause, systemClock } from '../clock.js';
import type { Actuator, VendJob, VendResult } from '../contract/actuator.js';
import type { Input } from '../contract/input.js';
import { type Output, OutputError, type PulseResult } from '../contract/output.js';
import { onceAnAttempt } from './once.js';

/** A relay that is held longer than this hands out more than one piece, whatever the machine. */
export const PULSE_MOST_MS = 10_000;
/** How much longer than asked a back-end may take to say how a pulse went, ms. */
const lateMs = 1_000;

export type PulseSensor = {
  readonly input: Input;
  /** Goods are seen within this time after the pulse, or not at all, ms. */
  readonly withinMs: number;
  /** Goods that were seen leave the sensor within this time, or are stuck in it, ms. */
  readonly clearMs: number;
  /** What it means when a pulse that was well is followed by nothing. */
  readonly silent: 'failed' | 'doubtful';
};

export type PulseActuatorOptions = {
  readonly relay: Output;
  /** Proof of delivery; without one a pulse of the right width is all that can be known, and counts as delivered. */
  readonly sensor?: PulseSensor;
  readonly pulseMs: number;
  /** A measured width that differs by more is a fault, ms. */
  readonly toleranceMs: number;
  /** For technicians: what was wrong, and what follows. */
  readonly onFault?: (detail: string) => void;
  readonly onWell?: (detail: string) => void;
  readonly clock?: Clock;
};

/** `never`: the line was not on · `well`: on, for as long as asked · `unsure`: anything else. */
type Pulse = 'never' | 'well' | 'unsure';

/** One vend as the sensor sees it. */
type Watch = { edges: number; blind: boolean; changed: () => void };

const ofWidth = (r: PulseResult, toleranceMs: number) => Math.abs(r.measuredMs - r.askedMs) <= toleranceMs;

/** Pulses a relay once an attempt, and believes the sensor more than the relay. */
export class PulseActuator implements Actuator {
  readonly vend: (job: VendJob) => Promise<VendResult>;
  readonly #options: PulseActuatorOptions;
  readonly #clock: Clock;
  #running: AbortController | undefined;
  #watch: Watch | undefined;
  #busy = false;
  #relayFault: string | undefined;
  #sensorFault: string | undefined;

  constructor(options: PulseActuatorOptions) {
    const { pulseMs } = options;
    if (!(pulseMs >= 1 && pulseMs <= PULSE_MOST_MS)) {
      throw new RangeError(`pulseMs: found ${pulseMs}, expected 1 to ${PULSE_MOST_MS} ms`);
    }
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.vend = onceAnAttempt((job) => this.#one(job));
  }

  /** The relay first: a crash may have left it on. What it did then is the journal's to say: doubtful. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = new AbortController();
    const { relay, sensor } = this.#options;
    await relay.start({
      onFault: (detail) => {
        this.#relayFault = detail;
        this.#fault(`relay: ${detail}`);
      },
      onWell: () => {
        this.#relayFault = undefined;
        this.#options.onWell?.('relay');
      },
    });
    await sensor?.input.start({
      onChange: (active) => this.#seen(active),
      onFault: (detail) => this.#blind(detail),
    });
  }

  /** A vend in progress ends doubtful; the relay is left off. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.abort();
    await this.#options.relay.stop();
    await this.#options.sensor?.input.stop();
  }

  #fault(detail: string): void {
    this.#options.onFault?.(detail);
  }

  #seen(active: boolean): void {
    const watch = this.#watch;
    if (!watch) {
      if (active) this.#fault('sensor: goods were seen while nothing was being handed out');
      return;
    }
    if (active) watch.edges += 1;
    watch.changed();
  }

  #blind(detail: string): void {
    this.#sensorFault = detail;
    this.#fault(`sensor: ${detail}`);
    if (!this.#watch) return;
    this.#watch.blind = true;
    this.#watch.changed();
  }

  /** Why nothing may be pulsed now; undefined: it may. */
  #obstacle(): string | undefined {
    const { sensor } = this.#options;
    if (this.#busy) return 'another vend is under way';
    if (this.#relayFault !== undefined) return `relay: ${this.#relayFault}`;
    if (!sensor) return undefined;
    // What it told last is past once it can be read again: a line that comes back has not changed, and tells nothing.
    if (sensor.input.active === undefined)
      return `sensor: ${this.#sensorFault ?? 'it cannot be read'}, so nothing could prove delivery`;
    if (sensor.input.active) return 'jam: the sensor is interrupted before the pulse; clear the chute';
    return undefined;
  }

  async #one(_job: VendJob): Promise<VendResult> {
    const running = this.#running;
    if (!running) return 'failed';
    const obstacle = this.#obstacle();
    if (obstacle !== undefined) {
      this.#fault(`not pulsed: ${obstacle}`);
      return 'failed';
    }
    this.#busy = true;
    const watch: Watch = { edges: 0, blind: false, changed: () => {} };
    this.#watch = watch;
    try {
      const pulse = await this.#pulse(running.signal);
      return await this.#judge(pulse, watch, running.signal);
    } finally {
      this.#watch = undefined;
      this.#busy = false;
    }
  }

  async #pulse(stop: AbortSignal): Promise<Pulse> {
    const { relay, pulseMs, toleranceMs } = this.#options;
    const over = new AbortController();
    const end = () => over.abort();
    stop.addEventListener('abort', end, { once: true });
    try {
      const late = pause(this.#clock, pulseMs + toleranceMs + lateMs, over.signal);
      const result = await Promise.race([relay.pulse(pulseMs), late.then(() => undefined)]);
      if (stop.aborted) return 'unsure';
      if (result?.seen === false) {
        this.#fault('pulse: the line was never seen on; what the relay did is not known');
        return 'unsure';
      }
      if (result && ofWidth(result, toleranceMs)) return 'well';
      relay.set(false);
      const found = result ? `${result.measuredMs.toFixed(1)} ms` : 'no end';
      this.#fault(`pulse: found ${found}, expected ${pulseMs} ms within ${toleranceMs}; the relay may be stuck on`);
      return 'unsure';
    } catch (error) {
      const begun = !(error instanceof OutputError) || error.begun;
      this.#fault(`pulse: ${error instanceof Error ? error.message : String(error)}`);
      if (begun) relay.set(false);
      return begun ? 'unsure' : 'never';
    } finally {
      stop.removeEventListener('abort', end);
      end();
    }
  }

  async #judge(pulse: Pulse, watch: Watch, stop: AbortSignal): Promise<VendResult> {
    const { sensor } = this.#options;
    if (stop.aborted) return 'doubtful';
    if (pulse === 'never') return watch.edges > 0 ? 'doubtful' : 'failed';
    if (!sensor) return pulse === 'well' ? 'delivered' : 'doubtful';
    await this.#until(() => watch.edges > 0 || watch.blind, sensor.withinMs, watch, stop);
    if (stop.aborted) return 'doubtful';
    if (watch.edges === 0) return pulse === 'well' && !watch.blind ? this.#silent(sensor) : 'doubtful';
    await this.#until(() => sensor.input.active === false || watch.blind, sensor.clearMs, watch, stop);
    if (watch.edges > 1) this.#fault(`sensor: found ${watch.edges} pieces for one vend, expected 1`);
    if (sensor.input.active === false) return 'delivered';
    if (!stop.aborted) this.#fault('jam: goods were seen and have not left the sensor, or it is stuck on');
    return 'doubtful';
  }

  #silent({ silent, withinMs }: PulseSensor): VendResult {
    this.#fault(`sensor: saw nothing within ${withinMs} ms of the pulse; told as ${silent}`);
    return silent;
  }

  async #until(met: () => boolean, ms: number, watch: Watch, stop: AbortSignal): Promise<void> {
    if (met()) return;
    const over = new AbortController();
    const end = () => over.abort();
    stop.addEventListener('abort', end, { once: true });
    watch.changed = () => {
      if (met()) end();
    };
    await pause(this.#clock, ms, over.signal);
    watch.changed = () => {};
    stop.removeEventListener('abort', end);
  }
}
