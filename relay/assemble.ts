import { randomBytes } from 'node:crypto';
import type { RandomBytes } from '../protocol/ids.js';
import type { Acquirer } from './acquirers/contract.js';
import { clockAlarm } from './clock-alarm.js';
import { brokerOptions } from './config/broker.js';
import { linkingParts, linkPages } from './config/linking-parts.js';
import { openAccounts, openDatabase } from './config/parts.js';
import { dailyOf } from './config/reconcile.js';
import { accountsOfKiosk, admissionOf, knownKiosks } from './config/rules.js';
import type { RelayConfig } from './config/schema.js';
import type { RelaySecrets } from './config/secrets.js';
import { openWebhooks } from './config/webhooks.js';
import { declarationLeaseMs } from './customs/runner.js';
import { releaseAllDeclarations } from './customs/store.js';
import { DeclarationWorker, declarationWorkerOptions } from './customs/worker.js';
import { Health } from './health/health.js';
import type { Database } from './ledger/database.js';
import { SqlNotifications } from './ledger/notifications.js';
import { SqlLedger } from './ledger/sql-ledger.js';
import { Connection } from './link/connection.js';
import { Peers } from './link/peers.js';
import { reseal } from './linking/reseal.js';
import { type Office, openOffice } from './office.js';
import { afterAct } from './operations/after-act.js';
import { Feed } from './operations/feed.js';
import { buildOperations } from './operations/server.js';
import { releaseAllRefunds } from './refunds/store.js';
import { REFUND_LEASE_BEYOND_CALLS_MS, RefundWorker } from './refunds/worker.js';
import { Retention } from './retention.js';
import { type Clock, systemClock } from './runtime/clock.js';
import { ClockWatch } from './runtime/clock-watch.js';
import { Counters } from './runtime/counters.js';
import type { Log } from './runtime/log.js';

/** What a test puts in the place of the real thing. A database given here is the giver's to start and stop. */
export type RelayParts = {
  readonly log: Log;
  readonly acquirer?: Acquirer;
  readonly database?: Database;
  readonly clock?: Clock;
  /** What the clock is compared with, epoch ms; without it the wall clock. */
  readonly wall?: () => number;
  readonly random?: RandomBytes;
};

/** The relay, put together from its config; nothing runs yet. @throws LedgerError, ConfigError */
export function assemble(config: RelayConfig, secrets: RelaySecrets, parts: RelayParts) {
  const { log, clock = systemClock, random = randomBytes, wall = Date.now } = parts;
  const { instance: relay, timers } = config;
  const db = parts.database ?? openDatabase(config, secrets);
  const ledger = new SqlLedger(db);
  const [feed, counters] = [new Feed(), new Counters()];
  const onChanged = (id: string): void => feed.changed(id);
  const shared = { relay, db, ledger, clock, log, counters, onChanged };

  const health: Health = new Health({
    ...{ ...shared, accounts: () => accounts, accountsOf: accountsOfKiosk(config) },
    send: (kiosk, body) => office.teller.send(kiosk, body),
    ...{ linked: () => connection.up, wallRight: () => watch.right },
  });
  const accounts = openAccounts(config, secrets, { clock, log, acquirer: parts.acquirer, onTime: health.onTime });
  const office: Office = openOffice({
    ...{ ...shared, accounts, random, watch: health, admission: admissionOf(config, accounts, health.usable) },
    greeting: { cloneWindowMs: timers.clone_window_ms },
    ...{ codeHashKey: secrets.codeHashKey, welcomeMs: timers.lease_ms, knows: knownKiosks(config) },
    publish: (topic, payload) => connection.publish(topic, payload),
    clockOffMs: () => health.clockOffMs,
    linking: linkingParts(config, secrets, { db, accounts, random }),
  });
  const { linking } = office;
  const peers = new Peers({
    ...shared,
    release: async (peer) => {
      const links = (await linking?.parts.links.releaseAll(peer)) ?? 0;
      const others = (await releaseAllRefunds(db, peer)) + (await releaseAllDeclarations(db, peer));
      return (await ledger.releaseAll(peer)) + others + links;
    },
    wake: () => {
      office.worker.wakeAt(clock.now());
      refunds.wake();
      declarations.wake();
      linking?.worker.wake();
    },
  });
  const connection: Connection = new Connection(
    { ...brokerOptions(config, secrets), clock, random: () => (random(1)[0] ?? 0) / 256 },
    {
      onConnected: () => log.info({ event: 'broker-connected' }),
      onShared: () => log.info({ event: 'broker-shares' }, 'each frame goes to one relay'),
      onDisconnected: (why) => log.warn({ event: 'broker-lost', why }),
      onMessage: (topic, payload) => peers.hear(topic, payload) || office.desk.hear(topic, payload),
    },
  );
  const watch: ClockWatch = new ClockWatch({ clock, wall, ...clockAlarm(shared) });
  const leaseMs = 2 * accounts.longestCallMs + REFUND_LEASE_BEYOND_CALLS_MS;
  const refunds = new RefundWorker({
    ...shared,
    accounts,
    leaseMs,
    called: (made) => health.metrics.refundCalled(made),
  });
  const { customsKey: sealKey } = secrets;
  const declarations = new DeclarationWorker({
    ...{ ...shared, accounts, sealKey },
    leaseMs: declarationLeaseMs(accounts.longestCallMs, declarationWorkerOptions.atOnce),
  });
  const { context, committed } = office;
  const { firstTellMs } = context();
  const operations = buildOperations({
    ...{ ...shared, feed, accounts, firstTellMs, sealKey },
    acted: afterAct({ ...shared, committed, refunds, declarations, linked: (applied) => linking?.committed(applied) }),
    ...{ instance: relay, host: config.operations.host, ping: () => db.query('SELECT 1 AS one') },
    ...{ linked: () => connection.up, clockRight: () => health.clockRight, metrics: () => health.metrics.text() },
  });
  const notifications = new SqlNotifications(db);
  const webhooks = openWebhooks(config, accounts, {
    ...{ notifications, context, committed, counters, clock, log },
    refundHeard: (applied) => refunds.heard(applied),
    linking: linking && { context: () => linking.context(), committed: (applied) => linking.committed(applied) },
  });
  const daily = dailyOf(config, secrets, { db, accounts, clock, log });
  const sealed = linking && (() => reseal(db, linking.parts.vault));
  const retention = new Retention({ db, config, clock, log, reseal: sealed });
  const pages = linkPages(config, { db, office, clock, counters, log, random });
  const workers = { office, refunds, declarations };
  return { db, clock, ...workers, connection, operations, watch, health, webhooks, pages, daily, retention };
}
