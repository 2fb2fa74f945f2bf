import { type Currency, parseAmount } from '../../protocol/money.js';
import { supports } from '../acquirers/capabilities.js';
import type { Acquirer } from '../acquirers/contract.js';
import type { AdmissionRules } from '../greet/admit.js';
import type { Policy } from '../payment/types.js';
import type { Accounts } from '../routing/accounts.js';
import { type Merchant, routeOf } from '../routing/routes.js';
import type { RelayConfig } from './schema.js';

/** Config and the acquirer's plan, as the parts want them. */

/** After the operator was called: common sheet section 3, long tail. */
const OPERATOR_INQUIRY_DELAYS_MS = [60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000];

export function policyOf({ timers, policy }: RelayConfig, { plan }: Acquirer): Policy {
  return {
    callTimeoutMs: plan.callTimeoutMs,
    inquiryDelaysMs: plan.inquiryDelaysMs,
    cancelDelaysMs: plan.cancelDelaysMs,
    refundInquiryDelaysMs: plan.refundInquiryDelaysMs,
    newRefundDelaysMs: plan.newRefundDelaysMs,
    vendMarginMs: timers.vend_margin_ms,
    reportLateMs: timers.report_late_ms,
    operatorInquiryDelaysMs: OPERATOR_INQUIRY_DELAYS_MS,
    doubtful: policy.doubtful,
  };
}

/** Of a relay without a [[merchant]]: its kiosks' payments go to the first account that takes the currency. */
const ONLY_MERCHANT = 'default';

export function merchantsOf({ merchant, account }: RelayConfig): ReadonlyMap<string, Merchant> {
  const routes = account.map(({ name }) => ({ account: name }));
  const all: Merchant[] = merchant.length === 0 ? [{ name: ONLY_MERCHANT, routes }] : merchant.map(merchantOf);
  return new Map(all.map((m) => [m.name, m]));
}

const merchantOf = ({ name, route }: RelayConfig['merchant'][number]): Merchant => ({
  name,
  routes: route.map(({ account, issuers, currencies }) => ({
    account,
    ...(issuers ? { issuers } : {}),
    ...(currencies ? { currencies } : {}),
  })),
});

/** Whether an account takes new payments just now; all do where nobody watches. */
export type Usable = (account: string) => boolean;

export function admissionOf(config: RelayConfig, accounts: Accounts, usable: Usable = () => true): AdmissionRules {
  const { timers } = config;
  const merchantOf = merchantOfKiosk(config);
  const serves = (account: string, currency: Currency): boolean =>
    supports(accounts.of(account).acquirer.capabilities, currency);
  return {
    payValidMs: timers.pay_valid_ms,
    kioskDeadlineMs: timers.kiosk_deadline_ms,
    route: (kiosk, asked) => {
      const merchant = merchantOf(kiosk);
      // The first route that fits and takes payments; if none does, the first that fits, so that the refusal names it.
      const able = merchant && routeOf(merchant, asked, serves, usable);
      const routed = able ?? (merchant && routeOf(merchant, asked, serves));
      if (!routed) return undefined;
      const { acquirer } = accounts.of(routed.account);
      const latest = timers.kiosk_deadline_ms - acquirer.capabilities.giveUpMarginMs;
      return { ...routed, acquirer, deadlineMs: Math.min(timers.deadline_ms, latest), usable: able !== undefined };
    },
    routeLinked: (kiosk, account) => {
      const merchant = merchantOf(kiosk);
      const found = accounts.get(account);
      if (!merchant?.routes.some((route) => route.account === account) || !found) return undefined;
      const latest = timers.kiosk_deadline_ms - found.acquirer.capabilities.giveUpMarginMs;
      return {
        ...{ merchant: merchant.name, account, why: `${merchant.name}, linked with this account` },
        ...{ acquirer: found.acquirer, deadlineMs: Math.min(timers.deadline_ms, latest), usable: usable(account) },
      };
    },
    cap: capsOf(config),
  };
}

/** Whose a kiosk is. */
export function merchantOfKiosk(config: RelayConfig): (kiosk: string) => Merchant | undefined {
  const merchants = merchantsOf(config);
  const [first] = merchants.values();
  const own = new Map(config.kiosk.map((k) => [k.name, k.merchant]));
  return (kiosk) => merchants.get(own.get(kiosk) ?? '') ?? first;
}

/** The accounts that a kiosk's payments may go to: of its merchant's, those whose route takes the currency it asks in. */
export function accountsOfKiosk(config: RelayConfig): (kiosk: string) => readonly string[] {
  const own = new Map(config.kiosk.map((k) => [k.name, k]));
  const merchants = merchantsOf(config);
  const [first] = merchants.values();
  return (name) => {
    const { merchant = '', currency } = own.get(name) ?? {};
    const routes = (merchants.get(merchant) ?? first)?.routes ?? [];
    const takes = routes.filter((route) => !currency || (route.currencies?.includes(currency) ?? true));
    // With none every Pay is refused as "configuration", which is not the acquirer's doing.
    return (takes.length > 0 ? takes : routes).map(({ account }) => account);
  };
}

function capsOf(config: RelayConfig): AdmissionRules['cap'] {
  const kiosks = new Map(config.kiosk.map((k) => [k.name, k]));
  const general: Partial<Record<Currency, string>> = config.limits.max_amount;
  return (name, currency) => {
    const kiosk = kiosks.get(name);
    if (kiosk?.currency && kiosk.currency !== currency) return undefined;
    const text = kiosk?.max_amount ?? general[currency];
    return text === undefined ? Number.POSITIVE_INFINITY : parseAmount(text, currency);
  };
}

export function knownKiosks(config: RelayConfig): (name: string) => boolean {
  const names = new Set(config.kiosk.map((k) => k.name));
  return (name) => config.kiosks.any || names.has(name);
}
