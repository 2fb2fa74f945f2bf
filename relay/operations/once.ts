import { createHash } from 'node:crypto';
import { number, text } from '../ledger/columns.js';
import type { Transaction } from '../ledger/database.js';

/**
 * A write happens once under its Idempotency-Key: the key's row is inserted in the very transaction that acts, so a second
 * request with the key waits for the first and then reads its answer. What fails leaves no row, and may be asked again.
 */

export type Once = {
  /** Who asks: keys of two askers never meet. */
  readonly owner: string;
  readonly key: string;
  readonly request: string;
  readonly now: number;
};

export type Answer = { readonly status: number; readonly body: object };

export const KEY_PATTERN = /^[\x21-\x7e]{8,128}$/;
/** How long an answer can be had again under its key. */
export const KEYS_KEPT_MS = 48 * 3_600_000;
const CLEARED_AT_ONCE = 200;

/** The same for the same question, however its fields are ordered; `path` without the query. */
export function requestHash(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${canonical(body)}`, 'utf8')
    .digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}

/** `first`: nobody has asked under this key, and now it is taken. Else the answer of then, or that it was another question. */
export async function takeKey(
  tx: Transaction,
  { owner, key, request, now }: Once,
): Promise<'first' | 'another-request' | Answer> {
  const taken = await tx.query(
    `INSERT INTO operations_request (owner, key, request, status, answer, at) VALUES ($1, $2, $3, 0, '', $4)
     ON CONFLICT DO NOTHING RETURNING key`,
    [owner, key, request, now],
  );
  if (taken.length === 1) return 'first';
  const [row] = await tx.query('SELECT request, status, answer FROM operations_request WHERE owner = $1 AND key = $2', [
    owner,
    key,
  ]);
  if (text(row?.['request']) !== request) return 'another-request';
  return { status: number(row?.['status']), body: JSON.parse(text(row?.['answer'])) };
}

export async function keepAnswer(tx: Transaction, { owner, key, now }: Once, answer: Answer): Promise<void> {
  await tx.query('UPDATE operations_request SET status = $3, answer = $4 WHERE owner = $1 AND key = $2', [
    ...[owner, key, answer.status, JSON.stringify(answer.body)],
  ]);
  await tx.query(
    `DELETE FROM operations_request WHERE (owner, key) IN (
       SELECT owner, key FROM operations_request WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [now - KEYS_KEPT_MS, CLEARED_AT_ONCE],
  );
}
