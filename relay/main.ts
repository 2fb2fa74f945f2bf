import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { RandomBytes } from '../protocol/ids.js';
import { anyRelayStateTopic, anyUpTopic, relayProbeTopic, relayStateTopic } from '../protocol/topics.js';
import type { Acquirer } from './acquirers/contract.js';
import { clockAlarm } from './clock-alarm.js';
import { openAccounts, openDatabase } from './config/parts.js';
import { accountsOfKiosk, admissionOf, knownKiosks } from './config/rules.js';
import type { RelayConfig } from './config/schema.js';
import type { RelaySecrets } from './config/secrets.js';
import { Health } from './health/health.js';
import type { Database } from './ledger/database.js';
import { migrate, shippedMigrations } from './ledger/migrate.js';
import { SqlLedger } from './ledger/sql-ledger.js';
import { Connection } from './link/connection.js';
import { Peers } from './link/peers.js';
import { type Office, openOffice } from './office.js';
import { Feed } from './operations/feed.js';
import { buildOperations } from './operations/server.js';
import { Retention } from './retention.js';
import { type Clock, systemClock } from './runtime/clock.js';
import { ClockWatch } from './runtime/clock-watch.js';
import { Counters } from './runtime/counters.js';
import type { Log } from './runtime/log.js';

/** What a test or the simulation puts in the place of the real thing. A database given here is the giver's to start and stop. */
export type RelayParts = {
  readonly log: Log;
  readonly acquirer?: Acquirer;
  readonly database?: Database;
  readonly clock?: Clock;
  /** What the clock is compared with, epoch ms; without it the wall clock. */
  readonly wall?: () => number;
  readonly random?: RandomBytes;
};

export type Relay = {
  readonly ports: { readonly api: number };
  /** Says offline and hears nothing more, finishes calls under way, closes the ledger. */
  stop(): Promise<void>;
};

/** The relay, put together; nothing runs yet. @throws LedgerError, ConfigError */
function assemble(config: RelayConfig, secrets: RelaySecrets, parts: RelayParts) {
  const { log, clock = systemClock, random = randomBytes } = parts;
  const relay = config.instance;
  const db = parts.database ?? openDatabase(config, secrets);
  const ledger = new SqlLedger(db);
  const feed = new Feed();
  const counters = new Counters();
  const health: Health = new Health({
    ...{ relay, db, ledger, clock, log, counters, accounts: () => accounts, accountsOf: accountsOfKiosk(config) },
    send: (kiosk, body) => office.teller.send(kiosk, body),
    ...{ linked: () => connection.up, wallRight: () => watch.right },
  });
  const accounts = openAccounts(config, secrets, { clock, log, acquirer: parts.acquirer, onTime: health.onTime });
  const admission = admissionOf(config, accounts, health.usable);
  const office: Office = openOffice({
    ...{ relay, ledger, accounts, clock, random, log, admission, counters, watch: health },
    greeting: { cloneWindowMs: config.timers.clone_window_ms },
    ...{ codeHashKey: secrets.codeHashKey, welcomeMs: config.timers.lease_ms, knows: knownKiosks(config) },
    publish: (topic, payload) => connection.publish(topic, payload),
    onChanged: (id) => feed.changed(id),
  });
  const connection: Connection = new Connection(
    { ...brokerOptions(config, secrets), clock, random: () => randomFraction(random) },
    {
      onConnected: () => log.info({ event: 'broker-connected' }),
      onShared: () => log.info({ event: 'broker-shares' }, 'each frame goes to one relay'),
      onDisconnected: (why) => log.warn({ event: 'broker-lost', why }),
      onMessage: (topic, payload) => peers.hear(topic, payload) || office.desk.hear(topic, payload),
    },
  );
  const { worker } = office;
  const peers = new Peers({ relay, ledger, clock, log, counters, wake: () => worker.wakeAt(clock.now()) });
  const wall = parts.wall ?? Date.now;
  const watch: ClockWatch = new ClockWatch({ clock, wall, ...clockAlarm({ ledger, clock, log, counters, relay }) });
  const operations = buildOperations({
    ...{ ledger, ping: () => db.query('SELECT 1 AS one'), feed, counters, log },
    ...{ instance: relay, host: config.operations.host },
    ...{ linked: () => connection.up, clockRight: () => health.clockRight },
  });
  operations.get('/metrics', async (_, reply) => {
    const { type, body } = await health.metrics.text();
    return reply.type(type).send(body);
  });
  const retention = new Retention({ db, config, clock, log });
  return { db, clock, office, connection, operations, watch, health, retention };
}

/** @throws LedgerError, ConfigError, or the system's error when a port is taken; then nothing is left running. */
export async function startRelay(config: RelayConfig, secrets: RelaySecrets, parts: RelayParts): Promise<Relay> {
  const { log } = parts;
  const assembled = assemble(config, secrets, parts);
  const { db, clock, office, connection, operations, watch, health, retention } = assembled;
  const stop = async (): Promise<void> => {
    watch.stop();
    health.stop();
    retention.stop();
    await connection.leave();
    await operations.close();
    await office.stop();
    await connection.stop();
    if (!parts.database) await db.stop();
  };
  try {
    if (!parts.database) await db.start();
    for (const warning of db.warnings) log.warn({ event: 'ledger', ledger: db.kind }, warning);
    const applied = await migrate(db, await shippedMigrations(), clock.now());
    if (applied.length > 0) log.info({ event: 'migrated', applied });
    watch.start();
    await health.start();
    await office.start();
    connection.start();
    retention.start();
    await operations.listen({ host: config.operations.host, port: config.operations.port });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports: { api: (operations.server.address() as AddressInfo).port }, stop };
}

function brokerOptions({ broker, instance }: RelayConfig, { brokerPassword, brokerCaPem }: RelaySecrets) {
  return {
    url: broker.url,
    clientId: `quietzone-relay-${instance}`,
    ...(broker.username === undefined ? {} : { username: broker.username }),
    ...(brokerPassword === undefined ? {} : { password: brokerPassword }),
    ...(brokerCaPem === undefined ? {} : { caPem: brokerCaPem }),
    ...{ subscription: anyUpTopic, alsoHear: [anyRelayStateTopic], share: broker.shared },
    ...{ stateTopic: relayStateTopic(instance), probeTopic: relayProbeTopic(instance) },
  };
}

const randomFraction = (random: RandomBytes): number => (random(1)[0] ?? 0) / 256;
