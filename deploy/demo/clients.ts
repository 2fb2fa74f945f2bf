import type { LinkStatus } from '../../agent/orders/desk.js';
import type { OrderEvent } from '../../agent/orders/order.js';
import type { VendResult } from '../../drivers/contract/actuator.js';
import type { Money } from '../../protocol/money.js';
import { type Call, call, serverEvents } from './http.js';

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
  link = (wallet: string): Promise<unknown> => call(`${this.base}/v1/link`, { method: 'POST', body: { wallet } });
  /** Of the wallet that is being linked, or of the last one. @throws HttpError 404 where there was none */
  linking = (): Promise<LinkStatus> => call(`${this.base}/v1/link`);
  dropLink = (): Promise<unknown> => call(`${this.base}/v1/link`, { method: 'DELETE' });
  press = (order: string): Promise<unknown> => call(`${this.base}/v1/press`, { method: 'POST', body: { order } });
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
/** What a person has asked to be given back; minor units. */
export type GivenBack = { readonly id: string; readonly amount: number; readonly state: string };

/** The relay's operations API. */
export class RelayApi {
  /** Changes when the program restarts on another port. */
  base: string;
  /** A secret. Needed for acts, and as soon as there is any token for everything. */
  token: string | undefined;
  constructor(base: string) {
    this.base = base;
  }
  attempts = async (limit = 50): Promise<readonly Attempt[]> =>
    (await this.#call<{ attempts: Attempt[] }>(`attempts?limit=${limit}`)).attempts;
  alarms = async (): Promise<readonly Alarm[]> => (await this.#call<{ alarms: Alarm[] }>('alarms')).alarms;
  refunds = async (payment: string): Promise<readonly GivenBack[]> =>
    (await this.#call<{ refunds: GivenBack[] }>(`payments/${payment}`)).refunds;
  /** Requested is not confirmed: `refunds` tells. `key`: new for each act. */
  refund = async (payment: string, { amount, currency }: Money, reason: string, key: string): Promise<GivenBack> => {
    const body = { amount, currency, reason };
    const headers = { 'idempotency-key': key };
    const path = `payments/${payment}/refunds`;
    return (await this.#call<{ refund: GivenBack }>(path, { method: 'POST', body, headers })).refund;
  };
  #call<T>(path: string, { headers, ...asked }: Call = {}): Promise<T> {
    const bearer = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    return call(`${this.base}/v1/${path}`, { ...asked, headers: { ...bearer, ...headers } });
  }
  events = (signal: AbortSignal): AsyncGenerator<Attempt> => serverEvents(`${this.base}/v1/attempts/events`, signal);
}

export type Sums = { readonly charged: number; readonly returned: number };
/** The payment company's own books, minor units; `paymentRequestId` is the relay's attempt. */
export type Ledger = Sums & { readonly payments: readonly (Sums & { readonly paymentRequestId: string })[] };
export type Dialog = { readonly paymentRequestId: string; readonly amount: number | string; readonly currency: string };

/** A wallet's permission, as the payment company's books have it. */
export type Permission = { readonly link: string; readonly wallet: string; readonly state: string };

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
  links = async (): Promise<readonly Permission[]> =>
    (await call<{ links: Permission[] }>(`${this.base}/control/links`)).links;
  /** Closed: the acquirer's port refuses connections. */
  listen = (open: boolean): Promise<unknown> => call(`${this.base}/control/listen`, { method: 'POST', body: { open } });
}
