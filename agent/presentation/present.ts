import type { Screen, ScreenAction, ScreenText, ScreenTone } from '../../drivers/contract/display.js';
import type { Signal } from '../../drivers/contract/indicator.js';
import { formatMoney } from '../../protocol/money-text.js';
import type { IssuerId } from '../../protocol/words.js';
import type { LinkView, View } from '../kiosk/view.js';
import { catalogues, type Language } from './catalogue/index.js';
import type { Catalogue, Words } from './catalogue/words.js';

export type PresentOptions = {
  /** Whom the customer can ask, such as a phone number; shown where a person must help. */
  readonly contact?: string;
  /** Wallets that a customer may link at this kiosk, by issuer id; none by default. */
  readonly links?: readonly IssuerId[];
};

export type Presented = {
  readonly screen: Screen;
  /** For lamps and buzzer. The chirp of a read code is the kiosk machine's own effect, not a view. */
  readonly signal: Signal;
};

/** How a view looks and sounds, whatever the language. Idle invites like armed: both lamps say that the kiosk works. */
const manners: Readonly<Record<View['kind'], readonly [ScreenTone, Signal]>> = {
  'out-of-service': ['closed', 'out-of-service'],
  idle: ['neutral', 'ready'],
  armed: ['ready', 'ready'],
  busy: ['working', 'busy'],
  'confirm-on-phone': ['attention', 'confirm-on-phone'],
  'press-to-pay': ['attention', 'press-to-pay'],
  vending: ['working', 'busy'],
  approved: ['good', 'approved'],
  declined: ['bad', 'declined'],
  refused: ['bad', 'declined'],
  unconfirmed: ['attention', 'declined'],
  refunding: ['attention', 'declined'],
  refunded: ['attention', 'declined'],
  operator: ['attention', 'declined'],
  'link-asked': ['working', 'busy'],
  'link-offered': ['ready', 'ready'],
  'link-opened': ['attention', 'confirm-on-phone'],
  'link-authorised': ['working', 'busy'],
  // No payment: neither "approved" nor "declined".
  linked: ['good', 'ready'],
  'link-expired': ['attention', 'try-again'],
  'link-failed': ['attention', 'try-again'],
  'link-late': ['attention', 'try-again'],
  'link-desk': ['attention', 'try-again'],
};

/** Views after which a customer may need a person. */
const needsHelp: ReadonlySet<View['kind']> = new Set([
  'out-of-service',
  'unconfirmed',
  'refunding',
  'operator',
  'link-desk',
]);
const helpReasons: ReadonlySet<string> = new Set(['vend-doubtful', 'cancel-unconfirmed', 'over-limit', 'order-taken']);

/** Views on which a customer may ask for a code to link a wallet: nothing else is under way. */
const invites: ReadonlySet<View['kind']> = new Set(['idle', 'armed', 'link-expired', 'link-failed']);

const isLink = (view: View): view is LinkView => 'wallet' in view;

function actionsOf(view: View, shown: readonly Language[], links: readonly IssuerId[]): ScreenAction[] {
  const label = (write: (catalogue: Catalogue) => string) =>
    shown.map((lang) => ({ lang, text: write(catalogues[lang]) }));
  if (view.kind === 'press-to-pay') {
    const amount = formatMoney(view.money);
    return [{ button: 'pay', labels: label(({ buttons }) => buttons.pay(amount)) }];
  }
  const unlinked = 'reason' in view && view.reason === 'unlinked';
  if (!invites.has(view.kind) && !unlinked) return [];
  return links.map((wallet) => ({
    ...{ button: 'link', wallet },
    labels: label((catalogue) => catalogue.buttons.link(walletName(catalogue, wallet))),
  }));
}

const walletName = ({ wallets }: Catalogue, wallet: IssuerId): string =>
  (Object.hasOwn(wallets, wallet) ? wallets[wallet] : undefined) ?? wallet;

function noticeOf(view: View): Extract<View, { kind: 'idle' | 'armed' }>['notice'] {
  return view.kind === 'idle' || view.kind === 'armed' ? view.notice : undefined;
}

function wordsOf(view: View, catalogue: Catalogue): Words {
  const notice = noticeOf(view);
  if (notice?.kind === 'scan-rejected') return catalogue.rejects[notice.reason];
  if (notice?.kind === 'scan-refused') return catalogue.refusedScans[notice.reason];
  if (view.kind === 'declined' || view.kind === 'refused') return catalogue.reasons[view.reason];
  if (isLink(view)) return catalogue.links[view.kind](walletName(catalogue, view.wallet), 'money' in view);
  return catalogue.views[view.kind];
}

function textOf(view: View, lang: Language, contact: string | undefined): ScreenText {
  const catalogue: Catalogue = catalogues[lang];
  const { title, body } = wordsOf(view, catalogue);
  const helps = needsHelp.has(view.kind) || ('reason' in view && helpReasons.has(view.reason));
  return { lang, title, body: contact !== undefined && helps ? `${body} ${catalogue.contact(contact)}` : body };
}

/**
 * The view in words, and the signal that goes with it. `languages`: first the main one; English when empty.
 * Nothing of a customer can stand on an idle or armed screen, as their views hold nothing of one.
 */
export function present(view: View, languages: readonly Language[], options: PresentOptions = {}): Presented {
  const shown: readonly Language[] = languages.length > 0 ? languages : ['en'];
  const [tone, signal] = manners[view.kind];
  const noticed = noticeOf(view) !== undefined;
  const actions = actionsOf(view, shown, options.links ?? []);
  const screen: Screen = {
    kind: view.kind,
    tone: noticed ? 'attention' : tone,
    texts: shown.map((lang) => textOf(view, lang, options.contact)),
    ...('money' in view && view.money ? { amount: formatMoney(view.money) } : {}),
    ...('leftMs' in view ? { leftMs: view.leftMs } : {}),
    ...('receipt' in view ? { receipt: view.receipt } : {}),
    ...('code' in view ? { code: view.code } : {}),
    ...('digits' in view ? { digits: view.digits } : {}),
    ...(actions.length > 0 ? { actions } : {}),
  };
  // Not "declined": no payment was tried, and a customer must not read the lamp as a refused one.
  return { screen, signal: noticed ? 'try-again' : signal };
}
