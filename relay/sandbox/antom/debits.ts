import type { LinkableWallet } from '../../acquirers/linkable.js';
import type { Amount, Books, Payment } from '../books.js';
import type { Json } from '../json.js';
import { textAt } from './fields.js';
import type { Link, Links } from './links.js';

/** What Antom looks at before it takes money by a token. Source: reference acquirers/antom.md section 2.4. */

export type Ledgers = {
  readonly books: Books;
  readonly links: Links;
  /** What those that can be linked take and give back. */
  readonly wallets: readonly LinkableWallet[];
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Undefined: a code was scanned. */
export const debitedWallet = (wallets: readonly LinkableWallet[], { debited }: Payment): LinkableWallet | undefined =>
  wallets.find(({ method }) => method === debited?.method);

/** Until 00:15 of the next day at GMT+8 (section 2.6). */
export function isCancellable({ paidAtMs }: Payment, nowMs: number): boolean {
  if (paidAtMs === undefined) return true;
  const zone = 8 * HOUR_MS;
  const day = Math.floor((paidAtMs + zone) / DAY_MS);
  return nowMs <= (day + 1) * DAY_MS + 15 * MINUTE_MS - zone;
}

/** An expiry may be a minute away at the most. */
export function expiryFault(fields: Json, nowMs: number): string | undefined {
  const expiry = textAt(fields, 'paymentExpiryTime');
  const tooFar = expiry !== undefined && Date.parse(expiry) > nowMs + MINUTE_MS;
  return tooFar ? 'paymentExpiryTime' : undefined;
}

/** The laxer of two sources: who holds to the stricter one never meets it. */
function leastOf({ least, disputed }: LinkableWallet): number {
  const said = disputed.find(({ field }) => field === 'least')?.says.map(({ value }) => Number(value)) ?? [];
  return Math.min(least, ...said);
}

/** Why it is refused, in Antom's word. Its day is the last 24 hours, its year the last 365 days. */
export function refusalOfDebit(
  link: Link | undefined,
  { books, wallets }: Ledgers,
  fields: Json,
  asked: Amount,
  nowMs: number,
) {
  const wallet = wallets.find(({ method }) => method === link?.method);
  if (!link || !wallet || textAt(fields, 'paymentMethod.paymentMethodType') !== link.method) {
    return 'INVALID_ACCESS_TOKEN';
  }
  if (asked.currency !== wallet.currency) return 'CURRENCY_NOT_SUPPORT';
  if (asked.value < leastOf(wallet) || asked.value > (wallet.most ?? asked.value)) return 'PAYMENT_AMOUNT_EXCEED_LIMIT';
  const after = (ms: number): number => books.spent(link.number, nowMs - ms, nowMs) + asked.value;
  const exceeds = (most: number | undefined, ms: number): boolean => most !== undefined && after(ms) > most;
  const beyond = exceeds(wallet.mostADay, DAY_MS) || exceeds(wallet.mostAYear, 365 * DAY_MS);
  return beyond ? 'USER_AMOUNT_EXCEED_LIMIT' : undefined;
}
