import { number, text } from '../ledger/columns.js';
import type { Queries } from '../ledger/database.js';
import { atWall, dayAfter, dayOf, utcOf } from '../runtime/days.js';

/** Which days are to be looked at, and when. */

/** Of each day's last run. */
export type LastRun = { readonly day: string; readonly isWhole: boolean; readonly waiting: number };

/** So many days back a report may still come, and what waits may still be decided. */
export const DAYS_BACK = 7;

/** Yesterday; days since the first run that were left out or were not whole; days on which something still waits. Oldest first. */
export function dueDays(yesterday: string, runs: readonly LastRun[]): string[] {
  const byDay = new Map(runs.map((run) => [run.day, run]));
  const first = runs.map(({ day }) => day).sort()[0];
  const due: string[] = [];
  for (let back = DAYS_BACK - 1; back >= 0; back--) {
    const day = dayAfter(yesterday, -back);
    const run = byDay.get(day);
    const isOpen = run ? !run.isWhole || run.waiting > 0 : back === 0 || (first !== undefined && day > first);
    if (isOpen) due.push(day);
  }
  return due;
}

export async function lastRuns(q: Queries, account: string, since: string): Promise<LastRun[]> {
  const rows = await q.query(
    `SELECT DISTINCT ON (day) day, outcome, waiting FROM reconciliation_run
     WHERE account = $1 AND day >= $2 ORDER BY day, id DESC`,
    [account, since],
  );
  return rows.map((row) => ({
    day: text(row['day']),
    isWhole: text(row['outcome']) !== 'incomplete',
    waiting: number(row['waiting']),
  }));
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The next time after `now` at which the zone's clocks show "HH:MM"; epoch ms. */
export function nextTime(now: number, at: string, zone: string): number {
  const [hours, minutes] = at.split(':').map(Number);
  const ofDay = ((hours ?? 0) * 60 + (minutes ?? 0)) * MINUTE_MS;
  const today = utcOf(dayOf(now, zone)) ?? 0;
  const times = [0, 1, 2].map((days) => atWall(today + days * DAY_MS + ofDay, zone));
  return times.find((time) => time > now) ?? now + DAY_MS;
}
