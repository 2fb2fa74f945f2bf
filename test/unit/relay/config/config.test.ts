import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { antomPlan } from '../../../../relay/acquirers/antom/plan.js';
import { ConfigError, loadConfig, parseConfig } from '../../../../relay/config/load.js';
import { openAcquirer, openDatabase } from '../../../../relay/config/parts.js';
import { admissionOf, knownKiosks, policyOf } from '../../../../relay/config/rules.js';
import { readSecrets } from '../../../../relay/config/secrets.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { generateKeys } from '../../../../relay/sandbox/keys.js';

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
    const uncommented = example.replace(/^# (\w+_ms|key_version|doubtful|host|port) = /gm, '$1 = ');
    const { acquirer, ...rest } = parseConfig(uncommented, 'relay.toml');
    const { acquirer: shown, ...plain } = parseConfig(example, 'relay.toml');
    expect(rest).toEqual(plain);
    expect({ ...acquirer, plan: {} }).toEqual(shown);
  });
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
      'kiosk.0.max_amuont: found a key that is not known, expected max_amount?',
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
      'acquirer.settlement_currency: found text of 3 characters, expected an ISO 4217 code such as HKD',
    ],
    [
      'too many places',
      changed('max_amount = "100.00"', 'max_amount = "100.001"'),
      'kiosk.0.max_amount: found "100.001", expected a decimal of at most',
    ],
    [
      'an amount that is a number',
      changed('max_amount = "100.00"', 'max_amount = 100'),
      'kiosk.0.max_amount: found the number 100, expected a decimal as text',
    ],
    [
      'a cap without currency',
      changed('currency = "HKD"                       # this', '# this'),
      'kiosk.0.currency: found nothing, expected the currency of max_amount',
    ],
    [
      'the order of deadlines',
      changed('# deadline_ms = 50000', 'deadline_ms = 60000'),
      'timers.deadline_ms: found 60000, expected less than kiosk_deadline_ms (60000)',
    ],
    [
      'no wait between inquiries, for ever',
      changed(/^# inquiry_delays_ms = .*$/m, 'inquiry_delays_ms = [0, 2000, 0]'),
      'acquirer.plan.inquiry_delays_ms: found a list of 3, expected a last wait, which repeats, of at least 1 ms',
    ],
    [
      'no inquiries',
      changed(/^# inquiry_delays_ms = .*$/m, 'inquiry_delays_ms = []'),
      'acquirer.plan.inquiry_delays_ms: found a list of 0, expected at least one',
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
    ['no TOML', 'instance = \n', 'line 1, column'],
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
    const paths = [
      ['broker', 'url'],
      ['secrets', 'code_hash_key_env'],
      ['ledger', 'kind'],
      ['acquirer', 'merchant'],
      ['mode'],
    ];
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
    expect(secrets.privateKeyPem).toBe(keys.merchantPrivatePem);
  });

  test('a short key, a missing variable and a missing file are named, not shown', async () => {
    const read = (env: Record<string, string>) => readSecrets(withKeys(), env);
    await expect(read({})).rejects.toThrow(
      'secrets.code_hash_key_env: found nothing in the environment variable QUIETZONE_CODE_HASH_KEY',
    );
    await expect(read({ QUIETZONE_CODE_HASH_KEY: 'short' })).rejects.toThrow(
      'secrets.code_hash_key: found 5 bytes, expected at least 32',
    );
    const lost = parseConfig(example, 'relay.toml');
    await expect(readSecrets(lost, { QUIETZONE_CODE_HASH_KEY: key })).rejects.toThrow(
      'acquirer.private_key_file: /etc/quietzone/antom-private.pem cannot be read (ENOENT)',
    );
  });

  test('the acquirer is made of the config; a key that is none is named, not shown', async () => {
    const config = withKeys();
    const secrets = await readSecrets(config, { QUIETZONE_CODE_HASH_KEY: key });
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const acquirer = openAcquirer(
      { ...config, acquirer: { ...config.acquirer, plan: { code_life_ms: 7 } } },
      secrets,
      systemClock,
      log,
    );
    expect(acquirer.name).toBe('antom');
    expect(acquirer.plan.codeLifeMs).toBe(7);
    const bad = { ...secrets, privateKeyPem: 'TOPSECRET' };
    expect(() => openAcquirer(config, bad, systemClock, log)).toThrow(/^acquirer: privateKeyPem/);
    expect(() => openAcquirer(config, bad, systemClock, log)).not.toThrow(/TOPSECRET/);
  });

  test('what the payment machine may decide and how often it asks are those of the config', async () => {
    const secrets = await readSecrets(withKeys(), { QUIETZONE_CODE_HASH_KEY: key });
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const policy = (text: string) => {
      const config = parseConfig(text, 'relay.toml');
      return policyOf(config, openAcquirer(config, secrets, systemClock, log));
    };
    expect(policy(example)).toMatchObject({ doubtful: 'ask', newRefundDelaysMs: antomPlan.newRefundDelaysMs });
    expect(policy(changed('# doubtful = "ask"', 'doubtful = "reverse"')).doubtful).toBe('reverse');
    const plan = '[acquirer.plan]\nrefund_inquiry_delays_ms = [7, 8]\nnew_refund_delays_ms = [9]';
    const own = policy(changed('[acquirer.plan]', plan));
    expect([own.refundInquiryDelaysMs, own.newRefundDelaysMs]).toEqual([[7, 8], [9]]);
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
    const { cap } = admissionOf(config, openAcquirer(config, secrets, systemClock, log));
    expect(cap('lobby-1', 'HKD')).toBe(10_000);
    expect(cap('lobby-1', 'CNY')).toBeUndefined();
    expect(cap('other', 'HKD')).toBe(50_000);
    expect(cap('other', 'CNY')).toBe(Number.POSITIVE_INFINITY);
    expect(knownKiosks(config)('other')).toBe(true);
    const strict = knownKiosks({ ...config, kiosks: { any: false } });
    expect([strict('lobby-1'), strict('other')]).toEqual([true, false]);
  });

  test('a config on disk', async () => {
    const file = join(folder, 'relay.toml');
    await writeFile(file, example);
    expect((await loadConfig(file)).instance).toBe('relay-1');
  });
});
