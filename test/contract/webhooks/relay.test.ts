import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BuiltInBroker } from '../../../deploy/demo/broker.js';
import { createAntom } from '../../../relay/acquirers/antom/adapter.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { SqlNotifications } from '../../../relay/ledger/notifications.js';
import { type Relay, startRelay } from '../../../relay/main.js';
import type { NotifyManner } from '../../../relay/sandbox/notifier.js';
import type { Sandbox, SandboxOptions } from '../../../relay/sandbox/server.js';
import { until } from '../../support/wait.js';
import { plan, ScriptedKiosk, testConfig, testSecrets } from '../../unit/relay/link/stage.js';
import { antomOptionsFor, codepayFor, codepayStage, control, stage as startAntomStage } from '../acquirer/stage.js';
import { databases, empty, type Opened } from '../ledger/databases.js';

/** The whole way: a kiosk's payment, a sandbox that notifies, the relay's own port, and the kiosk that hears of it. */

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
/** So slow that what is heard soon was not found by asking. */
const slow = { ...plan, callTimeoutMs: 10_000, inquiryDelaysMs: [120_000], codeLifeMs: 60_000 };
const hint = { ...slow, inquiryDelaysMs: [0, 120_000] };

describe('a relay that is notified', () => {
  const broker = new BuiltInBroker();
  let opened: Opened;
  let sandbox: Sandbox;
  let relay: Relay;
  let kiosk: ScriptedKiosk;
  beforeAll(async () => {
    await broker.start();
    const kind = databases().at(-1);
    if (!kind) throw new Error('no database');
    opened = await kind.open();
    await migrate(opened.db, await shippedMigrations(), 1);
  });
  afterAll(async () => {
    await broker.stop();
    await opened.close();
  });
  beforeEach(async () => {
    await empty(opened.db);
    await opened.db.query('TRUNCATE notification');
    kiosk = new ScriptedKiosk();
    await kiosk.connect(broker.url);
  });
  afterEach(async () => {
    await kiosk.close();
    await relay.stop();
    await sandbox.stop();
  });

  async function start(acquirer: 'antom' | 'codepay', options: Partial<SandboxOptions> = {}): Promise<void> {
    // Its port is known only once the relay listens.
    let notifyUrl = 'http://127.0.0.1:1/';
    const opening = acquirer === 'antom' ? startAntomStage : codepayStage;
    ({ sandbox } = await opening({ notifyFactor: 100, ...options }));
    const late = { get: () => notifyUrl };
    const adapter =
      acquirer === 'antom'
        ? createAntom(Object.defineProperty(antomOptionsFor(sandbox, { plan: slow }), 'notifyUrl', late))
        : codepayFor(sandbox, { plan: hint, shop: Object.defineProperty({ description: 'x' }, 'notifyUrl', late) });
    const config = testConfig(broker.url);
    const timers = { ...config.timers, pay_valid_ms: 20_000, deadline_ms: 50_000, kiosk_deadline_ms: 60_000 };
    const webhooks = { host: '127.0.0.1', port: 0, proxies: [] };
    const parts = { log: quiet, acquirer: adapter, database: opened.db };
    relay = await startRelay({ ...config, timers, webhooks }, testSecrets, parts);
    notifyUrl = `http://127.0.0.1:${relay.ports.webhooks}/x`;
    const ready = async () => await (await fetch(`http://127.0.0.1:${relay.ports.api}/readyz`)).json();
    await until('relay linked', async () => ((await ready()) as { broker: boolean }).broker);
    await kiosk.greet();
  }
  const notified = async () => await new SqlNotifications(opened.db).newest(10);
  const calls = async () =>
    (await opened.db.query('SELECT call FROM acquirer_call ORDER BY id')).map(({ call }) => call);

  test('Antom: the password is entered, and the kiosk hears approved without anybody having asked', async () => {
    await start('antom', { scenario: 'password-timeout' });
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'password-pending');
    await control(sandbox, 'POST', `dialogs/${attempt}`, { action: 'confirm' });
    await kiosk.hears(attempt, 'approved');
    expect(await calls()).toEqual(['pay']);
    await until('taken', () => sandbox.notifications()[0]?.taken);
    expect(await notified()).toMatchObject([{ account: 'x', outcome: 'applied', says: 'paid', times: 1 }]);
    expect((await opened.ledger.load(attempt))?.state).toBe('approved');
  });

  test('CodePay: the notification is a hint, so the relay asks at once and approves by the answer', async () => {
    await start('codepay', { scenario: 'password-timeout' });
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'password-pending');
    await until('the first inquiry', async () => (await calls()).length === 2);
    await control(sandbox, 'POST', `dialogs/${attempt}`, { action: 'confirm' });
    await kiosk.hears(attempt, 'approved');
    expect(await calls()).toEqual(['pay', 'inquire', 'inquire']);
    expect(await notified()).toMatchObject([{ outcome: 'hint', says: 'paid' }]);
  });

  test.each<[NotifyManner, string]>([
    ['before-the-answer', 'applied'],
    ['duplicate', 'applied'],
    ['wrong-amount', 'differs'],
    ['tampered', ''],
  ])('Antom: sent as %s, the payment is approved once and for what was asked', async (manner, outcome) => {
    await start('antom');
    sandbox.setNotifyManner(manner);
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'approved');
    if (manner === 'tampered') await until('sent', () => (sandbox.notifications()[0]?.sends.length ?? 0) > 1);
    else await until('taken', () => sandbox.notifications()[0]?.taken);
    expect((await notified()).map((n) => n.outcome)).toEqual(outcome === '' ? [] : [outcome]);
    expect((await opened.ledger.newestAlarms(9)).map(({ kind }) => kind)).toEqual(
      manner === 'wrong-amount' ? ['notification-differs'] : [],
    );
    await kiosk.vend(attempt, 'delivered');
    await kiosk.hearsAck(attempt);
    expect((await opened.ledger.load(attempt))?.state).toBe('delivered');
  });
});
