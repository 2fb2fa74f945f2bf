import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

/** The relay's command line: one scheme of exit codes; `config check` is tested beside. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietzone-relay-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const relay = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, ['dist/relay/cli.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
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
    ['sandbox', ['sandbox', 'foo'], 'sandbox: found 1 word too many, expected flags only'],
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
    ['no value', ['sandbox', '--port'], /^--port: found no value, expected one$/],
    [
      'no name of a kiosk',
      ['kiosks', 'allow', 'BAD NAME!', '--config', 'a.toml'],
      /^kiosks allow: found 9 characters that are no kiosk's name, expected one as the kiosk's config has it: 1 to 32 letters/,
    ],
    [
      'a refund where a payment belongs',
      ['payments', 'refund', `r1001${'0a'.repeat(16)}`, '--reason', 'x', '--config', 'a.toml'],
      new RegExp(`^payments refund: found the id of a refund, expected its payment's: ${'0a'.repeat(16)}$`),
    ],
    [
      'a cancel where a payment belongs',
      ['payments', 'cancel', `c1${'0a'.repeat(16)}`, '--reason', 'x', '--config', 'a.toml'],
      new RegExp(`^payments cancel: found the id of a cancel, expected its payment's: ${'0a'.repeat(16)}$`),
    ],
    [
      'a refund to show',
      ['payments', 'show', `r1${'0a'.repeat(16)}`, '--config', 'a.toml'],
      new RegExp(`^payments show: found the id of a refund, expected its payment's: ${'0a'.repeat(16)}$`),
    ],
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
