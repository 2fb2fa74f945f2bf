import type { Attempt, Reversal } from '../../../relay/payment/types.js';
import { fault } from './rows.js';

/** The table `reversal`, as far as one attempt has rows in it. */

const live = (state: Reversal['state']): boolean => state === 'requested' || state === 'pending';

/** The records after a save of `attempt`. `foreign`: it names another attempt's record. @throws Error where the table's rules forbid it */
export function withReversal(
  was: readonly Reversal[],
  { reversal: r }: Attempt,
  foreign: boolean,
): readonly Reversal[] {
  if (!r) return was;
  const fails = (other: Reversal): boolean => r.kind === 'refund' && other.id !== r.id && live(other.state);
  const before = was.some(fails)
    ? was.map((other): Reversal => (fails(other) ? { ...other, state: 'failed', endedAt: r.requestedAt } : other))
    : was;
  check(r);
  if (foreign) changed();
  const index = before.findIndex((other) => other.id === r.id);
  const old = before[index];
  if (old === r) return before;
  if (old) {
    guard(old, r);
    return before.with(index, r);
  }
  const unique = (name: string): never => fault(`duplicate key value violates unique constraint "${name}"`);
  if (before.some((other) => other.kind === r.kind && other.number === r.number)) {
    unique('reversal_attempt_kind_number_key');
  }
  if (r.state !== 'failed' && before.some((other) => other.state !== 'failed')) unique('reversal_one');
  return [...before, r];
}

function check(r: Reversal): void {
  const of = (what: string): never => fault(`new row for relation "reversal" violates check constraint "${what}"`);
  if (r.money.amount <= 0) of('reversal_amount_check');
  if ((r.endedAt === null) !== live(r.state)) of('reversal_check');
  if (r.number <= 0) of('reversal_number_check');
}

/** The trigger reversal_guard. */
function guard(old: Reversal, r: Reversal): void {
  const asked = old.kind === r.kind && old.number === r.number && old.requestedAt === r.requestedAt;
  if (!asked || old.money.amount !== r.money.amount || old.money.currency !== r.money.currency) changed();
  const same =
    old.state === r.state && old.endedAt === r.endedAt && old.tries === r.tries && old.inquiries === r.inquiries;
  if (!live(old.state) && !same) fault(`reversal: ${old.state} is final (S10)`);
  if (old.state === 'pending' && r.state === 'requested') {
    fault('reversal: what the acquirer has in hand is not requested again');
  }
  if (r.tries < old.tries || r.inquiries < old.inquiries) fault('reversal: tries and inquiries only grow');
}

const changed = (): never => fault('reversal: what was asked never changes (S3)');
