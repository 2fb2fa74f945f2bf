import type { VendResult } from '../../drivers/contract/actuator.js';
import type { LinkId, OrderId } from '../../protocol/ids.js';
import type { Currency } from '../../protocol/money.js';
import type { IssuerId, Reason } from '../../protocol/words.js';
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

export type Linked =
  | { readonly ok: true; readonly link: LinkId }
  /** busy: a payment or another link is under way · no-display: none here can show a code; a person must help. */
  | { readonly ok: false; readonly code: 'busy' | 'no-display' }
  | { readonly ok: false; readonly code: 'out-of-service'; readonly reason: string };

/** Of the wallet that is being linked, or of the last one. */
export type LinkStatus = {
  readonly link: LinkId;
  readonly wallet: IssuerId;
  readonly state: 'asked' | 'offered' | 'opened' | 'authorised' | LinkOutcome;
  /** What the display shows: a short link, or the wallet's own code. */
  readonly code?: string;
  readonly digits?: string;
  /** Whole ms. */
  readonly leftMs?: number;
  readonly reason?: Reason;
};
/** late: it may still be linked, and the phone tells. */
export type LinkOutcome = 'linked' | 'expired' | 'failed' | 'given-up' | 'late' | 'no-display';

/** Wallets that the customer links at this kiosk, and the press that pays with one. */
export interface LinkDesk {
  link(wallet: IssuerId): Linked;
  /** False: none is being linked. */
  dropLink(): boolean;
  linking(): LinkStatus | undefined;
  /** `order`: only if it is this one that waits. False: no press is waited for. */
  press(order?: OrderId): boolean;
}

/** The kiosk as the order API sees it. */
export interface OrderDesk extends LinkDesk {
  place(request: OrderRequest): Placed;
  cancel(id: OrderId): Cancelled;
  /** The kiosk app's word on its vend. False: this order's vend is not waited for. */
  report(id: OrderId, result: VendResult): boolean;
  status(): KioskStatus;
}
