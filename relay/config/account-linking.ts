import * as v from 'valibot';
import { parseAmount } from '../../protocol/money.js';
import { antomWallets, walletOf } from '../acquirers/antom/wallets.js';
import type { LinkableWallet } from '../acquirers/linkable.js';
import { amount, text } from './values.js';

/** Which wallets an Antom account may link, and what its contract says of them otherwise than `antom/wallets.ts`. */

const names = antomWallets.map(({ issuer }) => issuer);
const issuer = v.pipe(
  v.string('text'),
  v.check((x) => names.includes(x), `one of ${names.join(', ')}`),
);

/** Amounts in major units as text. */
const wallet = v.strictObject({
  issuer,
  least: v.optional(amount),
  most: v.optional(amount),
  most_a_day: v.optional(amount),
  most_a_year: v.optional(amount),
  chargeback: v.optional(v.boolean('true or false')),
});
type WalletConfig = v.InferOutput<typeof wallet>;

export const accountLinking = v.optional(
  v.strictObject({
    wallets: v.pipe(v.array(issuer, 'a list of wallets'), v.minLength(1, 'at least one')),
    auth_client_id: v.optional(text(64)),
    wallet: v.optional(v.array(wallet, 'a list of [[account.linking.wallet]] tables'), []),
  }),
);
export type AccountLinking = NonNullable<v.InferOutput<typeof accountLinking>>;

type Fault = { readonly key: string; readonly found: string; readonly expected: string };

const amountKeys = ['least', 'most', 'most_a_day', 'most_a_year'] as const;

function amountFaults(key: string, own: WalletConfig, { currency }: LinkableWallet): Fault[] {
  return amountKeys.flatMap((name) => {
    const value = own[name];
    if (value === undefined) return [];
    try {
      parseAmount(value, currency);
      return [];
    } catch (error) {
      const expected = error instanceof Error ? error.message.replace(/^.*expected /, '') : 'an amount';
      return [{ key: `${key}.${name}`, found: `"${value}"`, expected }];
    }
  });
}

/** `least` may be the wallet's own, so that it is named with its number. */
function orderFaults(key: string, { least, ...wallet }: LinkableWallet): Fault[] {
  const uppers = [
    ['most', wallet.most],
    ['most_a_day', wallet.mostADay],
    ['most_a_year', wallet.mostAYear],
  ] as const;
  return uppers.flatMap(([name, upper]) =>
    upper === undefined || upper >= least
      ? []
      : [{ key: `${key}.${name}`, found: `${upper} minor units`, expected: `at least least (${least} minor units)` }],
  );
}

/** What one key alone cannot show; `currencies`: the account's. */
export function linkingFaults(
  key: string,
  linking: AccountLinking | undefined,
  currencies: readonly string[] | undefined,
): Fault[] {
  if (!linking) return [];
  const { wallets, wallet: own } = linking;
  const twice = (list: readonly string[], at: (i: number) => string): Fault[] =>
    list.flatMap((name, i) =>
      list.indexOf(name) === i ? [] : [{ key: at(i), found: `"${name}" a second time`, expected: 'each once' }],
    );
  const strangers = own.flatMap(({ issuer: name }, i) =>
    wallets.includes(name)
      ? []
      : [{ key: `${key}.wallet.${i}.issuer`, found: `"${name}"`, expected: `one of wallets (${wallets.join(', ')})` }],
  );
  const known = wallets.flatMap((name, i) => {
    const { currency } = walletOf(antomWallets, name) ?? {};
    if (currency === undefined || !currencies || currencies.includes(currency)) return [];
    const expected = `wallets of currencies (${currencies.join(', ')}), or ${currency} among them`;
    return [{ key: `${key}.wallets.${i}`, found: `"${name}", which pays in ${currency}`, expected }];
  });
  const amounts = own.flatMap((table, i) => {
    const base = walletOf(antomWallets, table.issuer);
    const wrong = base ? amountFaults(`${key}.wallet.${i}`, table, base) : [];
    if (!base || wrong.length > 0) return wrong;
    return orderFaults(`${key}.wallet.${i}`, withOwn(base, table));
  });
  return [
    ...twice(wallets, (i) => `${key}.wallets.${i}`),
    ...twice(
      own.map((table) => table.issuer),
      (i) => `${key}.wallet.${i}.issuer`,
    ),
    ...[...strangers, ...known, ...amounts],
  ];
}

function withOwn(wallet: LinkableWallet, own: WalletConfig | undefined): LinkableWallet {
  const { currency } = wallet;
  const { least, most, most_a_day: aDay, most_a_year: aYear, chargeback } = own ?? {};
  return {
    ...wallet,
    ...(least === undefined ? {} : { least: parseAmount(least, currency) }),
    ...(most === undefined ? {} : { most: parseAmount(most, currency) }),
    ...(aDay === undefined ? {} : { mostADay: parseAmount(aDay, currency) }),
    ...(aYear === undefined ? {} : { mostAYear: parseAmount(aYear, currency) }),
    ...(chargeback === undefined ? {} : { chargeback }),
  };
}

/** The wallets with what the contract says of them. @throws RangeError for an amount that `linkingFaults` finds. */
export const walletsOf = ({ wallets, wallet: own }: AccountLinking): readonly LinkableWallet[] =>
  antomWallets
    .filter(({ issuer: name }) => wallets.includes(name))
    .map((known) =>
      withOwn(
        known,
        own.find((table) => table.issuer === known.issuer),
      ),
    );
