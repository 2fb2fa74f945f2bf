import type { Currency } from '../../../protocol/money.js';
import type { Chance } from '../chance.js';
import type { FaultSource, Faults } from '../faults.js';
import type { Oracle } from '../oracle.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import type { SimulatedKiosk } from './kiosk.js';
import type { Linker } from './linker.js';
import type { Members } from './member.js';
import type { Wallets } from './wallet.js';

export type ShopperParts = {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly oracle: Oracle;
  readonly wallets: Wallets;
  readonly linker: Linker;
  readonly members: Members;
  readonly chance: Chance;
  /** False: no new customer comes. */
  readonly open: () => boolean;
  /** An attempt has begun. */
  readonly onPayment: () => void;
  /** Another kiosk, for a code that is shown twice. */
  readonly elsewhere: () => SimulatedKiosk | undefined;
};

const CURRENCIES: readonly Currency[] = ['HKD', 'JPY'];
/** Most payments take longer; who looks oftener sees no more. */
const LOOK_AGAIN_MS = 3_000;

/** The customers of one kiosk, one after the other, and the kiosk app that takes their orders. */
export class Shopper {
  readonly #parts: ShopperParts;
  readonly #kiosk: SimulatedKiosk;
  /** The order whose attempt began last. */
  #began = '';
  readonly #sources: Readonly<
    Record<'again' | 'elsewhere' | 'two' | 'split' | 'garbage' | 'flood' | 'aborts' | 'linked' | 'links', FaultSource>
  >;

  constructor(kiosk: SimulatedKiosk, parts: ShopperParts) {
    this.#kiosk = kiosk;
    this.#parts = parts;
    const at = (name: Parameters<Faults['source']>[0]) => parts.faults.source(name, kiosk.name);
    this.#sources = {
      again: at('code-shown-again'),
      elsewhere: at('code-shown-elsewhere'),
      two: at('two-phones'),
      split: at('scan-split'),
      garbage: at('scan-garbage'),
      flood: at('scan-flood'),
      aborts: at('customer-aborts'),
      linked: at('wallet-linked'),
      links: at('wallet-links'),
    };
  }

  start(): void {
    this.#next(this.#parts.chance.wait(2_000));
  }

  #next(waitMs: number): void {
    this.#parts.timeline.after(waitMs, () => this.#come());
  }

  /** A customer orders, if the kiosk takes orders. */
  #come(): void {
    const { chance, oracle, open, story } = this.#parts;
    const { life, name } = this.#kiosk;
    if (!open()) return;
    const money = { amount: chance.whole(100, 9_999), currency: chance.pick(CURRENCIES) };
    const placed = life?.kiosk.loop.state.final ? undefined : life?.kiosk.desk.place({ ...money, reference: 'A-12' });
    if (!life || !placed?.ok) {
      this.#next(LOOK_AGAIN_MS);
      return;
    }
    const { id } = placed.order;
    oracle.placed(id, name, money);
    story.tell(name, () => `order ${id} of ${money.amount} ${money.currency}`, id);
    life.process.after(chance.wait(800), () => this.#begin(id));
    this.#leave(id);
  }

  /** Until the order has ended, or the kiosk is not what it was. */
  #leave(order: string): void {
    const { timeline, chance } = this.#parts;
    const { life } = this.#kiosk;
    const look = (): void => {
      const state = this.#kiosk.life === life ? life?.kiosk.loop.state : undefined;
      const waiting = state?.order?.id === order || state?.attempt?.order.id === order;
      if (!waiting) {
        this.#next(chance.wait(1_000));
        return;
      }
      this.#tryAgain(order);
      timeline.after(LOOK_AGAIN_MS, look);
    };
    timeline.after(LOOK_AGAIN_MS, look);
  }

  /** An order that stays open after its attempt, as no kiosk may leave it, gets another phone shown. */
  #tryAgain(order: string): void {
    const state = this.#kiosk.life?.kiosk.loop.state;
    if (this.#began !== order || state?.order?.id !== order || state.final || state.closed.length > 0) return;
    this.#began = '';
    this.#show(order);
  }

  /** A wallet that is linked for this order pays it in the same breath; where it does not, another phone is shown. */
  #begin(order: string): void {
    const { linker, onPayment } = this.#parts;
    const { life } = this.#kiosk;
    const ended = (): void => {
      const { attempt, order: waiting } = life?.kiosk.loop.state ?? {};
      if (attempt?.order.id === order) {
        this.#began = order;
        onPayment();
      } else if (waiting?.id === order) this.#show(order);
    };
    if (!this.#sources.links.strikes() || !linker.begin(order, ended)) this.#show(order);
  }

  #show(order: string): void {
    const { chance, wallets, members, timeline, onPayment } = this.#parts;
    const kiosk = this.#kiosk;
    const { life } = kiosk;
    const s = this.#sources;
    if (!life) return;
    if (s.garbage.strikes()) kiosk.scan(s.garbage.chance.pick(['hello', '13', 'https://example.com', '1'.repeat(60)]));
    if (s.flood.strikes()) for (let i = 0; i < 20; i++) kiosk.scan(s.flood.chance.digits(18));
    const currency = life.kiosk.loop.state.order?.currency;
    const linked = s.linked.strikes() && currency ? members.hold(currency) : undefined;
    const wallet = wallets.issue(kiosk.name, chance, timeline.now, linked?.code);
    kiosk.scan(wallet.code, s.split.strikes() ? s.split.chance.whole(2, 6) : 1);
    life.process.after(20, () => {
      const { attempt } = life.kiosk.loop.state;
      if (attempt?.order.id === order) {
        this.#began = order;
        onPayment();
        if (linked) members.pay(order, attempt.id, linked);
        this.#misbehave(order, wallet.code);
      } else if (life.kiosk.loop.state.order?.id === order) {
        // Not read, or shown while the kiosk was closed: another phone, a little later.
        life.process.after(3_000 + chance.wait(2_000), () => this.#show(order));
      }
    });
  }

  /** What customers do beside paying. */
  #misbehave(order: string, code: string): void {
    const { chance, wallets, timeline, elsewhere } = this.#parts;
    const kiosk = this.#kiosk;
    const s = this.#sources;
    const { life } = kiosk;
    if (!life) return;
    if (s.again.strikes()) {
      const times = s.again.chance.whole(1, 3);
      for (let i = 0; i < times; i++) life.process.after(s.again.chance.wait(3_000), () => kiosk.scan(code));
    }
    if (s.elsewhere.strikes()) timeline.after(s.elsewhere.chance.wait(2_000), () => elsewhere()?.scan(code));
    if (s.two.strikes()) {
      const other = wallets.issue(kiosk.name, chance, timeline.now);
      life.process.after(s.two.chance.wait(400), () => kiosk.scan(other.code));
    }
    if (s.aborts.strikes()) {
      const { chance: when } = s.aborts;
      life.process.after(when.hits(0.5) ? when.wait(300) : when.wait(15_000), () => life.kiosk.desk.cancel(order));
    }
  }
}
