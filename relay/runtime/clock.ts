/** Time as a parameter: the shipped clock, a test's, or the simulation's. */
export interface Clock {
  /** Epoch milliseconds, whole. */
  now(): number;
  /** Runs `task` once after `ms`; the returned function calls it off. */
  after(ms: number, task: () => void): () => void;
}

/**
 * The wall clock as it was when this process started, carried on by the monotonic clock: when somebody sets the wall
 * clock, no deadline of this process moves (rule 11 rests on them). It is never set anew; a restart does that.
 */
export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

export const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
