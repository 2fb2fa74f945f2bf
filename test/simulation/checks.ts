import type { BookEntry } from '../../agent/kiosk/state.js';
import type { Attempt, State } from '../../relay/payment/types.js';
import { owes } from './oracle.js';
import type { Payment } from './world/acquirer-books.js';
import type { World } from './world.js';

/** How an attempt ended, or did not. */
export type End = State | 'never-heard';

const ends: ReadonlySet<State> = new Set(['delivered', 'declined', 'reversed', 'refused', 'operator', 'doubtful']);

/** Nothing is under way any more. */
export function isQuiet(world: World): boolean {
  for (const attempt of world.database.attempts()) if (!ends.has(attempt.state)) return false;
  return world.kiosks.every(({ life, name }) => {
    if (!life?.link.up) return false;
    const { closed, attempt, books } = life.kiosk.loop.state;
    if (closed.length > 0 || attempt) return false;
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
  const alarmed = new Set(database.alarms().map((alarm) => alarm.attempt));
  const rows = new Map<string, Attempt>();
  for (const attempt of database.attempts()) {
    rows.set(attempt.id, attempt);
    // A tombstone is no attempt of anybody, unless a kiosk began it.
    if (attempt.money !== null || oracle.attempts.get(attempt.id)?.order !== undefined) count(attempt.state);
    checkRow(world, attempt, books.find(attempt.id, timeline.now), alarmed);
  }
  for (const payment of books.all()) {
    books.find(payment.requestId, timeline.now);
    if (!rows.has(payment.requestId))
      oracle.violate(
        'reconciliation',
        'charged-not-known: the acquirer has a payment, the ledger has none',
        payment.requestId,
      );
  }
  for (const [id, facts] of oracle.attempts) {
    world.witness.checkTold(id, rows.get(id));
    if (rows.has(id)) continue;
    count('never-heard');
    if (facts.vendBegun) oracle.violate('reconciliation', 'vended, and the ledger has no attempt', id);
  }
  checkKiosks(world);
  return counts;
}

function checkRow(
  { oracle }: World,
  row: Attempt,
  payment: Payment | undefined,
  alarmed: ReadonlySet<string | null>,
): void {
  const facts = oracle.attempts.get(row.id);
  const goods = facts?.goodsOut === true;
  const { id, state } = row;
  if (!ends.has(state)) {
    oracle.violate(state === 'reversing' ? 'L2' : 'L1', `it is still ${state}`, id);
    return;
  }
  if ((state === 'operator' || state === 'doubtful') && !alarmed.has(id))
    oracle.violate('L2', `${state}, and nobody was called`, id);
  if (state === 'operator' || state === 'doubtful') return;
  if (goods && state !== 'delivered') oracle.violate('S7', `goods are out and the attempt ended ${state}`, id);
  if (state === 'delivered') checkDelivered({ oracle, row, payment, goods });
  else if (owes(payment))
    oracle.violate(state === 'declined' ? 'S9' : 'S6', `it ended ${state} and the customer is charged`, id);
}

function checkDelivered(known: {
  oracle: World['oracle'];
  row: Attempt;
  payment: Payment | undefined;
  goods: boolean;
}): void {
  const { oracle, row, payment, goods } = known;
  const { id, money } = row;
  if (!goods) oracle.violate('S6', 'called delivered, and nothing came out', id);
  if (!payment || payment.charged !== money?.amount || payment.currency !== money.currency)
    oracle.violate('S8', `delivered for ${money?.amount}, and ${payment?.charged ?? 0} was charged`, id);
  if (payment && payment.returned > 0) oracle.violate('S7', 'delivered, and money went back', id);
}

/** L1 and L3, as the kiosks see it. */
function checkKiosks({ kiosks, oracle, database, twice }: World): void {
  for (const { life, name } of kiosks) {
    if (!life) {
      oracle.violate('L1', 'the kiosk does not come back', undefined, name);
      continue;
    }
    const { closed, attempt, books, memory } = life.kiosk.loop.state;
    if (closed.length > 0) oracle.violate('L1', `out of service: ${closed.join(', ')}`, undefined, name);
    if (attempt) oracle.violate('L1', `still ${attempt.phase} at the kiosk`, attempt.id);
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
