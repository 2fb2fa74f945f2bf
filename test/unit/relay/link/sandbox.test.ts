import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BuiltInBroker } from '../../../../deploy/demo/broker.js';
import type { Delivery, Standing } from '../../../../protocol/words.js';
import { createAntom } from '../../../../relay/acquirers/antom/adapter.js';
import { migrate, shippedMigrations } from '../../../../relay/ledger/migrate.js';
import { PGliteDatabase } from '../../../../relay/ledger/pglite.js';
import { SqlLedger } from '../../../../relay/ledger/sql-ledger.js';
import { type Relay, startRelay } from '../../../../relay/main.js';
import { generateKeys } from '../../../../relay/sandbox/keys.js';
import { SANDBOX_CLIENT_ID, type Sandbox, type ScenarioName, startSandbox } from '../../../../relay/sandbox/main.js';
import { plan, ScriptedKiosk, testConfig, testSecrets } from './stage.js';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** Signed HTTP to the sandbox, whose own ledger is the judge of where the money is. */
describe('the relay against the sandbox', () => {
  const broker = new BuiltInBroker();
  const db = new PGliteDatabase();
  const ledger = new SqlLedger(db);
  let folder = '';
  let sandbox: Sandbox;
  let relay: Relay;
  let kiosk: ScriptedKiosk;
  let acquirer: ReturnType<typeof createAntom>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quietzone-relay-'));
    const keys = await generateKeys(folder);
    [sandbox] = await Promise.all([startSandbox({ keys }), broker.start(), db.start()]);
    await migrate(db, await shippedMigrations(), 1);
    acquirer = createAntom({
      baseUrl: new URL(sandbox.acquirerUrl).origin,
      clientId: SANDBOX_CLIENT_ID,
      privateKeyPem: keys.merchantPrivatePem,
      antomPublicKeyPem: keys.acquirerPublicPem,
      keyVersion: '1',
      settlementCurrency: 'HKD',
      merchant: {
        ...{ referenceMerchantId: 'M', merchantName: 'M', merchantMCC: '5499' },
        store: { referenceStoreId: 'S', storeName: 'S', storeMCC: '5499' },
      },
      notifyUrl: 'https://relay.example/antom/notify',
      plan: { ...plan, callTimeoutMs: 250, codeLifeMs: 400 },
      clock: () => new Date(),
    });
  });
  afterAll(async () => {
    await Promise.all([sandbox.stop(), broker.stop(), db.stop()]);
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    await db.query('TRUNCATE alarm, attempt, kiosk CASCADE');
    const parts = { log: quiet, acquirer, database: db };
    relay = await startRelay(testConfig(broker.url), testSecrets, parts);
    kiosk = new ScriptedKiosk();
    await kiosk.connect(broker.url);
  });
  afterEach(async () => {
    await kiosk.close();
    await relay.stop();
    await sandbox.setScenario('approve');
  });

  const paidScenarios: ReadonlySet<ScenarioName> = new Set([
    ...(['approve', 'lost-answer', 'cancel-window-over'] as const),
    ...(['refund-pending', 'refund-lost-answer', 'refund-fails-once'] as const),
  ]);
  type Row = readonly [ScenarioName, Delivery, Standing, string | undefined, readonly string[], readonly number[]];
  const rows: Row[] = [
    ['approve', 'delivered', 'approved', undefined, [], [3_550, 0]],
    ['decline', 'delivered', 'declined', 'insufficient-funds', [], [0, 0]],
    ['expired-code', 'delivered', 'declined', 'code-expired', [], [0, 0]],
    ['lost-answer', 'delivered', 'approved', undefined, [], [3_550, 0]],
    ['lost-request', 'delivered', 'declined', 'not-confirmed', [], [0, 0]],
    ['acquirer-down', 'delivered', 'declined', 'acquirer-unavailable', [], [0, 0]],
    ['acquirer-silent', 'delivered', 'operator', 'cancel-unconfirmed', ['cancel-unconfirmed'], [0, 0]],
    ['password-timeout', 'delivered', 'reversed', 'not-confirmed', [], [0, 0]],
    ['late-success', 'delivered', 'reversed', 'not-confirmed', [], [3_550, 3_550]],
    ['bad-signature', 'delivered', 'reversed', 'not-confirmed', [], [3_550, 3_550]],
    ['html', 'delivered', 'reversed', 'not-confirmed', [], [3_550, 3_550]],
    ['wrong-currency', 'delivered', 'reversed', 'wrong-amount', ['wrong-amount'], [3_550, 3_550]],
    ['approve', 'failed', 'reversed', 'vend-failed', [], [3_550, 3_550]],
    ['approve', 'not-delivered', 'reversed', 'not-delivered', [], [3_550, 3_550]],
    ['cancel-window-over', 'failed', 'reversed', 'vend-failed', [], [3_550, 3_550]],
    ['refund-pending', 'failed', 'reversed', 'vend-failed', [], [3_550, 3_550]],
    ['refund-lost-answer', 'failed', 'reversed', 'vend-failed', [], [3_550, 3_550]],
    ['refund-fails-once', 'failed', 'reversed', 'vend-failed', ['refund-delayed'], [3_550, 3_550]],
  ];
  test.each(rows)('%s, goods %s: %s', async (scenario, delivery, standing, reason, alarms, money) => {
    const before = sandbox.ledger();
    await sandbox.setScenario(scenario);
    await kiosk.greet();
    const attempt = await kiosk.pay();
    const vends = paidScenarios.has(scenario);
    if (vends) {
      await kiosk.hears(attempt, 'approved');
      await kiosk.vend(attempt, delivery);
      await kiosk.hearsAck(attempt);
    }
    const update = await kiosk.hears(attempt, standing);
    expect(update.reason).toBe(reason);
    if (!vends) expect(kiosk.standings(attempt)).not.toContain('approved');
    expect((await ledger.newestAlarms(9)).map((a) => a.kind)).toEqual(alarms);
    const after = sandbox.ledger();
    expect([after.charged - before.charged, after.returned - before.returned]).toEqual(money);
  });

  test('wrong amount: what was taken goes back, whatever it was', async () => {
    const before = sandbox.ledger();
    await sandbox.setScenario('wrong-amount');
    await kiosk.greet();
    const attempt = await kiosk.pay();
    expect((await kiosk.hears(attempt, 'reversed')).reason).toBe('wrong-amount');
    expect((await ledger.newestAlarms(9)).map((a) => a.kind)).toEqual(['wrong-amount']);
    const after = sandbox.ledger();
    expect(after.charged).toBeGreaterThan(before.charged);
    expect(after.charged - before.charged).toBe(after.returned - before.returned);
  });
});
