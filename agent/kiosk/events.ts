import type { VendJob, VendResult } from '../../drivers/contract/actuator.js';
import type { AttemptId, LinkId, OrderId } from '../../protocol/ids.js';
import type { Abort, Ack, Link, LinkCode, LinkResult, Pay, PayLinked, Update, Vend } from '../../protocol/messages.js';
import type { Delivery, IssuerId } from '../../protocol/words.js';
import type { RejectReason } from '../decode/result.js';
import type { JournalFact } from '../journal/contract.js';
import type { Order, OrderEvent } from '../orders/order.js';
import type { KioskState } from './state.js';
import type { ClosedReason } from './view.js';

/** Everything that can happen to the kiosk. */
export type KioskEvent =
  | { readonly type: 'opened' | 'closed'; readonly reason: ClosedReason }
  /** A `Welcome` of this boot: the relay listens, and has swept what `Hello` told. */
  | { readonly type: 'greeted' }
  | { readonly type: 'order-placed'; readonly order: Order }
  /** By the customer or the kiosk app; an open attempt is aborted. */
  | { readonly type: 'order-cancelled'; readonly order: OrderId }
  | {
      readonly type: 'scanned';
      /** A secret. */
      readonly code: string;
      readonly issuer?: IssuerId;
      readonly digest: string;
      /** The id the attempt gets if one is opened: the order's id is put in front by the machine. */
      readonly tail: string;
      readonly scanMs: number;
    }
  | { readonly type: 'scan-rejected'; readonly reason: RejectReason }
  | { readonly type: 'update'; readonly update: Update }
  /** `delivery`: the word that the relay has committed; absent where it does not say. */
  | { readonly type: 'vend-ack'; readonly attempt: AttemptId; readonly delivery?: Delivery }
  /** By the customer's button or the kiosk app. `link`: the new try's id; `modulesMost`: what the display can show. */
  | { readonly type: 'link-asked'; readonly wallet: IssuerId; readonly link: LinkId; readonly modulesMost: number }
  /** The answer to `link-again`. */
  | { readonly type: 'link-renewed'; readonly link: LinkId }
  /** By the customer or the kiosk app. */
  | { readonly type: 'link-dropped' }
  /** What the relay says of a wallet that is being linked. `modules`: a side of the QR code that holds it. */
  | (LinkCode & { readonly modules: number })
  | LinkResult
  /** The button "pay". `order`: only if it is this one; absent: whatever the customer sees. */
  | { readonly type: 'pressed'; readonly order?: OrderId }
  | { readonly type: 'begun-durable'; readonly attempt: AttemptId }
  | { readonly type: 'journal-failed' }
  | { readonly type: 'vend-ended'; readonly attempt: AttemptId; readonly result: VendResult }
  /** A late but definite word on a vend that ended doubtful. */
  | { readonly type: 'vend-known'; readonly attempt: AttemptId; readonly result: 'delivered' | 'failed' }
  /** The relay would refuse every payment for so long, if it says nothing more; 0: it accepts them. */
  | { readonly type: 'service'; readonly closedMs: number }
  | { readonly type: 'wake' };

export type KioskEffect =
  | { readonly type: 'send'; readonly body: Pay | PayLinked | Abort | Vend | Ack | Link }
  /** Say Hello again: the relay does not know this boot. */
  | { readonly type: 'hello' }
  /** Durable, then `begun-durable` if the record is that; on failure `journal-failed`. */
  | { readonly type: 'record'; readonly record: JournalFact }
  | { readonly type: 'vend'; readonly job: VendJob }
  | { readonly type: 'order-event'; readonly order: OrderId; readonly event: OrderEvent }
  /** A fresh id is wanted, under which the wallet is offered again: `link-renewed`. */
  | { readonly type: 'link-again' }
  /** The scanner's chirp: the code was read, nothing more is said by it. */
  | { readonly type: 'read' }
  | { readonly type: 'count'; readonly name: string }
  /** An event that no state expects: logged and counted, never ignored in silence. */
  | { readonly type: 'fault'; readonly what: string };

export type Step = { readonly state: KioskState; readonly effects: readonly KioskEffect[] };
