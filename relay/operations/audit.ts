import { number, text, textOrNull } from '../ledger/columns.js';
import type { Queries, Value } from '../ledger/database.js';

/** Who did what, when, from where, and what came of it; also what was refused. */
export type AuditRow = {
  readonly at: number;
  readonly who: string;
  /** Address of the asker, or the host and user of a command line. */
  readonly origin: string;
  readonly act: string;
  /** What it was done to: an attempt, a refund, a kiosk, a token. */
  readonly target: string;
  readonly attempt: string | null;
  readonly detail: string;
  /** `done`, `refused: CODE`, or `failed`: the ledger did not answer, and the payment shows whether it was done. */
  readonly outcome: string;
};

export type AuditEntry = AuditRow & { readonly id: number };

const TEXT_MOST = 500;
const cut = (value: string): string => value.slice(0, TEXT_MOST);

export async function recordAudit(q: Queries, row: AuditRow): Promise<void> {
  await q.query(
    `INSERT INTO audit (at, who, origin, act, target, attempt, detail, outcome)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.at, cut(row.who), cut(row.origin), row.act, cut(row.target), row.attempt, cut(row.detail), row.outcome],
  );
}

export type AuditFilter = { readonly attempt?: string; readonly before?: number; readonly limit: number };

/** Newest first; `before`: the id of the last row already seen. */
export async function listAudit(q: Queries, { attempt, before, limit }: AuditFilter): Promise<AuditEntry[]> {
  const values: Value[] = [limit];
  const conditions: string[] = [];
  if (attempt !== undefined) conditions.push(`attempt = $${values.push(attempt)}`);
  if (before !== undefined) conditions.push(`id < $${values.push(before)}`);
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const rows = await q.query(`SELECT * FROM audit ${where} ORDER BY id DESC LIMIT $1`, values);
  return rows.map((row) => ({
    id: number(row['id']),
    at: number(row['at']),
    who: text(row['who']),
    origin: text(row['origin']),
    act: text(row['act']),
    target: text(row['target']),
    attempt: textOrNull(row['attempt']),
    detail: text(row['detail']),
    outcome: text(row['outcome']),
  }));
}
