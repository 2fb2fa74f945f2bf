import { createHash } from 'node:crypto';
import type { Taken } from '../acquirers/customs.js';
import { number, numberOrNull, text, textOrNull } from '../ledger/columns.js';
import type { Queries, Row, Transaction } from '../ledger/database.js';
import type { AlarmKind } from '../payment/types.js';
import { DECLARED_IN } from './allowed.js';
import type { Declaration, DeclarationCall, DeclarationState } from './types.js';

/** The tables `declaration` and `declaration_call`. Whoever changes a row holds the row of its attempt first. */

export const declarationFromRow = (row: Row): Declaration => ({
  id: text(row['id']),
  attempt: text(row['attempt']),
  number: number(row['number']),
  requestedBy: text(row['requested_by']),
  requestedAt: number(row['requested_at']),
  declared: {
    money: { amount: number(row['amount']), currency: DECLARED_IN },
    customs: text(row['customs']),
    merchantCode: text(row['merchant_code']),
    merchantName: text(row['merchant_name']),
    subOrder: textOrNull(row['sub_order']),
    buyerNamed: row['buyer_named'] === true,
  },
  push: number(row['push']),
  state: text(row['state']) as DeclarationState,
  endedAt: numberOrNull(row['ended_at']),
  sentAt: numberOrNull(row['sent_at']),
  tries: number(row['tries']),
  inquiries: number(row['inquiries']),
  watches: number(row['watches']),
  doubted: row['doubted'] === true,
  absent: row['absent'] === true,
  code: textOrNull(row['code']),
  word: textOrNull(row['word']),
  taken: JSON.parse(text(row['taken'])) as Taken,
  resultCode: textOrNull(row['result_code']),
  resultText: textOrNull(row['result_text']),
  returnedAt: textOrNull(row['returned_at']),
  settledBy: textOrNull(row['settled_by']),
  nextAt: numberOrNull(row['next_at']),
});

export async function loadDeclaration(q: Queries, id: string): Promise<Declaration | undefined> {
  const [row] = await q.query('SELECT * FROM declaration WHERE id = $1', [id]);
  return row && declarationFromRow(row);
}

/** In the order in which they were asked for. */
export async function declarationsOf(q: Queries, attempt: string): Promise<Declaration[]> {
  return (await q.query('SELECT * FROM declaration WHERE attempt = $1 ORDER BY number', [attempt])).map(
    declarationFromRow,
  );
}

export type DeclarationFilter = {
  readonly attempt?: string;
  readonly states?: readonly DeclarationState[];
  /** The last one already seen. */
  readonly after?: { readonly requestedAt: number; readonly id: string };
  readonly limit: number;
};

/** Newest first. */
export async function listDeclarations(q: Queries, filter: DeclarationFilter): Promise<Declaration[]> {
  const { attempt, states, after, limit } = filter;
  const rows = await q.query(
    `SELECT * FROM declaration
     WHERE ($2::text IS NULL OR attempt = $2) AND ($3::text IS NULL OR state = ANY (string_to_array($3, ',')))
       AND ($4::bigint IS NULL OR requested_at < $4 OR requested_at = $4 AND id > $5)
     ORDER BY requested_at DESC, id LIMIT $1`,
    [limit, attempt ?? null, states?.join(',') ?? null, after?.requestedAt ?? null, after?.id ?? null],
  );
  return rows.map(declarationFromRow);
}

/** 32 signs, the most that the acquirer takes; the same for the same declaration of the same payment. */
export const declarationIdOf = (attempt: string, number: number): string =>
  `d${createHash('sha256').update(`declaration ${attempt} ${number}`, 'utf8').digest('hex').slice(0, 31)}`;

export async function nextNumber(tx: Transaction, attempt: string): Promise<number> {
  const [last] = await tx.query('SELECT coalesce(max(number), 0) AS number FROM declaration WHERE attempt = $1', [
    attempt,
  ]);
  return number(last?.['number']) + 1;
}

export type NewDeclaration = Pick<Declaration, 'attempt' | 'number' | 'requestedBy' | 'declared'> & {
  readonly at: number;
  /** Sealed; null: none was named. */
  readonly buyer: string | null;
};

/** `tx` holds the attempt's row. @throws Error where more than was paid would be declared */
export async function insertDeclaration(tx: Transaction, d: NewDeclaration): Promise<Declaration> {
  const { money, customs, merchantCode, merchantName, subOrder, buyerNamed } = d.declared;
  const [row] = await tx.query(
    `INSERT INTO declaration (id, attempt, number, requested_by, requested_at, amount, currency, customs, merchant_code,
                              merchant_name, sub_order, buyer_named, buyer, state, next_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'requested', $5) RETURNING *`,
    [
      ...[declarationIdOf(d.attempt, d.number), d.attempt, d.number, d.requestedBy, d.at, money.amount, money.currency],
      ...[customs, merchantCode, merchantName, subOrder, buyerNamed, d.buyer],
    ],
  );
  if (!row) throw new Error(`declaration of ${d.attempt}: it was not stored`);
  return declarationFromRow(row);
}

export type StoredDeclaration = {
  readonly declaration: Declaration;
  readonly version: number;
  /** Sealed. */
  readonly buyer: string | null;
};

/** `tx` holds the attempt's row. */
export async function lockDeclaration(tx: Transaction, id: string): Promise<StoredDeclaration | undefined> {
  const [row] = await tx.query('SELECT * FROM declaration WHERE id = $1 FOR UPDATE', [id]);
  return (
    row && { declaration: declarationFromRow(row), version: number(row['version']), buyer: textOrNull(row['buyer']) }
  );
}

/** `lease`: null gives it back; undefined leaves it alone. The buyer goes as soon as nothing is to be sent any more. */
export async function saveDeclaration(
  tx: Transaction,
  { declaration: d, version, buyer }: StoredDeclaration,
  lease: { readonly owner: string; readonly until: number | null } | undefined,
): Promise<void> {
  const { money, customs, merchantCode, merchantName, subOrder, buyerNamed } = d.declared;
  const sealed = d.state === 'requested' && !d.doubted ? buyer : null;
  const leased = lease
    ? `, lease_owner = CASE WHEN lease_owner = $28 AND $29::bigint IS NULL THEN NULL ELSE lease_owner END,
         lease_until = CASE WHEN lease_owner = $28 THEN $29::bigint ELSE lease_until END`
    : '';
  const rows = await tx.query(
    `UPDATE declaration SET version = version + 1, amount = $3, customs = $4, merchant_code = $5, merchant_name = $6,
       sub_order = $7, buyer_named = $8, buyer = $9, push = $10, state = $11, ended_at = $12, sent_at = $13, tries = $14,
       inquiries = $15, watches = $16, doubted = $17, code = $18, word = $19, taken = $20, result_code = $21,
       result_text = $22, returned_at = $23, settled_by = $24, next_at = $25, requested_by = $26, absent = $27,
       erased_at = CASE WHEN push < $10 THEN NULL ELSE erased_at END${leased}
     WHERE id = $1 AND version = $2 RETURNING id`,
    [
      ...[d.id, version, money.amount, customs, merchantCode, merchantName, subOrder, buyerNamed, sealed, d.push],
      ...[d.state, d.endedAt, d.sentAt, d.tries, d.inquiries, d.watches, d.doubted, d.code, d.word],
      ...[JSON.stringify(d.taken), d.resultCode, d.resultText, d.returnedAt, d.settledBy, d.nextAt, d.requestedBy],
      d.absent,
      ...(lease ? [lease.owner, lease.until] : []),
    ],
  );
  if (rows.length !== 1) throw new Error(`declaration ${d.id}: its row changed under its lock`);
}

/** Before the call; returns its number for `declarationCallEnded`. */
export async function declarationCallStarted(
  tx: Transaction,
  { id, push }: Declaration,
  relay: string,
  call: DeclarationCall,
  at: number,
): Promise<number> {
  const [row] = await tx.query(
    'INSERT INTO declaration_call (declaration, push, relay, call, started_at) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    [id, push, relay, call, at],
  );
  return number(row?.['id']);
}

export type DeclarationCallEnd = {
  readonly id: number;
  readonly at: number;
  readonly answer: string;
  readonly code: string | null;
};

export async function declarationCallEnded(
  tx: Transaction,
  { id, at, answer, code }: DeclarationCallEnd,
): Promise<void> {
  await tx.query(
    'UPDATE declaration_call SET ended_at = $2, answer = $3, code = $4 WHERE id = $1 AND ended_at IS NULL',
    [...[id, at, answer, code]],
  );
}

export type DeclarationCallRow = {
  readonly call: string;
  readonly push: number;
  readonly relay: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly answer: string | null;
  readonly code: string | null;
};

export async function declarationCallsOf(q: Queries, id: string): Promise<DeclarationCallRow[]> {
  const rows = await q.query('SELECT * FROM declaration_call WHERE declaration = $1 ORDER BY id', [id]);
  return rows.map((row) => ({
    call: text(row['call']),
    push: number(row['push']),
    relay: text(row['relay']),
    startedAt: number(row['started_at']),
    endedAt: numberOrNull(row['ended_at']),
    answer: textOrNull(row['answer']),
    code: textOrNull(row['code']),
  }));
}

/** True if it is new: each push of a declaration raises each kind once. The alarm's `refund` names it: which record of the payment. */
export async function raiseDeclarationAlarm(
  tx: Transaction,
  { id, attempt, push }: Declaration,
  alarm: { readonly at: number; readonly kind: AlarmKind; readonly kiosk: string; readonly detail: string },
): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO alarm (at, kind, kiosk, attempt, refund, detail) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING RETURNING id`,
    [alarm.at, alarm.kind, alarm.kiosk, attempt, push === 1 ? id : `${id}.${push}`, alarm.detail],
  );
  return rows.length === 1;
}

/** Takes up to `limit` due declarations that nobody holds, the longest due first. */
export async function claimDueDeclarations(
  q: Queries,
  owner: string,
  now: number,
  until: number,
  limit: number,
): Promise<string[]> {
  const rows = await q.query(
    `UPDATE declaration SET lease_owner = $1, lease_until = $3 WHERE id IN (
       SELECT id FROM declaration WHERE next_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
       ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED)
     RETURNING id`,
    [owner, now, until, limit],
  );
  return rows.map((row) => text(row['id']));
}

export async function releaseDeclarations(q: Queries, ids: readonly string[], owner: string): Promise<void> {
  await q.query(
    `UPDATE declaration SET lease_owner = NULL, lease_until = NULL
     WHERE id = ANY (string_to_array($1, ',')) AND lease_owner = $2`,
    [ids.join(','), owner],
  );
}

/** What an earlier process of the same name held, or a relay that is dead. Returns how many. */
export async function releaseAllDeclarations(q: Queries, owner: string): Promise<number> {
  const rows = await q.query(
    'UPDATE declaration SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1 RETURNING id',
    [owner],
  );
  return rows.length;
}
