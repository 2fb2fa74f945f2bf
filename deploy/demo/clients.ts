import type { OrderEvent } from '../../agent/orders/order.js';
import type { VendResult } from '../../drivers/contract/actuator.js';
import { call, serverEvents } from './http.js';

export type TimedOrderEvent = OrderEvent & { readonly at: number };
export type PlacedOrder = {
  readonly id: string;
  readonly amount: string;
  readonly currency: string;
  readonly reference: string;
};
export type AgentStatus = {
  readonly kiosk: string;
  readonly service: 'in-service' | 'out-of-service';
  readonly reason?: string;
  readonly counters?: Readonly<Record<string, number>>;
};

/** The kiosk's local API, as a kiosk app uses it. */
export class AgentApi {
  /** Changes when the program restarts on another port. */
  base: string;
  constructor(base: string) {
    this.base = base;
  }
  status = (): Promise<AgentStatus> => call(`${this.base}/v1/status`);
  place = (order: { amount: string; currency: string; reference: string }): Promise<PlacedOrder> =>
    call(`${this.base}/v1/orders`, { method: 'POST', body: order });
  cancel = (id: string): Promise<unknown> => call(`${this.base}/v1/orders/${id}`, { method: 'DELETE' });
  vend = (id: string, result: VendResult): Promise<unknown> =>
    call(`${this.base}/v1/orders/${id}/vend`, { method: 'POST', body: { result } });
  events = (id: string, signal: AbortSignal): AsyncGenerator<TimedOrderEvent> =>
    serverEvents(`${this.base}/v1/orders/${id}/events`, signal);
}

export type AttemptStep = { readonly at: string; readonly name: string; readonly detail: string; readonly ms?: number };
export type Attempt = {
  readonly attempt: string;
  readonly kiosk: string;
  readonly amount: number;
  readonly currency: string;
  readonly issuer?: string;
  readonly reference: string;
  readonly standing: string;
  readonly reason?: string;
  readonly receipt: string;
  readonly createdAt: string;
  readonly steps: readonly AttemptStep[];
};
export type Alarm = Readonly<Record<string, unknown>>;

/** The relay's operations API. */
export class RelayApi {
  /** Changes when the program restarts on another port. */
  base: string;
  constructor(base: string) {
    this.base = base;
  }
  attempts = async (limit = 50): Promise<readonly Attempt[]> =>
    (await call<{ attempts: Attempt[] }>(`${this.base}/v1/attempts?limit=${limit}`)).attempts;
  alarms = async (): Promise<readonly Alarm[]> => (await call<{ alarms: Alarm[] }>(`${this.base}/v1/alarms`)).alarms;
  events = (signal: AbortSignal): AsyncGenerator<Attempt> => serverEvents(`${this.base}/v1/attempts/events`, signal);
}

export type Sums = { readonly charged: number; readonly returned: number };
/** The payment company's own books, minor units; `paymentRequestId` is the relay's attempt. */
export type Ledger = Sums & { readonly payments: readonly (Sums & { readonly paymentRequestId: string })[] };
export type Dialog = { readonly paymentRequestId: string; readonly amount: number | string; readonly currency: string };

/** The sandbox's control port: what a person at the acquirer or with the phone could do. */
export class SandboxControl {
  /** Changes when the program restarts on another port. */
  base: string;
  constructor(base: string) {
    this.base = base;
  }
  /** For the payments that come next. */
  scenario = (name: string): Promise<unknown> =>
    call(`${this.base}/control/scenario`, { method: 'POST', body: { scenario: name } });
  ledger = (): Promise<Ledger> => call(`${this.base}/control/ledger`);
  dialogs = async (): Promise<readonly Dialog[]> =>
    (await call<{ dialogs: Dialog[] }>(`${this.base}/control/dialogs`)).dialogs;
  answer = (paymentRequestId: string, action: 'confirm' | 'reject'): Promise<unknown> =>
    call(`${this.base}/control/dialogs/${encodeURIComponent(paymentRequestId)}`, { method: 'POST', body: { action } });
  /** Closed: the acquirer's port refuses connections. */
  listen = (open: boolean): Promise<unknown> => call(`${this.base}/control/listen`, { method: 'POST', body: { open } });
}
