import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

/** What a person asks of payments and reports on the command line, oddly or of an empty ledger. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietzone-relay-asked-'));
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

/** A config whose ledger is a folder of this test's. */
function onDisk(name: string): string {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    ...{ privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } },
  });
  writeFileSync(join(folder, 'own.pem'), keys.privateKey);
  writeFileSync(join(folder, 'theirs.pem'), keys.publicKey);
  return config(
    name,
    ['kind = "pglite"', `kind = "pglite"\ndirectory = "${join(folder, 'ledger')}"`],
    ['/etc/quietzone/antom-private.pem', join(folder, 'own.pem')],
    ['/etc/quietzone/antom-public.pem', join(folder, 'theirs.pem')],
    ['# port = 8090', 'port = 1'],
  );
}

describe('what is asked of payments and reports, and reads well', () => {
  const payment = '0a'.repeat(16);
  const config = ['--config', 'none.toml'];
  const refund = ['payments', 'refund', payment, '--reason', 'x', ...config];
  const close = ['reconcile', '--account', 'a', '--close', '3', '--note', 'x', ...config];
  test.each([
    [['payments', 'show', ...config], 'payments show: found neither, expected one: a payment, or --acquirer-order'],
    [
      ['payments', 'show', '--acquirer-order', 'a b', '--account', 'a', ...config],
      '--acquirer-order: found 3 characters that are no id, expected the acquirer\'s own: 1 to 64 letters, digits, "-" and "_"',
    ],
    [[...refund, '--amount', '5 hkd'], /^--amount: found a currency in small letters, expected an amount with/],
    [[...refund, '--amount', '5 HKX'], /^--amount: found a currency that is not known, expected an amount with/],
    [[...refund, '--amount', ''], /^--amount: found an empty value, expected an amount with/],
    [
      [...refund, '--amount', '-5 HKD'],
      '--amount: found a value that begins with "-", expected another; if it is meant, write --amount=VALUE',
    ],
    [
      ['payments', 'refund', payment, ...config],
      'relay: Missing required argument: --reason; see npm run relay -- payments refund --help',
    ],
    [['payments'], 'relay: No command specified; see npm run relay -- payments --help'],
    [
      ['reconcile', '--account', 'a', '--day', '2026-01-01', '--folder', '', ...config],
      "--folder: found an empty value, expected a folder with the acquirer's reports",
    ],
    [[...close, '--json'], '--json: found beside --close, which takes --note only; leave it out'],
    [[...close, '--day', '2026-01-01'], '--day: found beside --close, which takes --note only; leave it out'],
  ] as const)('%j', (args, says) => {
    const { status, stdout, stderr } = relay(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trimEnd()).toEqual(typeof says === 'string' ? says : expect.stringMatching(says));
  });

  test('an empty ledger says so; a day, a payment and a folder that are none are named as they were given', () => {
    const file = onDisk('empty.toml');
    const env = { QUIETZONE_CODE_HASH_KEY: 'ab'.repeat(32) };
    const said = (...args: readonly string[]) => {
      const { status, stdout, stderr } = relay([...args, '--config', file], env);
      return [status, stdout + stderr];
    };
    expect(said('migrate')[0]).toBe(0);
    expect(said('tokens', 'list')).toEqual([0, 'no tokens\n']);
    expect(said('audit')).toEqual([0, 'nothing on record\n']);
    expect(said('payments', 'list')).toEqual([0, 'no payments\n']);
    expect(said('payments', 'list', '--from', '2026-02-30')).toEqual([
      2,
      '--from: found "2026-02-30", expected a time such as 2026-11-22 or 2026-11-22T08:00:00Z\n',
    ]);
    expect(said('payments', 'show', 'BADX')).toEqual([
      2,
      'payment: found "BADX", expected its id (32 signs of hex) or its receipt, such as 7KQ2M\n',
    ]);
    expect(said('payments', 'cancel', payment, '--reason', '281006020123456789012345')[1]).toMatch(
      /^--reason: found a number as long as a payment code/,
    );
    const day = ['reconcile', '--account', 'antom-hk', '--day', '2026-01-01'];
    expect(said(...day, '--folder', '/nowhere')).toEqual([
      2,
      "--folder: /nowhere: cannot be read (ENOENT); expected a folder with the acquirer's reports\n",
    ]);
  }, 60_000);
});
