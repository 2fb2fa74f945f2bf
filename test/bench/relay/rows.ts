import type { Database, Queries, Row, Value } from '../../../relay/ledger/database.js';
import { gaugesOf } from '../../../relay/ledger/gauges.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { PostgresDatabase } from '../../../relay/ledger/postgres.js';
import { SqlLedger } from '../../../relay/ledger/sql-ledger.js';
import { median } from '../statistics.js';
import { Seller } from './seller.js';

/** What a payment costs in a ledger of so many rows, and how PostgreSQL finds them. */

export type Size = { readonly rows: number; readonly msPerPayment: number };
export type Plan = { readonly query: string; readonly plan: string; readonly readsAll: boolean };

const PAYMENTS = 60;
/** Later than all that is loaded. */
const FIRST_MS = 1_000_000_000_000;
const RUN_MS = 1_000_000;
/** The payment whose statements are explained. */
const PLANNED = 900_000;
const TELL = { firstMs: 1_000, mostMs: 30_000, tries: 120 };

/** Old payments, delivered, each with its call and its story; made by the database itself. */
async function fill(q: Queries, from: number, to: number): Promise<void> {
  const ids = `lpad(to_hex(n), 16, '0') || '00000000' || lpad(to_hex(n), 8, '0')`;
  await q.query(
    `INSERT INTO attempt (id, kiosk, order_id, boot, amount, currency, reference, acquirer, code_hash, created_at, scanned_at,
       pay_until, deadline_at, vend_until, landing_until, changed_at, state, hash_erased_at, erased_at)
     SELECT ${ids}, 'old-' || n % 10000, lpad(to_hex(n), 16, '0'), repeat('0', 32), 3550, 'HKD', '', 'antom', NULL, n, n, n, n, n,
       n, n, 'delivered', 1, 1 FROM generate_series($1::bigint, $2::bigint) n`,
    [from, to],
  );
  await q.query(
    `INSERT INTO acquirer_call (attempt, relay, call, started_at, ended_at, answer, code)
     SELECT ${ids}, 'relay-1', 'pay', n, n, 'paid', 'SUCCESS' FROM generate_series($1::bigint, $2::bigint) n`,
    [from, to],
  );
}

const BATCH = 50_000;

export async function sizes(url: string, rows: readonly number[]): Promise<{ sizes: Size[]; plans: Plan[] }> {
  // Bulk loading takes longer than a payment's statement may.
  const bulk = new PostgresDatabase({ url, statementTimeoutMs: 600_000 });
  const db = new PostgresDatabase({ url });
  await Promise.all([bulk.start(), db.start()]);
  try {
    await migrate(bulk, await shippedMigrations(), 1);
    const found: Size[] = [];
    let filled = 0;
    let letter = 0;
    for (const size of rows) {
      for (; filled < size; filled += BATCH) await fill(bulk, filled + 1, Math.min(filled + BATCH, size));
      filled = size;
      await bulk.query('ANALYZE attempt');
      await bulk.query('CHECKPOINT');
      found.push({ rows: size, msPerPayment: await costOf(db, ++letter) });
    }
    return { sizes: found, plans: await plansOf(db) };
  } finally {
    await Promise.all([bulk.stop(), db.stop()]);
  }
}

/** The middle one of some payments, ms: admitted with its call, approved, delivered; each step in its own transaction. */
async function costOf(db: Database, run: number): Promise<number> {
  const times: number[] = [];
  const seller = new Seller(new SqlLedger(db), FIRST_MS + run * RUN_MS);
  for (let i = 0; i < PAYMENTS; i++) {
    const n = run * 1_000 + i;
    await seller.greet(n);
    const from = performance.now();
    await seller.sell(n);
    times.push(performance.now() - from);
  }
  return median(times);
}

/** Every statement that a payment and its worker say, with the plan that the database makes of it. */
async function plansOf(db: PostgresDatabase): Promise<Plan[]> {
  const heard = new Map<string, readonly Value[]>();
  const noting = (q: Queries): Queries => ({
    query: (text, params = []) => {
      if (!heard.has(text)) heard.set(text, params);
      return q.query(text, params);
    },
  });
  const noted: Database = {
    ...{ kind: 'postgres', warnings: [], start: async () => {}, stop: async () => {} },
    query: noting(db).query,
    transaction: (work) => db.transaction((tx) => work({ ...noting(tx), script: (text) => tx.script(text) })),
  };
  const ledger = new SqlLedger(noted);
  const now = FIRST_MS + 99 * RUN_MS;
  const seller = new Seller(ledger, now);
  await seller.greet(PLANNED);
  await seller.sell(PLANNED);
  await ledger.claimDue('relay-1', now, now + 1_000, 64);
  await ledger.nextDue(now, now + 1_000);
  await ledger.takeDue(now, TELL, 200);
  await ledger.takeOwed(seller.kiosk(PLANNED), now, TELL);
  await ledger.releaseAll('relay-1');
  await gaugesOf(noted);
  const plans: Plan[] = [];
  for (const [text, params] of heard) plans.push(await planOf(db, text, params));
  return plans;
}

async function planOf(db: PostgresDatabase, text: string, params: readonly Value[]): Promise<Plan> {
  const rows: Row[] = await db.query(`EXPLAIN (COSTS off) ${text}`, params);
  const lines = rows.map((row) => String(row['QUERY PLAN']).trim());
  const plan = lines.filter((line) => /Scan|Insert|Index/.test(line)).join('; ');
  const query = text.replace(/\s+/g, ' ').slice(0, 90);
  return { query, plan, readsAll: /Seq Scan on (attempt|acquirer_call|attempt_event|reversal)\b/.test(plan) };
}
