import type { AttemptId, BootTag, LinkId } from '../../protocol/ids.js';
import { bootTag } from '../../protocol/ids.js';
import type { Pay, PayLinked } from '../../protocol/messages.js';
import type { Delivery, IssuerId, Reason, Standing } from '../../protocol/words.js';
import { CLOSED_KEPT, type Replay } from '../journal/contract.js';
import type { Order } from '../orders/order.js';
import type { ClosedReason, Notice, View } from './view.js';

/** All ms. Read from config once at start; an open attempt keeps what it began with (S12). */
export type KioskTimers = {
  /** How long after the scan the relay may act on a `Pay`. */
  readonly payValidMs: number;
  /** The kiosk's own deadline, from the scan: no vend after it. */
  readonly deadlineMs: number;
  /** First wait before an unanswered frame is sent again; doubles up to `resendMaxMs`. */
  readonly resendMs: number;
  readonly resendMaxMs: number;
  readonly finalScreenMs: number;
  readonly noticeMs: number;
  /** An order nobody scans for ends after this; 0: never. */
  readonly orderExpiresMs: number;
};

/** The attempt in front of the customer: opened in this boot and not yet decided, or its vend is under way. */
export type OpenAttempt = {
  readonly id: AttemptId;
  readonly order: Order;
  readonly phase: 'sent' | 'password-pending' | 'confirm-pending' | 'beginning' | 'vending';
  /**
   * Holds the code; dropped once the relay has answered or the code may no longer be used. Of a linked wallet it is kept
   * while the press is missing, as that is said with it.
   */
  readonly pay: Pay | PayLinked | null;
  /** Keyed hash of the code: the same code held longer is the same scan. */
  readonly digest: string;
  readonly receipt: string;
  /** Monotonic ms, with its fraction. */
  readonly scannedAtMs: number;
  readonly deadlineMs: number;
  readonly payUntilMs: number;
  /** While pending: when the relay stops waiting. */
  readonly pendingUntilMs: number;
  readonly resendAtMs: number;
  readonly resendWaitMs: number;
};

/** A wallet that is being linked in front of the customer: said to the relay each second, which answers where it stands. */
export type LinkTry = {
  readonly id: LinkId;
  readonly wallet: IssuerId;
  /** Modules a side of the largest QR code that the display can show. */
  readonly modulesMost: number;
  /** What stood armed: paid as soon as the wallet is linked, if it still stands then. */
  readonly order: Order | null;
  readonly stage: LinkStage;
  /** What the display shows as a QR code; empty until the relay has it. */
  readonly code: string;
  /** What the phone shows too; empty until it does. */
  readonly digits: string;
  /** When the stage ends by what the relay said, or the kiosk's patience with it. */
  readonly untilMs: number;
  /** Infinity: a new id is waited for, under which it is offered again. */
  readonly resendAtMs: number;
  /** Which code this is for the same customer, from 1. */
  readonly offers: number;
};

/** In the order in which they come; `asked`: the relay has no code yet. */
export const linkStages = ['asked', 'offered', 'opened', 'authorised'] as const;
export type LinkStage = (typeof linkStages)[number];

/** How the last try ended. `late`: it may still be linked, and the phone tells; `no-display`: never asked for. */
export type LinkEnd = {
  readonly id: LinkId;
  readonly wallet: IssuerId;
  readonly state: 'linked' | 'expired' | 'failed' | 'given-up' | 'late' | 'no-display';
  readonly reason?: Reason;
};

/** What the kiosk must still tell the relay of an attempt, or remembers of one it told. */
export type BookEntry = {
  readonly attempt: AttemptId;
  readonly boot: BootTag;
  /** Undefined while the attempt is open in this boot. */
  readonly delivery: Delivery | undefined;
  /** The relay has committed the report, or ended the attempt without needing one: not listed in `Hello` any more. */
  readonly closed: boolean;
  /** Undefined for attempts of earlier boots: their orders died with the process. */
  readonly order: Order | undefined;
  /** The order's last event was given. */
  readonly ended: boolean;
  readonly resendAtMs: number;
  readonly resendWaitMs: number;
};

export type KioskState = {
  readonly boot: BootTag;
  /** Tags of this journal's boots: for attempts of these, no record means never vended (rule 13). */
  readonly chain: readonly BootTag[];
  /** Those of the chain of which no attempt has been forgotten: only of these does no record prove anything (rule 13). */
  readonly whole: readonly BootTag[];
  readonly timers: KioskTimers;
  /** Each reason that closes the kiosk; open when empty. */
  readonly closed: readonly ClosedReason[];
  /** While closed by the acquirer: how long the relay's word for that is believed. */
  readonly serviceUntilMs: number;
  readonly order: Order | null;
  readonly orderUntilMs: number;
  readonly attempt: OpenAttempt | null;
  readonly link: LinkTry | null;
  readonly linkEnd: LinkEnd | null;
  /** Of attempts that are not closed, or whose order still waits for its last event. */
  readonly books: readonly BookEntry[];
  /** Of the last attempts that are, oldest first. */
  readonly memory: readonly BookEntry[];
  /** Final screen of the last attempt, or of a wallet's linking (null); gone by itself, and at once for the next customer. */
  readonly final: { readonly attempt: AttemptId | null; readonly view: View; readonly untilMs: number } | null;
  readonly notice: { readonly notice: Notice; readonly untilMs: number } | null;
};

/** Standings that the relay does not change any more, save an operator's. */
export const finalStandings: ReadonlySet<Standing> = new Set([
  'declined',
  'reversed',
  'delivered',
  'operator',
  'refused',
]);

export function initialState(replay: Replay, timers: KioskTimers): KioskState {
  const books: BookEntry[] = [];
  const memory: BookEntry[] = [];
  for (const old of replay.attempts) {
    const entry: BookEntry = {
      attempt: old.attempt,
      boot: old.boot,
      delivery: old.delivery,
      closed: old.closed,
      order: undefined,
      ended: true,
      resendAtMs: 0,
      resendWaitMs: timers.resendMs,
    };
    if (old.closed) memory.push(entry);
    else books.push(entry);
  }
  const boot = bootTag(replay.nonce);
  const chain = replay.chain.map(bootTag);
  return {
    boot,
    chain,
    // A journal keeps as many closed ones over its rotations; one with fewer in it has never let any go.
    whole: replay.attempts.length < CLOSED_KEPT ? chain : [boot],
    timers,
    closed: ['starting', 'relay', 'scanner'],
    serviceUntilMs: Number.POSITIVE_INFINITY,
    order: null,
    orderUntilMs: 0,
    attempt: null,
    link: null,
    linkEnd: null,
    books,
    memory,
    final: null,
    notice: null,
  };
}
