import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BuiltInBroker } from '../../../../deploy/demo/broker.js';
import { relayStateTopic } from '../../../../protocol/topics.js';
import { admissionOf } from '../../../../relay/config/rules.js';
import { admitPay } from '../../../../relay/greet/admit.js';
import type { Database } from '../../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../../relay/ledger/migrate.js';
import { PGliteDatabase } from '../../../../relay/ledger/pglite.js';
import { SqlLedger } from '../../../../relay/ledger/sql-ledger.js';
import { type Relay, startRelay } from '../../../../relay/main.js';
import { apply } from '../../../../relay/worker/apply.js';
import { freshCpm } from '../../../contract/acquirer/stage.js';
import { sleep, until } from '../../../support/wait.js';
import { traceOf } from '../../protocol/traces.js';
import { oneAccount, plan, ScriptedAcquirer, ScriptedKiosk, testConfig, testRelay, testSecrets } from './stage.js';

const policy = {
  ...plan,
  vendMarginMs: 1,
  reportLateMs: 60_000,
  operatorInquiryDelaysMs: [],
  doubtful: 'ask',
} as const;

const right = { kind: 'paid', money: { amount: 3550, currency: 'HKD' } } as const;
const pending = { kind: 'pending' } as const;
const cancelled = { kind: 'cancelled' } as const;

describe('the relay, from the broker to the acquirer and back', () => {
  const broker = new BuiltInBroker();
  const db = new PGliteDatabase();
  const ledger = new SqlLedger(db);
  let kiosk: ScriptedKiosk;
  const relays: Relay[] = [];

  beforeAll(async () => {
    await broker.start();
    await db.start();
    await migrate(db, await shippedMigrations(), 1);
  });
  afterAll(async () => {
    await broker.stop();
    await db.stop();
  });
  beforeEach(async () => {
    await db.query('TRUNCATE alarm, attempt, kiosk CASCADE');
    kiosk = new ScriptedKiosk();
    await kiosk.connect(broker.url);
  });
  afterEach(async () => {
    await kiosk.close();
    for (const relay of relays.splice(0)) await relay.stop();
  });

  const started = async (acquirer: ScriptedAcquirer, instance?: string) => {
    const relay = await testRelay(broker.url, db, acquirer, instance);
    relays.push(relay);
    return relay;
  };
  const greeted = async (script: ConstructorParameters<typeof ScriptedAcquirer>[0]) => {
    const acquirer = new ScriptedAcquirer(script);
    const relay = await started(acquirer);
    await kiosk.greet();
    return { acquirer, relay };
  };
  const state = async (attempt: string): Promise<string | undefined> => (await ledger.load(attempt))?.state;
  const alarms = async (): Promise<string[]> => (await ledger.newestAlarms(9)).map((a) => a.kind);

  test('greets with the boot’s nonce, the Hello’s time and the lease', async () => {
    await greeted({});
    const { body } = kiosk.heard[0] ?? {};
    expect(body).toMatchObject({ type: 'welcome', nonce: kiosk.nonce, leaseMs: 60_000 });
  });

  test('paid at once: submitted, approved; delivered is acknowledged', async () => {
    const { acquirer } = await greeted({ pay: [right] });
    const attempt = await kiosk.pay({ issuer: 'alipay' });
    await kiosk.hears(attempt, 'approved');
    expect(kiosk.standings(attempt)).toEqual(['submitted', 'approved']);
    await kiosk.vend(attempt, 'delivered');
    await kiosk.hearsAck(attempt);
    expect(await state(attempt)).toBe('delivered');
    const [call] = await db.query('SELECT call, answer, ended_at >= started_at AS ended FROM acquirer_call');
    expect(call).toEqual({ call: 'pay', answer: 'paid', ended: true });
    const { request } = acquirer.calls[0] ?? {};
    expect(request).toMatchObject({
      requestId: attempt,
      money: { amount: 3550, currency: 'HKD' },
      kiosk: 'lobby-1',
      issuer: 'alipay',
    });
    expect((request?.expiresAt.getTime() ?? 0) - (request?.scannedAt.getTime() ?? 0)).toBe(5_000);
  });

  test('trap 10: password pending and no notification ever: told with the time left, inquired by the plan, approved', async () => {
    const { acquirer } = await greeted({ pay: [pending], inquire: [pending, pending, right] });
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'approved');
    const update = await kiosk.hears(attempt, 'password-pending');
    expect(update.leftMs).toBeGreaterThan(200);
    expect(update.leftMs).toBeLessThanOrEqual(1_500);
    expect(acquirer.names).toEqual(['pay', 'inquire', 'inquire', 'inquire']);
    // 70 ms by the plan; a second if the worker woke only for its poll.
    expect((acquirer.calls[3]?.at ?? 0) - (acquirer.calls[0]?.at ?? 0)).toBeLessThan(900);
  });

  test('the answer is lost, an inquiry brings it', async () => {
    const { acquirer } = await greeted({ inquire: [right] });
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'approved');
    expect(acquirer.names).toEqual(['pay', 'inquire']);
  });

  test('declined with the reason; told again until the kiosk takes note', async () => {
    await greeted({ pay: [{ kind: 'declined', reason: 'code-expired' }] });
    const attempt = await kiosk.pay();
    expect((await kiosk.hears(attempt, 'declined')).reason).toBe('code-expired');
    await until('told again', () => kiosk.standings(attempt).filter((s) => s === 'declined').length >= 2);
    await kiosk.send({ type: 'ack', attempt });
    await until('nothing owed', async () => {
      const [row] = await db.query('SELECT owed FROM attempt WHERE id = $1', [attempt]);
      return row?.['owed'] === false;
    });
  });

  test('a Hello brings at once what the kiosk is still owed', async () => {
    await greeted({ pay: [right] });
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'approved');
    // The relay has long given up telling it by itself.
    await db.query('UPDATE attempt SET tell_at = NULL');
    const before = kiosk.updates(attempt).length;
    await kiosk.hello();
    await until('told again', () => kiosk.updates(attempt).length > before);
    expect(kiosk.standings(attempt).at(-1)).toBe('approved');
  });

  test('not a byte sent: declined at once, nothing else is called', async () => {
    const { acquirer } = await greeted({ pay: [{ kind: 'not-sent', detail: 'ECONNREFUSED' }] });
    const attempt = await kiosk.pay();
    expect((await kiosk.hears(attempt, 'declined')).reason).toBe('acquirer-unavailable');
    expect(acquirer.names).toEqual(['pay']);
  });

  test('trap 12: nobody confirms: at the deadline inquiry and cancel back to back, reversed', async () => {
    const { acquirer } = await greeted({ pay: [pending], inquire: Array(40).fill(pending), cancel: [cancelled] });
    const attempt = await kiosk.pay();
    expect((await kiosk.hears(attempt, 'reversed')).reason).toBe('not-confirmed');
    expect(kiosk.standings(attempt)).toContain('reversing');
    const [last, cancel] = acquirer.calls.slice(-2);
    expect([last?.call, cancel?.call]).toEqual(['inquire', 'cancel']);
    expect((cancel?.at ?? 0) - (last?.at ?? 0)).toBeLessThan(100);
    const attemptRow = await ledger.load(attempt);
    // The sandbox reads another clock than the relay, and both round to a millisecond.
    expect(last?.at).toBeGreaterThanOrEqual((attemptRow?.deadlineAt ?? Number.POSITIVE_INFINITY) - 2);
  });

  test('the acquirer never answers: the operator, with an alarm', async () => {
    const { acquirer } = await greeted({});
    const attempt = await kiosk.pay();
    expect((await kiosk.hears(attempt, 'operator')).reason).toBe('cancel-unconfirmed');
    expect(await alarms()).toEqual(['cancel-unconfirmed']);
    expect(acquirer.names.filter((c) => c === 'cancel')).toHaveLength(plan.cancelDelaysMs.length + 1);
  });

  test('another amount: never approved, reversed, an alarm', async () => {
    await greeted({ pay: [{ kind: 'paid', money: { amount: 3551, currency: 'HKD' } }], cancel: [cancelled] });
    const attempt = await kiosk.pay();
    expect((await kiosk.hears(attempt, 'reversed')).reason).toBe('wrong-amount');
    expect(kiosk.standings(attempt)).not.toContain('approved');
    expect(await alarms()).toEqual(['wrong-amount']);
  });

  test('a failed vend is reversed, retried until the acquirer confirms', async () => {
    const lost = { kind: 'unknown', detail: 'timeout' } as const;
    const { acquirer } = await greeted({ pay: [right], cancel: [lost, lost, cancelled] });
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'approved');
    await kiosk.vend(attempt, 'failed');
    await kiosk.hearsAck(attempt);
    expect((await kiosk.hears(attempt, 'reversed')).reason).toBe('vend-failed');
    expect(acquirer.names).toEqual(['pay', 'cancel', 'cancel', 'cancel']);
  });

  test('the customer gives up while pay is under way: its answer is heard, and not acted on', async () => {
    const { acquirer } = await greeted({ pay: [right], cancel: [cancelled] });
    let answer = (): void => {};
    acquirer.before = (call) => (call === 'pay' ? new Promise((resolve) => (answer = resolve)) : Promise.resolve());
    const attempt = await kiosk.pay();
    await until('pay called', () => acquirer.calls.length === 1);
    await kiosk.send({ type: 'abort', attempt });
    await kiosk.hears(attempt, 'reversing');
    answer();
    expect((await kiosk.hears(attempt, 'reversed')).reason).toBe('customer-aborted');
    expect(acquirer.names).toEqual(['pay', 'cancel']);
    expect(kiosk.standings(attempt)).not.toContain('approved');
  });

  test('one Pay ten times over: one call, ten answers', async () => {
    const { acquirer } = await greeted({ pay: [right] });
    const attempt = await kiosk.pay({ code: '2866666666666666' });
    for (let i = 0; i < 9; i++) await kiosk.pay({ attempt, code: '2866666666666666' });
    await until('ten answers', () => kiosk.updates(attempt).length >= 10);
    expect(acquirer.names).toEqual(['pay']);
  });

  test('not greeted is no final answer: after a Hello the same Pay is accepted', async () => {
    await started(new ScriptedAcquirer({ pay: [right] }));
    const attempt = await kiosk.pay();
    expect((await kiosk.hears(attempt, 'refused')).reason).toBe('not-greeted');
    await kiosk.greet();
    await kiosk.pay({ attempt });
    await kiosk.hears(attempt, 'approved');
  });

  test('a kiosk nobody has named is not served; noise and foreign frames change nothing', async () => {
    const { relay } = await greeted({});
    const stranger = new ScriptedKiosk('stranger');
    await stranger.connect(broker.url);
    await stranger.hello();
    await kiosk.raw(Buffer.from('not protobuf at all'));
    await kiosk.raw(new Uint8Array(9_000));
    const status = async () => (await (await relay.get('/v1/status')).json()) as { counters: Record<string, number> };
    const counted = await until('both counted', async () => {
      const { counters } = await status();
      return counters['frame-bad'] === 2 && counters['frame-unknown-kiosk'] === 1 ? counters : undefined;
    });
    expect(counted['up-hello']).toBe(1);
    expect(stranger.heard).toEqual([]);
    await stranger.close();
  });

  test.each([
    ['digits', '281006020123456789012345'],
    ['letters and digits', '22J1a9Zk3LmQ7r5T8v'],
    ['EMV CPM', freshCpm(200)],
  ])('a code of %s reaches the acquirer as it was shown, and no line of the log', async (_, code) => {
    const { relay, acquirer } = await greeted({ pay: [right] });
    const attempt = await kiosk.pay({ code });
    await kiosk.hears(attempt, 'approved');
    const log = JSON.stringify((relay as Awaited<ReturnType<typeof started>>).lines);
    expect(log).toContain(attempt);
    expect(acquirer.calls[0]?.request?.code).toBe(code);
    expect(traceOf(code, log)).toBeUndefined();
  });

  describe('when things break', () => {
    test('the relay died between commit and publish: the next one tells', async () => {
      await greeted({});
      await relays.splice(0)[0]?.stop();
      const attempt = 'ab'.repeat(16);
      await db.query(
        `INSERT INTO attempt (id, kiosk, order_id, boot, amount, currency, reference, acquirer, code_hash, created_at,
           scanned_at, pay_until, deadline_at, vend_until, landing_until, state, pay_at, changed_at)
         VALUES ($1, 'lobby-1', 'o', $2, 3550, 'HKD', '', 'scripted', 'h', 0, $3, $3, $3, $3, $3, 'submitted', 0, 0)`,
        [attempt, kiosk.nonce, Date.now() + 60_000],
      );
      const context = { now: Date.now(), accounts: { of: () => ({ policy }) }, relay: 'relay-1', firstTellMs: 1_000 };
      await apply(ledger, attempt, { type: 'pay-answered', answer: right }, context);
      expect(kiosk.standings(attempt)).toEqual([]);
      await started(new ScriptedAcquirer({}));
      await kiosk.hears(attempt, 'approved');
    });

    /** Accepted by a relay that is no more; its lease outlives it. */
    const acceptedByDead = async (acquirer: ScriptedAcquirer, relay = 'relay-dead', leaseMs = 300) => {
      const pay = { type: 'pay', attempt: 'cd'.repeat(16), code: '2812312312312312', amount: 3550 } as const;
      const rest = { currency: 'HKD', reference: 'A-12', scanMs: kiosk.now(), validMs: 20_000 } as const;
      await admitPay(
        ledger,
        kiosk.name,
        kiosk.nonce.slice(0, 8),
        { ...pay, ...rest },
        {
          ...{ now: Date.now(), rules: admissionOf(testConfig(broker.url), oneAccount(acquirer, policy, 'x')) },
          ...{ codeHashKey: testSecrets.codeHashKey, relay, leaseMs, firstTellMs: 1_000 },
        },
      );
      return { ...pay, ...rest };
    };
    const sentBy = async (relay: string, attempt: string) => {
      const context = { now: Date.now(), accounts: { of: () => ({ policy }) }, relay, firstTellMs: 1_000 };
      await apply(ledger, attempt, { type: 'due', codeHeld: true }, context);
    };

    test('the relay died while pay was under way: another asks, and does not pay again', async () => {
      const { acquirer } = await greeted({ inquire: [right] });
      const { attempt } = await acceptedByDead(acquirer);
      await sentBy('relay-dead', attempt);
      await kiosk.hears(attempt, 'approved');
      expect(acquirer.names).toEqual(['inquire']);
      expect(await db.query('SELECT relay, call FROM acquirer_call ORDER BY id')).toEqual([
        { relay: 'relay-dead', call: 'pay' },
        { relay: 'relay-1', call: 'inquire' },
      ]);
    });

    test('a relay that comes back under its own name does not wait for its own lease', async () => {
      const { acquirer, relay } = await greeted({ inquire: [right] });
      await relay.stop();
      relays.pop();
      const { attempt } = await acceptedByDead(acquirer, 'relay-1', 3_600_000);
      await sentBy('relay-1', attempt);
      await started(acquirer);
      await kiosk.hears(attempt, 'approved');
      expect(acquirer.names).toEqual(['inquire']);
    });

    test('a relay died between accepting a Pay and sending it: the Pay that comes again is sent by another', async () => {
      const { acquirer } = await greeted({ pay: [right] });
      const pay = await acceptedByDead(acquirer);
      await until('looked at by the other', async () => {
        const row = await ledger.load(pay.attempt);
        return row && row.nextAt === row.payUntil + 1;
      });
      expect(acquirer.names).toEqual([]);
      await kiosk.send(pay);
      await kiosk.hears(pay.attempt, 'approved');
      expect(acquirer.names).toEqual(['pay']);
    });

    test('an adapter that never comes back is not waited for for ever', async () => {
      const { acquirer } = await greeted({ pay: [right], inquire: [right] });
      acquirer.before = (call) => (call === 'pay' ? new Promise(() => {}) : Promise.resolve());
      const attempt = await kiosk.pay();
      await kiosk.hears(attempt, 'approved');
      expect(acquirer.names).toEqual(['pay', 'inquire']);
    });

    test('the broker restarts in the middle: both come back and the approval arrives', async () => {
      const { acquirer } = await greeted({ pay: [right] });
      let answer = (): void => {};
      acquirer.before = () => new Promise((resolve) => (answer = resolve));
      const attempt = await kiosk.pay();
      await until('pay called', () => acquirer.calls.length === 1);
      await kiosk.close();
      await broker.restart(50);
      answer();
      await until('approved', async () => (await state(attempt)) === 'approved');
      await until('kiosk back', async () => {
        await kiosk.connect(broker.url);
        return true;
      });
      await kiosk.hears(attempt, 'approved');
    });

    test('says online while it is, and offline when it stops', async () => {
      const watcher = await mqtt.connectAsync(broker.url, { protocolVersion: 4 });
      const seen: string[] = [];
      watcher.on('message', (_, payload) => seen.push(payload.toString()));
      await watcher.subscribeAsync(relayStateTopic('relay-9'));
      const relay = await started(new ScriptedAcquirer({}), 'relay-9');
      await until('online', () => seen.includes('{"online":true}'));
      await relay.stop();
      relays.pop();
      await until('offline', () => seen.at(-1) === '{"online":false}');
      // No death: the last will stays unsaid.
      await sleep(300);
      expect(seen.filter((said) => said.includes('lost'))).toEqual([]);
      await watcher.endAsync(true);
    });

    test('stopping says offline and hears nothing more before it drains; what is under way is told to the end', async () => {
      const watcher = await mqtt.connectAsync(broker.url, { protocolVersion: 4 });
      const seen: string[] = [];
      watcher.on('message', (_, payload) => seen.push(payload.toString()));
      await watcher.subscribeAsync(relayStateTopic('relay-1'));
      const { acquirer, relay } = await greeted({ pay: [right] });
      let answer = (): void => {};
      acquirer.before = () => new Promise((resolve) => (answer = resolve));
      const attempt = await kiosk.pay();
      await until('pay called', () => acquirer.calls.length === 1);
      let stopped = false;
      const stopping = relay.stop().then(() => {
        stopped = true;
      });
      relays.pop();
      // Its call is still under way.
      await until('offline', () => seen.at(-1) === '{"online":false}');
      expect(stopped).toBe(false);
      const late = await kiosk.pay();
      // A call may take 100 ms here, and stopping waits twice as long.
      await sleep(50);
      answer();
      await stopping;
      expect(await state(attempt)).toBe('approved');
      await kiosk.hears(attempt, 'approved');
      expect(await state(late)).toBeUndefined();
      expect(kiosk.updates(late)).toEqual([]);
      expect(seen.at(-1)).toBe('{"online":false}');
      await watcher.endAsync(true);
    });

    test('stopping does not wait for ever for a ledger that is silent', async () => {
      let silent = false;
      let asked = 0;
      const never = (): Promise<never> => {
        asked += 1;
        return new Promise(() => {});
      };
      const wrapped: Database = {
        ...{ kind: db.kind, warnings: [], start: async () => {}, stop: async () => {} },
        query: (text, params) => (silent ? never() : db.query(text, params)),
        transaction: (work) => (silent ? never() : db.transaction(work)),
      };
      const relay = await testRelay(broker.url, wrapped, new ScriptedAcquirer({}));
      await kiosk.greet();
      await sleep(100);
      silent = true;
      await kiosk.pay();
      await until('the Pay taken in', () => asked > 0);
      const began = performance.now();
      await relay.stop();
      expect(performance.now() - began).toBeLessThan(12_000);
    }, 20_000);

    test('the wall clock is set: an alarm, not ready, and payments go on in the time they began with', async () => {
      let by = 0;
      const acquirer = new ScriptedAcquirer({ pay: [right] });
      const relay = await testRelay(broker.url, db, acquirer, 'relay-1', { wall: () => Date.now() + by });
      relays.push(relay);
      await kiosk.greet();
      by = 66_000;
      const ready = async () => {
        const reply = await relay.get('/readyz');
        return [reply.status, ((await reply.json()) as { clock: boolean }).clock];
      };
      expect(await ready()).toEqual([200, true]);
      await until('the alarm', async () => (await alarms()).length > 0);
      expect(await ready()).toEqual([503, false]);
      const [alarm] = await ledger.newestAlarms(9);
      expect(alarm).toMatchObject({ kind: 'clock', kiosk: '', attempt: null });
      expect(alarm?.detail).toMatch(/^relay-1: the wall clock was set; it is 66 s ahead of/);
      expect(relay.lines).toContainEqual(expect.objectContaining({ event: 'alarm', kind: 'clock', level: 'error' }));
      const attempt = await kiosk.pay();
      await kiosk.hears(attempt, 'approved');
    });

    test('a start that fails leaves nothing running', async () => {
      const first = await started(new ScriptedAcquirer({}), 'relay-7');
      const config = testConfig(broker.url, 'relay-8');
      const taken = { ...config, operations: { host: '127.0.0.1', port: first.ports.api } };
      const watcher = await mqtt.connectAsync(broker.url, { protocolVersion: 4 });
      const seen: string[] = [];
      watcher.on('message', (_, payload) => seen.push(payload.toString()));
      await watcher.subscribeAsync(relayStateTopic('relay-8'));
      const log = { info: () => {}, warn: () => {}, error: () => {} };
      const parts = { log, acquirer: new ScriptedAcquirer({}), database: db };
      await expect(startRelay(taken, testSecrets, parts)).rejects.toThrow(
        /^operations\.port: port \d+ of 127\.0\.0\.1 is taken/,
      );
      await sleep(200);
      expect(seen.at(-1)).not.toBe('{"online":true}');
      await watcher.endAsync(true);
    });

    test('stopping waits for the call under way and keeps its answer', async () => {
      const { acquirer, relay } = await greeted({ pay: [right] });
      acquirer.before = () => sleep(80);
      const attempt = await kiosk.pay();
      await until('pay called', () => acquirer.calls.length === 1);
      await relay.stop();
      relays.pop();
      expect(await state(attempt)).toBe('approved');
      await kiosk.hears(attempt, 'approved');
    });
  });
});
