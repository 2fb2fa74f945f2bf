import * as attempts from '../ledger/attempts.js';
import type { CallEnd } from '../ledger/contract.js';
import type { Database, Transaction } from '../ledger/database.js';
import { addSteps, callEnded } from '../ledger/records.js';
import type { Attempt } from '../payment/types.js';
import { step } from './step.js';
import {
  insertRefund,
  loadRefund,
  lockRefund,
  raiseRefundAlarm,
  refundCallStarted,
  type StoredRefund,
  saveRefund,
} from './store.js';
import type { Refund, RefundCall, RefundEffect, RefundEvent, RefundPolicy } from './types.js';

/** What one event did to one refund, once its transaction has committed. */
export type AppliedRefund = {
  readonly refund: Refund;
  readonly attempt: Attempt;
  /** Alarms only those that are new. */
  readonly effects: readonly RefundEffect[];
  readonly call: RefundCall | undefined;
  /** Number of the acquirer call that the effects ask for. */
  readonly callId: number | null;
  readonly changed: boolean;
};

export type RefundContext = {
  readonly now: number;
  readonly accounts: { of(account: string): { readonly policy: RefundPolicy } };
  /** This relay's name, for the record of calls. */
  readonly relay: string;
  /** Of the relay that works on it: how long it goes on holding it where the step leads on at once, ms. */
  readonly leaseMs?: number;
};

export type AnsweredRefund = { readonly end: CallEnd; readonly ms: number };

/** Locks the rows, steps, commits. Undefined: no such refund, or `when` says no. */
export async function applyRefund(
  db: Database,
  id: string,
  event: RefundEvent,
  context: RefundContext,
  options: { readonly answered?: AnsweredRefund; readonly when?: (refund: Refund) => boolean } = {},
): Promise<AppliedRefund | undefined> {
  const known = await loadRefund(db, id);
  if (!known) return undefined;
  return await db.transaction(async (tx) => {
    const held = await attempts.lock(tx, known.attempt);
    const stored = await lockRefund(tx, id);
    if (!held || !stored || options.when?.(stored.refund) === false) return undefined;
    return await applyRefundIn(tx, held.attempt, stored, event, context, options.answered);
  });
}

/** `tx` holds the rows of the attempt and of the refund. */
export async function applyRefundIn(
  tx: Transaction,
  attempt: Attempt,
  stored: StoredRefund,
  event: RefundEvent,
  context: RefundContext,
  answered?: AnsweredRefund,
): Promise<AppliedRefund> {
  const { now, relay, accounts } = context;
  const before = stored.refund;
  const { refund, effects } = step(before, event, now, accounts.of(attempt.account).policy);
  const call = effects.find((e) => e.type === 'call')?.call;
  const lease =
    context.leaseMs === undefined
      ? undefined
      : { owner: relay, until: call !== undefined ? now + context.leaseMs : null };
  await saveRefund(tx, { refund, version: stored.version }, lease);
  if (answered) await callEnded(tx, answered.end);
  const told = storyOf(before, refund, event, now, answered?.ms ?? null);
  if (told.length > 0) await addSteps(tx, attempt.id, told);
  const kept: RefundEffect[] = [];
  for (const effect of effects) {
    if (effect.type === 'another') {
      const { kind, money, reason, requestedBy, place } = refund;
      const another = { attempt: attempt.id, kind, money, reason, requestedBy, replaces: refund.id, place: place + 1 };
      await insertRefund(tx, { ...another, at: now, nextAt: effect.at });
    }
    const alarm = effect.type === 'alarm' && { at: now, kind: effect.kind, kiosk: attempt.kiosk, detail: effect.text };
    if (!alarm || (await raiseRefundAlarm(tx, refund, alarm))) kept.push(effect);
  }
  const callId = call ? await refundCallStarted(tx, refund, relay, call, now) : null;
  return { refund, attempt, effects: kept, call, callId, changed: told.length > 0 };
}

const names = {
  'refund-answered': 'refund',
  'refund-inquiry-answered': 'inquire-refund',
  'cancel-answered': 'cancel',
  'inquiry-answered': 'inquire',
} as const;

function storyOf(before: Refund, after: Refund, event: RefundEvent, at: number, ms: number | null) {
  const story: { at: number; name: string; detail: string; ms: number | null }[] = [];
  if (event.type === 'settled') {
    story.push({ at, name: 'refund-resolved', detail: `${after.id}: ${event.found}, by ${event.by}`, ms });
  } else if (event.type !== 'due') {
    const { answer } = event;
    const more = 'code' in answer && answer.code !== undefined ? ` (${answer.code})` : '';
    story.push({ at, name: names[event.type], detail: `${after.id}: ${answer.kind}${more}`, ms });
  }
  if (before.state !== after.state) {
    story.push({ at, name: `${after.kind}-${after.state}`, detail: after.id, ms: null });
  }
  return story;
}
