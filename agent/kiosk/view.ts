import type { Money } from '../../protocol/money.js';
import type { IssuerId, Reason } from '../../protocol/words.js';
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
  /** Whose linked wallet it is, the relay knows: one press pays. */
  | { readonly kind: 'press-to-pay'; readonly money: Money; readonly leftMs: number }
  | { readonly kind: 'vending'; readonly money: Money }
  | { readonly kind: 'approved'; readonly money: Money; readonly receipt: string }
  | { readonly kind: 'declined'; readonly money: Money; readonly reason: Reason; readonly receipt: string }
  | { readonly kind: 'refused'; readonly money: Money; readonly reason: Reason; readonly receipt: string }
  /** The kiosk's own deadline passed; the relay will end the attempt, and the money stays or comes back. */
  | { readonly kind: 'unconfirmed'; readonly money: Money; readonly receipt: string }
  | { readonly kind: 'refunding'; readonly money: Money; readonly receipt: string }
  | { readonly kind: 'refunded'; readonly money: Money; readonly receipt: string }
  | { readonly kind: 'operator'; readonly money: Money; readonly receipt: string }
  | LinkView;

/** A wallet that is being linked. `money`: what is paid as soon as it is. */
export type LinkView =
  | { readonly kind: 'link-asked' | 'link-authorised'; readonly wallet: IssuerId; readonly money?: Money }
  | {
      readonly kind: 'link-offered';
      readonly wallet: IssuerId;
      /** To be scanned. */
      readonly code: string;
      readonly leftMs: number;
      readonly money?: Money;
    }
  | {
      readonly kind: 'link-opened';
      readonly wallet: IssuerId;
      /** Two, which the phone shows too. */
      readonly digits: string;
      readonly leftMs: number;
      readonly money?: Money;
    }
  | { readonly kind: 'linked' | 'link-expired' | 'link-late'; readonly wallet: IssuerId }
  | { readonly kind: 'link-failed'; readonly wallet: IssuerId; readonly reason: Reason }
  /** No display here can show a code that a phone could read. */
  | { readonly kind: 'link-desk'; readonly wallet: IssuerId };
