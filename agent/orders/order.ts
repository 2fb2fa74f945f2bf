import type { OrderId } from '../../protocol/ids.js';
import type { Currency } from '../../protocol/money.js';
import type { Reason } from '../../protocol/words.js';
import type { RejectReason } from '../decode/result.js';

/** What the customer buys. */
export type Order = {
  readonly id: OrderId;
  /** Minor units. */
  readonly amount: number;
  readonly currency: Currency;
  readonly reference: string;
};

export type Outcome = 'delivered' | 'declined' | 'reversed' | 'operator' | 'refused' | 'out-of-service' | 'cancelled';

/** What happens to an order, as a kiosk app follows it. The last event of an order carries `outcome`. */
export type OrderEvent =
  | { readonly state: 'armed' }
  | { readonly state: 'scan-rejected'; readonly reason: RejectReason }
  | { readonly state: 'scan-refused'; readonly reason: 'busy' | 'no-order' }
  /** `scanToPublishMs`: last byte from the scanner to the PUBLISH handed to the socket. */
  | { readonly state: 'submitted'; readonly attempt: string; readonly scanToPublishMs: number }
  | { readonly state: 'password-pending'; readonly leftMs: number }
  /** A linked wallet is known; one press is missing. */
  | { readonly state: 'confirm-pending'; readonly leftMs: number }
  | { readonly state: 'approved' | 'vending' | 'vend-failed' | 'vend-doubtful' | 'unconfirmed' | 'reversing' }
  | { readonly state: 'ended'; readonly outcome: Outcome; readonly reason?: Reason; readonly receipt?: string };
