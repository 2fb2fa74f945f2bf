import { describe, expect, test } from 'vitest';
import { createReader } from '../../../../relay/acquirers/antom/reports/reader.js';
import { matchSettlement } from '../../../../relay/reconcile/settlement.js';
import type { StoredRow } from '../../../../relay/reconcile/types.js';
import { periodOf } from '../../../../relay/runtime/days.js';
import { antomFile, antomSummary, type Layout } from '../../../support/reports/antom.js';
import { cancelOf, paymentOf, refundOf, saleOf, type Told, toldOf } from '../../../support/reports/day.js';

const day = '2026-03-10';
const zone = 'Asia/Shanghai';
const period = periodOf(day, zone);
const coverage = { day, period, zone, slackMs: 900_000, wholeDays: new Set(['2026-03-09', day, '2026-03-11']) };
const read = createReader();

function stored(text: string, name: string): StoredRow[] {
  const report = read(name, Buffer.from(text));
  expect(report?.faults).toEqual([]);
  return (report?.rows ?? []).map((row) => ({ ...row, kind: report?.kind ?? 'summary', day, file: name }));
}
const rows = (told: readonly Told[], layout: Layout, batch = 'B1'): StoredRow[] =>
  stored(antomFile(told, { layout, batch }), 'x_20260310.csv');
const summary = (told: readonly Told[], batch = 'B1'): StoredRow[] =>
  stored(antomSummary(told, batch), 's_20260310.csv');

const noon = period.from + 43_200_000;
const sales = [
  saleOf(0, noon, 'delivered'),
  saleOf(4, noon, 'cancelled'),
  saleOf(8, noon, 'refunded'),
  saleOf(1, noon, 'delivered'),
];
const told = sales.flatMap(toldOf);
const nothing = { settled: [], summaries: [], transactions: [], batches: [] };
const more = (t: Told): Told => ({ ...t, money: { ...t.money, amount: t.money.amount + 1 } });

describe('settled lines beside their transactions', () => {
  test.each<Layout>(['settlement', 'legacy-settlement'])('%s: the same money is no difference', (layout) => {
    const parts = { ...nothing, settled: rows(told, layout), transactions: rows(told, 'transactions') };
    expect(matchSettlement(parts, coverage)).toEqual({ differences: [], waiting: [] });
  });

  test.each<[string, (t: Told) => Told]>([
    ['another amount', more],
    ['another currency', (t) => ({ ...t, money: { ...t.money, currency: 'THB' } })],
  ])('%s is one difference, with both', (_name, change) => {
    const changed = told.map((t, i) => (i === 3 ? change(t) : t));
    const parts = { ...nothing, settled: rows(changed, 'settlement'), transactions: rows(told, 'transactions') };
    const { differences } = matchSettlement(parts, coverage);
    expect(differences).toMatchObject([{ type: 'settlement', expected: told[3]?.money, found: changed[3]?.money }]);
    expect(differences[0]?.source).toEqual({ file: 'x_20260310.csv', line: 5 });
  });

  test('settled and never done; it waits where the report of its day is not there', () => {
    const parts = { ...nothing, settled: rows(told, 'settlement'), transactions: rows(told.slice(1), 'transactions') };
    expect(matchSettlement(parts, coverage)).toMatchObject({
      differences: [{ type: 'settlement', acquirerId: told[0]?.id, expected: null }],
      waiting: [],
    });
    expect(matchSettlement(parts, { ...coverage, wholeDays: new Set([day]) }).differences).toHaveLength(1);
    expect(matchSettlement(parts, { ...coverage, wholeDays: new Set() })).toMatchObject({
      differences: [],
      waiting: [{ acquirerId: told[0]?.id }],
    });
  });

  test('done and not settled yet is none: it comes with a later batch', () => {
    const parts = { ...nothing, settled: rows(told.slice(1), 'settlement'), transactions: rows(told, 'transactions') };
    expect(matchSettlement(parts, coverage).differences).toEqual([]);
  });

  test('a cancel is not taken for its payment, whose transactionId it has', () => {
    const [, sale] = sales;
    if (!sale) throw new Error('no sale');
    const parts = {
      ...nothing,
      settled: rows([cancelOf(sale)], 'settlement'),
      transactions: rows([paymentOf(sale)], 'transactions'),
    };
    expect(matchSettlement(parts, coverage).differences).toHaveLength(1);
  });
});

describe('a summary beside its lines', () => {
  const lines = rows(told, 'settlement');

  test('trap 21: sums in major units, lines in minor ones, and they agree', () => {
    expect(matchSettlement({ ...nothing, summaries: summary(told), batches: lines }, coverage)).toEqual({
      differences: [],
      waiting: [],
    });
  });

  test('fees that the sum leaves out agree too', () => {
    const fee = { amount: 7, currency: 'HKD' } as const;
    const withFees = lines.map((line, i) => (i === 0 ? { ...line, fee } : line));
    const net = summary(told).map((row) =>
      row.type === 'payment' && row.settled?.currency === 'HKD'
        ? { ...row, settled: { ...row.settled, amount: row.settled.amount - 7 } }
        : row,
    );
    expect(matchSettlement({ ...nothing, summaries: net, batches: withFees }, coverage).differences).toEqual([]);
  });

  test.each<[string, readonly StoredRow[], readonly StoredRow[], string]>([
    ['another sum', summary(told.map((t, i) => (i === 0 ? more(t) : t))), lines, 'not the sum of its lines'],
    ['a line less', summary(told), lines.slice(1), 'the summary counts 3, its lines are 2'],
    [
      'a line more',
      summary(told),
      [...lines, ...rows([refundOf(sales[0] ?? saleOf(0, noon, 'refunded'))], 'settlement')],
      'the summary counts 1, its lines are 2',
    ],
  ])('%s', (_name, summaries, batches, detail) => {
    const { differences } = matchSettlement({ ...nothing, summaries, batches }, coverage);
    expect(differences).toMatchObject([{ type: 'settlement', detail: expect.stringContaining(detail) }]);
  });

  test('without its lines it waits', () => {
    const { differences, waiting } = matchSettlement(
      { ...nothing, summaries: summary(told, 'B2'), batches: lines },
      coverage,
    );
    expect(differences).toEqual([]);
    expect(waiting.length).toBeGreaterThan(0);
  });
});
