import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { zoneMinutes } from '../../../../relay/config/linking.js';
import { linkingParts } from '../../../../relay/config/linking-parts.js';
import { ConfigError, parseConfig } from '../../../../relay/config/load.js';
import { needsOf } from '../../../../relay/config/needs.js';
import { admissionOf } from '../../../../relay/config/rules.js';
import type { RelayConfig } from '../../../../relay/config/schema.js';
import { readSecrets } from '../../../../relay/config/secrets.js';
import { PGliteDatabase } from '../../../../relay/ledger/pglite.js';
import { Accounts } from '../../../../relay/routing/accounts.js';
import { policy } from '../../../contract/ledger/scene.js';
import { LinkingAcquirer } from '../../../support/linking-acquirer.js';

const example = readFileSync(fileURLToPath(new URL('../../../../relay/example.toml', import.meta.url)), 'utf8');
const KEY = '01'.repeat(32);

/** The example with its [linking], and with a wallet for its account. */
const [before = '', own = ''] = example.split(/(?=^# \[linking\]$)/m);
const [table = '', ...rest] = own.split(/(?=^# The most one payment)/m);
const on = [before, table.replace(/^# \[/m, '[').replace(/^# {3}(?=\w+ = )/gm, ''), ...rest]
  .join('')
  .replace(/^key_file = .*$/m, 'key_env = "LINKING_KEY"')
  .replace(/^previous_key_file = .*$/m, '')
  .replace('# [account.linking]', '[account.linking]')
  .replace('# wallets = ["alipayhk", "dana"]', 'wallets = ["alipayhk"]');

const changed = (from: string | RegExp, to: string): string => {
  const text = on.replace(from, to);
  if (text === on) throw new Error(`the example has no ${from}`);
  return text;
};

function complaints(text: string): string {
  try {
    parseConfig(text, 'relay.toml');
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe('[linking]', () => {
  test('the example shows every key, and every default that the program has', () => {
    const { linking } = parseConfig(on, 'relay.toml');
    expect(linking).toMatchObject({
      ...{ public_url: 'https://pay.example.com', host: '127.0.0.1', port: 8092, page_name: 'Example Vending' },
      ...{ code_life_ms: 180_000, first_payment_ms: 60_000, wallet_codes: false, day_zone: '+08:00' },
      ...{ max_payment: { HKD: '500.00' }, max_day: { HKD: '1000.00' }, max_year: { HKD: '20000.00' } },
    });
    const defaults = /^(host|port|proxies|code_life_ms|first_payment_ms|wallet_codes|day_zone) = .*$/gm;
    const [first = '', second = '', ...others] = on.split(/(?=^\[linking\]$)|(?=^# The most one payment)/m);
    const bare = parseConfig([first, second.replace(defaults, ''), ...others].join(''), 'relay.toml').linking;
    expect({ ...bare, proxies: linking?.proxies }).toEqual(linking);
  });

  test('without it nothing is asked for, also where an account could link', () => {
    const text = example.replace('# [account.linking]', '[account.linking]').replace('# wallets = [', 'wallets = [');
    expect(parseConfig(text, 'relay.toml').linking).toBeUndefined();
  });

  test.each([
    [
      'a path',
      changed('"https://pay.example.com"', '"https://pay.example.com/x"'),
      'linking.public_url: found text of',
    ],
    ['a port that is none', changed('pay.example.com', 'pay.example.com:99999'), 'linking.public_url: found '],
    ['a host that is none', changed('pay.example.com', '999.1.1.1'), 'linking.public_url: found '],
    ['no web address', changed('"https://pay.example.com"', '"pay.example.com"'), 'linking.public_url: found text of'],
    [
      'a host whose link no small display can show',
      changed('pay.example.com', `${'long'.repeat(15)}.example`),
      'linking.public_url: found 76 characters, expected at most 66 characters',
    ],
    ['no key', changed('key_env = "LINKING_KEY"', ''), 'linking: found neither, expected one of key_file, key_env'],
    [
      'two keys',
      changed('key_env = "LINKING_KEY"', 'key_env = "X"\nkey_file = "x"'),
      'linking: found both, expected only one of key_file, key_env',
    ],
    [
      'two keys of before',
      changed('key_env = "LINKING_KEY"', 'key_env = "X"\nprevious_key_env = "Y"\nprevious_key_file = "x"'),
      'linking: found both, expected only one of previous_key_file, previous_key_env',
    ],
    ['no notifications', changed('[webhooks]', ''), 'webhooks: found nothing, expected a table'],
    [
      'no wallets',
      changed('[account.linking]\nwallets = ["alipayhk"]', ''),
      'linking: found a table, expected [account',
    ],
    [
      'places that a currency lacks',
      changed('{ HKD = "500.00" }', '{ JPY = "5.5" }'),
      'linking.max_payment.JPY: found "5.5"',
    ],
    ['a zone that is none', changed('"+08:00"', '"Asia/Hong_Kong"'), 'linking.day_zone: found text of 14 characters'],
    [
      'another key',
      changed('page_name', 'pagename'),
      'linking.pagename: found a key that is not known, expected page_name?',
    ],
  ])('%s is named', (_, text, expected) => {
    expect(complaints(text)).toContain(`relay.toml: ${expected}`);
  });

  test('in production the page needs TLS', () => {
    const text = changed('"https://pay.example.com"', '"http://pay.example.com"');
    expect(complaints(text)).toBe('');
    const production = text.replace('mode = "demo"', 'mode = "production"');
    expect(complaints(production)).toContain('linking.public_url: found http://, expected https:// in production');
  });

  test('in production what holds the certificate is named, or all phones share the ration of one address', () => {
    const text = changed(/^proxies = .*$/m, '');
    expect(complaints(text)).toBe('');
    const production = text.replace('mode = "demo"', 'mode = "production"');
    expect(complaints(production)).toContain('linking.proxies: found nothing, expected the address of the proxy');
    const named = on.replace('mode = "demo"', 'mode = "production"');
    expect(complaints(named)).not.toContain('linking.proxies');
  });

  test.each([
    ['+08:00', 480],
    ['-03:30', -210],
    ['+00:00', 0],
  ])('%s is %i minutes', (zone, minutes) => {
    const { linking } = parseConfig(on.replace('"+08:00"', `"${zone}"`), 'relay.toml');
    expect(linking && zoneMinutes(linking)).toBe(minutes);
  });
});

describe('its key', () => {
  async function secretsOf(text: string, env: Record<string, string>) {
    const folder = await mkdtemp(join(tmpdir(), 'quietzone-linking-'));
    try {
      await writeFile(join(folder, 'pem'), 'x');
      const own = text.replace(/"\/etc\/quietzone\/[\w-]+\.pem"/g, JSON.stringify(join(folder, 'pem')));
      return await readSecrets(parseConfig(own, 'relay.toml'), { QUIETZONE_CODE_HASH_KEY: KEY, ...env });
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test('is read, with the one before it', async () => {
    const both = changed('key_env = "LINKING_KEY"', 'key_env = "LINKING_KEY"\nprevious_key_env = "BEFORE"');
    const { linking } = await secretsOf(both, { LINKING_KEY: KEY, BEFORE: '02'.repeat(32) });
    expect([linking?.key, linking?.previous].map((k) => Buffer.from(k ?? []).toString('hex'))).toEqual([
      ...[KEY, '02'.repeat(32)],
    ]);
    expect((await secretsOf(on, { LINKING_KEY: KEY })).linking?.previous).toBeUndefined();
    expect((await secretsOf(example, {})).linking).toBeUndefined();
  });

  test.each(['short', 'ab'.repeat(31), `${'ab'.repeat(31)}zz`])(
    'that is none is refused, and not repeated: %s',
    async (key) => {
      const fault = await secretsOf(on, { LINKING_KEY: key }).then(
        () => 'none',
        (error: Error) => error.message,
      );
      expect(fault).toBe(
        `linking.key_env: found in the environment variable LINKING_KEY ${key.length} characters that are no such key, expected 32 bytes as 64 hex digits; make one with: openssl rand -hex 32`,
      );
    },
  );

  test('is named by `config check`', async () => {
    const needs = await needsOf(parseConfig(on, 'relay.toml'), { LINKING_KEY: KEY });
    expect(needs).toContainEqual({
      ...{ key: 'linking.key_env', what: 'environment variable LINKING_KEY', found: 'set' },
    });
  });
});

describe('which account links a wallet', () => {
  const accounts = new Accounts([{ name: 'antom-hk', acquirer: new LinkingAcquirer(), policy }]);
  const partsOf = (config: RelayConfig) => {
    const secrets = { codeHashKey: Buffer.alloc(32), accounts: new Map(), linking: { key: Buffer.alloc(32, 1) } };
    const around = { db: new PGliteDatabase(), accounts, random: () => Buffer.alloc(1) };
    return linkingParts(config, secrets, around);
  };

  test("by the merchant's table, as a code of that issuer would go", () => {
    const route = (text: string, kiosk = 'lobby-1', wallet = 'alipayhk') =>
      partsOf(parseConfig(text, 'relay.toml'))?.rules.route(kiosk, wallet);
    expect(route(on)).toMatchObject({ merchant: 'kiosk-company', account: 'antom-hk' });
    expect(route(on, 'lobby-1', 'dana')).toBeUndefined();
    expect(route(changed('# issuers = ["alipay", "alipayplus"]', 'issuers = ["alipay"]'))).toBeUndefined();
    expect(
      route(changed(/^# currencies = ..HKD..(?= +# without it any that)/m, 'currencies = ["JPY"]')),
    ).toBeUndefined();
  });

  test("a payment by it goes there, if that is the kiosk's merchant's, and not while it takes none", () => {
    const config = parseConfig(on, 'relay.toml');
    const linked = admissionOf(config, accounts).routeLinked;
    expect(linked?.('lobby-1', 'antom-hk')).toMatchObject({
      merchant: 'kiosk-company',
      usable: true,
      deadlineMs: 50_000,
    });
    expect(linked?.('lobby-1', 'another')).toBeUndefined();
    expect(admissionOf(config, accounts, () => false).routeLinked?.('lobby-1', 'antom-hk')?.usable).toBe(false);
  });

  test('without the table there is nothing', () => {
    expect(partsOf(parseConfig(example, 'relay.toml'))).toBeUndefined();
  });
});
