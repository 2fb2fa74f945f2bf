import type { Currency, Money } from '../../protocol/money.js';
import type { Reason } from '../../protocol/words.js';
import type { LinkableWallet } from '../acquirers/linkable.js';

/** What a linked wallet may pay, decided before the acquirer is asked: pure. Source: reference acquirers/antom.md section 2. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Our own, minor units of each currency; absent: none. */
export type OwnLimits = {
  readonly maxPayment: Readonly<Partial<Record<Currency, number>>>;
  readonly maxDay: Readonly<Partial<Record<Currency, number>>>;
  readonly maxYear: Readonly<Partial<Record<Currency, number>>>;
};

export const noOwnLimits: OwnLimits = { maxPayment: {}, maxDay: {}, maxYear: {} };

/** When the day and the year of `now` began, in a zone that is so far ahead of UTC; epoch ms. */
export function startsOf(now: number, zoneMinutes: number): { readonly day: number; readonly year: number } {
  const zone = zoneMinutes * MINUTE_MS;
  const local = now + zone;
  const year = Date.UTC(new Date(local).getUTCFullYear(), 0, 1);
  return { day: Math.floor(local / DAY_MS) * DAY_MS - zone, year: year - zone };
}

/** Minor units that the wallet has paid, or may yet, since its day and its year began. */
export type Spent = { readonly day: number; readonly year: number };

const over = (sum: number, most: number | undefined): boolean => most !== undefined && sum > most;

/**
 * Why the wallet may not pay this; undefined: it may. `configuration`: it pays in another currency. `limit-exceeded`: the
 * wallet's own limits; `over-limit`: ours. Too little is below the wallet's least.
 */
export function refusalBy(wallet: LinkableWallet, own: OwnLimits, money: Money, spent: Spent): Reason | undefined {
  const { amount, currency } = money;
  if (currency !== wallet.currency) return 'configuration';
  const [day, year] = [spent.day + amount, spent.year + amount];
  if (amount < wallet.least || over(amount, wallet.most)) return 'limit-exceeded';
  if (over(day, wallet.mostADay) || over(year, wallet.mostAYear)) return 'limit-exceeded';
  const isOurs = over(amount, own.maxPayment[currency]) || over(day, own.maxDay[currency]);
  return isOurs || over(year, own.maxYear[currency]) ? 'over-limit' : undefined;
}

/** The lower of the wallet's and ours; null: neither names one. */
export type LimitsShown = { readonly payment: Money | null; readonly day: Money | null; readonly year: Money | null };

export function limitsShown(wallet: LinkableWallet, own: OwnLimits): LimitsShown {
  const { currency } = wallet;
  const lower = (...all: (number | undefined)[]): Money | null => {
    const said = all.filter((most) => most !== undefined);
    return said.length === 0 ? null : { amount: Math.min(...said), currency };
  };
  return {
    payment: lower(wallet.most, own.maxPayment[currency]),
    day: lower(wallet.mostADay, own.maxDay[currency]),
    year: lower(wallet.mostAYear, own.maxYear[currency]),
  };
}
