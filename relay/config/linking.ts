import * as v from 'valibot';
import { modulesFor, SHORT_CODE_CHARS } from '../../protocol/linked-code.js';
import { type Currency, isCurrency, parseAmount } from '../../protocol/money.js';
import { supports } from '../acquirers/capabilities.js';
import type { OwnLimits } from '../linking/limits.js';
import type { LinkingRules } from '../linking/rules.js';
import type { Accounts } from '../routing/accounts.js';
import { type Merchant, routeOf } from '../routing/routes.js';
import { amount, currency, environment, HOUR_MS, ms, port, source, text } from './values.js';

/** `[linking]`: wallets that agree once and are then charged by one press. Without it none is linked, and nothing listens. */

const amounts = v.optional(v.record(currency, amount, 'a table of HKD = "500.00"'), {});

export const linking = v.optional(
  v.strictObject({
    public_url: v.pipe(
      v.string('text'),
      // QR's alphanumeric mode has no other letters, and the path is ours.
      v.regex(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/, 'such as "https://pay.example.com", without a path'),
      v.check(URL.canParse, 'such as "https://pay.example.com": a host and a port that can be'),
    ),
    host: v.optional(text(), '127.0.0.1'),
    port: v.optional(port, 8092),
    proxies: v.optional(v.array(source, 'a list of addresses'), []),
    key_file: v.optional(text(1_024)),
    key_env: v.optional(environment),
    previous_key_file: v.optional(text(1_024)),
    previous_key_env: v.optional(environment),
    page_name: text(64),
    code_life_ms: v.optional(ms(HOUR_MS), 180_000),
    first_payment_ms: v.optional(ms(600_000), 60_000),
    wallet_codes: v.optional(v.boolean('true or false'), false),
    max_payment: amounts,
    max_day: amounts,
    max_year: amounts,
    day_zone: v.optional(
      v.pipe(v.string('text'), v.regex(/^[+-](0\d|1[0-4]):[0-5]\d$/, 'an offset such as "+08:00"')),
      '+08:00',
    ),
  }),
);
export type LinkingConfig = NonNullable<v.InferOutput<typeof linking>>;

type Fault = { readonly key: string; readonly found: string; readonly expected: string };

/** The small display's code: version 3. */
const MODULES_MOST = 29;
const LINK_PATH = '/L/';

/** What one key alone cannot show. `heard`: notifications are; `links`: some account links wallets. */
export function linkingTableFaults(
  config: LinkingConfig | undefined,
  { heard, links, production }: { readonly heard: boolean; readonly links: boolean; readonly production: boolean },
): Fault[] {
  if (!config) return [];
  const faults: Fault[] = [];
  const { public_url: url, key_file, key_env, previous_key_file, previous_key_env } = config;
  const chars = url.length + LINK_PATH.length + SHORT_CODE_CHARS;
  if ((modulesFor(chars) ?? Number.POSITIVE_INFINITY) > MODULES_MOST) {
    const expected = 'at most 66 characters, so that a small display can show the short link';
    faults.push({ key: 'linking.public_url', found: `${url.length} characters`, expected });
  }
  if (production && !url.startsWith('https://')) {
    const expected = 'https:// in production: the phone keeps a cookie that can pay';
    faults.push({ key: 'linking.public_url', found: 'http://', expected });
  }
  if (production && config.proxies.length === 0) {
    // All phones would be one address: who tries a few codes would take the ration of everybody.
    const expected = 'the address of the proxy that holds the certificate';
    faults.push({ key: 'linking.proxies', found: 'nothing', expected });
  }
  if (!heard) faults.push({ key: 'webhooks', found: 'nothing', expected: 'a table: only notifications bring a token' });
  if (!links) faults.push({ key: 'linking', found: 'a table', expected: '[account.linking] of an account as well' });
  if (key_file && key_env) faults.push({ key: 'linking', found: 'both', expected: 'only one of key_file, key_env' });
  if (!key_file && !key_env) faults.push({ key: 'linking', found: 'neither', expected: 'one of key_file, key_env' });
  if (previous_key_file && previous_key_env) {
    faults.push({ key: 'linking', found: 'both', expected: 'only one of previous_key_file, previous_key_env' });
  }
  return [...faults, ...amountFaults(config)];
}

const tables = ['max_payment', 'max_day', 'max_year'] as const;

function amountFaults(config: LinkingConfig): Fault[] {
  return tables.flatMap((table) =>
    Object.entries(config[table]).flatMap(([of, value]) => {
      try {
        if (value !== undefined && isCurrency(of)) parseAmount(value, of);
        return [];
      } catch (error) {
        const expected = error instanceof Error ? error.message.replace(/^.*expected /, '') : 'an amount';
        return [{ key: `linking.${table}.${of}`, found: `"${value}"`, expected }];
      }
    }),
  );
}

function minor(texts: Readonly<Record<string, string | undefined>>): Partial<Record<Currency, number>> {
  const all: Partial<Record<Currency, number>> = {};
  for (const [of, value] of Object.entries(texts)) {
    if (value !== undefined && isCurrency(of)) all[of] = parseAmount(value, of);
  }
  return all;
}

const limitsOf = ({ max_payment, max_day, max_year }: LinkingConfig): OwnLimits => ({
  ...{ maxPayment: minor(max_payment), maxDay: minor(max_day), maxYear: minor(max_year) },
});

/** Minutes ahead of UTC. */
export function zoneMinutes({ day_zone: zone }: LinkingConfig): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** `merchantOf`: whose a kiosk is. A wallet goes by the merchant's table, as a code of that issuer would. */
export function linkingRules(
  config: LinkingConfig,
  accounts: Accounts,
  merchantOf: (kiosk: string) => Merchant | undefined,
): LinkingRules {
  return {
    publicUrl: config.public_url,
    codeLifeMs: config.code_life_ms,
    firstPaymentMs: config.first_payment_ms,
    ownCodes: config.wallet_codes,
    limits: limitsOf(config),
    zoneMinutes: zoneMinutes(config),
    route: (kiosk, issuer) => {
      const merchant = merchantOf(kiosk);
      const wallets = accounts.all().flatMap(({ acquirer }) => acquirer.linking?.wallets ?? []);
      const known = wallets.find((wallet) => wallet.issuer === issuer);
      if (!merchant || !known) return undefined;
      const { currency: paidIn } = known;
      return routeOf(merchant, { issuer, currency: paidIn }, (account) => {
        const { acquirer } = accounts.of(account);
        const links = acquirer.linking?.wallets.some((wallet) => wallet.issuer === issuer) ?? false;
        return links && supports(acquirer.capabilities, paidIn);
      });
    },
  };
}
