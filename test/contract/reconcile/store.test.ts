import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createReader } from '../../../relay/acquirers/antom/reports/reader.js';
import type { ReportItem } from '../../../relay/acquirers/report.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { newestAlarms } from '../../../relay/ledger/records.js';
import { erase } from '../../../relay/ledger/retention.js';
import { listAudit } from '../../../relay/operations/audit.js';
import { CLOSED_FILE, type ReportSource } from '../../../relay/reconcile/collect.js';
import { openDifferences } from '../../../relay/reconcile/differences.js';
import { csvOf, jsonOf, tableOf } from '../../../relay/reconcile/output.js';
import { type RunResult, reconcileDay } from '../../../relay/reconcile/run.js';
import { closeByHand } from '../../../relay/reconcile-command.js';
import { periodOf } from '../../../relay/runtime/days.js';
import { antomFile, antomSummary, type FileOptions } from '../../support/reports/antom.js';
import {
  cancelOf,
  disputeOf,
  type Ending,
  paymentOf,
  pressedAt,
  refundIdOf,
  refundOf,
  saleOf,
  type Told,
  toldOf,
  writeLedger,
} from '../../support/reports/day.js';
import { databases, empty, type Opened } from '../ledger/databases.js';

const DAY = '2026-03-10';
const { from } = periodOf(DAY, 'Asia/Shanghai');
const noon = from + 43_200_000;

describe.each(databases())('reports and differences on $name', ({ open }) => {
  let opened: Opened;
  let folder = '';
  let now = Date.parse('2026-03-11T04:00:00Z');

  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  }, 180_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(opened.db);
    await opened.db.query('TRUNCATE report_row, report_file, reconciliation_run, difference');
    folder = await mkdtemp(join(tmpdir(), 'quietzone-reports-'));
    now = Date.parse('2026-03-11T04:00:00Z');
    return () => rm(folder, { recursive: true, force: true });
  });

  const source = (): ReportSource => ({
    ...{ account: 'main', names: ['main', 'test'], zone: 'Asia/Shanghai', read: createReader(), folder },
  });
  const put = async (name: string, told: readonly Told[], options: Partial<FileOptions> = {}, issuedAt = now) => {
    await writeFile(join(folder, name), antomFile(told, { layout: 'transactions', ...options }));
    await utimes(join(folder, name), issuedAt / 1_000, issuedAt / 1_000);
  };
  const run = (day = DAY): Promise<RunResult> =>
    reconcileDay({ db: opened.db, now: () => now, slackMs: 900_000 }, source(), day);
  const found = (result: RunResult): string[] => result.differences.map((d) => `${d.type} ${d.attempt ?? d.requestId}`);
  const alarms = async (): Promise<string[]> => (await newestAlarms(opened.db, 100)).map(({ kind }) => kind);

  const [sold, gone, back, cut] = [
    saleOf(1, noon, 'delivered'),
    saleOf(2, noon, 'declined'),
    saleOf(3, noon, 'refunded'),
    saleOf(4, noon, 'cancelled'),
  ];
  const all = [sold, gone, back, cut];
  const name = 'transactions_20260310.csv';

  test('a consistent day is clean, however often it is looked at', async () => {
    await writeLedger(opened.ledger, all, 'main');
    await put(name, all.flatMap(toldOf));
    for (let i = 0; i < 2; i++) {
      expect(await run()).toMatchObject({ outcome: 'clean', rows: 5, payments: 4, differences: [], waiting: [] });
    }
    expect(await opened.db.query('SELECT count(*) AS n FROM report_row')).toEqual([{ n: 5 }]);
    expect(await alarms()).toEqual([]);
  });

  test('attempts of an older relay, under the name of its adapter', async () => {
    await writeLedger(opened.ledger, [sold], 'main');
    await opened.db.query('ALTER TABLE attempt DISABLE TRIGGER attempt_account_guard');
    await opened.db.query('UPDATE attempt SET account = NULL');
    await opened.db.query('ALTER TABLE attempt ENABLE TRIGGER attempt_account_guard');
    await put(name, toldOf(sold));
    expect(found(await run())).toEqual([]);
  });

  test('another account’s payments are none of this one', async () => {
    await writeLedger(opened.ledger, [sold], 'other');
    await put(name, []);
    expect(await run()).toMatchObject({ outcome: 'clean', payments: 0 });
    await put(name, toldOf(sold));
    expect(found(await run())).toEqual([`charged-not-known ${sold.id}`]);
  });

  test('a difference is opened once, with one alarm, and closed when it is gone', async () => {
    await writeLedger(opened.ledger, all, 'main');
    await put(name, [paymentOf(back), ...toldOf(cut)]);
    const expected = [`known-not-charged ${sold.id}`, `missing-refund ${back.id}`];
    const first = await run();
    expect(found(first).sort()).toEqual(expected);
    expect(await alarms()).toEqual(['reconciliation', 'reconciliation']);
    const second = await run();
    expect(second.differences.map(({ number }) => number)).toEqual(first.differences.map(({ number }) => number));
    expect(await alarms()).toHaveLength(2);
    now += 60_000;
    await put(name, all.flatMap(toldOf));
    expect(await run()).toMatchObject({ outcome: 'clean', differences: [] });
    expect(await openDifferences(opened.db, 'main')).toEqual([]);
    // Back again: that is news.
    now += 60_000;
    await put(name, [paymentOf(back), ...toldOf(cut)]);
    expect(found(await run()).sort()).toEqual(expected);
    expect(await alarms()).toHaveLength(4);
  });

  test('what a person has closed stays closed', async () => {
    await writeLedger(opened.ledger, [sold], 'main');
    await put(name, []);
    const [difference] = (await run()).differences;
    const number = difference?.number ?? 0;
    const by = { number, note: 'test card', who: 'ann (command line)', origin: 'desk-1' };
    expect(await closeByHand(opened.db, 'other', by, now)).toBe(false);
    expect(await closeByHand(opened.db, 'main', by, now)).toBe(true);
    expect(await closeByHand(opened.db, 'main', by, now)).toBe(false);
    // It silences money that is missing: who did it is on record, once.
    expect(await listAudit(opened.db, { attempt: sold.id, limit: 10 })).toMatchObject([
      {
        ...{ act: 'close-difference', target: `difference ${number} of main`, detail: 'test card', outcome: 'done' },
        ...{ who: 'ann (command line)', origin: 'desk-1' },
      },
    ]);
    expect(await run()).toMatchObject({ outcome: 'clean', differences: [] });
    expect(await alarms()).toHaveLength(1);
  });

  describe('trap 28: files issued again', () => {
    test('the same name: the newest counts, and rows that it lacks are gone', async () => {
      await put(name, [...all.flatMap(toldOf), paymentOf(saleOf(9, noon, 'delivered'))]);
      await writeLedger(opened.ledger, all, 'main');
      expect(found(await run())).toEqual([`charged-not-known ${saleOf(9, noon, 'delivered').id}`]);
      now += 60_000;
      await put(name, all.flatMap(toldOf));
      expect(found(await run())).toEqual([]);
    });

    test('another name, the same rows: each transaction once, as the newest has it', async () => {
      await writeLedger(opened.ledger, all, 'main');
      const wrong = all.flatMap(toldOf).map((t) => ({ ...t, money: { ...t.money, amount: 1 } }));
      await put(name, wrong);
      await put('transactions_20260310_2.csv', all.flatMap(toldOf), {}, now + 5_000);
      expect(await run()).toMatchObject({ outcome: 'clean', rows: 5 });
      // An older issue that comes later changes nothing.
      await put('transactions_20260310_0.csv', wrong, {}, now - 5_000);
      expect(await run()).toMatchObject({ outcome: 'clean', rows: 5 });
    });

    test('one without <END> is told, nothing is compared, and it takes nobody’s rows', async () => {
      await writeLedger(opened.ledger, all, 'main');
      await put(name, all.flatMap(toldOf));
      await run();
      now += 60_000;
      await put(name, [paymentOf(sold)], { end: false });
      const result = await run();
      expect(result).toMatchObject({ outcome: 'incomplete', differences: [], rows: 0 });
      expect(result.problems).toEqual([expect.stringContaining(`${name}: not whole`)]);
      expect(tableOf(result)).toContain('<END>');
      expect(await opened.db.query('SELECT count(*) AS n FROM report_row')).toEqual([{ n: 5 }]);
    });

    test('read while it was copied, then whole with its older time: the whole one counts', async () => {
      await writeLedger(opened.ledger, all, 'main');
      await put(name, [paymentOf(sold)], { end: false });
      expect(await run()).toMatchObject({ outcome: 'incomplete' });
      await put(name, all.flatMap(toldOf), {}, now - 3_600_000);
      expect(await run()).toMatchObject({ outcome: 'clean', rows: 5, problems: [] });
    });

    test('a cut one that is taken out of the folder stands in nobody’s way', async () => {
      await writeLedger(opened.ledger, all, 'main');
      await put('transactions_20260310_cut.csv', [], { end: false });
      await put(name, all.flatMap(toldOf));
      expect(await run()).toMatchObject({ outcome: 'incomplete' });
      await rm(join(folder, 'transactions_20260310_cut.csv'));
      expect(await run()).toMatchObject({ outcome: 'clean', rows: 5 });
    });

    test('read by other settings it is read again: the remedy that a fault names helps', async () => {
      await writeLedger(opened.ledger, all, 'main');
      await put(name, all.flatMap(toldOf), { units: 'major' }, now - 2 * 86_400_000);
      const before = await run();
      expect(before.outcome).toBe('incomplete');
      expect(before.faults[0]?.remedy).toContain('units.transactions');
      const read = createReader({ units: { transactions: 'major', settlement: 'minor', summary: 'major' } });
      const parts = { db: opened.db, now: () => now, slackMs: 900_000 };
      const after = await reconcileDay(parts, { ...source(), read, readAs: 'major' }, DAY);
      expect(after).toMatchObject({ outcome: 'clean', faults: [], differences: [] });
    });

    test('no file of the day: incomplete, and nothing is missing yet', async () => {
      await writeLedger(opened.ledger, all, 'main');
      expect(await run()).toMatchObject({ outcome: 'incomplete', differences: [] });
      expect(await alarms()).toEqual([]);
    });
  });

  test('a day whose rows were erased by age: not read again, not compared, and it says so', async () => {
    await writeLedger(opened.ledger, all, 'main');
    await put(name, all.flatMap(toldOf));
    await run();
    now += 3 * 86_400_000;
    const none = { hashesBefore: 0, buyersBefore: 0, wordsBefore: 0, auditBefore: 0, keysBefore: 0 };
    expect((await erase(opened.db, { ...none, reportsBefore: now }, now)).reportRows).toBe(5);
    const result = await run();
    expect(result).toMatchObject({ outcome: 'incomplete', differences: [], rows: 0 });
    expect(result.problems).toEqual([
      `${DAY}: its reports were erased by age ([retention] reports_days), so it is not compared any more`,
    ]);
    expect(await opened.db.query('SELECT count(*) AS n FROM report_row')).toEqual([{ n: 0 }]);
    expect(await alarms()).toEqual([]);
    // Issued anew it is there again.
    await put(name, [...all.flatMap(toldOf), paymentOf(saleOf(9, noon, 'delivered'))]);
    expect(found(await run())).toEqual([`charged-not-known ${saleOf(9, noon, 'delivered').id}`]);
  });

  describe('a file that is not read is told, and not passed over in silence', () => {
    beforeEach(async () => {
      await writeLedger(opened.ledger, all, 'main');
      await put(name, all.flatMap(toldOf));
    });

    test.each(['settlement_20260310.xlsx', 'settlement.XLSX', 'settle_20260310.csv.gz', 'MID_20260310.zip'])(
      '%s',
      async (other) => {
        await writeFile(join(folder, other), 'PK');
        const result = await run();
        expect(result).toMatchObject({ outcome: 'incomplete', differences: [], rows: 5 });
        expect(result.problems).toEqual([`${other}: ${CLOSED_FILE}`]);
        expect(tableOf(result)).toContain(`! ${other}: a workbook or an archive is not read`);
      },
    );

    test('beside its own .csv, or of another day, it is none of this day’s', async () => {
      await writeFile(join(folder, name.replace('.csv', '.xlsx')), 'PK');
      await writeFile(join(folder, `${name}.gz`), 'PK');
      await writeFile(join(folder, 'settlement_20260309.xlsx'), 'PK');
      await writeFile(join(folder, 'notes.txt'), 'x');
      expect(await run()).toMatchObject({ outcome: 'clean', problems: [] });
    });

    test('a link to a report is one; a link that leads nowhere costs its own day only', async () => {
      await mkdir(join(folder, 'other'));
      await writeFile(join(folder, 'other', 'x.csv'), antomFile([], { layout: 'transactions' }));
      await symlink(join(folder, 'other', 'x.csv'), join(folder, 'transactions_20260311.csv'));
      await symlink(join(folder, 'nowhere'), join(folder, 'transactions_20260309.csv'));
      expect(await run()).toMatchObject({ outcome: 'clean', problems: [] });
      expect(await run('2026-03-11')).toMatchObject({ outcome: 'clean' });
      const before = await run('2026-03-09');
      expect(before.problems[0]).toContain('transactions_20260309.csv: cannot be read (ENOENT)');
    });

    test('rows of no day are told on every day', async () => {
      const text = 'transactionId,transactionRequestId,transactionType,transactionAmountValue,transactionCurrency';
      await writeFile(join(folder, 'details.csv'), `${text}\nT,R,PAYMENT,100,HKD\n<END>\n`);
      const result = await run();
      expect(result.outcome).toBe('incomplete');
      expect(result.faults).toEqual([expect.objectContaining({ file: 'details.csv', found: 'no day' })]);
    });

    test('what the server has and was not brought', async () => {
      const unread = [
        { name: 'a_20260310.xlsx', why: 'x' },
        { name: 'a_20260301.xlsx', why: 'x' },
      ];
      const fetch = () => Promise.resolve({ brought: [], unread });
      const parts = { db: opened.db, now: () => now, slackMs: 900_000 };
      const result = await reconcileDay(parts, { ...source(), fetch }, DAY);
      expect(result.problems).toEqual(['a_20260310.xlsx: x']);
    });
  });

  describe('settlements', () => {
    const [tenth, later] = ['2026-03-20', '2026-03-14'];
    const settle = (of: string, told: readonly Told[]) =>
      put(`MID_settle_${of.replaceAll('-', '')}_B1.csv`, told, { layout: 'legacy-settlement' });
    const at = (day: string): Promise<RunResult> =>
      reconcileDay({ db: opened.db, now: () => now, slackMs: 900_000 }, { ...source(), settledWithinDays: 10 }, day);

    beforeEach(async () => {
      await writeLedger(opened.ledger, all, 'main');
      for (const day of ['09', '11', '12', '13', '14', '15', '20']) await put(`transactions_202603${day}.csv`, []);
    });

    test('delivered, charged, and in no settlement after ten days', async () => {
      await put(name, all.flatMap(toldOf));
      await settle(later, [...toldOf(back), ...toldOf(cut)]);
      expect(await at(tenth)).toMatchObject({ outcome: 'clean', differences: [] });
      // Only where settlements came since before that day can it be said.
      await settle('2026-03-10', []);
      const result = await at(tenth);
      expect(result.differences).toMatchObject([
        { type: 'settlement', requestId: sold.id, detail: 'done (PAYMENT), and in no settlement 10 days later' },
      ]);
      now += 1_000;
      await settle('2026-03-21', toldOf(sold));
      expect(await at(tenth)).toMatchObject({ outcome: 'clean', differences: [] });
      expect(await openDifferences(opened.db, 'main')).toEqual([]);
    });

    test('paid out days later for what no list has', async () => {
      await put(name, [toldOf(gone), toldOf(back), toldOf(cut)].flat());
      await settle(later, toldOf(sold));
      const result = await at(later);
      expect(result.differences).toMatchObject([
        { type: 'settlement', requestId: sold.id, detail: 'settled (payment), and no such transaction' },
      ]);
    });
  });

  test('signs that the database does not hold cost no list', async () => {
    const id = '\u001b'.repeat(250);
    const row = (key: string, acquirerId: string): ReportItem => ({
      kind: 'row',
      row: {
        ...{
          type: 'payment',
          word: 'a\u0000\ud800b',
          requestId: sold.id,
          refundId: null,
          acquirerId,
          originalId: null,
        },
        ...{ money: sold.money, settled: null, fee: null, quote: '\udfff', at: noon, account: null, batch: null },
        ...{ count: null, line: 1, key: JSON.stringify([key, id, id, id]) },
      },
    });
    async function* list(): AsyncGenerator<ReportItem> {
      yield row('1', '\ud800');
      yield row('2', id);
      yield { kind: 'end' };
    }
    const { folder: _, read: __, ...rest } = source();
    const parts = { db: opened.db, now: () => now, slackMs: 900_000 };
    const result = await reconcileDay(parts, { ...rest, list }, DAY);
    expect(result).toMatchObject({ outcome: 'differences', rows: 2 });
    expect(found(result)).toEqual([`charged-not-known ${sold.id}`, `charged-not-known ${sold.id}`]);
  });

  test('a list that cannot be had is said once, not in the words of files', async () => {
    async function* list(): AsyncGenerator<ReportItem> {
      yield { kind: 'broken', why: 'page 1: io' };
    }
    const { folder: _, read: __, ...rest } = source();
    const parts = { db: opened.db, now: () => now, slackMs: 900_000 };
    const { problems } = await reconcileDay(parts, { ...rest, list }, DAY);
    expect(problems).toEqual([expect.stringContaining("the acquirer's list could not be had whole: page 1: io")]);
    const none = reconcileDay(parts, rest, DAY);
    await expect(none).rejects.toThrow(/no reports; set details = true in its \[account.reports\]/);
    await expect(none).rejects.not.toThrow(/--folder/);
  });

  test('two runs at once, as by hand and by the calendar: each difference once, one alarm', async () => {
    await put(name, []);
    await run();
    const many = Array.from({ length: 10 }, (_, i) => saleOf(200 + i, noon + i, 'delivered'));
    await writeLedger(opened.ledger, many, 'main');
    const results = await Promise.all(Array.from({ length: 5 }, () => run()));
    const numbers = results.map(({ differences }) => differences.map(({ number }) => number).join());
    expect(new Set(numbers).size).toBe(1);
    expect(await alarms()).toHaveLength(many.length);
  });

  test('what waits is settled by the next day’s report', async () => {
    const late = saleOf(5, periodOf(DAY, 'Asia/Shanghai').until - 30_000, 'cancelled');
    await writeLedger(opened.ledger, [late], 'main');
    await put('transactions_20260309.csv', []);
    await put(name, [paymentOf(late)]);
    expect(await run()).toMatchObject({ outcome: 'clean', waiting: [expect.objectContaining({ attempt: late.id })] });
    now += 86_400_000;
    await put('transactions_20260312.csv', []);
    await put('transactions_20260311.csv', []);
    expect(found(await run('2026-03-11'))).toEqual([`missing-refund ${late.id}`]);
    now += 1_000;
    await put('transactions_20260311.csv', [cancelOf(late)]);
    expect(await run('2026-03-11')).toMatchObject({ outcome: 'clean', waiting: [] });
    expect(await run()).toMatchObject({ outcome: 'clean', waiting: [] });
  });

  test('a refund days later is compared with a payment that no report here has', async () => {
    const old = saleOf(6, noon - 3 * 86_400_000, 'refunded', { backAt: noon });
    await writeLedger(opened.ledger, [old], 'main');
    await put(name, [refundOf(old)]);
    expect(await run()).toMatchObject({ outcome: 'clean', payments: 1 });
    now += 1_000;
    await put(name, [refundOf(old, { money: { ...old.money, amount: old.money.amount - 1 } })]);
    expect(found(await run())).toEqual([`amount ${old.id}`]);
  });

  test('a dispute days later finds its payment by the acquirer’s id alone', async () => {
    await writeLedger(opened.ledger, [sold], 'main');
    await put(name, toldOf(sold));
    await run();
    const later = { ...refundOf(sold), type: 'DISPUTE', id: 'D1', request: '', at: noon + 86_400_000 } as const;
    await put('transactions_20260311.csv', [later]);
    expect(found(await run('2026-03-11'))).toEqual([`dispute ${sold.id}`]);
  });

  describe('linked wallets, charged by their token', () => {
    const link = 'cd'.repeat(16);
    const of = (n: number, ending: Ending) =>
      saleOf(n, noon, ending, { link, money: { amount: 1_200, currency: 'HKD' } });
    const [kept, none, given, taken] = [
      of(21, 'delivered'),
      of(22, 'declined'),
      of(23, 'refunded'),
      of(24, 'cancelled'),
    ];
    const linked = [kept, none, given, taken];

    test.each(['transactions', 'legacy'] as const)(
      'rows of Auto Debit among those of scanned codes, in the %s layout: a consistent day is clean',
      async (layout) => {
        await writeLedger(opened.ledger, [...all, ...linked], 'main');
        await put(name, [...all, ...linked].flatMap(toldOf), { layout });
        const text = await readFile(join(folder, name), 'utf8');
        expect(text.split('\n').filter((line) => line.includes('ALIPAY_HK')).length).toBeGreaterThanOrEqual(5);
        if (layout === 'legacy') expect(text.split('Auto Debit')).toHaveLength(6);
        expect(await run()).toMatchObject({ outcome: 'clean', rows: 10, payments: 8, differences: [], waiting: [] });
      },
    );

    test('each difference is found as of any payment', async () => {
      await writeLedger(opened.ledger, linked, 'main');
      const wrong = { ...paymentOf(taken), money: { amount: 1_201, currency: 'HKD' } as const };
      await put(name, [
        paymentOf(none),
        paymentOf(given),
        wrong,
        cancelOf(taken),
        { ...paymentOf(none), id: 'SECOND' },
      ]);
      expect(found(await run()).sort()).toEqual(
        [
          ...[`amount ${taken.id}`, `charged-not-known ${none.id}`, `duplicate-charge ${none.id}`],
          ...[`known-not-charged ${kept.id}`, `missing-refund ${given.id}`, `amount ${taken.id}`],
        ].sort(),
      );
    });

    test('charged without a press: the report says so, and the ledger has declined it', async () => {
      await writeLedger(opened.ledger, [none], 'main');
      await put(name, [paymentOf(none)]);
      const { differences } = await run();
      expect(differences).toMatchObject([{ type: 'charged-not-known', attempt: none.id, found: none.money }]);
    });

    test.each(['DISPUTE', 'CHARGEBACK'] as const)(
      '%s: names the link and the press, to answer it with',
      async (type) => {
        await writeLedger(opened.ledger, [kept, given, sold], 'main');
        const told = [...toldOf(kept), ...toldOf(given), ...toldOf(sold)];
        await put(name, [...told, ...[kept, given, sold].map((sale) => disputeOf(sale, { type }))]);
        const { differences } = await run();
        const details = new Map(differences.map((d) => [d.attempt, `${d.type} ${d.detail}`]));
        const pressed = `; paid by the linked wallet ${link}, pressed at ${new Date(pressedAt(kept)).toISOString()}`;
        const disputed = `dispute ${type}: the buyer disputes it; answer the acquirer in time`;
        expect(details.get(kept.id)).toBe(`${disputed}${pressed}`);
        expect(details.get(given.id)).toBe(`${disputed}${pressed}; given back already: ${refundIdOf(given)}`);
        expect(details.get(sold.id)).toBe(disputed);
        expect(differences.filter((d) => d.type !== 'dispute')).toEqual([]);
        expect(await alarms()).toEqual(['reconciliation', 'reconciliation', 'reconciliation']);
      },
    );

    test('settlement: paid out with the others; a chargeback is a line of the batch and of its sums', async () => {
      const charged = disputeOf(kept, { type: 'CHARGEBACK' });
      const told = [...all, ...linked].flatMap(toldOf);
      await writeLedger(opened.ledger, [...all, ...linked], 'main');
      await put(name, [...told, charged]);
      await put('settlement_20260310_B1.csv', [...told, charged], { layout: 'settlement' });
      await writeFile(join(folder, 'summary_20260310_B1.csv'), antomSummary([...told, charged]));
      expect(found(await run())).toEqual([`dispute ${kept.id}`]);
      now += 60_000;
      const less = { ...charged, money: { ...charged.money, amount: 1_000 } };
      await put('settlement_20260310_B1.csv', [...told, less], { layout: 'settlement' });
      const { differences } = await run();
      expect(differences.map(({ type, detail }) => `${type} ${detail}`).sort()).toEqual([
        expect.stringMatching(/^dispute CHARGEBACK/),
        'settlement batch B1, CHARGEBACK: the summary is not the sum of its lines',
        'settlement settled (CHARGEBACK) otherwise than it was done',
      ]);
    });
  });

  test('more differences than a person reads: twenty alarms, and one that says how many more', async () => {
    const many = Array.from({ length: 30 }, (_, i) => saleOf(100 + i, noon + i, 'delivered'));
    await writeLedger(opened.ledger, many, 'main');
    await put(name, []);
    expect(await run()).toMatchObject({ outcome: 'differences' });
    const raised = await newestAlarms(opened.db, 100);
    expect(raised).toHaveLength(21);
    expect(raised[0]?.detail).toContain('10 more differences');
  });

  test('table, JSON and CSV name the same; what a spreadsheet or a terminal would act on is disarmed', async () => {
    await writeLedger(opened.ledger, [sold], 'main');
    const evil = { ...paymentOf(saleOf(9, noon, 'delivered')), request: '=cmd|calc', id: '\u001b[31mX' };
    await put(name, [...toldOf(sold), evil, { ...paymentOf(sold), id: 'SECOND' }]);
    const result = await run();
    const types = result.differences.map(({ type }) => type).sort();
    expect(types).toEqual(['charged-not-known', 'duplicate-charge']);
    const table = tableOf(result);
    for (const type of types) expect(table).toContain(type);
    expect(table).not.toContain('\u001b');
    const csv = csvOf(result);
    expect(csv.trimEnd().split('\r\n')).toHaveLength(3);
    expect(csv).toContain(`"'=cmd|calc"`);
    const fault = { file: 'a.csv', line: 1, found: '3 lines', remedy: 'ask again', lost: true };
    const said = tableOf({
      ...result,
      faults: [
        { ...fault, column: '' },
        { ...fault, column: 'time' },
      ],
    });
    expect(said).toContain('! a.csv:1: found 3 lines; ask again\n  ! a.csv:1 time: found');
    const json = JSON.parse(jsonOf(result)) as RunResult;
    expect(json.differences.map(({ type }) => type).sort()).toEqual(types);
    expect(json.differences[0]?.found).toMatchObject({ decimals: expect.any(Number) });
  });
});
