import type { OrderEvent } from '../../../agent/orders/order.js';

/** What the run itself saw and did: it is the customers with their phones, and the kiosk apps that hand out the goods. */

export type KioskEvent = OrderEvent & { readonly at: number };

/** What the kiosk app does when it is told to vend. */
export type AppPlan = {
  /** The goods go out. */
  readonly handsOut: boolean;
  /** What it reports; `nothing`: the kiosk's own limit ends the vend. */
  readonly says: 'delivered' | 'failed' | 'doubtful' | 'nothing';
  /** How long after it was told, ms; some reports come after the kiosk's limit. */
  readonly afterMs: number;
  /** Says it twice. */
  readonly twice: boolean;
};

/** One order, as its customer and its kiosk app know it. */
export type Sale = {
  readonly order: string;
  readonly kiosk: string;
  /** Minor units. */
  readonly amount: number;
  readonly placedAt: number;
  readonly plan: AppPlan;
  readonly events: KioskEvent[];
  /** Goods that went out, each time. */
  handedOut: number;
  /** What the app has said and the kiosk has taken. */
  readonly reports: string[];
};

export class Witness {
  readonly sales = new Map<string, Sale>();
  /** Every code that was held under a scanner. Secrets. */
  readonly codes: string[] = [];

  open(sale: Omit<Sale, 'events' | 'handedOut' | 'reports'>): Sale {
    const opened: Sale = { ...sale, events: [], handedOut: 0, reports: [] };
    this.sales.set(sale.order, opened);
    return opened;
  }

  /** Orders whose code a kiosk has sent to the relay. */
  payments = 0;

  /** False: known already, as when a kiosk tells its stream's history again. */
  note(sale: Sale, event: KioskEvent): boolean {
    if (sale.events.some((known) => known.at === event.at && known.state === event.state)) return false;
    if (event.state === 'submitted') this.payments += 1;
    sale.events.push(event);
    return true;
  }
}

export const attemptOf = (sale: Sale): string | undefined =>
  sale.events.find((event) => event.state === 'submitted')?.attempt;

export const toldToVend = (sale: Sale): number => sale.events.filter((event) => event.state === 'vending').length;

export const outcomeOf = (sale: Sale): string | undefined =>
  sale.events.find((event) => event.state === 'ended')?.outcome;
