import { casesOf } from './cases.js';
import { differ, moved, namesOf } from './settlement.js';
import type { Matched, StoredRow } from './types.js';

/**
 * What was done and never paid out: the buyer has been charged, and no settlement has the money. Nothing else would say so,
 * since list and ledger agree. Pure.
 */
export type DoneParts = {
  /** The day's list, and what any list has of the same payments. */
  readonly transactions: readonly StoredRow[];
  /** Lines of any settlement about these. */
  readonly settled: readonly StoredRow[];
};

const sign = ({ type }: StoredRow): number => (type === 'payment' ? 1 : -1);

/** What cancels out before it is paid out may be in no settlement at all. */
function isNothing(rows: readonly StoredRow[]): boolean {
  const sums = new Map<string, number>();
  for (const row of rows) {
    if (row.money === null) return false;
    sums.set(row.money.currency, (sums.get(row.money.currency) ?? 0) + sign(row) * row.money.amount);
  }
  return [...sums.values()].every((sum) => sum === 0);
}

/** `day`: of the list; by now each of its transactions should be in a settlement. */
export function matchUnsettled({ transactions, settled }: DoneParts, day: string, withinDays: number): Matched {
  const names = new Set(settled.filter(({ type }) => moved.has(type)).flatMap(namesOf));
  const open = casesOf([], transactions).flatMap(({ payments, returns }) => {
    const left = [...payments, ...returns].filter((row) => !namesOf(row).some((name) => names.has(name)));
    return isNothing(left) ? [] : left.filter((row) => row.day === day);
  });
  const detail = (row: StoredRow): string => `done (${row.word}), and in no settlement ${withinDays} days later`;
  return { differences: open.map((row) => differ(row, row.money, null, detail(row))), waiting: [] };
}
