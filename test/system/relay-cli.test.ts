import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

/** The relay's command line: one scheme of exit codes, and a check that tells what `run` will need. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietzone-relay-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const relay = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, ['dist/relay/cli.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  ...{ privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } },
});

const example = readFileSync(join(root, 'relay/example.toml'), 'utf8');
function config(name: string, ...changes: readonly (readonly [from: string | RegExp, to: string])[]): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    changes.reduce((text, [from, to]) => {
      const next = text.replace(from, to);
      if (next === text) throw new Error(`the example has no ${from}`);
      return next;
    }, example),
  );
  return file;
}

describe('config check', () => {
  const code = 'QUIETZONE_CODE_HASH_KEY';
  const pem = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const rows = (stdout: string) =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().replace(/ {2,}/g, ' | '));

  test('valid: exit 0, and what run also needs, with what is there and never what it holds', () => {
    const there = pem('sound.pem', keys.privateKey);
    const file = config(
      'needs.toml',
      ['/etc/quietzone/antom-private.pem', there],
      ['/etc/quietzone/antom-public.pem', join(folder, 'missing.pem')],
    );
    const { status, stdout, stderr } = relay(['config', 'check', file], { [code]: 'ab'.repeat(32) });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(rows(stdout)).toEqual([
      ...[`${file}: valid`, 'run also needs:'],
      `secrets.code_hash_key_env | environment variable ${code} | set`,
      `account.0.private_key_file ("antom-hk") | ${there} | present`,
      `account.0.public_key_file ("antom-hk") | ${join(folder, 'missing.pem')} | missing`,
    ]);
    expect(relay(['config', 'check', '--config', file], { [code]: 'ab'.repeat(32) }).stdout).toBe(stdout);
  });

  test('what is there and of no use to run: exit 2 and a line each, never what it holds', () => {
    const there = pem('secret.pem', 'TOPSECRET');
    const ca = pem('ca.pem', '-----BEGIN CERTIFICATE-----\nTOPSECRET\n-----END CERTIFICATE-----\n');
    const aFolder = join(folder, 'folder.pem');
    mkdirSync(aFolder);
    const file = config(
      'useless.toml',
      ['/etc/quietzone/antom-private.pem', there],
      ['/etc/quietzone/antom-public.pem', pem('rsa-private.pem', keys.privateKey.replace(/^M.*$/m, ''))],
      ['# ca_file = "/etc/quietzone/proxy-ca.pem"', `ca_file = "${aFolder}"`],
      ['# username = "relay-1"', `username = "relay-1"\npassword_env = "QUIETZONE_TEST_PASSWORD"\nca_file = "${ca}"`],
    );
    const { status, stdout, stderr } = relay(['config', 'check', file], {
      ...{ [code]: 'TINY1', QUIETZONE_TEST_PASSWORD: '' },
    });
    expect(status).toBe(2);
    expect(rows(stdout)).toEqual([
      'run also needs:',
      `secrets.code_hash_key_env | environment variable ${code} | set, but of no use`,
      'broker.password_env | environment variable QUIETZONE_TEST_PASSWORD | set, but of no use',
      `broker.ca_file | ${ca} | present, but of no use`,
      `account.0.ca_file ("antom-hk") | ${aFolder} | unreadable (EISDIR)`,
      `account.0.private_key_file ("antom-hk") | ${there} | present, but of no use`,
      `account.0.public_key_file ("antom-hk") | ${join(folder, 'rsa-private.pem')} | present, but of no use`,
    ]);
    const of = (key: string, rest: string) =>
      expect.stringMatching(new RegExp(`^${file}: ${key}: found in .* ${rest}`));
    expect(stderr.trimEnd().split('\n')).toEqual([
      of('secrets.code_hash_key_env', '5 bytes, expected at least 32 bytes; make one with: openssl rand -hex 32$'),
      of('broker.password_env', 'nothing, expected a value$'),
      of('broker.ca_file', 'a certificate that cannot be read, number 1 of 1, expected certificates as PEM; give'),
      of('account.0.ca_file \\("antom-hk"\\)', 'a folder, expected the path of a file$'),
      of(
        'account.0.private_key_file \\("antom-hk"\\)',
        'text of 9 characters that is no PEM, expected an RSA private key',
      ),
      of(
        'account.0.public_key_file \\("antom-hk"\\)',
        'a PEM of "PRIVATE KEY" that cannot be read as such a key, expected an RSA public key',
      ),
    ]);
    expect(stdout + stderr).not.toMatch(/TOPSECRET|TINY1/);
    const started = relay(['run', '--config', file], { [code]: 'ab'.repeat(32), QUIETZONE_TEST_PASSWORD: 'x' });
    expect([started.status, started.stderr]).toEqual([2, stderr.split('\n')[2]?.replace(`${file}: `, '').concat('\n')]);
  });

  test('with all that run needs it is put together: what the contract says is tried too', () => {
    const file = config(
      'limit.toml',
      ['/etc/quietzone/antom-private.pem', pem('own.pem', keys.privateKey)],
      ['/etc/quietzone/antom-public.pem', pem('theirs.pem', keys.publicKey)],
      ['# [[account.limit]]', '[[account.limit]]\ncurrency = "JPY"\nmost = "0.5"\n#'],
    );
    const { status, stdout, stderr } = relay(['config', 'check', file], { [code]: 'ab'.repeat(32) });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^account "antom-hk": limit\.0: amount: found "0\.5", expected [^\n]*\n$/);
  });

  test('invalid: exit 2, the key and no word of validity', () => {
    const file = config('invalid.toml', ['mode = "demo"', 'mode = "test"']);
    const { status, stdout, stderr } = relay(['config', 'check', file]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`${file}: mode: found text of 4 characters, expected "demo" or "production"\n`);
  });

  test('a file that is not there: exit 2', () => {
    expect(relay(['config', 'check', '/nowhere.toml'])).toMatchObject({
      status: 2,
      stderr: '/nowhere.toml: cannot be read (ENOENT)\n',
    });
  });
});

describe('words that no argument takes are refused, so that none is dropped in silence', () => {
  const of = ['--config', 'none.toml'];
  const reason = ['--reason', 'x', ...of];
  test.each([
    ['run', ['run', 'x', ...of], 'run: found 1 word too many, expected flags only'],
    ['migrate', ['migrate', 'x', ...of], 'migrate: found 1 word too many, expected flags only'],
    ['retention', ['retention', 'x', 'y', ...of], 'retention: found 2 words too many, expected flags only'],
    ['reconcile', ['reconcile', 'x', '--account', 'a', ...of], 'reconcile: found 1 word too many, expected flags only'],
    [
      'list',
      ['payments', 'list', 'operator', ...of],
      'payments list: found 1 word too many, expected flags only, such as --state operator',
    ],
    ['export', ['payments', 'export', 'x.csv', ...of], 'payments export: found 1 word too many, expected flags only'],
    ['show', ['payments', 'show', 'A', 'B', ...of], 'payments show: found 2 payments, expected one'],
    [
      'refund',
      ['payments', 'refund', '7SYGT', '5.00 HKD', ...reason],
      'payments refund: found 2 payments, expected one; a part to give back is --amount "12.50 HKD"',
    ],
    [
      'cancel',
      ['payments', 'cancel', 'A', 'B', ...reason],
      'payments cancel: found 2 payments, expected one; it cancels the whole',
    ],
    [
      'resolve',
      ['payments', 'resolve', 'A', 'B', '--found', 'delivered', '--note', 'x', ...of],
      'payments resolve: found 2 payments, expected one',
    ],
    ['audit', ['audit', '7SYGT', ...of], 'audit: found 1 word too many, expected flags only, such as --payment ID'],
    [
      'tokens create',
      ['tokens', 'create', 'x', '--name', 'a', '--scopes', 'read', ...of],
      'tokens create: found 1 word too many, expected flags only',
    ],
    ['tokens list', ['tokens', 'list', 'x', ...of], 'tokens list: found 1 word too many, expected flags only'],
    ['tokens revoke', ['tokens', 'revoke', 'A', 'B', ...of], 'tokens revoke: found 2 tokens, expected one'],
    ['kiosks allow', ['kiosks', 'allow', 'A', 'B', ...of], 'kiosks allow: found 2 kiosks, expected one'],
  ] as const)('%s', (_name, args, says) => {
    expect(relay(args)).toMatchObject({ status: 2, stdout: '', stderr: `${says}\n` });
  });
});

describe('a ledger URL that is none: its key and what is wrong, never the URL, from every command', () => {
  writeFileSync(join(folder, 'key.pem'), 'x');
  const file = config(
    'url.toml',
    ['kind = "pglite"', 'kind = "postgres"\nurl_env = "QUIETZONE_TEST_LEDGER_URL"'],
    ['/etc/quietzone/antom-private.pem', join(folder, 'key.pem')],
    ['/etc/quietzone/antom-public.pem', join(folder, 'key.pem')],
  );
  const says = 'ledger.url_env: found in the environment variable QUIETZONE_TEST_LEDGER_URL';
  test.each([
    ['run', 'hunter2', 'a text that does not begin with postgres://'],
    ['migrate', 'mysql://x:hunter2@127.0.0.1/y', 'a text that does not begin with postgres://'],
    ['retention', 'postgres://x:hunter2@127.0.0.1:54x2/y', 'a port that is no number from 1 to 65535'],
    ['payments list', 'postgres://x:%PWhunter2@127.0.0.1/y', 'a "%" without two hex digits after it'],
  ])('%s', (command, url, wrong) => {
    const env = { QUIETZONE_CODE_HASH_KEY: 'ab'.repeat(32), QUIETZONE_TEST_LEDGER_URL: url };
    const { status, stdout, stderr } = relay([...command.split(' '), '--config', file], env);
    expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toContain(`${says} ${wrong}`);
    expect(stderr).not.toContain('hunter2');
    const checked = relay(['config', 'check', file], env);
    expect(checked.status).toBe(2);
    expect(checked.stderr).toContain(`${file}: ${says} ${wrong}`);
    expect(checked.stdout + checked.stderr).not.toContain('hunter2');
  });

  test('in a file', () => {
    const secret = join(folder, 'ledger-url');
    writeFileSync(secret, 'mysql://x:hunter2@127.0.0.1/y\n');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/url_env = .*/, `url_file = "${secret}"`));
    const { status, stderr } = relay(['migrate', '--config', file], { QUIETZONE_CODE_HASH_KEY: 'ab'.repeat(32) });
    expect([status, stderr.startsWith(`ledger.url_file: found in ${secret} a text that does not begin`)]).toEqual([
      2,
      true,
    ]);
    expect(relay(['config', 'check', file]).stderr).toContain(
      `ledger.url_file: found in ${secret} a text that does not begin`,
    );
  });
});

describe('what cannot be had: exit 1 and one line', () => {
  const said = async (args: readonly string[]) => {
    const { status, stdout, stderr } = relay(args);
    expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([1, '', 1]);
    return stderr;
  };

  test('a port of the sandbox that is taken, or both the same', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const keys = ['--key-folder', join(folder, 'keys')];
    const taken = (flag: string) =>
      `--${flag}: port ${port} of 127.0.0.1 is taken, expected a free one: end what has it`;
    for (const flag of ['port', 'control-port']) {
      expect(await said(['sandbox', `--${flag}`, String(port), ...keys])).toContain(taken(flag));
    }
    server.close();
    const both = relay(['sandbox', '--port', '8091', '--control-port', '8091', ...keys]);
    expect([both.status, both.stderr]).toEqual([
      2,
      '--control-port: found 8091, which is --port too, expected another one\n',
    ]);
  }, 30_000);

  test('a folder of the ledger that cannot be made', async () => {
    const key = join(folder, 'key.pem');
    const file = config(
      'folder.toml',
      ['kind = "pglite"', `kind = "pglite"\ndirectory = "${join(key, 'ledger')}"`],
      ['/etc/quietzone/antom-private.pem', key],
      ['/etc/quietzone/antom-public.pem', key],
    );
    const { status, stderr } = relay(['migrate', '--config', file], { QUIETZONE_CODE_HASH_KEY: 'ab'.repeat(32) });
    expect([status, stderr]).toEqual([
      1,
      `ledger.directory: ${join(key, 'ledger')} cannot be used (ENOTDIR); name a folder that this user may write to, or make in one that exists\n`,
    ]);
  });

  test('keys of the sandbox that cannot be read', async () => {
    const noFolder = join(folder, 'key.pem');
    expect(await said(['sandbox', '--key-folder', noFolder])).toBe(
      `--key-folder: ${noFolder} cannot be used (EEXIST), expected a folder to read and write\n`,
    );
    const garbage = join(folder, 'garbage');
    mkdirSync(garbage);
    writeFileSync(join(garbage, 'merchant-private.pem'), 'garbage');
    expect(await said(['sandbox', '--key-folder', garbage])).toMatch(/merchant-private\.pem: found no private key/);
  });
});

describe('wrong use: exit 2 and one line', () => {
  test.each([
    ['no command', [], /^relay: No command specified; see npm run relay -- --help$/],
    ['an unknown command', ['serve'], /^relay: no such command; see/],
    ['half a command', ['config'], /^relay: No command specified; see/],
    ['no config', ['run'], /^relay: Missing required argument: --config; see/],
    ['an empty config', ['run', '--config='], /^--config: found an empty value, expected the path of a relay config$/],
    ['no file', ['config', 'check'], /^config check: found no file, expected the path of a relay config$/],
    ['a file both ways', ['config', 'check', 'a.toml', '--config', 'b.toml'], /^config check: found 2 files, expected/],
    ['two files', ['config', 'check', 'a.toml', 'b.toml'], /^config check: found 2 files, expected one$/],
    ['a flag twice', ['run', '--config', 'a.toml', '--config', 'b.toml'], /^--config: found twice, expected once$/],
    [
      'an unknown flag',
      ['migrate', '--config', 'a.toml', '--now'],
      /^--now: not a flag of this command; expected --config/,
    ],
  ] as const)('%s', (_name, args, says) => {
    const { status, stdout, stderr } = relay(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trimEnd()).toMatch(says);
  });

  test('a config that run cannot use for want of a secret is the config’s fault too', () => {
    const { status, stderr } = relay(['run', '--config', 'relay/example.toml'], { QUIETZONE_CODE_HASH_KEY: '' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^secrets\.code_hash_key_env: found nothing in the environment variable/);
  });
});

test('a ledger that cannot be used is a failure, not wrong use: exit 1', () => {
  const file = config(
    'postgres.toml',
    ['kind = "pglite"', 'kind = "postgres"\nurl_env = "QUIETZONE_TEST_LEDGER_URL"'],
    ['/etc/quietzone/antom-private.pem', join(folder, 'private.pem')],
    ['/etc/quietzone/antom-public.pem', join(folder, 'private.pem')],
  );
  writeFileSync(join(folder, 'private.pem'), 'x');
  const { status, stderr } = relay(['migrate', '--config', file], {
    QUIETZONE_CODE_HASH_KEY: 'ab'.repeat(32),
    QUIETZONE_TEST_LEDGER_URL: 'postgres://x:hunter2@127.0.0.1:1/y',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^ledger: cannot use PostgreSQL/);
  expect(stderr).not.toContain('hunter2');
}, 30_000);

test('--help is no wrong use', () => {
  expect(relay(['--help'])).toMatchObject({ status: 0, stderr: '' });
  expect(relay(['config', 'check', '--help']).stdout).toContain('FILE');
});
