import type { View } from '../../agent/kiosk/view.js';
import type { AttemptId } from '../../protocol/ids.js';
import { isFirstCode } from '../../relay/linking/codes.js';
import { Chance } from './chance.js';
import { type Fault, Faults } from './faults.js';
import type { Gates } from './gates.js';
import { frameInWords } from './in-words.js';
import type { Commit, MemoryDatabase } from './ledger/database.js';
import type { LinkChange } from './ledger/link-table.js';
import { LinkWitness } from './link-witness.js';
import { Logs } from './logs.js';
import type { WorldOptions } from './options.js';
import { Oracle } from './oracle.js';
import { Persons } from './persons.js';
import { Points } from './points.js';
import { Secrecy } from './secrecy.js';
import { Story } from './story.js';
import { Timeline } from './time.js';
import { Witness } from './witness.js';
import { SimulatedAcquirer } from './world/acquirer.js';
import { AcquirerBooks } from './world/acquirer-books.js';
import { Broker } from './world/broker.js';
import { Denial } from './world/denial.js';
import { SimulatedKiosk, timers } from './world/kiosk.js';
import { openDatabase } from './world/ledger.js';
import { mostADay } from './world/linkable.js';
import { Linker } from './world/linker.js';
import { LinkedWallets } from './world/links.js';
import { Members } from './world/member.js';
import { SimulatedRelay } from './world/relay.js';
import { Shopper } from './world/shopper.js';
import { Wallets } from './world/wallet.js';
import { WalletHouse } from './world/wallet-house.js';
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
  readonly links: LinkedWallets;
  readonly house: WalletHouse;
  readonly linkWitness: LinkWitness;
  readonly secrecy: Secrecy;
  readonly kiosks: SimulatedKiosk[] = [];
  readonly relays: SimulatedRelay[] = [];
  readonly #clones = new Map<string, SimulatedKiosk>();
  /** Names that two devices ever had at once. */
  readonly twice = new Set<string>();
  readonly #persons: Persons;
  readonly #logs: Logs;
  readonly #denial: Denial;
  readonly #chance: Chance;
  readonly #phones: Chance;
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
    this.#logs = new Logs(this.secrecy, this.oracle);
    this.database = this.#openDatabase();
    this.#persons = new Persons({
      ...{ oracle: this.oracle, policy: options.doubtful ?? 'ask' },
      kiosk: (name) => this.kiosks.find((kiosk) => kiosk.name === name),
      isTwice: (name) => this.twice.has(name),
      calls: (attempt) => this.database.calls(attempt),
    });
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
    const { oracle } = this;
    const database = (): MemoryDatabase => this.database;
    this.links = new LinkedWallets(this.#chance.fork('links'), database, () => this.house);
    this.house = new WalletHouse({
      ...this.#shared('wallets'),
      deliver: (notice) => this.#someRelay()?.hear(notice) ?? Promise.resolve(false),
      onEarly: (state) => this.#agreedEarly(state),
    });
    this.linkWitness = new LinkWitness({ oracle, wallets: this.links, vault: this.links.vault, database, mostADay });
    this.#phones = this.#chance.fork('phones');
    this.broker = new Broker({
      ...this.#shared('broker'),
      inWords: frameInWords,
      onRetained: (topic, payload) => this.secrecy.read(`retained ${topic}`, payload),
    });
    const { books, wallets, links, house, linkWitness } = this;
    this.acquirer = new SimulatedAcquirer({
      ...{ ...this.#shared('acquirer'), books, wallets, links, house, linkWitness },
      onAsked: (id, code, money) => this.oracle.asked(id, code, money),
      witness: this.witness,
    });
    this.#denial = new Denial({ faults: this.faults, witness: this.witness, story: this.story });
    for (let i = 1; i <= options.relays; i++) this.relays.push(this.#makeRelay(`relay-${i}`));
    for (let i = 1; i <= options.kiosks; i++) this.kiosks.push(this.#makeKiosk(`kiosk-${i}`, `kiosk-${i}`));
  }

  #shared(name: string) {
    const { timeline, faults, story, points, gates } = this;
    return { timeline, faults, story, points, gates, chance: this.#chance.fork(name) };
  }

  /** One device of this name ever was, with one card that kept what it was given. */
  isAlone(name: string): boolean {
    return this.kiosks.find((kiosk) => kiosk.name === name)?.disk.disturbed === false;
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
    const { broker, acquirer, database, options } = this;
    return new SimulatedRelay({
      ...{ ...this.#shared(name), name, broker, acquirer, database, log: this.#logs.of(name) },
      ...{ denial: this.#denial, doubtful: options.doubtful ?? 'ask', onFault: this.#logs.broken },
    });
  }

  #makeKiosk(name: string, device: string): SimulatedKiosk {
    const { broker, oracle, witness } = this;
    const { segmentBytes } = this.options;
    return new SimulatedKiosk({
      ...{ ...this.#shared(device), name, device, broker, oracle, witness, log: this.#logs.of(name) },
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
    const { oracle, wallets, links, linkWitness, house, database, options } = this;
    const shared = this.#shared(`${kiosk.name}-shopper`);
    const others = this.kiosks.filter((other) => other !== kiosk);
    const phones = shared.chance.fork('phones');
    const desk = () => (this.relays.length > 0 ? phones.pick(this.relays).phones : undefined);
    const linkerParts = { ...shared, links, house, desk, witness: linkWitness };
    const elsewhere = () => (others.length > 0 ? shared.chance.pick(others) : undefined);
    const shopper = new Shopper(kiosk, {
      ...{ ...shared, oracle, wallets, elsewhere },
      linker: new Linker(kiosk, { ...linkerParts, database, chance: shared.chance.fork('linker') }),
      members: new Members(kiosk, { ...linkerParts, wallets, elsewhere, chance: shared.chance.fork('members') }),
      open: () => this.#payments < options.payments,
      onPayment: () => {
        this.began(kiosk);
        weather.over(kiosk);
      },
    });
    shopper.start();
  }

  #viewed(kiosk: SimulatedKiosk, view: View): void {
    const attempt = kiosk.life?.kiosk.loop.state.attempt;
    this.story.tell(kiosk.name, () => `shows ${view.kind}`, attempt?.id ?? kiosk.name);
    if (!attempt || !this.oracle.opened(attempt.id, attempt.pay?.code)) return;
    if (attempt.pay?.type === 'pay-linked') this.#openedByLink(kiosk, attempt.id, attempt.pay.code);
    this.#opened(kiosk, attempt.id);
  }

  /** The first payment has no code that a customer shows: what its wallet will do is drawn here. */
  #openedByLink(kiosk: SimulatedKiosk, id: AttemptId, code: string): void {
    const { wallets, links, timeline } = this;
    if (isFirstCode(code) && !wallets.find(code)) wallets.issue(kiosk.name, this.#phones, timeline.now, code);
    links.shown.set(id, code);
  }

  #someRelay(): SimulatedRelay | undefined {
    return this.relays.length > 0 ? this.#phones.pick(this.relays) : undefined;
  }

  /** Before any relay has heard where to send the phone that has opened the link; then nobody has compared digits. */
  #agreedEarly(state: string): void {
    const link = this.database.linkBy('state', this.links.vault.hash('state', state));
    if (!link) return;
    this.linkWitness.compared(link.id);
    this.house.agree(state);
  }

  /** S13, L4 and L5, of an attempt at the very moment of its scan: the next thing that happens may end it. */
  #opened(kiosk: SimulatedKiosk, id: AttemptId): void {
    const { life, name } = kiosk;
    if (!life) return;
    this.witness.began(id, name, life.replay.nonce, () => this.isAlone(name));
    if (kiosk.journalFailed) this.oracle.violate('S13', 'an attempt began after the journal had failed', id);
    if (!life.link.up) this.oracle.violate('S13', 'an attempt began without a connection', id);
    life.process.after(timers.deadlineMs + SEEN_WITHIN_MS, () => {
      const now = life.kiosk.loop.state.attempt;
      if (now?.id === id && now.phase !== 'vending')
        this.oracle.violate('L4', `no final screen at the deadline; it is ${now.phase}`, id);
    });
  }

  /** A moment after the scan that has begun an attempt (L4). */
  began(kiosk: SimulatedKiosk): void {
    this.#payments += 1;
    const attempt = kiosk.life?.kiosk.loop.state.attempt;
    if (attempt && (kiosk.shows === 'armed' || kiosk.shows === 'idle'))
      this.oracle.violate('L4', `the screen says ${kiosk.shows} after the scan`, attempt.id);
  }

  #tellFault(fault: Fault): void {
    this.story.tell('fault', () => `${fault.class} (${fault.id})`);
  }

  #openDatabase(): MemoryDatabase {
    const { timeline, faults, points, gates, options, story } = this;
    return openDatabase({
      ...{ timeline, faults, points, gates, interleaved: options.interleaved, chance: this.#chance.fork('ledger') },
      onCommit: (commit) => this.#committed(commit),
      onLost: (commits) => {
        for (const { links } of commits) for (const change of links) this.linkWitness.forgotten(change);
        for (const { attempts } of commits)
          for (const { before, after } of attempts) {
            story.tell('ledger', () => `forgets: ${after.state}`, after.id);
            this.witness.moved(after, before?.state);
          }
      },
    });
  }

  #linkCommitted(change: LinkChange, relay: string): void {
    const { before, after } = change;
    this.linkWitness.committed(change);
    if (before?.state === after.state) return;
    const reason = after.reason ? ` (${after.reason})` : '';
    this.story.tell(relay, () => `commits link ${before?.state ?? 'nothing'} → ${after.state}${reason}`, after.kiosk);
  }

  #committed(commit: Commit): void {
    const { attempts, kiosks, links, relay, alarms } = commit;
    this.witness.decided(commit);
    for (const { before, after } of kiosks) {
      this.witness.greeted(before, after, () => this.isAlone(after.name));
    }
    for (const change of links) this.#linkCommitted(change, relay);
    for (const { before, after } of attempts) {
      this.oracle.committed(before, after);
      if (after.link !== null) this.linkWitness.paymentCommitted(before, after);
      this.#persons.committed(before, after);
      this.witness.moved(after, after.state);
      if (before?.state === after.state) continue;
      const reason = after.reason ? ` (${after.reason})` : '';
      this.story.tell(relay, () => `commits ${before?.state ?? 'nothing'} → ${after.state}${reason}`, after.id);
    }
    for (const { kind, attempt } of alarms) this.story.tell(relay, () => `alarm ${kind}`, attempt ?? undefined);
  }
}
