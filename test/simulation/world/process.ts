import type { Clock } from '../../../drivers/clock.js';
import type { Timeline } from '../time.js';

/** One life of a program. Once it is dead its timers do not fire and nothing that it waits for ever comes. */
export class Process {
  readonly name: string;
  readonly #timeline: Timeline;
  #alive = true;

  constructor(name: string, timeline: Timeline) {
    this.name = name;
    this.#timeline = timeline;
  }

  get alive(): boolean {
    return this.#alive;
  }

  die(): void {
    this.#alive = false;
  }

  /** Runs `task` after `ms` of true time, if this life lasts so long. */
  after(ms: number, task: () => void): () => void {
    return this.#timeline.after(ms, () => {
      if (this.#alive) task();
    });
  }

  /** Settles as `promise` does, in this life only. */
  mine<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => {
          if (this.#alive) resolve(value);
        },
        (error: unknown) => {
          if (this.#alive) reject(error);
        },
      );
    });
  }

  /** A clock that shows `offset` at the beginning of the world and runs `rate` as fast as true time. */
  clock(offset: number, rate: number, whole: boolean): Clock {
    const timeline = this.#timeline;
    return {
      now: () => {
        const now = offset + timeline.now * rate;
        return whole ? Math.floor(now) : now;
      },
      after: (ms, task) => this.after(ms / rate, task),
    };
  }
}
