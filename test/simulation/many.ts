import { Random } from '../fuzz/random.js';
import { type FaultClass, faultNames } from './faults.js';
import { WORLD_PAYMENTS } from './options.js';
import type { Violation } from './oracle.js';
import type { WorldResult } from './run.js';

export const SEED_MAX = 2 ** 32 - 1;
/** So many that a world's seed, with its number above the 32 bits of the row's, is a safe integer. */
export const WORLDS_MAX = 2 ** 20;
/** One payment every seven minutes and twelve seconds, day and night: a busy kiosk. */
export const KIOSK_YEAR_PAYMENTS = 73_000;

/** One world of a row. */
export type Task = { readonly index: number; readonly seed: number; readonly payments: number };

/** What a world has to say once it is over; it goes from one process to another. */
export type WorldReport = {
  readonly index: number;
  readonly payments: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly faults: Readonly<Partial<Record<FaultClass, number>>>;
  readonly violations: readonly Violation[];
  /** Virtual ms. */
  readonly lasted: number;
};

export type Part = { readonly payments: number; readonly faults: number };

/** Where worlds are run, one at a time. */
export type Lane = {
  /** @returns undefined when it was stopped */
  run(task: Task, onPart: (part: Part) => void): Promise<WorldReport | undefined>;
  stop(): void;
};

export type Row = {
  readonly worlds: number;
  readonly payments: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<FaultClass, number>>;
  /** All of one world: a row ends with the first world that is violated. */
  readonly violations: readonly (Violation & { readonly world: number })[];
  /** Virtual ms of all worlds together. */
  readonly lasted: number;
};

/**
 * The seed of world `index` of the row `seed`. No two pairs have the same: the index is the number above the low 32 bits, and
 * the low 32 are the row's seed, stirred in a way that can be undone.
 */
export function worldSeed(seed: number, index: number): number {
  let low = (seed ^ new Random().at(index, 0).next()) >>> 0;
  low = Math.imul(low ^ (low >>> 16), 0x21f0aaad) >>> 0;
  low = Math.imul(low ^ (low >>> 15), 0x735a2d97) >>> 0;
  low = (low ^ (low >>> 15)) >>> 0;
  return index * 2 ** 32 + low;
}

export const worldTask = (seed: number, index: number, payments = WORLD_PAYMENTS): Task => ({
  index,
  seed: worldSeed(seed, index),
  payments,
});

/** Worlds of the usual size, and one more for the rest. */
export function* rowTasks(seed: number, payments: number): Generator<Task> {
  for (let index = 0, left = payments; left > 0; index++, left -= WORLD_PAYMENTS)
    yield worldTask(seed, index, Math.min(left, WORLD_PAYMENTS));
}

export function reportOf(index: number, { payments, ends, faults, violations, lasted }: WorldResult): WorldReport {
  const counts: Partial<Record<FaultClass, number>> = {};
  for (const fault of faults) counts[fault.class] = (counts[fault.class] ?? 0) + 1;
  return { index, payments, ends, faults: counts, violations, lasted };
}

/**
 * Runs the tasks in as many lanes as there are, in order, up to the first world with a violation. What later worlds did
 * meanwhile is not looked at, so that the result is the same however many lanes there are.
 * @param onPart what all worlds have come to so far
 */
export async function runRow(
  tasks: Iterable<Task>,
  lanes: readonly Lane[],
  onPart: (part: Part) => void = () => {},
): Promise<Row> {
  const waiting = tasks[Symbol.iterator]();
  const reports: WorldReport[] = [];
  const running = new Map<Lane, Task>();
  const parts = new Map<Lane, Part>();
  let first = Number.POSITIVE_INFINITY;
  let done: Part = { payments: 0, faults: 0 };
  const tell = (): void => onPart([...parts.values()].reduce(added, done));
  const over = (report: WorldReport): void => {
    reports.push(report);
    done = added(done, { payments: report.payments, faults: total(report.faults) });
    tell();
    if (report.violations.length === 0 || report.index > first) return;
    first = report.index;
    for (const [lane, { index }] of running) if (index > first) lane.stop();
  };
  const busy = async (lane: Lane): Promise<void> => {
    for (let next = waiting.next(); !next.done && next.value.index < first; next = waiting.next()) {
      running.set(lane, next.value);
      const report = await lane.run(next.value, (part) => {
        parts.set(lane, part);
        tell();
      });
      running.delete(lane);
      parts.delete(lane);
      if (report) over(report);
    }
  };
  try {
    await Promise.all(lanes.map(busy));
  } finally {
    for (const lane of lanes) lane.stop();
  }
  return rowOf(reports.filter(({ index }) => index <= first).sort((a, b) => a.index - b.index));
}

const added = (a: Part, b: Part): Part => ({ payments: a.payments + b.payments, faults: a.faults + b.faults });

const total = (counts: Readonly<Partial<Record<string, number>>>): number =>
  Object.values(counts).reduce<number>((sum, n) => sum + (n ?? 0), 0);

function rowOf(reports: readonly WorldReport[]): Row {
  const faults = Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultClass, number>;
  const ends: Record<string, number> = {};
  for (const report of reports) {
    for (const name of faultNames) faults[name] += report.faults[name] ?? 0;
    for (const [end, n] of Object.entries(report.ends)) ends[end] = (ends[end] ?? 0) + n;
  }
  return {
    worlds: reports.length,
    payments: reports.reduce((sum, report) => sum + report.payments, 0),
    ends,
    faults,
    violations: reports.flatMap(({ index, violations }) => violations.map((v) => ({ ...v, world: index }))),
    lasted: reports.reduce((sum, report) => sum + report.lasted, 0),
  };
}
