import type { AttemptId, BootTag, LinkId, OrderId } from '../../protocol/ids.js';
import type { Money } from '../../protocol/money.js';
import type { Delivery, IssuerId, Reason } from '../../protocol/words.js';
import type { CancelAnswer, InquiryAnswer, PayAnswer, RefundAnswer } from '../acquirers/contract.js';

/** Where an attempt stands in the ledger. "Password pending" is a flag of submitted. */
export const states = [
  'submitted',
  'approved',
  'declined',
  'reversing',
  'reversed',
  'delivered',
  'doubtful',
  'operator',
  'refused',
] as const;
export type State = (typeof states)[number];

/** S10: these never change. */
export const finalStates: ReadonlySet<State> = new Set(['declined', 'reversed', 'delivered', 'refused']);

/**
 * What the operator learns after the machine has given up: certain answers that came too late to act on. `returned`: it is
 * cancelled or refunded, and what was charged, if anything was, is back.
 */
export type Finding = 'charged' | 'not-charged' | 'returned';

/**
 * One way of giving the money back, asked of the acquirer. Several for an attempt, one after the other; at most one of
 * them has not failed. Requested is not confirmed. `confirmed` and `failed` are final.
 */
export type Reversal = {
  /** Unique for ever. Of a refund it is the id that the acquirer is asked under. */
  readonly id: string;
  readonly kind: 'cancel' | 'refund';
  /** Among those of its kind, from 1. */
  readonly number: number;
  /** Refund: what is given back, which is what the acquirer says it charged. Cancel: what was asked; it gives back all. */
  readonly money: Money;
  /** `pending`: the acquirer has it in hand. `confirmed`: it says that the money is back. */
  readonly state: 'requested' | 'pending' | 'confirmed' | 'failed';
  readonly requestedAt: number;
  readonly endedAt: number | null;
  /** How often it was asked for, always under the same id. */
  readonly tries: number;
  /** How often the acquirer was asked what became of this refund. */
  readonly inquiries: number;
};

/** One row of the ledger as the machine sees it. All times are epoch milliseconds by the relay's clock. */
export type Attempt = {
  // Fixed for ever at admission (S3).
  readonly id: AttemptId;
  readonly kiosk: string;
  readonly order: OrderId;
  /** Nonce of the boot that opened it; only the tag (its first 8 characters) where the attempt was refused. */
  readonly boot: string;
  /** What was asked; null in a tombstone, which is always refused. */
  readonly money: Money | null;
  readonly issuer: IssuerId | null;
  readonly reference: string;
  readonly merchant: string;
  /** Name of the acquirer's adapter. */
  readonly acquirer: string;
  /** The merchant's account with it, which every call is made with. */
  readonly account: string;
  /** Why it went there. */
  readonly route: string;
  /** The linked wallet that pays by token; null: a code was scanned. */
  readonly link: LinkId | null;
  readonly createdAt: number;
  readonly scannedAt: number;
  /** The last moment at which the sender may write the pay request. */
  readonly payUntil: number;
  /** The relay stops waiting: last inquiry, then cancel. */
  readonly deadlineAt: number;
  /** The kiosk's own deadline: it vends no later than this. */
  readonly vendUntil: number;
  /** Rule 11: "no such order" counts only if asked after this. */
  readonly landingUntil: number;

  readonly state: State;
  readonly reason: Reason | null;
  readonly passwordPending: boolean;
  /** When the owner of a linked wallet has pressed; null before, and where a code was scanned. Set at most once. */
  readonly confirmedAt: number | null;
  readonly acquirerId: string | null;
  /** When the pay request was given to the sender; null: not a byte of it ever left. Set at most once. */
  readonly payAt: number | null;
  /** The acquirer has said "paid" at some time, with whatever amount. */
  readonly paidSeen: boolean;
  /** Inquiries since pay; since it was to be reversed; since a cancel was refused; since it went to the operator. */
  readonly inquiries: number;
  /** Cancels asked in this round; a "not found" that does not count yet begins a new one. */
  readonly cancels: number;
  /** The acquirer does not cancel; what it says to an inquiry decides whether to refund. */
  readonly cancelRefused: boolean;
  /** The newest record of giving the money back. */
  readonly reversal: Reversal | null;
  readonly finding: Finding | null;
  /** When `due` comes next; null: nothing is waited for. */
  readonly nextAt: number | null;
};

/** Whose token has paid; nothing where a code was scanned. */
export const paidByToken = ({ link, issuer }: Attempt): { readonly wallet?: IssuerId } =>
  link === null || issuer === null ? {} : { wallet: issuer };

/** Why a pay was not sent: the wallet is linked no more. */
export const NO_LINK = 'unlinked';

/** Not asked for: the acquirer has said it by itself. It decides as an answer does; only the story tells it apart. */
export type Told = 'notification';

export type PaymentEvent =
  /** `nextAt` has come. `codeHeld`: this relay holds the code in memory. */
  | { readonly type: 'due'; readonly codeHeld: boolean }
  | { readonly type: 'pay-answered'; readonly answer: PayAnswer }
  /** `askedAt`: just before the request was written. */
  | { readonly type: 'inquiry-answered'; readonly answer: InquiryAnswer; readonly askedAt: number; readonly by?: Told }
  | { readonly type: 'cancel-answered'; readonly answer: CancelAnswer; readonly askedAt: number }
  /** `refundId`: the record that was asked for, which need not be the newest any more. */
  | { readonly type: 'refund-answered'; readonly refundId: string; readonly answer: RefundAnswer }
  | {
      readonly type: 'refund-inquiry-answered';
      readonly refundId: string;
      readonly answer: RefundAnswer;
      readonly by?: Told;
    }
  /** The owner of the linked wallet has said yes: on the kiosk's button, on the own phone, or by linking for this payment. */
  | { readonly type: 'confirmed'; readonly by: Pressed }
  /** The customer gave up. */
  | { readonly type: 'abort' }
  /** The kiosk's report, a fact. `boot`: the tag of the boot that says so; absent: the attempt's own. */
  | { readonly type: 'vend-reported'; readonly delivery: Delivery; readonly boot?: BootTag }
  /** Another boot of the kiosk was greeted (rule 4). `listed`: null where its Hello does not list the attempt. */
  | { readonly type: 'swept'; readonly listed: Delivery | null; readonly bootInChain: boolean }
  /** A person has found out what no machine can know. `by`: who says so. */
  | { readonly type: 'resolved'; readonly found: Resolution; readonly by: string };

export type Pressed = 'kiosk' | 'phone' | 'link';

/** What happens by itself, or is heard: everything but the merchant's person's word, and the buyer's yes. */
export type MachineEvent = Exclude<PaymentEvent, { type: 'resolved' | 'confirmed' }>;

/**
 * `delivered`: the goods went out, and the money is kept. `give-back`: they did not, so the relay shall give the money
 * back. `not-charged`: nothing was ever taken. `returned`: it was given back by hand, or the acquirer's staff says so.
 */
export const resolutions = ['delivered', 'give-back', 'not-charged', 'returned'] as const;
export type Resolution = (typeof resolutions)[number];

/** A refund and its inquiry are those of `attempt.reversal`. */
export type Call = 'pay' | 'inquire' | 'cancel' | 'refund' | 'inquire-refund';

export type AlarmKind =
  | 'wrong-amount'
  | 'amount-unconfirmed'
  | 'cancel-unconfirmed'
  | 'cancel-refused'
  | 'refund-delayed'
  | 'refund-unconfirmed'
  | 'refund-failed'
  | 'vend-doubtful'
  | 'report-late'
  | 'configuration'
  | 'id-conflict'
  | 'charged-after-end'
  | 'finding'
  | 'contradiction'
  /** A cancel and a refund may both have given the money back. */
  | 'returned-twice'
  /** A notification names another amount, currency or account than the record. */
  | 'notification-differs'
  | 'unknown-attempt'
  | 'foreign-report'
  | 'other-journal'
  | 'clone'
  | 'clock'
  /** A declaration to customs was refused or not accepted; or nobody says what became of it. */
  | 'declaration-failed'
  | 'declaration-unconfirmed'
  /** The acquirer's reports and the ledger say different things. */
  | 'reconciliation'
  /** A wallet cannot be linked, or its token cannot be renewed or revoked. */
  | 'linking';

export type Effect =
  /** Made at once after the commit, and its answer fed back, before anything else of this attempt is done. */
  | { readonly type: 'call'; readonly call: Call }
  /** Tell the kiosk; `answered`: again and again until it answers. */
  | { readonly type: 'publish'; readonly until: 'once' | 'answered' }
  /** The word of the kiosk that this commit has taken in. */
  | { readonly type: 'ack-vend'; readonly delivery: Delivery }
  | { readonly type: 'alarm'; readonly kind: AlarmKind; readonly text: string }
  /** An event that this state does not expect: counted and logged. */
  | { readonly type: 'fault'; readonly what: string };

export type StepResult = { readonly attempt: Attempt; readonly effects: readonly Effect[] };

export type DoubtfulPolicy = 'ask' | 'keep' | 'reverse';

/** All ms; from the acquirer's plan and the config. */
export type Policy = {
  readonly callTimeoutMs: number;
  readonly inquiryDelaysMs: readonly number[];
  readonly cancelDelaysMs: readonly number[];
  readonly refundInquiryDelaysMs: readonly number[];
  readonly newRefundDelaysMs: readonly number[];
  /** What the kiosk needs between an approval and its deadline; later approvals are cancelled instead. */
  readonly vendMarginMs: number;
  /** An approved attempt without a report raises an alarm after this. */
  readonly reportLateMs: number;
  /** Inquiries after the attempt went to the operator. */
  readonly operatorInquiryDelaysMs: readonly number[];
  /**
   * A kiosk that cannot tell whether the goods went out: ask a person, keep the money as if they had, or give it back as
   * if they had not. A lost journal is always for a person.
   */
  readonly doubtful: DoubtfulPolicy;
};
