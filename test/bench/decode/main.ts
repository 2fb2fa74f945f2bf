import { allocated } from '../allocation.js';
import { thisMachine } from '../machine.js';
import { seeded } from '../random.js';
import { type Race, runRaces } from '../rounds.js';
import { type Allocations, growthOf, limitsOf, rowsOf, worstOf } from './findings.js';
import { FlagError, type Flags, HELP, parseFlags } from './flags.js';
import { FRAMING, makePlan } from './plan.js';
import { POOL_CODES } from './pools.js';
import { type Report, reportText } from './report.js';

/** npm run bench:decode. What it measures and how to read it: test/bench/README.md. */

const full = { rounds: 101, turnMs: 1, allocationCodes: 20_000, tries: 5 };
const quick = { rounds: 9, turnMs: 0.5, allocationCodes: 5_000, tries: 3 };
const NS_PER_MS = 1e6;

const clock = (): number => Number(process.hrtime.bigint());

async function allocationsOf(races: readonly Race[], collect: () => void, pace: typeof full): Promise<Allocations> {
  const found = new Map<string, Map<string, Awaited<ReturnType<typeof allocated>>>>();
  for (const race of races) {
    const inRace = new Map<string, Awaited<ReturnType<typeof allocated>>>();
    found.set(race.name, inRace);
    for (const contender of race.contenders) {
      inRace.set(
        contender.name,
        await allocated(contender, { codes: pace.allocationCodes, tries: pace.tries, collect }),
      );
    }
  }
  return found;
}

async function measure(flags: Flags, collect: () => void): Promise<Report> {
  const began = clock();
  const machine = thisMachine();
  const pace = flags.quick ? quick : full;
  const rounds = flags.rounds ?? pace.rounds;
  const random = seeded(flags.seed);
  const plan = makePlan(random);
  const main = [...plan.main, ...plan.afterLastByte];
  const times = runRaces([...main, ...plan.lengths], { rounds, turnNs: pace.turnMs * NS_PER_MS, clock, random });
  const rows = rowsOf(main, times, await allocationsOf(main, collect, pace));
  const growth = growthOf(plan.lengths, times, [FRAMING]);
  const worst = worstOf(plan.lengths, times, [FRAMING]);
  return {
    benchmark: 'decode',
    machine,
    settings: { quick: flags.quick, rounds, turnMs: pace.turnMs, seed: flags.seed, pool: POOL_CODES },
    tookMs: Math.round((clock() - began) / NS_PER_MS),
    rows,
    growth,
    worst,
    limits: limitsOf(rows, growth, worst),
  };
}

async function main(argv: readonly string[]): Promise<number> {
  const flags = parseFlags(argv);
  if (flags === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const collect = globalThis.gc;
  if (collect === undefined) throw new FlagError('--expose-gc: not given to node; use npm run bench:decode');
  const report = await measure(flags, collect);
  process.stdout.write(flags.json ? `${JSON.stringify(report, undefined, 1)}\n` : reportText(report));
  return flags.limits && report.limits.some((limit) => !limit.holds) ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof FlagError ? 2 : 1;
}
