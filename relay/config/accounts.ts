import * as v from 'valibot';
import { ISSUER_PATTERN } from '../../protocol/limits.js';
import { reasons } from '../../protocol/words.js';
import { codeMeanings } from '../acquirers/codepay/settings.js';
import { antomReports, codepayReports } from './reports.js';
import { currency, delays, mcc, ms, name, repeatingDelays, text, url } from './values.js';

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

const antom = v.strictObject({
  name,
  kind: v.literal('antom'),
  base_url: url('http', 'https'),
  client_id: text(),
  ...keys,
  key_version: v.optional(text(16), '1'),
  settlement_currency: currency,
  notify_url: url('http', 'https'),
  currencies,
  merchant: v.strictObject({
    reference_merchant_id: text(64),
    merchant_name: text(),
    merchant_mcc: mcc,
    store: v.strictObject({ reference_store_id: text(64), store_name: text(), store_mcc: mcc }),
  }),
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
  notify_url: v.optional(url('http', 'https')),
  currencies,
  // What CodePay's documents leave open; defaults in acquirers/codepay/settings.ts.
  entry_path: v.optional(v.pipe(v.string('text'), v.regex(/^\/[\w/-]{1,100}$/, 'a path such as "/api/entry"'))),
  order_numbers: v.optional(v.picklist(['plain', 'short'], '"plain" or "short"')),
  send_trans_amount: v.optional(v.boolean('true or false')),
  wallets: v.optional(v.record(issuer, v.string('text'), 'a table of issuer = "pay_method_id"')),
  default_wallet: v.optional(v.string('text')),
  codes: v.optional(v.record(v.string(), v.picklist(codeMeanings, `one of ${codeMeanings.join(', ')}`))),
  error_codes: v.optional(v.record(v.string(), v.picklist(reasons.all, 'a reason such as "insufficient-funds"'))),
  plan,
  reports: codepayReports,
});

export const account = v.variant('kind', [antom, codepay], '"antom" or "codepay"');
export type AccountConfig = v.InferOutput<typeof account>;

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
