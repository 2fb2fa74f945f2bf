import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCodepay } from '../../../../relay/acquirers/codepay/adapter.js';
import { idOfNumber, paymentNumber, refundNumber } from '../../../../relay/acquirers/codepay/numbers.js';
import type { ReportItem, ReportRow } from '../../../../relay/acquirers/report.js';
import { periodOf } from '../../../../relay/runtime/days.js';
import { keys } from '../../../contract/acquirer/stage.js';
import { codepayEntries, type DetailsServer, type Entry, startDetails } from '../../../support/reports/codepay.js';
import { cancelOf, paymentOf, refundIdOf, refundOf, saleOf } from '../../../support/reports/day.js';

const period = periodOf('2026-03-10', 'UTC');
const noon = period.from + 43_200_000;
const [sold, back] = [saleOf(0, noon, 'delivered'), saleOf(1, noon, 'refunded')];
const told = [paymentOf(sold), paymentOf(back), refundOf(back), cancelOf(sold)];

describe('CodePay’s list of a day, over HTTP', () => {
  let server: DetailsServer;
  beforeAll(async () => {
    server = await startDetails(keys);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.tell(codepayEntries(told));
    server.spoil((data) => data);
  });

  const acquirer = (pageSize = 2) =>
    createCodepay({
      baseUrl: server.url,
      ...{ appId: 'wz1', merchantNo: '312300000001' },
      ...{ privateKeyPem: keys.merchantPrivatePem, codepayPublicKeyPem: keys.acquirerPublicPem },
      shop: { description: 'x' },
      clock: () => new Date(),
      details: { pageSize },
    });
  const items = async (pageSize?: number): Promise<ReportItem[]> => {
    const found: ReportItem[] = [];
    for await (const item of acquirer(pageSize).reconcile?.(period) ?? []) found.push(item);
    return found;
  };
  const rows = (found: readonly ReportItem[]): ReportRow[] => found.flatMap((i) => (i.kind === 'row' ? [i.row] : []));
  const last = (found: readonly ReportItem[]): string => {
    const item = found.at(-1);
    return item?.kind === 'broken' ? item.why : (item?.kind ?? 'nothing');
  };

  test('page by page until the total is there, in UTC, with our own ids again', async () => {
    const before = server.asked.length;
    const found = await items();
    expect(server.asked.slice(before)).toEqual([
      '2026-03-10 00:00:00 2026-03-10 23:59:59 1',
      '2026-03-10 00:00:00 2026-03-10 23:59:59 2',
    ]);
    expect(last(found)).toBe('end');
    expect(rows(found).map(({ type, requestId, refundId, money }) => [type, requestId, refundId, money])).toEqual([
      ['payment', sold.id, null, sold.money],
      ['payment', back.id, null, back.money],
      ['refund', back.id, refundIdOf(back), back.money],
      ['cancel', sold.id, null, sold.money],
    ]);
    expect(acquirer().capabilities.lists).toBe(true);
  });

  test('short order numbers are ours too', async () => {
    server.tell(codepayEntries(told, 'short'));
    expect(rows(await items()).map(({ requestId }) => requestId)).toEqual([sold.id, back.id, back.id, sold.id]);
  });

  test('an empty day has an end', async () => {
    server.tell([]);
    expect(await items()).toEqual([{ kind: 'end' }]);
  });

  test('orders of other kinds are shown as they are, and not misread', async () => {
    server.tell(codepayEntries(told).map((entry, i) => ({ ...entry, trans_type: [4, 6, 8, 12][i] })));
    expect(rows(await items()).map(({ type, word }) => `${type}: ${word}`)).toEqual([
      ...['other: pre-authorisation', 'other: pre-authorisation completion'],
      ...['other: completion refund', 'other: cash withdrawal'],
    ]);
  });

  test('trap 21: major units, also as JSON numbers; an amount that is none is named', async () => {
    server.tell(
      codepayEntries([paymentOf(sold), paymentOf(back), refundOf(back)]).map((entry, i) => ({
        ...entry,
        trans_amount: [1.0, '12.345', null][i],
      })),
    );
    const found = await items();
    expect(rows(found).map(({ money }) => money)).toEqual([{ amount: 100, currency: 'HKD' }, null, back.money]);
    expect(found.filter(({ kind }) => kind === 'fault')).toEqual([
      { kind: 'fault', fault: expect.objectContaining({ line: 2, column: 'trans_amount', lost: false }) },
    ]);
  });

  test.each<[string, (data: Entry, page: number) => Entry, string]>([
    ['a total that changes', (data, page) => ({ ...data, total: 4 + page }), 'page 2: found a total of 6, which was 5'],
    [
      'a page that is empty too soon',
      (data, page) => (page === 2 ? { ...data, list: [] } : data),
      'page 2: empty, after 2 of 4',
    ],
    [
      'the first page again',
      (data, page) => (page === 2 ? { ...data, list: codepayEntries(told.slice(0, 2)) } : data),
      'page 2: a transaction that an earlier line has',
    ],
    ['more rows than the total', (data) => ({ ...data, total: 1 }), 'found 2 rows, expected 1'],
    ['no total', ({ list }) => ({ list }), 'page 1: shape'],
  ])('%s: the list is not whole', async (_name, change, why) => {
    server.spoil(change);
    expect(last(await items())).toContain(why);
  });

  test('rows that are none are named, and cost no other', async () => {
    const [first, second] = codepayEntries(told);
    server.tell([first ?? {}, second ?? {}]);
    server.spoil((data) => ({
      total: 6,
      list: [
        ...[...(data['list'] as Entry[]), 'nonsense', { trans_no: 'T', trans_type: 77 }],
        ...[
          { trans_no: 'T'.repeat(257), trans_type: 1 },
          { merchant_order_no: '9'.repeat(257), trans_type: 1 },
        ],
      ],
    }));
    const found = await items(10);
    expect(last(found)).toBe('end');
    expect(rows(found)).toHaveLength(2);
    expect(found.filter(({ kind }) => kind === 'fault')).toHaveLength(4);
  });

  test('trap 19: an answer of another key is no list', async () => {
    const stranger = await startDetails({ ...keys, acquirerPrivatePem: keys.merchantPrivatePem });
    try {
      const found: ReportItem[] = [];
      const own = createCodepay({
        baseUrl: stranger.url,
        ...{ appId: 'wz1', merchantNo: '312300000001' },
        ...{ privateKeyPem: keys.merchantPrivatePem, codepayPublicKeyPem: keys.acquirerPublicPem },
        ...{ shop: { description: 'x' }, clock: () => new Date(), details: {} },
      });
      for await (const item of own.reconcile?.(period) ?? []) found.push(item);
      expect(found).toEqual([{ kind: 'broken', why: 'page 1: bad-signature' }]);
    } finally {
      await stranger.close();
    }
  });
});

describe('order numbers', () => {
  const id = '00'.repeat(8) + 'f0'.repeat(8);
  test.each(['plain', 'short'] as const)('%s: a number is its payment again', (numbers) => {
    expect(idOfNumber(paymentNumber(id, numbers))).toEqual({ requestId: id });
  });
  test.each([1, 61, 62, 3_843])('refund %i is its payment and its refund again', (n) => {
    expect(idOfNumber(refundNumber(`r${n}${id}`))).toEqual({ requestId: id, refundId: `r${n}${id}` });
  });
  test.each(['', 'A', 'byhand-1', 'z'.repeat(22), `0${'1'.repeat(22)}`, 'x'.repeat(40)])(
    '%j is none of ours',
    (number) => {
      expect(idOfNumber(number)).toBeUndefined();
    },
  );
});
