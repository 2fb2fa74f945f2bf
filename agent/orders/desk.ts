import type { VendResult } from '../../drivers/contract/actuator.js';
import type { OrderId } from '../../protocol/ids.js';
import type { Currency } from '../../protocol/money.js';
import type { Order } from './order.js';

export type OrderRequest = {
  /** Minor units. */
  readonly amount: number;
  readonly currency: Currency;
  /** 1 to 32 printable ASCII characters. */
  readonly reference: string;
};

export type Placed =
  | { readonly ok: true; readonly order: Order }
  /** busy: another order is open · out-of-service: `reason` is the kiosk's own, for the operator. */
  | { readonly ok: false; readonly code: 'busy' | 'out-of-service'; readonly reason?: string };

/** aborting: an attempt is open; the relay ends it and the order's last event tells how. */
export type Cancelled = 'cancelled' | 'aborting' | 'unknown';

export type KioskStatus = {
  readonly kiosk: string;
  readonly service: 'in-service' | 'out-of-service';
  readonly reason?: string;
  readonly version: string;
  /** Of the issuer table in use. */
  readonly issuerTable?: number;
  readonly counters: Readonly<Record<string, number>>;
};

/** The kiosk as the order API sees it. */
export interface OrderDesk {
  place(request: OrderRequest): Placed;
  cancel(id: OrderId): Cancelled;
  /** The kiosk app's word on its vend. False: this order's vend is not waited for. */
  report(id: OrderId, result: VendResult): boolean;
  status(): KioskStatus;
}
