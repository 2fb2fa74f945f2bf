import type { Case } from './cases.js';

/** Sums of a case over all its reports, in the charge's currency; what is in another is a difference of its own. */

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export type Totals = { readonly charged: number; readonly returned: number };

export function totals({ payments, returns, known }: Case): Totals {
  const currency = payments[0]?.money?.currency ?? known?.money?.currency ?? returns[0]?.money?.currency;
  const of = (rows: Case['returns']): number =>
    sum(rows.flatMap(({ money }) => (money && money.currency === currency ? [money.amount] : [])));
  // A charge whose amount could not be read is taken for what was asked.
  const asked = known?.money ?? null;
  const charged = payments.map((row) => (row.money ? row : { ...row, money: asked }));
  return { charged: payments.length > 0 ? of(charged) : (asked?.amount ?? 0), returned: of(returns) };
}

/** By the reports alone. */
export function isAllBack(of: Case): boolean {
  const { charged, returned } = totals(of);
  return of.returns.length > 0 && returned >= charged;
}

/** More went back than was taken, in more than one piece. */
export function isTwiceBack(of: Case): boolean {
  const { charged, returned } = totals(of);
  return of.returns.length > 1 && (of.payments.length > 0 || of.known !== undefined) && returned > charged;
}
