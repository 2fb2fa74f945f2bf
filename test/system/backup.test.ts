import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BuiltInBroker } from '../../deploy/demo/broker.js';
import { migrate, shippedMigrations } from '../../relay/ledger/migrate.js';
import { PostgresDatabase } from '../../relay/ledger/postgres.js';
import { SqlLedger } from '../../relay/ledger/sql-ledger.js';
import { findPrograms, freePort, PostgresCluster } from '../support/services.js';
import { sleep, until } from '../support/wait.js';
import { ScriptedAcquirer, ScriptedKiosk, testRelay } from '../unit/relay/link/stage.js';

/** The ledger saved with pg_dump while payments are open, and a relay that goes on with the copy. */

const programs = findPrograms();
const missing = 'missing' in programs ? programs.missing : undefined;
if (missing !== undefined && process.env['QUIETZONE_REQUIRE_SERVICES'] === '1') throw new Error(`backup: ${missing}`);

const right = { kind: 'paid', money: { amount: 3550, currency: 'HKD' } } as const;
const broker = new BuiltInBroker();
let folder = '';
let cluster: PostgresCluster;

beforeAll(async () => {
  if ('missing' in programs) return;
  folder = await mkdtemp(join(tmpdir(), 'quietzone-backup-'));
  execFileSync('chmod', ['755', folder]);
  cluster = new PostgresCluster(programs, join(folder, 'pg'), await freePort());
  await cluster.create();
  await Promise.all([cluster.start(), broker.start()]);
}, 120_000);
afterAll(async () => {
  await Promise.all([cluster?.crash(), broker.stop()]);
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

const tool = (name: string, ...args: string[]): void => {
  if ('missing' in programs) return;
  execFileSync(join(dirname(programs.postgres), name), args, { stdio: ['ignore', 'ignore', 'pipe'] });
};
const urlOf = (database: string): string => cluster.urlAt(cluster.port).replace(/\/postgres$/, `/${database}`);
const opened = async (database: string): Promise<PostgresDatabase> => {
  const db = new PostgresDatabase({ url: urlOf(database) });
  await db.start();
  return db;
};

test.skipIf(missing !== undefined)(
  'a copy is a ledger: open payments go on; one that it has never heard of is named, and none is charged again',
  async () => {
    const dump = join(folder, 'ledger.dump');
    const first = await opened('postgres');
    await migrate(first, await shippedMigrations(), 1);
    const kiosk = new ScriptedKiosk();
    await kiosk.connect(broker.url);
    const before = new ScriptedAcquirer({ pay: [right, right, { kind: 'pending' }] });
    const relay = await testRelay(broker.url, first, before);
    await kiosk.greet();
    const approved = await kiosk.pay();
    await kiosk.hears(approved, 'approved');
    // --serializable-deferrable is not needed: one snapshot, and each payment is whole in it.
    tool('pg_dump', '--format=custom', `--file=${dump}`, urlOf('postgres'));
    const later = await kiosk.pay();
    await kiosk.hears(later, 'approved');
    const code = '281006020123456789012345';
    const undecided = await kiosk.pay({ code });
    await kiosk.hears(undecided, 'password-pending');
    await relay.stop();
    await first.stop();

    tool('createdb', '--maintenance-db', urlOf('postgres'), 'restored');
    tool('pg_restore', '--exit-on-error', `--dbname=${urlOf('restored')}`, dump);
    const copy = await opened('restored');
    expect(await migrate(copy, await shippedMigrations(), 2)).toEqual([]);
    const ledger = new SqlLedger(copy);
    expect((await ledger.load(approved))?.state).toBe('approved');
    expect(await ledger.load(later)).toBeUndefined();
    const after = new ScriptedAcquirer({});
    const restored = await testRelay(broker.url, copy, after);

    // The kiosk knows better than an old copy, and says so until it is answered.
    await kiosk.hello();
    await kiosk.vend(approved, 'delivered');
    await kiosk.hearsAck(approved);
    await kiosk.vend(later, 'delivered');
    await kiosk.hearsAck(later);
    await kiosk.vend(undecided, 'not-delivered');
    await kiosk.hearsAck(undecided);
    expect((await ledger.load(approved))?.state).toBe('delivered');
    // Of the other two no amount and no acquirer's id is left: alarms, and reconciliation, name what was charged.
    expect((await ledger.load(later))?.money).toBeNull();
    const alarms = await ledger.newestAlarms(9);
    expect(alarms).toContainEqual(expect.objectContaining({ kind: 'unknown-attempt', attempt: later }));

    // The Pay of an attempt from after the copy, sent once more, charges nobody: its report has come first.
    await kiosk.pay({ attempt: undecided, code });
    await kiosk.hears(undecided, 'refused');
    await sleep(300);
    expect(after.names.filter((name) => name === 'pay')).toEqual([]);
    await until(
      'all told',
      async () => (await copy.query('SELECT 1 FROM attempt WHERE next_at IS NOT NULL')).length === 0,
    );
    await restored.stop();
    await copy.stop();
    await kiosk.close();
  },
  240_000,
);

/** As its page says it. */
async function handOver(db: PostgresDatabase): Promise<void> {
  const page = await readFile(new URL('../../relay/ledger/README.md', import.meta.url), 'utf8');
  const [, statement] = /```sql\n([\s\S]+?)```/.exec(page) ?? [];
  if (statement === undefined) throw new Error('the page on restoring has no statement');
  await db.query(statement.replace(/;\s*$/, ''));
}

test.skipIf(missing !== undefined)(
  'goods that went out after the copy was made: their money is not given back when the kiosk starts again',
  async () => {
    const dump = join(folder, 'older.dump');
    tool('createdb', '--maintenance-db', urlOf('postgres'), 'running');
    const first = await opened('running');
    await migrate(first, await shippedMigrations(), 1);
    const kiosk = new ScriptedKiosk('lobby-2');
    await kiosk.connect(broker.url);
    const before = new ScriptedAcquirer({ pay: [right, { kind: 'pending' }], inquire: Array(9).fill(right) });
    let confirm = (): void => {};
    const asked = new Promise<void>((resolve) => (confirm = resolve));
    before.before = (call) => (call === 'inquire' ? asked : Promise.resolve());
    const relay = await testRelay(broker.url, first, before);
    await kiosk.greet();
    const approved = await kiosk.pay();
    await kiosk.hears(approved, 'approved');
    const undecided = await kiosk.pay();
    await kiosk.hears(undecided, 'password-pending');
    tool('pg_dump', '--format=custom', `--file=${dump}`, urlOf('running'));
    confirm();
    await kiosk.hears(undecided, 'approved');
    for (const attempt of [approved, undecided]) {
      await kiosk.vend(attempt, 'delivered');
      await kiosk.hearsAck(attempt);
    }
    await relay.stop();
    await first.stop();

    tool('createdb', '--maintenance-db', urlOf('postgres'), 'older');
    tool('pg_restore', '--exit-on-error', `--dbname=${urlOf('older')}`, dump);
    const copy = await opened('older');
    await handOver(copy);
    const after = new ScriptedAcquirer({ inquire: Array(9).fill(right) });
    const restored = await testRelay(broker.url, copy, after);
    // It has had its answers: its journal has nothing open.
    const again = new ScriptedKiosk('lobby-2', [kiosk.nonce]);
    await again.connect(broker.url);
    await again.greet();
    await sleep(3_000);
    expect(after.names).toEqual([]);
    const states = await copy.query(`SELECT state FROM attempt WHERE id IN ($1, $2)`, [approved, undecided]);
    expect(states.map(({ state }) => state)).toEqual(['doubtful', 'doubtful']);
    await restored.stop();
    await copy.stop();
    await Promise.all([kiosk.close(), again.close()]);
  },
  240_000,
);
