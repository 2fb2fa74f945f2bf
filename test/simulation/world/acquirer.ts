import type { Money } from '../../../protocol/money.js';
import { anyCapabilities } from '../../../relay/acquirers/capabilities.js';
import type {
  Acquirer,
  CancelAnswer,
  Declined,
  InquiryAnswer,
  Paid,
  PayAnswer,
  PayRequest,
  Pending,
  PollPlan,
  RefundAnswer,
  Unknown,
} from '../../../relay/acquirers/contract.js';
import { noNotifications } from '../../../relay/acquirers/notifications.js';
import type { Clock } from '../../../relay/runtime/clock.js';
import type { Chance } from '../chance.js';
import type { FaultClass, FaultSource, Faults } from '../faults.js';
import type { Gates } from '../gates.js';
import type { LinkWitness } from '../link-witness.js';
import type { Points } from '../points.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import type { Witness } from '../witness.js';
import type { AcquirerBooks, Payment } from './acquirer-books.js';
import { EPOCH_MS } from './epoch.js';
import type { LinkedWallets } from './links.js';
import type { Process } from './process.js';
import type { Wallets } from './wallet.js';
import type { WalletHouse } from './wallet-house.js';

export const plan: PollPlan = {
  callTimeoutMs: 5_000,
  inquiryDelaysMs: [0, 2_000, 3_000, 3_000, 5_000],
  cancelDelaysMs: [2_000, 3_000, 3_000, 5_000, 5_000],
  codeLifeMs: 60_000,
  refundInquiryDelaysMs: [1_000, 5_000, 15_000, 30_000, 60_000],
  newRefundDelaysMs: [5_000, 30_000],
};

/** A request that arrives twice by order: the second time so much later. */
const AGAIN_MS = 300;
/** One that is late by order: after its caller has given it up. */
const LATE_MS = 10_000;

const faultNames = [
  'request-lost',
  'answer-lost',
  'request-late',
  'acquirer-unclear',
  'acquirer-busy',
  'cancel-fails',
  'id-conflict',
] as const satisfies FaultClass[];

/** What calls about one payment meet. Each has its own streams: one that is left out moves no other. */
type Meets = Readonly<Record<(typeof faultNames)[number], FaultSource>> & { readonly chance: Chance };

export type AcquirerParts = {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly points: Points;
  readonly gates: Gates;
  readonly chance: Chance;
  readonly books: AcquirerBooks;
  readonly wallets: Wallets;
  readonly links: LinkedWallets;
  readonly house: WalletHouse;
  readonly linkWitness: LinkWitness;
  /** A code has arrived under this id, whatever becomes of it. */
  readonly onAsked: (requestId: string, code: string, money: Money) => void;
  readonly witness: Witness;
};

const unknown = (detail: Unknown['detail']): Unknown => ({ kind: 'unknown', detail });

/** The acquirer, and the way to it. Answers come in the relay's closed vocabulary; adapters have tests of their own. */
export class SimulatedAcquirer {
  readonly parts: AcquirerParts;
  readonly #meets = new Map<string, Meets>();
  /** Nobody gets through until then. */
  downUntil = 0;

  constructor(parts: AcquirerParts) {
    this.parts = parts;
  }

  #meetsOf(requestId: string): Meets {
    const known = this.#meets.get(requestId);
    if (known) return known;
    const { faults, chance } = this.parts;
    const place = `calls about ${requestId}`;
    const sources = Object.fromEntries(faultNames.map((name) => [name, faults.source(name, place)]));
    const made = { ...sources, chance: chance.fork(requestId) } as Meets;
    this.#meets.set(requestId, made);
    return made;
  }

  /** As one relay reaches it. */
  port(process: Process, clock: Clock): Acquirer {
    return {
      name: 'simulated',
      plan,
      capabilities: anyCapabilities,
      ...noNotifications,
      linking: this.parts.house.port(process),
      pay: (request) => this.#pay(request, process, clock),
      inquire: (requestId) => this.#call(process, requestId, 'inquire', () => this.#inquired(requestId)),
      cancel: (requestId) => this.#call(process, requestId, 'cancel', () => this.#cancelled(requestId)),
      refund: (r) => this.#call(process, r.requestId, 'refund', () => this.#refunded(r.requestId, r.refundId, r.money)),
      inquireRefund: (refundId, requestId) =>
        this.#call(process, requestId, 'inquire refund', () => this.#refundStands(requestId, refundId)),
    };
  }

  #pay(request: PayRequest, process: Process, clock: Clock): Promise<PayAnswer> {
    const { timeline } = this.parts;
    const { chance } = this.#meetsOf(request.requestId);
    if (request.wallet !== undefined) this.parts.linkWitness.charges(request.requestId);
    return new Promise((resolve) => {
      // The connection stands late sometimes; the adapter looks at the time then, and only then writes.
      process.after(1 + chance.wait(20, 3_000), () => {
        if (timeline.now < this.downUntil) return resolve({ kind: 'not-sent', detail: 'connection refused' });
        if (clock.now() > request.sendUntil.getTime()) return resolve({ kind: 'not-sent', detail: 'too late' });
        void this.#call(process, request.requestId, 'pay', () => this.#paid(request)).then(resolve);
      });
    });
  }

  /** One request and its answer; each may be lost, late or unclear. `act` is what happens where it arrives. */
  #call<A extends { kind: string }>(
    process: Process,
    requestId: string,
    what: string,
    act: () => A,
  ): Promise<A | Unknown> {
    const { timeline, story, points, gates } = this.parts;
    const s = this.#meetsOf(requestId);
    const { chance } = s;
    const relay = process.name;
    return new Promise((resolve) => {
      const tell = (given: A | Unknown): void => {
        if (given.kind === 'paid') this.parts.witness.saidPaid(requestId);
        story.tell(relay, () => `acquirer says of ${what}: ${inWords(given)}`, requestId);
        resolve(given);
      };
      const answer = (given: A | Unknown, afterMs: number) => {
        process.after(afterMs, () => {
          const fate = points.pass('answer-received', relay);
          if (!process.alive) return;
          const late = (): void => tell(unknown('timeout'));
          if (fate === 'lost') process.after(plan.callTimeoutMs, late);
          else if (!gates.call?.({ way: 'answer', what, requestId, relay, go: () => tell(given) })) tell(given);
        });
      };
      const fate = points.pass('request-sent', relay);
      if (!process.alive) return;
      this.parts.witness.asks(requestId, what);
      story.tell(relay, () => `asks the acquirer: ${what}`, requestId);
      const timedOut = (): void => answer(unknown('timeout'), plan.callTimeoutMs);
      if (timeline.now < this.downUntil || fate === 'lost' || s['request-lost'].strikes()) return timedOut();
      if (fate === 'late') timeline.after(LATE_MS, act);
      if (fate === 'late') return timedOut();
      if (s['request-late'].strikes()) {
        timeline.after(plan.callTimeoutMs + s['request-late'].chance.between(0, 60_000), act);
        return timedOut();
      }
      if (gates.call?.({ way: 'request', what, requestId, relay, go: act })) return timedOut();
      if (s['acquirer-busy'].strikes()) return answer(unknown('busy'), 20);
      const there = 2 + chance.wait(40, 3_000);
      if (fate === 'twice') timeline.after(there + AGAIN_MS, act);
      timeline.after(there, () => {
        const given = act();
        if (s['answer-lost'].strikes()) return answer(unknown('timeout'), plan.callTimeoutMs - there);
        if (s['acquirer-unclear'].strikes()) return answer(unknown('unclear'), 5);
        answer(given, 1 + chance.wait(20, 1_500));
      });
    });
  }

  #paid(request: PayRequest): PayAnswer {
    const { books, wallets, links, house, timeline, onAsked } = this.parts;
    const { requestId, money, wallet } = request;
    // By token: the code that its owner showed names what this wallet will do.
    const code = wallet === undefined ? request.code : (links.shown.get(requestId) ?? request.code);
    const isDead = wallet !== undefined && !house.isAlive(request.code);
    onAsked(requestId, code, money);
    if (isDead && !this.#find(requestId)) return { kind: 'declined', reason: 'unlinked' };
    const expiresAt = request.expiresAt.getTime() - EPOCH_MS;
    const landed = books.land({ requestId, code, money, expiresAt }, wallets.find(code), timeline.now);
    if (landed === 'conflict' || this.#meetsOf(requestId)['id-conflict'].strikes()) return { kind: 'conflict' };
    if (landed === 'code-used') return { kind: 'declined', reason: 'code-expired' };
    const { state } = landed;
    return state === 'cancelled' ? unknown('unclear') : this.#stands(landed, state);
  }

  #find(requestId: string): Payment | undefined {
    const { books, timeline } = this.parts;
    return books.find(requestId, timeline.now);
  }

  #stands(payment: Payment, state: Exclude<Payment['state'], 'cancelled'>): Paid | Pending | Declined {
    switch (state) {
      case 'paid': {
        const { wallet, charged, currency } = payment;
        if (wallet?.amountUnsaid && this.#meetsOf(payment.requestId).chance.hits(0.5))
          return { kind: 'paid', acquirerId: 'p' };
        return { kind: 'paid', acquirerId: 'p', money: { amount: charged, currency } };
      }
      case 'pending':
        return { kind: 'pending', acquirerId: 'p' };
      case 'declined':
        return { kind: 'declined', reason: 'insufficient-funds' };
    }
  }

  #inquired(requestId: string): InquiryAnswer {
    const payment = this.#find(requestId);
    if (!payment) return { kind: 'not-found' };
    const hiddenMs = payment.wallet?.hiddenMs ?? 0;
    if (this.parts.timeline.now < payment.landedAt + hiddenMs) return { kind: 'not-found' };
    const { state } = payment;
    return state === 'cancelled' ? { kind: 'cancelled' } : this.#stands(payment, state);
  }

  #cancelled(requestId: string): CancelAnswer {
    const { books, timeline } = this.parts;
    const payment = this.#find(requestId);
    if (!payment) return { kind: 'not-found' };
    if (this.#meetsOf(requestId)['cancel-fails'].strikes()) return unknown('unclear');
    if (payment.state === 'paid' && payment.wallet?.cancelWindowOver) return { kind: 'refund-instead' };
    books.cancel(payment, timeline.now);
    return { kind: 'cancelled' };
  }

  #refunded(requestId: string, refundId: string, { amount }: Money): RefundAnswer {
    const { books, timeline } = this.parts;
    const payment = this.#find(requestId);
    if (!payment) return { kind: 'not-found' };
    if (payment.state === 'cancelled') return { kind: 'already-returned' };
    if (books.refund(payment, refundId, amount, timeline.now) === 'too-much') return { kind: 'failed', retry: 'never' };
    return this.#refundStands(requestId, refundId);
  }

  #refundStands(requestId: string, refundId: string): RefundAnswer {
    const payment = this.#find(requestId);
    const refund = payment?.refunds.get(refundId);
    if (!refund) return { kind: 'not-found' };
    if (refund.state === 'failed') return { kind: 'failed', retry: 'new-id', alarm: true };
    return refund.state === 'done' ? { kind: 'refunded' } : { kind: 'pending' };
  }
}

function inWords(answer: { kind: string; reason?: string; detail?: string; money?: Money }): string {
  const { kind, reason, detail, money } = answer;
  return [kind, reason ?? detail, money && `${money.amount} ${money.currency}`].filter(Boolean).join(' ');
}
