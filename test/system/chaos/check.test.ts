import { describe, expect, test } from 'vitest';
import type { AttemptRow, Books, Charge, JournalLine } from './books.js';
import { check } from './check.js';
import { Search } from './secrecy.js';
import type { KioskEvent, Sale } from './witness.js';

/** Each rule is shown books that break it: a check that finds nothing in them would find nothing in a storm either. */

const order = '0a'.repeat(8);
const attempt = order + '0b'.repeat(8);

const row: AttemptRow = {
  ...{ id: attempt, kiosk: 'kiosk-1', order, amount: 3550, currency: 'HKD' },
  ...{ state: 'delivered', reason: null, owed: false, pays: 1 },
};
const charge: Charge = {
  ...{ paymentRequestId: attempt, state: 'SUCCESS', charged: 3550, returned: 0 },
  ...{ currency: 'HKD', scenario: 'approve' },
};
const submitted: KioskEvent = { at: 1, state: 'submitted', attempt, scanToPublishMs: 1 };
const vending = (at: number): KioskEvent => ({ at, state: 'vending' });
const sale: Sale = {
  ...{ order, kiosk: 'kiosk-1', amount: 3550, placedAt: 0, handedOut: 1, reports: ['delivered'] },
  plan: { handsOut: true, says: 'delivered', afterMs: 0, twice: false },
  events: [submitted, vending(2), { at: 3, state: 'ended', outcome: 'delivered' }],
};
const line = (kind: string, more: Partial<JournalLine> = {}): JournalLine => ({
  ...{ kiosk: 'kiosk-1', kind, attempt },
  ...more,
});
const journal = [
  line('opened', { order }),
  line('begun', { order }),
  line('vended', { delivery: 'delivered' }),
  line('closed'),
];

const good = { charges: [charge], attempts: [row], alarms: [], journals: journal, journalFaults: [] };
const rules = (books: Partial<Books>, sales: readonly Sale[] = [sale]): string[] =>
  check({ ...good, ...books }, sales).violations.map(({ rule }) => rule);

test('books that agree', () => {
  expect(check(good, [sale])).toEqual({
    violations: [],
    sums: { kept: 3550, delivered: 3550, operator: 0 },
    differences: [],
  });
});

describe('books that do not agree are found out', () => {
  const reversed = { ...row, state: 'reversed' };
  const empty: Sale = { ...sale, handedOut: 0, reports: [], events: [submitted] };
  test.each<[string, string, Partial<Books>, (readonly Sale[])?]>([
    ['delivered, and nothing is charged', 'S8', { charges: [] }],
    ['delivered, and a cent is missing', 'S8', { charges: [{ ...charge, charged: 3549 }] }],
    ['delivered, and the money went back', 'S4', { charges: [{ ...charge, returned: 3550 }] }],
    ['delivered in another currency', 'S8', { charges: [{ ...charge, currency: 'USD' }] }],
    ['delivered, and the app saw nothing go out', 'S7', {}, [{ ...sale, handedOut: 0 }]],
    ['handed out twice', 'S7', {}, [{ ...sale, handedOut: 2 }]],
    ['told to vend twice', 'S5', {}, [{ ...sale, events: [...sale.events, vending(4)] }]],
    ['reversed, and the money stays', 'S6', { attempts: [reversed], journals: [] }, [empty]],
    ['reversed, and the goods went out', 'S7', { attempts: [reversed] }],
    ['no end', 'L1', { attempts: [{ ...row, state: 'approved' }] }],
    ['with the operator, and no alarm', 'L1', { attempts: [{ ...row, state: 'doubtful' }] }],
    [
      'with the operator, and alarms for something else only',
      'L1',
      {
        attempts: [{ ...row, state: 'operator' }],
        alarms: [{ kind: 'wrong-amount', kiosk: 'kiosk-1', attempt }],
      },
    ],
    ['an order that nobody has placed', 'S3', {}, []],
    ['another amount than ordered', 'S3', {}, [{ ...sale, amount: 3551 }]],
    ['paid twice by the relay', 'S2', { attempts: [{ ...row, pays: 2 }] }],
    ['a charge that the relay does not know', 'L3', { attempts: [], journals: [] }],
    ['a charge without a record of the request', 'write-ahead', { attempts: [{ ...row, pays: 0 }] }],
    ['an end that the kiosk was never told', 'L3', { attempts: [{ ...row, owed: true }] }],
    ['the customer was told otherwise', 'L3', { attempts: [reversed] }],
    [
      'an alarm that no fault of the world explains',
      'alarm',
      { alarms: [{ kind: 'clone', kiosk: 'k', attempt: null }] },
    ],
    ['goods out, not begun in the journal', 'rule 8', { journals: journal.filter(({ kind }) => kind !== 'begun') }],
    ['a journal that is not whole', 'journal', { journalFaults: ['kiosk-1: a gap'] }],
    ['begun twice', 'S5', { journals: [...journal, line('begun', { order })] }],
    ['a report that was never acknowledged', 'rule 7', { journals: journal.slice(0, 3) }],
    ['money kept that nobody accounts for', 'reconciliation', { charges: [{ ...charge, charged: 3551 }] }],
  ])('%s: %s', (_, rule, books, sales) => {
    expect(rules(books, sales)).toContain(rule);
  });

  test('two attempts of one order are paid', () => {
    const second = order + '0c'.repeat(8);
    const attempts = [row, { ...row, id: second }];
    expect(rules({ attempts, charges: [charge, { ...charge, paymentRequestId: second }] })).toContain('S1');
  });
});

test('what the operator has is named, with its money and its goods', () => {
  const doubtful = { ...row, state: 'doubtful', reason: 'vend-doubtful' };
  const alarms = [{ kind: 'vend-doubtful', kiosk: 'kiosk-1', attempt }];
  const journals = [line('opened', { order }), line('begun', { order })];
  const silent = { ...sale, events: [submitted, vending(2)] };
  expect(check({ ...good, attempts: [doubtful], alarms, journals }, [silent])).toEqual({
    violations: [],
    sums: { kept: 3550, delivered: 0, operator: 3550 },
    differences: [{ attempt, reason: 'vend-doubtful', kept: 3550, goods: 'went out' }],
  });
});

describe('secrets are found', () => {
  const code = '281006027391842065518830';
  const key = 'c0ffee'.repeat(10);
  const search = new Search([code], [key]);
  test.each([
    ['a whole code', `{"code":"${code}"}`],
    ['the end of a code', `…${code.slice(-14)}`],
    ['a code among other digits', `17${code}42`],
    ['a key', `key ${key}.`],
  ])('%s', (_, text) => {
    expect(search.text('log', `one line\n${text}\n`)).toEqual([expect.objectContaining({ where: 'log, line 2' })]);
  });

  test('also as packed digits in a payload', () => {
    const payload = Buffer.concat([Buffer.from([1, 2]), Buffer.from(code, 'hex'), Buffer.from([3])]);
    expect(search.bytes('retained', payload)).toHaveLength(1);
  });

  test('times, ids and masked codes are none', () => {
    expect(search.bytes('log', Buffer.from('1795331386988 28100602…8830 0a0b0c0d 12345678901234567890'))).toEqual([]);
  });
});
