import { checkEnd, isQuiet } from './checks.js';
import type { Fault } from './faults.js';
import type { WorldOptions } from './options.js';
import type { Violation } from './oracle.js';
import type { Line } from './story.js';
import { outside } from './time.js';
import { World } from './world.js';

export type WorldResult = {
  readonly payments: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  readonly violations: readonly Violation[];
  /** How many attempts each kiosk began. */
  readonly begun: ReadonlyMap<string, number>;
  /** The liveness phase had begun when the world was over. */
  readonly healed: boolean;
  readonly story: readonly Line[];
  /** Virtual ms. */
  readonly lasted: number;
};

const HOUR_MS = 3_600_000;
/** After the last payment has begun, faults go on for so long: every deadline passes among them. */
const AFTER_LAST_MS = 90_000;
/** A world in which kiosks cannot sell comes to an end too. */
const SAFETY_MOST_MS = 200 * HOUR_MS;
/** What is not settled so long after the healing is stuck. */
const LIVENESS_MOST_MS = 2 * HOUR_MS;
/** So many events at a time: then the process does its other work. */
const SLICE_EVENTS = 20_000;

/** One world: a safety phase with faults, then healing, then a liveness phase in which everything must end. */
export async function runWorld(
  options: WorldOptions,
  onSlice: (world: World) => void = () => {},
): Promise<WorldResult> {
  const world = new World(options);
  const crashes = catchCrashes(world);
  let healed = false;
  try {
    await guarded(world, () => world.start());
    const violated = (): boolean => world.oracle.violations.length > 0;
    const sold = (): boolean => violated() || world.payments >= options.payments;
    const { until = Number.POSITIVE_INFINITY } = options;
    await slices(world, Math.min(until, SAFETY_MOST_MS), sold, onSlice);
    if (!sold() && world.timeline.now < until) tellUnsold(world);
    await slices(world, Math.min(until, world.timeline.now + AFTER_LAST_MS), violated, onSlice);
    healed = !violated() && world.timeline.now < until;
    if (healed) await converge(world, violated, onSlice);
  } finally {
    crashes();
  }
  const { payments, faults, oracle, story, timeline } = world;
  const ends = healed && oracle.violations.length === 0 ? checkEnd(world) : {};
  return {
    payments,
    ends,
    faults: faults.struck,
    violations: oracle.violations,
    begun: begunIn(world),
    healed,
    story: story.lines,
    lasted: timeline.now,
  };
}

/** Faults pass, and people mend what they are called for: kiosks that sell no more are stuck. */
function tellUnsold({ oracle, options, payments, kiosks }: World): void {
  const hours = SAFETY_MOST_MS / HOUR_MS;
  const shut = kiosks.filter(({ life }) => !life || life.kiosk.loop.state.closed.length > 0).length;
  const text = `after ${hours} hours ${payments} of ${options.payments} payments have begun; ${shut} kiosks are out of service`;
  oracle.violate('L1', text);
}

function begunIn({ oracle }: World): Map<string, number> {
  const begun = new Map<string, number>();
  for (const { kiosk } of oracle.attempts.values()) begun.set(kiosk, (begun.get(kiosk) ?? 0) + 1);
  return begun;
}

async function converge(world: World, violated: () => boolean, onSlice: (world: World) => void): Promise<void> {
  const end = world.timeline.now + LIVENESS_MOST_MS;
  await guarded(world, () => world.heal());
  // Looked at each virtual second: whether all is quiet is dear to ask.
  let looked = world.timeline.now;
  let found = false;
  const quiet = (): boolean => {
    if (found || violated()) return true;
    if (world.timeline.now < looked + 1_000) return false;
    looked = world.timeline.now;
    found = isQuiet(world);
    return found;
  };
  await slices(world, end, quiet, onSlice);
}

/** Runs on, and gives the process back to its other work now and then. */
async function slices(
  world: World,
  end: number,
  enough: () => boolean,
  onSlice: (world: World) => void,
): Promise<void> {
  for (;;) {
    const done = await guarded(world, () => world.timeline.run(end, enough, SLICE_EVENTS));
    onSlice(world);
    if (done) return;
  }
}

/** Runs `work` where promises settle. What a program throws there and then ends the world, with a name. */
export function guarded<T>(world: World, work: () => T): Promise<T | undefined> {
  return outside(() => {
    try {
      return work();
    } catch (error) {
      tellCrash(world, error);
      return undefined;
    }
  });
}

function tellCrash({ oracle }: World, error: unknown): void {
  oracle.violate('crash', error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** A fault of ours that ends a shipped program ends the world, with a name. */
export function catchCrashes(world: World): () => void {
  const crashed = (error: unknown): void => tellCrash(world, error);
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  return () => {
    process.off('uncaughtException', crashed);
    process.off('unhandledRejection', crashed);
  };
}
