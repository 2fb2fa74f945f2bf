import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LedgerError } from '../../../relay/ledger/database.js';
import { durabilityWarnings, PostgresDatabase } from '../../../relay/ledger/postgres.js';
import { hasManyHosts } from '../../../relay/ledger/postgres-client.js';
import { databases } from './databases.js';

describe('what the server must keep (rule 16)', () => {
  const good = { synchronous_commit: 'on', fsync: 'on', full_page_writes: 'on' };

  test('a durable server is taken without a word', () => {
    expect(durabilityWarnings(good, true)).toEqual([]);
  });

  test.each([true, false])('synchronous_commit = off is refused, production %s', (production) => {
    expect(() => durabilityWarnings({ ...good, synchronous_commit: 'off' }, production)).toThrow(LedgerError);
  });

  test('fsync = off is refused in production, and warned of elsewhere', () => {
    expect(() => durabilityWarnings({ ...good, fsync: 'off' }, true)).toThrow('fsync = off, expected on');
    expect(durabilityWarnings({ ...good, fsync: 'off' }, false)).toEqual([
      'ledger: PostgreSQL runs with fsync off; not durable',
    ]);
  });
});

test.each([
  ['postgres://u:p,q@one:5432/db', false],
  ['postgres://one/db?a=1,2', false],
  ['postgres://u:p@one:5432,two:5432/db', true],
  ['postgres://one,two/db', true],
])('%s has many hosts: %s', (url, many) => {
  expect(hasManyHosts(url)).toBe(many);
});

// Says that PostgreSQL is missing, or fails where it is asked for.
databases();
const server = process.env['QUIETZONE_DATABASE_URL'];

/** Passes everything on until it is told to swallow it; closes nothing, as a network that is gone. */
class BlackHole {
  silent = false;
  /** What came from the client, each as it came. */
  packets = 0;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  async start(target: URL): Promise<URL> {
    this.silent = false;
    const proxy = createServer((client) => {
      const upstream = connect(Number(target.port || 5432), target.hostname);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => {});
        from.on('data', (chunk) => {
          if (from === client) this.packets += 1;
          if (!this.silent) to.write(chunk);
        });
        from.on('close', () => to.destroy());
      }
    });
    this.#server = proxy;
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = new URL(target);
    url.host = `127.0.0.1:${address.port}`;
    return url;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

describe.skipIf(!server)('a database that falls silent', () => {
  const hole = new BlackHole();
  let db: PostgresDatabase | undefined;
  afterEach(async () => {
    await db?.stop();
    await hole.stop();
  });

  test('holds nobody up: queries and transactions fail, and work again once it speaks', async () => {
    const url = await hole.start(new URL(server ?? ''));
    const opened = new PostgresDatabase({ url: url.href, connections: 2, statementTimeoutMs: 100 });
    db = opened;
    await opened.start();
    expect(await opened.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const began = performance.now();
    const inTransaction = opened.transaction(async (tx) => {
      await tx.query('SELECT 1 AS one');
      hole.silent = true;
      return await tx.query('SELECT 2 AS two');
    });
    await expect(inTransaction).rejects.toThrow('has not answered for 2100 ms');
    await expect(opened.query('SELECT 3 AS three')).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(12_000);
    hole.silent = false;
    expect(await opened.transaction((tx) => tx.query('SELECT $1::int AS four', [4]))).toEqual([{ four: 4 }]);
  }, 20_000);

  test('stops in time while it is silent', async () => {
    const url = await hole.start(new URL(server ?? ''));
    const opened = new PostgresDatabase({ url: url.href, connections: 2 });
    await opened.start();
    hole.silent = true;
    const asked = opened.query('SELECT 1 AS one').catch(() => 'failed');
    const began = performance.now();
    await opened.stop();
    expect(performance.now() - began).toBeLessThan(6_500);
    expect(await asked).toBe('failed');
  }, 10_000);

  test('a server that ends a connection in the middle of a transaction fails that transaction only', async () => {
    db = new PostgresDatabase({ url: server ?? '', connections: 2 });
    const opened = db;
    await hole.start(new URL(server ?? ''));
    await opened.start();
    const broken = opened.transaction(async (tx) => {
      const [row] = await tx.query('SELECT pg_backend_pid() AS pid');
      await opened.query('SELECT pg_terminate_backend($1::int)', [Number(row?.['pid'])]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return await tx.query('SELECT 1 AS one');
    });
    await expect(broken).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await opened.transaction((tx) => tx.query('SELECT 2 AS two'))).toEqual([{ two: 2 }]);
  });

  test('a connection at rest is left alone', async () => {
    const url = await hole.start(new URL(server ?? ''));
    const opened = new PostgresDatabase({ url: url.href, connections: 1, statementTimeoutMs: 100 });
    db = opened;
    await opened.start();
    const pid = () => opened.query('SELECT pg_backend_pid() AS pid');
    const before = await pid();
    await new Promise((resolve) => setTimeout(resolve, 2_300));
    expect(await pid()).toEqual(before);
  });
});

describe.skipIf(!server)('a transaction on one connection', () => {
  const hole = new BlackHole();
  const table = `packets_${process.pid}`;
  let db: PostgresDatabase;
  const put = `INSERT INTO ${table} (n) VALUES ($1)`;
  const found = async () => (await db.query(`SELECT n FROM ${table} ORDER BY n`)).map(({ n }) => n);
  beforeEach(async () => {
    const url = await hole.start(new URL(server ?? ''));
    db = new PostgresDatabase({ url: url.href, connections: 1 });
    await db.start();
    await db.query(`CREATE TABLE ${table} (n integer UNIQUE)`);
  });
  afterEach(async () => {
    await db.query(`DROP TABLE ${table}`);
    await db.stop();
    await hole.stop();
  });

  test('says BEGIN with its first question, and COMMIT when all is answered', async () => {
    const sell = (n: number) =>
      db.transaction(async (tx) => {
        await tx.query('SELECT $1::int AS one', [n]);
        const said = Promise.all([tx.query(put, [n]), tx.query(put, [n + 1])]);
        await said;
      });
    // What is said for the first time is asked about before.
    await sell(1);
    const before = hole.packets;
    await sell(3);
    expect(hole.packets - before).toBe(3);
    expect(await found()).toEqual([1, 2, 3, 4]);
  });

  test.each([true, false])('is not committed where one of several statements fails; heard of: %s', async (heard) => {
    await db.query(put, [2]);
    const broken = db.transaction(async (tx) => {
      await tx.query('SELECT 1 AS one');
      const said = Promise.all([tx.query(put, [1]), tx.query(put, [2]), tx.query(put, [3])]);
      await (heard ? said : said.catch(() => {}));
    });
    await expect(broken).rejects.toThrow(heard ? 'duplicate key' : 'its transaction was rolled back');
    expect(await found()).toEqual([2]);
    await db.transaction((tx) => tx.query(put, [4]));
    expect(await found()).toEqual([2, 4]);
  });

  test('that lost its connection says nothing on another, whatever it was about to say', async () => {
    const lost = db.transaction(async (tx) => {
      const [row] = await tx.query('SELECT pg_backend_pid() AS pid');
      await tx.query(put, [1]);
      const other = new PostgresDatabase({ url: server ?? '', connections: 1 });
      await other.start();
      await other.query('SELECT pg_terminate_backend($1::int)', [Number(row?.['pid'])]);
      await other.stop();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const said = Promise.allSettled([tx.query(put, [2]), tx.query(put, [3])]);
      await said;
    });
    await expect(lost).rejects.toThrow();
    expect(await found()).toEqual([]);
  });

  test('leaves nothing of itself where a prepared statement fails that the driver says again', async () => {
    const write = (n: number) =>
      db.transaction(async (tx) => {
        await tx.query('SELECT 1 AS one');
        await Promise.all([tx.query(`UPDATE ${table} SET n = $1 RETURNING n`, [n]), tx.query(put, [n + 1])]);
      });
    await db.query(put, [0]);
    await write(10);
    await db.query(`DELETE FROM ${table}`);
    await db.query(put, [0]);
    const other = new PostgresDatabase({ url: server ?? '', connections: 1 });
    await other.start();
    await other.query(`ALTER TABLE ${table} ALTER n TYPE bigint`);
    await other.stop();
    await expect(write(20)).rejects.toThrow();
    expect((await found()).map(Number)).toEqual([0]);
  });

  test('that is cut off while its words are on the way fails, and the next one works', async () => {
    const cut = db.transaction(async (tx) => {
      await tx.query('SELECT 1 AS one');
      hole.silent = true;
      const said = Promise.all([tx.query(put, [1]), tx.query(put, [2])]);
      setTimeout(() => hole.cut(), 20);
      await said;
    });
    await expect(cut).rejects.toThrow();
    hole.silent = false;
    expect(await found()).toEqual([]);
    await db.transaction((tx) => tx.query(put, [3]));
    expect(await found()).toEqual([3]);
  });
});
