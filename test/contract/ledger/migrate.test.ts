import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { PostgresDatabase } from '../../../relay/ledger/postgres.js';
import { databases, type Kind, type Opened } from './databases.js';

const one = { name: '0001_one.sql', text: 'CREATE TABLE one (n bigint);' };
const two = { name: '0002_two.sql', text: 'CREATE TABLE two (n bigint);\nINSERT INTO two VALUES (2);' };

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
});

const server = process.env['QUIETZONE_DATABASE_URL'];
describe.runIf(server)('a large ledger, on PostgreSQL', () => {
  const usual = 300;
  const slow = { name: '0003_slow.sql', text: 'SELECT pg_sleep(3);' };
  let opened: Opened;
  let db: PostgresDatabase;
  beforeAll(async () => {
    opened = await (databases().at(-1) as Kind).open();
    const [row] = await opened.db.query('SELECT current_database() AS name');
    const url = new URL(server ?? '');
    url.pathname = `/${String(row?.['name'])}`;
    db = new PostgresDatabase({ url: url.href, statementTimeoutMs: usual });
    await db.start();
  });
  afterAll(async () => {
    await db.stop();
    await opened.close();
  });

  test('a migration may take longer than any statement, two at once too, and a payment’s may not', async () => {
    const both = await Promise.all([migrate(db, [one, two, slow], 1), migrate(db, [one, two, slow], 1)]);
    expect(both.flat()).toEqual([one.name, two.name, slow.name]);
    await expect(db.query('SELECT pg_sleep(3)', [])).rejects.toThrow('statement timeout');
  }, 20_000);

  test('a table that somebody holds is not waited for: whoever waits bars it to everybody', async () => {
    const alter = { name: '0004_alter.sql', text: 'ALTER TABLE one ADD COLUMN m bigint;' };
    await opened.db.transaction(async (tx) => {
      await tx.query('SELECT n FROM one');
      await expect(migrate(db, [one, two, slow, alter], 1)).rejects.toThrow('lock timeout');
    });
    expect(await migrate(db, [one, two, slow, alter], 1)).toEqual([alter.name]);
  }, 20_000);
});
