import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../relay/config/load.js';
import { needsOf } from '../../../../relay/config/needs.js';
import { openAccounts } from '../../../../relay/config/parts.js';
import { readSecrets } from '../../../../relay/config/secrets.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { keys } from '../../../contract/acquirer/stage.js';

const folder = mkdtempSync(join(tmpdir(), 'quietzone-customs-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** The example with its commented lines about customs switched on. */
const example = readFileSync(fileURLToPath(new URL('../../../../relay/example.toml', import.meta.url)), 'utf8')
  .replace('/etc/quietzone/antom-private.pem', file('private.pem', keys.merchantPrivatePem))
  .replace('/etc/quietzone/antom-public.pem', file('public.pem', keys.acquirerPublicPem))
  .replace(
    /^# (\[account\.customs\]|place = |merchant_code = |merchant_name = |statuses = |customs_key_env = )/gm,
    '$1',
  );
const changed = (from: string | RegExp, to: string): string => {
  if (example.replace(from, to) === example) throw new Error(`the example has no ${from}`);
  return example.replace(from, to);
};
const said = (text: string): string => {
  try {
    parseConfig(text, 'relay.toml');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : 'no error';
  }
};
const KEY = 'ab'.repeat(32);
const env = { QUIETZONE_CODE_HASH_KEY: 'cd'.repeat(32), QUIETZONE_CUSTOMS_KEY: KEY };

describe('[account.customs]', () => {
  test('the example is good with it, and its account declares', async () => {
    const config = parseConfig(example, 'relay.toml');
    const secrets = await readSecrets(config, env);
    expect(Buffer.from(secrets.customsKey ?? []).toString('hex')).toBe(KEY);
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const { customs } = openAccounts(config, secrets, { clock: systemClock, log }).of('antom-hk').acquirer;
    expect(customs).toMatchObject({
      ...{ place: 'ZONGSHU', merchant: { code: '4403961DPF', name: 'Kiosk Company' } },
      ...{ inquiredMost: 10, againAfterMs: 300_000 },
    });
  });

  test('without it nothing is declared; without a merchant each declaration says who it is', async () => {
    const open = async (text: string) => {
      const config = parseConfig(text, 'relay.toml');
      const log = { info: () => {}, warn: () => {}, error: () => {} };
      return openAccounts(config, await readSecrets(config, env), { clock: systemClock, log }).of('antom-hk').acquirer;
    };
    const [before = '', after = ''] = example.split('[account.customs]\n');
    const [place, , , , ...rest] = after.split('\n');
    expect((await open([before, ...rest].join('\n'))).customs).toBeUndefined();
    const { customs } = await open([before, '[account.customs]', place, ...rest].join('\n'));
    expect(customs).toMatchObject({ place: 'ZONGSHU' });
    expect(customs?.merchant).toBeUndefined();
  });

  test.each([
    ['a place that is none', changed('place = "ZONGSHU"', 'place = "no where"'), 'account.0.customs.place'],
    [
      'a code without a name',
      changed(/^(merchant_code = .*\n)merchant_name = .*\n/m, '$1'),
      'account.0.customs ("antom-hk"): found one, expected both or neither of merchant_code, merchant_name',
    ],
    ['a meaning that is none', changed('HELD = "waiting"', 'HELD = "lost"'), 'account.0.customs.statuses.HELD'],
    ['a key that is not known', changed('place = "ZONGSHU"', 'port = "ZONGSHU"'), 'account.0.customs.port'],
    [
      'two keys',
      changed('customs_key_env = ', 'customs_key_file = "x"\ncustoms_key_env = '),
      'secrets: found both, expected only one of customs_key_file, customs_key_env',
    ],
  ])('%s is named', (_, text, expected) => {
    expect(said(text)).toContain(expected);
  });

  test('a key of another shape is named, and never repeated', async () => {
    const config = parseConfig(example, 'relay.toml');
    const short = readSecrets(config, { ...env, QUIETZONE_CUSTOMS_KEY: 'hunter2' });
    await expect(short).rejects.toThrow(
      /^secrets\.customs_key_env: found in .* 7 characters that are no such key, expected 32 bytes as 64 hex digits/,
    );
    const none = readSecrets(config, { ...env, QUIETZONE_CUSTOMS_KEY: '' });
    await expect(none).rejects.toThrow(/secrets\.customs_key_env: found nothing in the environment variable/);
  });

  test('config check says what run needs of it', async () => {
    const needs = await needsOf(parseConfig(example, 'relay.toml'), env);
    expect(needs).toContainEqual({
      ...{ key: 'secrets.customs_key_env', what: 'environment variable QUIETZONE_CUSTOMS_KEY', found: 'set' },
    });
  });
});
