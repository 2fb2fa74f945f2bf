import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReader } from '../../../../relay/acquirers/antom/reports/reader.js';
import type { Coverage } from '../../../../relay/reconcile/coverage.js';
import { matchTransactions } from '../../../../relay/reconcile/match.js';
import type { Known, StoredRow } from '../../../../relay/reconcile/types.js';
import { periodOf } from '../../../../relay/runtime/days.js';
import { antomFile } from '../../../support/reports/antom.js';
import {
  cancelOf,
  type Ending,
  paymentOf,
  refundIdOf,
  refundOf,
  type Sale,
  saleOf,
  type Told,
  toldOf,
} from '../../../support/reports/day.js';

const day = '2026-03-10';
const zone = 'Asia/Shanghai';
const period = periodOf(day, zone);
const { from, until } = period;
const coverage: Coverage = {
  day,
  period,
  zone,
  slackMs: 900_000,
  wholeDays: new Set(['2026-03-09', day, '2026-03-11']),
};
const read = createReader();

const states = {
  ...{ delivered: 'delivered', declined: 'declined', cancelled: 'reversed', refunded: 'reversed' },
  ...{ reversing: 'reversing', operator: 'operator' },
} as const satisfies Record<Ending, Known['state']>;

/** What the ledger has of a sale. */
function knownOf(sale: Sale, more: Partial<Known> = {}): Known {
  const { ending, money, backAt } = sale;
  const kind = ending === 'refunded' ? 'refund' : 'cancel';
  const isDone = ending === 'cancelled' || ending === 'refunded';
  const back = ending !== 'delivered' && ending !== 'declined';
  return {
    attempt: sale.id,
    kiosk: 'lobby-1',
    state: states[ending],
    finding: null,
    paidSeen: ending !== 'declined',
    money,
    acquirerId: ending === 'declined' ? null : sale.paymentId,
    paidAt: sale.at - 1_000,
    link: null,
    pressedAt: null,
    changedAt: backAt,
    returns: back
      ? [
          {
            id: kind === 'refund' ? refundIdOf(sale) : `c1${sale.id}`,
            ...{ kind, money, state: isDone ? 'confirmed' : 'requested', at: backAt },
          },
        ]
      : [],
    ...more,
  };
}

/** As the reader reads them from a file. */
function rowsOf(told: readonly Told[], of = day): StoredRow[] {
  const name = `transactions_${of.replaceAll('-', '')}.csv`;
  const report = read(name, Buffer.from(antomFile(told, { layout: 'transactions' })));
  expect(report.faults).toEqual([]);
  return report.rows.map((row) => ({ ...row, kind: 'transactions', day: of, file: name }));
}

const noon = from + 43_200_000;
const types = (sales: readonly Known[], rows: readonly StoredRow[], within = coverage): string[] =>
  matchTransactions(sales, rows, within).differences.map(({ type }) => type);
const waits = (sales: readonly Known[], rows: readonly StoredRow[], within = coverage): string[] =>
  matchTransactions(sales, rows, within).waiting.map(({ why }) => why);

describe('what agrees is no difference', () => {
  const endings: readonly Ending[] = ['delivered', 'declined', 'cancelled', 'refunded'];
  const day1 = fc.array(
    fc.record({ at: fc.integer({ min: from, max: until - 1 }), ending: fc.constantFrom(...endings) }),
    {
      maxLength: 40,
    },
  );

  test('on any day, with rows in any order', () => {
    fc.assert(
      fc.property(day1, fc.infiniteStream(fc.nat()), (made, order) => {
        const sales = made.map(({ at, ending }, i) =>
          saleOf(i, at, ending, { backAt: Math.min(at + 40_000, until - 1) }),
        );
        const rows = rowsOf(sales.flatMap(toldOf))
          .map((row) => ({ row, key: order.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row);
        const found = matchTransactions(
          sales.map((sale) => knownOf(sale)),
          rows,
          coverage,
        );
        expect(found.differences).toEqual([]);
        expect(found.waiting).toEqual([]);
      }),
    );
  });

  test('trap 28: a cancelled payment shows as PAYMENT and CANCEL with the same transactionId', () => {
    const sale = saleOf(0, noon, 'cancelled');
    const rows = rowsOf(toldOf(sale));
    expect(rows.map(({ word, acquirerId }) => `${word} ${acquirerId}`)).toEqual([
      `PAYMENT ${sale.paymentId}`,
      `CANCEL ${sale.paymentId}`,
    ]);
    expect(types([knownOf(sale)], rows)).toEqual([]);
  });

  test('a cancel, and a reversal, that name their payment by the transactionId alone', () => {
    const [sale, other] = [saleOf(0, noon, 'cancelled'), saleOf(1, noon, 'cancelled')];
    const told: Told[] = [
      ...[paymentOf(sale), { ...cancelOf(sale), request: '' }],
      ...[paymentOf(other), { ...cancelOf(other), type: 'PAYMENT_REVERSAL' as const, request: '' }],
    ];
    expect(types([knownOf(sale), knownOf(other)], rowsOf(told))).toEqual([]);
    // Also of a payment that the ledger does not know: one difference, and not two.
    expect(types([], rowsOf([paymentOf(sale), { ...cancelOf(sale), request: '' }]))).toEqual(['charged-not-known']);
  });

  test('a cancel that came before any charge shows nowhere', () => {
    expect(types([knownOf(saleOf(0, noon, 'cancelled'))], [])).toEqual([]);
  });

  test('declined, charged all the same, and cancelled: nobody has lost anything', () => {
    const sale = saleOf(0, noon, 'declined');
    expect(types([knownOf(sale)], rowsOf([paymentOf(sale), cancelOf(sale)]))).toEqual([]);
  });

  test('a refund that was needless, since a slow cancel had done it, is explained by that cancel', () => {
    const sale = saleOf(0, noon, 'refunded');
    expect(types([knownOf(sale)], rowsOf([paymentOf(sale), cancelOf(sale)]))).toEqual([]);
  });

  test('reversed because the acquirer said "cancelled", without a record of ours', () => {
    const sale = saleOf(0, noon, 'cancelled');
    expect(types([knownOf(sale, { returns: [] })], rowsOf(toldOf(sale)))).toEqual([]);
    expect(types([knownOf(sale, { returns: [] })], rowsOf([paymentOf(sale)]))).toEqual(['missing-refund']);
  });

  test('two partial refunds that the ledger has', () => {
    const sale = saleOf(0, noon, 'delivered', { money: { amount: 1_000, currency: 'HKD' } });
    const part = (n: number, amount: number) => ({
      record: {
        id: `r${n}${sale.id}`,
        kind: 'refund',
        money: { amount, currency: 'HKD' },
        state: 'confirmed',
        at: noon,
      } as const,
      told: refundOf(sale, { id: `R${n}`, request: `r${n}${sale.id}`, money: { amount, currency: 'HKD' } }),
    });
    const parts = [part(2, 300), part(3, 200)];
    const known = knownOf(sale, { returns: parts.map(({ record }) => record) });
    expect(types([known], rowsOf([paymentOf(sale), ...parts.map(({ told }) => told)]))).toEqual([]);
    expect(types([known], rowsOf([paymentOf(sale), ...parts.slice(1).map(({ told }) => told)]))).toEqual([
      'missing-refund',
    ]);
  });
});

/** One difference planted in what the acquirer tells of a sale, or in what the ledger has. */
type Plant = {
  readonly ending: Ending;
  readonly told: (sale: Sale) => readonly Told[];
  readonly type: string;
  readonly unknown?: boolean;
};
const another = (sale: Sale): Told => ({ ...paymentOf(sale), id: `X${sale.paymentId}` });
const otherCurrency = (told: Told): Told => ({
  ...told,
  money: { ...told.money, currency: told.money.currency === 'HKD' ? 'CNY' : 'HKD' },
});
const more = (told: Told): Told => ({ ...told, money: { ...told.money, amount: told.money.amount + 1 } });
const someBack = (sale: Sale): Told => refundOf(sale, { request: 'by-hand-1', money: { ...sale.money, amount: 1 } });
const plants: Readonly<Record<string, Plant>> = {
  'a charge that the ledger has no attempt of': {
    ending: 'delivered',
    told: toldOf,
    type: 'charged-not-known',
    unknown: true,
  },
  'the same, cancelled again': { ending: 'cancelled', told: toldOf, type: 'charged-not-known', unknown: true },
  'the same, refunded again': { ending: 'refunded', told: toldOf, type: 'charged-not-known', unknown: true },
  'declined, and charged': { ending: 'declined', told: (s) => [paymentOf(s)], type: 'charged-not-known' },
  'declined, charged, and only partly given back': {
    ...{ ending: 'declined', told: (s) => [paymentOf(s), someBack(s)], type: 'charged-not-known' },
  },
  'delivered, and never charged': { ending: 'delivered', told: () => [], type: 'known-not-charged' },
  'refunded, and never charged': { ending: 'refunded', told: () => [], type: 'known-not-charged' },
  'charged twice under one id of ours': {
    ending: 'delivered',
    told: (s) => [paymentOf(s), another(s)],
    type: 'duplicate-charge',
  },
  'another amount': { ending: 'delivered', told: (s) => [more(paymentOf(s))], type: 'amount' },
  'a refund of another amount': { ending: 'refunded', told: (s) => [paymentOf(s), more(refundOf(s))], type: 'amount' },
  'another currency': { ending: 'delivered', told: (s) => [otherCurrency(paymentOf(s))], type: 'currency' },
  'a refund in another currency': {
    ...{ ending: 'refunded', told: (s) => [paymentOf(s), otherCurrency(refundOf(s))], type: 'currency' },
  },
  'a confirmed refund that is not there': { ending: 'refunded', told: (s) => [paymentOf(s)], type: 'missing-refund' },
  'a confirmed cancel that is not there': { ending: 'cancelled', told: (s) => [paymentOf(s)], type: 'missing-refund' },
  'a refund that nobody asked for': {
    ...{ ending: 'delivered', told: (s) => [paymentOf(s), someBack(s)], type: 'refund-not-known' },
  },
  'a cancel that nobody asked for': {
    ending: 'delivered',
    told: (s) => [paymentOf(s), cancelOf(s)],
    type: 'refund-not-known',
  },
  'a reversal by the acquirer': {
    ...{ ending: 'delivered', type: 'refund-not-known' },
    told: (s) => [paymentOf(s), { ...cancelOf(s), type: 'PAYMENT_REVERSAL', original: s.paymentId }],
  },
  'a refund of a payment that is not in the ledger': {
    ...{ ending: 'delivered', told: (s) => [refundOf(s)], type: 'refund-not-known', unknown: true },
  },
  'with the operator, unconfirmed, and given back': {
    ending: 'operator',
    told: (s) => [paymentOf(s), cancelOf(s)],
    type: 'refund-not-known',
  },
  'cancelled and refunded': { ending: 'cancelled', told: (s) => [...toldOf(s), refundOf(s)], type: 'reversed-twice' },
  'refunded twice under one id': {
    ...{
      ending: 'refunded',
      told: (s) => [...toldOf(s), refundOf(s, { id: `RX${s.paymentId}` })],
      type: 'reversed-twice',
    },
  },
  'a dispute': {
    ...{ ending: 'delivered', type: 'dispute' },
    told: (s) => [paymentOf(s), { ...refundOf(s), type: 'DISPUTE', id: `D${s.paymentId}`, request: '' }],
  },
};

describe('each planted difference is found once, and nothing else', () => {
  const clean = (n: number): Sale[] =>
    Array.from({ length: n }, (_, i) =>
      saleOf(i, from + 3_600_000 + i * 60_000, (['delivered', 'cancelled', 'refunded'] as const)[i % 3] ?? 'delivered'),
    );

  test.each(Object.entries(plants))('%s', (_name, { ending, told, type, unknown }) => {
    const sale = saleOf(999, noon, ending);
    const others = clean(30);
    const known = [...others, ...(unknown ? [] : [sale])].map((s) => knownOf(s));
    const found = matchTransactions(known, rowsOf([...others.flatMap(toldOf), ...told(sale)]), coverage);
    expect(found.differences.map((d) => d.type)).toEqual([type]);
    const [difference] = found.differences;
    expect(difference?.attempt).toBe(unknown ? null : sale.id);
    expect(difference?.day).toBe(day);
    expect(found.waiting).toEqual([]);
  });

  test('any number of them together, in any order of rows', () => {
    const names = fc.subarray(Object.keys(plants), { minLength: 1 });
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.nat()), (chosen, order) => {
        const made = chosen.map((name, i) => ({ plant: plants[name] as Plant, name, i }));
        const sales = made.map(({ plant, i }) => saleOf(500 + i, noon + i * 1_000, plant.ending));
        const others = clean(12);
        const known = [
          ...others.map((s) => knownOf(s)),
          ...made.flatMap(({ plant, i }) => (plant.unknown ? [] : [knownOf(sales[i] as Sale)])),
        ];
        const told = [
          ...others.flatMap(toldOf),
          ...made.flatMap(({ plant, i }) =>
            // By-hand ids are their own.
            plant
              .told(sales[i] as Sale)
              .map((t) => (t.request === 'by-hand-1' ? { ...t, request: `by-hand-${i}` } : t)),
          ),
        ];
        const rows = rowsOf(told)
          .map((row) => ({ row, key: order.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row);
        expect(types(known, rows).sort()).toEqual(made.map(({ plant }) => plant.type).sort());
      }),
      { numRuns: 60 },
    );
  });

  test('a difference has the same key when it is found again, and no two have one', () => {
    const sales = Object.values(plants).map((plant, i) => saleOf(500 + i, noon, plant.ending));
    const known = Object.values(plants).flatMap((plant, i) => (plant.unknown ? [] : [knownOf(sales[i] as Sale)]));
    const rows = rowsOf(
      Object.values(plants)
        .flatMap((plant, i) => plant.told(sales[i] as Sale))
        .map((t, i) => (t.request === 'by-hand-1' ? { ...t, request: `by-hand-${i}` } : t)),
    );
    const keys = (of: readonly StoredRow[]) =>
      matchTransactions(known, of, coverage)
        .differences.map(({ key }) => key)
        .sort();
    expect(keys([...rows].reverse())).toEqual(keys(rows));
    expect(new Set(keys(rows)).size).toBe(Object.keys(plants).length);
  });
});

describe('pieces of several days', () => {
  const next = '2026-03-11';
  const nextDay: Coverage = { ...coverage, day: next, period: periodOf(next, zone) };

  test('given back twice, on two days, is one difference: that of the last piece, whichever day is looked at', () => {
    const sale = saleOf(1, noon, 'cancelled');
    const again = refundOf(sale, { at: noon + 86_400_000 });
    const rows = [...rowsOf(toldOf(sale)), ...rowsOf([again], next)];
    const keys = [coverage, nextDay].map((of) => matchTransactions([knownOf(sale)], rows, of).differences);
    expect(keys.map((found) => found.map(({ type, day: of }) => `${type} ${of}`))).toEqual([
      [`reversed-twice ${next}`],
      [`reversed-twice ${next}`],
    ]);
    expect(keys[0]?.[0]?.key).toBe(keys[1]?.[0]?.key);
  });

  test('a refund that is with the operator, and that the report has, is for a person; without a row it waits', () => {
    const sale = saleOf(1, noon, 'delivered');
    const record = { id: refundIdOf(sale), kind: 'refund', money: sale.money, state: 'operator', at: noon } as const;
    const known = knownOf(sale, { returns: [record] });
    const found = matchTransactions([known], rowsOf([paymentOf(sale), refundOf(sale)]), coverage);
    expect(found.differences).toMatchObject([
      { type: 'refund-not-known', detail: expect.stringContaining('resolve the refund as returned') },
    ]);
    expect(types([known], rowsOf([paymentOf(sale)]))).toEqual([]);
    expect(waits([known], rowsOf([paymentOf(sale)]))).toEqual([expect.stringContaining('not confirmed (operator)')]);
  });

  test('a charge whose amount could not be read is not taken for nothing', () => {
    const sale = saleOf(1, noon, 'delivered', { money: { amount: 1_000, currency: 'HKD' } });
    const part = (n: number): Told =>
      refundOf(sale, { id: `R${n}`, request: `r${n}${sale.id}`, money: { amount: 300, currency: 'HKD' } });
    const returns = [2, 3].map((n) => ({
      ...{
        id: `r${n}${sale.id}`,
        kind: 'refund' as const,
        money: part(n).money,
        state: 'confirmed' as const,
        at: noon,
      },
    }));
    const [charge, ...backs] = rowsOf([paymentOf(sale), part(2), part(3)]);
    const rows = charge ? [{ ...charge, money: null }, ...backs] : [];
    expect(types([knownOf(sale, { returns })], rows)).toEqual([]);
    expect(waits([knownOf(sale, { returns })], rows)).toEqual([expect.stringContaining('could not be read')]);
  });
});

describe('what may come tomorrow waits', () => {
  const late = saleOf(1, until - 60_000, 'delivered');
  const todayOnly: Coverage = { ...coverage, wholeDays: new Set(['2026-03-09', day]) };

  test('a payment near midnight, until the next day’s report is there', () => {
    expect(waits([knownOf(late)], [], todayOnly)).toEqual([expect.stringContaining('not in a report yet')]);
    expect(types([knownOf(late)], [], todayOnly)).toEqual([]);
    expect(types([knownOf(late)], [])).toEqual(['known-not-charged']);
  });

  test('one that the next day’s report has is nothing to this day', () => {
    const rows = rowsOf([paymentOf(late)], '2026-03-11');
    expect(types([knownOf(late)], rows)).toEqual([]);
    expect(waits([knownOf(late)], rows)).toEqual([]);
  });

  test('a cancel after midnight of a payment before it', () => {
    const sale = saleOf(1, until - 20_000, 'cancelled');
    expect(waits([knownOf(sale)], rowsOf([paymentOf(sale)]), todayOnly)).toEqual(['the cancel is not in a report yet']);
    const both = [...rowsOf([paymentOf(sale)]), ...rowsOf([cancelOf(sale)], '2026-03-11')];
    expect(matchTransactions([knownOf(sale)], both, coverage)).toMatchObject({ differences: [], waiting: [] });
  });

  test('a day with lines that were lost proves nothing missing', () => {
    const sale = saleOf(1, noon, 'delivered');
    expect(types([knownOf(sale)], [], { ...coverage, wholeDays: new Set() })).toEqual([]);
    expect(waits([knownOf(sale)], [], { ...coverage, wholeDays: new Set() })).toHaveLength(1);
  });

  test('what the ledger is still at', () => {
    const sale = saleOf(1, noon, 'reversing');
    expect(types([knownOf(sale)], rowsOf([paymentOf(sale)]))).toEqual([]);
    expect(waits([knownOf(sale)], rowsOf([paymentOf(sale)]))).toHaveLength(2);
    expect(types([knownOf(sale)], rowsOf([paymentOf(sale), cancelOf(sale)]))).toEqual([]);
  });

  test('a payment of another day is nothing to this one', () => {
    const sale = saleOf(1, noon - 86_400_000 * 3, 'delivered');
    expect(matchTransactions([knownOf(sale)], [], coverage)).toMatchObject({ differences: [], waiting: [] });
  });

  test('a refund of a payment days ago is compared with the ledger', () => {
    const sale = saleOf(1, noon - 86_400_000 * 3, 'refunded', { backAt: noon });
    expect(types([knownOf(sale)], rowsOf([refundOf(sale)]))).toEqual([]);
    expect(types([knownOf(sale)], [])).toEqual(['missing-refund']);
  });
});
