import type { ScenarioName } from '../../relay/sandbox/scenarios.js';
import { pick } from '../bench/random.js';
import type { Programs } from '../support/services.js';
import { sleep, until } from '../support/wait.js';
import { streamOf } from '../system/chaos/arena.js';
import { type AttemptRow, type Books, readCharges } from '../system/chaos/books.js';
import { check, type Findings, type Violation } from '../system/chaos/check.js';
import { attemptOf, outcomeOf, type Sale } from '../system/chaos/witness.js';
import { Arena } from './arena.js';
import { Killer } from './killer.js';
import { type Takeovers, takeoversOf } from './takeovers.js';

export type RelaysOptions = {
  readonly programs: Programs;
  readonly payments: number;
  readonly seed: number;
  readonly relays: number;
  readonly kiosks: number;
  /** One relay is killed this often, ms; 0: never. */
  readonly killEveryMs: number;
  /** Customers stop coming by then, with fewer payments: a machine that is too slow shall still hear what was found; ms. */
  readonly stormMs?: number;
  /** The acquirer approves everything. */
  readonly calm?: boolean;
  /** While customers pay, beside the kills. */
  readonly meanwhile?: (arena: Arena) => Promise<void>;
  readonly onProgress?: (text: string) => void;
};

export type RelaysResult = {
  readonly payments: number;
  readonly lost: number;
  readonly doubled: number;
  /** Attempts by their state in the relay's ledger. */
  readonly ends: Readonly<Record<string, number>>;
  /** Minor units: what the sandbox keeps in the end, and what of it is for goods that went out, and with the operator. */
  readonly sums: Findings['sums'];
  readonly kills: number;
  /** Beats at which only one relay served, which was spared. */
  readonly spared: number;
  readonly takeovers: Takeovers;
  readonly relayStarts: number;
  /** Alarms by kind. */
  readonly alarms: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  readonly seed: number;
  readonly seconds: { readonly storm: number; readonly settle: number };
};

/** How often the acquirer plays what, in parts of their sum. */
const mix: Readonly<Partial<Record<ScenarioName, number>>> = {
  approve: 70,
  password: 6,
  'password-timeout': 1,
  decline: 8,
  'expired-code': 3,
  'lost-answer': 5,
  'lost-request': 2,
  'acquirer-silent': 1,
  'late-success': 2,
  'wrong-amount': 2,
};
const deck = Object.entries(mix).flatMap(([name, parts]) => Array<string>(parts).fill(name));

const PROGRESS_MS = 10_000;
const SETTLE_WITHIN_MS = 120_000;

/** Plays it all; throws only where the run itself could not be done. */
export async function runRelays(options: RelaysOptions): Promise<RelaysResult> {
  const { programs, payments, seed, relays, kiosks } = options;
  const arena = new Arena({ programs, relays, kiosks, seed });
  try {
    await arena.start();
    const killer = new Killer(arena.relays, streamOf(seed, 'killer'));
    const began = performance.now();
    await storm(arena, killer, options);
    const calm = performance.now();
    await arena.relaysUp();
    const late = await settle(arena);
    const ended = performance.now();
    const sales = [...arena.witness.sales.values()];
    const books = await booksOf(arena);
    const { violations, sums } = check(books, sales);
    const lost = lostOf(sales, books.attempts, arena);
    const lines = await arena.relayLines();
    const result = {
      payments: arena.witness.payments,
      lost: lost.length,
      doubled: violations.filter(({ rule }) => doubling.has(rule)).length,
      ends: countBy(books.attempts.map(({ state }) => state)),
      sums,
      kills: killer.deaths.length,
      spared: killer.spared,
      takeovers: takeoversOf(killer.deaths, lines),
      relayStarts: arena.relays.reduce((sum, { starts }) => sum + starts, 0),
      alarms: countBy(books.alarms.map(({ kind }) => kind)),
      violations: [...late, ...violations, ...lost, ...diedAlone(arena)],
      seed,
      seconds: { storm: Math.round((calm - began) / 1_000), settle: Math.round((ended - calm) / 1_000) },
    };
    // Also where the machine was too slow: what was not played was not shown.
    return payments > result.payments ? { ...result, violations: [...result.violations, tooFew(result)] } : result;
  } finally {
    await arena.stop();
  }
}

/** Rules of `check` that say: charged or handed out more than once. */
const doubling: ReadonlySet<string> = new Set(['S1', 'S2', 'S5']);

const tooFew = ({ payments }: { payments: number }): Violation => ({ rule: 'run', what: `only ${payments} payments` });

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

async function storm(arena: Arena, killer: Killer, options: RelaysOptions): Promise<void> {
  const { payments, killEveryMs, onProgress, seed, meanwhile, calm } = options;
  const scenes = streamOf(seed, 'scenes');
  const scenario = (): string => (calm ? 'approve' : pick(scenes, deck));
  arena.beforeScan = () => arena.control.scenario(scenario()).catch(() => {});
  const end = performance.now() + (options.stormMs ?? Number.POSITIVE_INFINITY);
  const tell = setInterval(() => {
    onProgress?.(`${arena.witness.payments} of ${payments} payments, ${killer.deaths.length} kills`);
  }, PROGRESS_MS);
  if (killEveryMs > 0) killer.start(killEveryMs);
  try {
    let meanwhileDone = meanwhile === undefined;
    const other = meanwhile?.(arena).finally(() => {
      meanwhileDone = true;
    });
    const sell = async (kiosk: Arena['kiosks'][number]): Promise<void> => {
      while (performance.now() < end && (arena.witness.payments < payments || !meanwhileDone)) await kiosk.serve();
    };
    await Promise.all([...arena.kiosks.map(sell), other]);
  } finally {
    killer.stop();
    clearInterval(tell);
  }
}

/** No more deaths: every attempt ends, and every kiosk knows of it. */
async function settle(arena: Arena): Promise<Violation[]> {
  const quiet = async (): Promise<boolean> =>
    (await arena.reader.open()) === 0 && arena.kiosks.every((kiosk) => kiosk.unsettled === 0);
  try {
    await until('every attempt to end and every kiosk to know', quiet, SETTLE_WITHIN_MS);
  } catch (error) {
    return [{ rule: 'L1', what: error instanceof Error ? error.message : String(error) }];
  }
  // The last Ack may still be on its way.
  await sleep(500);
  return [];
}

async function booksOf(arena: Arena): Promise<Books> {
  const [charges, attempts, alarms] = [
    await readCharges(arena.control.base),
    await arena.reader.attempts(),
    await arena.reader.alarms(),
  ];
  return { charges, attempts, alarms, journals: arena.kiosks.flatMap((k) => k.journal()), journalFaults: [] };
}

const ended: ReadonlySet<string> = new Set(['delivered', 'declined', 'reversed', 'refused', 'operator', 'doubtful']);

/** Asked by a kiosk, and without an end that both know. */
function lostOf(sales: readonly Sale[], rows: readonly AttemptRow[], arena: Arena): Violation[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const lost: Violation[] = [];
  for (const sale of sales) {
    const attempt = attemptOf(sale);
    if (attempt === undefined) continue;
    const row = byId.get(attempt);
    if (!row || !ended.has(row.state)) lost.push({ rule: 'lost', what: `the ledger says ${row?.state}`, attempt });
    else if (outcomeOf(sale) === undefined) lost.push({ rule: 'lost', what: 'the kiosk was told no end', attempt });
  }
  const open = arena.kiosks.filter(({ unsettled }) => unsettled > 0).map(({ name }) => name);
  return [...lost, ...open.map((name) => ({ rule: 'lost', what: `${name} still waits for the relay` }))];
}

const diedAlone = ({ relays }: Arena): Violation[] =>
  relays.flatMap(({ deaths }) => deaths.map(({ what }) => ({ rule: 'process', what })));
