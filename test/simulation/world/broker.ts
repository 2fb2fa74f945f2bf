import type { ConnectionHandlers } from '../../../agent/link/connection.js';
import type { Chance } from '../chance.js';
import type { FaultSource, Faults } from '../faults.js';
import type { Gates } from '../gates.js';
import type { Points } from '../points.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import type { Process } from './process.js';

export type BrokerParts = {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly points: Points;
  readonly gates: Gates;
  readonly chance: Chance;
  /** A frame in words, for the story: what it says, and what it is about. */
  readonly inWords: (topic: string, payload: Uint8Array) => { readonly text: string; readonly about?: string };
  /** Every payload that the broker keeps. */
  readonly onRetained: (topic: string, payload: Uint8Array) => void;
};

const LATENCY_MEAN_MS = 8;
const CONNECT_MS = 40;
const KEEPALIVE_MS = 15_000;
/** A broker calls a client dead after one and a half keep-alives of silence (MQTT 3.1.1, section 3.1.2.10). */
const DEAD_AFTER_MS = KEEPALIVE_MS * 1.5;
const RECONNECT_FIRST_MS = 250;
const RECONNECT_MOST_MS = 15_000;
/** A broker may keep a frame for longer than a kiosk remembers what it was about. */
const VERY_LATE_MOST_MS = 3_600_000;
/** A frame that is delivered twice by order: the second one comes among those that follow. */
const AGAIN_MS = 300;
/** One that is late by order: others overtake it, and a Pay may still be acted on. */
const LATE_MS = 10_000;

/** How frames of one kiosk, or of the relays' states, are carried. */
type Carrying = {
  readonly chance: Chance;
  readonly lost: FaultSource;
  readonly twice: FaultSource;
  readonly late: FaultSource;
  readonly veryLate: FaultSource;
};

/** An MQTT broker with clean sessions: who is not connected hears nothing; retained messages live until a restart. */
export class Broker {
  readonly parts: BrokerParts;
  readonly #links = new Set<Link>();
  /** Who is subscribed to what, found once for each topic. */
  readonly #subscribed = new Map<string, readonly Link[]>();
  readonly #retained = new Map<string, Uint8Array>();
  readonly #carrying = new Map<string, Carrying>();
  readonly #carryingTopic = new Map<string, Carrying>();
  up = true;

  constructor(parts: BrokerParts) {
    this.parts = parts;
  }

  /** Each kiosk's frames have their own streams: a kiosk that is left out moves no other. */
  #carryingOf(topic: string): Carrying {
    const known = this.#carryingTopic.get(topic);
    if (known) return known;
    const whose = topic.split('/', 3)[2] ?? '';
    const made = this.#carrying.get(whose) ?? this.#carryingFor(whose);
    this.#carryingTopic.set(topic, made);
    return made;
  }

  #carryingFor(whose: string): Carrying {
    const { faults, chance } = this.parts;
    const at = (name: Parameters<Faults['source']>[0]) => faults.source(name, `frames of ${whose}`);
    const made = {
      ...{ chance: chance.fork(whose), lost: at('frame-lost'), twice: at('frame-twice') },
      ...{ late: at('frame-late'), veryLate: at('frame-very-late') },
    };
    this.#carrying.set(whose, made);
    return made;
  }

  join(link: Link): void {
    this.#links.add(link);
    this.#subscribed.clear();
    for (const [topic, payload] of this.#retained)
      if (link.wants(topic)) this.#deliver(link, topic, payload, CONNECT_MS);
  }

  leave(link: Link): void {
    this.#links.delete(link);
    this.#subscribed.clear();
  }

  #subscribersOf(topic: string): readonly Link[] {
    const known = this.#subscribed.get(topic);
    if (known) return known;
    const found = [...this.#links].filter((link) => link.wants(topic));
    this.#subscribed.set(topic, found);
    return found;
  }

  /** To everybody who is subscribed now; each by its own way. */
  carry(topic: string, payload: Uint8Array, retain: boolean): void {
    if (retain) {
      this.#retained.set(topic, payload);
      this.parts.onRetained(topic, payload);
    }
    const { chance, lost, twice, late, veryLate } = this.#carryingOf(topic);
    const { gates } = this.parts;
    for (const link of this.#subscribersOf(topic)) {
      const go = (): void => this.#deliver(link, topic, payload, 1);
      if (gates.frame?.({ topic, payload, to: link.name, go })) {
        this.#tell(link.name, topic, payload, 'held on the way: ');
        continue;
      }
      if (lost.strikes()) {
        this.#tell(link.name, topic, payload, 'lost on the way: ');
        continue;
      }
      let wait = 1 + chance.wait(LATENCY_MEAN_MS, 500);
      if (late.strikes()) wait += late.chance.between(500, 30_000);
      if (veryLate.strikes()) wait += veryLate.chance.between(60_000, VERY_LATE_MOST_MS);
      this.#deliver(link, topic, payload, wait);
      if (twice.strikes()) this.#deliver(link, topic, payload, wait + twice.chance.wait(2_000, 120_000));
    }
  }

  #deliver(link: Link, topic: string, payload: Uint8Array, wait: number): void {
    const { timeline, points } = this.parts;
    timeline.after(wait, () => {
      if (!link.hears) return;
      const fate = points.pass('frame-received', link.name);
      if (!link.hears || fate === 'lost') return;
      const again = (): unknown => link.hears && link.heard(topic, payload);
      if (fate === 'twice') timeline.after(AGAIN_MS, again);
      if (fate === 'late') return void timeline.after(LATE_MS, again);
      this.#tell(link.name, topic, payload, '◄ ');
      link.heard(topic, payload);
    });
  }

  #tell(who: string, topic: string, payload: Uint8Array, before: string): void {
    const { story, inWords } = this.parts;
    if (!story.told) return;
    const { text, about } = inWords(topic, payload);
    story.tell(who, () => before + text, about);
  }

  /** Every connection breaks and every retained message is gone. */
  restart(downMs: number): void {
    const { timeline, story } = this.parts;
    story.tell('broker', () => `restarts, away for ${Math.round(downMs)} ms`);
    this.up = false;
    this.#retained.clear();
    for (const link of [...this.#links]) link.cut(0);
    timeline.after(downMs, () => {
      this.up = true;
    });
  }

  sent(who: string, topic: string, payload: Uint8Array): void {
    this.#tell(who, topic, payload, '► ');
  }
}

export type LinkOptions = {
  readonly name: string;
  readonly process: Process;
  readonly broker: Broker;
  readonly chance: Chance;
  readonly wants: (topic: string) => boolean;
  readonly stateTopic: string;
  readonly online: Uint8Array;
  readonly offline: Uint8Array;
};

/** One program's connection, as the shipped ones behave: no queue, comes back for ever with full jitter. */
export class Link {
  readonly name: string;
  readonly #options: LinkOptions;
  #handlers: ConnectionHandlers | undefined;
  /** The program believes that it is connected. */
  #up = false;
  /** Bytes really pass. */
  #passes = false;
  #failures = 0;
  /** Partitioned: no connection can be made until then. */
  #barredUntil = 0;
  #session = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.name = options.name;
  }

  get up(): boolean {
    return this.#up;
  }

  get hears(): boolean {
    return this.#up && this.#passes && this.#options.process.alive;
  }

  wants(topic: string): boolean {
    return this.#options.wants(topic);
  }

  heard(topic: string, payload: Uint8Array): void {
    this.#handlers?.onMessage(topic, Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
  }

  start(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    this.#options.process.after(1, () => this.#connect());
  }

  publish(topic: string, payload: Uint8Array): boolean {
    const { broker, process } = this.#options;
    if (!this.#up || !process.alive) return false;
    const { points } = broker.parts;
    const fate = points.pass('frame-sent', this.name);
    // A crash at that point: the frame did not leave.
    if (!process.alive || fate === 'lost') return true;
    const { timeline } = broker.parts;
    const again = (): void => broker.carry(topic, payload, false);
    if (fate === 'late') timeline.after(LATE_MS, again);
    if (fate === 'late') return true;
    broker.sent(this.name, topic, payload);
    if (this.#passes) broker.carry(topic, payload, false);
    if (fate === 'twice') timeline.after(AGAIN_MS, again);
    return true;
  }

  #connect(): void {
    const { broker, process, chance } = this.#options;
    const { timeline } = broker.parts;
    if (!broker.up || timeline.now < this.#barredUntil) {
      const ceiling = Math.min(RECONNECT_MOST_MS, RECONNECT_FIRST_MS * 2 ** Math.min(this.#failures, 16));
      this.#failures += 1;
      process.after(1 + chance.next() * ceiling, () => this.#connect());
      return;
    }
    process.after(CONNECT_MS, () => {
      const { stateTopic, online } = this.#options;
      if (!broker.up) return this.#connect();
      this.#up = true;
      this.#passes = true;
      this.#failures = 0;
      this.#session += 1;
      broker.join(this);
      broker.carry(stateTopic, online, true);
      this.#handlers?.onConnected();
    });
  }

  /**
   * The connection breaks for `barMs`. `noticedMs`: until the program sees it; a half-open connection swallows what is
   * said meanwhile.
   */
  cut(barMs: number, noticedMs = 0): void {
    if (!this.#up) return;
    const { broker, process, chance } = this.#options;
    const { timeline } = broker.parts;
    const session = this.#session;
    this.#passes = false;
    this.#barredUntil = timeline.now + barMs;
    broker.leave(this);
    this.#will(noticedMs > 0 ? DEAD_AFTER_MS : 0);
    process.after(Math.max(0, noticedMs), () => {
      if (!this.#up || this.#session !== session) return;
      this.#up = false;
      this.#handlers?.onDisconnected('connection closed');
      process.after(1 + chance.next() * RECONNECT_FIRST_MS, () => this.#connect());
    });
  }

  /** The program is dead: the broker hears it at once when the system closed the socket, late after a power cut. */
  died(powerCut: boolean): void {
    const { broker } = this.#options;
    if (!this.#up) return;
    this.#up = false;
    this.#passes = false;
    broker.leave(this);
    this.#will(powerCut ? DEAD_AFTER_MS : 0);
  }

  #will(waitMs: number): void {
    const { broker, stateTopic, offline } = this.#options;
    const session = this.#session;
    broker.parts.timeline.after(waitMs, () => {
      // The same client is back: its new session took the old one's place before its death was seen.
      if (this.#passes && this.#session !== session) return;
      broker.carry(stateTopic, offline, true);
    });
  }
}
