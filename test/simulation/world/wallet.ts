import type { Chance } from '../chance.js';
import type { Faults } from '../faults.js';

/** What one customer's wallet, and the acquirer behind it, will do with one code. Drawn before the code is shown. */
export type Wallet = {
  readonly code: string;
  /** True time, ms: from then on the code cannot be charged. */
  readonly deadAt: number;
  readonly does: 'pays' | 'asks-password' | 'never-answers' | 'declines' | 'pays-at-cancel';
  /** asks-password: how long its owner takes, ms. */
  readonly takesMs: number;
  /** Minor units charged over what was asked; wrong currency: the amount is right and the currency is not. */
  readonly over: number;
  readonly wrongCurrency: boolean;
  /** Paid, but not every answer says how much. */
  readonly amountUnsaid: boolean;
  /** Inquiries do not find it for so long after it landed, ms. */
  readonly hiddenMs: number;
  readonly cancelWindowOver: boolean;
  readonly refundPending: boolean;
  readonly refundFails: 'no' | 'once' | 'always';
};

const CODE_LIFE_MS = 60_000;

/** The world's wallets, by code. */
export class Wallets {
  readonly #byCode = new Map<string, Wallet>();
  readonly #sources;

  constructor(faults: Faults) {
    const at = (name: Parameters<Faults['source']>[0]) => faults.source(name, 'wallet');
    this.#sources = {
      late: at('paid-late'),
      atCancel: at('paid-at-cancel'),
      hidden: at('found-late'),
      wrong: at('wrong-amount'),
      unsaid: at('amount-unsaid'),
      window: at('cancel-window-over'),
      pending: at('refund-pending'),
      fails: at('refund-fails'),
    };
  }

  find(code: string): Wallet | undefined {
    return this.#byCode.get(code);
  }

  /** A fresh code: 18 digits with a prefix of one issuer. */
  issue(chance: Chance, now: number): Wallet {
    const s = this.#sources;
    const wrong = s.wrong.strikes();
    const late = s.late.strikes();
    const atCancel = s.atCancel.strikes();
    const usual = chance.weighted({ pays: 70, 'asks-password': 18, 'never-answers': 4, declines: 8 });
    const wallet: Wallet = {
      code: `28${chance.digits(16)}`,
      deadAt: now + CODE_LIFE_MS,
      does: atCancel ? 'pays-at-cancel' : late ? 'asks-password' : usual,
      takesMs: late ? chance.between(35_000, 70_000) : 500 + chance.wait(8_000, 60_000),
      over: wrong ? chance.pick([1, -1, 100]) : 0,
      wrongCurrency: wrong && chance.hits(0.3),
      amountUnsaid: s.unsaid.strikes(),
      hiddenMs: s.hidden.strikes() ? chance.between(500, 25_000) : 0,
      cancelWindowOver: s.window.strikes(),
      refundPending: s.pending.strikes(),
      refundFails: s.fails.strikes() ? chance.pick(['once', 'always'] as const) : 'no',
    };
    this.#byCode.set(wallet.code, wallet);
    return wallet;
  }
}
