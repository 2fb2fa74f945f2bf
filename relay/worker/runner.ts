import type { IssuerId } from '../../protocol/words.js';
import type { Ledger } from '../ledger/contract.js';
import { type Attempt, type Call, NO_LINK, type PaymentEvent, type State } from '../payment/types.js';
import type { Accounts } from '../routing/accounts.js';
import { type Clock, sleep } from '../runtime/clock.js';
import { inSpan, spanOf } from '../runtime/trace.js';
import { type Answered, type Applied, type ApplyContext, apply, callOf, isDue } from './apply.js';
import { type CallOutcome, type Means, makeCall, notMade } from './call.js';
import type { Codes } from './codes.js';
import { type CallMade, madeOf } from './made.js';

export type RunnerParts = {
  readonly ledger: Ledger;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly codes: Codes;
  /** Absent: this relay knows of no linked wallet, and no payment of one is sent. */
  readonly tokens?: Tokens | undefined;
  /** This relay's name. */
  readonly relay: string;
  readonly leaseMs: number;
  readonly firstTellMs: number;
  /** Our time minus the ledger's, ms, as far as it is beyond doubt; 0 where nobody compares them. */
  readonly clockOffMs?: (() => number) | undefined;
  /** Called after each commit. */
  readonly committed: (applied: Applied) => void;
  /** Called after each call, before its answer is committed. */
  readonly called?: ((made: CallMade) => void) | undefined;
};

/** Tokens of linked wallets. They lie sealed in the ledger, so that any relay may go on with a payment. */
export type Tokens = {
  /** Right before the call. `unlinked`: it is linked no more; `unknown`: it cannot be read now. */
  of(link: string): Promise<TokenFound>;
  /** A payment was refused because of this token. */
  refused(link: string, token: string): Promise<void>;
};
export type TokenFound =
  | { readonly kind: 'token'; readonly token: string; readonly wallet: IssuerId }
  | { readonly kind: 'unlinked' | 'unknown' };

const SAVE_TRIES = 6;
const SAVE_FIRST_WAIT_MS = 100;

/**
 * Works on one attempt that this relay holds, until nothing is due: step, commit, call, step, commit, … An inquiry and
 * the cancel that follows it are one turn of the inner loop, with nothing but a commit between them.
 * @param begun its first step, where that was committed with its row
 * @returns when it is due next; the lease is given back
 */
export async function runAttempt(
  id: string,
  parts: RunnerParts,
  signal: AbortSignal,
  begun?: Applied,
): Promise<number | null> {
  const { ledger, clock, codes, committed, relay } = parts;
  for (let first = begun; ; first = undefined) {
    const due: PaymentEvent = { type: 'due', codeHeld: codes.has(id) };
    let applied = first ?? (await apply(ledger, id, due, contextOf(parts), { when: (a) => isDue(a, clock.now()) }));
    while (applied) {
      committed(applied);
      const call = callOf(applied.effects);
      if (!call) break;
      applied = await oneCall(call, applied, parts, signal);
    }
    if (applied?.givenBack) return applied.attempt.nextAt;
    if (!applied || signal.aborted) return await ledger.release(id, relay);
  }
}

const contextOf = ({ clock, accounts, relay, firstTellMs, leaseMs }: RunnerParts): ApplyContext => ({
  now: clock.now(),
  accounts,
  relay,
  firstTellMs,
  leaseMs,
});

/**
 * The state that a call which moves money is made from, read again just before: an Abort, a sweep or another relay's answer
 * may have been committed since the step that asked for it (rule 11).
 */
const from = { pay: 'submitted', cancel: 'reversing', refund: 'reversing' } as const;
const movesMoney = (call: Call): call is keyof typeof from => call in from;

async function oneCall(
  call: Call,
  { attempt, callId }: Applied,
  parts: RunnerParts,
  signal: AbortSignal,
): Promise<Applied | undefined> {
  const { ledger, clock } = parts;
  const { acquirer } = parts.accounts.of(attempt.account);
  // A token is read before the row, so that nothing lies between the row and the call.
  const means = call === 'pay' ? await meansOf(attempt, parts) : undefined;
  // The lease is economy only; the call was committed as this relay's, so it is made even if the lease is gone.
  const state = movesMoney(call) ? await ledger.stateOf(attempt.id).catch(() => undefined) : undefined;
  const startedAt = clock.now();
  const stopped = movesMoney(call) && (state !== from[call] || means === NO_LINK);
  const span = spanOf(attempt.id, callId);
  const clockOffMs = parts.clockOffMs?.() ?? 0;
  const outcome = stopped
    ? notMade(call, attempt, startedAt, whyStopped(call, state))
    : await inSpan(span, () =>
        makeCall(call, attempt, means === NO_LINK ? undefined : means, { acquirer, clock, signal, clockOffMs }),
      );
  const { event, code: resultCode } = outcome;
  const at = clock.now();
  const ms = at - startedAt;
  const { id, account } = attempt;
  const known = { account, acquirer: acquirer.name, attempt: id, call, span: span.span_id, startedAt, ms };
  parts.called?.(madeOf(known, outcome, !stopped));
  const answered: Answered = { end: { id: callId ?? 0, at, answer: event.answer.kind, code: resultCode }, ms };
  const applied = await saveAnswer(() => apply(ledger, attempt.id, event, contextOf(parts), { answered }), clock);
  await tellRefused(attempt, means, event, parts);
  return applied;
}

function whyStopped(call: keyof typeof from, state: State | undefined): string {
  if (state === undefined) return 'the ledger did not answer';
  return state === from[call] ? NO_LINK : `no longer ${from[call]}`;
}

async function meansOf(
  { id, link }: Attempt,
  { codes, tokens }: RunnerParts,
): Promise<Means | typeof NO_LINK | undefined> {
  if (link === null) {
    const code = codes.take(id);
    return code === undefined ? undefined : { code };
  }
  const found = await (tokens?.of(link) ?? { kind: 'unknown' as const });
  if (found.kind === 'unlinked') return NO_LINK;
  return found.kind === 'token' ? { code: found.token, wallet: found.wallet } : undefined;
}

/** After the payment's own end is kept. If it is lost, the next payment, or a notification, finds it out again. */
async function tellRefused(
  { link }: Attempt,
  means: Means | typeof NO_LINK | undefined,
  { answer }: CallOutcome['event'],
  { tokens }: RunnerParts,
): Promise<void> {
  const isRefused = answer.kind === 'declined' && answer.reason === 'unlinked';
  if (isRefused && link !== null && typeof means === 'object') await tokens?.refused(link, means.code);
}

/** An answer is worth several tries; if the ledger stays away, an inquiry will bring it again. */
async function saveAnswer<T>(save: () => Promise<T>, clock: Clock): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await save();
    } catch (error) {
      if (tries >= SAVE_TRIES) throw error;
      await sleep(clock, SAVE_FIRST_WAIT_MS * 2 ** tries);
    }
  }
}
