import type {
  ConsultAnswer,
  ConsultRequest,
  Linking,
  PayRequest,
  RevokeAnswer,
  TokenAnswer,
} from '../../relay/acquirers/contract.js';
import type { LinkableWallet } from '../../relay/acquirers/linkable.js';
import { plan, ScriptedAcquirer } from '../unit/relay/link/stage.js';

const DAY_MS = 86_400_000;

export const alipayHk: LinkableWallet = {
  ...{ issuer: 'alipayhk', method: 'ALIPAY_HK', name: 'AlipayHK', currency: 'HKD', least: 10, most: 5_000_000 },
  ...{ mostAYear: 20_000_000, refund: true, partialRefund: true, refundWindowMs: 365 * DAY_MS },
  ...{ chargeback: true, disputed: [] },
};

/** What a wallet of a double knows of one who has agreed. */
type Token = { readonly access: string; alive: boolean };

/**
 * An acquirer that links: it answers as a real one would, and a test may put another answer, or a wait, before it. Payments
 * by a token that is alive are paid; by another they are declined as unlinked.
 */
export class LinkingAcquirer extends ScriptedAcquirer {
  readonly consults: ConsultRequest[] = [];
  readonly asked: string[] = [];
  readonly tokens = new Map<string, Token>();
  readonly paid: PayRequest[] = [];
  /** What was charged and not given back, by request id. */
  readonly charged = new Map<string, PayRequest>();
  /** Payments that are made, and whose answer is lost. */
  answersLost = 0;
  /** Taken, one each, before the double's own answers. */
  readonly next: {
    consult: ConsultAnswer[];
    apply: TokenAnswer[];
    refresh: TokenAnswer[];
    revoke: RevokeAnswer[];
  } = { consult: [], apply: [], refresh: [], revoke: [] };
  /** Of tokens, ms from now; null: until revoked. */
  lifeMs: number | null = null;
  now: () => number = () => 0;
  #made = 0;

  constructor() {
    super({}, { ...plan, callTimeoutMs: 2_000, codeLifeMs: 60_000 });
  }

  readonly linking: Linking = {
    wallets: [alipayHk],
    consult: async (request) => {
      this.asked.push('consult');
      this.consults.push(request);
      await this.before('consult');
      return (
        this.next.consult.shift() ?? {
          ...{ kind: 'consulted', url: `https://wallet.example/agree?state=${request.state}` },
          code: 'https://wallet.example/q/1',
        }
      );
    },
    applyToken: async (_, code) => {
      await this.before('apply');
      this.asked.push(`apply ${code}`);
      return this.next.apply.shift() ?? this.#fresh();
    },
    refreshToken: async (_, refreshToken) => {
      await this.before('refresh');
      this.asked.push(`refresh ${refreshToken}`);
      const next = this.next.refresh.shift();
      if (next) return next;
      const old = this.tokens.get(refreshToken.replace('refresh', 'access'));
      if (old) old.alive = false;
      return this.#fresh();
    },
    revoke: async (accessToken) => {
      await this.before('revoke');
      this.asked.push(`revoke ${accessToken}`);
      const next = this.next.revoke.shift();
      if (next) return next;
      this.kill(accessToken);
      return { kind: 'revoked' };
    },
  };

  #fresh(): TokenAnswer {
    this.#made += 1;
    const access = `access-${this.#made}`;
    this.tokens.set(access, { access, alive: true });
    const until = this.lifeMs === null ? null : this.now() + this.lifeMs;
    return {
      ...{ kind: 'tokens', accessToken: access, accessUntil: until, refreshUntil: null, user: '138****1234' },
      refreshToken: this.lifeMs === null ? null : `refresh-${this.#made}`,
    };
  }

  kill(access: string): void {
    const token = this.tokens.get(access);
    if (token) token.alive = false;
  }

  override pay = async (request: PayRequest) => {
    await this.before('pay');
    this.paid.push(request);
    if (request.wallet === undefined) return { kind: 'declined', reason: 'code-not-accepted' } as const;
    if (!this.tokens.get(request.code)?.alive) {
      return { kind: 'declined', reason: 'unlinked', code: 'INVALID_ACCESS_TOKEN' } as const;
    }
    this.charged.set(request.requestId, request);
    if (this.answersLost > 0) {
      this.answersLost -= 1;
      return { kind: 'unknown', detail: 'timeout' } as const;
    }
    return { kind: 'paid', money: request.money, acquirerId: `p-${request.requestId.slice(-4)}` } as const;
  };

  override inquire = async (requestId = '') => {
    const found = this.charged.get(requestId);
    return found ? ({ kind: 'paid', money: found.money } as const) : ({ kind: 'not-found' } as const);
  };

  override cancel = async (requestId = '') => {
    this.charged.delete(requestId);
    return { kind: 'cancelled' } as const;
  };
}
