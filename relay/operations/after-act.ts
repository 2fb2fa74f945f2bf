import { type RefundWorker, tellRefund } from '../refunds/worker.js';
import type { Counters } from '../runtime/counters.js';
import type { Log } from '../runtime/log.js';
import type { Applied } from '../worker/apply.js';
import type { Done } from './acts.js';

export type AfterActParts = {
  readonly log: Log;
  readonly counters: Counters;
  readonly refunds: RefundWorker;
  /** After each commit of a step. */
  readonly committed: (applied: Applied) => void;
  readonly onChanged: (attempt: string) => void;
};

/** What follows a person's act: the kiosk is told, the page too, and whoever goes on with it looks at once. */
export const afterAct =
  ({ log, counters, refunds, committed, onChanged }: AfterActParts) =>
  ({ attempt, payment, refund, status }: Done): void => {
    if (payment) committed(payment);
    if (refund) tellRefund(refund, { log, counters });
    if (status >= 400 || attempt === undefined) return;
    onChanged(attempt);
    refunds.wake();
  };
