import { randomBytes } from 'node:crypto';
import pino, { type Logger } from 'pino';
import { bootTag } from '../protocol/ids.js';
import { builtInTable } from '../protocol/issuer-table/built-in.js';
import { relayOfState, upTopic } from '../protocol/topics.js';
import type { Config } from './config/config.js';
import { readTableFile } from './config/issuer-table.js';
import { Decoder } from './decode/decoder.js';
import { createDuplicates } from './decode/duplicates.js';
import { framingProfile } from './decode/framer.js';
import { compileIssuers, type IssuerLookup } from './decode/issuers.js';
import { devicesOf } from './devices.js';
import { FileJournal } from './journal/file.js';
import type { KioskEvent } from './kiosk/events.js';
import { BrokerConnection } from './link/connection.js';
import { connectionOptions, readBrokerFiles } from './link/options.js';
import { createOrderApi } from './orders/api.js';
import { OrderLog } from './orders/log.js';
import { StartingDesk } from './orders/starting-desk.js';
import { present } from './presentation/present.js';
import { boardSerial } from './runtime/board.js';
import { Counters } from './runtime/counters.js';
import { Desk } from './runtime/desk.js';
import { Front } from './runtime/front.js';
import { IssuerTables } from './runtime/issuer-tables.js';
import { KioskLoop } from './runtime/loop.js';
import { ScanLine } from './runtime/scan-line.js';
import { warmUp } from './runtime/warm-up.js';
import { version } from './version.js';

export type Agent = {
  /** Reads the issuer table's file again. */
  reload(): void;
  stop(): Promise<void>;
};

/** What the agent needs of the place it runs in: ports, files, a board that can be told from others. */
async function takePlace(config: Config, log: Logger) {
  const board = config.kiosk.boardSerial ?? boardSerial();
  const secrets = readBrokerFiles(config);
  const devices = devicesOf(config);
  const counters = new Counters();
  const orders = new OrderLog();
  const desk = new StartingDesk(config.kiosk.name, version);
  const onFault = (error: unknown) => apiFault(error, log, counters);
  const api = createOrderApi({ desk, log: orders, port: config.api.port, onFault });
  const web = await devices.web?.start();
  await Promise.all([devices.display.start(), devices.indicator.start(), devices.actuator.start()]);
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
  const { kiosk, display, scanner, order } = config;
  const { board, secrets, devices, counters, orders } = place;
  const now = () => performance.now();
  const journal = new FileJournal(config.journal.directory);
  const replay = await journal.open({ board, random: randomBytes, wallMs: Date.now });
  const duplicates = createDuplicates(randomBytes(32), scanner.duplicateWindowMs);
  const connection = new BrokerConnection(connectionOptions(config, secrets, bootTag(replay.nonce)));
  const words = display.contact === undefined ? {} : { contact: display.contact };
  const loop: KioskLoop = new KioskLoop({
    ...{ replay, board, version, journal, counters, log, now, actuator: devices.actuator },
    front: new Front(devices.display, devices.indicator, (view) => present(view, display.languages, words)),
    publish: (frame) => connection.publish(upTopic(kiosk.name), frame),
    orderEvent: (id, event) => {
      log.info({ event: 'order', order: id, ...event }, event.state);
      // A phone that was in view before the order shall be read for it.
      if (event.state === 'armed') duplicates.rearm();
      orders.publish(id, event, Date.now());
    },
    timers: { ...config.timers, orderExpiresMs: order.expiresMs },
    // And so shall one that was shown while the kiosk was closed.
    onOpen: () => duplicates.rearm(),
    onSettled: (state) => {
      if (order.mode === 'fixed' && !state.final) desk.place(order);
    },
  });
  const { report } = devices;
  const issuerTable = () => tables.inUse.version;
  const desk = new Desk({
    loop,
    counters,
    orders,
    random: randomBytes,
    kiosk: kiosk.name,
    version,
    report,
    issuerTable,
  });
  const { terminators, prefix, gapMs, minLength, market } = scanner;
  const profile = framingProfile(terminators, { gapMs, minLength, ...(prefix === 'stx' ? { prefix: STX } : {}) });
  const decoder = new Decoder(compileIssuers(builtInTable, market));
  warmUp(profile, decoder);
  const count = (name: string) => counters.count(name);
  const dispatch = (event: KioskEvent) => loop.dispatch(event);
  const scans = new ScanLine({ profile, decoder, duplicates, random: randomBytes, now, dispatch, count });
  const adopt = (issuers: IssuerLookup) => decoder.adopt(issuers);
  const file = scanner.issuerTableFile;
  const tables = new IssuerTables({ market, first: builtInTable, file, read: readTableFile, adopt, count, log });
  return { ...place, replay, journal, connection, loop, scans, tables, desk };
}

const STX = 0x02;

type Parts = Awaited<ReturnType<typeof compose>>;

/**
 * Whatever can fail for the place it runs in comes before the journal's boot record: a kiosk that cannot start is started
 * again and again, and each record would push the boot that the relay knows further out of the chain.
 */
export async function startAgent(config: Config): Promise<Agent> {
  const log = pino({ level: config.log.level, base: { kiosk: config.kiosk.name } });
  const place = await takePlace(config, log);
  const parts = await compose(config, place, log);
  const { loop, replay } = parts;
  if (config.scanner.issuerTableFile !== undefined) parts.tables.reload();
  place.desk.open(parts.desk);
  await startScanner(parts, log);
  startLink(parts, log);
  loop.dispatch({ type: 'opened', reason: 'starting' });
  log.info({ event: 'ready', pid: process.pid, ports: place.ports, boot: replay.number, torn: replay.torn }, 'ready');
  return { reload: () => parts.tables.reload(), stop: () => stopAgent(parts) };
}

function startScanner({ devices, scans, loop }: Parts, log: Logger): Promise<void> {
  return devices.scanner.start({
    onData: (data) => scans.data(data),
    onState: (state, detail) => {
      log.info({ event: 'scanner', state, detail }, 'scanner');
      if (state !== 'ready') scans.reset();
      loop.dispatch({ type: state === 'ready' ? 'opened' : 'closed', reason: 'scanner' });
    },
  });
}

function startLink({ connection, loop }: Parts, log: Logger): void {
  connection.start({
    onConnected: () => loop.session({ type: 'connected' }),
    onDisconnected: (why) => {
      log.warn({ event: 'broker-lost', why }, 'no broker');
      loop.session({ type: 'disconnected' });
    },
    onMessage: (topic, payload) => {
      const relay = relayOfState(topic);
      if (relay === undefined) loop.received(payload);
      else loop.session({ type: 'relay-state', relay, online: isOnline(payload) });
    },
  });
}

/** In the order that leaves nothing half told: no more words taken, then no scans, the link, the page, the journal last. */
async function stopAgent({ devices, scans, loop, connection, api, journal }: Parts): Promise<void> {
  await api.stop();
  loop.dispatch({ type: 'closed', reason: 'stopping' });
  loop.stop();
  scans.reset();
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

function isOnline(payload: Buffer): boolean {
  try {
    return JSON.parse(payload.toString('utf8')).online === true;
  } catch {
    return false;
  }
}
