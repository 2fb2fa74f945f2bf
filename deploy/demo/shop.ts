import type { LinkStatus } from '../../agent/orders/desk.js';
import { codeOnPhone, picturedCode } from './buyer.js';
import type { Alarm, Attempt, Dialog, Ledger, Permission, Sums, TimedOrderEvent } from './clients.js';
import { bytesOf, findCard, phoneCards, pictureOf } from './codes.js';
import { describeError } from './say.js';
import { findScenario, type Scenario, scenarios } from './scenarios.js';
import type { Stack } from './stack.js';
import { PACE, TIME_SCALE } from './timing.js';

export type Product = { readonly id: string; readonly name: string; readonly amount: string };
export const CURRENCY = 'HKD';
export const products: readonly Product[] = [
  { id: 'tea', name: 'Lemon tea', amount: '12.00' },
  { id: 'noodles', name: 'Noodles', amount: '35.50' },
  { id: 'umbrella', name: 'Umbrella', amount: '88.00' },
];

/** A visitor's wish that cannot be granted now; the message is for the visitor. */
export class ActionError extends Error {
  override name = 'ActionError';
}

export type OrderView = {
  readonly id: string;
  readonly product: string;
  readonly events: readonly TimedOrderEvent[];
  /** The kiosk went away before the order ended. */
  readonly lost: boolean;
};

/** The relay's view of an attempt, and what the payment company's books say of it. */
export type BookedAttempt = Attempt & { readonly booked: Sums };

/** Everything the page draws, sent whole at each change. */
export type PageState = {
  readonly timeScale: number;
  readonly pace: string;
  readonly kiosk: {
    readonly name: string;
    readonly running: boolean;
    readonly service: string;
    readonly reason?: string;
  };
  readonly relay: { readonly running: boolean };
  readonly scenario: string;
  readonly scenarios: readonly Pick<Scenario, 'name' | 'title' | 'story'>[];
  readonly products: readonly (Product & { readonly currency: string })[];
  readonly cards: readonly {
    readonly id: string;
    readonly label: string;
    readonly note: string;
    readonly kind: string;
    /** Counts the fresh codes; part of the picture's address. */
    readonly version: number;
  }[];
  readonly order: OrderView | null;
  /** `seq` rises with each vend, so that the page plays each drop once. */
  readonly hatch: { readonly seq: number; readonly product: string; readonly stuck: boolean };
  readonly dialog: Dialog | null;
  readonly attempts: readonly BookedAttempt[];
  readonly ledger: Sums;
  readonly alarms: readonly Alarm[];
  /** Of the wallet that is being linked at the kiosk, or of the last one. */
  readonly link: LinkStatus | null;
  /** What wallets' owners have allowed, as the payment company has it. */
  readonly permissions: readonly Permission[];
  /** Where the phone opens its own page; "" until the relay is there. */
  readonly buyersPage: string;
};
type Seen = Pick<PageState, 'dialog' | 'attempts' | 'ledger' | 'alarms' | 'link' | 'permissions'>;

/** The phone's card that shows what its own page shows. */
const LINKED_CARD = {
  ...{ id: 'linked', label: 'Linked wallet', note: 'from its own page; new every 30 s', kind: 'linked' },
} as const;
/** So often there may be another picture of it to draw. */
const LINKED_PICTURE_MS = 5_000;

const nothing: Sums = { charged: 0, returned: 0 };
const DROP_MS = 700;
const ATTEMPTS_SHOWN = 12;

function booked(attempts: readonly Attempt[], ledger: Ledger): BookedAttempt[] {
  const books = new Map(ledger.payments.map((payment) => [payment.paymentRequestId, payment]));
  return attempts.map((attempt) => {
    const { charged, returned } = books.get(attempt.attempt) ?? nothing;
    return { ...attempt, booked: { charged, returned } };
  });
}

/**
 * The visitor's side of the page: the kiosk app that places orders and works the hatch, the phone with its codes, and
 * what can be seen of relay and acquirer.
 */
export class Shop {
  readonly #stack: Stack;
  readonly #random: (n: number) => Uint8Array;
  readonly #onChange: () => void;
  readonly #codes = new Map<string, { text: string; version: number }>();
  #scenario: Scenario = scenarios[0] as Scenario;
  #order: OrderView | null = null;
  #follow: AbortController | undefined;
  #hatch = { seq: 0, product: '', stuck: false };
  #kiosk: PageState['kiosk'];
  #seen: Seen = { dialog: null, attempts: [], ledger: nothing, alarms: [], link: null, permissions: [] };
  #linkedVersion = 1;

  constructor(stack: Stack, random: (n: number) => Uint8Array, onChange: () => void) {
    this.#stack = stack;
    this.#random = random;
    this.#onChange = onChange;
    this.#kiosk = this.#noKiosk('starting');
  }

  get state(): PageState {
    return {
      timeScale: TIME_SCALE,
      pace: PACE,
      kiosk: this.#kiosk,
      relay: { running: this.#stack.isRunning('relay') },
      scenario: this.#scenario.name,
      scenarios: scenarios.map(({ name, title, story }) => ({ name, title, story })),
      products: products.map((p) => ({ ...p, currency: CURRENCY })),
      cards: [
        { ...LINKED_CARD, version: this.#linkedVersion },
        ...phoneCards.map(({ id, label, note, kind }) => ({ id, label, note, kind, version: this.#code(id).version })),
      ],
      buyersPage: this.#stack.buyersPages === '' ? '' : `${this.#stack.buyersPages}/M`,
      order: this.#order,
      hatch: this.#hatch,
      ...this.#seen,
    };
  }

  /** What the card shows now, as SVG. */
  async picture(cardId: string, cookies: string | undefined): Promise<string | undefined> {
    if (cardId === LINKED_CARD.id) return picturedCode(await this.#linkedCode(cookies).catch(() => undefined));
    const card = findCard(cardId);
    return card ? pictureOf(card, this.#code(cardId).text) : undefined;
  }

  /** A program has begun or ended: a kiosk whose process is gone is seen at once, not at the next look. */
  programsChanged(): void {
    if (!this.#stack.isRunning('kiosk')) this.#kiosk = this.#noKiosk('not running');
    this.#onChange();
  }

  /** Looks at all programs once; called again and again while somebody watches. */
  async look(): Promise<void> {
    const { agent, sandbox, relay } = this.#stack;
    const before = JSON.stringify([this.#kiosk, this.#seen, this.#linkedVersion]);
    const [status, dialogs, attempts, alarms, link, permissions] = await Promise.allSettled([
      agent.status(),
      sandbox.dialogs(),
      relay.attempts(ATTEMPTS_SHOWN),
      relay.alarms(),
      agent.linking(),
      sandbox.links(),
    ]);
    // After the attempts, so that the books never lag behind what the relay already knows.
    const ledger = await sandbox.ledger().catch(() => undefined);
    this.#kiosk =
      status.status === 'fulfilled' && this.#stack.isRunning('kiosk')
        ? {
            name: status.value.kiosk,
            running: true,
            service: status.value.service,
            ...(status.value.reason ? { reason: status.value.reason } : {}),
          }
        : this.#noKiosk(this.#kiosk.reason === 'starting' ? 'starting' : 'not running');
    const old = this.#seen;
    this.#seen = {
      ledger: ledger ? { charged: ledger.charged, returned: ledger.returned } : old.ledger,
      dialog: dialogs.status === 'fulfilled' ? (dialogs.value[0] ?? null) : null,
      attempts: attempts.status === 'fulfilled' && ledger ? booked(attempts.value, ledger) : old.attempts,
      alarms: alarms.status === 'fulfilled' ? alarms.value : old.alarms,
      link: link.status === 'fulfilled' ? link.value : null,
      permissions: permissions.status === 'fulfilled' ? permissions.value : old.permissions,
    };
    this.#linkedVersion = Math.floor(Date.now() / LINKED_PICTURE_MS);
    if (JSON.stringify([this.#kiosk, this.#seen, this.#linkedVersion]) !== before) this.#onChange();
  }

  async order(productId: string): Promise<void> {
    const product = products.find((p) => p.id === productId);
    if (!product) throw new ActionError(`product: found "${productId}", expected one of the goods on the page`);
    const { id } = await this.#stack.agent.place({
      amount: product.amount,
      currency: CURRENCY,
      reference: product.id.toUpperCase(),
    });
    this.#follow?.abort();
    this.#follow = new AbortController();
    this.#order = { id, product: product.id, events: [], lost: false };
    this.#onChange();
    void this.#followOrder(id, product.id, this.#follow.signal);
  }

  async cancel(): Promise<void> {
    if (!this.#order) throw new ActionError('There is no order to cancel.');
    await this.#stack.agent.cancel(this.#order.id);
  }

  async scan(cardId: string, cookies: string | undefined): Promise<void> {
    if (cardId === LINKED_CARD.id) return await this.#scanLinked(cookies);
    const card = findCard(cardId);
    if (!card) throw new ActionError(`card: found "${cardId}", expected one of the phone's codes`);
    const { text, version } = this.#code(cardId);
    await this.#stack.scanBytes(bytesOf(card, text));
    // One-time: the wallet shows the next one right away.
    this.#codes.set(cardId, { text: card.fresh(this.#random), version: version + 1 });
    this.#onChange();
  }

  async #scanLinked(cookies: string | undefined): Promise<void> {
    const code = await this.#linkedCode(cookies);
    if (code !== undefined) return await this.#stack.scan(code);
    throw new ActionError(
      'This browser has linked no wallet. Press "Link" on the kiosk’s display and open its code; both pages must be at 127.0.0.1.',
    );
  }

  #linkedCode = (cookies: string | undefined) => codeOnPhone(this.#stack.buyersPages, cookies);

  async choose(name: string): Promise<void> {
    const scenario = findScenario(name);
    if (!scenario) throw new ActionError(`scenario: found "${name}", expected one of the chooser's`);
    await this.#stack.play(scenario);
    this.#scenario = scenario;
    this.#onChange();
  }

  async answer(action: 'confirm' | 'reject'): Promise<void> {
    const dialog = this.#seen.dialog;
    if (!dialog) throw new ActionError('The wallet asks nothing at the moment.');
    await this.#stack.sandbox.answer(dialog.paymentRequestId, action);
    await this.look();
  }

  stop(): void {
    this.#follow?.abort();
  }

  #noKiosk(reason: 'starting' | 'not running'): PageState['kiosk'] {
    return { name: this.#stack.kioskName, running: false, service: 'out-of-service', reason };
  }

  #code(cardId: string): { text: string; version: number } {
    const known = this.#codes.get(cardId);
    if (known) return known;
    const made = { text: findCard(cardId)?.fresh(this.#random) ?? '', version: 1 };
    this.#codes.set(cardId, made);
    return made;
  }

  async #followOrder(id: string, product: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of this.#stack.agent.events(id, signal)) {
        if (this.#order?.id !== id) return;
        this.#order = { ...this.#order, events: [...this.#order.events, event] };
        this.#stack.log('order', `${product}: ${event.state}${event.state === 'ended' ? ` ${event.outcome}` : ''}`);
        this.#onChange();
        if (event.state === 'vending') void this.#vend(id, product);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#stack.log('order', `${product}: lost sight of it: ${describeError(error)}`);
    }
    const order = this.#order;
    if (order?.id !== id || order.events.at(-1)?.state === 'ended') return;
    this.#order = { ...order, lost: true };
    this.#onChange();
  }

  /** The hatch: the goods fall or get stuck, and the kiosk app reports it. */
  async #vend(id: string, product: string): Promise<void> {
    const result = this.#scenario.vend;
    this.#hatch = { seq: this.#hatch.seq + 1, product, stuck: result !== 'delivered' };
    this.#onChange();
    await new Promise((resolve) => setTimeout(resolve, DROP_MS));
    await this.#stack.agent.vend(id, result).catch((error: unknown) => this.#stack.log('order', describeError(error)));
  }
}
