import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Arena, shippedTimes } from '../../relays/arena.js';
import { findPrograms, type Programs } from '../../support/services.js';
import { thisMachine } from '../machine.js';
import { significant } from '../statistics.js';
import { table } from '../table.js';
import { bareLoop } from './bare.js';
import { crowd, crowdNames } from './crowd.js';
import { addedBy, load, quantileOf } from './load.js';
import { pgbench } from './pgbench.js';
import { sizes } from './rows.js';

/** npm run bench:relay. What is measured and how to read it: test/bench/README.md. */

const WRONG_USE = 2;
const HELP = `npm run -s bench:relay -- [flags]

A relay beside a bare loop that does only what cannot be left out, on services of its own (Mosquitto, PostgreSQL).
  --seconds N     of each measure (10)
  --kiosks N      that sell (64)
  --crowd N       that are only connected (10000)
  --rows N        the largest ledger (10000000; loading takes minutes and 5 GB)
  --json          one JSON document
  --no-limits     exit 0 whatever comes out
  --help          this
`;

type Flags = { readonly seconds: number; readonly kiosks: number; readonly crowd: number; readonly rows: number };

async function measure(programs: Programs, flags: Flags) {
  const folder = await mkdtemp(join(tmpdir(), 'quietzone-bench-'));
  const arena = new Arena({
    ...{ programs, relays: 1, kiosks: flags.kiosks, seed: 1, times: shippedTimes },
    moreKiosks: crowdNames(flags.crowd),
  });
  try {
    await arena.start();
    const url = arena.database.urlAt(arena.database.port);
    // Warm: compiled, connected, planned.
    await load(arena, Math.min(5, flags.seconds));
    const bare = await bareLoop(url, flags.seconds);
    const relay = await load(arena, flags.seconds);
    const bareAgain = await bareLoop(url, flags.seconds);
    const commits = await pgbench(programs, url, folder, flags.seconds);
    const before = await addedBy(arena);
    const half = await load(arena, flags.seconds, relay.perSecond / 2);
    const added = {
      p50: quantileOf(before, await addedBy(arena), 0.5),
      p99: quantileOf(before, await addedBy(arena), 0.99),
    };
    const many = await crowd(arena, flags.crowd);
    await Promise.all(arena.kiosks.map((kiosk) => kiosk.stop()));
    await Promise.all(arena.relays.map((one) => one.stop()));
    const steps = [1e3, 1e4, 1e5, 1e6, 1e7].filter((rows) => rows <= flags.rows);
    const ledger = await sizes(url, steps);
    const bareCore = (bare.perCore + bareAgain.perCore) / 2;
    return {
      machine: thisMachine(),
      bare: bareCore,
      relay,
      ofBare: relay.perCore / bareCore,
      pgbench: commits ?? null,
      ofPgbench: commits === undefined ? null : relay.perSecond / commits,
      half: { perSecond: half.perSecond, addedMs: added },
      crowd: many,
      ...ledger,
    };
  } finally {
    await arena.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Measured = Awaited<ReturnType<typeof measure>>;

/** Each limit of the issue, with what was found. */
function limitsOf(m: Measured) {
  const costs = m.sizes.map(({ msPerPayment }) => msPerPayment);
  const [first = 1, last = first] = [costs[0], costs.at(-1)];
  return [
    { limit: 'at least half of the bare loop, on one core', found: significant(m.ofBare), holds: m.ofBare >= 0.5 },
    { limit: 'added at half load, p99 ≤ 20 ms', found: m.half.addedMs.p99, holds: m.half.addedMs.p99 <= 20 },
    {
      limit: `${m.crowd.kiosks} connected kiosks, the most it ever had < 400 MB`,
      found: significant(m.crowd.peakMb),
      holds: m.crowd.peakMb < 400,
    },
    { limit: 'cost flat over rows (≤ 1.5 ×)', found: significant(last / first), holds: last / first <= 1.5 },
    {
      limit: 'no plan reads a whole table',
      found: m.plans.filter((p) => p.readsAll).length,
      holds: !m.plans.some((p) => p.readsAll),
    },
  ];
}

function textOf(m: Measured): string {
  const rate = (n: number | null): string => (n === null ? '–' : String(significant(n)));
  const limits = limitsOf(m).map(({ limit, found, holds }) => [
    limit,
    String(found),
    holds ? 'holds' : 'DOES NOT HOLD',
  ]);
  return [
    table(
      ['payments', 'a second on one core', 'a second here'],
      [
        ['bare loop: sign, verify, two commits', rate(m.bare), ''],
        ['relay, whole payments', rate(m.relay.perCore), rate(m.relay.perSecond)],
        ['pgbench, pairs of commits', '', rate(m.pgbench)],
      ],
    ),
    table(
      ['rows in the ledger', 'ms a payment'],
      m.sizes.map((s) => [String(s.rows), rate(s.msPerPayment)]),
    ),
    table(
      ['statement', 'plan'],
      m.plans.map(({ query, plan }) => [query, plan]),
      2,
    ),
    table(['limit', 'found', ''], limits),
  ].join('\n\n');
}

function flagsOf(args: readonly string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seconds: text('10'), kiosks: text('64'), crowd: text('10000'), rows: text('10000000') },
      ...{ json: flag, 'no-limits': flag, help: flag },
    },
  });
  const [seconds = 0, kiosks = 0, crowd = 0, rows = 0] = (['seconds', 'kiosks', 'crowd', 'rows'] as const).map(
    (name) => {
      if (!/^[1-9]\d{0,8}$/.test(values[name]))
        throw new RangeError(`--${name}: found "${values[name]}", expected a number`);
      return Number(values[name]);
    },
  );
  return { seconds, kiosks, crowd, rows, json: values.json, noLimits: values['no-limits'], help: values.help };
}

async function main(): Promise<number> {
  let flags: ReturnType<typeof flagsOf>;
  try {
    flags = flagsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`bench:relay: ${error instanceof Error ? error.message : 'wrong use'}; see --help\n`);
    return WRONG_USE;
  }
  if (flags.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const programs = findPrograms();
  if ('missing' in programs) {
    process.stderr.write(`bench:relay: ${programs.missing}\n`);
    return WRONG_USE;
  }
  const measured = await measure(programs, flags);
  const limits = limitsOf(measured);
  process.stdout.write(flags.json ? `${JSON.stringify({ ...measured, limits })}\n` : `${textOf(measured)}\n`);
  return flags.noLimits || limits.every(({ holds }) => holds) ? 0 : 1;
}

process.exitCode = await main();
