import type { AttemptId, LinkId } from '../../protocol/ids.js';
import type { Money } from '../../protocol/money.js';
import type { IssuerId, Standing } from '../../protocol/words.js';

/**
 * What the buyer's page asks of the relay, and all that it may know: no token, no key and no authState passes here. Every
 * method may reject where the ledger cannot be asked; the page then says "in a moment". None waits for an acquirer: `open`
 * and `agree` reject with `NotYet` while it has not said where its owner agrees, and the page asks again by itself.
 *
 * A session is one phone's browser: the first one to open a link owns it, and is asked for everything after. Whatever
 * belongs to another session is answered like what does not exist.
 */
export interface LinkDesk {
  /**
   * A phone has opened the short link. An `offered` link becomes `opened`, its two digits are chosen, it is this session's
   * for ever, and the kiosk is told, before this resolves. Asked again by the same session it answers the same.
   */
  open(code: ShortCode, session: Session): Promise<Opened>;
  /** "Yes, the kiosk shows these digits." May be said again, as by a phone's back button, as long as the link is `opened`. */
  agree(code: ShortCode, session: Session): Promise<Agreed>;
  /** "No, it does not": an `opened` link becomes `failed`. */
  refuse(code: ShortCode, session: Session): Promise<Refused>;
  /** All that this session may see. A session that owns nothing is answered with empty lists. */
  member(session: Session): Promise<Member>;
  /** The press, said on the phone. The same again, or after the kiosk's own button: `confirmed` too. */
  confirm(attempt: AttemptId, session: Session): Promise<Confirmed>;
  /** "Not me": what waits for its press is declined, and a press at the kiosk makes nothing of it. `over`: it was pressed. */
  deny(attempt: AttemptId, session: Session): Promise<Denied>;
  /** A `linked` wallet becomes `revoking`; said again, or of one that is unlinked: `unlinking` too. */
  unlink(link: LinkId, session: Session): Promise<Unlinked>;
}

/** 32 hex digits, 128 random bits from the page's cookie. A secret: the ledger keeps its keyed hash only. */
export type Session = string;

/** 8 letters and digits, upper case, as the phone sent them: not yet known to be of the alphabet. */
export type ShortCode = string;

/** `unknown`: no such link, or one that is over and not this session's. `over`: this session's own, expired or failed. */
export type NotOpen = { readonly kind: 'unknown' | 'other-phone' | 'over' };

export type Opened =
  | ({ readonly kind: 'question' } & Question)
  /** Agreed in the wallet: `authorised`, `linked` or later. Its page is the member page. */
  | { readonly kind: 'member' }
  | NotOpen;

export type Question = {
  /** Two decimal digits, as the kiosk shows them. */
  readonly digits: string;
  /** For people: "AlipayHK". */
  readonly wallet: string;
  /** The kiosk's name. */
  readonly kiosk: string;
  /** What is paid as soon as the wallet is linked. */
  readonly money: Money | null;
  readonly limits: Limits;
  /** The wallet's own page or app, at most 2,048 characters; not on the page before `agree`. */
  readonly url: string;
  readonly leftMs: number;
};

/** The lower of the wallet's and our own; null: neither names one. */
export type Limits = { readonly payment: Money | null; readonly day: Money | null; readonly year: Money | null };

export type Agreed = { readonly kind: 'go'; readonly url: string } | { readonly kind: 'member' } | NotOpen;
/** `refused`: also where it was before. `member`: too late, the wallet has agreed; it can be unlinked there. */
export type Refused = { readonly kind: 'refused' | 'member' } | NotOpen;

export type Member = {
  /** Newest first. Links that ended without a token are left out; unlinked ones stay for 24 h. */
  readonly links: readonly LinkSeen[];
  /** Attempts of this session's wallets that wait for one press, newest first. */
  readonly presses: readonly Press[];
  /** The last 20 attempts of this session's wallets, newest first. */
  readonly payments: readonly Paid[];
};

export type LinkSeen = {
  readonly link: LinkId;
  readonly wallet: IssuerId;
  /** For people: "AlipayHK". */
  readonly name: string;
  /**
   * `opened`: nobody has told yet that its owner agreed; the wallet may send them back before that. `authorised`: agreed,
   * and the token is not there yet.
   */
  readonly state: 'opened' | 'authorised' | 'linked' | 'revoking' | 'unlinked';
  /** Of the short link, where its question can be answered still: only where `opened`. */
  readonly short: ShortCode | null;
  /** As the wallet masks its user: "138****1234". */
  readonly user: string | null;
  /** Epoch ms; null before `linked`. */
  readonly linkedAt: number | null;
  readonly limits: Limits;
  /** Only where `linked`. */
  readonly code: MemberCode | null;
};

/** `text`: a secret for as long as it is good. `leftMs`: until the next one takes its place, at most 30,000. */
export type MemberCode = { readonly text: string; readonly leftMs: number };

export type Press = {
  readonly attempt: AttemptId;
  readonly money: Money;
  readonly kiosk: string;
  /** For people: "AlipayHK". */
  readonly wallet: string;
  readonly leftMs: number;
};

export type Paid = {
  readonly attempt: AttemptId;
  /** Epoch ms of the scan as the relay took it. */
  readonly at: number;
  readonly money: Money;
  readonly kiosk: string;
  /** For people: "AlipayHK". */
  readonly wallet: string;
  readonly standing: Standing;
  /** Minor units that went back, confirmed: by the relay's reversal and by people. */
  readonly returned: number;
  /** Five characters that the kiosk shows too. */
  readonly receipt: string;
};

/** `over`: it waits no longer, for whatever reason. `unknown`: no such attempt, or of another session's wallet. */
export type Confirmed = { readonly kind: 'confirmed' | 'over' | 'unknown' };
export type Denied = { readonly kind: 'denied' | 'over' | 'unknown' };
export type Unlinked = { readonly kind: 'unlinking' | 'unknown' };

/** The acquirer has not answered yet. What `open` has done stands: the link is this session's. */
export class NotYet extends Error {
  override name = 'NotYet';
  constructor() {
    super('the wallet has not told yet where its owner agrees; in a moment');
  }
}
