import { numberOrNull, text, textOrNull } from './columns.js';
import type { Greeting, KioskRow } from './contract.js';
import type { Queries, Row, Transaction } from './database.js';

function fromRow(row: Row): KioskRow {
  return {
    name: text(row['name']),
    nonce: textOrNull(row['nonce']),
    chain: text(row['chain'])
      .split(',')
      .filter((n) => n !== ''),
    board: textOrNull(row['board']),
    challenge: textOrNull(row['challenge']),
    challengeNonce: textOrNull(row['challenge_nonce']),
    switchedAt: numberOrNull(row['switched_at']),
    blockedAt: numberOrNull(row['blocked_at']),
    clockOffset: numberOrNull(row['clock_offset']),
    clockAt: numberOrNull(row['clock_at']),
  };
}

/** For a Hello: the row is made if need be, and nobody else greets, or takes a Pay, meanwhile. */
export async function lockForHello(tx: Transaction, name: string): Promise<KioskRow> {
  await tx.query('INSERT INTO kiosk (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
  const [row] = await tx.query('SELECT * FROM kiosk WHERE name = $1 FOR UPDATE', [name]);
  if (!row) throw new Error(`kiosk ${name}: its row is gone although it is never deleted`);
  return fromRow(row);
}

/** For a Pay: no Hello in between (rule 5). */
export async function lockForPay(tx: Transaction, name: string): Promise<KioskRow | undefined> {
  const [row] = await tx.query('SELECT * FROM kiosk WHERE name = $1 FOR SHARE', [name]);
  return row && fromRow(row);
}

export async function saveGreeting(tx: Transaction, name: string, g: Greeting): Promise<void> {
  await tx.query(
    `UPDATE kiosk SET nonce = $2, epoch = $3, number = $4, chain = $5, board = $6, version = $7, greeted_at = $8,
       clock_offset = $9, clock_at = $10, challenge = NULL, challenge_nonce = NULL,
       switched_at = CASE WHEN $11::boolean THEN $8 ELSE switched_at END
     WHERE name = $1`,
    [
      name,
      g.hello.nonce,
      g.hello.epoch,
      g.hello.number,
      g.hello.chain.join(','),
      g.hello.board,
      g.hello.version,
      g.now,
      g.clock.offset,
      g.clock.at,
      g.switched,
    ],
  );
}

export async function saveChallenge(tx: Transaction, name: string, nonce: string, challenge: string): Promise<void> {
  await tx.query('UPDATE kiosk SET challenge = $2, challenge_nonce = $3 WHERE name = $1', [name, challenge, nonce]);
}

/** Rule 14: nobody of this name is greeted, and no Pay accepted, until the operator allows it. */
export async function block(tx: Transaction, name: string, now: number): Promise<void> {
  await tx.query(
    'UPDATE kiosk SET blocked_at = coalesce(blocked_at, $2), nonce = NULL, challenge = NULL WHERE name = $1',
    [name, now],
  );
}

/** The operator has found out which one is the kiosk. False: no such kiosk, or it was not blocked. */
export async function allow(q: Queries, name: string): Promise<boolean> {
  const rows = await q.query(
    `UPDATE kiosk SET blocked_at = NULL, switched_at = NULL WHERE name = $1 AND blocked_at IS NOT NULL RETURNING name`,
    [name],
  );
  return rows.length === 1;
}
