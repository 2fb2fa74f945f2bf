import type { Reason } from '../../../protocol/words.js';
import type { RejectReason } from '../../decode/result.js';
import type { LinkView, View } from '../../kiosk/view.js';

/** Title: at most 40 characters (16 Chinese ones). Body: what happened, and what the customer can do. */
export type Words = { readonly title: string; readonly body: string };

/** Views that say the same to every customer; declined and refused take their words from the reason. */
export type PlainView = Exclude<View['kind'], 'declined' | 'refused' | LinkView['kind']>;

/** All that a language must bring. A word missing in one of them does not compile. */
export type Catalogue = {
  readonly views: Readonly<Record<PlainView, Words>>;
  /** `pays`: the amount that shows is paid as soon as the wallet is linked. */
  readonly links: Readonly<Record<LinkView['kind'], (wallet: string, pays: boolean) => Words>>;
  /** What a wallet is called, by its issuer id. One that is not here goes by its id. */
  readonly wallets: Readonly<Record<string, string>>;
  /** Short: they stand on buttons. */
  readonly buttons: { link(wallet: string): string; pay(amount: string): string };
  /** Of views declined and refused, which the relay gives only where no money is with us. */
  readonly reasons: Readonly<Record<Reason, Words>>;
  /**
   * What the customer holds and what to do instead, in words for someone who never heard how codes are made. Reasons
   * after which the customer can do the same may share their words.
   */
  readonly rejects: Readonly<Record<RejectReason, Words>>;
  readonly refusedScans: Readonly<Record<'busy' | 'no-order', Words>>;
  /** The sentence that names whom to ask; `contact` comes from the config. */
  contact(contact: string): string;
};
