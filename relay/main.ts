import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { RandomBytes } from '../protocol/ids.js';
import { anyUpTopic, relayStateTopic } from '../protocol/topics.js';
import type { Acquirer } from './acquirers/contract.js';
import { aftermath } from './aftermath.js';
import { clockAlarm } from './clock-alarm.js';
import { openAcquirer, openDatabase } from './config/parts.js';
import { admissionOf, knownKiosks, policyOf } from './config/rules.js';
import type { RelayConfig } from './config/schema.js';
import type { RelaySecrets } from './config/secrets.js';
import type { Database } from './ledger/contract.js';
import { migrate, shippedMigrations } from './ledger/migrate.js';
import { Connection } from './link/connection.js';
import { Desk } from './link/desk.js';
import { Teller } from './link/teller.js';
import { Feed } from './operations/feed.js';
import { buildOperations } from './operations/server.js';
import { type Clock, systemClock } from './runtime/clock.js';
import { ClockWatch } from './runtime/clock-watch.js';
import { Counters } from './runtime/counters.js';
import type { Log } from './runtime/log.js';
import { Codes } from './worker/codes.js';
import { Worker } from './worker/worker.js';

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

/** Waits of the outbox: 1 s doubling to 30 s, for about an hour; the kiosk's next Hello starts it again. */
const tellPlan = { firstMs: 1_000, mostMs: 30_000, tries: 120 };
const AT_ONCE = 64;
const POLL_MS = 1_000;
/** A lease outlives any one call by this. */
const LEASE_BEYOND_CALL_MS = 10_000;
/** At stop, frames under way get this long: a transaction on a ledger that still answers needs less. */
const FRAMES_DRAIN_MS = 8_000;

/** The relay, put together; nothing runs yet. @throws LedgerError, ConfigError */
function assemble(config: RelayConfig, secrets: RelaySecrets, parts: RelayParts) {
  const { log, clock = systemClock, random = randomBytes } = parts;
  const relay = config.instance;
  const db = parts.database ?? openDatabase(config, secrets);
  const acquirer = parts.acquirer ?? openAcquirer(config, secrets, clock, log);
  const policy = policyOf(config, acquirer);
  const admission = admissionOf(config, acquirer);
  const leaseMs = policy.callTimeoutMs + LEASE_BEYOND_CALL_MS;
  const firstTellMs = tellPlan.firstMs;
  const [counters, feed, codes] = [new Counters(), new Feed(), new Codes()];

  const publish = (topic: string, payload: Uint8Array): boolean => connection.publish(topic, payload);
  const teller = new Teller({ db, clock, log, relay, plan: tellPlan, publish });
  const committed = aftermath({ log, counters, teller, feed, worker: () => worker });
  const shared = { db, clock, log, relay, policy, codes, firstTellMs, committed };
  const worker: Worker = new Worker(
    { ...shared, acquirer, leaseMs },
    { atOnce: AT_ONCE, pollMs: POLL_MS, drainMs: policy.callTimeoutMs * 2 },
    log,
  );
  const desk = new Desk({
    ...{ ...shared, counters, random, teller, admission, codeHashKey: secrets.codeHashKey },
    ...{ greeting: { cloneWindowMs: config.timers.clone_window_ms }, welcomeMs: config.timers.lease_ms },
    ...{ workLeaseMs: leaseMs, knows: knownKiosks(config), wake: () => worker.wakeAt(clock.now()) },
    accepted: (id) => {
      worker.runOwn(id);
      feed.changed(id);
    },
  });
  const connection = new Connection(
    { ...brokerOptions(config, secrets), clock, random: () => randomFraction(random) },
    {
      onConnected: () => log.info({ event: 'broker-connected' }),
      onDisconnected: (why) => log.warn({ event: 'broker-lost', why }),
      onMessage: (topic, payload) => desk.hear(topic, payload),
    },
  );
  const { host } = config.operations;
  const wall = parts.wall ?? Date.now;
  const watch = new ClockWatch({ clock, wall, ...clockAlarm({ db, clock, log, counters, relay }) });
  const operations = buildOperations({
    ...{ db, feed, counters, log, instance: relay, host },
    ...{ linked: () => connection.up, clockRight: () => watch.right },
  });
  return { db, clock, teller, worker, desk, connection, operations, watch };
}

/** @throws LedgerError, ConfigError, or the system's error when a port is taken; then nothing is left running. */
export async function startRelay(config: RelayConfig, secrets: RelaySecrets, parts: RelayParts): Promise<Relay> {
  const { log } = parts;
  const { db, clock, teller, worker, desk, connection, operations, watch } = assemble(config, secrets, parts);
  const stop = async (): Promise<void> => {
    watch.stop();
    await connection.leave();
    await operations.close();
    await desk.close(FRAMES_DRAIN_MS);
    await worker.stop();
    teller.stop();
    await connection.stop();
    if (!parts.database) await db.stop();
  };
  try {
    if (!parts.database) await db.start();
    for (const warning of db.warnings) log.warn({ event: 'ledger', ledger: db.kind }, warning);
    const applied = await migrate(db, await shippedMigrations(), clock.now());
    if (applied.length > 0) log.info({ event: 'migrated', applied });
    watch.start();
    await worker.start();
    teller.start();
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
