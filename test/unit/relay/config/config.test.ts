import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { antomPlan } from '../../../../relay/acquirers/antom/plan.js';
import { codepayPlan } from '../../../../relay/acquirers/codepay/plan.js';
import { ConfigError, loadConfig, parseConfig } from '../../../../relay/config/load.js';
import { needsOf } from '../../../../relay/config/needs.js';
import { openAccounts, openDatabase } from '../../../../relay/config/parts.js';
import { accountsOfKiosk, admissionOf, knownKiosks } from '../../../../relay/config/rules.js';
import { readSecrets } from '../../../../relay/config/secrets.js';
import { endpointsOf } from '../../../../relay/config/webhooks.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { generateKeys } from '../../../../relay/sandbox/keys.js';

const codepayExample = readFileSync(
  fileURLToPath(new URL('../../../../relay/example-codepay.toml', import.meta.url)),
  'utf8',
);
const example = readFileSync(fileURLToPath(new URL('../../../../relay/example.toml', import.meta.url)), 'utf8');

/** What parseConfig says of a text; '' when it is good. */
function complaints(text: string): string {
  try {
    parseConfig(text, 'relay.toml');
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const changed = (from: string | RegExp, to: string): string => {
  const text = example.replace(from, to);
  if (text === example) throw new Error(`the example has no ${from}`);
  return text;
};

describe('the example', () => {
  test('is good', () => {
    expect(complaints(example)).toBe('');
  });

  test('shows every key, and as a comment every default that the program has', () => {
    // Each "# key = value" line, uncommented, is still good and changes nothing.
    const names = /^# (\w+_ms|key_version|integration|doubtful|host|port|slack_minutes) = /gm;
    const uncommented = example.replace(names, '$1 = ');
    const { account, ...rest } = parseConfig(uncommented, 'relay.toml');
    const { account: shown, ...plain } = parseConfig(example, 'relay.toml');
    expect(rest).toEqual(plain);
    expect(account.map((a) => ({ ...a, plan: {} }))).toEqual(shown);
  });
});

test('in production a proxy of this machine may be spoken to without TLS, and nobody else', () => {
  const production = changed('mode = "demo"', 'mode = "production"');
  const at = (url: string) => complaints(production.replace('https://open-sea-global.alipay.com', url));
  for (const url of ['http://127.0.0.1:8443', 'http://localhost:1', 'http://[::1]:1', 'https://x.example']) {
    expect(at(url)).not.toContain('base_url');
  }
  for (const url of ['http://10.0.0.7', 'http://127.0.0.1.example', 'http://localhost.example']) {
    expect(at(url)).toContain('account.0.base_url');
  }
  const broker = (url: string) => complaints(production.replace('mqtt://127.0.0.1:1883', url));
  for (const url of ['mqtt://127.0.0.1', 'mqtt://LOCALHOST:1', 'mqtt://[::1]:1', 'mqtts://broker.example.com']) {
    expect(broker(url)).not.toContain('broker.url');
  }
  for (const url of ['mqtt://broker.example.com', 'mqtt://10.0.0.7', 'mqtt://127.0.0.1.example']) {
    expect(broker(url)).toContain('broker.url: found mqtt:// to another machine, expected mqtts:// in production');
  }
  expect(complaints(changed('mqtt://127.0.0.1:1883', 'mqtt://broker.example.com')), 'a demo may').toBe('');
});

describe('what is wrong is named: file, key, found, expected', () => {
  test.each([
    [
      'a key that is not known',
      changed('[timers]', '[timers]\ndeadlin_ms = 5'),
      'timers.deadlin_ms: found a key that is not known, expected deadline_ms?',
    ],
    [
      'a table that is not known',
      `${example}\n[brokers]\nurl = "x"`,
      'brokers: found a key that is not known, expected broker?',
    ],
    [
      'nothing like it',
      changed('[timers]', '[timers]\nzzz = 5'),
      'timers.zzz: found a key that is not known, expected one of pay_valid_ms, ',
    ],
    [
      'a key of the other ledger',
      changed('kind = "pglite"', 'kind = "pglite"\nconnections = 5'),
      'ledger.connections: found a key that only goes with kind = "postgres", expected none here: with kind = "pglite" there are kind, directory',
    ],
    [
      'a key of the other ledger, the other way round',
      changed('kind = "pglite"', 'kind = "postgres"\nurl_env = "X"\ndirectory = "/x"'),
      'ledger.directory: found a key that only goes with kind = "pglite", expected none here: with kind = "postgres" there are kind, url_file, url_env, connections',
    ],
    [
      'a mistyped key of this ledger',
      changed('kind = "pglite"', 'kind = "postgres"\nurl_env = "X"\nconections = 5'),
      'ledger.conections: found a key that is not known, expected connections?',
    ],
    [
      'a mistyped key that this ledger does not have',
      changed('kind = "pglite"', 'kind = "pglite"\nconections = 5'),
      'ledger.conections: found a key that is not known, expected one of kind, directory',
    ],
    [
      'in a list',
      changed('name = "lobby-1"', 'name = "lobby-1"\nmax_amuont = "1"'),
      'kiosk.0.max_amuont ("lobby-1"): found a key that is not known, expected max_amount?',
    ],
    ['a missing key', changed('instance = "relay-1"', ''), 'instance: found nothing, expected this key'],
    ['a missing table', changed(/\[secrets\][^[]*/, ''), 'secrets: found nothing, expected this key'],
    [
      'a wrong type',
      changed('# deadline_ms = 50000', 'deadline_ms = "50000"'),
      'timers.deadline_ms: found text of 5 characters, expected a whole number of milliseconds',
    ],
    [
      'a fraction',
      changed('# deadline_ms = 50000', 'deadline_ms = 0.5'),
      'timers.deadline_ms: found the number 0.5, expected a whole number of milliseconds',
    ],
    [
      'a wrong mode',
      changed('mode = "demo"', 'mode = "test"'),
      'mode: found text of 4 characters, expected "demo" or "production"',
    ],
    [
      'a wrong policy',
      changed('# doubtful = "ask"', 'doubtful = "guess"'),
      'policy.doubtful: found text of 5 characters, expected "ask", "keep" or "reverse"',
    ],
    [
      'a wrong ledger',
      changed('kind = "pglite"', 'kind = "sqlite"'),
      'ledger.kind: found text of 6 characters, expected "pglite" or "postgres"',
    ],
    [
      'an address',
      changed('mqtt://127', 'http://127'),
      'broker.url: found text of 21 characters, expected an address beginning with mqtt:// or mqtts://',
    ],
    [
      'a password in an address',
      changed('mqtt://127', 'mqtt://u:hunter2@127'),
      'broker.url: found text of 31 characters, expected an address without user and password',
    ],
    [
      'a currency',
      changed('settlement_currency = "HKD"', 'settlement_currency = "HKX"'),
      'account.0.settlement_currency ("antom-hk"): found text of 3 characters, expected an ISO 4217 code such as HKD',
    ],
    [
      'too many places',
      changed('max_amount = "100.00"', 'max_amount = "100.001"'),
      'kiosk.0.max_amount ("lobby-1"): found "100.001", expected a decimal of at most',
    ],
    [
      'an amount that is a number',
      changed('max_amount = "100.00"', 'max_amount = 100'),
      'kiosk.0.max_amount ("lobby-1"): found the number 100, expected a decimal as text',
    ],
    [
      'a cap without currency',
      changed('currency = "HKD"                       # this', '# this'),
      'kiosk.0.currency ("lobby-1"): found nothing, expected the currency of max_amount',
    ],
    [
      'the order of deadlines',
      changed('# deadline_ms = 50000', 'deadline_ms = 60000'),
      'timers.deadline_ms: found 60000, expected less than kiosk_deadline_ms (60000)',
    ],
    [
      'audit rows that go before their words',
      changed('# audit_days = 3650', 'audit_days = 399'),
      'retention.words_days: found 400, expected at most audit_days (399)',
    ],
    [
      'reports that go before the daily comparison is done with them',
      changed('# reports_days = 730', 'reports_days = 7'),
      'retention.reports_days: found the number 7, expected >=30',
    ],
    [
      'no wait between inquiries, for ever',
      changed(/^# inquiry_delays_ms = .*$/m, 'inquiry_delays_ms = [0, 2000, 0]'),
      'account.0.plan.inquiry_delays_ms ("antom-hk"): found a list of 3, expected a last wait, which repeats, of at least 1 ms',
    ],
    [
      'no inquiries',
      changed(/^# inquiry_delays_ms = .*$/m, 'inquiry_delays_ms = []'),
      'account.0.plan.inquiry_delays_ms ("antom-hk"): found a list of 0, expected at least one',
    ],
    [
      'an account of a kind that is none',
      changed('kind = "antom"', 'kind = "antomm"'),
      'account.0.kind ("antom-hk"): found text of 6 characters, expected "antom" or "codepay"',
    ],
    [
      'a route to an account that is not there',
      changed('account = "antom-hk"', 'account = "antom-us"'),
      'merchant.0.route.0.account ("kiosk-company"): found "antom-us", expected one of antom-hk',
    ],
    [
      'a kiosk of a merchant that is not there',
      changed('# merchant = "kiosk-company"', 'merchant = "other"'),
      'kiosk.0.merchant ("lobby-1"): found "other", expected one of kiosk-company',
    ],
    [
      'two accounts of one name',
      changed(
        '[[merchant]]\n',
        `${example.slice(example.indexOf('[[account]]'), example.indexOf('[account.merchant]'))}${example.slice(example.indexOf('[account.merchant]'), example.indexOf('# How the acquirer'))}[[merchant]]\n`,
      ),
      'account.1.name ("antom-hk"): found a name used twice, expected its own',
    ],
    [
      'several merchants, and a kiosk of none',
      `${example}\n[[merchant]]\nname = "other"\n[[merchant.route]]\naccount = "antom-hk"\n`,
      'kiosk.0.merchant ("lobby-1"): found nothing, expected one of kiosk-company, other, since there are several',
    ],
    [
      'several merchants, and kiosks that nobody has named',
      `${example}\n[[merchant]]\nname = "other"\n[[merchant.route]]\naccount = "antom-hk"\n`,
      'kiosks.any: found true, expected false, since there are several merchants',
    ],
    [
      'an issuer that cannot be one',
      changed('# issuers = ["alipay", "alipayplus"]', 'issuers = ["Ali Pay"]'),
      'merchant.0.route.0.issuers.0 ("kiosk-company"): found text of 7 characters, expected an issuer of the table, such as alipay',
    ],
    [
      'no secret',
      changed(/^code_hash_key_env.*$/m, ''),
      'secrets: found neither, expected one of code_hash_key_file, code_hash_key_env',
    ],
    [
      'nobody to serve',
      changed('any = true', 'any = false').replace(/\[\[kiosk\]\][^[]*/, ''),
      'kiosk: found none, expected a [[kiosk]] for each kiosk served',
    ],
    [
      'PGlite in production',
      changed('mode = "demo"', 'mode = "production"'),
      'ledger.kind: found "pglite", expected "postgres"',
    ],
    [
      'any kiosk in production',
      changed('mode = "demo"', 'mode = "production"'),
      'kiosks.any: found true, expected false in production',
    ],
    [
      'an acquirer without TLS in production',
      changed('mode = "demo"', 'mode = "production"').replace('https://open-sea', 'http://open-sea'),
      'account.0.base_url ("antom-hk"): found http:// to another machine, expected https:// in production',
    ],
    ['no TOML', 'instance = \n', 'line 1, column'],
    [
      'an address for CodePay that it does not take',
      codepayExample.replace(/# notify_url = "([^"]+)"/, 'notify_url = "$1?kiosk=1"'),
      'account.0.notify_url ("codepay-us"): found text of 44 characters, expected an address without a query, which CodePay does not take',
    ],
    [
      'an integration that needs a token, without one',
      changed('# integration = "merchant"', 'integration = "isv"'),
      'account.0.agent_token ("antom-hk"): found neither, expected one of agent_token_file, agent_token_env',
    ],
    [
      'a token that nobody needs',
      changed('# agent_token_file', 'agent_token_file'),
      'account.0.agent_token ("antom-hk"): found one, expected none: it goes with integration = "isv"',
    ],
    [
      'a source that is no address',
      changed('# notify_from = ["203.0.113.7"]', 'notify_from = ["relay.example"]'),
      'account.0.notify_from.0 ("antom-hk"): found text of 13 characters, expected an address such as "3.135.111.52"',
    ],
    [
      'a public path that is a whole address',
      changed('# notify_public_path = "/antom/notify"', 'notify_public_path = "https://relay.example/x"'),
      'account.0.notify_public_path ("antom-hk"): found text of 23 characters, expected a path, and its query',
    ],
    [
      'a limit that has no such places',
      changed('# [[account.limit]]', '[[account.limit]]')
        .replace('# currency = "HKD"\n# least', 'currency = "HKD"\n# least')
        .replace('# most = "50000.00"', 'most = 50000'),
      'account.0.limit.0.most ("antom-hk"): found the number 50000, expected a decimal as text',
    ],
    [
      'a time of day that is none',
      changed('# cancel_until', 'cancel_until').replace('"00:15"', '"24:15"'),
      'account.0.windows.cancel_until.time ("antom-hk"): found text of 5 characters, expected a time such as "00:15"',
    ],
  ])('%s', (_, text, expected) => {
    const said = complaints(text);
    expect(said).toContain(`relay.toml: ${expected}`);
  });

  test('all of it at once, a line each', () => {
    const text = changed('instance = "relay-1"', 'instance = 1').replace('mode = "demo"', 'mode = 2');
    expect(complaints(text).split('\n')).toHaveLength(2);
  });

  test('a file that is not there', async () => {
    await expect(loadConfig('/nowhere/relay.toml')).rejects.toThrow('/nowhere/relay.toml: cannot be read (ENOENT)');
  });

  test('whatever a value is replaced by, the complaint never quotes it: a secret may be in the wrong place', () => {
    const secret = 'hunter2-s3cret';
    const paths = [['broker', 'url'], ['secrets', 'code_hash_key_env'], ['ledger', 'kind'], ['mode']];
    fc.assert(
      fc.property(fc.constantFrom(...paths), (path) => {
        const raw = parse(example) as Record<string, unknown>;
        let table = raw;
        for (const key of path.slice(0, -1)) table = table[key] as Record<string, unknown>;
        table[path.at(-1) ?? ''] = secret;
        const said = complaints(stringify(raw));
        expect(said).toContain(path.join('.'));
        expect(said).not.toContain(secret);
      }),
    );
  });
});

describe('secrets and parts', () => {
  let folder = '';
  let keys: Awaited<ReturnType<typeof generateKeys>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quietzone-config-'));
    keys = await generateKeys(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const key = 'ab'.repeat(32);
  const keyPair = (secrets: Awaited<ReturnType<typeof readSecrets>>) => {
    const found = secrets.accounts.get('antom-hk');
    if (!found) throw new Error('no keys');
    return found;
  };
  const withKeys = () =>
    parseConfig(
      example
        .replace('/etc/quietzone/antom-private.pem', join(folder, 'merchant-private.pem'))
        .replace('/etc/quietzone/antom-public.pem', join(folder, 'antom-public.pem')),
      'relay.toml',
    );

  test('are read from environment and files', async () => {
    const secrets = await readSecrets(withKeys(), { QUIETZONE_CODE_HASH_KEY: key });
    expect(Buffer.from(secrets.codeHashKey).toString('hex')).toBe(key);
    expect(secrets.accounts.get('antom-hk')?.privateKeyPem).toBe(keys.merchantPrivatePem);
  });

  test('a short key, a missing variable and a missing file are named, not shown', async () => {
    const read = (env: Record<string, string>) => readSecrets(withKeys(), env);
    await expect(read({})).rejects.toThrow(
      'secrets.code_hash_key_env: found nothing in the environment variable QUIETZONE_CODE_HASH_KEY',
    );
    await expect(read({ QUIETZONE_CODE_HASH_KEY: 'short' })).rejects.toThrow(
      'secrets.code_hash_key_env: found in the environment variable QUIETZONE_CODE_HASH_KEY 5 bytes, expected at least 32',
    );
    const lost = parseConfig(example, 'relay.toml');
    await expect(readSecrets(lost, { QUIETZONE_CODE_HASH_KEY: key })).rejects.toThrow(
      'account.0.private_key_file ("antom-hk"): /etc/quietzone/antom-private.pem cannot be read (ENOENT)',
    );
  });

  test('the acquirer is made of the config; a key that is none is named, not shown', async () => {
    const config = withKeys();
    const secrets = await readSecrets(config, { QUIETZONE_CODE_HASH_KEY: key });
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const parts = { clock: systemClock, log };
    const account = config.account.map((a) => ({ ...a, plan: { code_life_ms: 7 } }));
    const { acquirer } = openAccounts({ ...config, account }, secrets, parts).of('antom-hk');
    expect(acquirer.name).toBe('antom');
    expect(acquirer.plan.codeLifeMs).toBe(7);
    const bad = { ...secrets, accounts: new Map([['antom-hk', { privateKeyPem: 'TOPSECRET', publicKeyPem: '' }]]) };
    expect(() => openAccounts(config, bad, parts)).toThrow(
      `account "antom-hk": private_key_file: ${join(folder, 'merchant-private.pem')}: found something else`,
    );
    expect(() => openAccounts(config, bad, parts)).not.toThrow(/TOPSECRET/);
  });

  test('contract limits, keys by version and the token of an authorised merchant reach the adapter', async () => {
    const token = 'AGENT-TOKEN-0123456789';
    const text = stringify(withKeys() as Record<string, unknown>);
    const raw = parse(text) as { account: Record<string, unknown>[] };
    const [own] = raw.account;
    Object.assign(own ?? {}, {
      ...{ integration: 'isv', agent_token_env: 'TOKEN', public_key_files: { 2: join(folder, 'antom-public.pem') } },
      limit: [
        { issuers: ['alipay'], currency: 'HKD', least: '0.10', most: '500.00', most_a_day: '2000.00' },
        { currency: 'JPY', most: '5000' },
      ],
      windows: {
        cancel_until: { days_later: 2, time: '23:59', zone: '-03:30' },
        ...{ refund_days: 30, partial_refunds: false, refunds_most: 1 },
      },
    });
    const config = parseConfig(stringify(raw), 'relay.toml');
    const secrets = await readSecrets(config, { QUIETZONE_CODE_HASH_KEY: key, TOKEN: token });
    expect(secrets.accounts.get('antom-hk')).toMatchObject({
      agentToken: token,
      publicKeys: { 2: keys.acquirerPublicPem },
    });
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const { acquirer } = openAccounts(config, secrets, { clock: systemClock, log }).of('antom-hk');
    expect(acquirer.capabilities).toMatchObject({
      amounts: [
        { issuers: ['alipay'], currency: 'HKD', least: 10, most: 50_000, mostADay: 200_000 },
        { currency: 'JPY', most: 5_000 },
      ],
      cancelUntil: { daysLater: 2, minuteOfDay: 23 * 60 + 59, zoneOffsetMinutes: -210 },
      ...{ refundWindowMs: 30 * 86_400_000, partialRefunds: false, refundsMost: 1 },
    });
    const bad = { ...secrets, accounts: new Map([['antom-hk', { ...keyPair(secrets), agentToken: 'with blank' }]]) };
    expect(() => openAccounts(config, bad, { clock: systemClock, log })).toThrow(/agentToken: found 10 characters/);
    expect(() => openAccounts(config, bad, { clock: systemClock, log })).not.toThrow(/with blank/);
    await expect(readSecrets(config, { QUIETZONE_CODE_HASH_KEY: key })).rejects.toThrow('account.0.agent_token_env');
    const needs = await needsOf(config, {});
    expect(needs.map((need) => need.key)).toEqual(
      expect.arrayContaining(['account.0.agent_token_env ("antom-hk")', 'account.0.public_key_files.2 ("antom-hk")']),
    );
  });

  test('a limit that its currency cannot have is named', async () => {
    const config = parseConfig(example, 'relay.toml');
    const account = config.account.map((a) => ({ ...a, limit: [{ currency: 'JPY' as const, most: '0.5' }] }));
    const accounts = new Map([
      ['antom-hk', { privateKeyPem: keys.merchantPrivatePem, publicKeyPem: keys.acquirerPublicPem }],
    ]);
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const open = () =>
      openAccounts({ ...config, account }, { codeHashKey: Buffer.alloc(32), accounts }, { clock: systemClock, log });
    expect(open).toThrow(/^account "antom-hk": limit\.0: amount: found "0\.5"/);
  });

  test('each account listens at its name and at the path of its notify_url', async () => {
    const config = parseConfig(
      changed('# notify_from', 'notify_from').replace(
        '# notify_public_path = "/antom/notify"',
        'notify_public_path = "/p?q"',
      ),
      'relay.toml',
    );
    const accounts = new Map([
      ['antom-hk', { privateKeyPem: keys.merchantPrivatePem, publicKeyPem: keys.acquirerPublicPem }],
    ]);
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const opened = openAccounts(config, { codeHashKey: Buffer.alloc(32), accounts }, { clock: systemClock, log });
    expect(endpointsOf(config, opened)).toMatchObject([
      { account: 'antom-hk', paths: ['/antom-hk', '/antom/notify'], publicPath: '/p?q', from: ['203.0.113.7'] },
    ]);
  });

  test('what the payment machine may decide and how often it asks are those of the config', async () => {
    const secrets = await readSecrets(withKeys(), { QUIETZONE_CODE_HASH_KEY: key });
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const policy = (text: string) => {
      const config = parseConfig(text, 'relay.toml');
      return openAccounts(config, secrets, { clock: systemClock, log }).of('antom-hk').policy;
    };
    expect(policy(example)).toMatchObject({ doubtful: 'ask', newRefundDelaysMs: antomPlan.newRefundDelaysMs });
    expect(policy(changed('# doubtful = "ask"', 'doubtful = "reverse"')).doubtful).toBe('reverse');
    const plan = '[account.plan]\nrefund_inquiry_delays_ms = [7, 8]\nnew_refund_delays_ms = [9]';
    const own = policy(changed('[account.plan]', plan));
    expect([own.refundInquiryDelaysMs, own.newRefundDelaysMs]).toEqual([[7, 8], [9]]);
  });

  test('CodePay: its example is good, shows every key and default, and makes an account that gives up before the expiry', async () => {
    expect(complaints(codepayExample)).toBe('');
    const uncommented = codepayExample
      .replace(
        /^# (\w+_ms|entry_path|order_numbers|send_trans_amount|default_wallet|believe_notifications|terminal_sn|attach) = /gm,
        '$1 = ',
      )
      .replace('# 1001 = ', '1001 = ')
      .replace('# paypay = ', 'paypay = ')
      .replace('# INSUFFICIENT = ', 'INSUFFICIENT = ')
      .replace(/^(private|public)_key_file = "[^"]*"/gm, (_, which: string) => `${which}_key_file = "${which}"`);
    const config = parseConfig(uncommented, 'relay.toml');
    const accounts = new Map([
      ['codepay-us', { privateKeyPem: keys.merchantPrivatePem, publicKeyPem: keys.acquirerPublicPem }],
    ]);
    const parts = { clock: systemClock, log: { info: () => {}, warn: () => {}, error: () => {} } };
    const opened = openAccounts(config, { codeHashKey: Buffer.alloc(32), accounts }, parts);
    const { acquirer } = opened.of('codepay-us');
    expect(acquirer.plan).toEqual(codepayPlan);
    expect(acquirer.capabilities.refundsMost).toBe(10);
    const to = admissionOf(config, opened).route('lobby-1', { issuer: 'alipay', currency: 'USD' });
    expect(to).toMatchObject({ merchant: 'default', account: 'codepay-us', deadlineMs: 42_000 });
    const hasty = { ...config, timers: { ...config.timers, kiosk_deadline_ms: 38_000 } };
    expect(() => openAccounts(hasty, { codeHashKey: Buffer.alloc(32), accounts }, parts)).toThrow(
      'account.0 ("codepay-us"): codepay gives a payment up 18000 ms before',
    );
  });

  test('PGlite is refused in production even past the config check', async () => {
    const config = withKeys();
    const secrets = await readSecrets(config, { QUIETZONE_CODE_HASH_KEY: key });
    expect(() => openDatabase({ ...config, mode: 'production' }, secrets)).toThrow(/never syncs/);
    expect(openDatabase(config, secrets).warnings.join()).toContain('nothing is ever synced');
  });

  test('caps: of the kiosk, else of the currency, else none; a kiosk with a currency asks in no other', async () => {
    const config = withKeys();
    const secrets = await readSecrets(config, { QUIETZONE_CODE_HASH_KEY: key });
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const { cap } = admissionOf(config, openAccounts(config, secrets, { clock: systemClock, log }));
    expect(cap('lobby-1', 'HKD')).toBe(10_000);
    expect(cap('lobby-1', 'CNY')).toBeUndefined();
    expect(cap('other', 'HKD')).toBe(50_000);
    expect(cap('other', 'CNY')).toBe(Number.POSITIVE_INFINITY);
    expect(knownKiosks(config)('other')).toBe(true);
    const strict = knownKiosks({ ...config, kiosks: { any: false } });
    expect([strict('lobby-1'), strict('other')]).toEqual([true, false]);
  });

  test('a kiosk is out of service when no account takes the currency that it asks in, whatever other currencies do', () => {
    const config = parseConfig(example, 'relay.toml');
    const [kiosk] = config.kiosk;
    if (!kiosk) throw new Error('the example has no kiosk');
    const routes = [
      { account: 'hk', currencies: ['HKD' as const] },
      { account: 'us', currencies: ['USD' as const] },
      { account: 'any' },
    ];
    const of = (name: string) =>
      accountsOfKiosk({
        ...config,
        merchant: [{ name: 'm', route: routes }],
        kiosk: [
          { ...kiosk, name: 'us-only', merchant: 'm', currency: 'USD' },
          { name: 'open', merchant: 'm' },
        ],
      })(name);
    expect(of('us-only')).toEqual(['us', 'any']);
    expect(of('open')).toEqual(['hk', 'us', 'any']);
    expect(of('nobody')).toEqual(['hk', 'us', 'any']);
  });

  test('a config on disk', async () => {
    const file = join(folder, 'relay.toml');
    await writeFile(file, example);
    expect((await loadConfig(file)).instance).toBe('relay-1');
  });
});
