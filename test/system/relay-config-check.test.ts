import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

/** `relay config check`: what is wrong in the file, and what `run` will need and cannot use. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietzone-relay-check-'));
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
