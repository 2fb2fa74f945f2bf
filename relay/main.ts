import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { assemble, type RelayParts } from './assemble.js';
import type { RelayConfig } from './config/schema.js';
import type { RelaySecrets } from './config/secrets.js';
import { migrate, shippedMigrations } from './ledger/migrate.js';
import { sleep } from './runtime/clock.js';
import { orPortFault } from './runtime/ports.js';

export type { RelayParts } from './assemble.js';

export type Relay = {
  readonly ports: { readonly api: number; readonly webhooks?: number; readonly linking?: number };
  /** Says offline and hears nothing more, finishes calls under way, closes the ledger. */
  stop(): Promise<void>;
};

type Place = { readonly host: string; readonly port: number };

const listen = (table: string, app: FastifyInstance, { host, port }: Place): Promise<string> =>
  orPortFault({ portKey: `${table}.port`, hostKey: `${table}.host`, host, port }, () => app.listen({ host, port }));

/** Beyond the drain of payments: a report that is being read is read again by whoever is next. */
const JOBS_MORE_MS = 2_000;

/** @throws LedgerError, ConfigError, PortError when a port is taken; then nothing is left running. */
export async function startRelay(config: RelayConfig, secrets: RelaySecrets, parts: RelayParts): Promise<Relay> {
  const { log } = parts;
  const relay = assemble(config, secrets, parts);
  const { db, clock, office, refunds, declarations, connection, operations, watch, health } = relay;
  const { webhooks, pages, daily, retention } = relay;
  const stop = async (): Promise<void> => {
    // First of all, so that no kiosk asks anybody for a code that this relay would let grow old.
    const left = connection.leave();
    watch.stop();
    health.stop();
    retention.stop();
    // A day that is being reconciled may take minutes; payments do not wait for it, nor does the end for long.
    const jobs = daily?.stop();
    await left;
    await Promise.all([operations.close(), webhooks?.close(), pages?.close()]);
    await Promise.all([refunds.stop(), declarations.stop(), office.stop()]);
    if (jobs) await Promise.race([jobs, sleep(clock, JOBS_MORE_MS)]);
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
    await refunds.start();
    await declarations.start();
    connection.start();
    await daily?.start();
    retention.start();
    await listen('operations', operations, config.operations);
    if (webhooks && config.webhooks) await listen('webhooks', webhooks, config.webhooks);
    if (pages && config.linking) await listen('linking', pages, config.linking);
  } catch (error) {
    await stop();
    throw error;
  }
  const portOf = ({ server }: FastifyInstance): number => (server.address() as AddressInfo).port;
  const portIf = <K extends string>(name: K, app: FastifyInstance | undefined) => (app ? { [name]: portOf(app) } : {});
  const ports = { api: portOf(operations), ...portIf('webhooks', webhooks), ...portIf('linking', pages) };
  return { ports, stop };
}
