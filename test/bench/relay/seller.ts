import { bootTag } from '../../../protocol/ids.js';
import { antomPlan } from '../../../relay/acquirers/antom/plan.js';
import { anyCapabilities } from '../../../relay/acquirers/capabilities.js';
import type { Acquirer, NotSent } from '../../../relay/acquirers/contract.js';
import { noNotifications } from '../../../relay/acquirers/notifications.js';
import { type AdmissionRules, admitPay } from '../../../relay/greet/admit.js';
import { hearHello } from '../../../relay/greet/hello.js';
import type { Ledger } from '../../../relay/ledger/contract.js';
import type { PaymentEvent, Policy } from '../../../relay/payment/types.js';
import { apply } from '../../../relay/worker/apply.js';

const policy: Policy = {
  ...antomPlan,
  ...{ vendMarginMs: 5_000, reportLateMs: 120_000, operatorInquiryDelaysMs: [60_000], doubtful: 'ask' },
};
const notSent = (): Promise<NotSent> => Promise.resolve({ kind: 'not-sent', detail: 'a benchmark' });
const nobody: Acquirer = {
  ...{ name: 'bench', plan: antomPlan, capabilities: anyCapabilities },
  ...{ pay: notSent, inquire: notSent, cancel: notSent, refund: notSent, inquireRefund: notSent },
  ...noNotifications,
};
const rules: AdmissionRules = {
  ...{ payValidMs: 20_000, kioskDeadlineMs: 60_000, cap: () => Number.POSITIVE_INFINITY },
  route: () => ({ merchant: 'm', account: 'bench', why: 'm, route 1', acquirer: nobody, deadlineMs: 50_000 }),
};

/** The relay's own doors on a ledger, without broker and acquirer: what a payment asks of the database. */
export class Seller {
  readonly #ledger: Ledger;
  readonly #now: number;

  constructor(ledger: Ledger, now: number) {
    this.#ledger = ledger;
    this.#now = now;
  }

  kiosk = (n: number): string => `bench-${n}`;
  #nonce = (n: number): string => n.toString(16).padStart(32, 'b');

  get #context() {
    return {
      now: this.#now,
      accounts: { of: () => ({ policy }) },
      relay: 'bench',
      firstTellMs: 1_000,
      leaseMs: 15_000,
    };
  }

  async greet(n: number): Promise<void> {
    const nonce = this.#nonce(n);
    const hello = {
      ...({ type: 'hello', epoch: 'ee'.repeat(16), number: 1, nonce, chain: [nonce], board: 'b' } as const),
      ...{ atMs: 0, open: [], version: 'bench' },
    };
    const more = { rules: { cloneWindowMs: 600_000 }, random: (bytes: number) => Buffer.alloc(bytes, 1) };
    await hearHello(this.#ledger, this.kiosk(n), hello, { ...this.#context, ...more });
  }

  /** Admitted with its call, approved, delivered. */
  async sell(n: number): Promise<void> {
    const own = n.toString(16).padStart(16, 'f');
    const attempt = own + own;
    const pay = {
      ...({ type: 'pay', attempt, code: `28${String(n).padStart(16, '0')}`, amount: 3_550, currency: 'HKD' } as const),
      ...{ reference: 'A-12', scanMs: 0, validMs: 20_000 },
    };
    const { accounts: sends } = this.#context;
    const admission = { ...this.#context, rules, sends, codeHashKey: Buffer.alloc(32, 7) };
    const { type } = await admitPay(this.#ledger, this.kiosk(n), bootTag(this.#nonce(n)), pay, admission);
    if (type !== 'accepted') throw new Error(`bench: a payment was ${type}`);
    const paid = { kind: 'paid', money: { amount: 3_550, currency: 'HKD' }, acquirerId: `A-${n}` } as const;
    const events: PaymentEvent[] = [
      { type: 'pay-answered', answer: paid },
      { type: 'vend-reported', delivery: 'delivered' },
    ];
    for (const event of events) {
      const applied = await apply(this.#ledger, attempt, event, this.#context);
      if (!applied) throw new Error('bench: a payment is not in the ledger');
    }
  }
}
