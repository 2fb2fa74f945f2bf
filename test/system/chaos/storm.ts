import { between, pick, type Random, shuffled } from '../../bench/random.js';
import type { Supervised } from '../../support/supervised.js';
import { sleep } from '../../support/wait.js';
import type { TcpProxy } from './proxy.js';

/** What may be broken, and how. Everything is drawn from `random`. */
export type Weather = {
  readonly random: Random;
  readonly agents: readonly Supervised[];
  readonly relays: readonly Supervised[];
  readonly broker: Service;
  readonly database: Service;
  readonly proxies: readonly TcpProxy[];
  /** Closes and opens the acquirer's port: connection refused. */
  readonly acquirerPort: (open: boolean) => Promise<unknown>;
  /** Payments so far: the storm keeps pace with them, on a slow machine too. */
  readonly payments: () => number;
};
type Service = { start(): Promise<void>; crash(): Promise<void> };

/** One thing that was done, for the story of an attempt. */
export type Blow = { readonly at: number; readonly fault: string; readonly what: string };

type Fault = {
  /** How many of these lie in the deck. */
  readonly weight: number;
  /** Says what it did, at once; undefined: it could not be done now. `during`: its end, which nobody waits for. */
  strike(weather: Weather): { what: string; during?: Promise<void> } | undefined;
};

const PAUSE_MS = [20, 500] as const;
/** One fault for so many payments, or after `STILL_MS` in which nothing could be paid. */
const PAYMENTS_A_FAULT = 6;
const STILL_MS = 4_000;

const kill = (programs: readonly Supervised[], random: Random): { what: string } | undefined => {
  const program = pick(random, programs);
  return program.kill() ? { what: program.name } : undefined;
};

/** Down for a while, then up again on the same port. */
async function restart(service: Service, downMs: number): Promise<void> {
  await service.crash();
  await sleep(downMs);
  await service.start();
}

function service(name: 'broker' | 'database', weight: number): Fault {
  let down = false;
  return {
    weight,
    strike: (weather) => {
      if (down) return undefined;
      down = true;
      const downMs = between(weather.random, 20, 900);
      const during = restart(weather[name], downMs).finally(() => {
        down = false;
      });
      return { what: `for ${downMs} ms`, during };
    },
  };
}

const shares = [0.15, 0.4, 1] as const;

/** A fault of one proxy's connections that ends by itself. */
function network(
  weight: number,
  begin: (proxy: TcpProxy, random: Random) => { what: string; ms: number; end(): void },
) {
  return {
    weight,
    strike: ({ random, proxies }: Weather) => {
      const proxy = pick(random, proxies);
      const { what, ms, end } = begin(proxy, random);
      return { what: `${proxy.name} ${what}`, ...(ms === 0 ? {} : { during: sleep(ms).then(end) }) };
    },
  };
}

const cut = network(16, (proxy, random) => {
  const share = pick(random, shares);
  return { what: `${proxy.cut(share)} connections`, ms: 0, end: () => {} };
});

const slow = network(8, (proxy, random) => {
  const delayMs = between(random, 10, 350);
  const ms = between(random, 200, 2_000);
  proxy.slow(pick(random, shares), delayMs);
  return { what: `by ${delayMs} ms for ${ms} ms`, ms, end: () => proxy.slow(1, 0) };
});

const hole = network(7, (proxy, random) => {
  const ms = between(random, 150, 2_500);
  const arrives = random() < 0.5;
  const directions = pick(random, ['both', 'up', 'down'] as const);
  const end = proxy.hole(pick(random, shares), directions);
  return { what: `${directions} for ${ms} ms, then ${arrives ? 'late' : 'cut'}`, ms, end: () => end(arrives) };
});

const refuse = network(4, (proxy, random) => {
  const ms = between(random, 50, 1_200);
  return { what: `for ${ms} ms`, ms, end: proxy.refuse() };
});

/** All the faults there are, by class. */
export const faults = (): Readonly<Record<string, Fault>> => ({
  'agent killed': { weight: 22, strike: ({ agents, random }) => kill(agents, random) },
  'relay killed': { weight: 9, strike: ({ relays, random }) => kill(relays, random) },
  'all relays killed': {
    weight: 2,
    strike: ({ relays }) => (relays.filter((relay) => relay.kill()).length > 0 ? { what: 'at once' } : undefined),
  },
  'broker killed': service('broker', 3),
  'database killed': service('database', 2),
  'connections cut': cut,
  'connections slow': slow,
  'connections half open': hole,
  'connections refused': refuse,
  'acquirer down': {
    weight: 2,
    strike: ({ acquirerPort, random }) => {
      const ms = between(random, 50, 900);
      const during = acquirerPort(false)
        .then(() => sleep(ms))
        .then(async () => void (await acquirerPort(true)));
      return { what: `for ${ms} ms`, during };
    },
  },
});

/** Strikes at random until it is told to stop. */
export class Storm {
  readonly blows: Blow[] = [];
  readonly #weather: Weather;
  readonly #faults = faults();
  #deck: string[];
  #stopped = false;
  #blown: Promise<void> = Promise.resolve();
  readonly #during = new Set<Promise<void>>();
  /** A fault that could not be undone: the run is broken, not the payments. */
  readonly broken: unknown[] = [];

  constructor(weather: Weather) {
    this.#weather = weather;
    // Each once first, so that a short run sees them all.
    this.#deck = shuffled(weather.random, Object.keys(this.#faults));
  }

  start(): void {
    this.#blown = this.#blow();
  }

  /** Resolves when every fault has ended by itself and every service is up again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#blown;
    await Promise.all(this.#during);
  }

  async #blow(): Promise<void> {
    const { random } = this.#weather;
    while (!this.#stopped) {
      await this.#keepPace();
      await sleep(between(random, ...PAUSE_MS));
      const fault = this.#draw();
      const done = this.#faults[fault]?.strike(this.#weather);
      if (!done) continue;
      this.blows.push({ at: Date.now(), fault, what: done.what });
      if (done.during) this.#watch(done.during);
    }
  }

  async #keepPace(): Promise<void> {
    const still = performance.now() + STILL_MS;
    const ahead = (): boolean => this.blows.length * PAYMENTS_A_FAULT > this.#weather.payments();
    while (ahead() && performance.now() < still && !this.#stopped) await sleep(25);
  }

  #draw(): string {
    const next = this.#deck.shift();
    if (next !== undefined) return next;
    const all = Object.entries(this.#faults).flatMap(([name, { weight }]) => Array<string>(weight).fill(name));
    this.#deck = shuffled(this.#weather.random, all);
    return this.#deck.shift() ?? '';
  }

  #watch(during: Promise<void>): void {
    const watched: Promise<void> = during
      .catch((error: unknown) => void this.broken.push(error))
      .finally(() => this.#during.delete(watched));
    this.#during.add(watched);
  }
}
