import type { SandboxControl } from '../../../deploy/demo/clients.js';
import type { ScenarioName } from '../../../relay/sandbox/scenarios.js';
import { pick, type Random } from '../../bench/random.js';
import { sleep, until } from '../../support/wait.js';
import { Arena, type ArenaOptions, streamOf } from './arena.js';
import { type Books, LedgerReader, readCharges, readJournal } from './books.js';
import { check, type Findings, type Violation } from './check.js';
import type { KioskStand } from './kiosk.js';
import { Search } from './secrecy.js';
import { type Blow, Storm } from './storm.js';
import { storyOf } from './story.js';
import { attemptOf, outcomeOf } from './witness.js';

export type ChaosOptions = Omit<ArenaOptions, 'kiosks' | 'relays'> & {
  readonly payments: number;
  readonly kiosks?: number;
  readonly relays?: number;
  /** The storm ends by then, with fewer payments: a machine that is too slow shall still hear what was found. */
  readonly stormMs?: number;
  /** Told every few seconds. */
  readonly onProgress?: (text: string) => void;
};

export type ChaosResult = Pick<Findings, 'sums' | 'differences'> & {
  readonly seed: number;
  readonly payments: number;
  readonly violations: readonly Violation[];
  readonly stories: readonly string[];
  /** Attempts by their end in the relay's ledger. */
  readonly ends: Readonly<Record<string, number>>;
  readonly scenarios: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Counted by the programs themselves: an event that no state expects. */
  readonly unexpected: Readonly<Record<string, number>>;
  readonly handedOut: number;
  readonly starts: { readonly agents: number; readonly relays: number };
  readonly ms: { readonly storm: number; readonly settle: number; readonly all: number };
};

/** How often the acquirer plays what, in parts of their sum. */
const mix: Readonly<Partial<Record<ScenarioName, number>>> = {
  approve: 50,
  password: 8,
  'password-timeout': 2,
  decline: 8,
  'expired-code': 3,
  'lost-answer': 8,
  'lost-request': 4,
  'acquirer-silent': 2,
  'late-success': 4,
  'wrong-amount': 4,
  'bad-signature': 2,
  html: 2,
  'wrong-currency': 2,
};
const scenarioDeck = Object.entries(mix).flatMap(([name, parts]) => Array<string>(parts).fill(name));

const PROGRESS_MS = 15_000;
/** The slowest attempt of all, a silent acquirer's, needs about 8 s to reach the operator. */
const SETTLE_WITHIN_MS = 90_000;
/** Longer than two of a kiosk's waits before it tells a report again. */
const LAST_ACK_MS = 1_500;
const CALM_TRIES = 20;
const CALM_WITHIN_MS = 10_000;
const STORIES_MOST = 3;

/** Plays it all; throws only where the run itself could not be done. */
export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const began = performance.now();
  const arena = new Arena({ kiosks: 8, relays: 2, ...options });
  let reader: LedgerReader | undefined;
  try {
    await arena.start();
    const { blows, ms: storm } = await blow(arena, options);
    const healing = performance.now();
    reader = new LedgerReader(arena.database.urlAt(arena.database.port));
    const late = await heal(arena, reader);
    const ms = { storm, settle: Math.round(performance.now() - healing) };
    const books = await readBooks(arena, reader);
    const sales = [...arena.witness.sales.values()];
    const findings = check(books, sales);
    const kept = [...(await arena.retained()), ...(await arena.journals()), ...(await reader.everything())];
    await arena.stopRelays();
    const logs = await arena.logs();
    const leaked = await leaks(arena, [...kept, ...logs]);
    const violations = [...late, ...findings.violations, ...diedAlone(arena), ...leaked];
    const stories = await Promise.all(
      deathsOf(arena)
        .slice(0, STORIES_MOST)
        .map((death) => death.lastWords),
    );
    for (const violation of violations.slice(0, STORIES_MOST)) {
      stories.push(await storyOf(violation, { arena, reader, books, blows }));
    }
    return {
      ...{ seed: options.seed, payments: arena.witness.payments, violations, stories },
      ...{ sums: findings.sums, differences: findings.differences },
      ends: countBy(books.attempts.map((row) => row.state)),
      scenarios: countBy(books.charges.map((charge) => charge.scenario)),
      faults: countBy(blows.map((one) => one.fault)),
      unexpected: unexpected(logs),
      handedOut: sales.reduce((sum, sale) => sum + sale.handedOut, 0),
      starts: { agents: startsOf(arena.agents), relays: startsOf(arena.relays) },
      ms: { ...ms, all: Math.round(performance.now() - began) },
    };
  } finally {
    await reader?.close();
    await arena.stop();
  }
}

const startsOf = (programs: readonly { starts: number }[]): number =>
  programs.reduce((sum, { starts }) => sum + starts, 0);

export function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The storm: every kiosk sells as fast as it can while parts die and connections break. */
async function blow(arena: Arena, options: ChaosOptions): Promise<{ blows: readonly Blow[]; ms: number }> {
  const { payments, seed, onProgress, stormMs = Number.POSITIVE_INFINITY } = options;
  const { agents, relays, broker, database, proxies, witness, control } = arena;
  const scenes = streamOf(seed, 'scenes');
  arena.beforeScan = (stage) => playAny(stage, scenes);
  const acquirerPort = (open: boolean): Promise<unknown> => control.listen(open);
  const weather = {
    random: streamOf(seed, 'storm'),
    agents,
    relays,
    broker,
    database,
    proxies,
    acquirerPort,
    payments: () => witness.payments,
  };
  const storm = new Storm(weather);
  const began = performance.now();
  const tell = (): void => {
    const seconds = Math.round((performance.now() - began) / 1000);
    onProgress?.(`${witness.payments} of ${payments} payments, ${storm.blows.length} faults, ${seconds} s`);
  };
  const timer = setInterval(tell, PROGRESS_MS);
  storm.start();
  try {
    const blows = (): boolean => performance.now() - began < stormMs && storm.broken.length === 0;
    const sell = async (stand: KioskStand): Promise<void> => {
      while (witness.payments < payments && blows()) await stand.serve();
    };
    await Promise.all(arena.stands.map(sell));
  } finally {
    clearInterval(timer);
    await storm.stop();
  }
  if (storm.broken.length > 0) throw new Error('chaos: a fault could not be undone', { cause: storm.broken[0] });
  return { blows: storm.blows, ms: Math.round(performance.now() - began) };
}

const playAny = (control: SandboxControl, random: Random): Promise<unknown> =>
  control.scenario(pick(random, scenarioDeck)).catch(() => {});

/** No more faults: everything comes up by itself, every kiosk sells again, and every attempt ends. */
async function heal(arena: Arena, reader: LedgerReader): Promise<Violation[]> {
  for (const proxy of arena.proxies) proxy.heal();
  await arena.control.listen(true);
  arena.beforeScan = (control) => control.scenario('approve');
  const late: Violation[] = [];
  await arena.inService().catch((error: unknown) => void late.push(stuck('L6', error)));
  if (late.length > 0) return late;
  await Promise.all(arena.stands.map((stand) => sellsAgain(stand, late)));
  const settled = async (): Promise<boolean> => (await reader.open()) === 0;
  await until('every attempt to end and every kiosk to know', settled, SETTLE_WITHIN_MS).catch((error: unknown) => {
    late.push(stuck('L1', error));
  });
  // The last report's Ack may be lost, and the report is told again.
  await sleep(LAST_ACK_MS);
  return late;
}

const stuck = (rule: string, error: unknown): Violation => ({
  rule,
  what: error instanceof Error ? error.message : String(error),
});

async function sellsAgain(stand: KioskStand, late: Violation[]): Promise<void> {
  for (let tries = 0; tries < CALM_TRIES; tries++) {
    const sale = await stand.serve(true);
    if (!sale || attemptOf(sale) === undefined) continue;
    await stand.ended(sale, CALM_WITHIN_MS);
    if (outcomeOf(sale) === 'delivered') return;
  }
  late.push({ rule: 'L6', what: `${stand.name} does not sell again after the storm` });
}

/** The kiosks' journals are read when their agents have ended: a journal has one owner. */
async function readBooks(arena: Arena, reader: LedgerReader): Promise<Books> {
  const [charges, attempts, alarms] = [
    await readCharges(arena.control.base),
    await reader.attempts(),
    await reader.alarms(),
  ];
  await arena.stopAgents();
  const journals = await Promise.all(arena.agents.map(({ name }) => readJournal(arena.folder, name)));
  const [lines, journalFaults] = [journals.flatMap((one) => one.lines), journals.flatMap((one) => one.faults)];
  return { charges, attempts, alarms, journals: lines, journalFaults };
}

const deathsOf = (arena: Arena) => [...arena.agents, ...arena.relays].flatMap(({ deaths }) => deaths);
const diedAlone = (arena: Arena): Violation[] => deathsOf(arena).map(({ what }) => ({ rule: 'process', what }));

type Logs = Awaited<ReturnType<Arena['logs']>>;

/** What the machines met and did not expect, by their own words. */
function unexpected(logs: Logs): Record<string, number> {
  const lines = logs.flatMap(({ bytes }) => bytes.toString('utf8').split('\n'));
  const faults = lines.filter((line) => line.includes('"event":"fault"'));
  return countBy(faults.map((line) => String((JSON.parse(line) as { what?: unknown }).what)));
}

async function leaks(arena: Arena, places: Logs): Promise<Violation[]> {
  const search = new Search(arena.witness.codes, await arena.secrets());
  const found = places.flatMap(({ path, bytes }) => search.bytes(path, bytes));
  return found.map(({ where, what }) => ({ rule: 'S11', what: `${what} in ${where}` }));
}
