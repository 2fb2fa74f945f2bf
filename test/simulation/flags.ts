import { parseArgs } from 'node:util';
import { SEED_MAX, WORLDS_MAX } from './many.js';
import { WORLD_PAYMENTS } from './options.js';

/** A flag that cannot be used. The message names the flag, what was found and what to write instead. */
export class FlagError extends Error {
  override name = 'FlagError';
}

export type Flags = {
  readonly seed: number;
  /** In all; with `world` in that one. */
  readonly payments: number;
  readonly json: boolean;
  readonly processes: number;
  /** Only this world of the row. */
  readonly world?: number;
  /** How long a violation is made smaller, s; 0: not at all. */
  readonly shrink: number;
};

/** Crash points: also a second one after each, at every n-th of those that follow. */
export type DeepFlags = {
  readonly deep: boolean;
  readonly stride: number;
  /** At each point one of so many ways, from the `from`-th on. */
  readonly ways?: { readonly of: number; readonly from: number };
};

export type Command =
  | { readonly kind: 'help' }
  | ({ readonly kind: 'simulate' } & Flags)
  | ({ readonly kind: 'sabotage'; readonly name: string } & Flags)
  | { readonly kind: 'list-sabotage' }
  | ({ readonly kind: 'crash-points' } & Flags & DeepFlags);

const DEFAULT_PAYMENTS = 100_000;
const SABOTAGE_PAYMENTS = 200_000;
const PAYMENTS_MAX = WORLDS_MAX * WORLD_PAYMENTS;
const PROCESSES_MAX = 256;
/** About ten minutes of one processor. */
const DEFAULT_STRIDE = 80;
const STRIDE_MAX = 1_000_000;
const SAMPLE_MAX = 1_000;
const DEFAULT_SHRINK_S = 60;
const SHRINK_MAX_S = 86_400;

export const HELP = `Runs kiosks and relays as they ship in worlds that try to break them, and judges every payment.

  npm run -s simulate -- [--seed N] [--payments N] [--processes N] [--json]
  npm run -s simulate -- --seed N --world I                one world again, as a violation names it
  npm run -s simulate -- --crash-points [--deep]           a crash at every point of every scenario (minutes)
  npm run -s simulate -- --sabotage NAME|all               the same with a guard taken out, to see that it is noticed
  npm run -s simulate -- --list-sabotage                   the guards' names, one a line

  --seed N        decides everything that happens, 0 to ${SEED_MAX} (default: a fresh one, which is told)
  --payments N    how many, such as 100000 or 1e6, in worlds of ${WORLD_PAYMENTS}
                  (default ${DEFAULT_PAYMENTS}; with --world ${WORLD_PAYMENTS}; with --sabotage ${SABOTAGE_PAYMENTS} for each)
  --processes N   runs so many at a time, with the same result (default 1; with --sabotage all one for each processor)
  --world I       only this one of the seed's worlds, from 0
  --deep          in the main scenarios another crash, while they recover from the first
  --sample N      with --crash-points: at each point one of N ways, others in the next run (default: all)
  --stride N      with --deep: at every N-th of the points that follow the first (default ${DEFAULT_STRIDE}; 1: at all, for days)
  --shrink S      how long a violation is made smaller, s of the processor; 0: not at all (default ${DEFAULT_SHRINK_S})
  --json          the last line is JSON: {"seed","payments","kioskYears","faults","ends","violations"}; with
                  --crash-points {"scenarios","points","runs","violations","ends"}, with --sabotage {"seed","sabotages","missed"}
  --help          this text

Exit: 0 without violation (with --sabotage: all were caught), 1 otherwise, 2 for a wrong flag, 130 after Ctrl-C.
`;

const options = {
  seed: { type: 'string' },
  payments: { type: 'string' },
  processes: { type: 'string' },
  world: { type: 'string' },
  shrink: { type: 'string' },
  sabotage: { type: 'string' },
  'list-sabotage': { type: 'boolean' },
  'crash-points': { type: 'boolean' },
  deep: { type: 'boolean' },
  stride: { type: 'string' },
  sample: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], strict: true, allowPositionals: false, options }).values;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const found = /'(-[^' ]*)/.exec(message)?.[1] ?? /'([^']*)'/.exec(message)?.[1] ?? 'an argument';
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new FlagError(
      code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'
        ? `${found}: found without its value, or with one it does not take (a number is a whole one, from 0); see --help`
        : `${found}: not known here; expected one of ${known.join(', ')}`,
    );
  }
}

function whole(flag: string, text: string, from: number, to: number): number {
  const number = /^\d+(e\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= from && number <= to) return number;
  throw new FlagError(`--${flag}: found "${text}", expected a whole number from ${from} to ${to}`);
}

/** What cannot be asked for in one breath. */
const apart = [
  ['world', 'processes', 'one world runs in one process'],
  ['world', 'sabotage', 'a sabotage has worlds of its own'],
  ['world', 'crash-points', 'crash points are those of the scenarios'],
  ['sabotage', 'crash-points', 'they are two runs'],
  ['crash-points', 'payments', 'the scenarios say how many'],
  ['crash-points', 'seed', 'nothing in them is left to chance'],
] as const;

/** What means nothing without another one. */
const together = [
  ['deep', 'crash-points'],
  ['stride', 'deep'],
  ['sample', 'crash-points'],
] as const;

/** @throws FlagError for flags of which one is too much, or too little */
function checkTogether(values: ReturnType<typeof parse>): void {
  for (const [one, other, why] of apart) {
    if (values[one] !== undefined && values[other] !== undefined)
      throw new FlagError(`--${one}, --${other}: found both; ${why}, so leave one of them out`);
  }
  for (const [one, other] of together) {
    if (values[one] !== undefined && values[other] === undefined)
      throw new FlagError(`--${one}: found without --${other}, which it belongs to; add that, or leave it out`);
  }
  const { sabotage } = values;
  if (sabotage !== undefined && sabotage !== 'all' && values.processes !== undefined)
    throw new FlagError(
      '--sabotage, --processes: found both; one sabotage runs in one process, all may run in several',
    );
}

/**
 * @param freshSeed the seed where none is given
 * @param processors of this machine
 * @throws FlagError
 */
export function parseFlags(argv: readonly string[], freshSeed: number, processors = 1): Command {
  const values = parse(argv);
  if (values.help) return { kind: 'help' };
  if (values['list-sabotage']) return { kind: 'list-sabotage' };
  checkTogether(values);
  const { sabotage } = values;
  type Numbered = 'seed' | 'payments' | 'processes' | 'world' | 'shrink' | 'stride' | 'sample';
  const given = (flag: Numbered, from: number, to: number) => {
    const text = values[flag];
    return text === undefined ? undefined : whole(flag, text, from, to);
  };
  const world = given('world', 0, WORLDS_MAX - 1);
  const usual = world !== undefined ? WORLD_PAYMENTS : sabotage !== undefined ? SABOTAGE_PAYMENTS : DEFAULT_PAYMENTS;
  const flags: Flags = {
    seed: given('seed', 0, SEED_MAX) ?? freshSeed,
    payments: given('payments', 1, PAYMENTS_MAX) ?? usual,
    processes: given('processes', 1, PROCESSES_MAX) ?? (sabotage === 'all' ? processors : 1),
    shrink: given('shrink', 0, SHRINK_MAX_S) ?? DEFAULT_SHRINK_S,
    json: values.json ?? false,
    ...(world === undefined ? {} : { world }),
  };
  if (values['crash-points']) {
    const stride = given('stride', 1, STRIDE_MAX) ?? DEFAULT_STRIDE;
    const of = given('sample', 1, SAMPLE_MAX);
    const ways = of === undefined ? {} : { ways: { of, from: freshSeed % of } };
    return { kind: 'crash-points', ...flags, deep: values.deep ?? false, stride, ...ways };
  }
  if (sabotage !== undefined) return { kind: 'sabotage', name: sabotage, ...flags };
  return { kind: 'simulate', ...flags };
}
