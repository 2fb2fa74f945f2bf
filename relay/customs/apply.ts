import * as attempts from '../ledger/attempts.js';
import type { Database, Transaction } from '../ledger/database.js';
import { addSteps } from '../ledger/records.js';
import type { Attempt } from '../payment/types.js';
import { givenOf } from '../refunds/store.js';
import { barsSending } from './allowed.js';
import { stepDeclaration } from './step.js';
import {
  type DeclarationCallEnd,
  declarationCallEnded,
  declarationCallStarted,
  declarationsOf,
  loadDeclaration,
  lockDeclaration,
  raiseDeclarationAlarm,
  type StoredDeclaration,
  saveDeclaration,
} from './store.js';
import type { Declaration, DeclarationCall, DeclarationEffect, DeclarationEvent, DeclarationPolicy } from './types.js';

/** What one event did to one declaration, once its transaction has committed. */
export type AppliedDeclaration = {
  readonly declaration: Declaration;
  readonly attempt: Attempt;
  /** Alarms only those that are new. */
  readonly effects: readonly DeclarationEffect[];
  readonly call: DeclarationCall | undefined;
  /** Number of the call that the effects ask for. */
  readonly callId: number | null;
  readonly changed: boolean;
};

export type DeclarationContext = {
  readonly now: number;
  readonly policyOf: (account: string) => DeclarationPolicy;
  /** This relay's name, for the record of calls. */
  readonly relay: string;
  /** Of the relay that works on it: how long it goes on holding it where the step leads on at once, ms. */
  readonly leaseMs?: number;
};

export type AnsweredDeclaration = { readonly end: DeclarationCallEnd; readonly ms: number };

type Options = { readonly answered?: AnsweredDeclaration; readonly when?: (declaration: Declaration) => boolean };

/** Locks the rows, steps, commits. Undefined: no such declaration, or `when` says no. */
export async function applyDeclaration(
  db: Database,
  id: string,
  event: DeclarationEvent,
  context: DeclarationContext,
  options: Options = {},
): Promise<AppliedDeclaration | undefined> {
  const known = await loadDeclaration(db, id);
  if (!known) return undefined;
  return await db.transaction(async (tx) => {
    const held = await attempts.lock(tx, known.attempt);
    const stored = await lockDeclaration(tx, id);
    if (!held || !stored || options.when?.(stored.declaration) === false) return undefined;
    const isToSend = event.type === 'due' && stored.declaration.state === 'requested';
    const bar = isToSend ? await barOf(tx, held.attempt, stored.declaration) : undefined;
    const whole = bar === undefined ? event : ({ type: 'due', barred: bar.message } as const);
    return await applyDeclarationIn(tx, held.attempt, stored, whole, context, options.answered);
  });
}

/** Read under the lock of the attempt's row, which whoever gives back takes too. */
const barOf = async (tx: Transaction, attempt: Attempt, declaration: Declaration) =>
  barsSending(attempt, await givenOf(tx, attempt.id), declaration, await declarationsOf(tx, attempt.id));

/** `tx` holds the rows of the attempt and of the declaration. */
export async function applyDeclarationIn(
  tx: Transaction,
  attempt: Attempt,
  stored: StoredDeclaration,
  event: DeclarationEvent,
  context: DeclarationContext,
  answered?: AnsweredDeclaration,
): Promise<AppliedDeclaration> {
  const { now, relay, policyOf, leaseMs } = context;
  const before = stored.declaration;
  const { declaration, effects } = stepDeclaration(before, event, now, policyOf(attempt.account));
  const call = effects.find((e) => e.type === 'call')?.call;
  const lease = leaseMs === undefined ? undefined : { owner: relay, until: call !== undefined ? now + leaseMs : null };
  await saveDeclaration(tx, { ...stored, declaration }, lease);
  if (answered) await declarationCallEnded(tx, answered.end);
  const told = storyOf(before, declaration, event, now, answered?.ms ?? null);
  if (told.length > 0) await addSteps(tx, attempt.id, told);
  const kept: DeclarationEffect[] = [];
  for (const effect of effects) {
    const alarm = effect.type === 'alarm' && { at: now, kind: effect.kind, kiosk: attempt.kiosk, detail: effect.text };
    if (!alarm || (await raiseDeclarationAlarm(tx, declaration, alarm))) kept.push(effect);
  }
  const callId = call ? await declarationCallStarted(tx, declaration, relay, call, now) : null;
  return { declaration, attempt, effects: kept, call, callId, changed: told.length > 0 };
}

function storyOf(before: Declaration, after: Declaration, event: DeclarationEvent, at: number, ms: number | null) {
  const story: { at: number; name: string; detail: string; ms: number | null }[] = [];
  if (event.type === 'settled') {
    story.push({ at, name: 'declaration-resolved', detail: `${after.id}: ${event.found}, by ${event.by}`, ms });
  } else if (event.type === 'withheld') {
    story.push({ at, name: 'declare', detail: `${after.id}: not sent: ${event.why}`, ms });
  } else if (event.type === 'declare-answered') {
    const { answer } = event;
    const more = 'code' in answer && answer.code !== undefined ? ` (${answer.code})` : '';
    story.push({ at, name: 'declare', detail: `${after.id}: ${answer.kind}${more}`, ms });
  } else if (event.type === 'inquiry-answered' && after.word !== before.word) {
    // Customs takes its time: only what is new of it is a line of the story.
    story.push({ at, name: 'inquire-declaration', detail: `${after.id}: ${after.word ?? ''}`, ms });
  }
  if (before.state !== after.state) {
    story.push({ at, name: `declaration-${after.state}`, detail: after.id, ms: null });
  }
  return story;
}
