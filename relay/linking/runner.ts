import type { RandomBytes } from '../../protocol/ids.js';
import type { ConsultAnswer, Linking, TokenAnswer } from '../acquirers/contract.js';
import { type Clock, sleep } from '../runtime/clock.js';
import { type AppliedLink, applyAnswer, applyLink, type LinkContext } from './apply.js';
import { firstCodeHash, newMember, newState } from './codes.js';
import type { Links } from './contract.js';
import type { Vault } from './crypto.js';
import type { ConsultHeard, LinkCall, LinkEvent, LinkPolicy, TokenHeard, WalletLink } from './types.js';

/** An account's part in linking; absent where it is not in the config, or its acquirer links none. */
export type LinkingOf = (account: string) => { readonly linking: Linking; readonly callTimeoutMs: number } | undefined;

export type LinkRunnerParts = {
  readonly links: Links;
  readonly vault: Vault;
  readonly linkingOf: LinkingOf;
  readonly policyOf: (account: string) => LinkPolicy;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** This relay's name. */
  readonly relay: string;
  readonly leaseMs: number;
  /** A page of ours, for wallets that send their owner back. */
  readonly returnUrl: string;
  /** Called after each commit. */
  readonly committed: (applied: AppliedLink) => void;
  /** Called after each call that was made. */
  readonly called?: ((made: LinkCallMade) => void) | undefined;
};

/** A call for a link that has ended, for those who watch. */
export type LinkCallMade = {
  readonly account: string;
  readonly link: string;
  readonly call: LinkCall;
  /** Kind of the answer. */
  readonly answer: string;
  readonly ms: number;
};

const SAVE_TRIES = 6;
const SAVE_FIRST_WAIT_MS = 100;
/** Adapters keep their own time; one that does not is not waited for. */
const BEYOND_TIMEOUT_MS = 2_000;

/**
 * Works on one link that this relay holds, until nothing is due: step, commit, call, step, commit, … Nothing is in memory
 * but what one call needs.
 * @returns when it is due next
 */
export async function runLink(id: string, parts: LinkRunnerParts, signal: AbortSignal): Promise<number | null> {
  const { links, clock, committed, relay, vault, random } = parts;
  let nextAt: number | null = null;
  for (;;) {
    const state = newState(random);
    const due: LinkEvent = { type: 'due', stateHash: vault.hash('state', state) };
    const when = ({ nextAt: at }: WalletLink): boolean => at !== null && at <= clock.now();
    let applied = await applyLink(links, id, due, contextOf(parts), { when });
    let isFirst = true;
    while (applied) {
      committed(applied);
      nextAt = applied.link.nextAt;
      if (!applied.call) break;
      // A consult follows from `due` alone, so it is given the state whose hash that has just committed.
      applied = await oneCall(applied.call, applied.link, isFirst ? state : undefined, parts, signal);
      isFirst = false;
    }
    if (applied?.givenBack) return nextAt;
    if (!applied || signal.aborted) {
      await links.release(id, relay);
      return nextAt;
    }
  }
}

const contextOf = ({ clock, policyOf, relay, leaseMs }: LinkRunnerParts): LinkContext => ({
  now: clock.now(),
  ...{ policyOf, relay, leaseMs },
});

async function oneCall(
  call: LinkCall,
  link: WalletLink,
  state: string | undefined,
  parts: LinkRunnerParts,
  signal: AbortSignal,
): Promise<AppliedLink | undefined> {
  const { links, clock, called, committed } = parts;
  const startedAt = clock.now();
  const event = await makeCall(call, link, state, parts, signal);
  const ms = clock.now() - startedAt;
  called?.({ account: link.account, link: link.id, call, answer: event.answer.kind, ms });
  // An answer is worth several tries: a token that is not kept is asked for again, and may not be given twice.
  for (let tries = 1; ; tries++) {
    try {
      const { applied, ended } = await applyAnswer(links, link.id, event, contextOf(parts), ms);
      if (ended) committed(ended);
      return applied;
    } catch (error) {
      if (tries >= SAVE_TRIES) throw error;
      await sleep(clock, SAVE_FIRST_WAIT_MS * 2 ** tries);
    }
  }
}

type AnswerEvent = Extract<LinkEvent, { readonly answer: unknown }>;
const notSent = (detail: string) => ({ kind: 'not-sent', detail }) as const;

async function makeCall(
  call: LinkCall,
  link: WalletLink,
  state: string | undefined,
  parts: LinkRunnerParts,
  signal: AbortSignal,
): Promise<AnswerEvent> {
  const { linkingOf, clock, vault, random, returnUrl } = parts;
  const { id, wallet, account, stateHash } = link;
  const way = linkingOf(account);
  const lost = notSent('account not in the config');
  const ask = <T>(run: (linking: Linking) => Promise<T>): Promise<T | NoAnswer> =>
    way ? safely(() => run(way.linking), way.callTimeoutMs, clock) : Promise.resolve(lost);
  // A slip of the config says nothing of a code or a token: it is asked for once the wallet is back.
  const isGone = way !== undefined && !way.linking.wallets.some(({ issuer }) => issuer === wallet);
  const askForToken = (run: (linking: Linking) => Promise<TokenAnswer>): Promise<TokenAnswer> =>
    isGone ? Promise.resolve(notSent('wallet not in the config')) : ask(run);
  switch (call) {
    case 'consult': {
      const answer: ConsultAnswer =
        state === undefined
          ? notSent('no state')
          : await ask((linking) => linking.consult({ wallet, state, returnUrl }, signal));
      return { type: 'consult-answered', answer: sealedConsult(answer, id, vault), stateHash: stateHash ?? '' };
    }
    case 'apply': {
      const code = opened(vault, link, 'authCode', 'auth_code');
      const answer: TokenAnswer =
        code === undefined
          ? notSent('the code does not open')
          : await askForToken((linking) => linking.applyToken(wallet, code, signal));
      const fresh = { member: newMember(random), firstHash: firstCodeHash(vault, id) };
      return { type: 'token-answered', answer: sealedTokens(answer, id, vault), ...fresh };
    }
    case 'refresh': {
      const token = opened(vault, link, 'refreshToken', 'refresh_token');
      const answer: TokenAnswer =
        token === undefined
          ? notSent('the token does not open')
          : await askForToken((linking) => linking.refreshToken(wallet, token, signal));
      return { type: 'refresh-answered', answer: sealedTokens(answer, id, vault) };
    }
    case 'revoke': {
      const token = opened(vault, link, 'accessToken', 'access_token');
      const answer =
        token === undefined
          ? notSent('the token does not open')
          : await ask((linking) => linking.revoke(token, signal));
      return { type: 'revoke-answered', answer };
    }
  }
}

/** Undefined: it does not open, by this relay's key; another relay, or the right key, may open it at the next try. */
function opened(
  vault: Vault,
  link: WalletLink,
  field: 'authCode' | 'accessToken' | 'refreshToken',
  column: 'auth_code' | 'access_token' | 'refresh_token',
): string | undefined {
  const sealed = link[field];
  try {
    return sealed === null ? undefined : vault.open(sealed, link.id, column);
  } catch {
    return undefined;
  }
}

function sealedConsult(answer: ConsultAnswer, id: string, vault: Vault): ConsultHeard {
  if (answer.kind !== 'consulted') return answer;
  const { url, code } = answer;
  return {
    kind: 'consulted',
    url: url === undefined ? null : vault.seal(url, id, 'wallet_url'),
    code: code === undefined ? null : vault.seal(code, id, 'wallet_code'),
  };
}

function sealedTokens(answer: TokenAnswer, id: string, vault: Vault): TokenHeard {
  if (answer.kind !== 'tokens') return answer;
  const { kind, accessToken, accessUntil, refreshToken, refreshUntil, user } = answer;
  return {
    ...{ kind, accessUntil, refreshUntil, user },
    accessToken: vault.seal(accessToken, id, 'access_token'),
    refreshToken: refreshToken === null ? null : vault.seal(refreshToken, id, 'refresh_token'),
    tokenHash: vault.hash('token', accessToken),
  };
}

type NoAnswer = { readonly kind: 'unknown'; readonly detail: 'io' | 'timeout' } | ReturnType<typeof notSent>;

/** Adapters do not throw; of one that does nothing is known. */
function safely<T>(run: () => Promise<T>, callTimeoutMs: number, clock: Clock): Promise<T | NoAnswer> {
  return new Promise((resolve) => {
    const cancel = clock.after(callTimeoutMs + BEYOND_TIMEOUT_MS, () =>
      resolve({ kind: 'unknown', detail: 'timeout' }),
    );
    const answered = (answer: T | NoAnswer): void => {
      cancel();
      resolve(answer);
    };
    const failed = (): void => answered({ kind: 'unknown', detail: 'io' });
    try {
      run().then(answered, failed);
    } catch {
      failed();
    }
  });
}
