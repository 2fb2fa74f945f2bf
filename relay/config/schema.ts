import { resolve } from 'node:path';
import * as v from 'valibot';
import { PAY_VALID_DEFAULT_MS } from '../../protocol/limits.js';
import { type Currency, isCurrency, parseAmount } from '../../protocol/money.js';
import { shareModes } from '../link/share.js';
import { account, customsComplaints, linkingComplaints, merchant, tokenComplaints } from './accounts.js';
import { linking, linkingTableFaults } from './linking.js';
import { reconcile } from './reports.js';
import { amount, currency, environment, HOUR_MS, ms, name, port, source, text, url } from './values.js';

/** The shape of the relay's TOML file. Every default is written here and in `example.toml`, which a test compares. */

const broker = v.strictObject({
  url: url('mqtt', 'mqtts'),
  username: v.optional(text()),
  password_file: v.optional(text(1_024)),
  password_env: v.optional(environment),
  ca_file: v.optional(text(1_024)),
  shared: v.optional(v.picklist(shareModes, '"auto", "on" or "off"'), 'auto'),
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
  /** 32 bytes in hex: buyers in declarations to customs are sealed with it. */
  customs_key_file: v.optional(text(1_024)),
  customs_key_env: v.optional(environment),
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

const kiosk = v.strictObject({
  name,
  merchant: v.optional(name),
  max_amount: v.optional(amount),
  currency: v.optional(currency),
});
const kiosks = v.strictObject({ any: v.optional(v.boolean('true or false'), false) });

const operations = v.strictObject({ host: v.optional(text(), '127.0.0.1'), port: v.optional(port, 8090) });

/** Without this table no notification is heard, and everything is asked for. */
const webhooks = v.strictObject({
  host: v.optional(text(), '127.0.0.1'),
  port: v.optional(port, 8091),
  proxies: v.optional(v.array(source, 'a list of addresses'), []),
});

const whole = (least: number, most: number) =>
  v.pipe(v.number('a number'), v.integer('a whole number'), v.minValue(least), v.maxValue(most));

const retention = v.strictObject({
  /** A code lives for minutes, and a Pay is never older: an hour is plenty to know a code that is used twice (S2). */
  code_hashes_hours: v.optional(whole(1, 8_760), 24),
  buyers_days: v.optional(whole(1, 3_650), 180),
  /** PCI DSS 10.5.1 wants an audit trail of a year. */
  words_days: v.optional(whole(1, 3_650), 400),
  audit_days: v.optional(whole(1, 7_300), 3_650),
  /** The daily comparison looks a week back. */
  reports_days: v.optional(whole(30, 3_650), 730),
});

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
  account: v.pipe(v.array(account, 'a list of [[account]] tables'), v.minLength(1, 'at least one [[account]]')),
  merchant: v.optional(v.array(merchant, 'a list of [[merchant]] tables'), []),
  operations: v.optional(operations, {}),
  webhooks: v.optional(webhooks),
  reconcile: v.optional(reconcile, {}),
  retention: v.optional(retention, {}),
  linking,
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
  oneOf('secrets', s.customs_key_file, s.customs_key_env, 'customs_key_file, customs_key_env', false);
  oneOf('broker', b.password_file, b.password_env, 'password_file, password_env', b.username !== undefined);
  for (const [i, a] of config.account.entries()) {
    const sftp = a.kind === 'antom' ? a.reports?.sftp : undefined;
    if (!sftp) continue;
    const ways = 'password_file, password_env, private_key_file';
    const [password, ...more] = [sftp.password_file, sftp.password_env, sftp.private_key_file].filter(
      (x) => x !== undefined,
    );
    oneOf(`account.${i}.reports.sftp`, password, more[0], ways, true);
  }
  if (l.kind === 'postgres') oneOf('ledger', l.url_file, l.url_env, 'url_file, url_env', true);
  complaints.push(...routeComplaints(config), ...kioskComplaints(config), ...productionComplaints(config));
  complaints.push(
    ...tokenComplaints(config.account),
    ...customsComplaints(config.account),
    ...linkingComplaints(config.account),
    ...linkingTableFaults(config.linking, {
      heard: config.webhooks !== undefined,
      links: config.account.some((a) => a.kind === 'antom' && a.linking !== undefined),
      production: config.mode === 'production',
    }),
    ...folderComplaints(config),
  );
  const { words_days: words, audit_days: audit } = config.retention;
  if (words > audit) {
    complaints.push({ key: 'retention.words_days', found: `${words}`, expected: `at most audit_days (${audit})` });
  }
  return complaints;
}

/** All files of a folder are held against one account's payments: another's would all be unknown there. */
function folderComplaints({ account: accounts }: RelayConfig): Complaint[] {
  const owners = new Map<string, string>();
  return accounts.flatMap((a, i) => {
    const folder = a.kind === 'antom' ? a.reports?.folder : undefined;
    if (folder === undefined) return [];
    const owner = owners.get(resolve(folder));
    if (owner === undefined) owners.set(resolve(folder), a.name);
    const key = `account.${i}.reports.folder`;
    return owner === undefined ? [] : [{ key, found: `the folder of account "${owner}"`, expected: 'its own' }];
  });
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

/** Every name that another table uses must be there, and none twice. */
function routeComplaints(config: RelayConfig): Complaint[] {
  const { account: accounts, merchant: merchants, kiosk: kiosks } = config;
  const complaints: Complaint[] = [];
  const unique = (table: string, rows: readonly { readonly name: string }[]): Set<string> => {
    const names = new Set<string>();
    for (const [i, row] of rows.entries()) {
      if (names.has(row.name)) {
        complaints.push({ key: `${table}.${i}.name`, found: 'a name used twice', expected: 'its own' });
      }
      names.add(row.name);
    }
    return names;
  };
  const known = (key: string, found: string, names: Set<string>): void => {
    if (names.has(found)) return;
    const expected = names.size === 0 ? 'none, for there is no such table' : `one of ${[...names].join(', ')}`;
    complaints.push({ key, found: `"${found}"`, expected });
  };
  const accountNames = unique('account', accounts);
  const merchantNames = unique('merchant', merchants);
  for (const [i, { route }] of merchants.entries()) {
    for (const [j, { account: to }] of route.entries()) known(`merchant.${i}.route.${j}.account`, to, accountNames);
  }
  for (const [i, k] of kiosks.entries()) {
    if (k.merchant !== undefined) known(`kiosk.${i}.merchant`, k.merchant, merchantNames);
    else if (merchants.length > 1) {
      const expected = `one of ${[...merchantNames].join(', ')}, since there are several`;
      complaints.push({ key: `kiosk.${i}.merchant`, found: 'nothing', expected });
    }
  }
  if (config.kiosks.any && merchants.length > 1) {
    complaints.push({ key: 'kiosks.any', found: 'true', expected: 'false, since there are several merchants' });
  }
  return complaints;
}

/** Nobody listens between a process and another of its machine, such as a proxy that speaks TLS. */
function isOpenToAll(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return /^(http|mqtt):$/.test(protocol) && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(hostname);
}

function productionComplaints(config: RelayConfig): Complaint[] {
  if (config.mode !== 'production') return [];
  const complaints: Complaint[] = [];
  if (config.ledger.kind === 'pglite') {
    complaints.push({ key: 'ledger.kind', found: '"pglite"', expected: '"postgres": PGlite never syncs to disk' });
  }
  if (config.kiosks.any) complaints.push({ key: 'kiosks.any', found: 'true', expected: 'false in production' });
  if (isOpenToAll(config.broker.url)) {
    const expected = 'mqtts:// in production: payment codes would pass in the clear';
    complaints.push({ key: 'broker.url', found: 'mqtt:// to another machine', expected });
  }
  for (const [i, { base_url }] of config.account.entries()) {
    if (!isOpenToAll(base_url)) continue;
    const expected = 'https:// in production: a payment code would pass in the clear';
    complaints.push({ key: `account.${i}.base_url`, found: 'http:// to another machine', expected });
  }
  return complaints;
}
