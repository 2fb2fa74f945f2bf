import type { Currency } from '../../protocol/money.js';
import type { IssuerId } from '../../protocol/words.js';

/** One line of a merchant's table. What it does not name it leaves open. */
export type Route = {
  readonly account: string;
  readonly issuers?: readonly IssuerId[];
  readonly currencies?: readonly Currency[];
};

export type Merchant = { readonly name: string; readonly routes: readonly Route[] };

/** `why` is kept in the ledger: the merchant, the line of its table from 1, what that line asked for, and which were shut. */
export type Routed = { readonly merchant: string; readonly account: string; readonly why: string };

export type Asked = { readonly issuer: IssuerId | null; readonly currency: Currency };

/**
 * The first line that fits. A code of no known issuer fits only a line that names none. `serves`: the account may charge
 * in that currency at all; `usable`: it takes payments just now. A line that was passed over for that is named.
 */
export function routeOf(
  { name, routes }: Merchant,
  asked: Asked,
  serves: (account: string, currency: Currency) => boolean,
  usable: (account: string) => boolean = () => true,
): Routed | undefined {
  const shut: number[] = [];
  for (const [i, route] of routes.entries()) {
    if (!fits(route, asked) || !serves(route.account, asked.currency)) continue;
    if (!usable(route.account)) {
      shut.push(i + 1);
      continue;
    }
    const passed = shut.length === 0 ? '' : `; out of service: route ${shut.join(', ')}`;
    return { merchant: name, account: route.account, why: `${name}, route ${i + 1}: ${conditionsOf(route)}${passed}` };
  }
  return undefined;
}

function fits({ issuers, currencies }: Route, { issuer, currency }: Asked): boolean {
  if (issuers && (issuer === null || !issuers.includes(issuer))) return false;
  return currencies?.includes(currency) ?? true;
}

function conditionsOf({ issuers, currencies }: Route): string {
  const said = [issuers?.join(' or '), currencies?.join(' or ')].filter((x) => x !== undefined);
  return said.length === 0 ? 'any issuer and currency' : said.join(' in ');
}
