import { type Random, shuffled } from './random.js';
import { median } from './statistics.js';

/** Nanoseconds of a clock that never goes back. */
export type Clock = () => number;

/** One way to do the work. */
export type Contender = {
  readonly name: string;
  /** Does the work for so many codes; the number it returns depends on every result, so that none can be left out. */
  run(codes: number): number;
  /** For what has work in between that does not count: the nanoseconds of the rest. */
  time?(codes: number, clock: Clock): number;
};

/** Contenders at the same work, timed next to each other. */
export type Race = {
  readonly name: string;
  readonly contenders: readonly Contender[];
  /** How much of a full turn its contenders have; all of it where it is left out. */
  readonly share?: number;
};

export type Pace = {
  readonly rounds: number;
  /** How long one contender's turn takes, ns. */
  readonly turnNs: number;
  readonly clock: Clock;
  readonly random: Random;
};

/** Nanoseconds a code, one value a round, by race and contender. */
export type Times = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

/** Turns before the first round, so that the compiler is done. */
const WARM_TURNS = 3;

export function turn(contender: Contender, codes: number, clock: Clock): number {
  if (contender.time) return contender.time(codes, clock);
  const from = clock();
  const result = contender.run(codes);
  const spent = clock() - from;
  if (!Number.isFinite(result)) throw new Error(`${contender.name}: returned ${result}, expected a finite number`);
  return spent;
}

/** How many codes fill a turn. Never fewer than one. */
export function batchSize(contender: Contender, turnNs: number, clock: Clock): number {
  let codes = 1;
  let spent = turn(contender, codes, clock);
  while (spent < turnNs / 4) {
    codes *= 2;
    spent = turn(contender, codes, clock);
  }
  for (let i = 1; i < WARM_TURNS; i++) spent = Math.min(spent, turn(contender, codes, clock));
  return Math.max(1, Math.round((codes * turnNs) / Math.max(spent, 1)));
}

/**
 * Rounds in which every contender of every race has one turn. The races come in another order each round, and so do the
 * contenders within a race, which stay next to each other: what disturbs the machine disturbs all of them alike.
 */
export function runRaces(races: readonly Race[], pace: Pace): Times {
  const sizes = new Map<Contender, number>();
  const times = new Map<string, Map<string, number[]>>();
  for (const race of races) {
    if (times.has(race.name)) throw new Error(`two races are named ${race.name}`);
    const names = new Map(race.contenders.map((c) => [c.name, [] as number[]]));
    if (names.size < race.contenders.length) throw new Error(`${race.name}: two contenders have the same name`);
    times.set(race.name, names);
    const turnNs = pace.turnNs * (race.share ?? 1);
    for (const contender of race.contenders) sizes.set(contender, batchSize(contender, turnNs, pace.clock));
  }
  for (let round = 0; round < pace.rounds; round++) {
    for (const race of shuffled(pace.random, races)) {
      for (const contender of shuffled(pace.random, race.contenders)) {
        const codes = sizes.get(contender) ?? 1;
        times
          .get(race.name)
          ?.get(contender.name)
          ?.push(turn(contender, codes, pace.clock) / codes);
      }
    }
  }
  return times;
}

/** @throws Error when there is no such contender */
export function timesOf(times: Times, race: string, contender: string): readonly number[] {
  const found = times.get(race)?.get(contender);
  if (found === undefined) throw new Error(`nothing was measured for ${race}: ${contender}`);
  return found;
}

export const medianOf = (times: Times, race: string, contender: string): number =>
  median(timesOf(times, race, contender));
