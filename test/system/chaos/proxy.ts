import { connect, createServer, type Server, type Socket } from 'node:net';
import { between, type Random } from '../../bench/random.js';

/** A TCP proxy that plays a bad network: cuts, delays, and connections that stay open while nothing passes. */
export type TcpProxyOptions = {
  readonly name: string;
  /** Loopback port of the true server. */
  readonly target: number;
  readonly random: Random;
};

/**
 * One direction of a connection. What has been taken is delivered, late or never, also when its sender has gone: that is
 * what packets under way do, and what rule 11 is about.
 */
class Pump {
  delayMs = 0;
  #held = false;
  #queue: { readonly at: number; readonly bytes: Buffer | undefined }[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #to: Socket;

  constructor(from: Socket, to: Socket) {
    this.#to = to;
    from.on('data', (bytes) => this.#take(bytes));
    from.once('close', () => this.#take(undefined));
    from.on('error', () => {});
  }

  hold(): void {
    this.#held = true;
    clearTimeout(this.#timer);
  }

  release(): void {
    this.#held = false;
    this.#pass();
  }

  drop(): void {
    this.hold();
    this.#queue = [];
  }

  /** Undefined: the sender has gone. */
  #take(bytes: Buffer | undefined): void {
    const after = this.#queue.at(-1)?.at ?? 0;
    this.#queue.push({ at: Math.max(after, performance.now() + this.delayMs), bytes });
    this.#pass();
  }

  #pass(): void {
    clearTimeout(this.#timer);
    if (this.#held) return;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const wait = next.at - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#pass(), Math.ceil(wait));
        return;
      }
      this.#queue.shift();
      if (next.bytes === undefined) this.#to.end();
      else if (!this.#to.destroyed) this.#to.write(next.bytes);
    }
  }
}

type Directions = 'both' | 'up' | 'down';

class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #up: Pump;
  readonly #down: Pump;

  constructor(client: Socket, server: Socket) {
    this.#client = client;
    this.#server = server;
    for (const socket of [client, server]) socket.setNoDelay(true);
    this.#up = new Pump(client, server);
    this.#down = new Pump(server, client);
  }

  get gone(): boolean {
    return this.#client.destroyed && this.#server.destroyed;
  }

  slow(delayMs: number): void {
    this.#up.delayMs = delayMs;
    this.#down.delayMs = delayMs;
  }

  hold(directions: Directions): void {
    if (directions !== 'down') this.#up.hold();
    if (directions !== 'up') this.#down.hold();
  }

  release(): void {
    this.#up.release();
    this.#down.release();
  }

  /** What is under way is lost. */
  cut(reset: boolean): void {
    for (const pump of [this.#up, this.#down]) pump.drop();
    for (const socket of [this.#client, this.#server]) {
      if (reset) socket.resetAndDestroy();
      else socket.destroy();
    }
  }
}

export class TcpProxy {
  readonly name: string;
  readonly #target: number;
  readonly #random: Random;
  #server: Server | undefined;
  #links = new Set<Link>();
  #port = 0;
  /** What connections made meanwhile begin with; null: they are closed at once. */
  #newcomer: { delayMs: number; hold: Directions | undefined } | null = { delayMs: 0, hold: undefined };

  constructor({ name, target, random }: TcpProxyOptions) {
    this.name = name;
    this.#target = target;
    this.#random = random;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const server = createServer((client) => this.#accept(client));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address && typeof address === 'object') this.#port = address.port;
  }

  /** Cuts each connection with the probability `share`, half of them by a reset. Returns how many. */
  cut(share: number): number {
    const chosen = this.#choose(share);
    for (const link of chosen) link.cut(this.#random() < 0.5);
    return chosen.length;
  }

  /** Until `heal`, or `slow` with 0. */
  slow(share: number, delayMs: number): void {
    for (const link of this.#choose(share)) link.slow(delayMs);
    if (this.#newcomer) this.#newcomer.delayMs = delayMs;
  }

  /**
   * Half open: nothing passes in `directions`, and neither side hears of it, until the returned end: then what was sent
   * meanwhile arrives after all, or the connection is cut.
   */
  hole(share: number, directions: Directions): (arrives: boolean) => void {
    const chosen = this.#choose(share);
    for (const link of chosen) link.hold(directions);
    if (this.#newcomer && share >= 1) this.#newcomer.hold = directions;
    return (arrives) => {
      if (this.#newcomer) this.#newcomer.hold = undefined;
      // Those that came into the hole are let out of it too.
      for (const link of share >= 1 ? this.#links : chosen) {
        if (arrives) link.release();
        else link.cut(this.#random() < 0.5);
      }
    };
  }

  /** Every connection is cut and every new one closed at once, until the returned end. */
  refuse(): () => void {
    this.#newcomer = null;
    for (const link of this.#links) link.cut(true);
    return () => {
      this.#newcomer ??= { delayMs: 0, hold: undefined };
    };
  }

  /** A good network again; nothing under way is lost. */
  heal(): void {
    this.#newcomer = { delayMs: 0, hold: undefined };
    for (const link of this.#links) {
      link.slow(0);
      link.release();
    }
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const link of this.#links) link.cut(false);
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    const begin = this.#newcomer;
    if (begin === null) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, connect(this.#target, '127.0.0.1'));
    link.slow(begin.delayMs);
    if (begin.hold) link.hold(begin.hold);
    for (const known of this.#links) if (known.gone) this.#links.delete(known);
    this.#links.add(link);
  }

  /** Each with the probability `share`; at least one, if there is any. */
  #choose(share: number): Link[] {
    const all = [...this.#links].filter((link) => !link.gone);
    const chosen = all.filter(() => this.#random() < share);
    if (chosen.length > 0 || all.length === 0) return chosen;
    return [all[between(this.#random, 0, all.length - 1)]].filter((link) => link !== undefined);
  }
}
