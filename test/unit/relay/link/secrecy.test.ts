import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BuiltInBroker } from '../../../../deploy/demo/broker.js';
import { encodeUp } from '../../../../protocol/codec.js';
import { bootTag } from '../../../../protocol/ids.js';
import type { Down } from '../../../../protocol/messages.js';
import { migrate, shippedMigrations } from '../../../../relay/ledger/migrate.js';
import { PGliteDatabase } from '../../../../relay/ledger/pglite.js';
import type { Sandbox } from '../../../../relay/sandbox/server.js';
import {
  antomFor,
  freshCode,
  freshCpm,
  freshCpmSecrets,
  freshLetters,
  stage as openSandbox,
} from '../../../contract/acquirer/stage.js';
import { until } from '../../../support/wait.js';
import { traceOf } from '../../protocol/traces.js';
import { plan, ScriptedKiosk, testRelay } from './stage.js';

/**
 * S11 for each kind of code, over the whole relay: broker, ledger, signed HTTP to the sandbox, operations API. Whatever
 * the relay says, shows or stores is put in one heap, and no piece of a code may lie in it.
 */
describe('trap 24: a payment code is in no log line, alarm, API answer, Update or row', () => {
  const broker = new BuiltInBroker();
  const db = new PGliteDatabase();
  const log: unknown[] = [];
  let sandbox: Sandbox;
  let relay: Awaited<ReturnType<typeof testRelay>>;
  let kiosk: ScriptedKiosk;
  let listener: MqttClient;
  let published: string[];

  beforeAll(async () => {
    [{ sandbox }] = await Promise.all([openSandbox(), broker.start(), db.start()]);
    await migrate(db, await shippedMigrations(), 1);
  });
  afterAll(async () => {
    await Promise.all([sandbox.stop(), broker.stop(), db.stop()]);
  });
  beforeEach(async () => {
    await db.query('TRUNCATE alarm, attempt, kiosk CASCADE');
    published = [];
    listener = await mqtt.connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0 });
    // All but what the kiosk itself says: its Pay is the code's way in.
    listener.on('message', (topic, payload) => {
      if (!topic.endsWith('/up')) published.push(`${topic} ${payload.toString('latin1')}`);
    });
    await listener.subscribeAsync('#', { qos: 1 });
    const acquirer = antomFor(sandbox, {
      plan: { ...plan, callTimeoutMs: 1_000 },
      onTrace: (trace) => log.push(trace),
    });
    relay = await testRelay(broker.url, db, acquirer);
    kiosk = new ScriptedKiosk();
    await kiosk.connect(broker.url);
    await kiosk.greet();
  });
  afterEach(async () => {
    await kiosk.close();
    await listener.endAsync(true);
    await relay.stop();
    await sandbox.setScenario('approve');
  });

  /** Every row of every table, as text. */
  async function rows(): Promise<string> {
    const tables = await db.query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    const names = tables.map(({ name }) => String(name));
    expect(names).toEqual(expect.arrayContaining(['attempt', 'attempt_event', 'acquirer_call', 'alarm', 'kiosk']));
    const found = await Promise.all(names.map((name) => db.query(`SELECT to_jsonb(t)::text AS row FROM "${name}" t`)));
    return found.flatMap((list) => list.map(({ row }) => String(row))).join('\n');
  }

  async function heap(attempt: string): Promise<string> {
    const paths = ['/v1/attempts?limit=50', `/v1/attempts/${attempt}`, '/v1/alarms', '/v1/status', '/livez', '/readyz'];
    const answers = await Promise.all(paths.map(async (path) => (await relay.get(path)).text()));
    const said: Down[] = kiosk.heard;
    return [...answers, ...published, await rows(), JSON.stringify([log, relay.lines, said, sandbox.ledger()])].join(
      '\n',
    );
  }

  const secrets = freshCpmSecrets();
  const kinds = [
    ['digits', freshCode, 'approved'],
    ['letters and digits', freshLetters, 'approved'],
    ['EMV CPM', () => freshCpm(96, secrets), 'approved'],
    ['EMV CPM longer than the acquirer carries', () => freshCpm(200, secrets), 'declined'],
  ] as const;

  test.each(kinds)('%s: paid, shown a second time, sent damaged', async (_, fresh, standing) => {
    const code = fresh();
    const stream = new AbortController();
    let streamed = '';
    const url = `http://127.0.0.1:${relay.ports.api}/v1/attempts/events`;
    const events = await fetch(url, { signal: stream.signal });
    const reading = (async () => {
      for await (const part of events.body ?? []) streamed += Buffer.from(part).toString();
    })().catch(() => undefined);

    const attempt = await kiosk.pay({ code, issuer: 'new-pay' });
    await kiosk.hears(attempt, standing);
    const again = await kiosk.pay({ code });
    expect((await kiosk.hears(again, 'refused')).reason).toBe('code-used');
    const frame = encodeUp({
      boot: bootTag(kiosk.nonce),
      seq: 99,
      body: {
        ...{ type: 'pay', attempt: 'ab'.repeat(16), code, amount: 1, currency: 'HKD', reference: 'R' },
        ...{ scanMs: kiosk.now(), validMs: 20_000 },
      },
    });
    await kiosk.raw(frame.subarray(0, -9));
    await kiosk.raw(Buffer.concat([frame, frame.subarray(12)]));
    await until('both refused', () => relay.lines.filter((line) => line['event'] === 'bad-frame').length >= 2);
    if (standing === 'approved') await kiosk.vend(attempt, 'failed');
    if (standing === 'approved') await kiosk.hears(attempt, 'reversed');
    await until('streamed', () => streamed.includes(attempt));
    stream.abort();
    await reading;

    const all = `${streamed}\n${await heap(attempt)}`;
    // The heap is what it should be: the attempt is in all of it, and so is its issuer.
    expect(all.split(attempt).length).toBeGreaterThan(8);
    expect(all).toContain('new-pay');
    expect(traceOf(code, all)).toBeUndefined();
    for (const secret of Object.values(secrets)) {
      for (let i = 0; i + 10 <= secret.length; i++) {
        const piece = secret.slice(i, i + 10);
        if (!/^0+F?$/.test(piece)) expect(all.toUpperCase()).not.toContain(piece);
      }
    }
  });

  test('the search of the rows would find one', async () => {
    const code = freshCpm();
    const attempt = await kiosk.pay();
    await kiosk.hears(attempt, 'approved');
    await db.query('UPDATE attempt_event SET detail = $1', [code.slice(60, 72)]);
    expect(traceOf(code, await heap(attempt))).toBeDefined();
  });
});
