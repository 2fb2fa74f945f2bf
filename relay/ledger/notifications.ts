import type { Currency, Money } from '../../protocol/money.js';
import { number, numberOrNull, text, textOrNull } from './columns.js';
import type { LedgerTransaction } from './contract.js';
import type { Database, Row, Transaction } from './database.js';
import { ledgerTransaction } from './sql-ledger.js';

/** What acquirers have sent by themselves: its own small contract, and the SQL behind it. */

/** What became of it. `unknown-id` is gone through again when it comes again; all others are done with. */
export type NotificationOutcome = 'applied' | 'hint' | 'differs' | 'unknown-id' | 'ignored';

export type NotificationEntry = {
  readonly account: string;
  /** SHA-256 in hex of what makes it this piece of news. */
  readonly dedupe: string;
  readonly kind: 'payment' | 'refund' | 'other';
  readonly subject: string | null;
  readonly attempt: string | null;
  readonly says: string;
  readonly money: Money | null;
  readonly at: number;
};

/** As it is kept; `at` is its first delivery. */
export type NotificationRow = NotificationEntry & {
  readonly id: number;
  readonly outcome: NotificationOutcome;
  readonly times: number;
  readonly lastAt: number;
};

export interface NotificationTransaction {
  /**
   * Records a delivery; another one of the same news waits until this transaction has ended. `before`: what became of an
   * earlier delivery; null: this is the first.
   */
  record(entry: NotificationEntry): Promise<{ readonly id: number; readonly before: NotificationOutcome | null }>;
  settle(id: number, outcome: NotificationOutcome): Promise<void>;
}

/** `raw`: the same transaction, for tables that have a part of their own. */
export type NotificationWork<T> = (
  tx: LedgerTransaction,
  notes: NotificationTransaction,
  raw: Transaction,
) => Promise<T>;

export interface Notifications {
  /** One transaction over the ledger and the record of notifications. Resolves when the commit is durable. */
  transaction<T>(work: NotificationWork<T>): Promise<T>;
  /** Newest first. */
  newest(limit: number): Promise<NotificationRow[]>;
}

export class SqlNotifications implements Notifications {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  transaction<T>(work: NotificationWork<T>): Promise<T> {
    return this.#db.transaction((tx) => work(ledgerTransaction(tx), notificationsIn(tx), tx));
  }

  async newest(limit: number): Promise<NotificationRow[]> {
    const rows = await this.#db.query('SELECT * FROM notification ORDER BY id DESC LIMIT $1', [limit]);
    return rows.map(rowOf);
  }
}

const notificationsIn = (tx: Transaction): NotificationTransaction => ({
  async record(entry) {
    const { account, dedupe, kind, subject, attempt, says, money, at } = entry;
    const [row] = await tx.query(
      `INSERT INTO notification (account, dedupe, kind, subject, attempt, says, amount, currency, outcome, first_at, last_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'unknown-id', $9, $9)
       ON CONFLICT (account, dedupe) DO UPDATE SET times = notification.times + 1, last_at = excluded.last_at
       RETURNING id, times, outcome`,
      [account, dedupe, kind, subject, attempt, says, money?.amount ?? null, money?.currency ?? null, at],
    );
    const isFirst = number(row?.['times']) === 1;
    return { id: number(row?.['id']), before: isFirst ? null : outcomeOf(row?.['outcome'] ?? null) };
  },
  async settle(id, outcome) {
    await tx.query('UPDATE notification SET outcome = $2 WHERE id = $1', [id, outcome]);
  },
});

const outcomeOf = (value: Row[string] | undefined): NotificationOutcome => text(value) as NotificationOutcome;

function rowOf(row: Row): NotificationRow {
  const amount = numberOrNull(row['amount']);
  return {
    id: number(row['id']),
    account: text(row['account']),
    dedupe: text(row['dedupe']),
    kind: text(row['kind']) as NotificationEntry['kind'],
    subject: textOrNull(row['subject']),
    attempt: textOrNull(row['attempt']),
    says: text(row['says']),
    money: amount === null ? null : { amount, currency: text(row['currency']) as Currency },
    at: number(row['first_at']),
    outcome: outcomeOf(row['outcome']),
    times: number(row['times']),
    lastAt: number(row['last_at']),
  };
}
