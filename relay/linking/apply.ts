import type { LedgerTransaction, StepRecord } from '../ledger/contract.js';
import type { LinkLease, Links, LinkTransaction, StoredLink } from './contract.js';
import { stepLink } from './step.js';
import type { LinkCall, LinkEffect, LinkEvent, LinkPolicy, WalletLink } from './types.js';

/** What one event did to one link, once its transaction has committed. */
export type AppliedLink = {
  readonly link: WalletLink;
  readonly effects: readonly LinkEffect[];
  readonly call: LinkCall | undefined;
  /** Its state is another than before. */
  readonly moved: boolean;
  /** Nothing more is to be done now, and whoever finds it due may take it. Only of the relay that works on it. */
  readonly givenBack: boolean;
};

export type LinkContext = {
  readonly now: number;
  /** Of the account's acquirer. */
  readonly policyOf: (account: string) => LinkPolicy;
  /** This relay's name. */
  readonly relay: string;
  /** Of the relay that works on it: how long it goes on holding it where the step leads on at once, ms. */
  readonly leaseMs?: number;
};

/** The two parts of one transaction. */
export type Both = { readonly ledger: LedgerTransaction; readonly links: LinkTransaction };

/** `links` holds the row. */
export async function applyLinkIn(
  { ledger, links }: Both,
  stored: StoredLink,
  event: LinkEvent,
  context: LinkContext,
  ms: number | null = null,
): Promise<AppliedLink> {
  const { now, relay, leaseMs } = context;
  const before = stored.link;
  const { link, effects } = stepLink(before, event, now, context.policyOf(before.account));
  const call = effects.find((e) => e.type === 'call')?.call;
  const goesOn = call !== undefined || (link.nextAt !== null && link.nextAt <= now);
  const lease: LinkLease | undefined =
    leaseMs === undefined ? undefined : { owner: relay, until: goesOn ? now + leaseMs : null };
  if (link !== before || lease) await links.save({ link, version: stored.version }, lease);
  await links.addEvents(link.id, storyOf(before, link, event, effects, now, ms));
  for (const effect of effects) {
    if (effect.type !== 'alarm') continue;
    const detail = `${link.wallet}, link ${link.id}: ${effect.text}`;
    await ledger.raiseAlarm({ at: now, kind: 'linking', kiosk: link.kiosk, attempt: null, detail });
  }
  return { link, effects, call, moved: before.state !== link.state, givenBack: lease?.until === null };
}

/** Locks the row, steps, commits. Undefined: no such link, or `when` says no. */
export function applyLink(
  links: Links,
  id: string,
  event: LinkEvent,
  context: LinkContext,
  options: { readonly when?: (link: WalletLink) => boolean } = {},
): Promise<AppliedLink | undefined> {
  return links.transaction(async (ledger, tx) => {
    const stored = await tx.lock(id);
    if (!stored || options.when?.(stored.link) === false) return undefined;
    return await applyLinkIn({ ledger, links: tx }, stored, event, context);
  });
}

/** Of a call for the link. `ended`: another link, which the wallet has given up for this one. */
export type AppliedAnswer = { readonly applied: AppliedLink | undefined; readonly ended: AppliedLink | undefined };

/**
 * As `applyLink`. A wallet that is linked anew may be given the token that it has: then it is the newer link's alone, since two
 * that share one would revoke it under each other, and what is said of it would find either.
 */
export function applyAnswer(
  links: Links,
  id: string,
  event: Extract<LinkEvent, { readonly answer: unknown }>,
  context: LinkContext,
  ms: number,
): Promise<AppliedAnswer> {
  return links.transaction(async (ledger, tx) => {
    const both = { ledger, links: tx };
    const stored = await tx.lock(id);
    if (!stored) return { applied: undefined, ended: undefined };
    const token =
      event.answer.kind === 'tokens' && isTaken(stored.link, event.type) ? event.answer.tokenHash : undefined;
    const holder = token === undefined ? undefined : await tx.lockBy('token', [token]);
    const { now, policyOf, relay } = context;
    const ended =
      holder && holder.link.id !== id
        ? await applyLinkIn(both, holder, { type: 'superseded' }, { now, policyOf, relay })
        : undefined;
    return { applied: await applyLinkIn(both, stored, event, context, ms), ended };
  });
}

/** Whether the machine keeps tokens that come as such an answer. */
const isTaken = ({ state }: WalletLink, type: LinkEvent['type']): boolean =>
  type === 'token-answered' ? state === 'authorised' : state === 'linked' || state === 'revoking';

function storyOf(
  before: WalletLink,
  after: WalletLink,
  event: LinkEvent,
  effects: readonly LinkEffect[],
  at: number,
  ms: number | null,
): StepRecord[] {
  const story: StepRecord[] = [];
  const ignored = effects.find((e) => e.type === 'ignored');
  if (ignored) story.push({ at, name: 'ignored', detail: ignored.what, ms: null });
  else if ('answer' in event) story.push({ at, name: callNames[event.type], detail: answerText(event.answer), ms });
  else if (event.type === 'superseded') story.push({ at, name: 'superseded', detail: '', ms: null });
  else if (event.type === 'unlink' && before.state !== after.state) {
    story.push({ at, name: 'unlink', detail: `by ${event.by}`, ms: null });
  }
  if (before.state !== after.state) story.push({ at, name: after.state, detail: after.reason ?? '', ms: null });
  return story;
}

const callNames = {
  'consult-answered': 'consult',
  'token-answered': 'apply-token',
  'refresh-answered': 'refresh-token',
  'revoke-answered': 'revoke',
} as const;

/** Never of what was answered with: a token is in it. */
function answerText(answer: Extract<LinkEvent, { readonly answer: unknown }>['answer']): string {
  if (answer.kind === 'failed')
    return `failed: ${answer.reason}${answer.code === undefined ? '' : ` (${answer.code})`}`;
  return 'detail' in answer ? `${answer.kind}: ${answer.detail}` : answer.kind;
}
