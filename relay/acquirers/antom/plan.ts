import type { PollPlan } from '../contract.js';

/**
 * How Antom wants to be asked: the waits of its reference implementation, 43 s in all, within the documented 10 to 20
 * inquiries in 30 to 60 s. Source: reference acquirers/antom.md section 1.4.
 * How often to ask what became of a refund is documented nowhere: six times in half a minute, then ever more slowly for an
 * hour and a half (section 1.8). A refund that failed for want of the merchant's balance waits for somebody to top it up.
 * How long a code lives is documented nowhere; a minute is the trade's custom, so it is config's to change.
 */
export const antomPlan: PollPlan = {
  callTimeoutMs: 5_000,
  inquiryDelaysMs: [0, 2_000, 3_000, 3_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000],
  cancelDelaysMs: [2_000, 3_000, 3_000, 5_000, 5_000],
  refundInquiryDelaysMs: [
    ...[5_000, 5_000, 5_000, 5_000, 5_000, 5_000],
    ...[15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000],
  ],
  newRefundDelaysMs: [600_000, 3_600_000, 3_600_000, 3_600_000],
  codeLifeMs: 60_000,
};
