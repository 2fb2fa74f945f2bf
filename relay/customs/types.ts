import type { Money } from '../../protocol/money.js';
import type { NotSent, Unknown } from '../acquirers/contract.js';
import type { DeclarationSeen, DeclareAnswer, Taken } from '../acquirers/customs.js';
import type { AlarmKind } from '../payment/types.js';

/** `declared`: the acquirer has it, and customs' word is waited for. `operator`: only a person goes on with it. */
export const declarationStates = ['requested', 'declared', 'accepted', 'failed', 'operator'] as const;
export type DeclarationState = (typeof declarationStates)[number];

/** What is declared, and may be changed when it is sent again. The buyer is kept apart, sealed: `seal.ts`. */
export type Declared = {
  /** In CNY. */
  readonly money: Money;
  readonly customs: string;
  readonly merchantCode: string;
  readonly merchantName: string;
  /** A part of the order; null: the order as a whole. */
  readonly subOrder: string | null;
  /** A buyer was named. */
  readonly buyerNamed: boolean;
};

/**
 * A payment that a person declares to customs. It is sent again only under its own id, and never sooner than the
 * acquirer allows. Times are epoch milliseconds by the relay's clock.
 */
export type Declaration = {
  // Fixed for ever when it was asked for.
  /** Unique for ever; the id that the acquirer is asked under: 32 signs. */
  readonly id: string;
  readonly attempt: string;
  /** Among those of its attempt, from 1. */
  readonly number: number;
  readonly requestedAt: number;

  /** Who had it sent last. */
  readonly requestedBy: string;
  readonly declared: Declared;
  /** How often a person has had it sent, with other content each time; from 1. */
  readonly push: number;
  readonly state: DeclarationState;
  readonly endedAt: number | null;
  /** When it was last sent; null: not yet. */
  readonly sentAt: number | null;
  /** Of this push: how often it was sent, and how often the acquirer was asked what became of it. */
  readonly tries: number;
  readonly inquiries: number;
  /** Inquiries since only a person goes on with it. */
  readonly watches: number;
  /**
   * What was sent last was not taken, and the acquirer may have what was sent before: never sent again by itself. In state
   * `operator`: what it says is of that, and ends nothing.
   */
  readonly doubted: boolean;
  /** Since it was sent last, it is certain that the acquirer has nothing of it, so it may be sent. */
  readonly absent: boolean;
  /** The acquirer's last result code, and its last word of the declaration. */
  readonly code: string | null;
  readonly word: string | null;
  readonly taken: Taken;
  /** Customs' own code, text and time, as the acquirer passes them on. */
  readonly resultCode: string | null;
  readonly resultText: string | null;
  readonly returnedAt: string | null;
  /** By whom it was settled, where nobody else said. */
  readonly settledBy: string | null;
  /** When `due` comes next; null: nothing is waited for. */
  readonly nextAt: number | null;
};

/** Of one declaration, out of an inquiry of several. */
export type SeenAnswer =
  | { readonly kind: 'seen'; readonly seen: DeclarationSeen; readonly code?: string }
  | { readonly kind: 'not-found'; readonly code?: string }
  | Unknown
  | NotSent;

export const declarationFindings = ['accepted', 'not-accepted'] as const;
export type DeclarationFound = (typeof declarationFindings)[number];

export type DeclarationEvent =
  /** `barred`: why it may not be sent any more; what was paid was given back since it was asked for. */
  | { readonly type: 'due'; readonly barred?: string }
  | { readonly type: 'declare-answered'; readonly answer: DeclareAnswer }
  /** It was about to be sent, and was not: the acquirer itself has said why it may not be. */
  | { readonly type: 'withheld'; readonly why: string }
  | { readonly type: 'inquiry-answered'; readonly answer: SeenAnswer }
  /** A person has it sent again, with this content. */
  | { readonly type: 'again'; readonly declared: Declared; readonly by: string }
  /** A person has found out, where customs' word never comes. */
  | { readonly type: 'settled'; readonly found: DeclarationFound; readonly by: string };

export type DeclarationCall = 'declare' | 'inquire-declaration';

export type DeclarationEffect =
  /** Made at once after the commit, and its answer fed back. */
  | { readonly type: 'call'; readonly call: DeclarationCall }
  | { readonly type: 'alarm'; readonly kind: AlarmKind; readonly text: string }
  /** An event that this state does not expect: counted and logged. */
  | { readonly type: 'fault'; readonly what: string };

export type DeclarationStep = { readonly declaration: Declaration; readonly effects: readonly DeclarationEffect[] };

/** All ms. */
export type DeclarationPolicy = {
  /** The same id is not sent again sooner than this: the acquirer's rule. */
  readonly againAfterMs: number;
  /** Sendings of one push without a certain answer; after the last: operator. */
  readonly triesMost: number;
  /** Waits before the 1st, 2nd, … inquiry of one that was taken; after the last: operator. */
  readonly inquiryDelaysMs: readonly number[];
  /** Waits before inquiries since it went to the operator; after the last none. */
  readonly watchDelaysMs: readonly number[];
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long customs takes is documented nowhere. Often in the first minutes, then hourly, then daily for two weeks; after that
 * a person looks, and the acquirer is asked daily for a month more.
 */
export const declarationPlan: Omit<DeclarationPolicy, 'againAfterMs'> = {
  triesMost: 12,
  inquiryDelaysMs: [
    ...[10_000, 30_000, 60_000, 5 * 60_000, 15 * 60_000],
    ...Array.from({ length: 12 }, () => HOUR_MS),
    ...Array.from({ length: 14 }, () => DAY_MS),
  ],
  watchDelaysMs: Array.from({ length: 30 }, () => DAY_MS),
};

/** It counts against what may be declared: it has not failed. */
export const counts = ({ state }: Pick<Declaration, 'state'>): boolean => state !== 'failed';
export const isEnded = ({ state }: Pick<Declaration, 'state'>): boolean => state === 'accepted' || state === 'failed';
