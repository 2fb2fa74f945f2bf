import type { CallEnd, Ledger, LedgerTransaction, Stored, Telling } from '../ledger/contract.js';
import { step } from '../payment/step.js';
import type { Attempt, Effect, PaymentEvent, Policy } from '../payment/types.js';

/** What one event did to one attempt, once its transaction has committed. */
export type Applied = {
  readonly attempt: Attempt;
  readonly effects: readonly Effect[];
  /** The standing, or what people see of it, has changed. */
  readonly changed: boolean;
  /** Number of the acquirer call that the effects ask for. */
  readonly callId: number | null;
};

export type ApplyContext = {
  readonly now: number;
  readonly policy: Policy;
  /** This relay's name, for the record of calls. */
  readonly relay: string;
  /** First wait of the outbox, ms. */
  readonly firstTellMs: number;
};

/** A call's answer beside its event: completes the record made before the call. */
export type Answered = { readonly end: CallEnd; readonly ms: number };

/** Steps one attempt inside `tx`, which holds its row. Nothing has happened until the transaction commits. */
export async function applyIn(
  tx: LedgerTransaction,
  stored: Stored,
  event: PaymentEvent,
  context: ApplyContext,
  answered?: Answered,
): Promise<Applied> {
  const { now } = context;
  const before = stored.attempt;
  const { attempt, effects } = step(before, event, now, context.policy);
  const telling = tellingOf(before, attempt, effects, context);
  if (attempt !== before || telling) {
    const saved = await tx.save({ attempt, version: stored.version }, now, telling);
    if (!saved) throw new Error(`attempt ${attempt.id}: its row changed under its lock`);
  }
  if (answered) await tx.callEnded(answered.end);
  const story = storyOf(before, attempt, event, answered?.ms ?? null);
  for (const line of story) await tx.addStep(attempt.id, { at: now, ...line });
  const call = effects.find((e) => e.type === 'call');
  const callId = call ? await tx.callStarted(attempt.id, context.relay, call.call, now) : null;
  return { attempt, effects: await newAlarms(tx, attempt, effects, now), changed: story.length > 0, callId };
}

/** Locks the row, steps it, commits. Undefined: no such attempt, or `when` says no. */
export async function apply(
  ledger: Ledger,
  id: string,
  event: PaymentEvent,
  context: ApplyContext,
  options: { answered?: Answered; when?: (attempt: Attempt) => boolean } = {},
): Promise<Applied | undefined> {
  return await ledger.transaction(async (tx) => {
    const stored = await tx.lock(id);
    if (!stored || options.when?.(stored.attempt) === false) return undefined;
    return await applyIn(tx, stored, event, context, options.answered);
  });
}

function tellingOf(
  before: Attempt,
  after: Attempt,
  effects: readonly Effect[],
  context: ApplyContext,
): Telling | undefined {
  const publish = effects.findLast((e) => e.type === 'publish');
  if (publish?.until === 'answered') return { owed: true, tellAt: context.now + context.firstTellMs };
  // A new state makes what was owed of the old one void: after the kiosk's report nobody needs "approved" again.
  return before.state === after.state ? undefined : { owed: false, tellAt: null };
}

async function newAlarms(tx: LedgerTransaction, attempt: Attempt, effects: readonly Effect[], now: number) {
  const kept: Effect[] = [];
  for (const effect of effects) {
    if (effect.type !== 'alarm') {
      kept.push(effect);
      continue;
    }
    const alarm = { at: now, kind: effect.kind, kiosk: attempt.kiosk, attempt: attempt.id, detail: effect.text };
    if (await tx.raiseAlarm(alarm)) kept.push(effect);
  }
  return kept;
}

type Line = { readonly name: string; readonly detail: string; readonly ms: number | null };

function storyOf(before: Attempt, after: Attempt, event: PaymentEvent, ms: number | null): Line[] {
  const lines = eventLine(event, ms);
  if (before.state !== after.state) lines.push({ name: after.state, detail: after.reason ?? '', ms: null });
  if (before.finding !== after.finding) lines.push({ name: 'finding', detail: after.finding ?? '', ms: null });
  return lines;
}

function eventLine(event: PaymentEvent, ms: number | null): Line[] {
  switch (event.type) {
    case 'due':
      return [];
    case 'pay-answered':
      return [{ name: 'pay', detail: answerText(event.answer), ms }];
    case 'inquiry-answered':
      return [{ name: 'inquire', detail: answerText(event.answer), ms }];
    case 'cancel-answered':
      return [{ name: 'cancel', detail: answerText(event.answer), ms }];
    case 'refund-answered':
      return [{ name: 'refund', detail: `${event.refundId}: ${answerText(event.answer)}`, ms }];
    case 'refund-inquiry-answered':
      return [{ name: 'inquire-refund', detail: `${event.refundId}: ${answerText(event.answer)}`, ms }];
    case 'abort':
      return [{ name: 'abort', detail: '', ms: null }];
    case 'vend-reported':
      return [{ name: 'vend', detail: event.delivery, ms: null }];
    case 'swept':
      return [{ name: 'swept', detail: event.listed ?? 'not listed', ms: null }];
  }
}

function answerText(answer: { kind: string; reason?: string; detail?: string; code?: string }): string {
  const more = answer.reason ?? answer.detail ?? (answer.kind === 'failed' ? answer.code : undefined);
  return more ? `${answer.kind}: ${more}` : answer.kind;
}
