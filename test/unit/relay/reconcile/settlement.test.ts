import { describe, expect, test } from 'vitest';
import { createReader } from '../../../../relay/acquirers/antom/reports/reader.js';
import { daysOfSettled } from '../../../../relay/reconcile/coverage.js';
import { matchSettlement } from '../../../../relay/reconcile/settlement.js';
import type { StoredRow } from '../../../../relay/reconcile/types.js';
import { matchUnsettled } from '../../../../relay/reconcile/unsettled.js';
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
  expect(report.faults).toEqual([]);
  return report.rows.map((row) => ({ ...row, kind: report.kind, day, file: name }));
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

  test('settled days after: the list of the day on which it was done decides, and not that of the day before', () => {
    const later = rows(told, 'settlement').map((row) => ({ ...row, day: '2026-03-14' }));
    const parts = { ...nothing, settled: later, transactions: rows(told.slice(1), 'transactions') };
    const on14 = { ...coverage, day: '2026-03-14', period: periodOf('2026-03-14', zone) };
    expect(daysOfSettled(on14, later)).toEqual([day]);
    expect(matchSettlement(parts, { ...on14, wholeDays: new Set([day]) }).differences).toHaveLength(1);
    const others = new Set(['2026-03-13', '2026-03-14', '2026-03-15']);
    expect(matchSettlement(parts, { ...on14, wholeDays: others })).toMatchObject({
      differences: [],
      waiting: [{ acquirerId: told[0]?.id }],
    });
  });

  test('a line without a time may be of any day within the time for settlements', () => {
    const [row] = rows(told, 'settlement').map((of) => ({ ...of, at: null }));
    if (!row) throw new Error('no row');
    const parts = { ...nothing, settled: [row] };
    expect(daysOfSettled(coverage, [row], 2)).toEqual([day, '2026-03-09', '2026-03-08']);
    expect(matchSettlement(parts, coverage, 2).waiting).toHaveLength(1);
    const all = { ...coverage, wholeDays: new Set([...coverage.wholeDays, '2026-03-08']) };
    expect(matchSettlement(parts, all, 2).differences).toHaveLength(1);
  });

  test.each([
    [1_000, 6, 1_000, 0],
    [1_000, 6, 994, 0],
    [-1_000, 6, -1_006, 0],
    [1_000, 6, 100, 1],
    [1_000, null, 994, 0],
    [1_000, null, 1_001, 1],
  ])('%i done, fee %s, %i paid out in one currency: %i differences', (amount, fee, out, differences) => {
    const money = { amount: Math.abs(amount), currency: 'HKD' } as const;
    const [line] = rows([{ ...paymentOf(sales[0] ?? saleOf(0, noon, 'delivered')), money }], 'settlement');
    if (!line) throw new Error('no line');
    const settled = {
      ...line,
      settled: { amount: out, currency: 'HKD' as const },
      fee: fee === null ? null : { amount: fee, currency: 'HKD' as const },
    };
    const transactions = [{ ...line, kind: 'transactions' as const }];
    const found = matchSettlement({ ...nothing, settled: [settled], transactions }, coverage);
    expect(found.differences).toHaveLength(differences);
    // In another currency the rate and its rounding are the acquirer's.
    const abroad = { ...settled, settled: { amount: out, currency: 'USD' as const } };
    expect(matchSettlement({ ...nothing, settled: [abroad], transactions }, coverage).differences).toEqual([]);
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

  test('lines of which the summary has no sum', () => {
    const sums = summary(told).filter(({ type }) => type !== 'refund');
    const { differences } = matchSettlement({ ...nothing, summaries: sums, batches: lines }, coverage);
    expect(differences).toMatchObject([{ detail: expect.stringContaining('REFUND: the summary has no sum of these') }]);
  });

  test('lines that do not tell what was paid out are counted, and not added up', () => {
    const unpaid = lines.map((line) => ({ ...line, settled: null }));
    const found = matchSettlement({ ...nothing, summaries: summary(told), batches: unpaid }, coverage);
    expect(found).toEqual({ differences: [], waiting: [] });
    const less = matchSettlement({ ...nothing, summaries: summary(told), batches: unpaid.slice(1) }, coverage);
    expect(less.differences).toMatchObject([
      { detail: expect.stringContaining('the summary counts 4, its lines are 3') },
    ]);
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

describe('done, and in no settlement', () => {
  const list = rows(told, 'transactions');
  const found = (settled: readonly StoredRow[], transactions = list) =>
    matchUnsettled({ transactions, settled }, day, 10).differences;

  test('all settled: none', () => {
    expect(found(rows(told, 'settlement'))).toEqual([]);
    expect(found(rows(told, 'legacy-settlement'))).toEqual([]);
  });

  test('a payment, and a refund of a payment that was paid out', () => {
    expect(found(rows(told.slice(1), 'settlement'))).toMatchObject([
      {
        ...{ type: 'settlement', acquirerId: told[0]?.id, expected: told[0]?.money, found: null, day },
        detail: 'done (PAYMENT), and in no settlement 10 days later',
      },
    ]);
    const [, , refunded] = sales;
    if (!refunded) throw new Error('no sale');
    const paidOut = told.filter((t) => t !== told.find(({ type }) => type === 'REFUND'));
    expect(found(rows(paidOut, 'settlement'))).toMatchObject([{ refundId: refundOf(refunded).request }]);
  });

  test('what was given back before it was paid out may be in no settlement', () => {
    const [, cancelled, refunded] = sales;
    if (!cancelled || !refunded) throw new Error('no sale');
    const kept = [sales[0], sales[3]].flatMap((sale) => (sale ? toldOf(sale) : []));
    expect(found(rows(kept, 'settlement'))).toEqual([]);
    // Given back in part: what is left is missing.
    const part = [paymentOf(refunded), { ...refundOf(refunded), money: { ...refunded.money, amount: 1 } }];
    expect(found([], rows(part, 'transactions'))).toHaveLength(2);
  });

  test('only what is of the day; another day has its own', () => {
    const others = list.map((row) => ({ ...row, day: '2026-03-09' }));
    expect(found([], others)).toEqual([]);
  });
});
