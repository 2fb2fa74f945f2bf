import type { PollPlan } from '../contract.js';

/**
 * How CodePay wants to be asked. It documents no figures; these are the proposal of reference acquirers/codepay.md section
 * 2: 8 s for an answer, an inquiry every 3 s. The first comes at once: the answer to a pay names neither our number nor
 * a currency, so only an inquiry approves or tells why not. Cancels, refunds and the life of a code are asked as Antom's.
 */
export const codepayPlan: PollPlan = {
  callTimeoutMs: 8_000,
  inquiryDelaysMs: [0, 3_000],
  cancelDelaysMs: [2_000, 3_000, 3_000, 5_000, 5_000],
  refundInquiryDelaysMs: [
    ...[5_000, 5_000, 5_000, 5_000, 5_000, 5_000],
    ...[15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000],
  ],
  newRefundDelaysMs: [600_000, 3_600_000, 3_600_000, 3_600_000],
  codeLifeMs: 60_000,
};

/**
 * An order is neither paid nor cancelled after its `expires` (section 1.1), so the relay gives up this much before: the
 * proposal of section 2, and more where a call has longer than 8 s. For the inquiry comes first and may take all its time, and
 * `expires` is rounded down by up to a second.
 */
export const revokeMarginMs = (callTimeoutMs: number): number => Math.max(10_000, callTimeoutMs + 2_000);

/**
 * `expires` of a pay in whole seconds, rounded down. It counts from the arrival of the request, which may leave as late as
 * the call's time limit: by that much it is shorter, so that nothing succeeds after `expiresAt`.
 */
export const expiresSeconds = (expiresAt: Date, nowMs: number, callTimeoutMs: number): number =>
  Math.floor((expiresAt.getTime() - nowMs - callTimeoutMs) / 1_000);
