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

const sourcesAt = (faults: Faults, place: string) => {
  const at = (name: Parameters<Faults['source']>[0]) => faults.source(name, place);
  return {
    ...{ late: at('paid-late'), atCancel: at('paid-at-cancel'), hidden: at('found-late'), wrong: at('wrong-amount') },
    ...{ unsaid: at('amount-unsaid'), window: at('cancel-window-over') },
    ...{ pending: at('refund-pending'), fails: at('refund-fails') },
  };
};
type Sources = ReturnType<typeof sourcesAt>;

/** The world's wallets, by code. */
export class Wallets {
  readonly #byCode = new Map<string, Wallet>();
  readonly #sources = new Map<string, Sources>();
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** The customers of each kiosk have their own: a kiosk that is left out moves no other. */
  #sourcesOf(kiosk: string): Sources {
    const known = this.#sources.get(kiosk);
    if (known) return known;
    const made = sourcesAt(this.#faults, `wallets at ${kiosk}`);
    this.#sources.set(kiosk, made);
    return made;
  }

  /** One whose owner is known. */
  add(wallet: Wallet): void {
    this.#byCode.set(wallet.code, wallet);
  }

  find(code: string): Wallet | undefined {
    return this.#byCode.get(code);
  }

  /** For a customer of `kiosk`; without a code a fresh one: 18 digits with a prefix of one issuer. */
  issue(kiosk: string, chance: Chance, now: number, code = `28${chance.digits(16)}`): Wallet {
    const s = this.#sourcesOf(kiosk);
    const wrong = s.wrong.strikes();
    const late = s.late.strikes();
    const atCancel = s.atCancel.strikes();
    const patience = 500 + chance.wait(8_000, 60_000);
    const usual = chance.weighted({ pays: 70, 'asks-password': 18, 'never-answers': 4, declines: 8 });
    const wallet: Wallet = {
      code,
      deadAt: now + CODE_LIFE_MS,
      does: atCancel ? 'pays-at-cancel' : late ? 'asks-password' : usual,
      takesMs: late ? s.late.chance.between(35_000, 70_000) : patience,
      over: wrong ? s.wrong.chance.pick([1, -1, 100]) : 0,
      wrongCurrency: wrong && s.wrong.chance.hits(0.3),
      amountUnsaid: s.unsaid.strikes(),
      hiddenMs: s.hidden.strikes() ? s.hidden.chance.between(500, 25_000) : 0,
      cancelWindowOver: s.window.strikes(),
      refundPending: s.pending.strikes(),
      refundFails: s.fails.strikes() ? s.fails.chance.pick(['once', 'always'] as const) : 'no',
    };
    this.#byCode.set(wallet.code, wallet);
    return wallet;
  }
}
