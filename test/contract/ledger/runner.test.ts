import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { SqlLedger } from '../../../relay/ledger/sql-ledger.js';
import { systemClock } from '../../../relay/runtime/clock.js';
import { Codes } from '../../../relay/worker/codes.js';
import { runAttempt } from '../../../relay/worker/runner.js';
import { ScriptedAcquirer } from '../../unit/relay/link/stage.js';
import { databases, empty, type Opened } from './databases.js';
import { attemptId, Boot, policy, Scene } from './scene.js';

const right = { kind: 'paid', money: { amount: 3550, currency: 'HKD' } } as const;

describe.each(databases())('between the commit and the call on $name (rule 11)', ({ open }) => {
  let opened: Opened;
  let db: Database;
  let scene: Scene;
  const boot = new Boot('a', '');

  beforeAll(async () => {
    opened = await open();
    db = opened.db;
    await migrate(db, await shippedMigrations(), 1);
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(db);
    scene = new Scene(opened.ledger);
    scene.now = systemClock.now();
    await scene.hello(boot);
    await scene.pay(boot, 'A');
  });

  /** Runs the attempt; `meanwhile` happens once the pay is committed, while the lease is renewed. */
  const run = async (meanwhile: () => Promise<unknown>) => {
    const codes = new Codes();
    codes.hold(attemptId('A'), scene.payFrame(boot, 'A').code, scene.now + 20_000);
    const acquirer = new ScriptedAcquirer({ pay: [right], inquire: [{ kind: 'declined', reason: 'risk' }] });
    let happened = false;
    const between: Database = {
      ...{ kind: db.kind, warnings: [], start: async () => {}, stop: async () => {} },
      transaction: (work) => db.transaction(work),
      query: async (text, params) => {
        if (!happened && text.includes('lease_until')) {
          happened = true;
          await meanwhile();
        }
        return await db.query(text, params);
      },
    };
    const ledger = new SqlLedger(between);
    const parts = { ledger, acquirer, policy, clock: systemClock, codes, relay: 'relay-1', leaseMs: 15_000 };
    const { signal } = new AbortController();
    await runAttempt(attemptId('A'), { ...parts, firstTellMs: 1_000, committed: () => {} }, signal);
    expect(happened).toBe(true);
    return acquirer.names;
  };
  const payAnswer = async () => (await db.query("SELECT answer FROM acquirer_call WHERE call = 'pay'"))[0]?.['answer'];

  test('nothing happens: pay goes out', async () => {
    expect(await run(async () => {})).toEqual(['pay']);
    expect(await scene.standing('A')).toBe('approved');
  });

  test('the customer gives up: pay stays here', async () => {
    expect(await run(() => scene.abort(boot, 'A'))).toEqual([]);
    expect(await scene.standing('A')).toBe('declined customer-aborted');
    expect(await payAnswer()).toBe('not-sent');
  });

  test('the kiosk starts again and is greeted: pay stays here', async () => {
    expect(await run(() => scene.hello(new Boot('b', 'a')))).toEqual([]);
    expect(await scene.standing('A')).toBe('declined kiosk-restarted');
  });

  test('the ledger does not answer, so nobody knows: pay stays here', async () => {
    const names = await run(() => Promise.reject(new Error('the ledger is gone')));
    expect(names).toEqual([]);
    expect(await scene.standing('A')).toBe('declined acquirer-unavailable');
  });
});
