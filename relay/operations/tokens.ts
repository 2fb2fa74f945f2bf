import { createHash } from 'node:crypto';
import type { RandomBytes } from '../../protocol/ids.js';
import { number, numberOrNull, text } from '../ledger/columns.js';
import type { Queries, Row } from '../ledger/database.js';

/** Tokens of the operations API: 256 random bits, shown once; the ledger keeps their SHA-256, which no one can turn back. */

export const scopes = ['read', 'refund', 'resolve', 'declare', 'links', 'admin'] as const;
export type Scope = (typeof scopes)[number];
export const isScope = (name: string): name is Scope => (scopes as readonly string[]).includes(name);

/** Times are epoch milliseconds. */
export type Token = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
};

const PREFIX = 'qz_';
const TOKEN_BYTES = 32;
/** How exactly the last use is known. */
const USED_EVERY_MS = 60_000;

const hashOf = (secret: string): string => createHash('sha256').update(secret, 'utf8').digest('hex');

const fromRow = (row: Row): Token => ({
  id: text(row['id']),
  name: text(row['name']),
  scopes: text(row['scopes']).split(',').filter(isScope),
  createdAt: number(row['created_at']),
  expiresAt: number(row['expires_at']),
  revokedAt: numberOrNull(row['revoked_at']),
  lastUsedAt: numberOrNull(row['last_used_at']),
});

export type NewToken = { readonly name: string; readonly scopes: readonly Scope[]; readonly days: number };

/** `secret` is the only copy there will ever be. */
export async function createToken(
  q: Queries,
  { name, scopes: granted, days }: NewToken,
  now: number,
  random: RandomBytes,
): Promise<{ readonly token: Token; readonly secret: string }> {
  const secret = PREFIX + Buffer.from(random(TOKEN_BYTES)).toString('base64url');
  const id = `tk_${Buffer.from(random(4)).toString('hex')}`;
  const [row] = await q.query(
    `INSERT INTO operations_token (id, name, scopes, hash, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING *`,
    [id, name, granted.join(','), hashOf(secret), now, now + days * 86_400_000],
  );
  if (!row) throw new Error('token: it was not stored');
  return { token: fromRow(row), secret };
}

/** Undefined: unknown, revoked or expired. */
export async function findToken(q: Queries, secret: string, now: number): Promise<Token | undefined> {
  const hash = hashOf(secret);
  const [row] = await q.query(
    'SELECT * FROM operations_token WHERE hash = $1 AND revoked_at IS NULL AND expires_at > $2',
    [hash, now],
  );
  if (!row) return undefined;
  const token = fromRow(row);
  if (token.lastUsedAt === null || token.lastUsedAt < now - USED_EVERY_MS) {
    await q.query('UPDATE operations_token SET last_used_at = $2 WHERE id = $1', [token.id, now]);
  }
  return token;
}

/** Also one that is revoked or expired: who has once made a token does not want to be open again. */
export async function anyToken(q: Queries): Promise<boolean> {
  const [row] = await q.query('SELECT EXISTS (SELECT 1 FROM operations_token) AS any');
  return row?.['any'] === true;
}

export async function listTokens(q: Queries): Promise<Token[]> {
  return (await q.query('SELECT * FROM operations_token ORDER BY created_at, id')).map(fromRow);
}

/** Of `id`; false: there is none of that id that is not revoked. */
export async function revokeToken(q: Queries, id: string, now: number): Promise<boolean> {
  const rows = await q.query(
    'UPDATE operations_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id',
    [id, now],
  );
  return rows.length === 1;
}
