import type { AlarmKind, Call } from '../payment/types.js';
import { number, numberOrNull, text, textOrNull } from './columns.js';
import type { Alarm, CallEnd, StepRecord } from './contract.js';
import type { Queries, Transaction } from './database.js';

/** Records for people: calls, steps, alarms. Nothing decides by them. */

/** Before the call; returns its number for `callEnded`. */
export async function callStarted(tx: Transaction, attempt: string, relay: string, call: Call, at: number) {
  const [row] = await tx.query(
    'INSERT INTO acquirer_call (attempt, relay, call, started_at) VALUES ($1, $2, $3, $4) RETURNING id',
    [attempt, relay, call, at],
  );
  return number(row?.['id']);
}

export async function callEnded(tx: Transaction, end: CallEnd): Promise<void> {
  await tx.query('UPDATE acquirer_call SET ended_at = $2, answer = $3, code = $4 WHERE id = $1', [
    end.id,
    end.at,
    end.answer,
    end.code,
  ]);
}

export async function addSteps(tx: Transaction, attempt: string, steps: readonly StepRecord[]): Promise<void> {
  const places = steps.map((_, i) => `($1, $${4 * i + 2}, $${4 * i + 3}, $${4 * i + 4}, $${4 * i + 5})`);
  await tx.query(`INSERT INTO attempt_event (attempt, at, name, detail, ms) VALUES ${places.join(', ')}`, [
    attempt,
    ...steps.flatMap(({ at, name, detail, ms }) => [at, name, detail, ms]),
  ]);
}

/** Steps of several attempts, oldest first. */
export async function stepsOf(q: Queries, attempts: readonly string[]): Promise<Map<string, StepRecord[]>> {
  const steps = new Map<string, StepRecord[]>(attempts.map((id) => [id, []]));
  if (attempts.length === 0) return steps;
  const rows = await q.query(
    `SELECT attempt, at, name, detail, ms FROM attempt_event
     WHERE attempt = ANY (string_to_array($1, ',')) ORDER BY id`,
    [attempts.join(',')],
  );
  for (const row of rows) {
    steps.get(text(row['attempt']))?.push({
      at: number(row['at']),
      name: text(row['name']),
      detail: text(row['detail']),
      ms: numberOrNull(row['ms']),
    });
  }
  return steps;
}

/** True if it is new: an attempt raises each kind once. */
export async function raiseAlarm(tx: Transaction, alarm: Alarm): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO alarm (at, kind, kiosk, attempt, detail) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING id`,
    [alarm.at, alarm.kind, alarm.kiosk, alarm.attempt, alarm.detail],
  );
  return rows.length === 1;
}

/** Newest first. */
export async function newestAlarms(q: Queries, limit: number): Promise<Alarm[]> {
  const rows = await q.query('SELECT at, kind, kiosk, attempt, detail FROM alarm ORDER BY id DESC LIMIT $1', [limit]);
  return rows.map((row) => ({
    at: number(row['at']),
    kind: text(row['kind']) as AlarmKind,
    kiosk: text(row['kiosk']),
    attempt: textOrNull(row['attempt']),
    detail: text(row['detail']),
  }));
}
