import type { Clock } from '../../drivers/clock.js';
import type { Actuator } from '../../drivers/contract/actuator.js';
import type { ScannerHandlers } from '../../drivers/contract/scanner.js';
import type { OrderId, RandomBytes } from '../../protocol/ids.js';
import { relayOfState, upTopic } from '../../protocol/topics.js';
import type { Decoder } from '../decode/decoder.js';
import { createDuplicates } from '../decode/duplicates.js';
import type { FramingProfile } from '../decode/framer.js';
import type { Journal, Replay } from '../journal/contract.js';
import type { ConnectionHandlers } from '../link/connection.js';
import type { OrderRequest } from '../orders/desk.js';
import type { OrderLog } from '../orders/log.js';
import type { Counters } from './counters.js';
import { Desk, type DeskParts } from './desk.js';
import type { Front } from './front.js';
import { KioskLoop } from './loop.js';
import type { LoopParts } from './loop-parts.js';
import { ScanLine } from './scan-line.js';

/** What one boot of a kiosk is made of, apart from its place: `agent/main.ts` brings the real parts, the simulation its own. */
export type KioskParts = {
  readonly name: string;
  readonly board: string;
  readonly version: string;
  readonly replay: Replay;
  readonly journal: Journal;
  readonly actuator: Actuator;
  readonly front: Front;
  readonly clock: Clock;
  /** Epoch ms, for people; nothing is decided by it. */
  readonly wallMs: () => number;
  readonly random: RandomBytes;
  readonly counters: Counters;
  readonly orders: OrderLog;
  readonly log: LoopParts['log'];
  readonly timers: LoopParts['timers'];
  readonly profile: FramingProfile;
  readonly decoder: Decoder;
  readonly duplicateWindowMs: number;
  /** A kiosk of one price places its next order by itself. */
  readonly fixedOrder?: OrderRequest;
  readonly issuerTable: () => number;
  /** What the display can show of a wallet's linking; absent: no code. */
  readonly codes?: CodeDisplay;
  readonly report: DeskParts['report'];
  /** False: not connected. */
  readonly publish: (topic: string, frame: Uint8Array) => boolean;
};

export type CodeDisplay = {
  /** Modules a side of the largest QR code. */
  readonly modulesMost: number;
  readonly modulesOf: LoopParts['modulesOf'];
};

const noCodes: CodeDisplay = { modulesMost: 0, modulesOf: () => Number.POSITIVE_INFINITY };

export type Kiosk = {
  readonly loop: KioskLoop;
  readonly desk: Desk;
  readonly scans: ScanLine;
  readonly scanner: ScannerHandlers;
  readonly link: ConnectionHandlers;
};

/** The two machines, the desk and the scan line, joined; nothing runs until something is dispatched. */
export function assembleKiosk(parts: KioskParts): Kiosk {
  const { name, clock, random, counters, orders, log, publish, fixedOrder, profile, decoder } = parts;
  const { modulesMost, modulesOf } = parts.codes ?? noCodes;
  const duplicates = createDuplicates(random(32), parts.duplicateWindowMs);
  const topic = upTopic(name);
  const loop: KioskLoop = new KioskLoop({
    ...parts,
    modulesOf,
    publish: (frame) => publish(topic, frame),
    orderEvent: (id: OrderId, event) => {
      log.info({ event: 'order', order: id, ...event }, event.state);
      // A phone that was in view before the order shall be read for it.
      if (event.state === 'armed') duplicates.rearm();
      orders.publish(id, event, parts.wallMs());
    },
    // And so shall one that was shown while the kiosk was closed.
    onOpen: () => duplicates.rearm(),
    onSettled: (state) => {
      if (fixedOrder && !state.final) desk.place(fixedOrder);
    },
  });
  parts.journal.whenBroken((error) => loop.journalFailed(error));
  const { version, issuerTable, report } = parts;
  const desk = new Desk({
    loop,
    counters,
    orders,
    random,
    kiosk: name,
    version,
    report,
    issuerTable,
    modulesMost,
    now: () => clock.now(),
  });
  const scans = new ScanLine({
    ...{ profile, decoder, duplicates, random, clock },
    dispatch: (event) => loop.dispatch(event),
    count: (what) => counters.count(what),
  });
  return { loop, desk, scans, scanner: scannerHandlers(parts, scans, loop), link: linkHandlers(parts, loop) };
}

const LOOK = 'quietzone devices --config FILE says what is attached and what is wrong with it';

function scannerHandlers({ log }: KioskParts, scans: ScanLine, loop: KioskLoop): ScannerHandlers {
  return {
    onData: (data) => scans.data(data),
    onState: (state, detail) => {
      const lost = state === 'absent' || state === 'dead';
      // Nobody stands there: the line names the command that says more of it.
      if (lost) log.warn({ event: 'scanner', state, detail, remedy: LOOK }, 'scanner');
      else log.info({ event: 'scanner', state, detail }, 'scanner');
      // One missed answer is no reason to send a customer away: a code that comes is as good as an answer.
      const reads = state === 'ready' || state === 'suspect';
      if (!reads) scans.reset();
      loop.dispatch({ type: reads ? 'opened' : 'closed', reason: 'scanner' });
    },
  };
}

function linkHandlers({ log }: KioskParts, loop: KioskLoop): ConnectionHandlers {
  return {
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
  };
}

function isOnline(payload: Buffer): boolean {
  try {
    return JSON.parse(payload.toString('utf8')).online === true;
  } catch {
    return false;
  }
}
