import { readPast } from '../../agent/journal/replay.js';
import { pastsOf, readSegments } from '../../agent/journal/segments.js';
import type { AlarmKind, Attempt, Reversal, State } from '../../relay/payment/types.js';
import { type AttemptFacts, owes } from './oracle.js';
import type { Payment } from './world/acquirer-books.js';
import type { SimulatedKiosk } from './world/kiosk.js';
import type { World } from './world.js';

/** The reconciliation at the end, attempt by attempt: acquirer's ledger, relays' ledger, kiosks' journals, goods. */

/** All that is known of one attempt, side by side. */
export type Case = {
  readonly row: Attempt;
  readonly facts: AttemptFacts | undefined;
  readonly payment: Payment | undefined;
  readonly alarms: readonly AlarmKind[];
};

/** Any of these calls the person who is meant; another alarm of the same attempt does not. */
const calls: Readonly<Partial<Record<State, readonly AlarmKind[]>>> = {
  doubtful: ['vend-doubtful'],
  operator: ['cancel-unconfirmed', 'cancel-refused', 'refund-unconfirmed', 'refund-failed', 'contradiction'],
};

/** Each of them says that somebody broke what everybody relies on. */
const impossible: ReadonlySet<AlarmKind> = new Set([
  ...(['charged-after-end', 'configuration', 'unknown-attempt', 'foreign-report', 'clock', 'contradiction'] as const),
]);

export function checkRow(world: World, one: Case): void {
  const { oracle } = world;
  const { row, facts, alarms } = one;
  const { id, state } = row;
  const said = (kinds: readonly AlarmKind[] = []): boolean => kinds.some((kind) => alarms.includes(kind));
  if (calls[state] && !said(calls[state])) oracle.violate('L2', `${state}, and nobody was called for that`, id);
  if (facts?.byPolicy && !said(calls.doubtful))
    oracle.violate('L2', 'a doubtful vend was settled by policy, and nobody was told', id);
  const strange = alarms.find((kind) => impossible.has(kind) && !(kind === 'contradiction' && mayContradict(one)));
  if (strange && world.isAlone(row.kiosk))
    oracle.violate('reconciliation', `an alarm that nothing in this world explains: ${strange}`, id);
  if (state === 'doubtful') checkDoubtful(world, one);
  else if (state === 'operator') checkOperator(world, one);
  else if (state === 'delivered') checkDelivered(world, one);
  else checkGivenBack(world, one);
  checkAmount(world, one);
  checkReversals(world, one);
}

/**
 * A kiosk that finds out tells what the policy, which has settled its doubtful vend, could not know; one whose card lost
 * "failed" says "doubtful" of what has gone to the operator since.
 */
const mayContradict = ({ row, facts }: Case): boolean => facts?.byPolicy !== undefined || row.state === 'operator';

/** Difference of the type "doubtful": paid in full and kept, and the goods are out or not. */
function checkDoubtful({ oracle }: World, { row, payment }: Case): void {
  const { id, money } = row;
  if (!payment || payment.charged !== money?.amount || payment.returned > 0)
    oracle.violate('reconciliation', 'doubtful, and not paid in full and kept', id);
}

/** Difference of the type "operator": no goods are out, and the money is back or not. */
function checkOperator({ oracle, twice }: World, { row, facts }: Case): void {
  if (facts?.goodsOut && !facts.byPolicy && !twice.has(row.kiosk))
    oracle.violate('S7', 'goods are out, and the operator is to give the money back', row.id);
}

function checkGivenBack({ oracle }: World, { row, facts, payment }: Case): void {
  const { id, state } = row;
  // Difference of the type "given back by policy".
  if (facts?.goodsOut && facts.byPolicy !== 'reverse')
    oracle.violate('S7', `goods are out and the attempt ended ${state}`, id);
  if (owes(payment))
    oracle.violate(state === 'declined' ? 'S9' : 'S6', `it ended ${state} and the customer is charged`, id);
}

function checkDelivered({ oracle }: World, { row, facts, payment }: Case): void {
  const { id, money } = row;
  // Difference of the type "kept by policy".
  if (!facts?.goodsOut && facts?.byPolicy !== 'keep')
    oracle.violate('S6', 'called delivered, and nothing came out', id);
  if (!payment || payment.charged !== money?.amount || payment.currency !== money.currency)
    oracle.violate('S8', `delivered for ${money?.amount}, and ${payment?.charged ?? 0} was charged`, id);
  if (payment && payment.returned > 0) oracle.violate('S7', 'delivered, and money went back', id);
}

/** S8: whoever heard another amount than was asked has called somebody. */
function checkAmount({ oracle, witness }: World, { row, payment, alarms }: Case): void {
  const { id, money } = row;
  if (!payment || payment.charged === 0 || payment.wallet?.amountUnsaid) return;
  if (payment.charged === money?.amount && payment.currency === money.currency) return;
  if (alarms.includes('wrong-amount') || !witness.heededPaid(id)) return;
  oracle.violate(
    'S8',
    `asked ${money?.amount}, ${payment.charged} was charged and heard of, and nobody was called`,
    id,
  );
}

/** The records of giving money back, against what the acquirer did. */
function checkReversals({ oracle, database }: World, { row, payment }: Case): void {
  const records = database.reversals(row.id);
  const refunds = payment?.refunds;
  if (records.length === 0 && (refunds?.size ?? 0) === 0) return;
  const say = (text: string): void => oracle.violate('reconciliation', text, row.id);
  for (const [id, { amount }] of refunds ?? []) {
    const record = records.find((each) => each.id === id);
    if (record?.kind !== 'refund') say(`refund-not-known: the acquirer has refund ${id}, the ledger has none`);
    else if (record.money.amount !== amount)
      say(`refund ${id} is of ${amount}, the ledger says ${record.money.amount}`);
  }
  for (const record of records) checkReversal(record, payment, say);
  const wanted = row.state === 'reversed' || row.state === 'operator' || row.state === 'declined';
  const live = records.filter(({ state }) => state !== 'failed');
  if (live.length > (wanted ? 1 : 0)) say(`${row.state}, and ${live.length} reversals have not failed`);
}

function checkReversal({ id, kind, state }: Reversal, payment: Payment | undefined, say: (text: string) => void): void {
  if (state === 'confirmed' && owes(payment)) say(`${kind} ${id} is confirmed, and the customer is charged`);
  const there = payment?.refunds.get(id)?.state;
  if (kind === 'refund' && state === 'failed' && there === 'done') say(`refund ${id} has failed, and was made`);
}

/** What the card holds, as the next start would read it, against the ledger. */
export function checkJournal(world: World, kiosk: SimulatedKiosk): void {
  const { oracle, database, twice, secrecy } = world;
  const { disk, name } = kiosk;
  const files = [...disk.files].map(([file, bytes]) => ({ name: file, bytes }));
  for (const file of files) secrecy.read(`${file.name} of ${name}`, file.bytes);
  // A block under way would be read as it is not yet; a disturbed card holds less than it was given, or another's.
  if (disk.busy || disk.disturbed || twice.has(name)) return;
  const records = pastsOf(readSegments(files))[0]?.records ?? [];
  const past = readPast(records);
  for (const { attempt, delivery } of past.attempts) {
    const state = database.attempt(attempt)?.state;
    if (!agree(delivery, state, oracle.attempts.get(attempt)))
      oracle.violate('reconciliation', `the journal says ${delivery}, the ledger ${state}`, attempt, name);
  }
  if (secrecy.reads && JSON.stringify(readPast([...records, ...records])) !== JSON.stringify(past))
    oracle.violate('S10', 'a journal that is read twice says something else', undefined, name);
}

function agree(delivery: string, state: State | undefined, facts: AttemptFacts | undefined): boolean {
  if (facts?.byPolicy) return true;
  if (delivery === 'delivered') return state === 'delivered';
  // Its definite word may have reached the relay and not the card; but once begun, it had been approved.
  if (delivery === 'doubtful') return state !== 'declined' && state !== 'refused';
  return state !== 'delivered' && state !== 'doubtful';
}
