import * as v from 'valibot';
import { ISSUER_PATTERN } from '../../protocol/limits.js';
import { reasons } from '../../protocol/words.js';
import { codeMeanings } from '../acquirers/codepay/settings.js';
import { declarationMeanings } from '../acquirers/customs.js';
import { accountLinking, linkingFaults } from './account-linking.js';
import { antomReports, codepayReports } from './reports.js';
import { amount, currency, delays, environment, mcc, ms, name, repeatingDelays, source, text, url } from './values.js';

/** Merchant accounts with acquirers, and which payment goes to which. */

const issuer = v.pipe(v.string('text'), v.regex(ISSUER_PATTERN, 'an issuer of the table, such as alipay'));

const plan = v.optional(
  v.strictObject({
    call_timeout_ms: v.optional(ms(60_000)),
    inquiry_delays_ms: v.optional(repeatingDelays),
    cancel_delays_ms: v.optional(delays),
    refund_inquiry_delays_ms: v.optional(delays),
    new_refund_delays_ms: v.optional(delays),
    code_life_ms: v.optional(ms()),
  }),
  {},
);

const keys = {
  private_key_file: text(1_024),
  public_key_file: text(1_024),
  ca_file: v.optional(text(1_024)),
};

const currencies = v.optional(v.pipe(v.array(currency, 'a list of currencies'), v.minLength(1, 'at least one')));

/** What the contract allows one payment of a wallet; amounts in major units as text. */
const limit = v.strictObject({
  issuers: v.optional(v.pipe(v.array(issuer, 'a list of issuers'), v.minLength(1, 'at least one'))),
  currency,
  least: v.optional(amount),
  most: v.optional(amount),
  most_a_day: v.optional(amount),
});
export type LimitConfig = v.InferOutput<typeof limit>;

const days = v.pipe(v.number('a number'), v.integer('a whole number'), v.minValue(0), v.maxValue(3_650));

/** What the contract says of giving money back, where it differs from the acquirer's documents. */
const windows = v.strictObject({
  cancel_until: v.optional(
    v.strictObject({
      days_later: days,
      time: v.pipe(v.string('text'), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as "00:15"')),
      zone: v.pipe(v.string('text'), v.regex(/^[+-](0\d|1[0-4]):[0-5]\d$/, 'an offset such as "+08:00"')),
    }),
  ),
  refund_days: v.optional(days),
  partial_refunds: v.optional(v.boolean('true or false')),
  refunds_most: v.optional(v.pipe(v.number('a number'), v.integer('a whole number'), v.minValue(1))),
});
export type WindowsConfig = v.InferOutput<typeof windows>;

const terms = {
  limit: v.optional(v.array(limit, 'a list of [[account.limit]] tables'), []),
  windows: v.optional(windows, {}),
};

/** Where notifications come from, and under which path they were called. */
const notices = {
  notify_public_path: v.optional(
    v.pipe(v.string('text'), v.regex(/^\/[\x21-\x7e]{0,1023}$/, 'a path, and its query, such as "/antom/notify"')),
  ),
  notify_from: v.optional(v.pipe(v.array(source, 'a list of addresses'), v.minLength(1, 'at least one'))),
};

/** Payments told to customs. Source: reference acquirers/antom.md section 2.9. */
const customs = v.strictObject({
  place: v.optional(
    v.pipe(v.string('text'), v.regex(/^[A-Za-z0-9_]{1,128}$/, 'a customs code such as "ZONGSHU"')),
    'ZONGSHU',
  ),
  merchant_code: v.optional(text(128)),
  merchant_name: v.optional(text(256)),
  // Words of declarationRequestStatus beside those of acquirers/antom/customs-codes.ts.
  statuses: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[A-Za-z_]{1,64}$/, 'a word such as IN_PROCESS')),
      v.picklist(declarationMeanings, `one of ${declarationMeanings.join(', ')}`),
      'a table of WORD = "waiting"',
    ),
    {},
  ),
});

const antom = v.strictObject({
  name,
  kind: v.literal('antom'),
  base_url: url('http', 'https'),
  client_id: text(),
  ...keys,
  key_version: v.optional(text(16), '1'),
  // By keyVersion, beside public_key_file, while Antom changes its key.
  public_key_files: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,16}$/, 'a keyVersion')),
      text(1_024),
      'a table of "2" = "file"',
    ),
    {},
  ),
  integration: v.optional(
    v.picklist(['merchant', 'system-integrator', 'isv'], '"merchant", "system-integrator" or "isv"'),
    'merchant',
  ),
  agent_token_file: v.optional(text(1_024)),
  agent_token_env: v.optional(environment),
  merchant_account_id: v.optional(text(32)),
  merchant_region: v.optional(v.pipe(v.string('text'), v.regex(/^[A-Z]{2}$/, 'two letters such as "JP"'))),
  settlement_currency: currency,
  notify_url: url('http', 'https'),
  ...notices,
  ...terms,
  currencies,
  linking: accountLinking,
  merchant: v.strictObject({
    reference_merchant_id: text(64),
    merchant_name: text(),
    merchant_mcc: mcc,
    store: v.strictObject({ reference_store_id: text(64), store_name: text(), store_mcc: mcc }),
  }),
  customs: v.optional(customs),
  plan,
  reports: antomReports,
});

const codepay = v.strictObject({
  name,
  kind: v.literal('codepay'),
  base_url: url('http', 'https'),
  app_id: text(32),
  merchant_no: text(32),
  ...keys,
  description: text(),
  store_no: v.optional(text(32)),
  terminal_sn: v.optional(text(32)),
  attach: v.optional(text(128)),
  notify_url: v.optional(
    v.pipe(
      url('http', 'https'),
      v.check((x) => !/[?#]/.test(x), 'an address without a query, which CodePay does not take'),
    ),
  ),
  ...notices,
  ...terms,
  currencies,
  // What CodePay's documents leave open; defaults in acquirers/codepay/settings.ts.
  entry_path: v.optional(v.pipe(v.string('text'), v.regex(/^\/[\w/-]{1,100}$/, 'a path such as "/api/entry"'))),
  order_numbers: v.optional(v.picklist(['plain', 'short'], '"plain" or "short"')),
  send_trans_amount: v.optional(v.boolean('true or false')),
  wallets: v.optional(v.record(issuer, v.string('text'), 'a table of issuer = "pay_method_id"')),
  default_wallet: v.optional(v.string('text')),
  codes: v.optional(v.record(v.string(), v.picklist(codeMeanings, `one of ${codeMeanings.join(', ')}`))),
  error_codes: v.optional(v.record(v.string(), v.picklist(reasons.all, 'a reason such as "insufficient-funds"'))),
  believe_notifications: v.optional(v.boolean('true or false')),
  plan,
  reports: codepayReports,
});

export const account = v.variant('kind', [antom, codepay], '"antom" or "codepay"');
export type AccountConfig = v.InferOutput<typeof account>;

/** Who the merchant is at customs: both of it, or neither. */
export function customsComplaints(accounts: readonly AccountConfig[]) {
  return accounts.flatMap((a, i) => {
    if (a.kind !== 'antom' || !a.customs) return [];
    const { merchant_code: code, merchant_name: name } = a.customs;
    if ((code === undefined) === (name === undefined)) return [];
    return [{ key: `account.${i}.customs`, found: 'one', expected: 'both or neither of merchant_code, merchant_name' }];
  });
}

/** Which of the integrations works with a token of the merchant's that has authorised us. */
export function tokenComplaints(accounts: readonly AccountConfig[]) {
  return accounts.flatMap((a, i) => {
    if (a.kind !== 'antom') return [];
    const { integration, agent_token_file: path, agent_token_env: variable } = a;
    const key = `account.${i}.agent_token`;
    const names = 'agent_token_file, agent_token_env';
    if (path && variable) return [{ key, found: 'both', expected: `only one of ${names}` }];
    if (integration === 'isv') return path || variable ? [] : [{ key, found: 'neither', expected: `one of ${names}` }];
    return path || variable ? [{ key, found: 'one', expected: 'none: it goes with integration = "isv"' }] : [];
  });
}

/** Of the wallets that an account links. */
export const linkingComplaints = (accounts: readonly AccountConfig[]) =>
  accounts.flatMap((a, i) =>
    a.kind === 'antom' ? linkingFaults(`account.${i}.linking`, a.linking, a.currencies) : [],
  );

export const merchant = v.strictObject({
  name,
  route: v.pipe(
    v.array(
      v.strictObject({
        account: name,
        issuers: v.optional(v.pipe(v.array(issuer, 'a list of issuers'), v.minLength(1, 'at least one'))),
        currencies,
      }),
      'a list of [[merchant.route]] tables',
    ),
    v.minLength(1, 'at least one [[merchant.route]]'),
  ),
});
export type MerchantConfig = v.InferOutput<typeof merchant>;
