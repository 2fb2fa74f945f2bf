import type { Chance } from '../chance.js';
import type { FaultClass, FaultSource, Faults } from '../faults.js';
import type { MemoryDatabase } from '../ledger/database.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import type { SimulatedAcquirer } from './acquirer.js';
import type { Broker } from './broker.js';
import type { SimulatedKiosk } from './kiosk.js';
import type { SimulatedRelay } from './relay.js';

export type WeatherParts = {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly broker: Broker;
  readonly relays: readonly SimulatedRelay[];
  readonly database: MemoryDatabase;
  readonly acquirer: SimulatedAcquirer;
  /** Puts a second device with the same card beside this one; undefined: there is one already. */
  readonly clone: (kiosk: SimulatedKiosk) => void;
};

const names = [
  'kiosk-killed',
  'kiosk-power-cut',
  'relay-killed',
  'link-cut',
  'link-half-open',
  'broker-restarted',
  'relay-cut-off',
  'ledger-crashed',
  'acquirer-down',
  'journal-lost',
  'board-changed',
  'card-cloned',
] as const satisfies FaultClass[];

/** Of one kiosk. */
type Sources = Readonly<Record<(typeof names)[number], FaultSource>>;

/** What comes over a payment from outside, at a moment of its own: mostly soon after the scan, where most happens. */
export class Weather {
  readonly #parts: WeatherParts;
  readonly #sources = new Map<string, Sources>();

  constructor(parts: WeatherParts) {
    this.#parts = parts;
  }

  #over(kiosk: string): Sources {
    const known = this.#sources.get(kiosk);
    if (known) return known;
    const made = Object.fromEntries(names.map((name) => [name, this.#parts.faults.source(name, kiosk)])) as Sources;
    this.#sources.set(kiosk, made);
    return made;
  }

  /** A payment has begun at `kiosk`. */
  over(kiosk: SimulatedKiosk): void {
    const sources = this.#over(kiosk.name);
    for (const name of names) {
      if (name === 'journal-lost' || name === 'board-changed') continue;
      const source = sources[name];
      if (!source.strikes()) continue;
      const { chance } = source;
      const drawn = chance.next();
      const wait =
        drawn < 0.5 ? chance.between(0, 1_200) : drawn < 0.8 ? chance.wait(5_000) : chance.between(0, 75_000);
      this.#parts.timeline.after(wait, () => this.#strike(name, kiosk, chance));
    }
  }

  #strike(name: (typeof names)[number], kiosk: SimulatedKiosk, chance: Chance): void {
    const { broker, relays, database, acquirer, timeline, story, clone } = this.#parts;
    const relay = chance.pick(relays);
    switch (name) {
      case 'kiosk-killed':
        kiosk.kill();
        return;
      case 'kiosk-power-cut':
        this.#powerCut(kiosk, chance.hits(0.9) ? chance.wait(10_000) : chance.wait(600_000));
        return;
      case 'relay-killed':
        relay.kill(chance.wait(3_000));
        return;
      case 'link-cut':
        kiosk.life?.link.cut(chance.wait(4_000));
        return;
      case 'link-half-open':
        kiosk.life?.link.cut(chance.wait(4_000), chance.between(1_000, 22_000));
        return;
      case 'broker-restarted':
        broker.restart(chance.wait(3_000));
        return;
      case 'relay-cut-off':
        relay.link?.cut(chance.wait(20_000), chance.hits(0.5) ? chance.between(1_000, 22_000) : 0);
        return;
      case 'ledger-crashed':
        story.tell('ledger', () => 'the database server crashes');
        database.crash();
        for (const each of relays) timeline.after(chance.wait(4_000), () => each.mendLedger());
        return;
      case 'acquirer-down':
        acquirer.downUntil = timeline.now + chance.wait(30_000);
        return;
      case 'card-cloned':
        clone(kiosk);
        return;
      default:
        return;
    }
  }

  #powerCut(kiosk: SimulatedKiosk, awayMs: number): void {
    kiosk.powerCut(500 + awayMs);
    const sources = this.#over(kiosk.name);
    if (sources['journal-lost'].strikes()) kiosk.disk.wipe();
    if (sources['board-changed'].strikes()) kiosk.otherBoard();
  }
}
