import type { Violation } from '../oracle.js';
import type { Point } from '../points.js';
import type { Line } from '../story.js';
import type { World } from '../world.js';
import { type Cut, cuts, takeOvers } from './cuts.js';
import { type Played, play } from './run.js';
import { type Scenario, scenarios } from './scenarios.js';

/** Where one run was cut. */
export type Where = { readonly point: Point; readonly cut: string };

/** A violation in one run, which these few words repeat. */
export type CrashViolation = Violation & { readonly scenario: string; readonly cuts: readonly Where[] };

export type CrashPoints = {
  readonly scenarios: number;
  /** At which a run was cut, of all scenarios. */
  readonly points: number;
  readonly runs: number;
  readonly violations: readonly CrashViolation[];
};

export type CrashPointOptions = {
  /** Those scenarios whose name contains it; default all. */
  readonly scenario?: string;
  /** Every n-th scenario from the k-th on, for sharing them among processes. */
  readonly share?: { readonly of: number; readonly number: number };
  /** Also a second cut while the main scenarios recover from the first. */
  readonly deep?: boolean;
  /** With `deep`: every n-th second point; default 1, all. */
  readonly stride?: number;
  readonly onProgress?: (sofar: CrashPoints, scenario: string) => void;
  /** Stop at the first violation. */
  readonly impatient?: boolean;
};

type Known = { readonly point: Point; readonly writing: boolean };
type Sum = { scenarios: number; points: number; runs: number; violations: CrashViolation[] };

export const scenarioNames = (): string[] => scenarios.map(({ name }) => name);

/** Cuts every scenario at every point in every way, each in a world of its own. */
export async function crashPoints(options: CrashPointOptions = {}): Promise<CrashPoints> {
  const sum: Sum = { scenarios: 0, points: 0, runs: 0, violations: [] };
  for (const scenario of chosen(options)) {
    await cutEverywhere(scenario, sum, options);
    sum.scenarios += 1;
    options.onProgress?.(sum, scenario.name);
    if (options.impatient && sum.violations.length > 0) break;
  }
  return sum;
}

function chosen({ scenario = '', share }: CrashPointOptions): Scenario[] {
  const named = scenarios.filter(({ name }) => name.includes(scenario));
  return share ? named.filter((_, i) => i % share.of === share.number) : named;
}

async function cutEverywhere(scenario: Scenario, sum: Sum, options: CrashPointOptions): Promise<void> {
  const baseline = await pointsOf(scenario, []);
  note(sum, scenario, [], baseline.played);
  sum.points += baseline.points.length;
  for (const known of baseline.points) {
    for (const cut of cutsOf(scenario)) {
      if (!cut.fits(known.point, known.writing)) continue;
      const where = { point: known.point, cut: cut.name };
      const deeper = options.deep && scenario.main === true;
      if (deeper) await cutAgain(scenario, where, sum, options);
      else note(sum, scenario, [where], await cutAt(scenario, [where]));
      if (options.impatient && sum.violations.length > 0) return;
    }
  }
}

async function cutAgain(scenario: Scenario, first: Where, sum: Sum, options: CrashPointOptions): Promise<void> {
  const { points, played } = await pointsOf(scenario, [first]);
  note(sum, scenario, [first], played);
  const { stride = 1 } = options;
  for (let i = first.point.index + 1; i < points.length; i += stride) {
    const known = points[i];
    if (!known) continue;
    sum.points += 1;
    for (const cut of cutsOf(scenario)) {
      if (!cut.fits(known.point, known.writing)) continue;
      const both = [first, { point: known.point, cut: cut.name }];
      note(sum, scenario, both, await cutAt(scenario, both));
      if (options.impatient && sum.violations.length > 0) return;
    }
  }
}

const cutsOf = ({ relays = 1 }: Scenario): readonly Cut[] => (relays > 1 ? [...cuts, ...takeOvers] : cuts);

/** Plays it with these cuts, and notes all that it passes until it is at rest. */
async function pointsOf(scenario: Scenario, wheres: readonly Where[]): Promise<{ points: Known[]; played: Played }> {
  const points: Known[] = [];
  const strike = striker(scenario, wheres);
  const played = await play(scenario, false, (world, point) => {
    points.push({ point, writing: world.kiosks.some(({ disk }) => disk.busy) });
    return strike(world, point);
  });
  return { points, played };
}

function cutAt(scenario: Scenario, wheres: readonly Where[], told = false): Promise<Played> {
  return play(scenario, told, striker(scenario, wheres));
}

function striker(scenario: Scenario, wheres: readonly Where[]) {
  const all = cutsOf(scenario);
  return (world: World, point: Point) => {
    const where = wheres.find((each) => each.point.index === point.index);
    if (!where) return 'goes-on';
    const { kind, who } = where.point;
    world.story.tell('cut', () => `at point ${point.index}, ${point.kind} ${point.who}: ${where.cut}`);
    if (point.kind !== kind || point.who !== who)
      throw new Error(`crash points: point ${point.index} was ${kind} ${who} and is ${point.kind} ${point.who} now`);
    return all.find(({ name }) => name === where.cut)?.strike(world) ?? 'goes-on';
  };
}

function note(sum: Sum, scenario: Scenario, wheres: readonly Where[], { violations }: Played): void {
  sum.runs += 1;
  for (const violation of violations) sum.violations.push({ ...violation, scenario: scenario.name, cuts: wheres });
}

/** The story of one violation, line by line. */
export async function retell({ scenario, cuts: wheres }: CrashViolation): Promise<readonly Line[]> {
  const found = scenarios.find(({ name }) => name === scenario);
  return found ? (await cutAt(found, wheres, true)).story : [];
}

/** In one line: what, in which scenario, cut where and how. */
export function inWords({ predicate, text, scenario, cuts: wheres }: CrashViolation): string {
  const places = wheres.map(({ point, cut }) => `${cut} at point ${point.index} (${point.kind}, ${point.who})`);
  return `${predicate}: ${text}; "${scenario}", ${places.join(', then ') || 'uncut'}`;
}

/** The last line of a report. */
export const summary = ({ scenarios: n, points, runs, violations }: CrashPoints): string =>
  `${n} scenarios, ${points} points, ${runs} runs, ${violations.length} violations`;
