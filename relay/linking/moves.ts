import type { Reason } from '../../protocol/words.js';
import { waitOf } from '../payment/moves.js';
import type { LinkCall, LinkEffect, LinkPolicy, LinkStage, LinkStep, WalletLink } from './types.js';

/** The moves of the machine of links, each with what belongs to it whatever led there. */

export const stay = (link: WalletLink, ...effects: LinkEffect[]): LinkStep => ({ link, effects });
export const ignored = (link: WalletLink, what: string): LinkStep =>
  stay(link, { type: 'ignored', what: `${link.state}: ${what}` });
export const tell: LinkEffect = { type: 'tell' };
export const alarm = (text: string): LinkEffect => ({ type: 'alarm', text });

const noSecrets = {
  ...{ stateHash: null, walletUrl: null, walletCode: null, authCode: null, firstHash: null },
  ...{ accessToken: null, refreshToken: null, tokenHash: null, accessUntil: null, refreshUntil: null },
} as const;

export const ended = (
  link: WalletLink,
  state: Extract<LinkStage, 'unlinked' | 'expired' | 'failed'>,
  reason: Reason | null,
  now: number,
  ...effects: LinkEffect[]
): LinkStep =>
  stay({ ...link, ...noSecrets, state, reason, digits: '', endedAt: now, tries: 0, nextAt: null }, ...effects);

/** `nextAt` is for the case that this relay dies before the answer. */
export const callOf = (call: LinkCall, link: WalletLink, now: number, policy: LinkPolicy): LinkStep =>
  stay({ ...link, tries: link.tries + 1, nextAt: now + policy.callTimeoutMs }, { type: 'call', call });

/** After a call that decided nothing; never past `until`. */
export const again = (
  link: WalletLink,
  delays: readonly number[],
  now: number,
  until: number | null,
  ...effects: LinkEffect[]
): LinkStep => {
  const at = now + waitOf(delays, Math.max(0, link.tries - 1));
  return stay({ ...link, nextAt: until === null ? at : Math.max(now, Math.min(at, until)) }, ...effects);
};
