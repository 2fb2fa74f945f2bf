import type { CallEnd, Lease, Ledger, LedgerTransaction, StepRecord, Stored, Telling } from '../ledger/contract.js';
import { step } from '../payment/step.js';
import type { Attempt, Call, Effect, PaymentEvent, Policy } from '../payment/types.js';

/** What one event did to one attempt, once its transaction has committed. */
export type Applied = {
  readonly attempt: Attempt;
  readonly effects: readonly Effect[];
  /** The standing, or what people see of it, has changed. */
  readonly changed: boolean;
  /** Its state is another than before. */
  readonly moved: boolean;
  /** Number of the acquirer call that the effects ask for. */
  readonly callId: number | null;
  /** Nothing more is to be done now, and whoever finds it due may take it. Only of the relay that works on it. */
  readonly givenBack: boolean;
};

export type ApplyContext = {
  readonly now: number;
  /** `name`: that of the config, where a row of an older relay has its adapter's. */
  readonly accounts: { of(account: string): { readonly name?: string; readonly policy: Policy } };
  /** This relay's name, for the record of calls. */
  readonly relay: string;
  /** First wait of the outbox, ms. */
  readonly firstTellMs: number;
  /** Of the relay that works on the attempt: how long it goes on holding it where the step leads on at once, ms. */
  readonly leaseMs?: number;
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
  const { attempt, effects } = step(before, event, now, context.accounts.of(before.account).policy);
  const call = callOf(effects);
  const telling = tellingOf(before, attempt, effects, context);
  const lease = leaseOf(attempt, call, context);
  const story = storyOf(before, attempt, event, effects, now, answered?.ms ?? null);
  const isChanged = attempt !== before || telling !== undefined || lease !== undefined;
  // Said all at once: none needs another's answer, and each by itself is a packet there and back.
  const [saved, callId] = await Promise.all([
    isChanged ? tx.save({ attempt, version: stored.version }, now, telling, lease) : true,
    call ? tx.callStarted(attempt.id, context.relay, call, now) : null,
    answered ? tx.callEnded(answered.end) : undefined,
    story.length > 0 ? tx.addSteps(attempt.id, story) : undefined,
  ]);
  if (!saved) throw new Error(`attempt ${attempt.id}: its row changed under its lock`);
  return {
    attempt,
    effects: effects.some(isAlarm) ? await newAlarms(tx, attempt, effects, now) : effects,
    changed: story.length > 0,
    moved: before.state !== attempt.state,
    callId,
    givenBack: lease?.until === null,
  };
}

/** Locks the row, steps it, commits. Undefined: no such attempt, or `when` says no. */
export function apply(
  ledger: Ledger,
  id: string,
  event: PaymentEvent,
  context: ApplyContext,
  options: { answered?: Answered; when?: (attempt: Attempt) => boolean } = {},
): Promise<Applied | undefined> {
  return ledger.transaction(async (tx) => {
    const stored = await tx.lock(id);
    if (!stored || options.when?.(stored.attempt) === false) return undefined;
    return await applyIn(tx, stored, event, context, options.answered);
  });
}

export const callOf = (effects: readonly Effect[]): Call | undefined => effects.find(isCall)?.call;
const isCall = (effect: Effect): effect is Extract<Effect, { type: 'call' }> => effect.type === 'call';
const isAlarm = (effect: Effect): boolean => effect.type === 'alarm';
const isPublish = (effect: Effect): effect is Extract<Effect, { type: 'publish' }> => effect.type === 'publish';

export const isDue = ({ nextAt }: Attempt, now: number): boolean => nextAt !== null && nextAt <= now;

/** Held through a call and into the next step, given back where nothing follows: with the row, not by a statement more. */
function leaseOf(attempt: Attempt, call: Call | undefined, { now, relay, leaseMs }: ApplyContext): Lease | undefined {
  if (leaseMs === undefined) return undefined;
  return { owner: relay, until: call !== undefined || isDue(attempt, now) ? now + leaseMs : null };
}

function tellingOf(
  before: Attempt,
  after: Attempt,
  effects: readonly Effect[],
  context: ApplyContext,
): Telling | undefined {
  const publish = effects.findLast(isPublish);
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

function storyOf(
  before: Attempt,
  after: Attempt,
  event: PaymentEvent,
  effects: readonly Effect[],
  at: number,
  ms: number | null,
): StepRecord[] {
  const story: StepRecord[] = [];
  // A report is repeated until the kiosk has heard the answer: the first tells all.
  const isSame = before.state === after.state && before.reason === after.reason && before.finding === after.finding;
  const isPressed = event.type === 'confirmed' && before.confirmedAt !== after.confirmedAt;
  const isRepeated =
    (event.type === 'vend-reported' || (event.type === 'confirmed' && !isPressed)) && isSame && !effects.some(isAlarm);
  if (event.type !== 'due' && !isRepeated) story.push(eventLine(event, at, ms));
  if (before.state !== after.state) story.push({ at, name: after.state, detail: after.reason ?? '', ms: null });
  if (before.finding !== after.finding) story.push({ at, name: 'finding', detail: after.finding ?? '', ms: null });
  return story;
}

function eventLine(event: Exclude<PaymentEvent, { type: 'due' }>, at: number, ms: number | null): StepRecord {
  switch (event.type) {
    case 'pay-answered':
      return { at, name: 'pay', detail: answerText(event.answer), ms };
    case 'inquiry-answered':
      return { at, name: event.by ?? 'inquire', detail: answerText(event.answer), ms };
    case 'cancel-answered':
      return { at, name: 'cancel', detail: answerText(event.answer), ms };
    case 'refund-answered':
      return { at, name: 'refund', detail: `${event.refundId}: ${answerText(event.answer)}`, ms };
    case 'refund-inquiry-answered':
      return { at, name: event.by ?? 'inquire-refund', detail: `${event.refundId}: ${answerText(event.answer)}`, ms };
    case 'confirmed':
      return { at, name: 'confirmed', detail: `by ${event.by}`, ms: null };
    case 'abort':
      return { at, name: 'abort', detail: '', ms: null };
    case 'vend-reported':
      return { at, name: 'vend', detail: event.delivery, ms: null };
    case 'swept':
      return { at, name: 'swept', detail: event.listed ?? 'not listed', ms: null };
    case 'resolved':
      return { at, name: 'resolved', detail: `${event.found}, by ${event.by}`, ms: null };
  }
}

export function answerText(answer: { kind: string; reason?: string; detail?: string; code?: string }): string {
  const more = answer.reason ?? answer.detail ?? (answer.kind === 'failed' ? answer.code : undefined);
  return more ? `${answer.kind}: ${more}` : answer.kind;
}
