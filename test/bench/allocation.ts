import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as later } from 'node:timers/promises';
import type { Contender } from './rounds.js';

/** Bytes a code, by contender. `buffers` are bytes outside the heap, as the content of a Buffer is. */
export type Allocated = { readonly heap: number; readonly buffers: number; readonly codes: number };

export type AllocationPlan = {
  /** The most codes of one try; fewer when a collection came in between. */
  readonly codes: number;
  /** The smallest of so many tries counts: the compiler and the like may add to one, nothing takes away. */
  readonly tries: number;
  /** Node's own collector; there with --expose-gc. */
  readonly collect: () => void;
};

type Try = { readonly from: number; readonly to: number; readonly heap: number; readonly buffers: number };

/** Two looks at the heap with the work between them. The looks allocate too: a try with no codes tells how much. */
function attempt(contender: Contender, codes: number): Try {
  const from = performance.now();
  const before = process.memoryUsage();
  const result = contender.run(codes);
  const after = process.memoryUsage();
  const to = performance.now();
  if (!Number.isFinite(result)) throw new Error(`${contender.name}: returned ${result}, expected a finite number`);
  return {
    from,
    to,
    heap: after.heapUsed - before.heapUsed,
    buffers: after.arrayBuffers - before.arrayBuffers,
  };
}

/** So much garbage surely fits between two collections of the young generation. */
const QUIET_BYTES = 200_000;
const FIRST_LOOK_CODES = 64;

/** How many codes leave no more than `QUIET_BYTES`, by a look at a few. */
function quietCodes(contender: Contender, plan: AllocationPlan): number {
  contender.run(FIRST_LOOK_CODES);
  plan.collect();
  const { heap } = attempt(contender, FIRST_LOOK_CODES);
  const each = Math.max(1, heap / FIRST_LOOK_CODES);
  return Math.max(1, Math.min(plan.codes, Math.floor(QUIET_BYTES / each)));
}

/** Undefined when even one code went with a collection, so that nothing can be told. */
export async function allocated(contender: Contender, plan: AllocationPlan): Promise<Allocated | undefined> {
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) collections.push(entry.startTime);
  });
  observer.observe({ entryTypes: ['gc'] });
  try {
    for (let codes = quietCodes(contender, plan); codes >= 1; codes = Math.floor(codes / 4)) {
      const idle: Try[] = [];
      const busy: Try[] = [];
      for (let i = 0; i < plan.tries; i++) {
        plan.collect();
        idle.push(attempt(contender, 0));
        busy.push(attempt(contender, codes));
      }
      // The observer hears of a collection only after this turn of the event loop.
      await later();
      await later();
      const quiet = busy.filter((t) => !collections.some((at) => at >= t.from && at <= t.to));
      if (quiet.length === 0) continue;
      const least = (list: readonly Try[], of: 'heap' | 'buffers'): number => Math.min(...list.map((t) => t[of]));
      const perCode = (of: 'heap' | 'buffers'): number => Math.max(0, least(quiet, of) - least(idle, of)) / codes;
      return { heap: perCode('heap'), buffers: perCode('buffers'), codes };
    }
    return undefined;
  } finally {
    observer.disconnect();
  }
}
