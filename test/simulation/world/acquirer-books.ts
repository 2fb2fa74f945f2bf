import type { Currency, Money } from '../../../protocol/money.js';
import type { Wallet } from './wallet.js';

/** The acquirer's own ledger: what it charged and gave back. It is the judge. */
export type Payment = {
  readonly requestId: string;
  readonly code: string;
  readonly asked: Money;
  readonly wallet: Wallet | undefined;
  readonly landedAt: number;
  /** True time; nothing is charged from then on. */
  readonly expiresAt: number;
  state: 'pending' | 'paid' | 'declined' | 'cancelled';
  paysAt: number;
  charged: number;
  currency: Currency;
  returned: number;
  readonly refunds: Map<string, { amount: number; state: 'pending' | 'done' | 'failed'; doneAt: number }>;
};

export type BooksEvents = {
  readonly onCharged: (payment: Payment) => void;
  readonly onReturned: (payment: Payment) => void;
};

const OTHER: Record<string, Currency> = { HKD: 'JPY', JPY: 'HKD' };

export class AcquirerBooks {
  readonly #payments = new Map<string, Payment>();
  readonly #byCode = new Map<string, string>();
  readonly #events: BooksEvents;

  constructor(events: BooksEvents) {
    this.#events = events;
  }

  all(): Iterable<Payment> {
    return this.#payments.values();
  }

  /** As it stands at `now`: what its owner or its expiry has done meanwhile is done. */
  find(requestId: string, now: number): Payment | undefined {
    const payment = this.#payments.get(requestId);
    if (payment) this.#settle(payment, now);
    return payment;
  }

  /** A pay request arrives. The same id with the same content is the same payment. */
  land(
    request: { requestId: string; code: string; money: Money; expiresAt: number },
    wallet: Wallet | undefined,
    now: number,
  ): Payment | 'conflict' | 'code-used' {
    const earlier = this.find(request.requestId, now);
    if (earlier) {
      const same = earlier.code === request.code && earlier.asked.amount === request.money.amount;
      return same ? earlier : 'conflict';
    }
    if (this.#byCode.has(request.code)) return 'code-used';
    const payment: Payment = {
      requestId: request.requestId,
      code: request.code,
      asked: request.money,
      wallet,
      landedAt: now,
      expiresAt: Math.min(request.expiresAt, wallet?.deadAt ?? now),
      state: 'pending',
      paysAt: Number.POSITIVE_INFINITY,
      charged: 0,
      currency: request.money.currency,
      returned: 0,
      refunds: new Map(),
    };
    this.#payments.set(request.requestId, payment);
    this.#byCode.set(request.code, request.requestId);
    if (!wallet || wallet.does === 'declines' || now >= payment.expiresAt) payment.state = 'declined';
    else if (wallet.does === 'pays') this.charge(payment);
    else if (wallet.does === 'asks-password') payment.paysAt = now + wallet.takesMs;
    return payment;
  }

  charge(payment: Payment): void {
    const { wallet, asked } = payment;
    payment.state = 'paid';
    payment.charged = Math.max(1, asked.amount + (wallet?.wrongCurrency ? 0 : (wallet?.over ?? 0)));
    if (wallet?.wrongCurrency) payment.currency = OTHER[asked.currency] ?? 'JPY';
    this.#events.onCharged(payment);
  }

  /** Whatever it was, it can be paid no more; what had been paid goes back in full. */
  cancel(payment: Payment, now: number): void {
    this.#settle(payment, now);
    if (payment.state === 'pending' && payment.wallet?.does === 'pays-at-cancel') this.charge(payment);
    if (payment.state === 'cancelled') return;
    if (payment.state === 'paid') this.#giveBack(payment, payment.charged - payment.returned);
    payment.state = 'cancelled';
  }

  refund(payment: Payment, refundId: string, amount: number, now: number): 'too-much' | 'asked-before' | 'new' {
    if (payment.refunds.has(refundId)) return 'asked-before';
    const taken = [...payment.refunds.values()]
      .filter((r) => r.state !== 'failed')
      .reduce((sum, r) => sum + r.amount, 0);
    if (taken + amount > payment.charged) return 'too-much';
    const { refundPending, refundFails } = payment.wallet ?? { refundPending: false, refundFails: 'no' };
    const fails = refundFails === 'always' || (refundFails === 'once' && payment.refunds.size === 0);
    payment.refunds.set(refundId, { amount, state: 'pending', doneAt: now + (refundPending ? 20_000 : 0) });
    this.#settleRefunds(payment, now, fails ? refundId : '');
    return 'new';
  }

  #settle(payment: Payment, now: number): void {
    this.#settleRefunds(payment, now, '');
    if (payment.state !== 'pending') return;
    if (payment.paysAt <= now && payment.paysAt < payment.expiresAt) this.charge(payment);
    else if (payment.expiresAt <= now && payment.wallet?.does !== 'pays-at-cancel') payment.state = 'declined';
  }

  #settleRefunds(payment: Payment, now: number, failing: string): void {
    for (const [id, refund] of payment.refunds) {
      if (id === failing) refund.state = 'failed';
      if (refund.state !== 'pending' || refund.doneAt > now) continue;
      refund.state = 'done';
      this.#giveBack(payment, refund.amount);
    }
  }

  #giveBack(payment: Payment, amount: number): void {
    if (amount <= 0) return;
    payment.returned += amount;
    this.#events.onReturned(payment);
  }
}
