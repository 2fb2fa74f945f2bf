import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { PostgresDatabase } from '../../../relay/ledger/postgres.js';
import { until } from '../../support/wait.js';
import { databases, type Opened } from './databases.js';

const one = { name: '0001_one.sql', text: 'CREATE TABLE one (n bigint);' };
const two = { name: '0002_two.sql', text: 'CREATE TABLE two (n bigint);\nINSERT INTO two VALUES (2);' };

const outside = (...statements: string[]): { name: string; text: string } => ({
  name: '0003_indexes.sql',
  text: ['-- Outside a transaction, to be tested.', ...statements].join('\n'),
});

test('no shipped migration builds an index of a table that may be large while others wait for it', async () => {
  const large = /CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)\w+ ON (attempt|acquirer_call|attempt_event|reversal)\b/;
  const added = (await shippedMigrations()).filter(({ name }) => Number(name.slice(0, 4)) > 2);
  expect(added.filter(({ text }) => large.test(text)).map(({ name }) => name)).toEqual([]);
});

test('the shipped files are numbered without a gap', async () => {
  const names = (await shippedMigrations()).map((m) => m.name);
  expect(names.map((n) => Number(n.slice(0, 4)))).toEqual(names.map((_, i) => i + 1));
});

describe.each(databases())('migrations on $name', ({ open }) => {
  let opened: Opened;
  let db: Database;
  beforeAll(async () => {
    opened = await open();
    db = opened.db;
  });
  afterAll(() => opened.close());

  test('are applied once, in order; two at once do not disturb each other', async () => {
    const both = await Promise.all([migrate(db, [one], 1), migrate(db, [one], 1)]);
    expect(both.flat()).toEqual([one.name]);
    expect(await migrate(db, [one, two], 2)).toEqual([two.name]);
    expect(await migrate(db, [one, two], 3)).toEqual([]);
    expect(await db.query('SELECT n FROM two')).toEqual([{ n: 2 }]);
  });

  test('a changed file is refused, with the remedy; other line ends are no change', async () => {
    const changed = { ...two, text: `${two.text} -- new` };
    await expect(migrate(db, [one, changed], 4)).rejects.toThrow(/0002_two\.sql was applied with other content/);
    expect(await migrate(db, [one, { ...two, text: two.text.replaceAll('\n', '\r\n') }], 4)).toEqual([]);
  });

  test('a ledger from the future is refused', async () => {
    await expect(migrate(db, [one], 5)).rejects.toThrow(/0002_two\.sql, which this version does not know/);
  });

  test('one that fails leaves nothing of itself', async () => {
    const bad = { name: '0003_bad.sql', text: 'CREATE TABLE three (n bigint); SELECT nonsense;' };
    await expect(migrate(db, [one, two, bad], 6)).rejects.toThrow();
    await expect(db.query('SELECT * FROM three')).rejects.toThrow();
    expect(await migrate(db, [one, two], 7)).toEqual([]);
  });

  test('what is to be done outside a transaction is done once, however many begin it', async () => {
    const indexes = outside(
      'CREATE INDEX CONCURRENTLY one_n ON one (n);',
      '-- why',
      'CREATE INDEX CONCURRENTLY two_n ON two (n);',
    );
    const all = await Promise.all([1, 2, 3].map(() => migrate(db, [one, two, indexes], 8)));
    expect(all.flat()).toEqual([indexes.name]);
    const found = await db.query(
      "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indexrelid::regclass::text ~ '_n$' AND indisvalid ORDER BY 1",
    );
    expect(found).toEqual([{ name: 'one_n' }, { name: 'two_n' }]);
    expect(await migrate(db, [one, two, indexes], 9)).toEqual([]);
  });
});

const server = databases().find(({ name }) => name === 'PostgreSQL');

describe.skipIf(!server)('migrations beside older relays, on PostgreSQL', () => {
  let opened: Opened;
  let db: Database;
  beforeAll(async () => {
    if (!server) return;
    opened = await server.open();
    db = opened.db;
    await migrate(db, [one, two], 1);
    await db.query('INSERT INTO one SELECT generate_series(1, 20)');
    // An index that takes its time: 20 rows, 50 ms each, twice read.
    await db.query(`CREATE FUNCTION slow(n bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_sleep(0.05); RETURN n; END $$`);
  });
  afterAll(() => opened?.close());

  /** A relay whose statements may take 300 ms. */
  async function hasty(): Promise<PostgresDatabase> {
    const [row] = await db.query('SELECT current_database() AS name');
    const url = new URL(process.env['QUIETZONE_DATABASE_URL'] ?? '');
    url.pathname = `/${String(row?.['name'])}`;
    const opening = new PostgresDatabase({ url: url.href, statementTimeoutMs: 300 });
    await opening.start();
    return opening;
  }

  test('an index takes longer than a statement may, and whoever sells meanwhile does not wait for it', async () => {
    const newer = await hasty();
    const slow = outside('CREATE INDEX CONCURRENTLY one_slow ON one (slow(n));');
    const building = migrate(newer, [one, two, slow], 2);
    await until('the build', async () => {
      const rows = await db.query(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND state = 'active'",
      );
      return rows.length > 0;
    });
    const from = performance.now();
    await db.query('INSERT INTO two VALUES (3)');
    await db.query('UPDATE one SET n = n WHERE n = 1');
    expect(performance.now() - from).toBeLessThan(500);
    expect(await building).toEqual([slow.name]);
    await newer.stop();
  });

  test('one that was cut off is begun anew', async () => {
    const first = outside('CREATE INDEX CONCURRENTLY one_cut ON one (slow(n));');
    const cut = { ...first, name: '0004_cut.sql' };
    const slow = outside('CREATE INDEX CONCURRENTLY one_slow ON one (slow(n));');
    const died = migrate(db, [one, two, slow, cut], 3).catch((error: unknown) => String(error));
    await until('its death', async () => {
      // Not before it has left something behind.
      const rows = await db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE query LIKE 'CREATE INDEX CONCURRENTLY one_cut%' AND state = 'active' AND to_regclass('one_cut') IS NOT NULL`,
      );
      return rows.length > 0;
    });
    expect(await died).toContain('rror');
    const validity = async () =>
      (await db.query("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('one_cut')")).map(
        ({ valid }) => valid,
      );
    expect(await validity()).toEqual([false]);
    expect(await migrate(db, [one, two, slow, cut], 4)).toEqual([cut.name]);
    expect(await validity()).toEqual([true]);
  });

  test('a table that somebody reads for long is waited for no longer than two seconds, and the reason is told', async () => {
    const slow = outside('CREATE INDEX CONCURRENTLY one_slow ON one (slow(n));');
    const cut = { ...outside('CREATE INDEX CONCURRENTLY one_cut ON one (slow(n));'), name: '0004_cut.sql' };
    const wide = { name: '0005_wide.sql', text: 'ALTER TABLE one ADD COLUMN more bigint;' };
    let read = (): void => {};
    const reading = db.transaction(async (tx) => {
      await tx.query('SELECT n FROM one LIMIT 1');
      await new Promise<void>((resolve) => (read = resolve));
    });
    await until(
      'the reader',
      async () => (await db.query("SELECT 1 FROM pg_locks WHERE relation = 'one'::regclass")).length > 0,
    );
    const from = performance.now();
    await expect(migrate(db, [one, two, slow, cut, wide], 5)).rejects.toThrow(/^ledger: found its tables in use/);
    expect(performance.now() - from).toBeLessThan(4_000);
    read();
    await reading;
    expect(await migrate(db, [one, two, slow, cut, wide], 6)).toEqual([wide.name]);
  });
});
