import type { Clock } from './clock.js';

export type ClockWatchParts = {
  readonly clock: Clock;
  /** The wall clock, epoch ms. */
  readonly wall: () => number;
  /** Once when the wall clock is found to differ, again when it differs otherwise; ms, positive: the wall is ahead. */
  readonly onApart: (byMs: number) => void;
  /** Once when they agree again. */
  readonly onTogether: () => void;
};

const LOOK_EVERY_MS = 5_000;
/** Slewing moves both clocks alike, so what differs by more was set. */
export const CLOCK_APART_MS = 2_000;

/**
 * Compares the process clock with the wall clock. It mends nothing: attempts under way keep the time they began with, and
 * a person restarts the relay when the wall clock is right.
 */
export class ClockWatch {
  readonly #parts: ClockWatchParts;
  #cancelTimer: (() => void) | undefined;
  #apartBy = 0;

  constructor(parts: ClockWatchParts) {
    this.#parts = parts;
  }

  /** False: the wall clock is not the one that this process began with. */
  get right(): boolean {
    return this.#apartBy === 0;
  }

  start(): void {
    this.#look();
  }

  stop(): void {
    this.#cancelTimer?.();
  }

  #look(): void {
    const { clock, wall, onApart, onTogether } = this.#parts;
    const by = wall() - clock.now();
    const apart = Math.abs(by) > CLOCK_APART_MS;
    if (apart && Math.abs(by - this.#apartBy) > CLOCK_APART_MS) {
      this.#apartBy = by;
      onApart(by);
    } else if (!apart && this.#apartBy !== 0) {
      this.#apartBy = 0;
      onTogether();
    }
    this.#cancelTimer = clock.after(LOOK_EVERY_MS, () => this.#look());
  }
}
