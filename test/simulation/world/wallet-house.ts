import type { AuthorizationNotice, Linking, TokenAnswer, Unknown } from '../../../relay/acquirers/contract.js';
import type { Chance } from '../chance.js';
import type { FaultSource, Faults } from '../faults.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import { EPOCH_MS } from './epoch.js';
import { linkableWallets } from './linkable.js';
import type { Process } from './process.js';

const names = ['link-call-lost', 'token-in-process', 'token-refused', 'token-expires', 'notice-early'] as const;
const noticeNames = ['notice-lost', 'notice-twice', 'notice-late', 'notice-forged'] as const;
type Name = (typeof names)[number] | (typeof noticeNames)[number];

export type WalletHouseParts = {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly chance: Chance;
  /** To some relay. False: nobody has acknowledged it. */
  readonly deliver: (notice: AuthorizationNotice) => Promise<boolean>;
  /** A buyer agrees for whom no relay has an address yet: the phone that has opened the link, if one has. */
  readonly onEarly: (state: string) => void;
};

type Token = { alive: boolean; readonly until: number; readonly refresh: string };
type Applied = { readonly answer: TokenAnswer; pendings: number };

/** Of a call of linking, ms: what its adapter waits for. */
const TIMEOUT_MS = 5_000;
/** The acquirer says it again until it is acknowledged, and then no more. */
const REPEATS_MS = [2_000, 8_000, 20_000];
const unanswered: Unknown = { kind: 'unknown', detail: 'timeout' };

/** The acquirer's and the wallets' part of linking: who has agreed to what, which tokens live, and what is told of it. */
export class WalletHouse {
  readonly #parts: WalletHouseParts;
  readonly #sources: Readonly<Record<Name, FaultSource>>;
  readonly #consulted = new Set<string>();
  /** By the code that was given when the buyer agreed. */
  readonly #agreed = new Map<string, Applied | undefined>();
  readonly #refreshed = new Map<string, TokenAnswer>();
  readonly #tokens = new Map<string, Token>();

  constructor(parts: WalletHouseParts) {
    this.#parts = parts;
    const at = (name: Name) => [name, parts.faults.source(name, 'linking')] as const;
    this.#sources = Object.fromEntries([...names, ...noticeNames].map(at)) as Record<Name, FaultSource>;
  }

  newToken(): string {
    const token = this.#secret('token');
    this.#tokens.set(token, { alive: true, until: Number.POSITIVE_INFINITY, refresh: '' });
    return token;
  }

  isAlive(token: string): boolean {
    const found = this.#tokens.get(token);
    return found?.alive === true && this.#parts.timeline.now < found.until;
  }

  kill(token: string): void {
    const found = this.#tokens.get(token);
    if (found) found.alive = false;
  }

  #secret(kind: 'token' | 'auth'): string {
    return `${kind}-${this.#parts.chance.bytes(16).toString('hex')}`;
  }

  /** As one relay reaches it. */
  port(process: Process): Linking {
    const call = <A extends { kind: string }>(what: string, act: () => A): Promise<A | Unknown> =>
      this.#call(process, what, act);
    return {
      wallets: linkableWallets,
      consult: ({ state }) => call('consult', () => this.#consult(state)),
      applyToken: (_, code) => call('apply token', () => this.#apply(code)),
      refreshToken: (_, token) => call('refresh token', () => this.#refresh(token)),
      revoke: (token) =>
        call('revoke', () => {
          this.kill(token);
          return { kind: 'revoked' } as const;
        }),
    };
  }

  #call<A extends { kind: string }>(process: Process, what: string, act: () => A): Promise<A | Unknown> {
    const { timeline, chance, story } = this.#parts;
    const lost = this.#sources['link-call-lost'];
    story.tell(process.name, () => `asks the wallets: ${what}`);
    const fate = lost.strikes() ? lost.chance.pick(['request', 'answer', 'answer'] as const) : 'none';
    return new Promise((resolve) => {
      const answer = (given: A | Unknown, ms: number): void => {
        process.after(ms, () => {
          story.tell(process.name, () => `the wallets say of ${what}: ${given.kind}`);
          resolve(given);
        });
      };
      if (fate === 'request') return answer(unanswered, TIMEOUT_MS);
      timeline.after(2 + chance.wait(40, 3_000), () => {
        const given = act();
        if (fate === 'answer') answer(unanswered, TIMEOUT_MS);
        else answer(given, 1 + chance.wait(30, 1_500));
      });
    });
  }

  #consult(state: string) {
    this.#consulted.add(state);
    const early = this.#sources['notice-early'];
    if (early.strikes()) {
      const after = early.chance.wait(1_000, 4_000);
      this.#parts.timeline.after(after, () => this.#parts.onEarly(state));
    }
    return { kind: 'consulted', url: `https://wallet.example/agree/${state}` } as const;
  }

  /** Where the phone was sent. */
  static stateIn(url: string): string {
    return url.slice(url.lastIndexOf('/') + 1);
  }

  /** The buyer agrees on the wallet's page: it is told to the relay, as far as that goes. */
  agree(state: string): void {
    const { story, chance } = this.#parts;
    if (!this.#consulted.has(state)) return;
    story.tell('wallet', () => 'its owner agrees');
    const s = this.#sources;
    const tell = (code: string, afterMs: number): void => this.#notify({ what: 'code', state, code }, afterMs);
    const code = this.#code();
    const firstMs = s['notice-late'].strikes()
      ? s['notice-late'].chance.between(5_000, 70_000)
      : chance.wait(200, 3_000);
    tell(code, firstMs);
    if (s['notice-forged'].strikes()) tell(this.#code(), s['notice-forged'].chance.wait(4_000, 90_000));
    if (!s['notice-twice'].strikes()) return;
    const { chance: twice } = s['notice-twice'];
    // Said again with what was said; or by somebody who has pressed "agree" twice.
    tell(twice.hits(0.5) ? code : this.#code(), firstMs + twice.wait(2_000, 120_000));
  }

  #code(): string {
    const code = this.#secret('auth');
    this.#agreed.set(code, undefined);
    return code;
  }

  cancelled(token: string): void {
    this.#notify({ what: 'cancelled', token }, 10);
  }

  #notify(
    said:
      | { readonly what: 'code'; readonly state: string; readonly code: string }
      | { what: 'cancelled'; token: string },
    afterMs: number,
    tries = 0,
  ): void {
    const { timeline, deliver } = this.#parts;
    const notice: AuthorizationNotice = { kind: 'authorization', key: this.#parts.chance.digits(12), ...said };
    timeline.after(afterMs, async () => {
      const isTaken = this.#sources['notice-lost'].strikes() ? false : await deliver(notice);
      const next = REPEATS_MS[tries];
      if (!isTaken && next !== undefined) this.#notify(said, next, tries + 1);
    });
  }

  #apply(code: string): TokenAnswer {
    if (!this.#agreed.has(code)) return { kind: 'failed', reason: 'code-not-accepted' };
    const known = this.#agreed.get(code) ?? this.#decide();
    this.#agreed.set(code, known);
    if (known.pendings === 0) return known.answer;
    known.pendings -= 1;
    return { kind: 'pending' };
  }

  #decide(): Applied {
    const s = this.#sources;
    const pendings = s['token-in-process'].strikes() ? s['token-in-process'].chance.whole(1, 4) : 0;
    const isRefused = s['token-refused'].strikes();
    return { pendings, answer: isRefused ? { kind: 'failed', reason: 'code-not-accepted' } : this.#tokensFor() };
  }

  #tokensFor(): TokenAnswer {
    const { timeline } = this.#parts;
    const expires = this.#sources['token-expires'];
    const accessToken = this.#secret('token');
    const lifeMs = expires.strikes() ? expires.chance.whole(30_000, 300_000) : Number.POSITIVE_INFINITY;
    const refresh = Number.isFinite(lifeMs) && expires.chance.hits(0.8) ? this.#secret('token') : '';
    const until = timeline.now + lifeMs;
    this.#tokens.set(accessToken, { alive: true, until, refresh });
    const epoch = (at: number): number => EPOCH_MS + Math.floor(at);
    return {
      ...{ kind: 'tokens', accessToken, accessUntil: Number.isFinite(until) ? epoch(until) : null, user: null },
      refreshToken: refresh === '' ? null : refresh,
      refreshUntil: refresh === '' ? null : epoch(until + lifeMs),
    };
  }

  /** Asked twice, as where an answer was lost, it says the same. */
  #refresh(refresh: string): TokenAnswer {
    const said = this.#refreshed.get(refresh);
    if (said) return said;
    const old = [...this.#tokens].find(([, token]) => token.refresh === refresh && token.alive);
    if (!old) return { kind: 'failed', reason: 'unlinked' };
    this.kill(old[0]);
    const answer = this.#tokensFor();
    this.#refreshed.set(refresh, answer);
    return answer;
  }
}
