import type { DoubtfulPolicy } from '../../../relay/payment/types.js';
import { checkEnd, isQuiet } from '../checks.js';
import { noFaults, type WorldOptions } from '../options.js';
import type { Violation } from '../oracle.js';
import type { Fate, Point } from '../points.js';
import { catchCrashes, guarded } from '../run.js';
import type { Line } from '../story.js';
import { World } from '../world.js';
import { Script } from './script.js';

/** One small world without chance, and what people do in it. */
export type Play = {
  readonly relays?: number;
  readonly segmentBytes?: number;
  readonly doubtful?: DoubtfulPolicy;
  /** Points are counted from the start of the programs on, not only from where the script begins. */
  readonly fromStart?: boolean;
  readonly play: (script: Script) => Promise<unknown>;
};

export type Played = {
  readonly violations: readonly Violation[];
  readonly ends: Readonly<Record<string, number>>;
  readonly story: readonly Line[];
  readonly world: World;
};

/** Called at every point, in the world as it is there. */
export type AtPoint = (world: World, point: Point) => Fate;

const LOOK_MS = 1_000;
/** What has not come to rest by itself then gets help. */
const UNHEALED_MOST_MS = 600_000;
const LIVENESS_MOST_MS = 2 * 3_600_000;
const SCRIPT_MOST_MS = 3_600_000;

/** Plays it, mends what is broken, waits until all is quiet, and asks whether all is well. */
export async function play(what: Play, told: boolean, atPoint: AtPoint): Promise<Played> {
  const world = new World(optionsOf(what, told));
  const crashes = catchCrashes(world);
  try {
    await guarded(world, () => playThrough(world, what, atPoint));
  } finally {
    crashes();
  }
  const { oracle, story } = world;
  const ends = oracle.violations.length > 0 ? {} : checkEnd(world);
  return { violations: oracle.violations, ends, story: story.lines, world };
}

function optionsOf({ relays = 1, segmentBytes, doubtful = 'ask' }: Play, told: boolean): WorldOptions {
  return {
    ...{ seed: 1, payments: 0, kiosks: 1, relays, shares: noFaults, told, interleaved: false, paranoid: true },
    ...{ doubtful },
    attended: new Set(),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  };
}

function playThrough(world: World, what: Play, atPoint: AtPoint): void {
  const { timeline, points } = world;
  const arm = (): void => points.arm((point) => atPoint(world, point));
  if (what.fromStart) arm();
  world.start();
  let over = false;
  const script = new Script(world, what.fromStart ? () => {} : arm);
  timeline.after(0, () => {
    void what.play(script).finally(() => {
      over = true;
    });
  });
  runUntil(world, SCRIPT_MOST_MS, () => over);
  if (!over && world.oracle.violations.length === 0) world.oracle.violate('L1', 'the script does not come to its end');
  runUntil(world, UNHEALED_MOST_MS, () => isAtRest(world));
  if (world.oracle.violations.length === 0 && !isAtRest(world) && !needsHelp(world))
    world.oracle.violate('L1', 'ten minutes later it has not come to rest by itself, and nothing is broken');
  points.disarm();
  world.gates.frame = () => false;
  world.gates.call = () => false;
  world.gates.ledger = () => undefined;
  world.heal();
  runUntil(world, LIVENESS_MOST_MS, () => isAtRest(world));
}

/** What no program can do: mend a card. */
const needsHelp = ({ kiosks }: World): boolean =>
  kiosks.some(({ disk, journalFailed }) => disk.broken !== undefined || journalFailed);

/** Nothing is under way, and no wallet can still pay. */
function isAtRest(world: World): boolean {
  const { books, timeline } = world;
  if (!isQuiet(world)) return false;
  for (const { requestId } of books.all()) if (books.find(requestId, timeline.now)?.state === 'pending') return false;
  return true;
}

/** Looked at each virtual second: whether all is quiet is dear to ask. */
function runUntil({ timeline, oracle }: World, mostMs: number, isOver: () => boolean): void {
  const end = timeline.now + mostMs;
  while (timeline.now < end && oracle.violations.length === 0) {
    timeline.run(timeline.now + LOOK_MS, () => oracle.violations.length > 0);
    if (isOver()) return;
  }
}
