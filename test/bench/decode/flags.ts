import { parseArgs } from 'node:util';

/** A flag that cannot be used. The message names the flag, what was found and what to write instead. */
export class FlagError extends Error {
  override name = 'FlagError';
}

export type Flags = {
  /** One JSON document on stdout in place of the tables. */
  readonly json: boolean;
  /** Under 3 s, with more noise. */
  readonly quick: boolean;
  /** Exit 1 when a limit does not hold. */
  readonly limits: boolean;
  readonly rounds: number | undefined;
  readonly seed: number;
};

const DEFAULT_SEED = 1;
const ROUNDS_MAX = 1_000;
const SEED_MAX = 2 ** 32 - 1;

export const HELP = `Measures the decoder beside what else could do its work.

  npm run -s bench:decode -- [--json] [--quick] [--no-limits] [--rounds N] [--seed N]

  --json         one JSON document on stdout, and nothing else there
  --quick        a few short rounds, under 3 s: for a look, not for a claim
  --no-limits    exit 0 even when a limit does not hold
  --rounds N     how often each contender has its turn, 1 to ${ROUNDS_MAX}
  --seed N       which codes and which order, 0 to ${SEED_MAX} (default ${DEFAULT_SEED})
  --help         this text

Exit: 0 when every limit holds, 1 when one does not or a contender gives a wrong result, 2 for a wrong flag.
`;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        'no-limits': { type: 'boolean' },
        rounds: { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const found = /'([^']*)'/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'an argument';
    const needs = (error as { code?: string }).code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE';
    throw new FlagError(
      needs
        ? `${found}: found without its value or with one it does not take; see --help`
        : `${found}: not a flag of the benchmark; expected --json --quick --no-limits --rounds --seed --help`,
    );
  }
}

function integer(flag: string, text: string, from: number, to: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) >= from && Number(text) <= to) return Number(text);
  throw new FlagError(`--${flag}: found "${text}", expected a whole number from ${from} to ${to}`);
}

/**
 * @returns undefined when only the help is asked for
 * @throws FlagError
 */
export function parseFlags(argv: readonly string[]): Flags | undefined {
  const values = parse(argv);
  if (values.help) return undefined;
  return {
    json: values.json ?? false,
    quick: values.quick ?? false,
    limits: !values['no-limits'],
    rounds: values.rounds === undefined ? undefined : integer('rounds', values.rounds, 1, ROUNDS_MAX),
    seed: values.seed === undefined ? DEFAULT_SEED : integer('seed', values.seed, 0, SEED_MAX),
  };
}
