import type { DoubtfulPolicy } from '../../../relay/payment/types.js';
import type { FaultClass } from '../faults.js';
import type { Predicate } from '../oracle.js';

/** One change of source text. `find` stands exactly once in `file`, a path from the project's root. */
export type Edit = {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** It takes out the guard's partner: another guard that alone is enough. */
  readonly partner?: true;
};

/** What of a sabotage is done. Of a guard with partners, neither it nor they alone are missed. */
export type Part = 'all' | 'guard' | 'partners';

/** A guard taken out of the programs, to see that the simulator notices. The shipped code knows nothing of it. */
export type Sabotage = {
  /** kebab-case. */
  readonly name: string;
  /** The rule of design section 4.2, or the invariant of 4.1, that the guard is for. */
  readonly rule: string;
  /** Which guard is removed; which other goes with it, where either alone is enough. */
  readonly why: string;
  readonly edits: readonly Edit[];
  /** The predicates that may be violated; any other is not a catch. */
  readonly catches: readonly Predicate[];
  readonly world?: SuitedWorld;
};

/** The same world with the same faults, some more often: a violation comes after fewer payments. */
export type SuitedWorld = {
  /** How often of the usual; of the others `rest` (default: half as often). */
  readonly shares?: Readonly<Partial<Record<FaultClass, number>>>;
  readonly rest?: number;
  readonly kiosks?: number;
  readonly relays?: number;
  readonly interleaved?: boolean;
  readonly paranoid?: boolean;
  /** Default ask. */
  readonly doubtful?: DoubtfulPolicy;
  /** In one world; default 400. */
  readonly payments?: number;
};

/** What a child process is given, and runs: worlds of consecutive seeds until one is caught. */
export type Task = {
  readonly seed: number;
  readonly payments: number;
  readonly catches: readonly Predicate[];
  readonly world: SuitedWorld;
};

/** A child's line on its standard output. */
export type Line = { readonly progress: number } | ({ readonly done: true } & Findings);

export type Findings = {
  readonly caught: boolean;
  readonly predicate?: Predicate;
  readonly text?: string;
  /** The world in which it was caught. */
  readonly seed?: number;
  /** Begun until then, in all worlds. */
  readonly payments: number;
  /** What else was violated on the way, which is no catch. */
  readonly others: readonly string[];
};
