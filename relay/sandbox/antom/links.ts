import { randomBytes } from 'node:crypto';
import { hashOf } from '../codes.js';

/** The sandbox's own book of links: who was asked, who agreed, and which tokens are good. Times in ms. */

export type LinkState = 'offered' | 'agreed' | 'declined' | 'linked' | 'cancelled' | 'expired';
export type Link = {
  /** For the control port: 1, 2, … */
  readonly number: string;
  /** In the address of the wallet's page; unguessable. */
  readonly page: string;
  /** Antom's name of the wallet. */
  readonly method: string;
  readonly authState: string;
  readonly scopes: readonly string[];
  readonly authClientId: string | undefined;
  readonly redirectUrl: string;
  /** Where its notifications go. */
  readonly notifyUrl: string | undefined;
  readonly offeredUntilMs: number;
  state: LinkState;
  authCode: { readonly text: string; readonly untilMs: number } | undefined;
  tokens: LinkTokens | undefined;
};
export type LinkTokens = {
  readonly access: string;
  /** Undefined: until it is cancelled. */
  readonly accessUntilMs: number | undefined;
  readonly refresh: string | undefined;
  readonly refreshUntilMs: number | undefined;
};

/** What a consult asks; `lifeMs`: how long its owner may take. */
export type NewLink = Pick<
  Link,
  'method' | 'authState' | 'scopes' | 'authClientId' | 'redirectUrl' | 'notifyUrl' | 'offeredUntilMs'
>;

/** No documented length: of the most that the field holds, half. */
const freshToken = (): string => randomBytes(48).toString('base64url');

export class Links {
  readonly #links: Link[] = [];
  readonly #states = new Set<string>();

  /** Undefined where this authState was given before: it is good for one consult. */
  offer(asked: NewLink): Link | undefined {
    const state = hashOf(asked.authState);
    if (this.#states.has(state)) return undefined;
    this.#states.add(state);
    const number = String(this.#links.length + 1);
    const page = randomBytes(16).toString('hex');
    const link: Link = { ...asked, number, page, state: 'offered', authCode: undefined, tokens: undefined };
    this.#links.push(link);
    return link;
  }

  /** Its owner agrees; false where it is too late, or decided already. */
  agree(link: Link, nowMs: number, codeLifeMs: number): boolean {
    if (this.#settled(link, nowMs).state !== 'offered') return false;
    link.state = 'agreed';
    link.authCode = { text: randomBytes(24).toString('hex'), untilMs: nowMs + codeLifeMs };
    return true;
  }

  decline(link: Link, nowMs: number): boolean {
    if (this.#settled(link, nowMs).state !== 'offered') return false;
    link.state = 'declined';
    return true;
  }

  /** Access and refresh token are dead with it. */
  cancel(link: Link): boolean {
    if (link.state !== 'linked') return false;
    link.state = 'cancelled';
    return true;
  }

  /** Once for each code. `lifeMs`: of the access token; undefined: until it is cancelled. */
  exchange(code: string, method: string, nowMs: number, lifeMs: number | undefined): Link | undefined {
    const link = this.#links.find(({ authCode, method: own }) => own === method && authCode?.text === code);
    const { untilMs = 0 } = link?.authCode ?? {};
    if (link?.state !== 'agreed' || untilMs <= nowMs) return undefined;
    link.state = 'linked';
    link.tokens = freshTokens(nowMs, lifeMs);
    return link;
  }

  /** A refresh token is good once; the access token before it is dead from then on. */
  refresh(token: string, method: string, nowMs: number, lifeMs: number | undefined): Link | undefined {
    const link = this.#links.find(({ tokens, method: own }) => own === method && tokens?.refresh === token);
    const { refreshUntilMs = 0 } = link?.tokens ?? {};
    if (link?.state !== 'linked' || refreshUntilMs <= nowMs) return undefined;
    link.tokens = freshTokens(nowMs, lifeMs);
    return link;
  }

  /** Whose token this is; undefined where it is nobody's, cancelled or expired. */
  byToken(token: string, nowMs: number): Link | undefined {
    const link = this.#links.find(({ tokens, state }) => state === 'linked' && tokens?.access === token);
    return link && (link.tokens?.accessUntilMs ?? Number.POSITIVE_INFINITY) > nowMs ? link : undefined;
  }

  byPage(page: string, nowMs: number): Link | undefined {
    const link = this.#links.find((known) => known.page === page);
    return link && this.#settled(link, nowMs);
  }

  byNumber(number: string, nowMs: number): Link | undefined {
    const link = this.#links.find((known) => known.number === number);
    return link && this.#settled(link, nowMs);
  }

  all(nowMs: number): readonly Link[] {
    return this.#links.map((link) => this.#settled(link, nowMs));
  }

  /** What time alone has done. */
  #settled(link: Link, nowMs: number): Link {
    if (link.state === 'offered' && link.offeredUntilMs <= nowMs) link.state = 'expired';
    return link;
  }
}

function freshTokens(nowMs: number, lifeMs: number | undefined): LinkTokens {
  if (lifeMs === undefined) {
    return { access: freshToken(), accessUntilMs: undefined, refresh: undefined, refreshUntilMs: undefined };
  }
  const until = { accessUntilMs: nowMs + lifeMs, refreshUntilMs: nowMs + 2 * lifeMs };
  return { access: freshToken(), refresh: freshToken(), ...until };
}
