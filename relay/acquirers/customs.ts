import type { Money } from '../../protocol/money.js';
import type { NotSent, Unknown } from './undecided.js';

/**
 * A payment told to customs: goods that are sent to China need it of payments by Alipay's Chinese wallet. The relay says it
 * to the acquirer, which says it to customs. Source: reference acquirers/antom.md section 2.9.
 */

/** Where it is declared, as data. `next`: where the same goods are declared after it. */
export type CustomsPlace = { readonly code: string; readonly next?: string };

/** Who bought, for customs to compare with who paid. Secrets both: an identity card's number, and the name on it. */
export type Buyer = { readonly number: string; readonly name: string };

/** The merchant as customs has it in its register. */
export type Registered = { readonly code: string; readonly name: string };

export type DeclareRequest = {
  /** Unique for ever, 1 to 32 characters; the idempotency key: the same again, unchanged, declares nothing twice. */
  readonly declarationId: string;
  /** The acquirer's own id of the payment. */
  readonly acquirerId: string;
  /** In CNY. */
  readonly money: Money;
  readonly customs: string;
  readonly merchant: Registered;
  /** The merchant's id of a part of the order, at most 64 characters; absent: the order is declared as a whole. */
  readonly subOrder?: string;
  readonly buyer?: Buyer;
};

type Code = { /** The acquirer's own result code. */ readonly code?: string };

/** What the acquirer says of a declaration that it has taken: for people, and for customs' own forms. */
export type Taken = {
  readonly customsPaymentId?: string;
  readonly customsOrderId?: string;
  /** Whether the buyer that was named is the one who paid. */
  readonly identity?: 'passed' | 'not-passed';
  /** Through which clearing house it was paid, and its id there. */
  readonly channel?: string;
  readonly channelId?: string;
  /** Under which the acquirer is registered at customs. */
  readonly registration?: string;
};

/**
 * `taken`: it goes to customs, whose word an inquiry tells. `refused`: not taken, nor will it be as it is; `alarm`: staff
 * must act (contract, keys, parameters). `conflict`: the id stands with other content, which this does not change.
 */
export type DeclareAnswer =
  | (Code & { readonly kind: 'taken' } & Taken)
  | (Code & { readonly kind: 'refused'; readonly alarm?: boolean })
  | (Code & { readonly kind: 'conflict' })
  | Unknown
  | NotSent;

export const declarationMeanings = ['waiting', 'accepted', 'failed'] as const;
/** What a word of the acquirer's means. `waiting`: customs has not answered yet. */
export type DeclarationMeaning = (typeof declarationMeanings)[number];

/** One declaration as the acquirer has it. */
export type DeclarationSeen = Taken & {
  readonly declarationId: string;
  /** `unclear`: a word that is in no document and in no config. */
  readonly means: DeclarationMeaning | 'unclear';
  /** The acquirer's own word, at most 64 signs. */
  readonly word: string;
  /** With what it has it, as far as it says so. */
  readonly money?: Money;
  readonly customs?: string;
  readonly merchant?: Registered;
  /** Customs' own code and text, where it has answered, and when: as the acquirer writes it. */
  readonly resultCode?: string;
  readonly resultText?: string;
  readonly returnedAt?: string;
};

/** `missing`: ids that the acquirer does not know. An id that is in neither list: nothing is known of it. */
export type DeclarationsAnswer =
  | (Code & {
      readonly kind: 'seen';
      readonly declarations: readonly DeclarationSeen[];
      readonly missing: readonly string[];
    })
  | Unknown
  | NotSent;

export interface Customs {
  readonly places: readonly CustomsPlace[];
  /** Where it goes when nobody says where. */
  readonly place: string;
  /** Absent: each declaration says who the merchant is. */
  readonly merchant?: Registered;
  /** The same id is not sent again sooner than this after the last time; ms. */
  readonly againAfterMs: number;
  /** Ids of one inquiry. */
  readonly inquiredMost: number;
  declare(request: DeclareRequest, signal?: AbortSignal): Promise<DeclareAnswer>;
  /** At most `inquiredMost` ids; more is `not-sent`. */
  inquire(declarationIds: readonly string[], signal?: AbortSignal): Promise<DeclarationsAnswer>;
}
