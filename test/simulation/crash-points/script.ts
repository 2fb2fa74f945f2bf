import type { AttemptId, OrderId } from '../../../protocol/ids.js';
import type { SimulatedKiosk } from '../world/kiosk.js';
import type { SimulatedRelay } from '../world/relay.js';
import type { Wallet } from '../world/wallet.js';
import type { World } from '../world.js';

const LOOK_MS = 50;
/** After that a customer goes away. */
const PATIENCE_MS = 200_000;
const CODE_LIFE_MS = 60_000;

/** Plays what people do, in virtual time. Whatever it asks of a kiosk that is dead or busy simply does not happen. */
export class Script {
  readonly world: World;
  readonly #onBegin: () => void;
  #codes = 0;

  constructor(world: World, onBegin: () => void) {
    this.world = world;
    this.#onBegin = onBegin;
  }

  /** The scenario proper begins, with the kiosk in service: points before this are those of a start. */
  async begin(): Promise<void> {
    await this.until(() => this.inService);
    this.countFromHere();
  }

  /** Where another scenario is cut at all that came before. */
  countFromHere(): void {
    this.#onBegin();
  }

  /** The kiosk would take an order. */
  get inService(): boolean {
    const state = this.kiosk.life?.kiosk.loop.state;
    return state !== undefined && state.closed.length === 0 && !state.order && !state.attempt;
  }

  get kiosk(): SimulatedKiosk {
    const [kiosk] = this.world.kiosks;
    if (!kiosk) throw new Error('script: a world without a kiosk');
    return kiosk;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.timeline.after(ms, resolve);
    });
  }

  /** @returns whether it came true before the customer lost patience */
  async until(isTrue: () => boolean, mostMs = PATIENCE_MS, everyMs = LOOK_MS): Promise<boolean> {
    const { timeline } = this.world;
    const end = timeline.now + mostMs;
    while (!isTrue()) {
      if (timeline.now >= end) return false;
      await this.sleep(everyMs);
    }
    return true;
  }

  /** What the next phone will do. */
  wallet(does: Wallet['does'], more: Partial<Wallet> = {}): Wallet {
    this.#codes += 1;
    const wallet: Wallet = {
      code: `28${String(this.#codes).padStart(16, '0')}`,
      deadAt: this.world.timeline.now + CODE_LIFE_MS,
      does,
      takesMs: 4_000,
      over: 0,
      wrongCurrency: false,
      amountUnsaid: false,
      hiddenMs: 0,
      cancelWindowOver: false,
      refundPending: false,
      refundFails: 'no',
      ...more,
    };
    this.world.wallets.add(wallet);
    return wallet;
  }

  /** Waits for a kiosk in service, and orders there. */
  async order(amount = 3_550): Promise<OrderId | undefined> {
    const { kiosk, world } = this;
    if (!(await this.until(() => this.inService))) return undefined;
    const placed = kiosk.life?.kiosk.desk.place({ amount, currency: 'HKD', reference: 'A-12' });
    if (!placed?.ok) return undefined;
    const { id } = placed.order;
    world.oracle.placed(id, kiosk.name, { amount, currency: 'HKD' });
    world.story.tell(kiosk.name, () => `order ${id}`, id);
    return id;
  }

  /** Holds a phone under the scanner. @returns the attempt that it began */
  async show(order: OrderId | undefined, wallet: Wallet): Promise<AttemptId | undefined> {
    const { kiosk, world } = this;
    const { life } = kiosk;
    if (!life || order === undefined) return undefined;
    kiosk.scan(wallet.code);
    const attempt = life.kiosk.loop.state.attempt;
    if (kiosk.life !== life || attempt?.order.id !== order) return undefined;
    world.began(kiosk);
    return attempt.id;
  }

  /** Orders, and pays with a phone that does this. */
  async pay(does: Wallet['does'], more: Partial<Wallet> = {}): Promise<AttemptId | undefined> {
    const order = await this.order();
    await this.sleep(300);
    return await this.show(order, this.wallet(does, more));
  }

  /** The customer, or the kiosk app, gives up what is open. */
  abort(): void {
    const loop = this.kiosk.life?.kiosk.loop;
    const order = loop?.state.attempt?.order.id ?? loop?.state.order?.id;
    if (order !== undefined) this.kiosk.life?.kiosk.desk.cancel(order);
  }

  /** Until nothing is open in front of the customer; also when the kiosk has died meanwhile. */
  async settled(): Promise<void> {
    const { life } = this.kiosk;
    await this.until(
      () => this.kiosk.life !== life || !(life?.kiosk.loop.state.attempt ?? life?.kiosk.loop.state.order),
    );
  }

  /** Until the ledger says this of an attempt. */
  stands(attempt: AttemptId | undefined, ...states: string[]): Promise<boolean> {
    return this.until(() => states.includes((attempt && this.world.database.attempt(attempt)?.state) ?? ''), 120_000);
  }

  /** The relay that works on an attempt. */
  workerOf(attempt: AttemptId | undefined): SimulatedRelay | undefined {
    const owner = attempt === undefined ? undefined : this.world.database.row(attempt)?.leaseOwner;
    return this.world.relays.find((relay) => relay.name === owner);
  }
}
