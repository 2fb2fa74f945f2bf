import type { BookEntry } from '../../agent/kiosk/state.js';
import type { AlarmKind, Attempt, State } from '../../relay/payment/types.js';
import { checkJournal, checkRow } from './books.js';
import { isUnderWay } from './link-witness.js';
import { EPOCH_MS } from './world/epoch.js';
import type { World } from './world.js';

/** How an attempt ended, or did not. */
export type End = State | 'never-heard';

const ends: ReadonlySet<State> = new Set(['delivered', 'declined', 'reversed', 'refused', 'operator', 'doubtful']);

/** Nothing is under way any more. */
export function isQuiet(world: World): boolean {
  for (const attempt of world.database.attempts()) if (!ends.has(attempt.state)) return false;
  for (const link of world.database.links()) if (isUnderWay(link)) return false;
  return world.kiosks.every(({ life, name }) => {
    if (!life?.link.up) return false;
    const { closed, attempt, link, books } = life.kiosk.loop.state;
    if (closed.length > 0 || attempt || link) return false;
    // Two devices of one journal may take note of an end for each other, and nobody can tell them apart.
    return Object.values(books).every((entry) => entry.closed && (entry.ended || world.twice.has(name)));
  });
}

/**
 * After healing: the liveness predicates, and acquirer's ledger = relay's ledger = what the kiosks know and what came out of
 * the machines. Every difference is typed; what no type explains is a violation.
 */
export function checkEnd(world: World): Record<string, number> {
  const { oracle, books, database, timeline } = world;
  const counts: Record<string, number> = {};
  const count = (end: End): void => {
    counts[end] = (counts[end] ?? 0) + 1;
  };
  const alarms = alarmsOf(world);
  const rows = new Map<string, Attempt>();
  for (const attempt of database.attempts()) {
    const { id, state } = attempt;
    rows.set(id, attempt);
    // A tombstone is no attempt of anybody, unless a kiosk began it.
    if (attempt.money !== null || oracle.attempts.get(id)?.order !== undefined) count(state);
    const payment = books.find(id, timeline.now);
    if (!ends.has(state)) oracle.violate(state === 'reversing' ? 'L2' : 'L1', `it is still ${state}`, id);
    else checkRow(world, { row: attempt, facts: oracle.attempts.get(id), payment, alarms: alarms.get(id) ?? [] });
  }
  checkAcquirer(world, rows);
  world.linkWitness.checkEnd(database.links(), EPOCH_MS + timeline.now);
  for (const [id, facts] of oracle.attempts) {
    world.witness.checkTold(id, rows.get(id), facts.byPolicy === 'reverse' && facts.goodsOut);
    if (rows.has(id)) continue;
    count('never-heard');
    if (facts.vendBegun) oracle.violate('reconciliation', 'vended, and the ledger has no attempt', id);
  }
  checkKiosks(world);
  for (const kiosk of world.kiosks) checkJournal(world, kiosk);
  if (world.secrecy.reads)
    world.secrecy.read(
      'the ledger',
      Buffer.from(JSON.stringify([...rows.values(), ...database.links(), ...database.alarms()])),
    );
  return counts;
}

/** Nothing is charged that the ledger does not know. */
function checkAcquirer({ oracle, books, timeline }: World, rows: ReadonlyMap<string, Attempt>): void {
  for (const { requestId } of books.all()) {
    books.find(requestId, timeline.now);
    if (rows.has(requestId)) continue;
    const text = 'charged-not-known: the acquirer has a payment, the ledger has none';
    oracle.violate('reconciliation', text, requestId);
  }
}

function alarmsOf({ database }: World): Map<string, AlarmKind[]> {
  const alarms = new Map<string, AlarmKind[]>();
  for (const { attempt, kind } of database.alarms()) {
    if (attempt === null) continue;
    const known = alarms.get(attempt);
    if (known) known.push(kind);
    else alarms.set(attempt, [kind]);
  }
  return alarms;
}

/** L1 and L3, as the kiosks see it. */
function checkKiosks({ kiosks, oracle, database, twice }: World): void {
  for (const { life, name } of kiosks) {
    if (!life) {
      oracle.violate('L1', 'the kiosk does not come back', undefined, name);
      continue;
    }
    const { closed, attempt, link, books, memory } = life.kiosk.loop.state;
    if (closed.length > 0) oracle.violate('L1', `out of service: ${closed.join(', ')}`, undefined, name);
    if (attempt) oracle.violate('L1', `still ${attempt.phase} at the kiosk`, attempt.id);
    if (link) oracle.violate('W6', `a link is still ${link.stage} on the display`, undefined, name);
    for (const entry of Object.values(books)) {
      if (!entry.closed)
        oracle.violate('L3', `its report (${entry.delivery ?? 'open'}) was never acknowledged`, entry.attempt);
      else if (!entry.ended && !twice.has(name))
        oracle.violate('L3', 'the kiosk app was never told its end', entry.attempt);
    }
    checkMemory(oracle, Object.values(memory), (id) => database.attempt(id)?.state);
  }
}

/** Definite reports override doubtful (rule 12): none that was acknowledged is lost. */
function checkMemory(
  oracle: World['oracle'],
  told: readonly BookEntry[],
  stateOf: (id: string) => State | undefined,
): void {
  for (const { attempt, delivery } of told) {
    if (delivery !== undefined && delivery !== 'doubtful' && stateOf(attempt) === 'doubtful')
      oracle.violate('L3', `the kiosk has reported ${delivery}, and the ledger still calls it doubtful`, attempt);
  }
}
