import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadConfig, parseConfig } from '../../../../relay/config/load.js';
import { needsOf } from '../../../../relay/config/needs.js';
import { openAccounts } from '../../../../relay/config/parts.js';
import { sourcesOf } from '../../../../relay/config/reconcile.js';
import { readSecrets } from '../../../../relay/config/secrets.js';
import type { ReportSource } from '../../../../relay/reconcile/collect.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { generateKeys } from '../../../../relay/sandbox/keys.js';

const path = (name: string): string => fileURLToPath(new URL(`../../../../relay/${name}`, import.meta.url));
const example = readFileSync(path('example.toml'), 'utf8');
const codepay = readFileSync(path('example-codepay.toml'), 'utf8');

/** The example with its commented tables for reports switched on. */
const withReports = (text: string): string => {
  const [before = '', after = ''] = text.split(/(?=^# \[account\.reports\]$)/m);
  const keys =
    'folder|zone|units|columns|words|name_days_after|settled_within_days|host|username|host_key|directory|password_file|details|page_size|at';
  return `${before}${after
    .replace(/^# (\[account\.reports(\.sftp)?\])$/gm, '$1')
    .replace(new RegExp(`^# +(${keys}) = `, 'gm'), '$1 = ')
    .replace('SHA256:…', `SHA256:${'A'.repeat(43)}`)}`;
};

const said = (text: string): string => {
  try {
    parseConfig(text, 'relay.toml');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

describe('[account.reports]', () => {
  test('the examples are good with it', () => {
    const { account, reconcile } = parseConfig(withReports(example), 'relay.toml');
    expect(account[0]).toMatchObject({
      reports: {
        ...{ folder: '/var/lib/quietzone/reports/antom-hk', zone: 'Asia/Shanghai' },
        units: { transactions: 'minor', settlement: 'minor', summary: 'major' },
        columns: { feeAmount: ['serviceFeeValue'] },
        ...{ words: { TOP_UP: 'other' }, name_days_after: 0, settled_within_days: 10 },
        sftp: { host: 'isftp.alipay.com', port: 22, directory: '/' },
      },
    });
    expect(reconcile).toEqual({ at: '09:30', zone: 'UTC', slack_minutes: 15 });
    expect(parseConfig(withReports(codepay), 'relay.toml').account[0]).toMatchObject({
      reports: { details: true, zone: 'UTC', page_size: 100 },
    });
  });

  test.each([
    [
      'a zone that is none',
      'zone = "Asia/Shanghai"',
      'zone = "Shanghai/Asia"',
      'account.0.reports.zone ("antom-hk"): found text of 13 characters, expected a time zone such as',
    ],
    [
      'a unit that is none',
      'settlement = "minor"',
      'settlement = "cents"',
      'account.0.reports.units.settlement ("antom-hk"): found text of 5 characters, expected "minor" or "major"',
    ],
    ['a field that is none', 'feeAmount =', 'feeAmuont =', 'account.0.reports.columns'],
    [
      'a word for what is none',
      'TOP_UP = "other"',
      'TOP_UP = "charge"',
      'account.0.reports.words.TOP_UP ("antom-hk"): found text of 6 characters, expected one of payment, cancel, refund',
    ],
    [
      'a time for settlements that is none',
      'settled_within_days = 10',
      'settled_within_days = 0',
      'account.0.reports.settled_within_days ("antom-hk"): found the number 0, expected at least 1',
    ],
    ['a fingerprint that is none', 'SHA256:…', 'MD5:aa', 'account.0.reports.sftp.host_key ("antom-hk"): found text of'],
    [
      'two secrets',
      'directory = "/"',
      'directory = "/"\npassword_env = "X"',
      'account.0.reports.sftp ("antom-hk"): found both, expected only one of password_file, password_env, private_key_file',
    ],
    [
      'a time of day that is none',
      'at = "09:30"',
      'at = "9:30"',
      'reconcile.at: found text of 4 characters, expected a time of day',
    ],
  ])('%s is named', (_name, from, to, expected) => {
    expect(said(withReports(example.replace(from, to)))).toContain(expected);
  });

  test('its secret is read from where config says, asked for by `config check`, and named where it is missing', async () => {
    const text = withReports(example).replace(/^password_file = "\/run[^\n]*/m, 'password_env = "SFTP_PASSWORD"');
    const config = parseConfig(text, 'relay.toml');
    const needs = await needsOf(config, { SFTP_PASSWORD: 'x' });
    expect(needs).toContainEqual({
      ...{
        key: 'account.0.reports.sftp.password_env ("antom-hk")',
        what: 'environment variable SFTP_PASSWORD',
        found: 'set',
      },
    });
    const key = path('example.toml');
    const own = {
      ...config,
      account: config.account.map((a) => ({ ...a, private_key_file: key, public_key_file: key })),
    };
    const env = { QUIETZONE_CODE_HASH_KEY: '11'.repeat(32) };
    await expect(readSecrets(own, env)).rejects.toThrow(
      'account.0.reports.sftp.password_env ("antom-hk"): found nothing',
    );
    const secrets = await readSecrets(own, { ...env, SFTP_PASSWORD: 'hush' });
    expect(secrets.accounts.get('antom-hk')?.sftpPassword).toBe('hush');
    expect(await loadConfig(key)).toMatchObject({ reconcile: { slack_minutes: 15 } });
  });

  test('a folder of two accounts is refused: each would not know the other’s payments', () => {
    const own = withReports(example);
    const [, account = ''] = /(^\[\[account\]\]$[\s\S]*?)(?=^# How the acquirer wants)/m.exec(own) ?? [];
    const two = own.replace(account, `${account}\n${account.replace('name = "antom-hk"', 'name = "antom-jp"')}`);
    expect(said(two)).toContain(
      'account.1.reports.folder ("antom-jp"): found the folder of account "antom-hk", expected its own',
    );
    expect(said(two.replace('/reports/antom-hk"', '/reports/other"'))).toBe('');
  });

  test('it says how files are read; other settings are another way of reading', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quietzone-reports-config-'));
    const keys = await generateKeys(folder, 'antom');
    await rm(folder, { recursive: true });
    const sourceOf = (text: string): ReportSource | undefined => {
      const config = parseConfig(text, 'relay.toml');
      const pems = { privateKeyPem: keys.merchantPrivatePem, publicKeyPem: keys.acquirerPublicPem };
      const secrets = { codeHashKey: new Uint8Array(32), accounts: new Map([['antom-hk', pems]]) };
      const log = { info: () => {}, warn: () => {}, error: () => {} };
      return sourcesOf(config, secrets, openAccounts(config, secrets, { clock: systemClock, log }))[0];
    };
    const file =
      'transactionId,transactionRequestId,transactionType,transactionAmountValue,transactionCurrency\nT,R,TOP UP,100,HKD\n<END>';
    const read = (text: string) => {
      const report = sourceOf(text)?.read?.('x_20260311.csv', Buffer.from(file));
      return [report?.day, report?.rows[0]?.type, report?.rows[0]?.money?.amount];
    };
    const own = withReports(example);
    const changes: readonly [RegExp, string, readonly unknown[]][] = [
      [/^/, '', ['2026-03-11', 'other', 100]],
      [/^name_days_after = 0/m, 'name_days_after = 1', ['2026-03-10', 'other', 100]],
      [/TOP_UP = "other"/, 'TOP_UP = "payment"', ['2026-03-11', 'payment', 100]],
      [/transactions = "minor"/, 'transactions = "major"', ['2026-03-11', 'other', 10_000]],
    ];
    for (const [from, to, expected] of changes) expect(read(own.replace(from, to))).toEqual(expected);
    const ways = changes.map(([from, to]) => sourceOf(own.replace(from, to))?.readAs);
    expect(new Set(ways).size).toBe(changes.length);
    expect(sourceOf(own)?.readAs).toBe(ways[0]);
    expect(sourceOf(own)?.settledWithinDays).toBe(10);
    expect(sourceOf(own.replace(/^settled_within_days = 10/m, 'settled_within_days = 3'))?.settledWithinDays).toBe(3);
  });
});
