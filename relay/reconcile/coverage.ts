import type { Period } from '../acquirers/report.js';
import { dayAfter, dayOf } from '../runtime/days.js';
import type { StoredRow } from './types.js';

/**
 * Which moments a day is answerable for. The acquirer's clock and ours differ, and a payment near midnight may stand in
 * either day's report; so a moment belongs to every day within the slack, and something that is missing counts only when
 * the reports of all these days are there, whole.
 */
export type Coverage = {
  /** The day that is looked at. */
  readonly day: string;
  readonly period: Period;
  readonly zone: string;
  readonly slackMs: number;
  /** Days whose list of transactions is there, whole, and without a line that was lost. */
  readonly wholeDays: ReadonlySet<string>;
};

const daysAround = ({ zone, slackMs }: Coverage, at: number): string[] => [
  ...new Set([dayOf(at - slackMs, zone), dayOf(at, zone), dayOf(at + slackMs, zone)]),
];

/** Whether a moment of the ledger is this day's to look at. */
export const isInDay = ({ period, slackMs }: Coverage, at: number): boolean =>
  at >= period.from - slackMs && at < period.until + slackMs;

export const isCovered = (coverage: Coverage, at: number): boolean =>
  daysAround(coverage, at).every((day) => coverage.wholeDays.has(day));

/** Days whose lists may have the transaction of a settled line: that of its time, else all before it that it may be of. */
const daysOf = (coverage: Coverage, { at, day }: StoredRow, withinDays: number): string[] =>
  at === null ? Array.from({ length: withinDays + 1 }, (_, back) => dayAfter(day, -back)) : daysAround(coverage, at);

export const daysOfSettled = (coverage: Coverage, rows: readonly StoredRow[], withinDays = 0): string[] => [
  ...new Set(rows.flatMap((row) => daysOf(coverage, row, withinDays))),
];

export const isSettledCovered = (coverage: Coverage, row: StoredRow, withinDays = 0): boolean =>
  daysOf(coverage, row, withinDays).every((day) => coverage.wholeDays.has(day));
