import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReader } from '../../../../relay/acquirers/antom/reports/reader.js';
import type { AntomReportSettings } from '../../../../relay/acquirers/antom/reports/settings.js';
import type { Report } from '../../../../relay/acquirers/report.js';
import { antomFile, antomSummary, type FileOptions, type Layout } from '../../../support/reports/antom.js';
import { cancelOf, paymentOf, refundIdOf, refundOf, saleOf, type Told } from '../../../support/reports/day.js';

const at = Date.parse('2026-03-10T12:00:00+08:00');
const [bought, cancelled, refunded] = [
  saleOf(0, at, 'delivered'),
  saleOf(1, at, 'cancelled'),
  saleOf(3, at, 'refunded'),
];
const told: readonly Told[] = [
  ...[paymentOf(bought), paymentOf(cancelled), cancelOf(cancelled), paymentOf(refunded), refundOf(refunded)],
  { ...refundOf(bought), type: 'DISPUTE', id: 'D1', request: '' },
];

function reading(
  text: string | Buffer,
  own: Partial<AntomReportSettings> = {},
  name = 'MID_fptrade_20260310.csv',
): Report {
  return createReader(own)(name, Buffer.from(text));
}
const file = (options: Partial<FileOptions> = {}): string => antomFile(told, { layout: 'transactions', ...options });
/** What every layout tells alike. */
const essence = ({ rows }: Report) =>
  rows.map(({ type, requestId, refundId, acquirerId, originalId, money, at: when }) => ({
    ...{ type, requestId, refundId, acquirerId, originalId, money, when },
  }));

const expected = told.map(({ type, id, original, request, money, at: when }) => ({
  type: type.toLowerCase().replaceAll('_', '-'),
  requestId: type === 'PAYMENT' || type === 'CANCEL' ? request : null,
  refundId: type === 'REFUND' ? request : null,
  acquirerId: id,
  originalId: original || null,
  ...{ money, when },
}));

test('the sample of the page on reconciliation is a whole list', async () => {
  const page = await readFile('relay/reconcile/README.md', 'utf8');
  const sample = /```csv\n(.*?)```/s.exec(page)?.[1] ?? '';
  const report = reading(sample, {}, 'transactions_20260131.csv');
  expect(report).toMatchObject({ kind: 'transactions', day: '2026-01-31', complete: true, faults: [] });
  const id = '0123456789abcdef0123456789abcdef';
  const day = Date.parse('2026-01-31T12:00:00+08:00');
  const [payment, refund] = ['20260131194010800100188000000001', '20260131194010800100188000000002'];
  expect(essence(report)).toEqual([
    {
      ...{ type: 'payment', requestId: id, refundId: null, acquirerId: payment, originalId: null, when: day },
      money: { amount: 3_550, currency: 'HKD' },
    },
    {
      ...{ type: 'refund', requestId: id, refundId: `r1001${id}`, acquirerId: refund, originalId: payment },
      ...{ money: { amount: 1_000, currency: 'HKD' }, when: day + 300_000 },
    },
  ]);
  // Every column that the page calls needed is: without it the file is not read.
  for (const column of ['transactionId', 'transactionRequestId', 'transactionType', 'transactionAmountValue']) {
    const without = sample.replace(new RegExp(`(^|,)${column}(?=,)`), '$1other');
    expect(reading(without, {}, 'transactions_20260131.csv').complete, column).toBe(false);
  }
});

describe('the layouts that Antom documents', () => {
  test.each<[Layout, Report['kind']]>([
    ['transactions', 'transactions'],
    ['legacy', 'transactions'],
  ])('%s', (layout, kind) => {
    const report = reading(file({ layout }));
    expect(report).toMatchObject({ kind, day: '2026-03-10', complete: true, faults: [] });
    expect(essence(report)).toEqual(expected);
  });

  test.each<[Layout, string]>([
    ['settlement', 'settlement_20260310.csv'],
    ['legacy-settlement', 'MID_settle_20260310_7001.csv'],
  ])('%s', (layout, name) => {
    const report = reading(file({ layout, batch: '7001' }), {}, name);
    expect(report).toMatchObject({ kind: 'settlement', day: '2026-03-10', complete: true, faults: [] });
    expect(report.rows.map(({ type, batch, settled }) => [type, batch, settled])).toEqual(
      expected.map(({ type, money }) => [type, '7001', money]),
    );
  });

  test('the summary, in major units', () => {
    const report = reading(antomSummary(told), {}, 'summary_2026-03-11.csv');
    expect(report).toMatchObject({ kind: 'summary', day: '2026-03-11', complete: true, faults: [] });
    expect(report.rows).toContainEqual(
      expect.objectContaining({ type: 'cancel', count: 1, settled: cancelled.money, batch: 'B1' }),
    );
  });

  test('fees, reserves, and a word that nobody has told us of, which is a fault until config says what it is', () => {
    const header =
      'settlementBatchId,transactionId,transactionRequestId,transactionType,transactionAmountValue,transactionCurrency';
    const words = [
      'ADJUSTMENT_FEE',
      'RESERVE_WITHHOLDING',
      'RESERVE_RELEASE',
      'COLLATERAL_WITHHOLDING',
      'DANCE',
      'Payment_Reversal',
    ];
    const text = [header, ...words.map((word, i) => `B,T${i},,${word},-5,HKD`), '<END>'].join('\n');
    const report = reading(text);
    expect(report.faults).toEqual([
      {
        ...{ line: 6, column: 'transactionType', found: '5 characters', lost: true },
        remedy: expect.stringContaining('put it into words in [account.reports]'),
      },
    ]);
    expect(report.rows.map(({ type }) => type)).toEqual([
      'fee',
      'withholding',
      'withholding',
      'withholding',
      'other',
      'payment-reversal',
    ]);
    const told = reading(text, { words: { dance: 'refund' } });
    expect(told.faults).toEqual([]);
    expect(told.rows[4]?.type).toBe('refund');
  });
});

describe('trap 28: by header name', () => {
  test('columns in any order, with new ones among them, with or without a byte order mark, with any line ends', () => {
    const shuffled = fc.infiniteStream(fc.nat());
    const newline = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(
        shuffled,
        newline,
        fc.boolean(),
        fc.constantFrom<Layout>('transactions', 'legacy'),
        (order, ends, bom, layout) => {
          const columns = (header: readonly string[]) =>
            [...header, 'brandNewColumn', 'another, with a comma'.replace(',', '')]
              .map((name) => ({ name, key: order.next().value }))
              .sort((a, b) => a.key - b.key)
              .map(({ name }) => name);
          const report = reading(file({ layout, columns, newline: ends, bom }));
          expect(report).toMatchObject({ complete: true, faults: [] });
          expect(essence(report)).toEqual(expected);
        },
      ),
    );
  });

  test('a column that is called otherwise is found by config', () => {
    const columns = (header: readonly string[]) =>
      header.map((name) => (name === 'transactionAmountValue' ? 'Betrag' : name));
    const text = file().replace('transactionAmountValue', 'Betrag');
    expect(reading(text).faults).toEqual([
      expect.objectContaining({ column: 'transactionAmountValue', found: 'no such column', lost: true }),
    ]);
    expect(reading(text).complete).toBe(false);
    expect(reading(text).faults[0]?.remedy).toContain('[account.reports.columns]');
    expect(essence(reading(text, { columns: { amount: ['betrag'] } }))).toEqual(expected);
    expect(columns(['a'])).toEqual(['a']);
  });

  test('without <END> the file is not whole, wherever it was cut', () => {
    const whole = file();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.indexOf('<END>') + 4 }), (length) => {
        expect(reading(whole.slice(0, length)).complete).toBe(false);
      }),
    );
  });

  test('lines after <END> are told', () => {
    const report = reading(`${file()}one,more\n`);
    expect(report.rows).toHaveLength(told.length);
    expect(report.faults).toEqual([expect.objectContaining({ remedy: 'expected nothing after <END>', lost: true })]);
  });

  test('the same transaction has the same key in whichever file, and two have two', () => {
    const keys = (text: string) => reading(text).rows.map(({ key }) => key);
    expect(keys(file({ bom: true, newline: '\r\n' }))).toEqual(keys(file()));
    expect(new Set(keys(file())).size).toBe(told.length);
  });

  test('a refund has the same key in the new layout as in the legacy one, which names its payment too', () => {
    const keys = (layout: Layout) => reading(antomFile([refundOf(refunded)], { layout })).rows.map(({ key }) => key);
    const both = `transactionId,originalTransactionId,transactionRequestId,originalTransactionRequestId,transactionType,transactionAmountValue,transactionCurrency
R${refunded.paymentId},${refunded.paymentId},${refundIdOf(refunded)},${refunded.id},refund,100,HKD\n<END>`;
    expect(reading(both).rows[0]?.requestId).toBe(refunded.id);
    expect(reading(both).rows.map(({ key }) => key)).toEqual(keys('transactions'));
    expect(keys('legacy')).toEqual(keys('transactions'));
  });

  test('a sum of a summary that was issued again with another amount is the same sum', () => {
    const keys = (of: readonly Told[]) =>
      reading(antomSummary(of), {}, 'summary_20260311.csv').rows.map(({ key }) => key);
    const more = told.map((t) => ({ ...t, money: { ...t.money, amount: t.money.amount + 1 } }));
    expect(keys(more)).toEqual(keys(told));
    expect(new Set(keys(told)).size).toBe(keys(told).length);
  });

  test('rows without a day, neither in the name nor in a column, are told and not dropped in silence', () => {
    const text =
      'transactionId,transactionRequestId,transactionType,transactionAmountValue,transactionCurrency\nT,R,PAYMENT,1,HKD\n<END>';
    expect(reading(text, {}, 'details.csv')).toMatchObject({
      day: null,
      faults: [{ found: 'no day', remedy: expect.stringContaining('rename the file'), lost: true }],
    });
    expect(reading(text).faults).toEqual([]);
  });

  test('a list that is named after another day than that of its payments is told, with the setting that mends it', () => {
    const report = reading(file(), {}, 'transactions_20260311.csv');
    expect(report.day).toBe('2026-03-11');
    expect(report.faults).toEqual([
      {
        ...{ line: 1, column: '', found: '3 of 3 payments of another day', lost: true },
        remedy: expect.stringContaining('name_days_after'),
      },
    ]);
    const set = reading(file(), { nameDaysAfter: 1 }, 'transactions_20260311.csv');
    expect(set).toMatchObject({ day: '2026-03-10', faults: [] });
    // A settlement is of days before: its name says when it was made.
    expect(reading(file({ layout: 'settlement' }), {}, 'settlement_20260315.csv').faults).toEqual([]);
    // Near midnight, and after, some may be.
    const late = saleOf(0, Date.parse('2026-03-11T00:30:00+08:00'), 'delivered');
    expect(reading(antomFile([paymentOf(late)], { layout: 'legacy' })).faults).toEqual([]);
  });

  test('without a date in its name the day is that of most rows', () => {
    expect(reading(file(), {}, 'details.csv').day).toBe('2026-03-10');
    expect(reading(file(), { zone: 'America/Los_Angeles' }, 'details.csv').day).toBe('2026-03-09');
    expect(reading(antomFile([], { layout: 'legacy' }), {}, 'details.csv').day).toBeNull();
  });
});

describe('trap 21: units', () => {
  test('minor and major units say the same', () => {
    const major = reading(file({ units: 'major' }), {
      units: { transactions: 'major', settlement: 'major', summary: 'major' },
    });
    expect(major.faults).toEqual([]);
    expect(essence(major)).toEqual(expected);
  });

  test('a decimal point where minor units are expected is a fault that names the remedy, and no amount', () => {
    const report = reading(antomFile([paymentOf(bought)], { layout: 'legacy', units: 'major' }));
    expect(report.rows.map(({ money }) => money)).toEqual([null]);
    expect(report.faults).toEqual([
      {
        ...{ line: 2, column: 'transactionAmountValue', found: '4 digits and signs', lost: false },
        remedy: expect.stringContaining('units.transactions'),
      },
    ]);
  });

  test.each([
    ['1000', 'JPY', 1000],
    ['1000.00', 'JPY', 1000],
    ['-12.5', 'HKD', 1250],
    ['0.505', 'KWD', 505],
    ['12.505', 'HKD', null],
    ['12,50', 'HKD', null],
    ['1e3', 'HKD', null],
    ['12.50', 'XXX', null],
    ['9007199254740993', 'JPY', null],
  ])('%s %s in major units', (value, currency, amount) => {
    const text = `transactionId,transactionRequestId,transactionType,transactionAmountValue,transactionCurrency\nT,R,PAYMENT,"${value}",${currency}\n<END>\n`;
    const report = reading(text, { units: { transactions: 'major', settlement: 'major', summary: 'major' } });
    expect(report.rows[0]?.money?.amount ?? null).toBe(amount);
    expect(report.faults).toHaveLength(amount === null ? 1 : 0);
  });
});

describe('a bad line is named, and nothing else is lost', () => {
  const lines = file({ layout: 'legacy' }).trimEnd().split('\n');
  const withLine = (line: string): string => [...lines.slice(0, 3), line, ...lines.slice(3)].join('\n');

  test.each([
    ['too short', 'a,b,c', '', '3 columns'],
    [
      'a comma without quotes, which shifts all that follows',
      `2188,T9,,R9,Kiosk 17, drink,CONNECT_WALLET,ALIPAY_HK,payment,2026-03-10T12:00:00+08:00,x,100,HKD,,`,
      ...['', '15 columns'],
    ],
    ['a quote that is never closed', `x,"y${',z'.repeat(12)}`, '', 'a quote that is never closed'],
    ['an id that is none', `c,${'7'.repeat(257)},,R9,x,,,payment,,,100,HKD,,`, 'transactionId', '257 digits'],
    ['no type', `${','.repeat(13)}`, 'transactionType', 'nothing'],
    ['no id', `c,,,,,,,payment,,,100,HKD,,`, 'transactionId', 'nothing'],
  ])('%s', (_name, line, column, found) => {
    const report = reading(withLine(line));
    expect(report.complete).toBe(true);
    expect(essence(report)).toEqual(expected);
    expect(report.faults).toEqual([expect.objectContaining({ line: 4, column, found, lost: true })]);
  });

  test.each([
    ['that is never closed', 'x'],
    ['that a later one closes, so that the widths are right', 'z"'],
    ['that a later one closes, so that they are not', 'z",w'],
  ])('a quote that swallows the lines after it, %s, costs its own line only', (_name, later) => {
    const names = 'transactionId,transactionRequestId,orderDescription,transactionType';
    const header = `${names},transactionAmountValue,transactionCurrency`;
    const row = (id: string, text: string): string => `${id},Q${id},${text},PAYMENT,100,HKD`;
    const lines = [header, row('A', 'x'), row('B', '"y'), row('C', 'x'), row('D', later), row('E', 'x'), '<END>'];
    const report = reading(lines.join('\n'));
    expect(report.complete).toBe(true);
    expect(report.rows.map(({ acquirerId, line }) => `${acquirerId} ${line}`)).toEqual(
      expect.arrayContaining(['A 2', 'C 4', 'E 6']),
    );
    expect(report.faults).toContainEqual(expect.objectContaining({ line: 3, lost: true }));
  });

  test('a text over several lines is one record, and lines after it keep their numbers', () => {
    const text = file({ layout: 'legacy' }).replace('Kiosk 17,', 'Kiosk\n17,');
    const report = reading(text);
    expect(report.faults).toEqual([]);
    expect(essence(report)).toEqual(expected);
    expect(report.rows.map(({ line }) => line)).toEqual([2, 4, 5, 6, 7, 8]);
  });

  test('a bad time is named, and the row is kept', () => {
    const report = reading(file().replaceAll(/2026-03-10T\d\d:\d\d:\d\d\+08:00/g, 'yesterday'));
    expect(report.rows).toHaveLength(told.length);
    expect(report.rows.every((row) => row.at === null)).toBe(true);
    expect(report.faults.every(({ column, found }) => column === 'transactionTime' && found === '9 characters')).toBe(
      true,
    );
  });

  test('no content of a file stands in a fault', () => {
    const secret = '281234567890123456';
    const texts = [
      secret,
      `${secret}\n<END>`,
      withLine(secret),
      file().replaceAll('HKD', secret),
      file().replaceAll(/\d\d:\d\d:\d\d/g, secret),
    ];
    for (const text of texts) expect(JSON.stringify(reading(text).faults)).not.toContain(secret);
  });

  test('whatever the bytes are, it is read or told', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, behind) => {
        const text = behind ? Buffer.concat([Buffer.from(`${lines[0]}\n`), bytes]) : Buffer.from(bytes);
        const report = reading(text);
        if (report.rows.length === 0 && report.complete) expect(text.includes('<END>')).toBe(true);
      }),
    );
  });
});

test('a refund names its payment where the file says it (legacy), else by the acquirer’s id', () => {
  const header =
    'transactionId,originalTransactionId,transactionRequestId,originalTransactionRequestId,transactionType,transactionAmountValue,transactionCurrency';
  const line = `R1,${refunded.paymentId},${refundIdOf(refunded)},${refunded.id},refund,100,HKD`;
  expect(reading(`${header}\n${line}\n<END>`).rows).toEqual([
    expect.objectContaining({ requestId: refunded.id, refundId: refundIdOf(refunded), originalId: refunded.paymentId }),
  ]);
});
