import { randomBytes } from 'node:crypto';
import { sleep } from './child.js';
import { PageServer } from './page-server.js';
import { describeError } from './say.js';
import { ActionError, Shop } from './shop.js';
import { Stack, type StackOptions } from './stack.js';

export type PageOptions = Pick<StackOptions, 'log' | 'keep' | 'broker' | 'databaseUrl'> & {
  /** 0: any free port. */
  readonly port: number;
};

const LOOK_EVERY_MS = 200;

const text = (body: Readonly<Record<string, unknown>>, field: string): string => {
  const value = body[field];
  if (typeof value !== 'string') throw new ActionError(`${field}: found ${typeof value}, expected text`);
  return value;
};

/** The demo with its page: the whole system, a visitor's shop on top, and buttons to break things. */
export class DemoPage {
  readonly stack: Stack;
  readonly #shop: Shop;
  readonly #server: PageServer;
  #stopping = false;

  constructor({ port, ...options }: PageOptions) {
    this.stack = new Stack({ ...options, linking: true, revive: true, onChange: () => this.#shop.programsChanged() });
    this.#shop = new Shop(this.stack, randomBytes, () => this.#server.publish());
    this.#server = new PageServer({
      port,
      state: () => this.#shop.state,
      picture: (card, cookies) => this.#shop.picture(card, cookies),
      kioskPage: () => this.stack.kioskPage,
      actions: {
        order: (body) => this.#shop.order(text(body, 'product')),
        cancel: () => this.#shop.cancel(),
        scan: (body, cookies) => this.#shop.scan(text(body, 'card'), cookies),
        scenario: (body) => this.#shop.choose(text(body, 'name')),
        answer: (body) => this.#shop.answer(text(body, 'action') === 'confirm' ? 'confirm' : 'reject'),
        'relay-power': () => this.#relayPower(),
        'kiosk-kill': () => this.#killKiosk(),
      },
    });
  }

  get address(): string {
    return this.#server.address;
  }

  /** The page answers at once, out of service; resolves when all programs are ready. */
  async start(): Promise<void> {
    await this.#server.start();
    void this.#watch();
    await this.stack.start();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#shop.stop();
    await Promise.all([this.stack.stop(), this.#server.stop()]);
  }

  async #watch(): Promise<void> {
    while (!this.#stopping) {
      await sleep(LOOK_EVERY_MS);
      if (this.#server.watched) await this.#shop.look().catch((e: unknown) => this.stack.log('page', describeError(e)));
    }
  }

  /** Off as in a power cut, on again at the next press. */
  async #relayPower(): Promise<void> {
    const relay = this.stack.program('relay');
    if (relay.running) {
      await relay.kill();
      this.stack.log('relay', 'power cut by the visitor');
    } else {
      await relay.start();
      this.stack.log('relay', 'power is back');
    }
    this.#server.publish();
  }

  async #killKiosk(): Promise<void> {
    const kiosk = this.stack.program('kiosk');
    if (!kiosk.running) throw new ActionError('The kiosk is just coming back.');
    this.stack.log('kiosk', 'kill -9 by the visitor');
    kiosk.crash();
  }
}
