import type { Money } from '../../protocol/money.js';
import type { IssuerId, Reason } from '../../protocol/words.js';
import type { Capabilities } from './capabilities.js';
import type { Customs } from './customs.js';
import type { LinkableWallet } from './linkable.js';
import type { Period, ReportItem } from './report.js';
import type { Code, NotSent, Unknown } from './undecided.js';

export type { NotSent, Unknown, UnknownDetail } from './undecided.js';

/**
 * What the relay asks of an acquirer, and the closed vocabulary in which it answers. Adapters translate; the payment
 * machine decides. An adapter never throws: what cannot be known is `unknown`.
 * Source of the mapping: reference acquirers/common.md, section 2.
 */

/** `declarable`: as much of it as customs may be told, in customs' own currency; only an inquiry names it, of some wallets. */
export type Paid = Code & {
  readonly kind: 'paid';
  readonly acquirerId?: string;
  readonly money?: Money;
  readonly declarable?: Money;
};
export type Pending = Code & { readonly kind: 'pending'; readonly acquirerId?: string };
/** `alarm`: staff must act (contract, keys, parameters). */
export type Declined = Code & { readonly kind: 'declined'; readonly reason: Reason; readonly alarm?: boolean };
/** `conflict`: the id was used with other content: our fault; the original stands and must be inquired. */
export type PayAnswer = Paid | Pending | Declined | Unknown | NotSent | (Code & { readonly kind: 'conflict' });
export type InquiryAnswer =
  | Paid
  | Pending
  | Declined
  | (Code & { readonly kind: 'cancelled' | 'not-found' })
  | Unknown
  | NotSent;
/** `cancelled` gives the money back if it had been paid. `refused`: neither cancelled nor going to be; what was charged is then refunded. */
export type CancelAnswer =
  | (Code & { readonly kind: 'cancelled' | 'refund-instead' | 'not-found' | 'refused' })
  | Unknown
  | NotSent;
/**
 * Of one refund, named by our id. `already-returned`: the money had gone back before, such as by a cancel. `not-found`:
 * no refund of this id is known. `failed`: nothing was returned under this id, nor will be; `new-id` says that another
 * refund may do, `never` that none will; `alarm`: staff must act first, such as top up the merchant's balance.
 */
export type RefundAnswer =
  | (Code & { readonly kind: 'refunded' | 'pending' | 'already-returned' | 'not-found' })
  | (Code & { readonly kind: 'failed'; readonly retry: 'new-id' | 'never'; readonly alarm?: boolean })
  | Unknown
  | NotSent;

export type PayRequest = {
  /** Unique for ever; the acquirer's idempotency key. */
  readonly requestId: string;
  /**
   * A secret: digits, letters and digits, or the Base64 text of an EMV CPM code, at most 512 characters. With `wallet` it is
   * the access token of that linked wallet, at most 128 characters, and nothing is scanned.
   */
  readonly code: string;
  /** Issuer id of a linked wallet, such as `alipayhk`; absent: a scanned code. */
  readonly wallet?: IssuerId;
  readonly money: Money;
  readonly issuer?: IssuerId;
  readonly reference: string;
  readonly kiosk: string;
  readonly scannedAt: Date;
  /** Not a byte may be written later than this, by the relay's clock; the adapter looks when the connection stands. */
  readonly sendUntil: Date;
  /** The acquirer must not let it succeed later than this. */
  readonly expiresAt: Date;
};

export type RefundRequest = {
  /** Unique for ever; the idempotency key: the same id asked again refunds nothing twice. */
  readonly refundId: string;
  /** Of the payment. */
  readonly requestId: string;
  /** The acquirer's own id of the payment; one that cannot do without it answers `not-sent`. */
  readonly acquirerId?: string;
  /** What is to go back: all that was charged, or a part of it. */
  readonly money: Money;
  /** Of a linked wallet's payment, as in `PayRequest`. */
  readonly wallet?: IssuerId;
};

/** A notification as it arrived: nothing parsed, nothing believed. */
export type RawNotification = {
  /** Path and query as the acquirer has called them, before any proxy rewrote them. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The very bytes: never parsed and written again. */
  readonly body: Uint8Array;
};

/** `another-merchant`: well signed, and of somebody else's account. `not-expected`: this acquirer sends none. */
export type Rejection = 'unsigned' | 'bad-signature' | 'another-merchant' | 'shape' | 'not-expected';

/** `key`: the same for each delivery of one piece of news, and for no other news; no secret is in it. */
type Notice = { readonly key: string };
/**
 * `believed`: what it says is as good as the answer to an inquiry. Where not it is a hint, upon which the acquirer is
 * asked. Only "paid" and "refunded" are ever believed: a failure is for an inquiry to say (S9).
 */
export type PaymentNotice = Notice & {
  readonly kind: 'payment';
  readonly requestId: string;
  readonly acquirerId?: string;
  readonly answer: InquiryAnswer;
  readonly believed: boolean;
};
export type RefundNotice = Notice & {
  readonly kind: 'refund';
  readonly refundId: string;
  /** What it says went back. */
  readonly money?: Money;
  readonly answer: RefundAnswer;
  readonly believed: boolean;
};
/** Authentic, and of nothing that we act upon; `what` is for people and tells no secret. */
export type OtherNotice = Notice & { readonly kind: 'other'; readonly what: string };
/** `code`: exchanged once for a token. `state`: the one that we gave to `consult`. Both are secrets. */
export type AuthorizationNotice = Notice &
  (
    | { readonly kind: 'authorization'; readonly what: 'code'; readonly state: string; readonly code: string }
    /** Revoked, by the buyer in the wallet or by us. `token`: a secret. */
    | { readonly kind: 'authorization'; readonly what: 'cancelled'; readonly token: string; readonly why?: string }
  );
export type VerifiedNotice = PaymentNotice | RefundNotice | AuthorizationNotice | OtherNotice;
export type NotificationResult = VerifiedNotice | { readonly kind: 'rejected'; readonly why: Rejection };

export type NotificationReply = { readonly status: number; readonly contentType: string; readonly body: string };
/** `taken`: it is not sent any more. `again`: it is sent once more, by the acquirer's own plan. */
export type NotificationReplies = { readonly taken: NotificationReply; readonly again: NotificationReply };
/**
 * An order as the acquirer names it, also of a kind that the relay never asks for. `requestId`: ours, where it is a payment
 * that we may have asked for.
 */
export type OrderSeen = {
  readonly kind: string;
  readonly state: string;
  readonly number?: string;
  readonly requestId?: string;
  readonly money?: Money;
};
export type LookUpAnswer =
  | (Code & { readonly kind: 'order'; readonly order: OrderSeen })
  | (Code & { readonly kind: 'not-found' })
  | Unknown
  | NotSent;

/** What a buyer's phone opens or scans to agree: at least one of them. `code`: to be drawn as a QR code. */
export type Consulted = Code & {
  readonly kind: 'consulted';
  readonly url?: string;
  readonly code?: string;
};
/** Epoch ms; null: not told, so it lasts until it is revoked. The tokens are secrets of at most 128 characters. */
export type Tokens = Code & {
  readonly kind: 'tokens';
  readonly accessToken: string;
  readonly accessUntil: number | null;
  readonly refreshToken: string | null;
  readonly refreshUntil: number | null;
  /** As the wallet masks it for people, such as "138****1234". */
  readonly user: string | null;
};
/** `reason`: for the customer; `alarm`: staff must act. */
export type NotLinked = Code & { readonly kind: 'failed'; readonly reason: Reason; readonly alarm?: boolean };
export type ConsultAnswer = Consulted | NotLinked | Unknown | NotSent;
/** `pending`: ask again until it is final. `failed`: this code or token never brings one; the buyer must agree again. */
export type TokenAnswer = Tokens | (Code & { readonly kind: 'pending' }) | NotLinked | Unknown | NotSent;
/** `revoked`: also where it was before. */
export type RevokeAnswer = (Code & { readonly kind: 'revoked' }) | NotLinked | Unknown | NotSent;

export type ConsultRequest = {
  readonly wallet: IssuerId;
  /** Unguessable, used once, at most 256 characters. */
  readonly state: string;
  /** Where a wallet that sends its owner back sends them: a page of the relay. */
  readonly returnUrl: string;
};

/** Wallets that agree once and are then charged by token. Source: reference acquirers/antom.md section 2. */
export interface Linking {
  readonly wallets: readonly LinkableWallet[];
  consult(request: ConsultRequest, signal?: AbortSignal): Promise<ConsultAnswer>;
  applyToken(wallet: IssuerId, code: string, signal?: AbortSignal): Promise<TokenAnswer>;
  refreshToken(wallet: IssuerId, refreshToken: string, signal?: AbortSignal): Promise<TokenAnswer>;
  revoke(accessToken: string, signal?: AbortSignal): Promise<RevokeAnswer>;
}

/** How an acquirer wants to be asked; all ms. Data of the adapter, overridden by config. */
export type PollPlan = {
  readonly callTimeoutMs: number;
  /** Waits before the 1st, 2nd, … inquiry after an undecided pay; the last one repeats. */
  readonly inquiryDelaysMs: readonly number[];
  /** Waits before the 2nd, 3rd, … try of a cancel; after the last: operator. */
  readonly cancelDelaysMs: readonly number[];
  /** Waits before the 1st, 2nd, … inquiry of a refund that is not confirmed; after the last: operator. */
  readonly refundInquiryDelaysMs: readonly number[];
  /** Waits before the 2nd, 3rd, … refund, under a new id, where the one before has failed; after the last: operator. */
  readonly newRefundDelaysMs: readonly number[];
  /** How long a scanned code can be charged at all, from the scan. */
  readonly codeLifeMs: number;
};

export interface Acquirer {
  readonly name: string;
  readonly plan: PollPlan;
  readonly capabilities: Capabilities;
  /**
   * A code that this acquirer's request cannot carry is declined without a call; whether it takes the code is its to say.
   * `signal` aborts the call at shutdown; the answer is then `unknown`.
   */
  pay(request: PayRequest, signal?: AbortSignal): Promise<PayAnswer>;
  inquire(requestId: string, acquirerId?: string, signal?: AbortSignal): Promise<InquiryAnswer>;
  cancel(requestId: string, acquirerId?: string, signal?: AbortSignal): Promise<CancelAnswer>;
  /** Gives back what was charged, or a part; for a reversal, where `cancel` answers `refund-instead` or `refused`. */
  refund(request: RefundRequest, signal?: AbortSignal): Promise<RefundAnswer>;
  inquireRefund(refundId: string, requestId: string, signal?: AbortSignal): Promise<RefundAnswer>;
  /** The signature on the raw bytes first, then the content. Never throws, keeps nothing. */
  verifyNotification(raw: RawNotification): NotificationResult;
  readonly replies: NotificationReplies;
  /** Its own list of a period, where `capabilities.lists` says so. The last item is `end`, or says why the list is not whole. */
  reconcile?(period: Period, signal?: AbortSignal): AsyncIterable<ReportItem>;
  /** Absent: no wallet can be linked through it. */
  readonly linking?: Linking;
  /** Absent: this account declares nothing to customs. */
  readonly customs?: Customs;
  /** For people: an order by the acquirer's own id, of whatever kind it is. Nothing is decided by it. */
  lookUp?(acquirerId: string, signal?: AbortSignal): Promise<LookUpAnswer>;
}
