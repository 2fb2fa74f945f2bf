import { Decoder } from '../../../agent/decode/decoder.js';
import { framingProfile } from '../../../agent/decode/framer.js';
import { compileIssuers } from '../../../agent/decode/issuers.js';
import { BlockJournal } from '../../../agent/journal/block-journal.js';
import type { Replay } from '../../../agent/journal/contract.js';
import { entryOf } from '../../../agent/kiosk/books.js';
import type { View } from '../../../agent/kiosk/view.js';
import { OrderLog } from '../../../agent/orders/log.js';
import { Counters } from '../../../agent/runtime/counters.js';
import { Front } from '../../../agent/runtime/front.js';
import { assembleKiosk, type Kiosk } from '../../../agent/runtime/kiosk.js';
import type { Clock } from '../../../drivers/clock.js';
import { bootTag } from '../../../protocol/ids.js';
import { builtInTable } from '../../../protocol/issuer-table/built-in.js';
import { modulesFor } from '../../../protocol/linked-code.js';
import { downTopic, kioskStateTopic, relayOfState } from '../../../protocol/topics.js';
import type { Chance } from '../chance.js';
import type { FaultSource, Faults } from '../faults.js';
import type { Oracle } from '../oracle.js';
import type { Points } from '../points.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import type { Witness } from '../witness.js';
import { type Broker, Link } from './broker.js';
import { type BlockFate, Disk } from './disk.js';
import { Machine } from './machine.js';
import { Process } from './process.js';

export const timers = {
  payValidMs: 20_000,
  deadlineMs: 60_000,
  resendMs: 1_000,
  resendMaxMs: 8_000,
  finalScreenMs: 500,
  noticeMs: 6_000,
  orderExpiresMs: 0,
  helloRetryMs: 2_000,
  roundTripMaxMs: 3_000,
};

/** Small segments, so that a world sees many rotations. */
const SEGMENT_BYTES = 128 * 1_024;
const profile = framingProfile(['cr'], { gapMs: 50, minLength: 4 });
const lookup = compileIssuers(builtInTable, 'cn');
/** One for all: a decoder keeps nothing between two codes. */
const decoder = new Decoder(lookup);
const DRIFT_MOST = 100e-6;

export type KioskParts = {
  readonly name: string;
  /** Which device of that name: a clone has its own faults. */
  readonly device: string;
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly points: Points;
  readonly oracle: Oracle;
  readonly witness: Witness;
  readonly broker: Broker;
  readonly chance: Chance;
  readonly log: { info(fields: object, text: string): void; warn(fields: object, text: string): void };
  readonly onView: (kiosk: SimulatedKiosk, view: View) => void;
  /** Of each segment of the journal. */
  readonly segmentBytes?: number;
};

/** What one life of the agent is made of. */
type Life = {
  readonly process: Process;
  readonly clock: Clock;
  readonly link: Link;
  readonly kiosk: Kiosk;
  readonly replay: Replay;
  readonly orders: OrderLog;
};

/** One device: card, machine, board, and the shipped agent on it, which lives and dies. */
export class SimulatedKiosk {
  readonly name: string;
  readonly disk: Disk;
  readonly machine: Machine;
  readonly parts: KioskParts;
  readonly #drift: FaultSource;
  #board: string;
  #boards = 0;
  #process: Process | undefined;
  life: Life | undefined;
  /** What the customer sees. */
  shows: View['kind'] = 'out-of-service';
  /** An append of this life has failed. */
  journalFailed = false;
  /** Taken out of the world: no boot any more. */
  #gone = false;

  constructor(parts: KioskParts) {
    const { name, device, timeline, faults, story, points, oracle, chance } = parts;
    this.parts = parts;
    this.name = name;
    this.#board = `${name}-board`;
    this.#drift = faults.source('clock-drift', device);
    this.disk = new Disk({ name: device, faults, story, points, chance: chance.fork('disk') });
    this.machine = new Machine({
      ...{ name: device, timeline, faults, story, points, oracle },
      onKnown: (attempt, result) => this.#known(attempt, result),
    });
  }

  /** What a technician, or a careless one, does with cards and boards. */
  otherBoard(): void {
    this.#boards += 1;
    this.disk.disturbed = true;
    this.#board = `${this.parts.device}-board-${this.#boards}`;
  }

  boot(): void {
    const { name, timeline, story } = this.parts;
    if (this.#gone || this.#process) return;
    const process = new Process(name, timeline);
    this.#process = process;
    story.tell(name, () => 'the agent starts', name);
    process.after(200, () => void this.#start(process));
  }

  async #start(process: Process): Promise<void> {
    const { name, chance, story, timeline, segmentBytes = SEGMENT_BYTES } = this.parts;
    const random = chance.fork('boot');
    const bytes = (n: number): Uint8Array => random.bytes(n);
    const journal = new BlockJournal(this.disk.mount(process), { segmentBytes });
    let replay: Replay;
    try {
      replay = await journal.open({ board: this.#board, random: bytes, wallMs: () => timeline.now });
    } catch (error) {
      story.tell(name, () => `cannot start: ${String(error)}`, name);
      if (!process.alive) return;
      process.die();
      this.#process = undefined;
      timeline.after(5_000, () => this.boot());
      return;
    }
    if (process.alive) this.#compose(process, journal, replay, bytes);
  }

  #compose(process: Process, journal: BlockJournal, replay: Replay, random: (n: number) => Uint8Array): void {
    const { name, timeline, broker, chance, onView } = this.parts;
    const log = this.#log();
    const rate = this.#drift.strikes() ? 1 + this.#drift.chance.between(-DRIFT_MOST, DRIFT_MOST) : 1;
    const clock = process.clock(1_000 - timeline.now * rate, rate, false);
    const state = (online: boolean) => Buffer.from(JSON.stringify({ online, boot: bootTag(replay.nonce) }));
    const down = downTopic(name);
    const link = new Link({
      ...{ name, process, broker, chance: chance.fork('link'), stateTopic: kioskStateTopic(name) },
      ...{ online: state(true), offline: state(false) },
      wants: (topic) => topic === down || relayOfState(topic) !== undefined,
    });
    const orders = new OrderLog();
    orders.subscribeAll((id, { event }) => {
      if (event.state === 'ended') this.parts.witness.told(id, event.outcome);
    });
    const kiosk = assembleKiosk({
      ...{ name, board: this.#board, version: 'simulated', replay, journal, clock, random, orders, log, timers },
      ...{ profile, decoder, duplicateWindowMs: 3_000, counters: new Counters(), wallMs: () => timeline.now },
      actuator: this.machine.actuator(process),
      front: new Front(silent, silent, (view) => {
        this.shows = view.kind;
        onView(this, view);
        return plain;
      }),
      issuerTable: () => 0,
      codes,
      report: () => 'unknown',
      publish: (topic, frame) => link.publish(topic, frame),
    });
    this.life = { process, clock, link, kiosk, replay, orders };
    kiosk.scanner.onState('ready', 'simulated');
    link.start(kiosk.link);
    kiosk.loop.dispatch({ type: 'opened', reason: 'starting' });
  }

  /** The log is also how a technician learns that the card fails. */
  #log(): KioskParts['log'] {
    const { log } = this.parts;
    this.journalFailed = false;
    return {
      info: (fields, text) => log.info(fields, text),
      warn: (fields, text) => {
        if ('event' in fields && fields.event === 'journal-failed') this.journalFailed = true;
        log.warn(fields, text);
      },
    };
  }

  /** The kiosk app tells what it has found out since. */
  #known(attempt: string, result: 'delivered' | 'failed'): void {
    const { loop } = this.life?.kiosk ?? {};
    const entry = loop && entryOf(loop.state, attempt);
    if (entry?.delivery === 'doubtful') loop?.dispatch({ type: 'vend-known', attempt, result });
  }

  /** The process dies; the system under it lives and starts it again. */
  kill(awayMs = this.parts.chance.between(500, 5_000)): void {
    this.#die(false);
    this.disk.programDied();
    this.parts.timeline.after(awayMs, () => this.boot());
  }

  /** @param fate of the block that is being written; without it chance decides */
  powerCut(awayMs: number, fate?: BlockFate): void {
    this.#die(true);
    this.machine.powerCut();
    this.disk.powerCut(fate);
    this.parts.timeline.after(awayMs, () => this.boot());
  }

  remove(): void {
    this.#gone = true;
    this.#die(true);
    this.machine.powerCut();
  }

  #die(powerCut: boolean): void {
    const { story, name } = this.parts;
    story.tell(name, () => (powerCut ? 'power cut' : 'killed'), name);
    this.life?.kiosk.loop.stop();
    this.life?.kiosk.scans.reset();
    this.#process?.die();
    this.life?.link.died(powerCut);
    this.life = undefined;
    this.#process = undefined;
  }

  /** Bytes as the scanner would send them, in so many pieces. */
  scan(code: string, pieces = 1): void {
    const { life } = this;
    if (!life) return;
    const bytes = Buffer.from(`${code}\r`, 'latin1');
    const size = Math.ceil(bytes.length / pieces);
    for (let i = 0; i * size < bytes.length; i++) {
      const piece = Buffer.from(bytes.subarray(i * size, (i + 1) * size));
      const arrives = (): void => life.kiosk.scanner.onData({ bytes: piece, atMs: life.clock.now(), endOfCode: false });
      if (i === 0) arrives();
      else life.process.after(i * 3, arrives);
    }
  }
}

/** An OLED of 64 rows. */
const codes = {
  modulesMost: 29,
  modulesOf: (code: string): number => modulesFor(code.length) ?? Number.POSITIVE_INFINITY,
};
const silent = { show() {}, start: async () => {}, stop: async () => {} };
const plain = { screen: { kind: 'plain', tone: 'neutral', texts: [] }, signal: 'ready' } as const;
