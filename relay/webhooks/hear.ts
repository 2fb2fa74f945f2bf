import { createHash } from 'node:crypto';
import type { VerifiedNotice } from '../acquirers/contract.js';
import type { LedgerTransaction, Stored } from '../ledger/contract.js';
import type { Transaction } from '../ledger/database.js';
import type { NotificationEntry, NotificationOutcome, Notifications } from '../ledger/notifications.js';
import type { AppliedLink } from '../linking/apply.js';
import { hearAuthorization, type NoticeContext } from '../linking/notices.js';
import { linksIn } from '../linking/store.js';
import type { Effect } from '../payment/types.js';
import type { AppliedRefund } from '../refunds/apply.js';
import { isPersonsRefund } from '../refunds/types.js';
import { type Applied, type ApplyContext, answerText, applyIn } from '../worker/apply.js';
import { askedNow, attemptIdOf, decide, differenceOf, type Notice } from './decide.js';
import { hearRefund } from './refund-notice.js';

export type Heard = {
  readonly outcome: NotificationOutcome | 'duplicate';
  /** It can be acknowledged; where not the acquirer shall send it again. */
  readonly taken: boolean;
  readonly attempt: string | null;
  /** What follows the commit. */
  readonly applied?: Applied;
  readonly refund?: AppliedRefund;
  readonly link?: AppliedLink;
};

/**
 * One verified notification: recorded, and its effect on the attempt with it, in one transaction. Only when this has
 * resolved may it be acknowledged. An id that the ledger does not know is recorded and asked for again: the row may be one
 * that another relay is about to commit (trap 13).
 */
export function hearNotification(
  notifications: Notifications,
  notice: VerifiedNotice,
  account: string,
  context: ApplyContext,
  linking?: NoticeContext,
): Promise<Heard> {
  const entry = entryOf(notice, account, context.now);
  const { attempt } = entry;
  return notifications.transaction(async (tx, notes, raw) => {
    const { id, before } = await notes.record(entry);
    if (before !== null && before !== 'unknown-id') return { outcome: 'duplicate', taken: true, attempt };
    const done = await doneBy({ tx, raw }, notice, entry, context, linking);
    await notes.settle(id, done.outcome);
    return { ...done, taken: done.outcome !== 'unknown-id', attempt };
  });
}

type Done = {
  readonly outcome: NotificationOutcome;
  readonly applied?: Applied;
  readonly refund?: AppliedRefund;
  readonly link?: AppliedLink;
};
const ignored: Done = { outcome: 'ignored' };

type Transactions = { readonly tx: LedgerTransaction; readonly raw: Transaction };

/** To whom it is: nobody, the machine of refunds that people ask for, or the payment's own. */
async function doneBy(
  { tx, raw }: Transactions,
  notice: VerifiedNotice,
  entry: NotificationEntry,
  context: ApplyContext,
  linking: NoticeContext | undefined,
): Promise<Done> {
  const { attempt, account } = entry;
  if (notice.kind === 'authorization' && linking) {
    const { outcome, applied } = await hearAuthorization(tx, linksIn(raw), notice, account, linking);
    return { outcome, ...(applied ? { link: applied } : {}) };
  }
  if (notice.kind === 'other' || notice.kind === 'authorization') return ignored;
  if (notice.kind === 'refund' && attempt !== null && isPersonsRefund(notice.refundId)) {
    return hearRefund(raw, notice, attempt, account, context);
  }
  return effectOf(tx, notice, entry, context);
}

function entryOf(notice: VerifiedNotice, account: string, at: number): NotificationEntry {
  const dedupe = createHash('sha256').update(notice.key).digest('hex');
  const shared = { account, dedupe, at };
  if (notice.kind === 'other' || notice.kind === 'authorization') {
    const nobody = { subject: null, attempt: null, money: null };
    return {
      ...shared,
      ...nobody,
      kind: 'other',
      says: notice.kind === 'other' ? notice.what : `authorization ${notice.what}`,
    };
  }
  const subject = notice.kind === 'payment' ? notice.requestId : notice.refundId;
  return {
    ...shared,
    kind: notice.kind,
    subject,
    attempt: attemptIdOf(notice),
    says: answerText(notice.answer),
    money: moneySaid(notice) ?? null,
  };
}

const moneySaid = (notice: Notice) => {
  if (notice.kind === 'refund') return notice.money;
  return notice.answer.kind === 'paid' ? notice.answer.money : undefined;
};

async function effectOf(
  tx: LedgerTransaction,
  notice: Notice,
  { attempt: id, account, says }: NotificationEntry,
  context: ApplyContext,
): Promise<Done> {
  const stored = id === null ? undefined : await tx.lock(id);
  if (!stored) return { outcome: 'unknown-id' };
  const { attempt } = stored;
  const { name: owner = attempt.account, policy } = context.accounts.of(attempt.account);
  const difference = differenceOf(attempt, notice, account, owner);
  const decision = decide(attempt, notice, difference !== undefined, context.now, policy);
  if (decision.type === 'apply') {
    return { outcome: 'applied', applied: await applyIn(tx, stored, decision.event, context) };
  }
  const asked = decision.type === 'ask' ? await ask(tx, stored, notice, difference !== undefined, context) : attempt;
  const detail = difference ?? `a hint: ${says}`;
  await tx.addSteps(attempt.id, [{ at: context.now, name: 'notification', detail, ms: null }]);
  const effects = difference === undefined ? [] : await alarmed(tx, stored, difference, context);
  return {
    outcome: difference === undefined ? 'hint' : 'differs',
    applied: { attempt: asked, effects, changed: true, moved: false, callId: null, givenBack: false },
  };
}

async function ask(
  tx: LedgerTransaction,
  { attempt, version }: Stored,
  notice: Notice,
  differs: boolean,
  { now }: ApplyContext,
) {
  const asked = askedNow(attempt, notice, differs, now);
  if (!(await tx.save({ attempt: asked, version }, now, undefined))) {
    throw new Error(`attempt ${attempt.id}: its row changed under its lock`);
  }
  return asked;
}

async function alarmed(
  tx: LedgerTransaction,
  { attempt: { id, kiosk } }: Stored,
  text: string,
  { now }: ApplyContext,
): Promise<Effect[]> {
  const isNew = await tx.raiseAlarm({ at: now, kind: 'notification-differs', kiosk, attempt: id, detail: text });
  return isNew ? [{ type: 'alarm', kind: 'notification-differs', text }] : [];
}
