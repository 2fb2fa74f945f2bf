import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReader } from '../../../relay/acquirers/antom/reports/reader.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { newestAlarms } from '../../../relay/ledger/records.js';
import { CollectError } from '../../../relay/reconcile/collect.js';
import { Daily, JOBS_SCHEMA } from '../../../relay/reconcile/daily.js';
import { openDifferences } from '../../../relay/reconcile/differences.js';
import { systemClock } from '../../../relay/runtime/clock.js';
import { periodOf } from '../../../relay/runtime/days.js';
import { antomFile } from '../../support/reports/antom.js';
import { saleOf, toldOf, writeLedger } from '../../support/reports/day.js';
import { until } from '../../support/wait.js';
import { databases, type Opened } from '../ledger/databases.js';

/** A clock that stands still until it is moved. */
class HandClock {
  #now: number;
  #timers: { at: number; task: () => void }[] = [];
  constructor(now: number) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }
  get next(): number | undefined {
    return this.#timers.map(({ at }) => at).sort((a, b) => a - b)[0];
  }
  moveTo(now: number): void {
    this.#now = now;
    const due = this.#timers.filter(({ at }) => at <= now);
    this.#timers = this.#timers.filter(({ at }) => at > now);
    for (const { task } of due) task();
  }
}

const iso = (ms: number | undefined): string => (ms === undefined ? 'never' : new Date(ms).toISOString());

describe.each(databases())('every day, on $name', ({ name, open }) => {
  let opened: Opened;
  let folder = '';
  const lines: Record<string, unknown>[] = [];
  const keep = (fields: object): void => {
    lines.push({ ...fields });
  };
  const log = { info: keep, warn: keep, error: keep };

  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
    folder = await mkdtemp(join(tmpdir(), 'quietzone-daily-'));
  }, 180_000);
  afterAll(async () => {
    await opened.close();
    await rm(folder, { recursive: true, force: true });
  });

  const parts = (account: string) => ({
    run: { db: opened.db, slackMs: 900_000 },
    sources: [{ account, names: [account], zone: 'Asia/Shanghai', read: createReader(), folder }],
    ...{ at: '09:30', zone: 'UTC', log },
  });
  const alarms = async (): Promise<string[]> => (await newestAlarms(opened.db, 100)).map(({ detail }) => detail);
  const put = async (day: string, text: string, issuedAt: number): Promise<void> => {
    const path = join(folder, `transactions_${day.replaceAll('-', '')}.csv`);
    await writeFile(path, text);
    await utimes(path, issuedAt / 1_000, issuedAt / 1_000);
  };

  if (name === 'PGlite') {
    test('a timer: yesterday at its time, again every half hour while the report is not there, and no day is left out', async () => {
      const clock = new HandClock(Date.parse('2026-03-11T08:00:00Z'));
      const sale = saleOf(1, periodOf('2026-03-10', 'Asia/Shanghai').from + 40_000_000, 'delivered');
      await writeLedger(opened.ledger, [sale], 'by-timer');
      const daily = new Daily({ ...parts('by-timer'), clock });
      await daily.start();
      try {
        expect(iso(clock.next)).toBe('2026-03-11T09:30:00.000Z');
        clock.moveTo(clock.next ?? 0);
        await until('the next time', () => clock.next !== undefined, 60_000);
        expect(lines.at(-1)).toMatchObject({ event: 'reconciled', day: '2026-03-10', outcome: 'incomplete' });
        expect(iso(clock.next)).toBe('2026-03-11T10:00:00.000Z');
        await put('2026-03-10', antomFile([], { layout: 'transactions' }), clock.now());
        clock.moveTo(clock.next ?? 0);
        await until('the next time', () => clock.next !== undefined, 60_000);
        expect(lines.at(-1)).toMatchObject({ day: '2026-03-10', outcome: 'differences', differences: 1 });
        expect((await openDifferences(opened.db, 'by-timer')).map(({ type }) => type)).toEqual(['known-not-charged']);
        expect(iso(clock.next)).toBe('2026-03-12T09:30:00.000Z');
        // Two days without a relay.
        await put('2026-03-10', antomFile(toldOf(sale), { layout: 'transactions' }), clock.now() + 1_000);
        for (const day of ['2026-03-11', '2026-03-12', '2026-03-13']) {
          await put(day, antomFile([], { layout: 'transactions' }), clock.now());
        }
        const before = lines.length;
        clock.moveTo(Date.parse('2026-03-14T09:30:00Z'));
        await until('the next time', () => clock.next !== undefined, 60_000);
        expect(lines.slice(before).map(({ day, outcome }) => `${day} ${outcome}`)).toEqual([
          ...['2026-03-10 clean', '2026-03-11 clean', '2026-03-12 clean', '2026-03-13 clean'],
        ]);
        expect(await openDifferences(opened.db, 'by-timer')).toEqual([]);
        expect(await alarms()).not.toContainEqual(expect.stringContaining('not reconciled'));
        // Issued again, with a charge that nobody knows: days that are done are looked at again for it.
        const stranger = saleOf(7, sale.at, 'delivered');
        await put('2026-03-11', antomFile([], { layout: 'transactions' }), clock.now());
        await put('2026-03-14', antomFile([], { layout: 'transactions' }), clock.now());
        await put(
          '2026-03-10',
          antomFile([...toldOf(sale), ...toldOf(stranger)], { layout: 'transactions' }),
          clock.now(),
        );
        const again = lines.length;
        clock.moveTo(Date.parse('2026-03-15T09:30:00Z'));
        await until('the next time', () => clock.next !== undefined, 60_000);
        expect(lines.slice(again).map(({ day, outcome }) => `${day} ${outcome}`)).toEqual([
          ...['2026-03-14 clean', '2026-03-10 differences'],
        ]);
        expect(await openDifferences(opened.db, 'by-timer')).toMatchObject([
          { type: 'charged-not-known', requestId: stranger.id },
        ]);
      } finally {
        await daily.stop();
      }
      expect(clock.next).toBeUndefined();
    }, 180_000);

    test('a report that has not come a day late is an alarm, once; it goes on being asked for', async () => {
      const clock = new HandClock(Date.parse('2026-05-11T10:00:00Z'));
      const daily = new Daily({ ...parts('late'), clock });
      expect(await daily.runDue()).toBe(false);
      const late = async () => (await alarms()).filter((detail) => detail.startsWith('late, '));
      expect(await late()).toEqual([]);
      clock.moveTo(Date.parse('2026-05-12T10:00:00Z'));
      expect(await daily.runDue()).toBe(false);
      expect(await daily.runDue()).toBe(false);
      expect(await late()).toEqual([expect.stringContaining('late, 2026-05-10: not reconciled')]);
    }, 180_000);

    test('a server that cannot be reached keeps no other account waiting, and is an alarm when it lasts', async () => {
      const clock = new HandClock(Date.parse('2026-06-11T10:00:00Z'));
      await put('2026-06-10', antomFile([], { layout: 'transactions' }), clock.now());
      await put('2026-06-11', antomFile([], { layout: 'transactions' }), clock.now());
      const [source] = parts('far').sources;
      if (!source) throw new Error('no source');
      const far = { ...source, fetch: () => Promise.reject(new CollectError('sftp://far:22: no answer')) };
      const near = { ...source, account: 'near', names: ['near'] };
      const daily = new Daily({ ...parts('far'), sources: [near], clock });
      expect(await daily.runDue()).toBe(true);
      const both = new Daily({ ...parts('far'), sources: [far, near], clock });
      await opened.db.query(
        `INSERT INTO reconciliation_run (account, day, at, outcome, rows, payments, differences, waiting, files)
         VALUES ('far', '2026-06-09', 1, 'incomplete', 0, 0, 0, 0, '')`,
      );
      clock.moveTo(Date.parse('2026-06-12T10:00:00Z'));
      const before = lines.length;
      expect(await both.runDue()).toBe(false);
      expect(lines.slice(before)).toEqual([
        expect.objectContaining({ event: 'reconcile-failed', account: 'far' }),
        expect.objectContaining({ event: 'reconciled', account: 'near', day: '2026-06-11', outcome: 'clean' }),
      ]);
      expect((await alarms()).filter((detail) => detail.startsWith('far, '))).toHaveLength(1);
    }, 180_000);

    test('stop waits for no acquirer: what is being asked for is given up', async () => {
      const clock = new HandClock(Date.parse('2026-07-11T10:00:00Z'));
      const [source] = parts('slow').sources;
      if (!source) throw new Error('no source');
      let asked = 0;
      const fetch = (_: string, signal?: AbortSignal) =>
        new Promise<never>((_resolve, reject) => {
          asked += 1;
          signal?.addEventListener('abort', () => reject(new CollectError('given up')));
        });
      const daily = new Daily({ ...parts('slow'), sources: [{ ...source, fetch }], clock });
      const work = daily.runDue();
      await until('it is asked', () => asked === 1, 30_000);
      await daily.stop();
      expect(await work).toBe(false);
      expect((await alarms()).filter((detail) => detail.startsWith('slow, '))).toEqual([]);
    }, 60_000);
  } else {
    test('pg-boss: two relays, and one of them does it; its tables are in a schema of their own', async () => {
      const [row] = await opened.db.query(`SELECT current_database() AS name`);
      const url = new URL(process.env['QUIETZONE_DATABASE_URL'] ?? '');
      url.pathname = `/${String(row?.['name'])}`;
      const yesterday = new Date(Date.now() - 86_400_000 + 28_800_000).toISOString().slice(0, 10);
      await put(yesterday, antomFile([], { layout: 'transactions' }), Date.now());
      const relays = [1, 2].map(() => new Daily({ ...parts('by-boss'), clock: systemClock, databaseUrl: url.href }));
      const started = lines.length;
      try {
        for (const relay of relays) await relay.start();
        expect(lines.slice(started)).toEqual([]);
        const plan = await opened.db.query(`SELECT name, cron, timezone FROM ${JOBS_SCHEMA}.schedule`);
        expect(plan).toEqual([{ name: 'reconcile', cron: '30 9 * * *', timezone: 'UTC' }]);
        // As pg-boss's own clock would at half past nine.
        await opened.db.query(`INSERT INTO ${JOBS_SCHEMA}.job (name, data) VALUES ('reconcile', '{}')`);
        await until('a day', () => lines.slice(started).some(({ event }) => event === 'reconciled'), 90_000);
        await until(
          'the job',
          async () => {
            const [job] = await opened.db.query(
              `SELECT state::text AS state FROM ${JOBS_SCHEMA}.job WHERE name = 'reconcile'`,
            );
            return job?.['state'] === 'completed';
          },
          30_000,
        );
      } finally {
        for (const relay of relays) await relay.stop();
      }
      const done = lines.slice(started).filter(({ event }) => event === 'reconciled');
      expect(done).toEqual([expect.objectContaining({ account: 'by-boss', day: yesterday, outcome: 'clean' })]);
    }, 180_000);

    test('a database that does not let it: told, and the relay goes on', async () => {
      const url = new URL(process.env['QUIETZONE_DATABASE_URL'] ?? '');
      url.pathname = '/there-is-no-such-database';
      const daily = new Daily({ ...parts('nobody'), clock: systemClock, databaseUrl: url.href });
      await daily.start();
      await daily.stop();
      expect(lines.map(({ event }) => event)).toContain('reconcile-not-planned');
      expect(await alarms()).toContainEqual(expect.stringContaining('reconciliation is not planned since'));
    }, 60_000);
  }
});
