import type { RefundNotice } from '../acquirers/contract.js';
import * as attempts from '../ledger/attempts.js';
import type { Transaction } from '../ledger/database.js';
import type { NotificationOutcome } from '../ledger/notifications.js';
import { addSteps, raiseAlarm } from '../ledger/records.js';
import type { Attempt } from '../payment/types.js';
import { type AppliedRefund, applyRefundIn } from '../refunds/apply.js';
import { step } from '../refunds/step.js';
import { lockRefund, type StoredRefund, saveRefund } from '../refunds/store.js';
import { isOpen, type Refund, type RefundEvent } from '../refunds/types.js';
import type { ApplyContext } from '../worker/apply.js';

/** What the acquirer says by itself of a refund that a person asked for. */

export type HeardRefund = {
  readonly outcome: NotificationOutcome;
  /** What follows the commit: applied, or to be asked about at once. */
  readonly refund?: AppliedRefund;
};

/** In the transaction that records it; `attempt` as its id tells. */
export async function hearRefund(
  tx: Transaction,
  notice: RefundNotice,
  attempt: string,
  account: string,
  context: ApplyContext,
): Promise<HeardRefund> {
  // The attempt's row first, as everywhere: nothing waits in a circle.
  const held = await attempts.lock(tx, attempt);
  const stored = held && (await lockRefund(tx, notice.refundId));
  if (!held || !stored) return { outcome: 'unknown-id' };
  const { name: owner = held.attempt.account, policy } = context.accounts.of(held.attempt.account);
  const difference = differenceOf(stored.refund, notice, account, owner);
  const event: RefundEvent = { type: 'refund-inquiry-answered', answer: notice.answer };
  // It makes no call of its own, and where it is only a hint the acquirer is asked, if there is anything to ask.
  const calls = step(stored.refund, event, context.now, policy).effects.some(({ type }) => type === 'call');
  if (difference === undefined && notice.believed && !calls) {
    const { now, accounts, relay } = context;
    const applied = await applyRefundIn(tx, held.attempt, stored, event, { now, accounts, relay });
    return { outcome: 'applied', refund: applied };
  }
  return await hint(tx, held.attempt, stored, difference ?? `a hint: ${notice.answer.kind}`, difference, context);
}

function differenceOf(refund: Refund, { money }: RefundNotice, account: string, owner: string): string | undefined {
  if (owner !== account)
    return `a notification for account ${account}, asked for with ${owner || 'none of this config'}`;
  const ours = refund.money;
  if (!money || (money.amount === ours.amount && money.currency === ours.currency)) return undefined;
  const said = `a notification says ${money.amount} ${money.currency} (minor units)`;
  return `refund ${refund.number} of ${ours.amount} ${ours.currency}, ${said}`;
}

async function hint(
  tx: Transaction,
  attempt: Attempt,
  { refund, version }: StoredRefund,
  detail: string,
  difference: string | undefined,
  { now }: ApplyContext,
): Promise<HeardRefund> {
  const asks = (isOpen(refund) && refund.tries > 0) || refund.state === 'operator';
  const asked: Refund = asks ? { ...refund, nextAt: Math.min(refund.nextAt ?? now, now) } : refund;
  if (asks) await saveRefund(tx, { refund: asked, version }, undefined);
  await addSteps(tx, attempt.id, [{ at: now, name: 'notification', detail: `${refund.id}: ${detail}`, ms: null }]);
  const alarm = { at: now, kind: 'notification-differs', kiosk: attempt.kiosk, attempt: attempt.id } as const;
  const isNew = difference !== undefined && (await raiseAlarm(tx, { ...alarm, detail: difference }));
  const effects =
    isNew && difference !== undefined ? [{ type: 'alarm', kind: alarm.kind, text: difference } as const] : [];
  return {
    outcome: difference === undefined ? 'hint' : 'differs',
    refund: { refund: asked, attempt, effects, call: undefined, callId: null, changed: true },
  };
}
