import { again, alarm, callOf, ended, ignored, stay, tell } from './moves.js';
import { linked, revoking, withTokens } from './tokens.js';
import type { LinkEvent, LinkPolicy, LinkStep, WalletLink } from './types.js';

/**
 * The machine of links: pure and total. The caller commits `link` before it carries out any effect.
 * Source: reference acquirers/antom.md section 2.
 */
export function stepLink(link: WalletLink, event: LinkEvent, now: number, policy: LinkPolicy): LinkStep {
  switch (link.state) {
    case 'offered':
    case 'opened':
      return asking(link, event, now, policy);
    case 'authorised':
      return authorised(link, event, now, policy);
    case 'linked':
      return linked(link, event, now, policy);
    case 'revoking':
      return revoking(link, event, now, policy);
    case 'unlinked':
    case 'expired':
    case 'failed':
      return event.type === 'due' ? stay({ ...link, nextAt: null }) : ignored(link, event.type);
  }
}

/** Nobody has agreed yet. A buyer who does not agree says nothing, so the time alone ends it. */
function asking(link: WalletLink, event: LinkEvent, now: number, policy: LinkPolicy): LinkStep {
  switch (event.type) {
    case 'due':
      return due(link, event.stateHash, now, policy);
    case 'consult-answered':
      return consulted(link, event, now, policy);
    case 'opened':
      return opened(link, event, now);
    case 'authorised':
      return agreed(link, event.authCode, now);
    case 'refused':
      return ended(link, 'failed', 'customer-aborted', now, tell);
    case 'given-up':
      return ended(link, 'expired', 'customer-aborted', now);
    default:
      return ignored(link, event.type);
  }
}

const isOver = ({ expiresAt }: WalletLink, now: number): boolean => now >= expiresAt;
const isConsulted = ({ walletUrl, walletCode }: WalletLink): boolean => walletUrl !== null || walletCode !== null;

function due(link: WalletLink, stateHash: string, now: number, policy: LinkPolicy): LinkStep {
  if (isOver(link, now)) return ended(link, 'expired', 'not-confirmed', now, tell);
  if (isConsulted(link)) return stay({ ...link, nextAt: link.expiresAt });
  // Each consult has a state of its own: one whose answer was lost was shown to nobody.
  return callOf('consult', { ...link, stateHash }, now, policy);
}

function consulted(
  link: WalletLink,
  { answer, stateHash }: Extract<LinkEvent, { readonly type: 'consult-answered' }>,
  now: number,
  policy: LinkPolicy,
): LinkStep {
  if (link.stateHash !== stateHash) return ignored(link, 'the answer to an earlier consult');
  if (isOver(link, now)) return ended(link, 'expired', 'not-confirmed', now, tell);
  switch (answer.kind) {
    case 'consulted': {
      const { url: walletUrl, code: walletCode } = answer;
      // The short link's page has nowhere to lead to, and would say "one moment" until the time is over.
      if (walletUrl === null && !link.ownCode) {
        return ended(
          link,
          'failed',
          'configuration',
          now,
          tell,
          alarm('the wallet names no page that a phone can open'),
        );
      }
      return stay({ ...link, walletUrl, walletCode, tries: 0, nextAt: link.expiresAt }, tell);
    }
    case 'failed': {
      const calls = answer.alarm ? [alarm(`linking was refused with ${answer.code ?? 'no code'}`)] : [];
      return ended(link, 'failed', answer.reason, now, tell, ...calls);
    }
    case 'unknown':
    case 'not-sent':
      return again(link, policy.consultDelaysMs, now, link.expiresAt);
  }
}

/** The first phone owns it for ever; what another is told, its caller sees by the session. */
function opened(link: WalletLink, event: Extract<LinkEvent, { readonly type: 'opened' }>, now: number): LinkStep {
  if (isOver(link, now)) return ended(link, 'expired', 'not-confirmed', now, tell);
  if (link.session !== null) return stay(link);
  const { session, digits } = event;
  return stay({ ...link, state: 'opened', session, digits, openedAt: now }, tell);
}

function agreed(link: WalletLink, authCode: string, now: number): LinkStep {
  if (isOver(link, now)) {
    const end = ended(link, 'expired', 'not-confirmed', now, tell);
    return { ...end, effects: [...end.effects, { type: 'ignored', what: 'agreed too late' }] };
  }
  // Where the display shows a link of ours, the wallet's own address is known only to the phone that has opened it.
  if (link.session === null && !link.ownCode) return ignored(link, 'agreed, and no phone has opened it');
  const [walletUrl, walletCode] = [null, null];
  const more = { state: 'authorised', authorisedAt: now, tries: 0, nextAt: now } as const;
  return stay({ ...link, ...more, authCode, walletUrl, walletCode }, tell);
}

/** The buyer has agreed; only the token is missing. */
function authorised(link: WalletLink, event: LinkEvent, now: number, policy: LinkPolicy): LinkStep {
  const until = link.expiresAt + policy.tokenBeyondMs;
  switch (event.type) {
    case 'due':
      if (now < until) return callOf('apply', link, now, policy);
      return ended(link, 'failed', 'acquirer-unavailable', now, tell, alarm('agreed, and the token never came'));
    case 'token-answered':
      return tokenAnswered(link, event, now, until, policy);
    case 'consult-answered':
      // It was slower than the buyer.
      return stay(link);
    case 'opened':
      return stay(link);
    default:
      return ignored(link, event.type);
  }
}

function tokenAnswered(
  link: WalletLink,
  { answer, member, firstHash }: Extract<LinkEvent, { readonly type: 'token-answered' }>,
  now: number,
  until: number,
  policy: LinkPolicy,
): LinkStep {
  switch (answer.kind) {
    case 'tokens': {
      const own = { member: link.session === null ? null : member, firstHash: link.money === null ? null : firstHash };
      const known = { ...link, ...own, state: 'linked', linkedAt: now, authCode: null } as const;
      return stay(withTokens(known, answer, now), tell);
    }
    case 'failed': {
      const calls = answer.alarm ? [alarm(`the token was refused with ${answer.code ?? 'no code'}`)] : [];
      return ended(link, 'failed', answer.reason, now, tell, ...calls);
    }
    case 'pending':
    case 'unknown':
    case 'not-sent':
      return again(link, policy.tokenDelaysMs, now, until);
  }
}
