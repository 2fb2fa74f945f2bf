import type { Currency } from '../../../protocol/money.js';
import type { Capabilities } from '../capabilities.js';
import type { PollPlan } from '../contract.js';
import { TIMESTAMP_WINDOW_MS } from './methods.js';
import { revokeMarginMs } from './plan.js';

/**
 * CodePay, QR Pay (Customer-presented). `expires` counts from the request's arrival, so a call's time goes off as well.
 * Windows and amount limits are not published. Source: reference acquirers/codepay.md sections 1.1, 1.4 and 3.
 */
export const capabilitiesOf = (
  currencies: readonly Currency[] | undefined,
  { callTimeoutMs }: PollPlan,
): Capabilities => ({
  ...(currencies ? { currencies } : {}),
  amounts: [],
  giveUpMarginMs: callTimeoutMs + revokeMarginMs(callTimeoutMs),
  clockWithinMs: TIMESTAMP_WINDOW_MS,
  cancelUntil: null,
  refundWindowMs: null,
  partialRefunds: true,
  refundsMost: 10,
  notifies: { payments: 'paid-and-failed', refunds: true },
});
