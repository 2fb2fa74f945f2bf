import type { Currency } from '../../protocol/money.js';
import { number, numberOrNull, text } from '../ledger/columns.js';
import type { LedgerTransaction, StepRecord } from '../ledger/contract.js';
import type { Database, Queries, Row, Transaction, Value } from '../ledger/database.js';
import { ledgerTransaction } from '../ledger/sql-ledger.js';
import type { LinkKey, LinkLease, Links, LinkTransaction, StoredLink } from './contract.js';
import { fixedColumns, linkFromRow, progressColumns } from './rows.js';
import type { WalletLink } from './types.js';

/** The table `wallet_link` on SQL. */
export class SqlLinks implements Links {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  transaction<T>(work: (tx: LedgerTransaction, links: LinkTransaction) => Promise<T>): Promise<T> {
    return this.#db.transaction((tx) => work(ledgerTransaction(tx), linksIn(tx)));
  }

  load(id: string): Promise<WalletLink | undefined> {
    return loadLink(this.#db, id);
  }

  async ofSession(sessions: readonly string[]): Promise<WalletLink[]> {
    const rows = await this.#db.query(
      `SELECT * FROM wallet_link WHERE session = ANY (string_to_array($1, ',')) ORDER BY created_at DESC, id`,
      [sessions.join(',')],
    );
    return rows.map(linkFromRow);
  }

  async claimDue(owner: string, now: number, until: number, limit: number): Promise<string[]> {
    const rows = await this.#db.query(
      `UPDATE wallet_link SET lease_owner = $1, lease_until = $3 WHERE id IN (
         SELECT id FROM wallet_link WHERE next_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
         ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [owner, now, until, limit],
    );
    return rows.map((row) => text(row['id']));
  }

  async nextDue(now: number, end: number): Promise<number | null> {
    const [row] = await this.#db.query(
      'SELECT min(next_at) AS at FROM wallet_link WHERE next_at > $1 AND next_at < $2',
      [now, end],
    );
    return numberOrNull(row?.['at']);
  }

  async release(id: string, owner: string): Promise<void> {
    await this.#db.query(
      'UPDATE wallet_link SET lease_owner = NULL, lease_until = NULL WHERE id = $1 AND lease_owner = $2',
      [id, owner],
    );
  }

  async releaseAll(owner: string): Promise<number> {
    const rows = await this.#db.query(
      `UPDATE wallet_link SET lease_owner = NULL, lease_until = NULL
       WHERE id IN (SELECT id FROM wallet_link WHERE lease_owner = $1 ORDER BY id FOR UPDATE) RETURNING id`,
      [owner],
    );
    return rows.length;
  }
}

export async function loadLink(q: Queries, id: string): Promise<WalletLink | undefined> {
  const [row] = await q.query('SELECT * FROM wallet_link WHERE id = $1', [id]);
  return row && linkFromRow(row);
}

/** For people. `kiosk` and `states` narrow; newest first. */
export async function listLinks(
  q: Queries,
  { kiosk, states, limit }: { readonly kiosk?: string; readonly states?: readonly string[]; readonly limit: number },
): Promise<WalletLink[]> {
  const rows = await q.query(
    `SELECT * FROM wallet_link WHERE ($1::text IS NULL OR kiosk = $1)
       AND ($2::text IS NULL OR state = ANY (string_to_array($2, ','))) ORDER BY created_at DESC, id LIMIT $3`,
    [kiosk ?? null, states?.join(',') ?? null, limit],
  );
  return rows.map(linkFromRow);
}

/** What happened to it, oldest first. */
export async function eventsOf(q: Queries, link: string): Promise<StepRecord[]> {
  const rows = await q.query('SELECT at, name, detail, ms FROM wallet_link_event WHERE link = $1 ORDER BY id', [link]);
  return rows.map((row) => ({
    at: number(row['at']),
    name: text(row['name']),
    detail: text(row['detail']),
    ms: numberOrNull(row['ms']),
  }));
}

const keyColumns: Readonly<Record<LinkKey, string>> = {
  short: 'short',
  state: 'state_hash',
  first: 'first_hash',
  token: 'token_hash',
  member: 'member',
};

/** The links' part of a transaction that has other tables in it too. */
export const linksIn = (tx: Transaction): LinkTransaction => ({
  insert: (link) => insert(tx, link),
  lock: async (id) => stored(await tx.query('SELECT * FROM wallet_link WHERE id = $1 FOR UPDATE', [id])),
  lockBy: async (key, values) =>
    stored(
      await tx.query(
        `SELECT * FROM wallet_link WHERE ${keyColumns[key]} = ANY (string_to_array($1, ',')) ORDER BY id FOR UPDATE`,
        [values.join(',')],
      ),
    ),
  lockOffered: async (kiosk) =>
    (
      await tx.query(
        `SELECT * FROM wallet_link WHERE kiosk = $1 AND state IN ('offered', 'opened') ORDER BY id FOR UPDATE`,
        [kiosk],
      )
    ).map(storedFromRow),
  save: (link, lease) => save(tx, link, lease),
  addEvents: (link, events) => addEvents(tx, link, events),
  spent: (link, currency, from) => spent(tx, link, currency, from),
});

const storedFromRow = (row: Row): StoredLink => ({ link: linkFromRow(row), version: number(row['version']) });
const stored = ([row]: readonly Row[]): StoredLink | undefined => row && storedFromRow(row);

async function insert(tx: Transaction, link: WalletLink): Promise<boolean> {
  const columns = [...fixedColumns, ...progressColumns];
  const rows = await tx.query(
    `INSERT INTO wallet_link (${columns.map(([name]) => name).join(', ')})
     VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')}) ON CONFLICT DO NOTHING RETURNING id`,
    columns.map(([, value]) => value(link)),
  );
  return rows.length === 1;
}

const progress = progressColumns.map(([name], i) => `, ${name} = $${i + 3}`).join('');
const leaseAt = progressColumns.length + 3;
/** Of `owner`, if it holds the link; another's is left alone. */
const leased = `, lease_owner = CASE WHEN lease_owner = $${leaseAt} AND $${leaseAt + 1}::bigint IS NULL THEN NULL
    ELSE lease_owner END,
  lease_until = CASE WHEN lease_owner = $${leaseAt} THEN $${leaseAt + 1}::bigint ELSE lease_until END`;

async function save(tx: Transaction, { link, version }: StoredLink, lease: LinkLease | undefined): Promise<void> {
  const values: Value[] = [link.id, version, ...progressColumns.map(([, value]) => value(link))];
  if (lease) values.push(lease.owner, lease.until);
  const rows = await tx.query(
    `UPDATE wallet_link SET version = version + 1${progress}${lease ? leased : ''}
     WHERE id = $1 AND version = $2 RETURNING id`,
    values,
  );
  if (rows.length !== 1) throw new Error(`link ${link.id}: its row changed under its lock`);
}

async function addEvents(tx: Transaction, link: string, events: readonly StepRecord[]): Promise<void> {
  if (events.length === 0) return;
  const places = events.map((_, i) => `($1, $${4 * i + 2}, $${4 * i + 3}, $${4 * i + 4}, $${4 * i + 5})`);
  await tx.query(`INSERT INTO wallet_link_event (link, at, name, detail, ms) VALUES ${places.join(', ')}`, [
    link,
    ...events.flatMap(({ at, name, detail, ms }) => [at, name, detail, ms]),
  ]);
}

async function spent(tx: Transaction, link: string, currency: Currency, from: number): Promise<number> {
  const [row] = await tx.query(
    `SELECT coalesce(sum(amount), 0)::bigint AS spent FROM attempt
     WHERE link = $1 AND currency = $2 AND created_at >= $3 AND state NOT IN ('declined', 'refused', 'reversed')`,
    [link, currency, from],
  );
  return number(row?.['spent']);
}
