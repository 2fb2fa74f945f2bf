import type { OrderEvent, Outcome } from '../../agent/orders/order.js';
import { receiptOf } from '../../protocol/ids.js';
import type { TimedOrderEvent } from './clients.js';
import { HttpError } from './http.js';
import type { Scenario } from './scenarios.js';
import type { Stack } from './stack.js';
import { SCENARIO_WITHIN_MS } from './timing.js';

export type PaymentRequest = {
  /** For the scanner's line, without the CR that ends a code. A secret. */
  readonly code: string | Uint8Array;
  readonly amount: string;
  readonly currency: string;
  readonly scenario: Scenario;
};

/** What the demo's JSON line carries. */
export type PaymentResult = {
  readonly outcome: Exclude<Outcome, 'cancelled'>;
  /** The order's states in the order they came, its outcome last. */
  readonly history: readonly string[];
  readonly reason: string | null;
  /**
   * `scanToPublish`: from the write to the pseudo-terminal to the `Pay` at an MQTT subscriber in the demo process.
   * `total`: from that write to the order's end.
   */
  readonly ms: { readonly scanToPublish: number | null; readonly total: number };
  /** From the sandbox's own ledger, this payment's part, minor units. */
  readonly acquirer: { readonly charged: number; readonly returned: number };
  readonly scenario: string;
  readonly receipt?: string;
  /** Only when staff must act. */
  readonly alarms?: readonly Readonly<Record<string, unknown>>[];
};

type End = Pick<PaymentResult, 'outcome' | 'reason'> & { readonly receipt?: string };

const round = (ms: number): number => Math.round(ms * 100) / 100;

/** Follows one order to its end, plays the customer and the kiosk app, and notes what it saw. */
class Sale {
  readonly #stack: Stack;
  readonly #request: PaymentRequest;
  readonly history: string[] = [];
  scannedAtMs: number | undefined;
  published: Promise<number | undefined> = Promise.resolve(undefined);
  #receipt: string | undefined;

  constructor(stack: Stack, request: PaymentRequest) {
    this.#stack = stack;
    this.#request = request;
  }

  async run(): Promise<End> {
    const { amount, currency } = this.#request;
    const order = await this.#stack.agent.place({ amount, currency, reference: 'DEMO-1' });
    const ended = new AbortController();
    const hang = AbortSignal.timeout(SCENARIO_WITHIN_MS);
    try {
      for await (const event of this.#stack.agent.events(order.id, AbortSignal.any([hang, ended.signal]))) {
        const end = await this.#on(order.id, event);
        if (end) return end;
      }
      return { outcome: 'operator', reason: 'the order’s event stream broke off' };
    } catch (error) {
      if (!hang.aborted) throw error;
      return { outcome: 'operator', reason: `no end within ${SCENARIO_WITHIN_MS / 1000} s` };
    } finally {
      ended.abort();
    }
  }

  async #on(order: string, event: TimedOrderEvent): Promise<End | undefined> {
    this.history.push(event.state === 'ended' ? event.outcome : event.state);
    const { scenario } = this.#request;
    this.#stack.log('kiosk', describe(event));
    switch (event.state) {
      case 'armed':
        await this.#scan();
        return undefined;
      case 'submitted':
        this.#receipt = receiptOf(event.attempt);
        return undefined;
      case 'scan-rejected':
      case 'scan-refused':
        await this.#stack.agent.cancel(order);
        return { outcome: 'refused', reason: event.reason };
      case 'password-pending':
        if (scenario.confirmAfterMs !== undefined) void confirmLater(this.#stack, scenario.confirmAfterMs);
        return undefined;
      case 'vending':
        this.#stack.log('app', `told to vend; reports ${scenario.vend}`);
        await this.#stack.agent.vend(order, scenario.vend);
        return undefined;
      case 'ended': {
        const receipt = event.receipt ?? this.#receipt;
        const outcome = event.outcome === 'cancelled' ? 'refused' : event.outcome;
        return { outcome, reason: event.reason ?? null, ...(receipt ? { receipt } : {}) };
      }
      default:
        return undefined;
    }
  }

  async #scan(): Promise<void> {
    if (this.scannedAtMs !== undefined) return;
    // Said before and not after, so that printing it takes nothing from what is measured.
    this.#stack.log(
      'scanner',
      `reads ${this.#request.code.length} ${typeof this.#request.code === 'string' ? 'characters' : 'bytes'}`,
    );
    this.published = this.#stack.probe.nextPay(SCENARIO_WITHIN_MS);
    this.scannedAtMs = performance.now();
    await this.#stack.scan(this.#request.code);
  }
}

/** For an event line. */
export function describe(event: OrderEvent): string {
  switch (event.state) {
    case 'submitted':
      return `submitted (last scanner byte to PUBLISH handed to the socket: ${round(event.scanToPublishMs)} ms)`;
    case 'password-pending':
    case 'confirm-pending':
      return `${event.state}, ${Math.round(event.leftMs / 1000)} s left`;
    case 'scan-rejected':
    case 'scan-refused':
      return `${event.state}: ${event.reason}`;
    case 'ended':
      return `ended: ${event.outcome}${event.reason ? ` (${event.reason})` : ''}${event.receipt ? `, receipt ${event.receipt}` : ''}`;
    default:
      return event.state;
  }
}

async function confirmLater(stack: Stack, afterMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  try {
    for (const dialog of await stack.sandbox.dialogs()) {
      await stack.sandbox.answer(dialog.paymentRequestId, 'confirm');
      stack.log('phone', 'the customer confirms in the wallet');
    }
  } catch (error) {
    stack.log('phone', `could not confirm: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

const serviceRefusal = (error: unknown): End | undefined => {
  if (!(error instanceof HttpError)) return undefined;
  if (error.status === 503) return { outcome: 'out-of-service', reason: error.code || 'out-of-service' };
  if (error.status === 409) return { outcome: 'refused', reason: 'busy' };
  return undefined;
};

/** One payment through a running stack, with its sandbox set to the scenario. */
export async function runPayment(stack: Stack, request: PaymentRequest): Promise<PaymentResult> {
  const { scenario } = request;
  const result = (sale: Sale | undefined, end: End, rest: Pick<PaymentResult, 'ms' | 'acquirer'>): PaymentResult => ({
    outcome: end.outcome,
    history: sale?.history ?? [],
    reason: end.reason,
    ...rest,
    scenario: scenario.name,
    ...(end.receipt ? { receipt: end.receipt } : {}),
  });
  const closed = await stack.waitInService();
  if (closed) {
    const rest = { ms: { scanToPublish: null, total: 0 }, acquirer: { charged: 0, returned: 0 } };
    return result(undefined, { outcome: 'out-of-service', reason: closed }, rest);
  }
  await stack.play(scenario);
  const before = await stack.sandbox.ledger();
  const alarmsBefore = (await stack.relay.alarms()).length;
  const sale = new Sale(stack, request);
  const end = await sale.run().catch((error: unknown) => {
    const refusal = serviceRefusal(error);
    if (refusal) return refusal;
    throw error;
  });
  const endedAtMs = performance.now();
  const scannedAtMs = sale.scannedAtMs ?? endedAtMs;
  const publishedAtMs = sale.history.includes('submitted') ? await sale.published : undefined;
  const after = await stack.sandbox.ledger();
  const alarms = await stack.relay.alarms();
  const fresh = alarms.slice(0, Math.max(0, alarms.length - alarmsBefore));
  return {
    ...result(sale, end, {
      ms: {
        scanToPublish: publishedAtMs === undefined ? null : round(publishedAtMs - scannedAtMs),
        total: round(endedAtMs - scannedAtMs),
      },
      acquirer: { charged: after.charged - before.charged, returned: after.returned - before.returned },
    }),
    ...(fresh.length > 0 ? { alarms: fresh } : {}),
  };
}
