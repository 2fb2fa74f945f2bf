import type { Allocated } from '../allocation.js';
import { type Times, timesOf } from '../rounds.js';
import { median, quantile, ratio, significant } from '../statistics.js';
import { CONTENT_MAX_BYTES } from './garbage.js';
import type { LengthRace, Plan } from './plan.js';

/** What the measured times say. Pure: times in, findings out. Nanoseconds are a code, medians over the rounds. */

export type Row = {
  readonly case: string;
  readonly contender: string;
  readonly ns: number;
  /** Quartiles over the rounds. */
  readonly low: number;
  readonly high: number;
  /** Times the first contender of the case, which is ours: median of the rounds' own ratios. */
  readonly ratio: number;
  /** Bytes a code on the heap and in Buffers; null where no try went without a collection. */
  readonly bytes: { readonly heap: number; readonly buffers: number } | null;
};

export type Growth = {
  readonly kind: string;
  readonly points: readonly { readonly characters: number; readonly ns: number; readonly nsPerByte: number }[];
  /** Time a byte at the longest over time a byte at the first length that has room for every kind: 1 is linear. */
  readonly ratio: number;
};

export type Worst = {
  readonly characters: number;
  readonly accepted: { readonly kind: string; readonly ns: number };
  readonly rejected: { readonly kind: string; readonly ns: number };
  readonly ratio: number;
};

export type Limit = {
  readonly name: string;
  /** Null where it could not be measured. */
  readonly found: number | null;
  readonly limit: number;
  readonly unit: 'times' | 'bytes';
  readonly holds: boolean;
};

export type Allocations = ReadonlyMap<string, ReadonlyMap<string, Allocated | undefined>>;

export function rowsOf(races: Plan['main'], times: Times, allocations: Allocations): Row[] {
  return races.flatMap((race) =>
    race.contenders.map(({ name }) => {
      const ours = timesOf(times, race.name, race.contenders[0]?.name ?? '');
      const own = timesOf(times, race.name, name);
      const bytes = allocations.get(race.name)?.get(name);
      return {
        case: race.name,
        contender: name,
        ns: significant(median(own)),
        low: significant(quantile(own, 0.25)),
        high: significant(quantile(own, 0.75)),
        ratio: significant(ratio(own, ours)),
        bytes: bytes === undefined ? null : { heap: significant(bytes.heap), buffers: significant(bytes.buffers) },
      };
    }),
  );
}

/** Below it a code is all head, and a kind is not yet what it is named for. */
const ROOMY_CHARACTERS = 128;

/**
 * By kind, over all lengths at which it was measured. `whole`: kinds that are read to the end at any length; of the
 * others what is longer than any code is refused for its length alone, which would hide how their time grows.
 */
export function growthOf(races: readonly LengthRace[], times: Times, whole: readonly string[]): Growth[] {
  const kinds = [...new Set(races.flatMap((race) => race.contenders.map((c) => c.name)))];
  return kinds.flatMap((kind) => {
    const points = races
      .filter((race) => race.contenders.some((c) => c.name === kind))
      .map(({ name, characters }) => {
        const ns = median(timesOf(times, name, kind));
        return { characters, ns: significant(ns), nsPerByte: significant(ns / characters) };
      });
    const roomy = points.filter((p) => p.characters >= ROOMY_CHARACTERS);
    const first = roomy[0];
    const last = roomy.filter((p) => whole.includes(kind) || p.characters <= CONTENT_MAX_BYTES).at(-1);
    if (first === undefined || last === undefined) return [];
    return [{ kind, points, ratio: significant(last.nsPerByte / first.nsPerByte) }];
  });
}

/** At each length at which anything is accepted: the slowest rejection against the fastest acceptance. */
export function worstOf(races: readonly LengthRace[], times: Times, aside: readonly string[]): Worst[] {
  return races.flatMap((race) => {
    const by = (kind: string) => ({ kind, ns: significant(median(timesOf(times, race.name, kind))) });
    const accepted = race.accepted.map(by).sort((a, b) => a.ns - b.ns)[0];
    const others = race.contenders.map((c) => c.name).filter((n) => !race.accepted.includes(n) && !aside.includes(n));
    const rejected = others.map(by).sort((a, b) => b.ns - a.ns)[0];
    if (accepted === undefined || rejected === undefined) return [];
    const found = ratio(timesOf(times, race.name, rejected.kind), timesOf(times, race.name, accepted.kind));
    return [{ characters: race.characters, accepted, rejected, ratio: significant(found) }];
  });
}

const times = (name: string, found: number, limit: number): Limit => ({
  name,
  found: significant(found),
  limit,
  unit: 'times',
  holds: found <= limit,
});

/** Less is what a try leaves beside its work: not one object a code. */
const NO_BYTES = 0.5;

function noBytes(name: string, bytes: Row['bytes'] | undefined): Limit {
  const found = bytes ? bytes.heap + bytes.buffers : null;
  return { name, found, limit: 0, unit: 'bytes', holds: found !== null && found < NO_BYTES };
}

/** The speed that was promised, and whether this run keeps it. A ratio is ours over theirs. */
export function limitsOf(rows: readonly Row[], growth: readonly Growth[], worst: readonly Worst[]): Limit[] {
  const row = (inCase: string, begin: string): Row => {
    const found = rows.find((r) => r.case === inCase && r.contender.startsWith(begin));
    if (found === undefined) throw new Error(`nothing was measured for ${inCase}: ${begin}`);
    return found;
  };
  const over = (inCase: string, begin: string): number => 1 / row(inCase, begin).ratio;
  return [
    times('numeric, 24 digits: ours / regular expressions on text', over('numeric-24', 'regular expressions, on'), 1),
    times(
      'numeric, all issuers: ours / regular expressions on text',
      over('numeric-all', 'regular expressions, on'),
      1,
    ),
    times('CPM, 120 bytes: ours / Base64 alone on text', over('cpm-120', 'Base64 alone, on'), 4),
    times('slowest rejection / fastest acceptance of one length', Math.max(...worst.map((w) => w.ratio)), 10),
    times('time a byte: longest / 128 characters, any kind', Math.max(...growth.map((g) => g.ratio)), 2),
    noBytes('numeric, 24 digits: bytes allocated', row('numeric-24', 'ours, from').bytes),
    noBytes('numeric, all issuers: bytes allocated', row('numeric-all', 'ours, from').bytes),
    noBytes('CPM, 120 bytes: bytes allocated', row('cpm-120', 'ours, from').bytes),
  ];
}
