import { number, text, textOrNull } from '../ledger/columns.js';
import type { Queries } from '../ledger/database.js';
import { atWall, dayAfter, dayOf, utcOf } from '../runtime/days.js';
import { fingerprintOf, fingerprints } from './files.js';

/** Which days are to be looked at, and when. */

/** Of each day's last run. */
export type LastRun = {
  readonly day: string;
  readonly isWhole: boolean;
  readonly waiting: number;
  /** Differences that are still open: what has been put right since is closed. */
  readonly open: number;
  /** Since then a report of that day was issued, or issued again, or is read by other settings. */
  readonly isOther: boolean;
};

/** So many days back a report may still come, and what waits may still be decided. */
export const DAYS_BACK = 7;
/** So many days back are made up for after a relay that stood still, and looked at again when a report of them comes. */
export const DAYS_MOST = 31;

/**
 * Yesterday; days since the first run of all that were left out; days with a report that came since; of a week also those that
 * were not whole, or on which something still waits or differs. Oldest first.
 */
export function dueDays(yesterday: string, runs: readonly LastRun[], first: string | undefined): string[] {
  const byDay = new Map(runs.map((run) => [run.day, run]));
  const due: string[] = [];
  for (let back = DAYS_MOST - 1; back >= 0; back--) {
    const day = dayAfter(yesterday, -back);
    const run = byDay.get(day);
    if (run ? isDue(run, back) : back === 0 || (first !== undefined && day > first)) due.push(day);
  }
  return due;
}

const isDue = ({ isWhole, waiting, open, isOther }: LastRun, back: number): boolean =>
  isOther || (back < DAYS_BACK && (!isWhole || waiting > 0 || open > 0));

/** @throws the database's error */
export async function daysDue(q: Queries, account: string, yesterday: string): Promise<string[]> {
  const since = dayAfter(yesterday, -DAYS_MOST);
  const rows = await q.query(
    `SELECT DISTINCT ON (day) day, outcome, waiting, files,
       (SELECT count(*) FROM difference d WHERE d.account = r.account AND d.run_day = r.day AND d.closed_at IS NULL) AS open
     FROM reconciliation_run r WHERE account = $1 AND day >= $2 ORDER BY day, id DESC`,
    [account, since],
  );
  const [begun] = await q.query('SELECT min(day) AS first FROM reconciliation_run WHERE account = $1', [account]);
  const now = await fingerprints(q, account, since);
  const runs = rows.map((row) => ({
    day: text(row['day']),
    isWhole: text(row['outcome']) !== 'incomplete',
    waiting: number(row['waiting']),
    open: number(row['open']),
    isOther: (now.get(text(row['day'])) ?? fingerprintOf([])) !== text(row['files']),
  }));
  return dueDays(yesterday, runs, (begun && textOrNull(begun['first'])) ?? undefined);
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
