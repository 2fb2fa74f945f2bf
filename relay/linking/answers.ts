import type { LinkId } from '../../protocol/ids.js';
import type { LinkCode, LinkResult } from '../../protocol/messages.js';
import type { LinkState, Reason } from '../../protocol/words.js';
import { firstCode } from './codes.js';
import type { Vault } from './crypto.js';
import type { LinkingRules } from './rules.js';
import { modulesForText, OWN_CODE_LEAST_MODULES, shortLink } from './short-link.js';
import type { LinkStage, WalletLink } from './types.js';

/** What a kiosk is told of its link. */

const statesOf: Readonly<Record<LinkStage, LinkState>> = {
  offered: 'offered',
  opened: 'opened',
  authorised: 'authorised',
  linked: 'linked',
  // It was linked, and is not any more: the kiosk may offer another.
  revoking: 'failed',
  unlinked: 'failed',
  expired: 'expired',
  failed: 'failed',
};

type Answering = { readonly vault: Vault; readonly rules: LinkingRules; readonly now: number };

/** How it stands. The code of the first payment is in it for as long as that may be made. */
export function resultOf(link: WalletLink, { vault, rules, now }: Answering): LinkResult {
  const state = statesOf[link.state];
  const isOver = link.state === 'revoking' || link.state === 'unlinked';
  const reason = isOver ? 'unlinked' : link.reason;
  const firstLeft = link.state === 'linked' ? (link.linkedAt ?? 0) + rules.firstPaymentMs - now : 0;
  const waits = link.state === 'offered' || link.state === 'opened' ? link.expiresAt - now : firstLeft;
  return {
    ...{ type: 'link-result', link: link.id, state },
    ...(reason === null ? {} : { reason }),
    digits: link.digits,
    leftMs: Math.max(0, waits),
    code: firstLeft > 0 ? (firstCode(vault, link) ?? '') : '',
  };
}

/** Of a link that is not in the ledger, nor will be. */
export const noLink = (link: LinkId, state: 'failed' | 'expired', reason: Reason): LinkResult => ({
  ...{ type: 'link-result', link, state, reason, digits: '', leftMs: 0, code: '' },
});

/** What the display shall show, as long as nobody has opened it; else how it stands. `modulesMost`: as the kiosk says. */
export function answerTo(link: WalletLink, modulesMost: number, context: Answering): LinkCode | LinkResult {
  const { vault, rules, now } = context;
  const leftMs = Math.max(0, link.expiresAt - now);
  if (link.state !== 'offered' || leftMs === 0) return resultOf(link, context);
  const short: LinkCode = { type: 'link-code', link: link.id, code: shortLink(rules.publicUrl, link.short), leftMs };
  if (!link.ownCode) return short;
  // The acquirer has not said yet what to show, and one code must not turn into another under the buyer's phone.
  if (link.walletCode === null && link.walletUrl === null) return resultOf(link, context);
  const own = link.walletCode === null ? undefined : openedOr(vault, link.walletCode, link.id);
  return own !== undefined && modulesForText(own) <= modulesMost ? { ...short, code: own } : short;
}

function openedOr(vault: Vault, sealed: string, id: LinkId): string | undefined {
  try {
    return vault.open(sealed, id, 'wallet_code');
  } catch {
    return undefined;
  }
}

export const showsOwnCode = ({ ownCodes }: LinkingRules, modulesMost: number): boolean =>
  ownCodes && modulesMost >= OWN_CODE_LEAST_MODULES;
