import type { Violation } from '../oracle.js';
import type { Fate, Point } from '../points.js';
import type { Line } from '../story.js';
import type { World } from '../world.js';
import { type Cut, cuts, hardest, takeOvers } from './cuts.js';
import { type AtPoint, type Played, play } from './run.js';
import { type Scenario, scenarios } from './scenarios.js';

/** Where one run was cut, and how. */
export type Where = { readonly point: Point; readonly cut: string };

/** A violation in one run, which scenario and cuts repeat. */
export type CrashViolation = Violation & { readonly scenario: string; readonly cuts: readonly Where[] };

export type CrashPoints = {
  readonly scenarios: number;
  /** At which runs were cut, of all scenarios; with `deep` also those at which they were cut again. */
  readonly points: number;
  readonly runs: number;
  readonly violations: readonly CrashViolation[];
  /** How the attempts of all runs ended. */
  readonly ends: Readonly<Record<string, number>>;
};

export type CrashPointOptions = {
  /** Those scenarios whose name contains it; default all. */
  readonly scenario?: string;
  /** Every n-th scenario from the k-th on, for sharing them among processes. */
  readonly share?: { readonly of: number; readonly number: number };
  /** At each point only one of so many ways, from the `from`-th on, another one at the next point; default all. */
  readonly ways?: { readonly of: number; readonly from: number };
  /** Also a second cut while the main scenarios recover from the first. */
  readonly deep?: boolean;
  /** With `deep`: every n-th second point, from another one on for each first point; default 1, all. */
  readonly stride?: number;
  /** Stop at the first violation. */
  readonly impatient?: boolean;
  /** After each scenario; with `deep` also after each first point. */
  readonly onProgress?: (sofar: CrashPoints, scenario: string) => void;
};

type Known = { readonly point: Point; readonly writing: boolean };
type Sum = {
  scenarios: number;
  points: number;
  runs: number;
  violations: CrashViolation[];
  ends: Record<string, number>;
};

export const scenarioNames = (): string[] => scenarios.map(({ name }) => name);

/** Cuts every scenario at every point in every way, each in a world of its own. */
export async function crashPoints(options: CrashPointOptions = {}): Promise<CrashPoints> {
  const sum: Sum = { scenarios: 0, points: 0, runs: 0, violations: [], ends: {} };
  const { scenario: wanted = '', share } = options;
  const named = scenarios.filter(({ name }) => name.includes(wanted));
  for (const scenario of share ? named.filter((_, i) => i % share.of === share.number) : named) {
    await cutEverywhere(scenario, sum, options);
    sum.scenarios += 1;
    options.onProgress?.(sum, scenario.name);
    if (isEnough(sum, options)) break;
  }
  return sum;
}

const isEnough = (sum: Sum, { impatient }: CrashPointOptions): boolean =>
  impatient === true && sum.violations.length > 0;

async function cutEverywhere(scenario: Scenario, sum: Sum, options: CrashPointOptions): Promise<void> {
  const points = await pass(scenario, [], sum);
  sum.points += points.length;
  const deep = options.deep === true && scenario.main === true;
  for (const { point, writing } of points) {
    const fitting = cutsOf(scenario).filter(({ fits }) => fits(point, writing));
    for (const { name } of chosen(fitting, point, options)) {
      if (isEnough(sum, options)) return;
      const where = { point, cut: name };
      if (deep) await cutAgain(scenario, where, sum, options);
      else await cutAt(scenario, [where], sum);
    }
    if (deep) options.onProgress?.(sum, scenario.name);
  }
}

function chosen(all: readonly Cut[], { index }: Point, { ways }: CrashPointOptions): readonly Cut[] {
  return ways ? all.filter((_, way) => (index + way) % ways.of === ways.from % ways.of) : all;
}

async function cutAgain(scenario: Scenario, first: Where, sum: Sum, options: CrashPointOptions): Promise<void> {
  const points = await pass(scenario, [first], sum);
  const { stride = 1 } = options;
  const { index } = first.point;
  for (let i = index + 1 + (index % stride); i < points.length; i += stride) {
    const known = points[i];
    if (!known) continue;
    sum.points += 1;
    for (const { name, fits } of cutsOf(scenario)) {
      if (isEnough(sum, options)) return;
      if (hardest.has(name) && fits(known.point, known.writing))
        await cutAt(scenario, [first, { point: known.point, cut: name }], sum);
    }
  }
}

const cutsOf = ({ relays = 1 }: Scenario): readonly Cut[] => (relays > 1 ? [...cuts, ...takeOvers] : cuts);

/** Plays it with these cuts. @returns what it passes until it is at rest */
async function pass(scenario: Scenario, wheres: readonly Where[], sum: Sum): Promise<Known[]> {
  const points: Known[] = [];
  await cutAt(scenario, wheres, sum, ({ kiosks }, point) => {
    points.push({ point, writing: kiosks.some(({ disk }) => disk.busy) });
  });
  return points;
}

async function cutAt(
  scenario: Scenario,
  wheres: readonly Where[],
  sum: Sum,
  onPoint: (world: World, point: Point) => void = () => {},
): Promise<void> {
  const { violations, ends } = await playCut(scenario, wheres, { told: false, onPoint });
  sum.runs += 1;
  for (const violation of violations) sum.violations.push({ ...violation, scenario: scenario.name, cuts: wheres });
  for (const [end, n] of Object.entries(ends)) sum.ends[end] = (sum.ends[end] ?? 0) + n;
}

type Watching = { readonly told: boolean; readonly onPoint?: (world: World, point: Point) => void };

async function playCut(scenario: Scenario, wheres: readonly Where[], { told, onPoint }: Watching): Promise<Played> {
  let made = 0;
  const atPoint: AtPoint = (world, point) => {
    onPoint?.(world, point);
    const where = wheres[made];
    if (where?.point.index !== point.index) return 'goes-on';
    made += 1;
    return strike(world, point, where, cutsOf(scenario));
  };
  const played = await play(scenario, told, atPoint);
  const missed = wheres[made];
  if (!missed) return played;
  const text = `a run of "${scenario.name}" did not come to point ${missed.point.index}`;
  return { ...played, violations: [...played.violations, { predicate: 'crash', at: 0, text }] };
}

function strike(world: World, point: Point, { point: meant, cut }: Where, all: readonly Cut[]): Fate {
  const { index, kind, who } = point;
  world.story.tell('cut', () => `at point ${index} (${kind}, ${who}): ${cut}`);
  // The same seed and the same script: what comes before the cut is the same, or nothing is proved.
  if (meant.kind !== kind || meant.who !== who)
    world.oracle.violate('crash', `point ${index} is ${kind} of ${who}, and was ${meant.kind} of ${meant.who}`);
  return all.find(({ name }) => name === cut)?.strike(world) ?? 'goes-on';
}

/** The story of one violation. */
export async function retell({ scenario, cuts: wheres }: CrashViolation): Promise<readonly Line[]> {
  const found = scenarios.find(({ name }) => name === scenario);
  return found ? (await playCut(found, wheres, { told: true })).story : [];
}

/** In one line: what, in which scenario, cut where and how. */
export function inWords({ predicate, text, scenario, cuts: wheres }: CrashViolation): string {
  const places = wheres.map(({ point, cut }) => `${cut} at point ${point.index} (${point.kind}, ${point.who})`);
  return `${predicate}: ${text}; "${scenario}", ${places.join(', then ') || 'uncut'}`;
}

/** The last line of a report. */
export const summary = ({ scenarios: n, points, runs, violations }: CrashPoints): string =>
  `${n} scenarios, ${points} points, ${runs} runs, ${violations.length} violations`;
