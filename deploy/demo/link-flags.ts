import { type Currency, formatAmount, parseAmount } from '../../protocol/money.js';
import { smallestPart } from '../../relay/acquirers/antom/capabilities.js';
import { antomWallets } from '../../relay/acquirers/antom/wallets.js';
import { linkedWallets } from './linking.js';
import { UsageError } from './usage.js';

export type LinkFlags = {
  readonly mode: 'link';
  /** The issuer's id, such as "alipayhk". */
  readonly wallet: string;
  /** Decimal text, within the wallet's limits. */
  readonly amount: string;
  readonly currency: Currency;
  /** Human lines go to stderr and stdout carries nothing but the JSON line. */
  readonly json: boolean;
  readonly keep?: string;
};

type Asked = Omit<LinkFlags, 'mode'>;

/** How many payments the story makes: its day's and its year's limits hold as well. */
const PAYMENTS = 2;

/** @throws UsageError naming the wallets, its currency or its limits */
export function linkFlags(asked: Asked): LinkFlags {
  const known = antomWallets.filter(({ issuer }) => linkedWallets.some((name) => name === issuer));
  const wallet = known.find(({ issuer }) => issuer === asked.wallet);
  if (!wallet) {
    const names = known.map(({ issuer }) => issuer).join(', ');
    // What is no name may be a code in the wrong place, and is not repeated.
    const found = /^[a-z-]{1,16}$/i.test(asked.wallet) ? `"${asked.wallet}"` : `${asked.wallet.length} characters`;
    throw new UsageError(`--link: found ${found}, expected one of ${names}`);
  }
  const { currency, least, name, most, mostADay, mostAYear } = wallet;
  if (asked.currency !== currency) {
    throw new UsageError(`--currency: found ${asked.currency}, expected ${currency}, which ${name} pays in`);
  }
  const amount = parseAmount(asked.amount, currency);
  const text = (minor: number): string => formatAmount({ amount: minor, currency });
  const part = smallestPart(currency);
  // One part alone has no half that can be given back.
  const lowest = Math.max(least, 2 * part);
  const all = [most, mostADay && mostADay / PAYMENTS, mostAYear && mostAYear / PAYMENTS];
  const highest = Math.floor(Math.min(...all.map((limit) => limit ?? Number.MAX_SAFE_INTEGER)));
  if (amount < lowest || amount > highest) {
    const limits = `${text(lowest)} to ${text(highest)}, what ${name} lets one pay twice`;
    throw new UsageError(`--amount: found "${asked.amount}", expected ${limits}`);
  }
  if (amount % part !== 0) {
    throw new UsageError(
      `--amount: found "${asked.amount}", expected a multiple of ${text(part)}, for ${name} takes no smaller part`,
    );
  }
  return { mode: 'link', ...asked };
}
