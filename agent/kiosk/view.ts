import type { Money } from '../../protocol/money.js';
import type { Reason } from '../../protocol/words.js';
import type { RejectReason } from '../decode/result.js';

/** Why the kiosk takes no money now; for the customer all are one screen, for the operator each is its own. */
export type ClosedReason = 'starting' | 'relay' | 'journal' | 'scanner' | 'identity' | 'acquirer' | 'stopping';

/** Short feedback to a scan that led to nothing; shown over the current view. */
export type Notice =
  | { readonly kind: 'scan-rejected'; readonly reason: RejectReason }
  | { readonly kind: 'scan-refused'; readonly reason: 'busy' | 'no-order' };

/** What the kiosk shows, free of words and pixels: presentation turns it into a screen and a signal. */
export type View =
  | { readonly kind: 'out-of-service'; readonly reason: ClosedReason }
  | { readonly kind: 'idle'; readonly notice?: Notice }
  | { readonly kind: 'armed'; readonly money: Money; readonly reference: string; readonly notice?: Notice }
  | { readonly kind: 'busy'; readonly money: Money }
  | { readonly kind: 'confirm-on-phone'; readonly money: Money; readonly leftMs: number }
  | { readonly kind: 'vending'; readonly money: Money }
  | { readonly kind: 'approved'; readonly money: Money; readonly receipt: string }
  | { readonly kind: 'declined'; readonly money: Money; readonly reason: Reason; readonly receipt: string }
  | { readonly kind: 'refused'; readonly money: Money; readonly reason: Reason; readonly receipt: string }
  /** The kiosk's own deadline passed; the relay will end the attempt, and the money stays or comes back. */
  | { readonly kind: 'unconfirmed'; readonly money: Money; readonly receipt: string }
  | { readonly kind: 'refunding'; readonly money: Money; readonly receipt: string }
  | { readonly kind: 'refunded'; readonly money: Money; readonly receipt: string }
  | { readonly kind: 'operator'; readonly money: Money; readonly receipt: string };
