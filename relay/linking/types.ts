import type { LinkId } from '../../protocol/ids.js';
import type { Money } from '../../protocol/money.js';
import type { IssuerId, Reason } from '../../protocol/words.js';
import type { NotLinked, NotSent, RevokeAnswer, Tokens, Unknown } from '../acquirers/contract.js';

/**
 * `offered`: its code can be scanned. `opened`: a phone has opened the short link and owns it. `authorised`: the buyer has
 * agreed; the token is being fetched. `revoking`: it is charged no more, and the acquirer is yet to say so.
 */
export const linkStages = [
  'offered',
  'opened',
  'authorised',
  'linked',
  'revoking',
  'unlinked',
  'expired',
  'failed',
] as const;
export type LinkStage = (typeof linkStages)[number];

/** These never change, and keep no secret. */
export const endedStages: ReadonlySet<LinkStage> = new Set(['unlinked', 'expired', 'failed']);

/** A secret as it is kept: `Vault` of crypto.ts seals and opens it. */
export type Sealed = string;

/** One row of `wallet_link`. All times are epoch milliseconds by the relay's clock; hashes are in hex. */
export type WalletLink = {
  // Fixed for ever when the kiosk asked for it.
  readonly id: LinkId;
  readonly kiosk: string;
  readonly merchant: string;
  /** The merchant's account with the acquirer, which every call and payment is made with. */
  readonly account: string;
  /** Issuer id, such as `alipayhk`. */
  readonly wallet: IssuerId;
  /** What its owner agrees to pay as soon as it is linked; null: nothing stood armed. */
  readonly money: Money | null;
  /** The kiosk shows the wallet's own code: then no page of ours need be opened, and no phone owns the link. */
  readonly ownCode: boolean;
  /** Of the short link, `shortPattern` of codes.ts. */
  readonly short: string;
  readonly createdAt: number;
  /** Nobody may agree later. */
  readonly expiresAt: number;

  readonly state: LinkStage;
  readonly reason: Reason | null;
  /** Hash of the cookie of the phone that owns it. */
  readonly session: string | null;
  /** What phone and kiosk both show from `opened` on; else empty. */
  readonly digits: string;
  /** Hash of the state that the last consult was given. */
  readonly stateHash: string | null;
  /** Where the phone agrees. */
  readonly walletUrl: Sealed | null;
  /** What the display may show instead of the short link. */
  readonly walletCode: Sealed | null;
  /** Exchanged for the tokens. */
  readonly authCode: Sealed | null;
  readonly accessToken: Sealed | null;
  /** Null: until it is revoked. */
  readonly accessUntil: number | null;
  readonly refreshToken: Sealed | null;
  readonly refreshUntil: number | null;
  readonly tokenHash: string | null;
  /** Hash of the code of the first payment. */
  readonly firstHash: string | null;
  /** In the member codes of its owner's page; null where no phone owns it. */
  readonly member: string | null;
  /** As the wallet masks it for people. */
  readonly user: string | null;
  readonly openedAt: number | null;
  readonly authorisedAt: number | null;
  readonly linkedAt: number | null;
  readonly endedAt: number | null;
  /** How often the call that comes next was made, since the last answer that decided something. */
  readonly tries: number;
  /** When `due` comes next; null: nothing is waited for. */
  readonly nextAt: number | null;
};

export type ConsultedSealed = {
  readonly kind: 'consulted';
  readonly url: Sealed | null;
  readonly code: Sealed | null;
};
export type TokensSealed = Pick<Tokens, 'kind' | 'accessUntil' | 'refreshUntil' | 'user'> & {
  readonly accessToken: Sealed;
  readonly refreshToken: Sealed | null;
  readonly tokenHash: string;
};
type Undecided = Unknown | NotSent;
export type ConsultHeard = ConsultedSealed | NotLinked | Undecided;
export type TokenHeard = TokensSealed | { readonly kind: 'pending' } | NotLinked | Undecided;

export type LinkEvent =
  /** `nextAt` has come. `stateHash`: of a fresh state, for the case that this leads to a consult. */
  | { readonly type: 'due'; readonly stateHash: string }
  /** `stateHash`: of the state that was given to this very consult. */
  | { readonly type: 'consult-answered'; readonly answer: ConsultHeard; readonly stateHash: string }
  /** The first phone has opened the short link. */
  | { readonly type: 'opened'; readonly session: string; readonly digits: string }
  /** "No" on its page; or the kiosk's screen is needed for something else. */
  | { readonly type: 'refused' }
  | { readonly type: 'given-up' }
  /** The acquirer's notification: the buyer has agreed. */
  | { readonly type: 'authorised'; readonly authCode: Sealed }
  /** `member` and `firstHash`: fresh, for the case that it is linked by this. */
  | {
      readonly type: 'token-answered';
      readonly answer: TokenHeard;
      readonly member: string;
      readonly firstHash: string;
    }
  | { readonly type: 'refresh-answered'; readonly answer: TokenHeard }
  /** The acquirer's notification: this token is dead. */
  | { readonly type: 'token-cancelled' }
  /** Its owner has linked the wallet anew, and the token that it had is now of that link. */
  | { readonly type: 'superseded' }
  /** A payment was refused for the token of this hash. */
  | { readonly type: 'token-refused'; readonly tokenHash: string }
  /** `by`: `owner`, or who of the merchant's people. */
  | { readonly type: 'unlink'; readonly by: string }
  | { readonly type: 'revoke-answered'; readonly answer: RevokeAnswer };

export type LinkCall = 'consult' | 'apply' | 'refresh' | 'revoke';

export type LinkEffect =
  /** Made at once after the commit, and its answer fed back. */
  | { readonly type: 'call'; readonly call: LinkCall }
  /** Tell the kiosk, once: it asks again by itself. */
  | { readonly type: 'tell' }
  /** Staff must act. */
  | { readonly type: 'alarm'; readonly text: string }
  /** Heard, and of no effect: counted. */
  | { readonly type: 'ignored'; readonly what: string };

export type LinkStep = { readonly link: WalletLink; readonly effects: readonly LinkEffect[] };

/** All ms. Of each list of waits the last one repeats. */
export type LinkPolicy = {
  readonly callTimeoutMs: number;
  /** Before the 2nd, 3rd, … consult where the one before was not answered. */
  readonly consultDelaysMs: readonly number[];
  /** Before the 2nd, 3rd, … try of fetching the token while it is in process. */
  readonly tokenDelaysMs: readonly number[];
  /** For so long after `expiresAt` it is tried. */
  readonly tokenBeyondMs: number;
  readonly refreshDelaysMs: readonly number[];
  readonly revokeDelaysMs: readonly number[];
};
