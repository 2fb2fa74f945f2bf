import { receiptOf } from '../../protocol/ids.js';
import type { Queries } from '../ledger/database.js';
import { attemptsFromRows } from '../ledger/reversals.js';
import { standingOf } from '../link/teller.js';
import { waitsForPress } from '../payment/submitted.js';
import type { Attempt } from '../payment/types.js';
import { refundsOf, reversedOf } from '../refunds/store.js';
import type { Paid } from './desk-contract.js';

/** What linked wallets have paid, for their owner. */

/** Newest first. */
export async function attemptsOfLinks(q: Queries, links: readonly string[], limit: number): Promise<Attempt[]> {
  if (links.length === 0) return [];
  const rows = await q.query(
    `SELECT * FROM attempt WHERE link = ANY (string_to_array($1, ',')) ORDER BY created_at DESC, id LIMIT $2`,
    [links.join(','), limit],
  );
  return await attemptsFromRows(q, rows);
}

/** `nameOf`: the wallet's, for people. */
export async function paidBy(
  q: Queries,
  attempts: readonly Attempt[],
  nameOf: (link: string) => string,
  now: number,
): Promise<Paid[]> {
  const ids = attempts.map(({ id }) => id);
  const [refunds, reversed] = await Promise.all([refundsOf(q, ids), reversedOf(q, ids)]);
  return attempts.flatMap((attempt) => {
    const { id, scannedAt, money, kiosk, link } = attempt;
    if (!money || link === null) return [];
    const back = (refunds.get(id) ?? []).filter(({ state }) => state === 'confirmed');
    const byPeople = back.reduce((sum, refund) => sum + refund.money.amount, 0);
    const returned = byPeople + (reversed.get(id)?.confirmed ?? 0);
    // The worker is about to write the same.
    const isTooLate = waitsForPress(attempt) && now > attempt.payUntil;
    const standing = isTooLate ? 'declined' : standingOf(attempt);
    return [
      {
        ...{ attempt: id, at: scannedAt, money, kiosk, wallet: nameOf(link) },
        standing,
        returned,
        receipt: receiptOf(id),
      },
    ];
  });
}
