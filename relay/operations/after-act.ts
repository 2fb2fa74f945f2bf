import type { AppliedLink } from '../linking/apply.js';
import { type RefundWorker, tellRefund } from '../refunds/worker.js';
import type { Counters } from '../runtime/counters.js';
import type { Log } from '../runtime/log.js';
import type { Applied } from '../worker/apply.js';
import type { Done } from './acts.js';

export type AfterActParts = {
  readonly log: Log;
  readonly counters: Counters;
  readonly refunds: RefundWorker;
  /** After each commit of a step of a linked wallet; absent: nothing is linked here. */
  readonly linked?: ((applied: AppliedLink) => void) | undefined;
  /** The worker of declarations to customs. */
  readonly declarations: { wake(): void };
  /** After each commit of a step. */
  readonly committed: (applied: Applied) => void;
  readonly onChanged: (attempt: string) => void;
};

/** What follows a person's act: the kiosk is told, the page too, and whoever goes on with it looks at once. */
export const afterAct =
  ({ log, counters, refunds, declarations, linked, committed, onChanged }: AfterActParts) =>
  ({ attempt, payment, refund, link, status }: Done): void => {
    if (payment) committed(payment);
    if (refund) tellRefund(refund, { log, counters });
    if (link) linked?.(link);
    if (status >= 400 || attempt === undefined) return;
    onChanged(attempt);
    refunds.wake();
    declarations.wake();
  };
