import type { View } from '../../agent/kiosk/view.js';
import { durabilityWarnings } from '../../relay/ledger/postgres.js';
import { Chance } from './chance.js';
import { type Fault, Faults } from './faults.js';
import type { Gates } from './gates.js';
import { frameInWords } from './in-words.js';
import { type Commit, MemoryDatabase } from './ledger/database.js';
import type { WorldOptions } from './options.js';
import { Oracle } from './oracle.js';
import { Points } from './points.js';
import { Secrecy } from './secrecy.js';
import { Story } from './story.js';
import { Timeline } from './time.js';
import { Witness } from './witness.js';
import { SimulatedAcquirer } from './world/acquirer.js';
import { AcquirerBooks } from './world/acquirer-books.js';
import { Broker } from './world/broker.js';
import { SimulatedKiosk, timers } from './world/kiosk.js';
import { SimulatedRelay } from './world/relay.js';
import { type Readiness, Shopper } from './world/shopper.js';
import { Wallets } from './world/wallet.js';
import { Weather } from './world/weather.js';

const OPERATOR_LOOKS_MS = 60_000;
/** Screen within a second (L4); the deadline's own screen as long after it. */
const SEEN_WITHIN_MS = 1_000;

/** Kiosks, relays and everything between them, put together on one screen. One seed decides all that happens in it. */
export class World {
  readonly options: WorldOptions;
  readonly timeline = new Timeline();
  readonly story: Story;
  readonly faults: Faults;
  readonly points = new Points();
  /** For scripts. */
  readonly gates: Gates = {};
  readonly oracle: Oracle;
  readonly witness: Witness;
  readonly database: MemoryDatabase;
  readonly books: AcquirerBooks;
  readonly broker: Broker;
  readonly acquirer: SimulatedAcquirer;
  readonly wallets: Wallets;
  readonly secrecy: Secrecy;
  readonly kiosks: SimulatedKiosk[] = [];
  readonly relays: SimulatedRelay[] = [];
  readonly #clones = new Map<string, SimulatedKiosk>();
  /** Names that two devices ever had at once. */
  readonly twice = new Set<string>();
  readonly #committedNow = new Set<string>();
  readonly #chance: Chance;
  #payments = 0;

  constructor(options: WorldOptions) {
    const { seed, told } = options;
    const now = () => this.timeline.now;
    this.options = options;
    this.#chance = new Chance(seed, 'world');
    this.story = new Story(told, now);
    this.faults = new Faults(seed, options, now, (fault) => this.#tellFault(fault));
    this.oracle = new Oracle(now, (id) => this.database.attempt(id));
    this.witness = new Witness(this.oracle, now);
    this.secrecy = new Secrecy(options.paranoid, this.oracle);
    this.database = this.#openDatabase();
    this.books = new AcquirerBooks({
      onCharged: (payment) => {
        this.story.tell('acquirer', () => `charges ${payment.charged} ${payment.currency}`, payment.requestId);
        this.oracle.charged(payment);
      },
      onReturned: (payment) => {
        this.story.tell('acquirer', () => `gives back, ${payment.returned} in all`, payment.requestId);
        this.oracle.returned(payment);
      },
    });
    this.wallets = new Wallets(this.faults);
    this.broker = new Broker({
      ...this.#shared('broker'),
      inWords: frameInWords,
      onRetained: (topic, payload) => this.secrecy.read(`retained ${topic}`, payload),
    });
    const { books, wallets, oracle } = this;
    this.acquirer = new SimulatedAcquirer({
      ...{ ...this.#shared('acquirer'), books, wallets },
      onAsked: (id, code, money) => oracle.asked(id, code, money),
      witness: this.witness,
    });
    for (let i = 1; i <= options.relays; i++) this.relays.push(this.#makeRelay(`relay-${i}`));
    for (let i = 1; i <= options.kiosks; i++) this.kiosks.push(this.#makeKiosk(`kiosk-${i}`, `kiosk-${i}`));
  }

  #shared(name: string) {
    const { timeline, faults, story, points, gates } = this;
    return { timeline, faults, story, points, gates, chance: this.#chance.fork(name) };
  }

  /** How many attempts have begun. */
  get payments(): number {
    return this.#payments;
  }

  start(): void {
    for (const relay of this.relays) relay.start();
    for (const kiosk of this.kiosks) kiosk.boot();
    const weather = new Weather({
      ...{ ...this.#shared('weather'), broker: this.broker, relays: this.relays },
      ...{ database: this.database, acquirer: this.acquirer, clone: (kiosk) => this.#clone(kiosk) },
    });
    for (const kiosk of this.kiosks) {
      if (this.options.attended?.has(kiosk.name) === false) continue;
      this.#attend(kiosk, weather);
    }
    this.#operate();
  }

  /** Nothing fails any more, and what was broken is mended. */
  heal(): void {
    const { faults, broker, acquirer, database, story } = this;
    story.tell('world', () => 'everything is mended; no fault from here on');
    faults.active = false;
    acquirer.downUntil = 0;
    database.synchronous = true;
    database.sync();
    if (!broker.up) broker.restart(0);
    for (const relay of this.relays) {
      relay.start();
      relay.mendLedger();
    }
    for (const clone of this.#clones.values()) clone.remove();
    this.#clones.clear();
    for (const kiosk of this.kiosks) {
      if (kiosk.disk.broken !== undefined || kiosk.journalFailed) this.#repair(kiosk);
      else kiosk.boot();
    }
  }

  /** A technician makes room, or puts the card into order again, and that takes a restart. */
  #repair(kiosk: SimulatedKiosk): void {
    this.story.tell('technician', () => `repairs the card of ${kiosk.name}`, kiosk.name);
    kiosk.disk.mend();
    kiosk.powerCut(1_000);
  }

  /** The person whom alarms call: removes a second device of one name, and lets the first one in again. */
  #operate(): void {
    this.timeline.after(OPERATOR_LOOKS_MS, () => {
      for (const kiosk of this.kiosks) {
        const { name } = kiosk;
        if (kiosk.journalFailed || kiosk.disk.broken !== undefined) this.#repair(kiosk);
        const row = this.database.kiosk(name);
        if (row?.blockedAt == null) continue;
        this.#clones.get(name)?.remove();
        this.#clones.delete(name);
        this.story.tell('operator', () => `lets ${name} in again`, name);
        // The database may break off just then: the next look tries again.
        this.database
          .connect('operator')
          .allow(name)
          .catch(() => {});
      }
      this.#operate();
    });
  }

  #makeRelay(name: string): SimulatedRelay {
    const { broker, acquirer, database, secrecy } = this;
    return new SimulatedRelay({ ...this.#shared(name), name, broker, acquirer, database, log: secrecy.log(name) });
  }

  #makeKiosk(name: string, device: string): SimulatedKiosk {
    const { broker, oracle, witness, secrecy } = this;
    const { segmentBytes } = this.options;
    return new SimulatedKiosk({
      ...{ ...this.#shared(device), name, device, broker, oracle, witness, log: secrecy.log(name) },
      onView: (kiosk, view) => this.#viewed(kiosk, view),
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
    });
  }

  /**
   * A second device with a copy of the card. A card that is copied while it runs must be noticed by the board's serial (rule
   * 14); of one that is copied while the kiosk is off, both copies go on as newer boots of one journal.
   */
  #clone(original: SimulatedKiosk): void {
    if (this.#clones.has(original.name)) return;
    const running = this.#chance.fork('clone').hits(0.5);
    if (!running) original.powerCut(2_000);
    this.copyCard(original, running);
  }

  /** Runs a copy of a kiosk's card, as it is now, in a second device, for as long as it is in the world. */
  copyCard(original: SimulatedKiosk, otherBoard: boolean): SimulatedKiosk {
    const { name } = original;
    const clone = this.#makeKiosk(name, `${name}-clone`);
    original.disk.copyTo(clone.disk);
    if (otherBoard) clone.otherBoard();
    this.#clones.set(name, clone);
    this.twice.add(name);
    this.story.tell('world', () => `a second device runs a copy of the card of ${name}`, name);
    clone.boot();
    return clone;
  }

  #attend(kiosk: SimulatedKiosk, weather: Weather): void {
    const { oracle, wallets, options } = this;
    const shared = this.#shared(`${kiosk.name}-shopper`);
    const others = this.kiosks.filter((other) => other !== kiosk);
    const shopper = new Shopper(kiosk, {
      ...{ ...shared, oracle, wallets },
      open: () => this.#payments < options.payments,
      elsewhere: () => (others.length > 0 ? shared.chance.pick(others) : undefined),
      onPayment: (_, before) => {
        this.began(kiosk, before);
        weather.over(kiosk);
      },
    });
    shopper.start();
  }

  #viewed(kiosk: SimulatedKiosk, view: View): void {
    this.story.tell(kiosk.name, () => `shows ${view.kind}`, kiosk.life?.kiosk.loop.state.attempt?.id ?? kiosk.name);
  }

  /** L4 and S13, of the attempt that has just begun. */
  began(kiosk: SimulatedKiosk, before: Readiness): void {
    this.#payments += 1;
    const { life } = kiosk;
    const attempt = life?.kiosk.loop.state.attempt;
    if (!life || !attempt) return;
    this.witness.began(attempt.id, life.replay.nonce);
    if (before.journalFailed) this.oracle.violate('S13', 'an attempt began after the journal had failed', attempt.id);
    if (!before.connected) this.oracle.violate('S13', 'an attempt began without a connection', attempt.id);
    if (kiosk.shows === 'armed' || kiosk.shows === 'idle')
      this.oracle.violate('L4', `the screen says ${kiosk.shows} after the scan`, attempt.id);
    life.process.after(timers.deadlineMs + SEEN_WITHIN_MS, () => {
      const now = life.kiosk.loop.state.attempt;
      if (now?.id === attempt.id && now.phase !== 'vending')
        this.oracle.violate('L4', `no final screen at the deadline; it is ${now.phase}`, attempt.id);
    });
  }

  #tellFault(fault: Fault): void {
    this.story.tell('fault', () => `${fault.class} (${fault.id})`);
  }

  #openDatabase(): MemoryDatabase {
    const slow = this.faults.source('ledger-slow', 'ledger');
    const chance = this.#chance.fork('ledger');
    const pause = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        this.timeline.after(ms, resolve);
      });
    const database = new MemoryDatabase({
      latency: (what, relay) => {
        // Asked on the way back too, where "commit-done" has just been.
        if (what === 'commit' && !this.#committedNow.delete(relay)) this.points.pass('commit-begins', relay);
        const held = this.gates.ledger?.(relay, what);
        if (held) return held;
        if (what === 'commit') {
          if (slow.strikes()) return pause(slow.chance.wait(1_500, 8_000));
          // Asked on the way there and on the way back; one of the two takes its time, the other sometimes.
          const there = chance.hits(0.25);
          return there || this.options.interleaved ? pause(0.5 + chance.wait(3, 50)) : undefined;
        }
        return this.options.interleaved && chance.hits(0.7) ? pause(chance.wait(3, 50)) : undefined;
      },
      onCommit: (commit) => this.#committed(commit),
      onLost: (commits) => {
        for (const { attempts } of commits)
          for (const { after } of attempts) this.story.tell('ledger', () => `forgets: ${after.state}`, after.id);
      },
    });
    database.synchronous = this.#synchronous();
    return database;
  }

  /** Some databases are set up wrongly; the relay refuses to start on such a one, and its setting is mended. */
  #synchronous(): boolean {
    const settings = (commit: string) => ({ synchronous_commit: commit, fsync: 'on', full_page_writes: 'on' });
    if (!this.faults.source('ledger-unsynced', 'ledger').strikes()) return true;
    try {
      durabilityWarnings(settings('off'), true);
      return false;
    } catch {
      return true;
    }
  }

  #committed(commit: Commit): void {
    const { attempts, kiosks, relay, alarms } = commit;
    this.witness.decided(commit);
    for (const { before, after } of kiosks) {
      const alone = (): boolean => this.kiosks.find(({ name }) => name === after.name)?.disk.disturbed === false;
      this.witness.greeted(before, after, alone);
    }
    for (const { before, after } of attempts) {
      this.oracle.committed(before, after);
      if (before?.state === after.state) continue;
      const reason = after.reason ? ` (${after.reason})` : '';
      this.story.tell(relay, () => `commits ${before?.state ?? 'nothing'} → ${after.state}${reason}`, after.id);
    }
    for (const { kind, attempt } of alarms) this.story.tell(relay, () => `alarm ${kind}`, attempt ?? undefined);
    this.#committedNow.add(relay);
    this.points.pass('commit-done', relay);
  }
}
