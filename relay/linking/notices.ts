import type { AuthorizationNotice } from '../acquirers/contract.js';
import type { LedgerTransaction } from '../ledger/contract.js';
import type { NotificationOutcome } from '../ledger/notifications.js';
import { type AppliedLink, applyLinkIn, type LinkContext } from './apply.js';
import type { LinkTransaction, StoredLink } from './contract.js';
import type { Vault } from './crypto.js';
import type { LinkEvent } from './types.js';

/** What the acquirer says by itself of a link: the buyer has agreed, or a token is dead. */

export type HeardAuthorization = { readonly outcome: NotificationOutcome; readonly applied?: AppliedLink };

export type NoticeContext = LinkContext & { readonly vault: Vault };

/**
 * In the transaction that records it. A state that we never gave, or that was used, is of no effect, and is acknowledged:
 * said again it would be no better. The hash of a state is kept before the consult is made, so none comes too early.
 */
export async function hearAuthorization(
  ledger: LedgerTransaction,
  links: LinkTransaction,
  notice: AuthorizationNotice,
  account: string,
  context: NoticeContext,
): Promise<HeardAuthorization> {
  const { vault } = context;
  const stored =
    notice.what === 'code'
      ? await links.lockBy('state', vault.hashes('state', notice.state))
      : await links.lockBy('token', vault.hashes('token', notice.token));
  if (!stored) return { outcome: 'ignored' };
  if (stored.link.account !== account) return await ofAnother(ledger, stored, account, context);
  const applied = await applyLinkIn({ ledger, links }, stored, eventOf(notice, stored.link.id, vault), context);
  const isIgnored = applied.effects.some(({ type }) => type === 'ignored');
  return { outcome: isIgnored ? 'ignored' : 'applied', applied };
}

const eventOf = (notice: AuthorizationNotice, link: string, vault: Vault): LinkEvent =>
  notice.what === 'code'
    ? { type: 'authorised', authCode: vault.seal(notice.code, link, 'auth_code') }
    : { type: 'token-cancelled' };

async function ofAnother(
  ledger: LedgerTransaction,
  { link }: StoredLink,
  account: string,
  { now }: NoticeContext,
): Promise<HeardAuthorization> {
  const detail = `link ${link.id} of account ${link.account}: a notification for account ${account}`;
  await ledger.raiseAlarm({ at: now, kind: 'notification-differs', kiosk: link.kiosk, attempt: null, detail });
  return { outcome: 'differs' };
}
