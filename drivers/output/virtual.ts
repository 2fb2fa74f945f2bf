import { type Clock, systemClock } from '../clock.js';
import type { OutputAbilities } from '../contract/output.js';
import { defaultRetry } from '../line/backoff.js';
import { SysfsError } from '../sysfs/files.js';
import { SwitchedOutput } from './switched.js';
import { notKernel, type Wire } from './wire.js';

/** How many changes are remembered; a kiosk without lamps may run for years. */
const remembered = 1_024;

/** A line in memory: what was switched and when, and faults at will. */
class MemoryWire implements Wire {
  readonly abilities: OutputAbilities;
  readonly blink = notKernel;
  readonly pulse = notKernel;
  readonly switched: { readonly on: boolean; readonly atMs: number }[] = [];
  fault: string | undefined;
  on = false;
  hz = 0;
  readonly #clock: Clock;

  constructor(clock: Clock, tone: boolean) {
    this.#clock = clock;
    this.abilities = { blink: 'process', pulse: 'process', tone };
  }

  async take(): Promise<void> {
    await this.set(false, this.hz);
  }

  async set(on: boolean, hz: number, begin?: () => void): Promise<void> {
    begin?.();
    if (this.fault !== undefined) throw new SysfsError(this.fault, 'virtual');
    if (on) this.hz = hz;
    if (on === this.on) return;
    this.on = on;
    this.switched.push({ on, atMs: this.#clock.now() });
    if (this.switched.length > remembered) this.switched.shift();
  }

  async isOn(): Promise<boolean> {
    if (this.fault !== undefined) throw new SysfsError(this.fault, 'virtual');
    return this.on;
  }

  async release(): Promise<void> {}
}

export type VirtualOutputOptions = { readonly name: string; readonly clock?: Clock; readonly tone?: boolean };

/** The double of an output: `on` is how it is now, `switched` the newest changes. */
export class VirtualOutput extends SwitchedOutput {
  readonly #memory: MemoryWire;

  constructor({ name, clock = systemClock, tone = false }: VirtualOutputOptions) {
    const memory = new MemoryWire(clock, tone);
    super(memory, { name, clock, retry: { ...defaultRetry, firstMs: 20 }, checkMs: 50, pulseMostMs: 10_000 });
    this.#memory = memory;
  }

  get on(): boolean {
    return this.#memory.on;
  }

  /** Pitch of the newest sound, Hz. */
  get hz(): number {
    return this.#memory.hz;
  }

  get switched(): readonly { readonly on: boolean; readonly atMs: number }[] {
    return this.#memory.switched;
  }

  /** From now on it cannot be switched. */
  fail(detail: string): void {
    this.#memory.fault = detail;
  }

  mend(): void {
    this.#memory.fault = undefined;
  }
}
