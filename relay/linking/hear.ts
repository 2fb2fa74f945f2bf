import { bootTag, type RandomBytes } from '../../protocol/ids.js';
import type { Link, LinkCode, LinkResult } from '../../protocol/messages.js';
import { answerTo, noLink, showsOwnCode } from './answers.js';
import { type AppliedLink, applyLinkIn, type Both, type LinkContext } from './apply.js';
import { newShort } from './codes.js';
import type { Links, StoredLink } from './contract.js';
import type { LinkingContext, LinkRoute } from './rules.js';
import { isShowable, shortLink } from './short-link.js';
import type { WalletLink } from './types.js';

export type HeardLink = {
  /** `not-greeted`, `foreign`: nothing is answered; the kiosk says it again once it is greeted. */
  readonly type: 'not-greeted' | 'foreign' | 'refused' | 'known' | 'accepted';
  readonly answer?: LinkCode | LinkResult;
  /** What has committed. */
  readonly applied: readonly AppliedLink[];
};

export type HearLinkContext = LinkContext & LinkingContext & { readonly random: RandomBytes };

/** Of 2^40 short codes one that is taken: several in a row are no chance. */
const SHORT_TRIES = 4;

/**
 * A kiosk asks to link a wallet, or asks how that stands: the same frame, said again about every second until its end. Only
 * the boot that is greeted is heard, so that a frame that was long on its way offers nothing.
 */
export async function hearLink(
  links: Links,
  kiosk: string,
  tag: string,
  frame: Link,
  context: HearLinkContext,
): Promise<HeardLink> {
  return await links.transaction(async (ledger, tx) => {
    const both = { ledger, links: tx };
    const row = await ledger.lockForPay(kiosk);
    if (!row?.nonce || bootTag(row.nonce) !== tag) return { type: 'not-greeted', applied: [] };
    const stored = await tx.lock(frame.link);
    if (stored) return await known(both, kiosk, stored, frame, context);
    if (frame.givenUp) return refused(frame, 'expired');
    const route = context.rules.route(kiosk, frame.wallet);
    const shown = shortLink(context.rules.publicUrl, newShort(context.random));
    if (!route || !isShowable(shown, frame.modulesMost)) return refused(frame, 'failed');
    return await offer(both, kiosk, frame, route, context);
  });
}

const refused = (frame: Link, state: 'failed' | 'expired'): HeardLink => ({
  type: 'refused',
  answer: noLink(frame.link, state, state === 'failed' ? 'configuration' : 'customer-aborted'),
  applied: [],
});

async function known(
  tx: Both,
  kiosk: string,
  stored: StoredLink,
  frame: Link,
  context: HearLinkContext,
): Promise<HeardLink> {
  if (stored.link.kiosk !== kiosk) return { type: 'foreign', applied: [] };
  if (!frame.givenUp) return { type: 'known', answer: answerTo(stored.link, frame.modulesMost, context), applied: [] };
  const isOpen = stored.link.state === 'offered' || stored.link.state === 'opened';
  const applied = isOpen ? [await applyLinkIn(tx, stored, { type: 'given-up' }, context)] : [];
  const { link } = applied[0] ?? stored;
  return { type: 'known', answer: answerTo(link, frame.modulesMost, context), applied };
}

async function offer(
  tx: Both,
  kiosk: string,
  frame: Link,
  route: LinkRoute,
  context: HearLinkContext,
): Promise<HeardLink> {
  // A display shows one code: what it showed before is not to be agreed to any more.
  const applied: AppliedLink[] = [];
  for (const other of await tx.links.lockOffered(kiosk)) {
    // Another relay has heard the same frame, and has committed since this one looked for it.
    if (other.link.id === frame.link) continue;
    applied.push(await applyLinkIn(tx, other, { type: 'given-up' }, context));
  }
  for (let tries = 0; tries < SHORT_TRIES; tries++) {
    const link = newLink(kiosk, frame, route, context);
    if (await tx.links.insert(link)) {
      await tx.links.addEvents(link.id, [{ at: context.now, name: 'offered', detail: frame.wallet, ms: null }]);
      return { type: 'accepted', answer: answerTo(link, frame.modulesMost, context), applied };
    }
    // Of that, the insert says so.
    const stored = await tx.links.lock(frame.link);
    if (stored) return { ...(await known(tx, kiosk, stored, frame, context)), applied };
  }
  throw new Error('link: no short code is free');
}

function newLink(kiosk: string, frame: Link, { merchant, account }: LinkRoute, context: HearLinkContext): WalletLink {
  const { now, rules, random } = context;
  return {
    ...{ id: frame.link, kiosk, merchant, account, wallet: frame.wallet, money: frame.money ?? null },
    ownCode: showsOwnCode(rules, frame.modulesMost),
    ...{ short: newShort(random), createdAt: now, expiresAt: now + rules.codeLifeMs },
    ...{ state: 'offered', reason: null, session: null, digits: '', stateHash: null, walletUrl: null },
    ...{ walletCode: null, authCode: null, accessToken: null, accessUntil: null, refreshToken: null },
    ...{ refreshUntil: null, tokenHash: null, firstHash: null, member: null, user: null, openedAt: null },
    ...{ authorisedAt: null, linkedAt: null, endedAt: null, tries: 0, nextAt: now },
  };
}
