import type { Currency, Money } from '../../protocol/money.js';
import { number, numberOrNull, text, textOrNull } from '../ledger/columns.js';
import type { Queries, Row } from '../ledger/database.js';
import type { Finding, State } from '../payment/types.js';
import type { Known, Return } from './types.js';

/**
 * What the ledger has of payments and of money given back. All that reconciliation knows of the ledger's tables is here;
 * every table that holds returns is one line of `returnTables`.
 */

/** Its rows as attempt, id, kind, amount, currency, state, at. */
const returnTables: readonly string[] = [
  'SELECT attempt, id, kind, amount, currency, state, coalesce(ended_at, requested_at) AS at FROM reversal',
  'SELECT attempt, id, kind, amount, currency, state, coalesce(ended_at, requested_at) FROM refund',
];
const returns = returnTables.join(' UNION ALL ');

/** Names of the account in the ledger: an older relay wrote its adapter's. */
export type AccountNames = readonly string[];

const inList = (place: string): string => `(SELECT jsonb_array_elements_text(${place}::text::jsonb))`;

const columns = `id, kiosk, state, finding, paid_seen, amount, currency, acquirer_id, pay_at, changed_at,
  link, confirmed_at`;

/** Of more at once a statement's time would not be enough. */
const AT_ONCE = 5_000;

export async function inChunks<T, R>(
  all: readonly T[],
  work: (chunk: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const found: R[] = [];
  for (let i = 0; i < all.length; i += AT_ONCE) found.push(...(await work(all.slice(i, i + AT_ONCE))));
  return found;
}

/** An attempt is made this long before its money can move, at the most: the longest that config lets a Pay be valid. */
const BEFORE_PAY_MS = 3_600_000;

/** Attempts whose pay left, or whose money went back, within the time; epoch ms. */
export async function attemptsWithin(q: Queries, names: AccountNames, from: number, until: number): Promise<string[]> {
  const rows = await q.query(
    `SELECT id FROM attempt
     WHERE created_at >= $2 AND created_at < $3 AND pay_at IS NOT NULL AND coalesce(account, acquirer) IN ${inList('$1')}
     UNION
     SELECT r.attempt FROM (${returns}) r JOIN attempt a ON a.id = r.attempt
     WHERE r.at >= $4 AND r.at < $3 AND coalesce(a.account, a.acquirer) IN ${inList('$1')}`,
    [JSON.stringify(names), from - BEFORE_PAY_MS, until, from],
  );
  return rows.map((row) => text(row['id']));
}

/** The attempts that refunds are of, by the refunds' ids. */
export async function attemptsOfReturns(q: Queries, ids: readonly string[]): Promise<string[]> {
  return await inChunks(ids, async (chunk) => {
    const rows = await q.query(`SELECT attempt FROM (${returns}) r WHERE id IN ${inList('$1')}`, [
      JSON.stringify(chunk),
    ]);
    return rows.map((row) => text(row['attempt']));
  });
}

/** Those of `ids` that are attempts of the account. */
export async function knownOf(q: Queries, names: AccountNames, ids: readonly string[]): Promise<Known[]> {
  return await inChunks([...new Set(ids)], async (chunk) => {
    const list = JSON.stringify(chunk);
    const rows = await q.query(
      `SELECT ${columns} FROM attempt WHERE id IN ${inList('$1')} AND coalesce(account, acquirer) IN ${inList('$2')}`,
      [list, JSON.stringify(names)],
    );
    const back = await q.query(`SELECT * FROM (${returns}) r WHERE attempt IN ${inList('$1')}`, [list]);
    const byAttempt = new Map<string, Return[]>();
    for (const row of back) {
      const attempt = text(row['attempt']);
      byAttempt.set(attempt, [...(byAttempt.get(attempt) ?? []), returnOf(row)]);
    }
    return rows.map((row) => knownFrom(row, byAttempt.get(text(row['id'])) ?? []));
  });
}

const moneyOf = (row: Row): Money => ({ amount: number(row['amount']), currency: text(row['currency']) as Currency });

const returnOf = (row: Row): Return => ({
  id: text(row['id']),
  kind: text(row['kind']) as Return['kind'],
  money: moneyOf(row),
  state: text(row['state']) as Return['state'],
  at: number(row['at']),
});

const knownFrom = (row: Row, returned: readonly Return[]): Known => ({
  attempt: text(row['id']),
  kiosk: text(row['kiosk']),
  state: text(row['state']) as State,
  finding: textOrNull(row['finding']) as Finding | null,
  paidSeen: row['paid_seen'] === true,
  money: row['amount'] === null ? null : moneyOf(row),
  acquirerId: textOrNull(row['acquirer_id']),
  paidAt: numberOrNull(row['pay_at']),
  changedAt: number(row['changed_at']),
  link: textOrNull(row['link']),
  pressedAt: numberOrNull(row['confirmed_at']),
  returns: returned,
});
