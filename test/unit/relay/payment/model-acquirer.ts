import type { Money } from '../../../../protocol/money.js';
import type { CancelAnswer, InquiryAnswer, RefundAnswer } from '../../../../relay/acquirers/contract.js';
import { declined, neverAgain, pending, refunded, submittedAt0, unknown, unsaid } from './sample.js';

type Refund = { amount: number; state: 'in-hand' | 'done' | 'failed' };

/**
 * An acquirer with a ledger of its own: requests land late or never, answers get lost, the wallet decides when it likes,
 * some payments are too old to cancel. It keeps to its ids and to nothing else: two refunds under two ids it makes both.
 */
export class ModelAcquirer {
  order: 'none' | 'pending' | 'paid' | 'failed' | 'closed' = 'none';
  charged = 0;
  returned = 0;
  readonly refunds = new Map<string, Refund>();
  readonly #next: () => number;
  readonly #windowOver: boolean;
  readonly #travelling: { at: number; id: string; amount: number }[] = [];
  #landsAt = Number.POSITIVE_INFINITY;

  constructor(next: () => number) {
    this.#next = next;
    this.#windowOver = next() < 0.5;
  }

  /** The request travels on by itself, no longer than rule 11 allows. */
  send(now: number): void {
    if (this.#next() < 0.1) return;
    this.#landsAt = now + (this.#next() < 0.7 ? 0 : this.#next() * (submittedAt0.landingUntil - now));
  }

  passes(now: number): void {
    if (this.order === 'none' && now >= this.#landsAt) this.order = 'pending';
    if (this.order === 'pending') {
      const luck = this.#next();
      if (luck < 0.3) this.#charge();
      else if (luck < 0.4) this.order = 'failed';
    }
    for (const late of this.#travelling.splice(0)) {
      if (late.at <= now) this.#land(late.id, late.amount);
      else this.#travelling.push(late);
    }
    for (const refund of this.refunds.values()) {
      if (refund.state === 'in-hand' && this.#next() < 0.3) this.#finish(refund);
    }
  }

  #charge(): void {
    this.order = 'paid';
    this.charged = this.#next() < 0.1 ? 3_551 : 3_550;
  }

  inquire(): InquiryAnswer {
    if (this.#next() < 0.3) return unknown;
    switch (this.order) {
      case 'none':
        return { kind: 'not-found' };
      case 'pending':
        return pending;
      case 'paid':
        return this.#next() < 0.1 ? unsaid : { kind: 'paid', money: { amount: this.charged, currency: 'HKD' } };
      case 'failed':
        return declined;
      case 'closed':
        return { kind: 'cancelled' };
    }
  }

  cancel(): CancelAnswer {
    const arrives = this.#next() > 0.2;
    if (!arrives) return unknown;
    if (this.order === 'none') return { kind: 'not-found' };
    if (this.order === 'failed' || this.refunds.size > 0) return { kind: 'refused' };
    if (this.order === 'paid' && this.#windowOver) return { kind: 'refund-instead' };
    if (this.order === 'paid') this.returned = this.charged;
    this.order = 'closed';
    return this.#next() < 0.2 ? unknown : { kind: 'cancelled' };
  }

  /** One in four is late: it may land after we have asked what became of it, or have sent it again. */
  refund(id: string, { amount }: Money, now: number): RefundAnswer {
    if (this.#next() < 0.25) {
      this.#travelling.push({ at: now + this.#next() * 30_000, id, amount });
      return unknown;
    }
    this.#land(id, amount);
    return this.#next() < 0.2 ? unknown : this.#told(id);
  }

  inquireRefund(id: string): RefundAnswer {
    return this.#next() < 0.2 ? unknown : this.#told(id);
  }

  #told(id: string): RefundAnswer {
    if (this.order === 'closed') return { kind: 'already-returned' };
    switch (this.refunds.get(id)?.state) {
      case 'done':
        return refunded;
      case 'in-hand':
        return pending;
      case 'failed':
        return this.#windowOver && this.#next() < 0.1 ? neverAgain : { kind: 'failed', retry: 'new-id', alarm: true };
      case undefined:
        return { kind: 'not-found' };
    }
  }

  #land(id: string, amount: number): void {
    if (this.order !== 'paid' || this.refunds.has(id)) return;
    const refund: Refund = { amount, state: 'in-hand' };
    this.refunds.set(id, refund);
    const luck = this.#next();
    if (luck < 0.5) this.#finish(refund);
    else if (luck < 0.8) refund.state = 'failed';
  }

  #finish(refund: Refund): void {
    refund.state = 'done';
    this.returned += refund.amount;
  }
}
