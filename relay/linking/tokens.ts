import type { Reason } from '../../protocol/words.js';
import type { RevokeAnswer } from '../acquirers/contract.js';
import { again, alarm, callOf, ended, ignored, stay } from './moves.js';
import type { LinkEvent, LinkPolicy, LinkStep, TokenHeard, TokensSealed, WalletLink } from './types.js';

/** Linked and revoking: there is a token, it lives for so long, and it is given up. */

/** Of the token's life; the rest is for tries that are not answered. */
const REFRESHED_AFTER = 0.8;
/** Of the refresh token's own life, which may be the shorter one. */
const REFRESHABLE_UNTIL = 0.9;
/** A token that has died, and that nobody could ask to renew, is not given up earlier: a config is mended by then. */
const KEPT_DEAD_MS = 7 * 24 * 3_600_000;

export function withTokens(link: WalletLink, tokens: TokensSealed, now: number): WalletLink {
  const { accessToken, accessUntil, refreshToken, refreshUntil, tokenHash, user } = tokens;
  const next = { ...link, accessToken, accessUntil, refreshToken, refreshUntil, tokenHash, user: user ?? link.user };
  return { ...next, tries: 0, nextAt: refreshAt(next, now) };
}

/** When there is next something to do for a token that is good; null: never. */
function refreshAt({ accessUntil, refreshToken, refreshUntil }: WalletLink, now: number): number | null {
  if (accessUntil === null) return null;
  if (refreshToken === null) return accessUntil;
  const part = (until: number, of: number): number => now + Math.floor(Math.max(0, until - now) * of);
  const planned = part(accessUntil, REFRESHED_AFTER);
  return refreshUntil === null ? planned : Math.min(planned, part(refreshUntil, REFRESHABLE_UNTIL));
}

const isDead = ({ accessUntil }: WalletLink, now: number): boolean => accessUntil !== null && now >= accessUntil;

export function linked(link: WalletLink, event: LinkEvent, now: number, policy: LinkPolicy): LinkStep {
  switch (event.type) {
    case 'due':
      return due(link, now, policy);
    case 'refresh-answered':
      return refreshed(link, event.answer, now, policy);
    case 'token-cancelled':
    case 'superseded':
      return ended(link, 'unlinked', 'unlinked', now);
    case 'token-refused':
      if (event.tokenHash !== link.tokenHash) return ignored(link, 'an earlier token was refused');
      return ended(link, 'unlinked', 'unlinked', now);
    case 'unlink':
      return stay({ ...link, state: 'revoking', reason: null, firstHash: null, tries: 0, nextAt: now });
    case 'opened':
    case 'consult-answered':
      return stay(link);
    default:
      return ignored(link, event.type);
  }
}

function due(link: WalletLink, now: number, policy: LinkPolicy): LinkStep {
  const isRefreshable = link.refreshToken !== null && (link.refreshUntil === null || now < link.refreshUntil);
  // One that has died while no relay ran may be renewed yet: it is asked for once.
  if (isDead(link, now) && !(isRefreshable && link.tries === 0)) {
    const calls =
      link.tries > 0 || link.refreshToken !== null ? [alarm('its token has expired, and no new one came')] : [];
    return ended(link, 'unlinked', 'unlinked', now, ...calls);
  }
  return isRefreshable ? callOf('refresh', link, now, policy) : stay({ ...link, nextAt: link.accessUntil });
}

function refreshed(link: WalletLink, answer: TokenHeard, now: number, policy: LinkPolicy): LinkStep {
  switch (answer.kind) {
    case 'tokens':
      return stay(withTokens(link, answer, now));
    case 'failed':
      return ended(link, 'unlinked', 'unlinked', now, alarm(`no new token: ${answer.code ?? answer.reason}`));
    case 'not-sent':
      return unasked(link, now, policy);
    case 'pending':
    case 'unknown':
      return again(link, policy.refreshDelaysMs, now, link.accessUntil);
  }
}

/** The acquirer was not asked, so this is not the one try that a dead token has. */
function unasked(link: WalletLink, now: number, { refreshDelaysMs }: LinkPolicy): LinkStep {
  const { accessUntil } = link;
  const next = again(link, refreshDelaysMs, now, null).link;
  const isAlive = accessUntil === null || (next.nextAt ?? now) < accessUntil;
  if (isAlive) return stay(next);
  if (now >= accessUntil + KEPT_DEAD_MS) return again(link, refreshDelaysMs, now, accessUntil);
  return stay({ ...link, tries: 0, nextAt: Math.max(accessUntil, now + (refreshDelaysMs.at(-1) ?? 0)) });
}

/** It is charged no more. Repeated until the acquirer says that the token is dead, or it has died by itself. */
export function revoking(link: WalletLink, event: LinkEvent, now: number, policy: LinkPolicy): LinkStep {
  switch (event.type) {
    case 'due':
      return isDead(link, now) ? ended(link, 'unlinked', null, now) : callOf('revoke', link, now, policy);
    case 'revoke-answered':
      return revoked(link, event.answer, now, policy);
    case 'token-cancelled':
    case 'superseded':
    case 'token-refused':
      return ended(link, 'unlinked', null, now);
    case 'refresh-answered':
      // Asked for before: this is the token that is to be revoked now.
      if (event.answer.kind !== 'tokens') return stay(link);
      return stay({ ...withTokens(link, event.answer, now), nextAt: now });
    case 'unlink':
    case 'opened':
    case 'consult-answered':
      return stay(link);
    default:
      return ignored(link, event.type);
  }
}

function revoked(link: WalletLink, answer: RevokeAnswer, now: number, policy: LinkPolicy): LinkStep {
  switch (answer.kind) {
    case 'revoked':
      return ended(link, 'unlinked', null, now);
    case 'failed': {
      if (answer.reason === 'unlinked') return ended(link, 'unlinked', null, now);
      const text = `the acquirer does not revoke the token (${answer.code ?? answer.reason}); it is asked again`;
      return unrevoked(link, answer.reason, text, now, policy);
    }
    case 'unknown':
    case 'not-sent': {
      const isLong = link.tries > policy.revokeDelaysMs.length;
      if (!isLong) return again(link, policy.revokeDelaysMs, now, link.accessUntil);
      const text = `nobody has revoked the token yet (${answer.kind}: ${answer.detail}); it is asked again`;
      return unrevoked(link, 'acquirer-unavailable', text, now, policy);
    }
  }
}

/** Its reason says that staff know of it: they are told once, whatever was answered before. */
function unrevoked(link: WalletLink, reason: Reason, text: string, now: number, policy: LinkPolicy): LinkStep {
  const told = link.reason === null ? [alarm(text)] : [];
  return again({ ...link, reason: link.reason ?? reason }, policy.revokeDelaysMs, now, link.accessUntil, ...told);
}
