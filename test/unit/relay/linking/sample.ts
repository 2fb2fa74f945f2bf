import { stepLink } from '../../../../relay/linking/step.js';
import type { LinkEvent, LinkPolicy, LinkStep, TokensSealed, WalletLink } from '../../../../relay/linking/types.js';

export const policy: LinkPolicy = {
  callTimeoutMs: 5_000,
  consultDelaysMs: [1_000, 2_000],
  tokenDelaysMs: [500, 1_000, 2_000],
  tokenBeyondMs: 600_000,
  refreshDelaysMs: [60_000],
  revokeDelaysMs: [1_000, 5_000],
};

/** Offered at 0, its code lives until 180 s; nothing was asked of the acquirer yet. */
export const offered: WalletLink = {
  ...{ id: '0a'.repeat(16), kiosk: 'lobby-1', merchant: 'm', account: 'test', wallet: 'alipayhk' },
  ...{ money: { amount: 1_200, currency: 'HKD' }, ownCode: false, short: 'ABCD1234', createdAt: 0 },
  ...{ expiresAt: 180_000, state: 'offered', reason: null, session: null, digits: '', stateHash: null },
  ...{ walletUrl: null, walletCode: null, authCode: null, accessToken: null, accessUntil: null },
  ...{ refreshToken: null, refreshUntil: null, tokenHash: null, firstHash: null, member: null, user: null },
  ...{ openedAt: null, authorisedAt: null, linkedAt: null, endedAt: null, tries: 0, nextAt: 0 },
};

export const tokens: TokensSealed = {
  ...{ kind: 'tokens', accessToken: 'sealed-access', accessUntil: 1_000_000, refreshToken: 'sealed-refresh' },
  ...{ refreshUntil: null, tokenHash: 'th-1', user: '138****1234' },
};

export const run = (link: WalletLink, event: LinkEvent, now: number): LinkStep => stepLink(link, event, now, policy);

export const due: LinkEvent = { type: 'due', stateHash: 'sh-1' };
export const consulted = (stateHash = 'sh-1'): LinkEvent => ({
  ...{ type: 'consult-answered', stateHash },
  answer: { kind: 'consulted', url: 'sealed-url', code: 'sealed-code' },
});
export const opened: LinkEvent = { type: 'opened', session: 'phone-1', digits: '47' };
export const agreed: LinkEvent = { type: 'authorised', authCode: 'sealed-auth' };
export const fetched: LinkEvent = { type: 'token-answered', answer: tokens, member: 'MEMBER0001', firstHash: 'fh-1' };

/** Event after event, each a second after the one before. */
export function through(...events: readonly LinkEvent[]): WalletLink {
  return events.reduce((link, event, i) => run(link, event, (i + 1) * 1_000).link, offered);
}

export const shown = () => through(due, consulted());
export const open = () => through(due, consulted(), opened);
export const authorised = () => through(due, consulted(), opened, agreed);
/** At 6 s. */
export const linked = () => through(due, consulted(), opened, agreed, due, fetched);
export const revoking = () => run(linked(), { type: 'unlink', by: 'owner' }, 7_000).link;

export const effectsOf = ({ effects }: LinkStep): string[] =>
  effects.map((e) => (e.type === 'call' ? `call ${e.call}` : e.type));
