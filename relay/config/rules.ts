import { type Currency, parseAmount } from '../../protocol/money.js';
import type { Acquirer } from '../acquirers/contract.js';
import type { AdmissionRules } from '../greet/admit.js';
import type { Policy } from '../payment/types.js';
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

export function admissionOf(config: RelayConfig, acquirer: Acquirer): AdmissionRules {
  const { timers } = config;
  return {
    payValidMs: timers.pay_valid_ms,
    deadlineMs: timers.deadline_ms,
    kioskDeadlineMs: timers.kiosk_deadline_ms,
    callTimeoutMs: acquirer.plan.callTimeoutMs,
    codeLifeMs: acquirer.plan.codeLifeMs,
    acquirer: acquirer.name,
    supports: (currency) => acquirer.supports(currency),
    cap: capsOf(config),
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
