import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { RandomBytes } from '../protocol/ids.js';
import { anyUpTopic, relayStateTopic } from '../protocol/topics.js';
import type { Acquirer } from './acquirers/contract.js';
import { aftermath } from './aftermath.js';
import { clockAlarm } from './clock-alarm.js';
import { openAccounts, openDatabase } from './config/parts.js';
import { admissionOf, knownKiosks } from './config/rules.js';
import type { RelayConfig } from './config/schema.js';
import type { RelaySecrets } from './config/secrets.js';
import type { Database } from './ledger/database.js';
import { migrate, shippedMigrations } from './ledger/migrate.js';
import { SqlLedger } from './ledger/sql-ledger.js';
import { Connection } from './link/connection.js';
import { type Office, openOffice } from './office.js';
import type { Done } from './operations/acts.js';
import { Feed } from './operations/feed.js';
import { buildOperations } from './operations/server.js';
import { REFUND_LEASE_BEYOND_CALLS_MS, RefundWorker, tellRefund } from './refunds/worker.js';
import { type Clock, systemClock } from './runtime/clock.js';
import { ClockWatch } from './runtime/clock-watch.js';
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
  const accounts = openAccounts(config, secrets, { clock, log, acquirer: parts.acquirer });
  const ledger = new SqlLedger(db);
  const feed = new Feed();
  const office = openOffice({
    ...{ relay, ledger, accounts, clock, random, log, admission: admissionOf(config, accounts) },
    greeting: { cloneWindowMs: config.timers.clone_window_ms },
    ...{ codeHashKey: secrets.codeHashKey, welcomeMs: config.timers.lease_ms, knows: knownKiosks(config) },
    publish: (topic, payload) => connection.publish(topic, payload),
    onChanged: (id) => feed.changed(id),
  });
  const connection = new Connection(
    { ...brokerOptions(config, secrets), clock, random: () => randomFraction(random) },
    {
      onConnected: () => log.info({ event: 'broker-connected' }),
      onDisconnected: (why) => log.warn({ event: 'broker-lost', why }),
      onMessage: (topic, payload) => office.desk.hear(topic, payload),
    },
  );
  const { counters } = office;
  const wall = parts.wall ?? Date.now;
  const watch = new ClockWatch({ clock, wall, ...clockAlarm({ ledger, clock, log, counters, relay }) });
  const changed = (id: string): void => feed.changed(id);
  const refunds = new RefundWorker({
    ...{ db, accounts, clock, relay, log, counters, onChanged: changed },
    leaseMs: 2 * accounts.longestCallMs + REFUND_LEASE_BEYOND_CALLS_MS,
  });
  const operations = buildOperations({
    ...{ db, accounts, clock, firstTellMs: office.firstTellMs, acted: actedOf(office, refunds, log, changed) },
    ...{ ledger, ping: () => db.query('SELECT 1 AS one'), feed, counters, log },
    ...{ instance: relay, host: config.operations.host },
    ...{ linked: () => connection.up, clockRight: () => watch.right },
  });
  return { db, clock, office, refunds, connection, operations, watch };
}

/** What follows a person's act: the kiosk is told, the page too, and whoever goes on with it looks at once. */
function actedOf(office: Office, refunds: RefundWorker, log: Log, onChanged: (attempt: string) => void) {
  const { counters, teller, worker } = office;
  const committed = aftermath({ log, counters, teller, onChanged, worker: () => worker });
  return ({ attempt, payment, refund, status }: Done): void => {
    if (payment) committed(payment);
    if (refund) tellRefund(refund, { log, counters });
    if (status >= 400 || attempt === undefined) return;
    onChanged(attempt);
    refunds.wake();
  };
}

/** @throws LedgerError, ConfigError, or the system's error when a port is taken; then nothing is left running. */
export async function startRelay(config: RelayConfig, secrets: RelaySecrets, parts: RelayParts): Promise<Relay> {
  const { log } = parts;
  const { db, clock, office, refunds, connection, operations, watch } = assemble(config, secrets, parts);
  const stop = async (): Promise<void> => {
    watch.stop();
    await connection.leave();
    await operations.close();
    await refunds.stop();
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
    await office.start();
    await refunds.start();
    connection.start();
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
    subscription: anyUpTopic,
    stateTopic: relayStateTopic(instance),
  };
}

const randomFraction = (random: RandomBytes): number => (random(1)[0] ?? 0) / 256;
