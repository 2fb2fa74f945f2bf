import { bootTag } from '../../../protocol/ids.js';
import type { Hello, Pay } from '../../../protocol/messages.js';
import type { Delivery } from '../../../protocol/words.js';
import { type Admission, type AdmissionRules, admitPay } from '../../../relay/greet/admit.js';
import { hearHello } from '../../../relay/greet/hello.js';
import { hearAbort, hearVend } from '../../../relay/greet/report.js';
import type { Ledger } from '../../../relay/ledger/contract.js';
import type { Attempt, PaymentEvent, Policy } from '../../../relay/payment/types.js';
import { apply } from '../../../relay/worker/apply.js';
import { plan, ScriptedAcquirer } from '../../unit/relay/link/stage.js';

/** Every id of a scene is made of a letter, so that a failure can be read. */
export const nonce = (letter: string): string => letter.repeat(32);
const order = (letter: string): string => `0${letter}`.repeat(8);

export const policy: Policy = {
  callTimeoutMs: 5_000,
  inquiryDelaysMs: [0, 2_000],
  cancelDelaysMs: [2_000],
  refundInquiryDelaysMs: [5_000, 5_000],
  newRefundDelaysMs: [60_000],
  vendMarginMs: 5_000,
  reportLateMs: 120_000,
  operatorInquiryDelaysMs: [60_000],
  doubtful: 'ask',
};

/** Everything is the account of this policy. */
export const accounts = { of: () => ({ policy }) };

const nobody = new ScriptedAcquirer({}, { ...plan, callTimeoutMs: 5_000, codeLifeMs: 60_000 });
const to = { merchant: 'm', account: 'test', why: 'm, route 1', acquirer: nobody, deadlineMs: 50_000 };

export const rules: AdmissionRules = {
  payValidMs: 20_000,
  kioskDeadlineMs: 60_000,
  route: (_, { currency }) => (currency === 'JPY' ? undefined : to),
  cap: (_, currency) => (currency === 'KRW' ? undefined : 10_000),
};

/** One boot of one kiosk: the frames it sends. Its monotonic clock began at `bootedAt` of the relay's. */
export class Boot {
  readonly nonce: string;
  readonly tag: string;
  readonly chain: string[];

  readonly bootedAt: number;

  constructor(letter: string, earlier: string, bootedAt = 0) {
    this.bootedAt = bootedAt;
    this.nonce = nonce(letter);
    this.tag = bootTag(this.nonce);
    this.chain = [letter, ...earlier].map(nonce);
  }

  hello(now: number, open: Record<string, Delivery> = {}, challenge?: string): Hello {
    return {
      type: 'hello',
      epoch: nonce('e'),
      number: this.chain.length,
      nonce: this.nonce,
      chain: this.chain,
      board: 'board-1',
      atMs: now - this.bootedAt,
      open: Object.entries(open).map(([name, delivery]) => ({ attempt: attemptId(name), delivery })),
      ...(challenge ? { challenge } : {}),
      version: 'test',
    };
  }
}

/** 'A' is the first attempt of order A; 'A2' the second. */
export const attemptId = (name: string): string => {
  const letter = name.slice(0, 1).toLowerCase();
  return order(letter) + name.slice(1).padStart(16, '0');
};

/** The relay's doors, on a real ledger, at a time the test chooses. */
export class Scene {
  now = 100_000;
  kiosk = 'lobby-1';
  /** Of the relay's clock behind the ledger's. */
  behindMs = 0;
  /** Whoever accepts sends the pay as well: it is written with the row. */
  sends = false;
  readonly #codeHashKey = Buffer.alloc(32, 7);
  readonly ledger: Ledger;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  get context() {
    return { now: this.now, accounts, relay: 'relay-1', firstTellMs: 1_000 };
  }

  async hello(boot: Boot, open: Record<string, Delivery> = {}, challenge?: string) {
    const context = { ...this.context, rules: { cloneWindowMs: 600_000 }, random: randomOnce() };
    return await hearHello(this.ledger, this.kiosk, boot.hello(this.now, open, challenge), context);
  }

  /** As if this boot had been greeted while there was nothing to sweep. */
  async greetedOnly(boot: Boot): Promise<void> {
    const hello = boot.hello(this.now);
    const clock = { offset: boot.bootedAt, at: this.now };
    await this.ledger.transaction(async (tx) => {
      await tx.lockForHello(this.kiosk);
      await tx.saveGreeting(this.kiosk, { hello, now: this.now, clock, switched: false });
    });
  }

  /** Hello as decided: "greet", "stale", … */
  async said(boot: Boot, open: Record<string, Delivery> = {}, challenge?: string): Promise<string> {
    return (await this.hello(boot, open, challenge)).decision.type;
  }

  payFrame(boot: Boot, name: string, more: Partial<Pay> = {}): Pay {
    return {
      type: 'pay',
      attempt: attemptId(name),
      code: `28${name.charCodeAt(0)}${'0'.repeat(15)}${name.length}`,
      amount: 3550,
      currency: 'HKD',
      reference: name,
      scanMs: this.now - boot.bootedAt,
      validMs: 20_000,
      ...more,
    };
  }

  async pay(boot: Boot, name: string, more: Partial<Pay> = {}): Promise<Admission> {
    return await admitPay(this.ledger, this.kiosk, boot.tag, this.payFrame(boot, name, more), {
      now: this.now,
      rules,
      codeHashKey: this.#codeHashKey,
      relay: 'relay-1',
      leaseMs: 15_000,
      firstTellMs: 1_000,
      behindMs: this.behindMs,
      ...(this.sends ? { sends: accounts } : {}),
    });
  }

  /** The admission's type, with the reason of a refusal. */
  async paid(boot: Boot, name: string, more: Partial<Pay> = {}): Promise<string> {
    const admitted = await this.pay(boot, name, more);
    return admitted.type === 'refused' ? `refused ${admitted.attempt.reason}` : admitted.type;
  }

  async vend(boot: Boot, name: string, delivery: Delivery) {
    const report = { kiosk: this.kiosk, tag: boot.tag, attempt: attemptId(name), delivery };
    return await hearVend(this.ledger, report, this.context);
  }

  async abort(boot: Boot, name: string) {
    return await hearAbort(this.ledger, { kiosk: this.kiosk, tag: boot.tag, attempt: attemptId(name) }, this.context);
  }

  async on(name: string, event: PaymentEvent) {
    const applied = await apply(this.ledger, attemptId(name), event, this.context);
    if (!applied) throw new Error(`${name}: not in the ledger`);
    return applied;
  }

  /** Accepted, its pay sent; undecided. */
  async submitted(boot: Boot, name: string, more: Partial<Pay> = {}): Promise<void> {
    const type = await this.paid(boot, name, more);
    if (type !== 'accepted') throw new Error(`${name}: ${type}`);
    await this.on(name, { type: 'due', codeHeld: true });
  }

  /** "▸" of the findings: greeted, paid, approved. */
  async approved(boot: Boot, name: string, more: Partial<Pay> = {}): Promise<void> {
    await this.submitted(boot, name, more);
    const money = { amount: more.amount ?? 3550, currency: more.currency ?? 'HKD' };
    await this.on(name, { type: 'pay-answered', answer: { kind: 'paid', money } });
  }

  async attempt(name: string): Promise<Attempt> {
    const found = await this.ledger.load(attemptId(name));
    if (!found) throw new Error(`${name}: not in the ledger`);
    return found;
  }

  /** "state" or "state reason" */
  async standing(name: string): Promise<string> {
    const { state, reason } = await this.attempt(name);
    return reason ? `${state} ${reason}` : state;
  }

  async alarms(): Promise<string[]> {
    return (await this.ledger.newestAlarms(100)).map((a) => a.kind).reverse();
  }
}

let calls = 0;
const randomOnce = () => (n: number) => Buffer.alloc(n, ++calls % 251);
