import { parseArgs } from 'node:util';
import { type Market, markets } from './oracle.js';

/** A flag that cannot be used. The message names the flag, what was found and what to write instead. */
export class FlagError extends Error {
  override name = 'FlagError';
}

export type Flags = { readonly count: number; readonly seed: number; readonly market?: Market };

const DEFAULT_COUNT = 10_000_000;
const COUNT_MAX = 1e12;
const SEED_MAX = 2 ** 32 - 1;

export const HELP = `Puts changed codes before the decoder and compares each verdict with that of another implementation.

  npm run -s fuzz:decode -- [--count N] [--seed N] [--market M]

  --count N    how many inputs, such as 10000000 or 1e7 (default 1e7)
  --seed N     which inputs, 0 to ${SEED_MAX} (default: from the clock; the last line tells it)
  --market M   only as in this market: ${markets.join(', ')} (default: one after the other)
  --help       this text

Exit: 0 when no input shows a fault, 1 when one does or a long run does not reach every reason, 2 for a wrong flag.
`;

function parse(argv: readonly string[]) {
  const options = { count: { type: 'string' }, seed: { type: 'string' }, market: { type: 'string' } } as const;
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    const found = /'([^']*)'/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'an argument';
    throw new FlagError(
      (error as { code?: string }).code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'
        ? `${found}: found without its value or with one it does not take; see --help`
        : `${found}: not a flag of the fuzz; expected --count, --seed, --market or --help`,
    );
  }
}

function integer(flag: string, text: string, from: number, to: number): number {
  const number = /^\d+(e\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= from && number <= to) return number;
  throw new FlagError(`--${flag}: found "${text}", expected a whole number from ${from} to ${to}`);
}

function marketOf(text: string): Market {
  const market = markets.find((m) => m === text);
  if (market) return market;
  throw new FlagError(`--market: found "${text}", expected one of ${markets.join(', ')}`);
}

/**
 * @param clockSeed the seed when none is given
 * @returns undefined when only the help is asked for
 * @throws FlagError
 */
export function parseFlags(argv: readonly string[], clockSeed: number): Flags | undefined {
  const values = parse(argv);
  if (values.help) return undefined;
  return {
    count: values.count === undefined ? DEFAULT_COUNT : integer('count', values.count, 1, COUNT_MAX),
    seed: values.seed === undefined ? clockSeed >>> 0 : integer('seed', values.seed, 0, SEED_MAX),
    ...(values.market === undefined ? {} : { market: marketOf(values.market) }),
  };
}
