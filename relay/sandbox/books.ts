import { type ScenarioName, scenarioOf } from './scenarios.js';
import type { Rules } from './stage.js';

/** The sandbox's own ledger: what it charged, cancelled and refunded. Integers in minor units; time comes in as ms. */
export type PaymentState = 'PROCESSING' | 'SUCCESS' | 'FAIL' | 'CANCELLED';
export type Amount = { readonly currency: string; readonly value: number };
export type Refund = {
  readonly refundRequestId: string;
  readonly refundId: string;
  readonly amount: Amount;
  readonly atMs: number;
  state: 'SUCCESS' | 'PROCESSING' | 'FAIL';
  inquiries: number;
};

/** Who pays by a token: the acquirer's name of the wallet, and the sandbox's number of the link. */
export type Debited = { readonly method: string; readonly link: string };

export type Payment = {
  readonly paymentRequestId: string;
  readonly paymentId: string;
  readonly scenario: ScenarioName;
  /** A hash; the sandbox keeps no code either. */
  readonly codeHash: string;
  /** Absent: a code was scanned. */
  readonly debited?: Debited;
  readonly asked: Amount;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly confirmAtMs: number | undefined;
  state: PaymentState;
  /** Result code of a failed payment. */
  failure: string | undefined;
  paidAtMs: number | undefined;
  cancelledAtMs: number | undefined;
  charged: number;
  returned: number;
  readonly refunds: Refund[];
};

export type LedgerPayment = {
  readonly paymentRequestId: string;
  readonly state: PaymentState;
  readonly charged: number;
  readonly returned: number;
  readonly currency: string;
  readonly scenario: ScenarioName;
  /** Of a linked wallet's payment: the acquirer's name of it. */
  readonly wallet?: string;
};
/** Sums over all payments, whatever their currency. */
export type Ledger = {
  readonly charged: number;
  readonly returned: number;
  readonly payments: readonly LedgerPayment[];
};
export type Dialog = { readonly paymentRequestId: string; readonly amount: number; readonly currency: string };

export type NewPayment = Pick<
  Payment,
  'paymentRequestId' | 'scenario' | 'codeHash' | 'debited' | 'asked' | 'createdAtMs' | 'expiresAtMs' | 'confirmAtMs'
>;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export function charge(payment: Payment, atMs: number): void {
  payment.state = 'SUCCESS';
  payment.paidAtMs = atMs;
  payment.charged = payment.asked.value + scenarioOf(payment.scenario).extra;
}

export function fail(payment: Payment, code: string): void {
  payment.state = 'FAIL';
  payment.failure = code;
}

/** Whatever it was, it can be paid no more; what had been paid goes back in full. */
export function cancel(payment: Payment, nowMs: number): void {
  if (payment.state === 'PROCESSING' && scenarioOf(payment.scenario).paidAtCancel) charge(payment, nowMs);
  if (payment.state === 'CANCELLED') return;
  payment.returned = payment.charged;
  payment.state = 'CANCELLED';
  payment.cancelledAtMs = nowMs;
}

/** As the scenario has it: done at once, in hand, or failed. */
export function refund(payment: Payment, asked: Omit<Refund, 'state' | 'inquiries'>): Refund {
  const plan = scenarioOf(payment.scenario).refund;
  const fails = plan === 'first-fails' && payment.refunds.length === 0;
  const made: Refund = { ...asked, state: fails ? 'FAIL' : 'PROCESSING', inquiries: 0 };
  payment.refunds.push(made);
  if (!fails && plan !== 'in-hand') complete(payment, made);
  return made;
}

/** Asked for the second time, what was in hand is done. */
export function refundInquired(payment: Payment, asked: Refund): void {
  asked.inquiries += 1;
  if (asked.state === 'PROCESSING' && asked.inquiries > 1) complete(payment, asked);
}

function complete(payment: Payment, made: Refund): void {
  made.state = 'SUCCESS';
  payment.returned += made.amount.value;
}

/** What may still be refunded; what is in hand counts as taken. */
export const refundable = ({ charged, refunds }: Payment): number =>
  charged - sum(refunds.filter((r) => r.state !== 'FAIL').map((r) => r.amount.value));

/** What time alone has done: the dialog's own timer, and the expiry after which nothing can succeed. */
function settle(payment: Payment, nowMs: number): Payment {
  const { confirmAtMs, expiresAtMs } = payment;
  if (payment.state !== 'PROCESSING') return payment;
  if (confirmAtMs !== undefined && confirmAtMs <= nowMs && confirmAtMs < expiresAtMs) charge(payment, confirmAtMs);
  else if (expiresAtMs <= nowMs && !scenarioOf(payment.scenario).paidAtCancel) fail(payment, 'ORDER_IS_CLOSED');
  return payment;
}

/** Every look at a payment first lets the time pass that has passed. */
export class Books {
  readonly #payments = new Map<string, Payment>();
  readonly #usedCodes = new Set<string>();
  /** Also of payments that are otherwise forgotten. */
  readonly #played = new Map<string, ScenarioName>();
  #serial = 0;

  open(content: NewPayment): Payment {
    const payment: Payment = {
      ...content,
      paymentId: this.nextId(content.createdAtMs),
      state: 'PROCESSING',
      failure: undefined,
      paidAtMs: undefined,
      cancelledAtMs: undefined,
      charged: 0,
      returned: 0,
      refunds: [],
    };
    this.#payments.set(payment.paymentRequestId, payment);
    this.#usedCodes.add(payment.codeHash);
    return payment;
  }

  /** The acquirer's own id of an order: the day, then a number. */
  nextId(nowMs: number): string {
    const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '');
    return day + String(++this.#serial).padStart(20, '0');
  }

  codeUsed(codeHash: string): boolean {
    return this.#usedCodes.has(codeHash);
  }

  byRequestId(id: string | undefined, nowMs: number): Payment | undefined {
    const payment = id === undefined ? undefined : this.#payments.get(id);
    return payment && settle(payment, nowMs);
  }

  byPaymentId(id: string | undefined, nowMs: number): Payment | undefined {
    return this.#all(nowMs).find((payment) => payment.paymentId === id);
  }

  findRefund(isIt: (refund: Refund) => boolean, nowMs: number): { payment: Payment; refund: Refund } | undefined {
    for (const payment of this.#all(nowMs)) {
      const found = payment.refunds.find(isIt);
      if (found) return { payment, refund: found };
    }
    return undefined;
  }

  /** The first scenario that a payment was given stays its own. */
  play(paymentRequestId: string, scenario: ScenarioName): void {
    if (!this.#played.has(paymentRequestId)) this.#played.set(paymentRequestId, scenario);
  }

  scenarioOf(paymentRequestId: string | undefined): ScenarioName | undefined {
    return paymentRequestId === undefined ? undefined : this.#played.get(paymentRequestId);
  }

  dialogs(nowMs: number): Dialog[] {
    return this.#all(nowMs)
      .filter((payment) => payment.state === 'PROCESSING' && scenarioOf(payment.scenario).dialog !== undefined)
      .map(({ paymentRequestId, asked }) => ({ paymentRequestId, amount: asked.value, currency: asked.currency }));
  }

  ledger(nowMs: number): Ledger {
    const payments = this.#all(nowMs).map(({ debited, ...payment }) => ({
      paymentRequestId: payment.paymentRequestId,
      state: payment.state,
      charged: payment.charged,
      returned: payment.returned,
      currency: payment.asked.currency,
      scenario: payment.scenario,
      ...(debited ? { wallet: debited.method } : {}),
    }));
    return {
      charged: sum(payments.map((payment) => payment.charged)),
      returned: sum(payments.map((payment) => payment.returned)),
      payments,
    };
  }

  /** What one link has paid, or is about to, since then, in minor units; what was cancelled or refunded counts no more. */
  spent(link: string, sinceMs: number, nowMs: number): number {
    const counted = this.#all(nowMs).filter(
      ({ debited, state, createdAtMs }) =>
        debited?.link === link && createdAtMs >= sinceMs && (state === 'SUCCESS' || state === 'PROCESSING'),
    );
    return sum(counted.map(({ asked, charged, returned }) => (charged || asked.value) - returned));
  }

  #all(nowMs: number): Payment[] {
    return [...this.#payments.values()].map((payment) => settle(payment, nowMs));
  }
}

type Asked = Pick<Payment, 'paymentRequestId' | 'codeHash' | 'debited' | 'asked' | 'expiresAtMs'>;

/** A new payment, and what its scenario does to it at once. */
export function begin(books: Books, asked: Asked, { scenario: name, nowMs, autoConfirmMs }: Rules): Payment {
  const scenario = scenarioOf(name);
  const confirms = scenario.dialog === 'auto' && autoConfirmMs !== undefined;
  const confirmAtMs = confirms ? nowMs + autoConfirmMs : undefined;
  const payment = books.open({ ...asked, scenario: name, createdAtMs: nowMs, confirmAtMs });
  if (payment.expiresAtMs <= nowMs) fail(payment, 'ORDER_IS_CLOSED');
  else if (scenario.pay === 'charge') charge(payment, nowMs);
  else if (scenario.pay === 'refuse') fail(payment, scenario.refusal ?? 'PROCESS_FAIL');
  return payment;
}
