import type { AttemptId, OrderId } from '../../protocol/ids.js';
import { orderOf } from '../../protocol/ids.js';
import type { Money } from '../../protocol/money.js';
import { type Attempt, finalStates } from '../../relay/payment/types.js';
import type { Payment } from './world/acquirer-books.js';

/** The invariants of design section 4.1, by name; W: of linked wallets, as the README has them; `crash` is a fault of ours that ended a program. */
export type Predicate =
  | `S${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 13}`
  | `L${1 | 2 | 3 | 4 | 5 | 6}`
  | `W${1 | 2 | 3 | 4 | 5 | 6 | 7}`
  | 'reconciliation'
  | 'crash';

export type Violation = {
  readonly predicate: Predicate;
  /** ms since the beginning of the world. */
  readonly at: number;
  readonly text: string;
  readonly attempt?: AttemptId;
  readonly kiosk?: string;
};

/** What is true of one order, seen from outside every program. */
type OrderFacts = { readonly kiosk: string; readonly money: Money; readonly charged: Set<AttemptId>; vends: number };
/** What is true of one attempt. */
export type AttemptFacts = {
  readonly order: OrderId;
  readonly kiosk: string;
  /** The acquirer's payment, once one has landed. */
  payment?: Payment;
  /** The ledger has committed "approved". */
  approved: boolean;
  vendBegun: boolean;
  goodsOut: boolean;
  /** It was seen to begin. */
  opened: boolean;
  /** What was under the scanner then. */
  code?: string;
  /** The machine could not say whether the goods are out. */
  unclear?: true;
  /** The ledger has settled a doubtful vend without a person, as this world's policy wants it. */
  byPolicy?: 'keep' | 'reverse';
};

/**
 * Sees what no program sees: what the acquirer booked, what came out of the machine, what was committed. After each such
 * fact the safety predicates that it touches are asked.
 */
export class Oracle {
  readonly violations: Violation[] = [];
  readonly orders = new Map<OrderId, OrderFacts>();
  readonly attempts = new Map<AttemptId, AttemptFacts>();
  readonly #codes = new Map<string, AttemptId>();
  readonly #now: () => number;
  readonly #stored: (id: AttemptId) => Attempt | undefined;

  constructor(now: () => number, stored: (id: AttemptId) => Attempt | undefined) {
    this.#now = now;
    this.#stored = stored;
  }

  violate(predicate: Predicate, text: string, attempt?: AttemptId, kiosk?: string): void {
    const where = attempt === undefined ? {} : { attempt };
    const place = kiosk ?? (attempt && this.attempts.get(attempt)?.kiosk);
    this.violations.push({ predicate, at: this.#now(), text, ...where, ...(place ? { kiosk: place } : {}) });
  }

  /** Facts of an attempt, made when first heard of. */
  attempt(id: AttemptId): AttemptFacts {
    const order = orderOf(id);
    const known = this.attempts.get(id);
    if (known) return known;
    const kiosk = this.orders.get(order)?.kiosk ?? '';
    const made: AttemptFacts = { order, kiosk, opened: false, approved: false, vendBegun: false, goodsOut: false };
    this.attempts.set(id, made);
    return made;
  }

  placed(id: OrderId, kiosk: string, money: Money): void {
    if (this.orders.has(id)) this.violate('S3', `order ${id} is placed, and another of this id was`, undefined, kiosk);
    this.orders.set(id, { kiosk, money, charged: new Set(), vends: 0 });
  }

  /** An attempt began, with what was under the scanner. @returns false: that is known */
  opened(id: AttemptId, code?: string): boolean {
    const facts = this.attempt(id);
    if (facts.opened) return false;
    facts.opened = true;
    if (code !== undefined) facts.code = code;
    return true;
  }

  /** A pay request reached the acquirer. */
  asked(id: AttemptId, code: string, money: Money): void {
    const facts = this.attempt(id);
    const order = this.orders.get(facts.order);
    if (facts.code !== undefined && facts.code !== code)
      this.violate('S3', 'the acquirer was asked with another code than was scanned for this attempt', id);
    const user = this.#codes.get(code);
    if (user !== undefined && user !== id) this.violate('S2', `the code was used before, by ${user}`, id);
    this.#codes.set(code, id);
    if (!order) {
      this.violate('S3', 'the acquirer was asked for an order that nobody placed', id);
      return;
    }
    if (order.money.amount !== money.amount || order.money.currency !== money.currency)
      this.violate('S3', `asked ${money.amount} ${money.currency}, the order is ${order.money.amount}`, id);
  }

  charged(payment: Payment): void {
    const id = payment.requestId;
    const facts = this.attempt(id);
    facts.payment = payment;
    const order = this.orders.get(facts.order);
    order?.charged.add(id);
    for (const other of order?.charged ?? []) {
      if (other !== id && owes(this.attempts.get(other)?.payment))
        this.violate('S1', `paid, while ${other} of the same order is paid and not reversed`, id);
    }
    const stored = this.#stored(id);
    if (stored?.state === 'declined' || stored?.state === 'refused')
      this.violate('S9', `charged after the ledger had called it ${stored.state}`, id);
    if (stored?.state === 'reversed') this.violate('S6', 'charged after the ledger had called it reversed', id);
    if (stored?.finding === 'not-charged') this.violate('S9', 'charged after the operator was told that it is not', id);
  }

  returned(payment: Payment): void {
    const facts = this.attempt(payment.requestId);
    if (facts.goodsOut && facts.byPolicy !== 'reverse')
      this.violate('S7', 'the money went back and the goods are out', payment.requestId);
  }

  vendBegun(id: AttemptId): void {
    const facts = this.attempt(id);
    const order = this.orders.get(facts.order);
    facts.vendBegun = true;
    if (!facts.approved) this.violate('S4', 'a vend began without an approval in the ledger', id);
    if (!facts.payment) this.violate('S4', 'a vend began and the acquirer knows of no payment', id);
    if (!order || !facts.payment) return;
    order.vends += 1;
    if (order.vends > 1) this.violate('S5', `vend number ${order.vends} of one order`, id);
    const { charged, currency } = facts.payment;
    if (charged !== order.money.amount || currency !== order.money.currency)
      this.violate('S8', `asked ${order.money.amount}, charged ${charged} ${currency}, and a vend began`, id);
  }

  goodsOut(id: AttemptId): void {
    const facts = this.attempt(id);
    facts.goodsOut = true;
    if ((facts.payment?.returned ?? 0) > 0 && facts.byPolicy !== 'reverse')
      this.violate('S7', 'goods came out and the money had gone back', id);
  }

  /** A row as it was and as a commit left it. */
  committed(before: Attempt | undefined, after: Attempt): void {
    const { id } = after;
    const facts = this.attempt(id);
    if (before) this.#compare(before, after);
    if (after.state === 'approved') facts.approved = true;
    if (after.state === 'declined' && owes(facts.payment))
      this.violate('S9', 'declined, and the customer is charged', id);
    if (after.state === 'reversed' && owes(facts.payment))
      this.violate('S6', 'called reversed, and the customer is still charged', id);
  }

  #compare(before: Attempt, after: Attempt): void {
    const { id } = after;
    if (finalStates.has(before.state) && after.state !== before.state)
      this.violate('S10', `${before.state} became ${after.state}`, id);
    if (before.state === 'reversing' && after.state === 'approved')
      this.violate('S10', 'approved, after giving back had begun', id);
    const [asked, now] = [before.money, after.money];
    if (asked?.amount !== now?.amount || asked?.currency !== now?.currency || before.boot !== after.boot)
      this.violate('S3', 'what was asked has changed in the ledger', id);
  }
}

/** The customer's money is with the merchant. */
export const owes = (payment: Payment | undefined): boolean =>
  payment !== undefined && payment.charged > payment.returned;
