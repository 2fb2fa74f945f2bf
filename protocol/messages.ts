import type { AttemptId, BootNonce, BootTag, LinkId } from './ids.js';
import type { Currency, Money } from './money.js';
import type { Delivery, IssuerId, LinkState, Reason, Standing } from './words.js';

/** The messages as the programs hold them: ids in hex, words for enums, the code as text. `codec.ts` maps them. */

export type OpenAttempt = { readonly attempt: AttemptId; readonly delivery: Delivery };

export type Hello = {
  readonly type: 'hello';
  readonly epoch: string;
  readonly number: number;
  readonly nonce: BootNonce;
  /** Newest first, this boot's nonce included. */
  readonly chain: readonly BootNonce[];
  readonly board: string;
  /** Kiosk's monotonic clock, ms. */
  readonly atMs: number;
  readonly open: readonly OpenAttempt[];
  readonly challenge?: string | undefined;
  readonly version: string;
};

export type Pay = {
  readonly type: 'pay';
  readonly attempt: AttemptId;
  /** A secret: as the wallet showed it, digits, letters and digits, or the Base64 text of an EMV CPM code. */
  readonly code: string;
  readonly amount: number;
  readonly currency: Currency;
  readonly issuer?: IssuerId | undefined;
  readonly reference: string;
  /** Kiosk's monotonic clock at the scan, ms. */
  readonly scanMs: number;
  readonly validMs: number;
};

export type Abort = { readonly type: 'abort'; readonly attempt: AttemptId };
export type Vend = { readonly type: 'vend'; readonly attempt: AttemptId; readonly delivery: Delivery };
/** `standing`: of what the kiosk has taken note; absent in frames of kiosks before that field. */
export type Ack = { readonly type: 'ack'; readonly attempt: AttemptId; readonly standing?: Standing | undefined };

/** The buyer wants to link a wallet, such as `alipayhk`; said again until its end, and answered each time. */
export type Link = {
  readonly type: 'link';
  readonly link: LinkId;
  readonly wallet: IssuerId;
  /** Modules a side of the largest QR code that the display can show; 0: none. */
  readonly modulesMost: number;
  /** What is paid as soon as the wallet is linked. */
  readonly money?: Money | undefined;
  readonly givenUp: boolean;
};

/** `code`: a member code, or the one that `LinkResult` gave. `pressed`: the buyer has said yes, here or by linking. */
export type PayLinked = Omit<Pay, 'type'> & { readonly type: 'pay-linked'; readonly pressed: boolean };

export type UpBody = Hello | Pay | Abort | Vend | Ack | Link | PayLinked;
export type Up = { readonly boot: BootTag; readonly seq: number; readonly body: UpBody };

export type Welcome = {
  readonly type: 'welcome';
  readonly nonce: BootNonce;
  readonly helloAtMs: number;
  readonly leaseMs: number;
};
export type Challenge = { readonly type: 'challenge'; readonly nonce: BootNonce; readonly challenge: string };
export type Update = {
  readonly type: 'update';
  readonly attempt: AttemptId;
  readonly boot: BootTag;
  readonly standing: Standing;
  readonly reason?: Reason | undefined;
  readonly leftMs: number;
  readonly receipt: string;
};
/** `delivery`: the word that is committed; absent in frames of relays before that field. */
export type VendAck = { readonly type: 'vend-ack'; readonly attempt: AttemptId; readonly delivery?: Delivery };
/** `reason`: why no payment would be accepted, believed for `forMs`; absent: they are. */
export type Service = { readonly type: 'service'; readonly reason?: Reason; readonly forMs: number };

export type LinkCode = {
  readonly type: 'link-code';
  readonly link: LinkId;
  readonly code: string;
  readonly leftMs: number;
};
export type LinkResult = {
  readonly type: 'link-result';
  readonly link: LinkId;
  readonly state: LinkState;
  readonly reason?: Reason | undefined;
  /** Two digits, which the phone shows too; empty where no page of ours was opened. */
  readonly digits: string;
  readonly leftMs: number;
  /** A secret; empty until the wallet is linked. */
  readonly code: string;
};

export type DownBody = Welcome | Challenge | Update | VendAck | Service | LinkCode | LinkResult;
export type Down = { readonly seq: number; readonly relay: string; readonly body: DownBody };
