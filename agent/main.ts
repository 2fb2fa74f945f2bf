import { randomBytes } from 'node:crypto';
import pino, { type Logger } from 'pino';
import { systemClock } from '../drivers/clock.js';
import type { Press } from '../drivers/contract/button.js';
import { modulesOf } from '../drivers/display/qr.js';
import { bootTag } from '../protocol/ids.js';
import { builtInTable } from '../protocol/issuer-table/built-in.js';
import { LogOutput } from '../protocol/log-output.js';
import type { Config } from './config/config.js';
import { readTableFile } from './config/issuer-table.js';
import { Decoder } from './decode/decoder.js';
import { framingProfile } from './decode/framer.js';
import { compileIssuers, type IssuerLookup } from './decode/issuers.js';
import { type DeviceParts, devicesOf } from './devices/devices.js';
import type { LineSystem } from './devices/lines.js';
import { BlockJournal } from './journal/block-journal.js';
import { FileStore } from './journal/file-store.js';
import type { View } from './kiosk/view.js';
import { BrokerConnection } from './link/connection.js';
import { connectionOptions, readBrokerFiles } from './link/options.js';
import { createOrderApi } from './orders/api.js';
import { OrderLog } from './orders/log.js';
import { StartingDesk } from './orders/starting-desk.js';
import { present } from './presentation/present.js';
import { boardSerial } from './runtime/board.js';
import { Counters } from './runtime/counters.js';
import { Front } from './runtime/front.js';
import { IssuerTables } from './runtime/issuer-tables.js';
import { tellGaps } from './runtime/journal-gaps.js';
import { assembleKiosk } from './runtime/kiosk.js';
import { pressHandlers, SCREEN_STANDS_MS } from './runtime/presses.js';
import { warmUp } from './runtime/warm-up.js';
import { version } from './version.js';

export type Agent = {
  /** Reads the issuer table's file again. */
  reload(): void;
  stop(): Promise<void>;
};

/** What the agent needs of the place it runs in: ports, files, a board that can be told from others. */
async function takePlace(config: Config, system: LineSystem, log: Logger) {
  const board = config.kiosk.boardSerial ?? boardSerial();
  const secrets = readBrokerFiles(config);
  const counters = new Counters();
  const devices = devicesOf(config, { system, ...deviceFaults(log, counters) });
  if (devices.actuatorNote) log.warn({ event: 'actuator-note' }, devices.actuatorNote);
  const orders = new OrderLog();
  const desk = new StartingDesk(config.kiosk.name, version);
  const onFault = (error: unknown) => apiFault(error, log, counters);
  const api = createOrderApi({ desk, log: orders, port: config.api.port, onFault });
  const web = await devices.web?.start();
  const display = {
    onFault: (detail: string) => log.warn({ detail }, 'display fault'),
    onWell: () => log.info('display works again'),
  };
  await Promise.all([devices.display.start(display), devices.indicator.start(), devices.actuator.start()]);
  const { port } = await api.start();
  return {
    board,
    secrets,
    devices,
    counters,
    orders,
    desk,
    api,
    ports: { api: port, ...(web ? { web: web.port } : {}) },
  };
}

type Place = Awaited<ReturnType<typeof takePlace>>;

/** The agent, put together on one screen: what each part is, and what it is given. */
async function compose(config: Config, place: Place, log: Logger) {
  const { kiosk, display, scanner, order, linking } = config;
  const { board, secrets, devices, counters } = place;
  const journal = new BlockJournal(new FileStore(config.journal.directory));
  const replay = await journal.open({ board, random: randomBytes, wallMs: Date.now });
  tellGaps(replay, counters, log);
  const connection = new BrokerConnection(connectionOptions(config, secrets, bootTag(replay.nonce)));
  const words = { links: linking.wallets, ...(display.contact === undefined ? {} : { contact: display.contact }) };
  const { terminators, prefix, gapMs, minLength, market, issuerTableFile: file } = scanner;
  const profile = framingProfile(terminators, { gapMs, minLength, ...(prefix === 'stx' ? { prefix: STX } : {}) });
  const decoder = new Decoder(compileIssuers(builtInTable, market));
  warmUp(profile, decoder);
  const count = (name: string) => counters.count(name);
  const adopt = (issuers: IssuerLookup) => decoder.adopt(issuers);
  const tables = new IssuerTables({ market, first: builtInTable, file, read: readTableFile, adopt, count, log });
  const shown = (view: View) => present(view, display.languages, words);
  const front = new Front(devices.display, devices.indicator, shown, devices.scanner);
  const standsMs = config.buttons.kind === 'lines' ? SCREEN_STANDS_MS : 0;
  const offered = (press: Press) => front.offers(press, systemClock.now(), standsMs);
  const parts = assembleKiosk({
    ...{ name: kiosk.name, board, version, replay, journal, clock: systemClock, wallMs: Date.now, random: randomBytes },
    ...{ counters, orders: place.orders, log, profile, decoder, actuator: devices.actuator, report: devices.report },
    front,
    timers: { ...config.timers, orderExpiresMs: order.expiresMs },
    duplicateWindowMs: scanner.duplicateWindowMs,
    ...(order.mode === 'fixed' ? { fixedOrder: order } : {}),
    issuerTable: () => tables.inUse.version,
    codes: { modulesMost: devices.display.qrModulesMost, modulesOf },
    publish: (topic, frame) => connection.publish(topic, frame),
  });
  return { ...place, ...parts, offered, kioskDesk: parts.desk, desk: place.desk, replay, journal, connection, tables };
}

const STX = 0x02;

type Parts = Awaited<ReturnType<typeof compose>>;

/**
 * Whatever can fail for the place it runs in comes before the journal's boot record: a kiosk that cannot start is started
 * again and again, and each record would push the boot that the relay knows further out of the chain.
 */
export async function startAgent(config: Config, system: LineSystem = {}): Promise<Agent> {
  const log = pino({ level: config.log.level, base: { kiosk: config.kiosk.name } }, new LogOutput());
  const place = await takePlace(config, system, log);
  const parts = await compose(config, place, log);
  const { loop, replay } = parts;
  if (config.scanner.issuerTableFile !== undefined) parts.tables.reload();
  place.desk.open(parts.kioskDesk);
  await place.devices.buttons.start(
    pressHandlers(parts.kioskDesk, config.linking.wallets, parts.counters, parts.offered),
  );
  await place.devices.scanner.start(parts.scanner);
  parts.connection.start(parts.link);
  loop.dispatch({ type: 'opened', reason: 'starting' });
  log.info({ event: 'ready', pid: process.pid, ports: place.ports, boot: replay.number, torn: replay.torn }, 'ready');
  return { reload: () => parts.tables.reload(), stop: () => stopAgent(parts) };
}

/** In the order that leaves nothing half told: no more words taken, then no scans, the link, the page, the journal last. */
async function stopAgent({ devices, scans, loop, connection, api, journal }: Parts): Promise<void> {
  await api.stop();
  loop.dispatch({ type: 'closed', reason: 'stopping' });
  loop.stop();
  scans.reset();
  await devices.buttons.stop();
  await devices.scanner.stop();
  await connection.stop();
  await Promise.all([devices.display.stop(), devices.indicator.stop(), devices.actuator.stop()]);
  await devices.web?.stop();
  await journal.close();
}

function apiFault(error: unknown, log: Logger, counters: Counters): void {
  counters.count('api-fault');
  log.error({ event: 'api-fault', why: error instanceof Error ? error.message : String(error) }, 'order API failed');
}

function deviceFaults(
  log: Logger,
  counters: Counters,
): Pick<DeviceParts, 'onLampFault' | 'onButtonFault' | 'actuator'> {
  return {
    onLampFault(lamp, why) {
      if (why === undefined) log.info({ event: 'lamp-well', lamp }, 'a lamp works again');
      else log.warn({ event: 'lamp-fault', lamp, why }, 'a lamp cannot be switched');
    },
    onButtonFault(button, why) {
      if (why === undefined) log.info({ event: 'button-well', button }, 'a button works again');
      else log.warn({ event: 'button-fault', button, why }, 'a button cannot be used');
    },
    actuator: {
      onFault(why) {
        counters.count('actuator-fault');
        log.warn({ event: 'actuator-fault', why }, 'what hands out the goods has a fault');
      },
      onWell: (what) => log.info({ event: 'actuator-well', what }, 'what hands out the goods works again'),
    },
  };
}
