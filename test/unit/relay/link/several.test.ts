import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BuiltInBroker } from '../../../../deploy/demo/broker.js';
import { relayStateTopic } from '../../../../protocol/topics.js';
import { anyCapabilities } from '../../../../relay/acquirers/capabilities.js';
import { migrate, shippedMigrations } from '../../../../relay/ledger/migrate.js';
import { relayStates } from '../../../../relay/link/peers.js';
import { insertRefund } from '../../../../relay/refunds/store.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { databases, type Opened } from '../../../contract/ledger/databases.js';
import { sleep, until } from '../../../support/wait.js';
import { type OwnBroker, ownBroker } from '../../../system/broker.js';
import { ScriptedAcquirer, ScriptedKiosk, testRelay } from './stage.js';

const right = { kind: 'paid', money: { amount: 3550, currency: 'HKD' } } as const;
const unknown = { kind: 'unknown', detail: 'timeout' } as const;
const tables = 'acquirer_call, attempt_event, alarm, reversal, attempt, kiosk';
type TestRelay = Awaited<ReturnType<typeof testRelay>>;

let db: Opened['db'];
let ledger: Opened['ledger'];
let close: Opened['close'];
const relays: TestRelay[] = [];
let kiosk: ScriptedKiosk;

beforeAll(async () => {
  // On PostgreSQL where there is one: several relays are what it is for.
  const opened = await databases().at(-1)?.open();
  if (!opened) throw new Error('no database');
  ({ db, ledger, close } = opened);
  await migrate(db, await shippedMigrations(), 1);
});
afterAll(() => close());
beforeEach(async () => {
  await db.query(`TRUNCATE ${tables} CASCADE`);
  kiosk = new ScriptedKiosk();
});
afterEach(async () => {
  await kiosk.close();
  for (const relay of relays.splice(0)) await relay.stop();
});

const started = async (url: string, acquirer: ScriptedAcquirer, ...more: [name?: string, parts?: object]) => {
  const relay = await testRelay(url, db, acquirer, ...more);
  relays.push(relay);
  return relay;
};
const counter = async (relay: TestRelay, name: string): Promise<number> =>
  ((await (await relay.get('/v1/status')).json()) as { counters: Record<string, number> }).counters[name] ?? 0;
const metrics = async (relay: TestRelay): Promise<string> => await (await relay.get('/metrics')).text();

describe('frames among several relays', () => {
  const plain = new BuiltInBroker();
  let sharing: OwnBroker;
  beforeAll(async () => {
    sharing = await ownBroker();
    await Promise.all([sharing.start(), plain.start()]);
  });
  afterAll(() => Promise.all([sharing.stop(), plain.stop()]));

  const heardOf = async (url: string): Promise<{ all: number; shared: boolean[] }> => {
    const acquirer = new ScriptedAcquirer({});
    const two = [await started(url, acquirer, 'relay-1'), await started(url, acquirer, 'relay-2')];
    const shares = () => two.map(({ lines }) => lines.some(({ event }) => event === 'broker-shares'));
    // Longer than the probe takes, where nothing comes of it.
    await Promise.race([until('both to share', () => shares().every(Boolean)).catch(() => {}), sleep(3_000)]);
    await kiosk.connect(url);
    for (let i = 0; i < 20; i++) await kiosk.hello();
    await until('all Hellos', async () => {
      const heard = await Promise.all(two.map((relay) => counter(relay, 'up-hello')));
      return heard.reduce((a, b) => a + b, 0) >= 20;
    });
    await sleep(300);
    const heard = await Promise.all(two.map((relay) => counter(relay, 'up-hello')));
    return { all: heard.reduce((a, b) => a + b, 0), shared: shares() };
  };

  test.skipIf(!process.env['QUIETZONE_REQUIRE_SERVICES'])(
    'a broker that shares gives each to one of them',
    async () => {
      expect(sharing.about).toContain('Mosquitto');
      expect(await heardOf(sharing.url)).toEqual({ all: 20, shared: [true, true] });
    },
  );

  test('a broker that does not is found out by the probe: all hear all', async () => {
    expect(await heardOf(plain.url)).toEqual({ all: 40, shared: [false, false] });
  });

  test('a Hello heard by one relay and its Pay heard by the other is a payment like any other', async () => {
    const acquirer = new ScriptedAcquirer({ pay: [right, right, right, right] });
    await started(sharing.url, acquirer, 'relay-1');
    await started(sharing.url, acquirer, 'relay-2');
    await kiosk.connect(sharing.url);
    await kiosk.greet();
    for (let i = 0; i < 4; i++) {
      const attempt = await kiosk.pay();
      await kiosk.hears(attempt, 'approved');
      await kiosk.vend(attempt, 'delivered');
      await kiosk.hearsAck(attempt);
    }
    expect(acquirer.names).toEqual(['pay', 'pay', 'pay', 'pay']);
  });
});

describe('one broker', () => {
  const broker = new BuiltInBroker();
  beforeAll(() => broker.start());
  afterAll(() => broker.stop());

  /** An attempt whose pay has gone out, held for long by a relay that is not this one. */
  async function heldBy(peer: string): Promise<{ attempt: string; acquirer: ScriptedAcquirer; relay: TestRelay }> {
    const acquirer = new ScriptedAcquirer({ pay: [unknown], inquire: [{ kind: 'pending' }, right] });
    const relay = await started(broker.url, acquirer);
    await kiosk.connect(broker.url);
    await kiosk.greet();
    const attempt = await kiosk.pay();
    await until('its pay', () => acquirer.names.includes('pay'));
    await db.query('UPDATE attempt SET lease_owner = $1, lease_until = $2 WHERE id = $3', [
      ...[peer, Date.now() + 60_000, attempt],
    ]);
    return { attempt, acquirer, relay };
  }

  const leaseOf = async (attempt: string): Promise<unknown> =>
    (await db.query('SELECT lease_owner FROM attempt WHERE id = $1', [attempt]))[0]?.['lease_owner'];

  test('what a relay held that is lost is taken over at once: the broker publishes its last will', async () => {
    const will = {
      topic: relayStateTopic('relay-9'),
      payload: Buffer.from(relayStates.lost),
      qos: 1,
      retain: true,
    } as const;
    const dying = await mqtt.connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0, will });
    const { attempt, relay } = await heldBy('relay-9');
    const from = Date.now();
    dying.stream.destroy();
    await kiosk.hears(attempt, 'approved');
    expect(Date.now() - from).toBeLessThan(3_000);
    expect(relay.lines).toContainEqual(expect.objectContaining({ event: 'takeover', from: 'relay-9', held: 1 }));
    await dying.endAsync(true);
  });

  test('what a relay holds that stops by itself is its own to finish, and what nobody says is nothing', async () => {
    const { attempt } = await heldBy('relay-9');
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0 });
    for (const said of [relayStates.offline, relayStates.online, 'null', '{', '"online"', '{"online":0}']) {
      await client.publishAsync(relayStateTopic('relay-9'), said, { qos: 1, retain: false });
    }
    await client.publishAsync(relayStateTopic('relay-8'), relayStates.lost, { qos: 1, retain: false });
    await client.publishAsync(relayStateTopic('relay-1'), relayStates.lost, { qos: 1, retain: false });
    await sleep(500);
    expect(await leaseOf(attempt)).toBe('relay-9');
    await client.endAsync(true);
  });

  test('an acquirer that answers nothing: after five nobody more is charged, kiosks are told, and it comes back by itself', async () => {
    const acquirer = new ScriptedAcquirer({});
    const relay = await started(broker.url, acquirer);
    await kiosk.connect(broker.url);
    await kiosk.greet();
    const said = () =>
      kiosk.heard.some(({ body }) => body.type === 'service' && body.reason === 'acquirer-unavailable');
    // On a busy machine one may be too old when it is looked at; it is sent to nobody and says nothing of the acquirer.
    for (let i = 0; i < 30 && !said(); i++) {
      const before = acquirer.calls.length;
      const attempt = await kiosk.pay();
      await until('its call, or its end', () => acquirer.calls.length > before || kiosk.updates(attempt).length > 1);
      await sleep(50);
    }
    await until('its word', said);
    const pays = () => acquirer.names.filter((name) => name === 'pay').length;
    const before = pays();
    expect(before).toBeGreaterThanOrEqual(5);
    // One may have been on its way when it opened.
    expect(before).toBeLessThanOrEqual(6);
    const refused = await kiosk.pay();
    expect(await kiosk.hears(refused, 'refused')).toMatchObject({ reason: 'acquirer-unavailable' });
    expect(pays()).toBe(before);
    expect(await metrics(relay)).toContain('quietzone_circuit{account="x",state="open"} 1');
    expect((await ledger.load(refused))?.payAt).toBeNull();
    // From now on it answers.
    acquirer.inquire = () => Promise.resolve({ kind: 'declined', reason: 'other' });
    acquirer.pay = () => Promise.resolve(right);
    await until('open again', () => kiosk.heard.some(({ body }) => body.type === 'service' && !body.reason), 15_000);
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'approved');
    expect(await metrics(relay)).toContain('quietzone_circuit{account="x",state="closed"} 1');
  });

  describe('trap 22: a clock 20 minutes off', () => {
    const skewed = { ...systemClock, now: () => systemClock.now() + 20 * 60_000 };
    const off = { clock: skewed, wall: skewed.now };
    const alarms = async (): Promise<string[]> => (await ledger.newestAlarms(9)).map(({ kind }) => kind);

    test('is said: an alarm, and not ready', async () => {
      const relay = await started(broker.url, new ScriptedAcquirer({}), 'relay-1', off);
      expect(await (await relay.get('/readyz')).json()).toMatchObject({ clock: false });
      await until('the alarm', async () => (await alarms()).includes('clock'));
      expect(relay.lines).toContainEqual(expect.objectContaining({ kind: 'clock', source: 'database' }));
    });

    test('an acquirer with a window of 15 minutes is asked for no payment, another is', async () => {
      const strict = Object.assign(new ScriptedAcquirer({ pay: [right] }), {
        capabilities: { ...anyCapabilities, clockWithinMs: 15 * 60_000 },
      });
      await started(broker.url, strict, 'relay-1', off);
      await kiosk.connect(broker.url);
      await kiosk.greet();
      const refused = await kiosk.pay();
      expect(await kiosk.hears(refused, 'refused')).toMatchObject({ reason: 'acquirer-unavailable' });
      expect(strict.calls).toEqual([]);
      for (const relay of relays.splice(0)) await relay.stop();
      const lax = new ScriptedAcquirer({ pay: [right] });
      await started(broker.url, lax, 'relay-1', off);
      await kiosk.hello();
      await sleep(300);
      await kiosk.hears(await kiosk.pay(), 'approved');
    });
  });

  test('metrics tell of calls, ends and what the relay adds, and hold no id and no code', async () => {
    const acquirer = new ScriptedAcquirer({ pay: [right], refund: [{ kind: 'refunded' }] });
    const relay = await started(broker.url, acquirer);
    await kiosk.connect(broker.url);
    await kiosk.greet();
    const code = '281006020123456789012345';
    const attempt = await kiosk.pay({ code });
    await kiosk.hears(attempt, 'approved');
    const text = await metrics(relay);
    expect(text).toContain('quietzone_acquirer_call_seconds_count{account="x",call="pay",answer="paid"} 1');
    expect(text).toContain('quietzone_attempts_total{state="approved",reason=""} 1');
    expect(text).toContain('quietzone_added_seconds_count 1');
    expect(text).toContain('quietzone_open_attempts{state="approved"} 1');
    expect(text).toContain('quietzone_up{dependency="ledger"} 1');
    await kiosk.vend(attempt, 'delivered');
    await kiosk.vend(attempt, 'delivered');
    await kiosk.hearsAck(attempt);
    await until('its end', async () => /attempts_total.state="delivered",reason="". 1\n/.test(await metrics(relay)));
    const asked = {
      attempt,
      kind: 'refund',
      money: right.money,
      reason: 'x',
      requestedBy: 'ann',
      replaces: null,
    } as const;
    const at = systemClock.now();
    await db.transaction((tx) => insertRefund(tx, { ...asked, place: 0, at, nextAt: at }));
    const refunded = 'quietzone_acquirer_call_seconds_count{account="x",call="refund",answer="refunded"} 1';
    await until('its refund', async () => (await metrics(relay)).includes(refunded));
    for (const secret of [code, attempt, kiosk.nonce, kiosk.name]) expect(text).not.toContain(secret);
  });

  test('a payment that waits for a password has come to no state yet, however often it is inquired', async () => {
    const inquire = Array<{ kind: 'pending' }>(4).fill({ kind: 'pending' });
    const relay = await started(
      broker.url,
      new ScriptedAcquirer({ pay: [{ kind: 'pending' }], inquire: [...inquire, right] }),
    );
    await kiosk.connect(broker.url);
    await kiosk.greet();
    await kiosk.hears(await kiosk.pay(), 'approved');
    const text = await metrics(relay);
    expect(text.match(/^quietzone_attempts_total\{.*$/gm)).toEqual([
      'quietzone_attempts_total{state="approved",reason=""} 1',
    ]);
  });

  test('the lines of one payment carry its trace, and each call its span', async () => {
    const relay = await started(broker.url, new ScriptedAcquirer({ pay: [right] }));
    await kiosk.connect(broker.url);
    await kiosk.greet();
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'approved');
    const events = relay.lines.filter((line) => line['trace_id'] === attempt).map(({ event }) => event);
    expect(events).toEqual(expect.arrayContaining(['pay', 'attempt', 'call']));
    const call = relay.lines.find(({ event }) => event === 'call');
    expect(call).toMatchObject({ call: 'pay', answer: 'paid', span_id: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });
});
