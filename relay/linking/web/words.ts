import type { Standing } from '../../../protocol/words.js';
import type { Html } from './html.js';

export type Note = { readonly title: string; readonly body: string };

/** Pages that only say something. */
export type Notice =
  | 'unknown'
  | 'other-phone'
  | 'over'
  | 'no-cookie'
  | 'elsewhere'
  | 'too-often'
  | 'later'
  | 'not-yet'
  | 'configuration';

/** All that a language must bring; amounts come in as text, "HK$12.00". */
export type PageWords = {
  /** For `<html lang>`. */
  readonly lang: string;
  readonly question: {
    title(wallet: string): string;
    readonly compare: string;
    yes(digits: string): string;
    readonly no: string;
    readonly allowed: string;
    may(shop: string, wallet: string): string;
    atOnce(amount: string, kiosk: string): string;
    readonly next: string;
    left(seconds: Html): Html;
  };
  readonly limits: Readonly<Record<'payment' | 'day' | 'year', (amount: string) => string>>;
  readonly press: {
    title(amount: string, kiosk: string): string;
    pay(amount: string): string;
    from(wallet: string): string;
    readonly notYou: string;
    readonly notMe: string;
    left(seconds: Html): Html;
  };
  readonly wallets: {
    readonly title: string;
    readonly none: Note;
    readonly hint: string;
    readonly keep: string;
    picture(wallet: string): string;
    changes(seconds: Html): Html;
    linking(wallet: string): string;
    opened(wallet: string): string;
    readonly goOn: string;
    readonly unlink: string;
    readonly unlinkMeans: string;
    unlinkNow(wallet: string): string;
    readonly unlinking: string;
    readonly unlinked: string;
  };
  readonly payments: {
    readonly title: string;
    readonly none: string;
    /** Goes on after the standing. */
    returned(amount: string): string;
    readonly receipt: string;
  };
  readonly standings: Readonly<Record<Standing, string>>;
  readonly said: Readonly<Record<Said, string>>;
  readonly offline: string;
  readonly notices: Readonly<Record<Notice, Note>>;
};

/** What the member page says of the last thing done there. */
export const sayings = ['confirmed', 'denied', 'late', 'unlinking'] as const;
export type Said = (typeof sayings)[number];
export const isSaid = (text: unknown): text is Said => sayings.some((said) => said === text);
