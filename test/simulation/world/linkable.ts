import type { Currency } from '../../../protocol/money.js';
import type { LinkableWallet } from '../../../relay/acquirers/linkable.js';
import type { LinkingRules } from '../../../relay/linking/rules.js';

/** One currency each, as linked wallets have. */
export const issuers = { HKD: 'linked-hkd', JPY: 'linked-jpy' } as const satisfies Partial<Record<Currency, string>>;
export const issuerOf = (currency: Currency): string | undefined =>
  currency === 'HKD' || currency === 'JPY' ? issuers[currency] : undefined;

/** A few payments a day, so that limits are reached. */
const MOST_A_DAY = 20_000;
const walletIn = (currency: 'HKD' | 'JPY'): LinkableWallet => ({
  ...{ issuer: issuers[currency], method: 'X', name: 'X', currency, least: 1, mostADay: MOST_A_DAY, refund: true },
  ...{ partialRefund: true, refundWindowMs: 1, chargeback: false, disputed: [] },
});
export const linkableWallets: readonly LinkableWallet[] = [walletIn('HKD'), walletIn('JPY')];

/** Ours is the lower one for one currency, the wallet's for the other. */
const OWN_MOST_A_DAY = 16_000;
export const mostADay = (currency: Currency): number => (currency === 'HKD' ? OWN_MOST_A_DAY : MOST_A_DAY);

export const linkingRules: LinkingRules = {
  ...{ publicUrl: 'https://x.example', codeLifeMs: 60_000, firstPaymentMs: 60_000, ownCodes: false, zoneMinutes: 0 },
  limits: { maxPayment: {}, maxDay: { HKD: OWN_MOST_A_DAY }, maxYear: {} },
  route: () => ({ merchant: 'm', account: 'simulated' }),
};
