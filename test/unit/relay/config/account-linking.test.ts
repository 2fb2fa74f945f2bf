import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAmount } from '../../../../protocol/money.js';
import { antomWallets } from '../../../../relay/acquirers/antom/wallets.js';
import { walletsOf } from '../../../../relay/config/account-linking.js';
import { parseConfig } from '../../../../relay/config/load.js';
import { openAccounts } from '../../../../relay/config/parts.js';
import type { RelaySecrets } from '../../../../relay/config/secrets.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { keys } from '../../../contract/acquirer/stage.js';

const example = readFileSync(fileURLToPath(new URL('../../../../relay/example.toml', import.meta.url)), 'utf8');
/** The example with its commented tables of linking switched on. */
const keysOfLinking = 'wallets|auth_client_id|issuer|least|most|most_a_day|most_a_year|chargeback';
const [before = '', rest = ''] = example.split(/(?=^# \[account\.linking\]$)/m);
const [part = '', ...after] = rest.split(/(?=^# Its reports, for)/m);
const written = part
  .replace(/^# (\[account\.linking\]|\[\[account\.linking\.wallet\]\])$/gm, '$1')
  .replace(new RegExp(`^# (${keysOfLinking}) = `, 'gm'), '$1 = ');
const withLinking = (text = written): string => [before, text, ...after].join('');
const changed = (from: string | RegExp, to: string): string => {
  if (written.replace(from, to) === written) throw new Error(`the example has no ${from}`);
  return withLinking(written.replace(from, to));
};
const parsed = (text: string) => {
  const [account] = parseConfig(text, 'relay.toml').account;
  if (account?.kind !== 'antom' || !account.linking) throw new Error('no linking');
  return account.linking;
};
const said = (text: string): string => {
  try {
    parseConfig(text, 'relay.toml');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};
const minimal = withLinking('[account.linking]\nwallets = ["dana", "alipayhk"]\n\n');

describe('[account.linking]', () => {
  test('the example is good with it', () => {
    expect(parsed(withLinking())).toEqual({
      ...{ wallets: ['alipayhk', 'dana'], auth_client_id: 'S-1' },
      wallet: [
        {
          ...{ issuer: 'alipayhk', least: '0.01', most: '50000.00' },
          ...{ most_a_day: '50000.00', most_a_year: '200000.00', chargeback: false },
        },
      ],
    });
  });

  test('a limit below the wallet’s own least is named too', () => {
    const table = '[[account.linking.wallet]]\nissuer = "dana"\nmost = "299.99"\n\n';
    const text = withLinking(`[account.linking]\nwallets = ["dana"]\n${table}`);
    expect(said(text)).toContain(
      'account.0.linking.wallet.0.most ("antom-hk"): found 29999 minor units, expected at least least',
    );
    expect(said(text.replace('299.99', '300.00'))).toBe('');
  });

  test('without what the contract says otherwise, each wallet is as its own data says', () => {
    expect(walletsOf(parsed(minimal))).toEqual(antomWallets);
    expect(walletsOf(parsed(minimal.replace('"dana", ', ''))).map(({ issuer }) => issuer)).toEqual(['alipayhk']);
  });

  test('what the contract says counts, in minor units; what sources disagreed in stays told', () => {
    const [alipayhk, dana] = walletsOf(parsed(withLinking()));
    expect(alipayhk).toEqual({
      ...antomWallets[0],
      ...{ least: 1, most: 5_000_000, mostADay: 5_000_000, mostAYear: 20_000_000, chargeback: false },
    });
    expect(alipayhk?.disputed).toHaveLength(2);
    expect(dana).toEqual(antomWallets[1]);
  });

  test.each([
    ['a wallet that nobody links', /"alipayhk", "dana"/, '"paypay"', 'linking.wallets.0', 'one of alipayhk, dana'],
    ['none', /\["alipayhk", "dana"\]/, '[]', 'linking.wallets', 'at least one'],
    ['one twice', '"dana"', '"alipayhk"', 'linking.wallets.1', 'found "alipayhk" a second time, expected each once'],
    [
      'a table for another',
      '"alipayhk", "dana"',
      '"dana"',
      'linking.wallet.0.issuer',
      'expected one of wallets (dana)',
    ],
    ['a fraction of the smallest coin', '"0.01"', '"0.001"', 'linking.wallet.0.least', 'found "0.001"'],
    ['an amount that is a number', '"0.01"', '0.01', 'linking.wallet.0.least', 'a decimal as text'],
    ['a most below the least', '"0.01"', '"60000.00"', 'linking.wallet.0.most', 'at least least (6000000 minor units)'],
    ['a day below the least', '"0.01"', '"60000.00"', 'linking.wallet.0.most_a_day', 'found 5000000 minor units'],
    ['an amount of nothing', '"0.01"', '"0.00"', 'linking.wallet.0.least', 'expected more than nothing'],
    ['a key that is none', 'chargeback', 'chargebacks', 'linking.wallet.0.chargebacks', ''],
    ['a client that is too long', '"S-1"', `"${'x'.repeat(65)}"`, 'linking.auth_client_id', 'at most 64 characters'],
  ])('%s is named', (_, from, to, key, expected) => {
    const message = said(changed(from, to));
    expect(message).toContain(`account.0.${key}`);
    expect(message).toContain(expected);
  });

  test('two tables of one wallet are one too many', () => {
    const two = withLinking(`${written}[[account.linking.wallet]]\nissuer = "alipayhk"\n\n`);
    expect(said(two)).toContain(
      'account.0.linking.wallet.1.issuer ("antom-hk"): found "alipayhk" a second time, expected each once',
    );
  });

  test('a wallet pays in a currency that the account takes', () => {
    const inHkd = minimal.replace('# currencies = ["HKD"]  ', 'currencies = ["HKD"]  ');
    expect(inHkd).not.toBe(minimal);
    expect(said(inHkd)).toContain(
      'account.0.linking.wallets.0 ("antom-hk"): found "dana", which pays in IDR, expected',
    );
    expect(said(inHkd.replace('"dana", ', ''))).toBe('');
  });

  test('an account of another acquirer has none', () => {
    const codepay = readFileSync(
      fileURLToPath(new URL('../../../../relay/example-codepay.toml', import.meta.url)),
      'utf8',
    );
    const own = codepay.replace('[account.codes]', '[account.linking]\nwallets = ["dana"]\n\n[account.codes]');
    expect(own).not.toBe(codepay);
    expect(said(own)).toContain('linking');
  });

  test('any limits in order are read as they were written', () => {
    const amounts = fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(1_000_000), fc.nat(1_000_000));
    fc.assert(
      fc.property(amounts, ([least, more, most]) => {
        const text = (amount: number): string => formatAmount({ amount, currency: 'HKD' });
        const own = {
          issuer: 'alipayhk',
          least: text(least),
          most: text(least + more),
          most_a_day: text(least + most),
        };
        const [wallet] = walletsOf({ wallets: ['alipayhk'], wallet: [own] });
        return wallet?.least === least && wallet.most === least + more && wallet.mostADay === least + most;
      }),
    );
  });
});

test('an account with it can link, one without it cannot', () => {
  const secrets: RelaySecrets = {
    codeHashKey: Buffer.alloc(32),
    accounts: new Map([['antom-hk', { privateKeyPem: keys.merchantPrivatePem, publicKeyPem: keys.acquirerPublicPem }]]),
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const linkingOf = (text: string) =>
    openAccounts(parseConfig(text, 'relay.toml'), secrets, { clock: systemClock, log }).of('antom-hk').acquirer.linking;
  expect(linkingOf(withLinking())?.wallets.map(({ issuer, least }) => [issuer, least])).toEqual([
    ['alipayhk', 1],
    ['dana', 30_000],
  ]);
  expect(linkingOf(example)).toBeUndefined();
});
