import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../deploy/demo/places.js';
import { tableOf } from '../../relay/reconcile/output.js';
import type { RunResult } from '../../relay/reconcile/run.js';
import { dayAfter, periodOf } from '../../relay/runtime/days.js';
import { generateKeys, type SandboxKeys } from '../../relay/sandbox/keys.js';
import { antomFile, antomSummary, type Layout } from '../support/reports/antom.js';
import { codepayEntries, startDetails } from '../support/reports/codepay.js';
import {
  cancelOf,
  type Ending,
  paymentOf,
  refundOf,
  type Sale,
  saleOf,
  type Told,
  toldOf,
} from '../support/reports/day.js';
import { LEDGER_URL, type Ledgers, openLedgers } from '../support/reports/ledgers.js';

/** A day of a thousand clean payments and ten planted differences, from the ledger's tables to the command's exit code. */

const DAY = '2026-03-10';
const CLEAN = 1_000;

let folder = '';
let keys: SandboxKeys;
let ledgers: Ledgers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quietzone-reconcile-'));
  keys = await generateKeys(join(folder, 'keys'), 'antom');
  await writeFile(join(folder, 'ours.pem'), keys.merchantPrivatePem);
  await writeFile(join(folder, 'theirs.pem'), keys.acquirerPublicPem);
});
afterAll(async () => {
  await ledgers?.close();
  await rm(folder, { recursive: true, force: true });
});

const configText = (ledger: string, account: string): string => `
instance = "relay-1"
mode = "demo"
[broker]
url = "mqtt://127.0.0.1:1883"
[ledger]
${ledger}
[secrets]
code_hash_key_env = "HASH_KEY"
[kiosks]
any = true
[operations]
port = 1
[[account]]
name = "main"
private_key_file = "${join(folder, 'ours.pem')}"
public_key_file = "${join(folder, 'theirs.pem')}"
${account}
`;

const antomAccount = (reports: string): string => `
kind = "antom"
base_url = "http://127.0.0.1:1"
client_id = "x"
settlement_currency = "HKD"
notify_url = "http://127.0.0.1:1"
[account.merchant]
reference_merchant_id = "x"
merchant_name = "x"
merchant_mcc = "5499"
[account.merchant.store]
reference_store_id = "x"
store_name = "x"
store_mcc = "5499"
[account.reports]
folder = "${reports}"
`;

const codepayAccount = (url: string): string => `
kind = "codepay"
base_url = "${url}"
app_id = "wz1"
merchant_no = "312300000001"
description = "x"
[account.reports]
details = true
zone = "Asia/Shanghai"
`;

type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

function relay(url: string, ...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, HASH_KEY: '11'.repeat(32), [LEDGER_URL]: url };
  const child = spawn(process.execPath, [join(projectRoot, 'dist/relay/cli.js'), ...args], { env, cwd: folder });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.err += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

const resultOf = (ran: Ran): RunResult => JSON.parse(ran.out) as RunResult;

const { from, until } = periodOf(DAY, 'Asia/Shanghai');
const endings: readonly Ending[] = [
  'delivered',
  'delivered',
  'delivered',
  'declined',
  'cancelled',
  'delivered',
  'refunded',
];
const clean = (): Sale[] =>
  Array.from({ length: CLEAN }, (_, i) =>
    saleOf(i, from + 3_600_000 + i * 70_000, endings[i % endings.length] ?? 'delivered'),
  );

/** Where a difference is planted, and what is told of it. `ledger`: whether the ledger has the sale. */
type Plant = { readonly type: string; readonly sale: Sale; readonly told: readonly Told[]; readonly ledger: boolean };

let planted = 5_000;
function plant(type: string, ending: Ending, told: (sale: Sale) => readonly Told[], ledger = true): Plant {
  planted += 1;
  const sale = saleOf(planted, from + 40_000_000 + planted * 10, ending);
  return { type, sale, told: told(sale), ledger };
}
const money = (told: Told, amount: number, currency = told.money.currency): Told => ({
  ...told,
  money: { amount, currency },
});
const other = (sale: Sale): Told => ({ ...paymentOf(sale), id: `X${sale.paymentId}` });

const both = (): Plant[] => [
  plant('charged-not-known', 'delivered', (s) => [paymentOf(s)], false),
  plant('known-not-charged', 'delivered', () => []),
  plant('duplicate-charge', 'delivered', (s) => [paymentOf(s), other(s)]),
  plant('amount', 'delivered', (s) => [money(paymentOf(s), s.money.amount + 1)]),
  plant('currency', 'delivered', (s) => [money(paymentOf(s), s.money.amount, 'THB')]),
  plant('missing-refund', 'refunded', (s) => [paymentOf(s)]),
  plant('refund-not-known', 'delivered', (s) => [paymentOf(s), money(refundOf(s, { request: 'byhand1' }), 1)]),
  plant('reversed-twice', 'cancelled', (s) => [paymentOf(s), cancelOf(s), refundOf(s)]),
];

/** Each difference with the attempt that it is of, or the id that the acquirer names. */
const named = (found: RunResult): string[] =>
  found.differences.map((d) => `${d.type} ${d.attempt ?? d.requestId ?? d.refundId}`).sort();
const wanted = (plants: readonly Plant[]): string[] => plants.map(({ type, sale }) => `${type} ${sale.id}`).sort();

const shared = both();
/** Only an acquirer with disputes and settlement files can tell these. */
const antomOnly = [
  plant('dispute', 'delivered', (s) => [
    paymentOf(s),
    { ...refundOf(s), type: 'DISPUTE', id: `D${s.paymentId}`, request: '' },
  ]),
  plant('settlement', 'delivered', (s) => [paymentOf(s)]),
];
const codepayOnly = [
  plant('charged-not-known', 'declined', (s) => [paymentOf(s)]),
  plant('missing-refund', 'cancelled', (s) => [paymentOf(s)]),
];
const sales = clean();
/** A minute before midnight: it may be in tomorrow's report. */
const near = saleOf(9_000, until - 60_000, 'delivered');
const inLedger = [...shared, ...antomOnly, ...codepayOnly].filter((p) => p.ledger).map(({ sale }) => sale);
const asItWas = (plants: readonly Plant[]): Told[] => plants.flatMap(({ sale }) => toldOf(sale));
const asPlanted = (plants: readonly Plant[]): Told[] => plants.flatMap(({ told }) => told);

beforeAll(async () => {
  ledgers = await openLedgers(folder, [...sales, near, ...inLedger], 'main');
}, 240_000);

const SLOW = 240_000;

describe('a thousand clean payments and ten planted differences: all ten are named, and no other', () => {
  test(
    'Antom, from its files; and none is left when the files are issued anew',
    async () => {
      const ledger = await ledgers.copy('antom');
      const reports = join(folder, 'antom-reports');
      await mkdir(reports);
      const put = (name: string, text: string) => writeFile(join(reports, name), text);
      const file = (of: readonly Told[], layout: Layout) => antomFile(of, { layout, bom: true, newline: '\r\n' });
      const config = join(folder, 'antom.toml');
      await writeFile(config, configText(ledger.config, antomAccount(reports)));
      const reconcile = () =>
        relay(ledger.url, 'reconcile', '--config', config, '--account', 'main', '--day', DAY, '--json');
      const plants = [...shared, ...antomOnly];
      const told = [...sales.flatMap(toldOf), ...asItWas(codepayOnly), ...asPlanted(plants)];
      const lastTold = antomOnly.at(-1)?.told ?? [];
      const settled = [...sales.slice(0, 200).flatMap(toldOf), ...lastTold.map((t) => money(t, t.money.amount - 1))];
      await put(`MID_fptrade_${dayAfter(DAY, -1).replaceAll('-', '')}.csv`, file([], 'legacy'));
      await put('MID_fptrade_20260310.csv', file(told, 'legacy'));
      await put('MID_settle_20260310_B1.csv', file(settled, 'legacy-settlement'));
      await put('summary_20260310.csv', antomSummary(settled));

      const ran = await reconcile();
      expect(ran).toMatchObject({ code: 1, err: '' });
      const found = resultOf(ran);
      expect(named(found)).toEqual(wanted(plants));
      expect(found).toMatchObject({ outcome: 'differences', problems: [], faults: [] });
      expect(found.waiting.map(({ attempt }) => attempt)).toEqual([near.id]);
      process.stdout.write(tableOf(found));

      const [first] = found.differences;
      const close = (note: string) =>
        relay('reconcile', '--config', config, '--account', 'main', '--close', String(first?.number), '--note', note);
      expect(await close('shown 281006021234567890123456')).toMatchObject({ code: 2, out: '' });
      expect(await close('asked the bank')).toMatchObject({ code: 0, out: `closed ${first?.number}\n` });
      expect((await close('again')).code).toBe(2);
      const acts = await relay('audit', '--config', config, '--json');
      const target = `difference ${first?.number} of main`;
      expect(JSON.parse(acts.out).audit).toMatchObject([
        { act: 'close-difference', target, detail: 'again', outcome: 'refused: not-open' },
        { act: 'close-difference', target, detail: 'asked the bank', outcome: 'done', attempt: first?.attempt ?? null },
      ]);

      const right = [...sales.flatMap(toldOf), ...inLedger.flatMap(toldOf)];
      await put('MID_fptrade_20260310.csv', file(right, 'legacy'));
      await put('MID_fptrade_20260311.csv', file([paymentOf(near)], 'legacy'));
      await put('MID_settle_20260310_B1.csv', file(right.slice(0, 100), 'legacy-settlement'));
      await put('summary_20260310.csv', antomSummary(right.slice(0, 100)));
      const again = await reconcile();
      expect(resultOf(again)).toMatchObject({ outcome: 'clean', differences: [], waiting: [], problems: [] });
      expect(again.code).toBe(0);
    },
    SLOW,
  );

  test(
    'CodePay, from its list',
    async () => {
      const ledger = await ledgers.copy('codepay');
      const server = await startDetails(keys);
      try {
        const plants = [...shared, ...codepayOnly];
        const told = [...sales.flatMap(toldOf), ...asItWas(antomOnly), ...asPlanted(plants)];
        server.tell(codepayEntries(told));
        const config = join(folder, 'codepay.toml');
        await writeFile(config, configText(ledger.config, codepayAccount(server.url)));
        const ran = await relay(
          ledger.url,
          'reconcile',
          '--config',
          config,
          '--account',
          'main',
          '--day',
          DAY,
          '--json',
        );
        expect(ran).toMatchObject({ code: 1, err: '' });
        const found = resultOf(ran);
        // The list does not name the payment of a refund, and this refund's number is none of ours.
        const byHand = wanted(plants).map((w) => (w.startsWith('refund-not-known') ? 'refund-not-known byhand1' : w));
        expect(named(found)).toEqual(byHand);
        expect(found.waiting.map(({ attempt }) => attempt)).toEqual([near.id]);
        expect(server.asked.length).toBeGreaterThan(10);
      } finally {
        await server.close();
      }
    },
    SLOW,
  );
});
