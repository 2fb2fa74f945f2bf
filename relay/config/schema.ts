import * as v from 'valibot';
import { NAME_PATTERN, PAY_VALID_DEFAULT_MS } from '../../protocol/limits.js';
import { type Currency, isCurrency, parseAmount } from '../../protocol/money.js';

/** The shape of the relay's TOML file. Every default is written here and in `example.toml`, which a test compares. */

const HOUR_MS = 3_600_000;

const ms = (most = HOUR_MS) =>
  v.pipe(
    v.number('a whole number of milliseconds'),
    v.integer('a whole number of milliseconds'),
    v.minValue(1, 'at least 1 ms'),
    v.maxValue(most, `at most ${most} ms`),
  );
const text = (most = 256) =>
  v.pipe(v.string('text'), v.minLength(1, 'text that is not empty'), v.maxLength(most, `at most ${most} characters`));
const name = v.pipe(
  v.string('text'),
  v.regex(NAME_PATTERN, '1 to 32 of A-Z a-z 0-9 _ -, beginning with one of A-Z a-z 0-9'),
);
const currency = v.custom<Currency>((x) => typeof x === 'string' && isCurrency(x), 'an ISO 4217 code such as HKD');
const url = (...protocols: string[]) =>
  v.pipe(
    v.string('text'),
    v.check(
      (x) => URL.canParse(x) && protocols.includes(new URL(x).protocol.slice(0, -1)),
      `an address beginning with ${protocols.map((p) => `${p}://`).join(' or ')}`,
    ),
    v.check(
      (x) => !URL.canParse(x) || (new URL(x).username === '' && new URL(x).password === ''),
      'an address without user and password, which have keys of their own',
    ),
  );
const port = v.pipe(
  v.number('a port number'),
  v.integer('a port number'),
  v.minValue(0, 'a port number, or 0 for any free one'),
  v.maxValue(65_535, 'a port number'),
);
const amount = v.pipe(
  v.string('a decimal as text, such as "35.50"'),
  v.regex(/^\d{1,12}(\.\d{1,3})?$/, 'such as "35.50"'),
);
const environment = v.pipe(
  v.string('text'),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable'),
);

const broker = v.strictObject({
  url: url('mqtt', 'mqtts'),
  username: v.optional(text()),
  password_file: v.optional(text(1_024)),
  password_env: v.optional(environment),
  ca_file: v.optional(text(1_024)),
});

const ledger = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('pglite'), directory: v.optional(text(1_024)) }),
    v.strictObject({
      kind: v.literal('postgres'),
      url_file: v.optional(text(1_024)),
      url_env: v.optional(environment),
      connections: v.optional(
        v.pipe(v.number('a number'), v.integer('a whole number'), v.minValue(2), v.maxValue(100)),
        10,
      ),
    }),
  ],
  '"pglite" or "postgres"',
);

const secrets = v.strictObject({
  code_hash_key_file: v.optional(text(1_024)),
  code_hash_key_env: v.optional(environment),
});

const timers = v.strictObject({
  pay_valid_ms: v.optional(ms(), PAY_VALID_DEFAULT_MS),
  deadline_ms: v.optional(ms(), 50_000),
  kiosk_deadline_ms: v.optional(ms(), 60_000),
  vend_margin_ms: v.optional(ms(), 5_000),
  lease_ms: v.optional(ms(), 60_000),
  report_late_ms: v.optional(ms(24 * HOUR_MS), 120_000),
  clone_window_ms: v.optional(ms(24 * HOUR_MS), 600_000),
});

const policy = v.strictObject({
  doubtful: v.optional(v.picklist(['ask', 'keep', 'reverse'], '"ask", "keep" or "reverse"'), 'ask'),
});

const limits = v.strictObject({
  /** Per currency, for kiosks that have no cap of their own. */
  max_amount: v.optional(v.record(currency, amount), {}),
});

const kiosk = v.strictObject({ name, max_amount: v.optional(amount), currency: v.optional(currency) });
const kiosks = v.strictObject({ any: v.optional(v.boolean('true or false'), false) });

const delays = v.pipe(
  v.array(
    v.pipe(
      v.number('a whole number of milliseconds'),
      v.integer('a whole number of milliseconds'),
      v.minValue(0, 'not less than 0 ms'),
      v.maxValue(HOUR_MS, 'at most an hour'),
    ),
    'a list of milliseconds',
  ),
  v.minLength(1, 'at least one'),
  v.maxLength(100, 'at most 100'),
);
/** Its last wait repeats for ever, so a wait of nothing would ask without a pause. */
const repeatingDelays = v.pipe(
  delays,
  v.check((waits) => (waits.at(-1) ?? 0) > 0, 'a last wait, which repeats, of at least 1 ms'),
);

const mcc = v.pipe(v.string('text'), v.regex(/^\d{4}$/, 'four digits as text'));

const acquirer = v.strictObject({
  kind: v.literal('antom', '"antom"'),
  base_url: url('http', 'https'),
  client_id: text(),
  private_key_file: text(1_024),
  public_key_file: text(1_024),
  key_version: v.optional(text(16), '1'),
  ca_file: v.optional(text(1_024)),
  settlement_currency: currency,
  notify_url: url('http', 'https'),
  currencies: v.optional(v.pipe(v.array(currency, 'a list of currencies'), v.minLength(1, 'at least one'))),
  merchant: v.strictObject({
    reference_merchant_id: text(64),
    merchant_name: text(),
    merchant_mcc: mcc,
    store: v.strictObject({ reference_store_id: text(64), store_name: text(), store_mcc: mcc }),
  }),
  plan: v.optional(
    v.strictObject({
      call_timeout_ms: v.optional(ms(60_000)),
      inquiry_delays_ms: v.optional(repeatingDelays),
      cancel_delays_ms: v.optional(delays),
      refund_inquiry_delays_ms: v.optional(delays),
      new_refund_delays_ms: v.optional(delays),
      code_life_ms: v.optional(ms()),
    }),
    {},
  ),
});

const operations = v.strictObject({ host: v.optional(text(), '127.0.0.1'), port: v.optional(port, 8090) });

export const configSchema = v.strictObject({
  instance: name,
  mode: v.picklist(['demo', 'production'], '"demo" or "production"'),
  broker,
  ledger,
  secrets,
  timers: v.optional(timers, {}),
  policy: v.optional(policy, {}),
  limits: v.optional(limits, {}),
  kiosks: v.optional(kiosks, {}),
  kiosk: v.optional(v.array(kiosk, 'a list of [[kiosk]] tables'), []),
  acquirer,
  operations: v.optional(operations, {}),
});

export type RelayConfig = v.InferOutput<typeof configSchema>;

export type Complaint = { readonly key: string; readonly found: string; readonly expected: string };

/** What one key alone cannot show. */
export function crossCheck(config: RelayConfig): Complaint[] {
  const complaints: Complaint[] = [];
  const { timers: t, secrets: s, ledger: l, broker: b } = config;
  const order = (lower: keyof typeof t, upper: keyof typeof t): void => {
    if (t[lower] >= t[upper]) {
      complaints.push({ key: `timers.${lower}`, found: `${t[lower]}`, expected: `less than ${upper} (${t[upper]})` });
    }
  };
  order('pay_valid_ms', 'deadline_ms');
  order('deadline_ms', 'kiosk_deadline_ms');
  order('vend_margin_ms', 'kiosk_deadline_ms');
  const oneOf = (table: string, x: string | undefined, y: string | undefined, names: string, needed: boolean): void => {
    if (x && y) complaints.push({ key: table, found: 'both', expected: `only one of ${names}` });
    if (needed && !x && !y) complaints.push({ key: table, found: 'neither', expected: `one of ${names}` });
  };
  oneOf('secrets', s.code_hash_key_file, s.code_hash_key_env, 'code_hash_key_file, code_hash_key_env', true);
  oneOf('broker', b.password_file, b.password_env, 'password_file, password_env', b.username !== undefined);
  if (l.kind === 'postgres') oneOf('ledger', l.url_file, l.url_env, 'url_file, url_env', true);
  complaints.push(...kioskComplaints(config), ...productionComplaints(config));
  return complaints;
}

function kioskComplaints(config: RelayConfig): Complaint[] {
  const complaints: Complaint[] = [];
  const check = (key: string, currencyOf: Currency, value: string): void => {
    try {
      parseAmount(value, currencyOf);
    } catch (error) {
      const said = error instanceof Error ? error.message.replace(/^.*expected /, '') : 'an amount';
      complaints.push({ key, found: `"${value}"`, expected: said });
    }
  };
  for (const [of, value] of Object.entries(config.limits.max_amount)) {
    if (value !== undefined && isCurrency(of)) check(`limits.max_amount.${of}`, of, value);
  }
  const seen = new Set<string>();
  for (const [i, k] of config.kiosk.entries()) {
    if (seen.has(k.name)) complaints.push({ key: `kiosk.${i}.name`, found: 'a name used twice', expected: 'its own' });
    seen.add(k.name);
    if (k.max_amount !== undefined && k.currency === undefined) {
      complaints.push({ key: `kiosk.${i}.currency`, found: 'nothing', expected: 'the currency of max_amount' });
    }
    if (k.max_amount !== undefined && k.currency) check(`kiosk.${i}.max_amount`, k.currency, k.max_amount);
  }
  if (config.kiosk.length === 0 && !config.kiosks.any) {
    complaints.push({ key: 'kiosk', found: 'none', expected: 'a [[kiosk]] for each kiosk served' });
  }
  return complaints;
}

function productionComplaints(config: RelayConfig): Complaint[] {
  if (config.mode !== 'production') return [];
  const complaints: Complaint[] = [];
  if (config.ledger.kind === 'pglite') {
    complaints.push({ key: 'ledger.kind', found: '"pglite"', expected: '"postgres": PGlite never syncs to disk' });
  }
  if (config.kiosks.any) complaints.push({ key: 'kiosks.any', found: 'true', expected: 'false in production' });
  return complaints;
}
