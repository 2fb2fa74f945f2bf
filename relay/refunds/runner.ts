import type { Acquirer, InquiryAnswer, RefundAnswer } from '../acquirers/contract.js';
import type { Database } from '../ledger/database.js';
import { type Attempt, paidByToken } from '../payment/types.js';
import type { Accounts } from '../routing/accounts.js';
import { type Clock, sleep } from '../runtime/clock.js';
import { type AppliedRefund, applyRefund, type RefundContext } from './apply.js';
import { loadRefund, releaseRefund } from './store.js';
import type { Refund, RefundCall, RefundEvent } from './types.js';

export type RefundRunnerParts = {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
  /** This relay's name. */
  readonly relay: string;
  readonly leaseMs: number;
  /** Called after each commit. */
  readonly committed: (applied: AppliedRefund) => void;
  /** Called after each call that was made. */
  readonly called?: ((made: RefundCallMade) => void) | undefined;
};

/** A call for a person's refund or cancel that has ended, for those who watch. */
export type RefundCallMade = {
  readonly account: string;
  readonly attempt: string;
  readonly call: RefundCall;
  readonly answer: AnswerEvent['answer'];
  readonly ms: number;
};

type AnswerEvent = Extract<RefundEvent, { readonly answer: unknown }>;

const SAVE_TRIES = 6;
const SAVE_FIRST_WAIT_MS = 100;
/** Adapters keep their own time; one that does not is not waited for. */
const BEYOND_TIMEOUT_MS = 2_000;

/** Works on one refund that this relay holds, until nothing is due: step, commit, call, step, commit, … */
export async function runRefund(id: string, parts: RefundRunnerParts, signal: AbortSignal): Promise<void> {
  const { db, clock, committed, relay } = parts;
  for (;;) {
    const isDue = ({ nextAt }: Refund): boolean => nextAt !== null && nextAt <= clock.now();
    let applied = await applyRefund(db, id, { type: 'due' }, contextOf(parts), { when: isDue });
    const wasDue = applied !== undefined;
    while (applied) {
      committed(applied);
      if (!applied.call) break;
      applied = await oneCall(applied.call, applied, parts, signal);
    }
    if (!wasDue || signal.aborted) return await releaseRefund(db, id, relay);
  }
}

const contextOf = ({ clock, accounts, relay, leaseMs }: RefundRunnerParts): RefundContext => ({
  now: clock.now(),
  ...{ accounts, relay, leaseMs },
});

async function oneCall(
  call: RefundCall,
  { attempt, refund, callId }: AppliedRefund,
  parts: RefundRunnerParts,
  signal: AbortSignal,
): Promise<AppliedRefund | undefined> {
  const { db, clock } = parts;
  const maySend = await mayStillSend(call, refund, db);
  const startedAt = clock.now();
  const event = maySend ? await makeCall(call, refund, attempt, parts, signal) : notMade(call);
  const at = clock.now();
  if (maySend) {
    const { id, account } = attempt;
    parts.called?.({ account, attempt: id, call, answer: event.answer, ms: at - startedAt });
  }
  const code = 'code' in event.answer ? (event.answer.code ?? null) : null;
  const end = { id: callId ?? 0, at, answer: event.answer.kind, code };
  const answered = { end, ms: at - startedAt };
  // An answer is worth several tries; if the ledger stays away, an inquiry will bring it again.
  for (let tries = 1; ; tries++) {
    try {
      return await applyRefund(db, refund.id, event, contextOf(parts), { answered });
    } catch (error) {
      if (tries >= SAVE_TRIES) throw error;
      await sleep(clock, SAVE_FIRST_WAIT_MS * 2 ** tries);
    }
  }
}

/** Read again just before: another relay's answer, or a person, may have ended it since the step. Inquiries move nothing. */
async function mayStillSend(call: RefundCall, { id }: Refund, db: Database): Promise<boolean> {
  if (call !== 'refund' && call !== 'cancel') return true;
  const found = await loadRefund(db, id).catch(() => undefined);
  return found?.state === 'requested';
}

function notMade(call: RefundCall): AnswerEvent {
  const answer = { kind: 'not-sent', detail: 'no longer requested, or the ledger did not answer' } as const;
  return call === 'cancel' ? { type: 'cancel-answered', answer } : { type: 'refund-answered', answer };
}

async function makeCall(
  call: RefundCall,
  refund: Refund,
  attempt: Attempt,
  { accounts, clock }: RefundRunnerParts,
  signal: AbortSignal,
): Promise<AnswerEvent> {
  const { acquirer } = accounts.of(attempt.account);
  const acquirerId = attempt.acquirerId ?? undefined;
  const within = <T>(run: () => Promise<T>) => safely(run, acquirer, clock);
  switch (call) {
    case 'refund':
      return { type: 'refund-answered', answer: await within(() => send(refund, attempt, acquirer, signal)) };
    case 'inquire-refund': {
      const answer = await within(() => acquirer.inquireRefund(refund.id, attempt.id, signal));
      return { type: 'refund-inquiry-answered', answer };
    }
    case 'cancel':
      return { type: 'cancel-answered', answer: await within(() => acquirer.cancel(attempt.id, acquirerId, signal)) };
    case 'inquire': {
      const answer: InquiryAnswer = await within(() => acquirer.inquire(attempt.id, acquirerId, signal));
      return { type: 'inquiry-answered', answer };
    }
  }
}

/** Trap 5: some acquirers refund only under their own id, which an inquiry tells where pay's answer was lost. */
async function send(
  { id: refundId, money }: Refund,
  attempt: Attempt,
  acquirer: Acquirer,
  signal: AbortSignal,
): Promise<RefundAnswer> {
  const { id: requestId, acquirerId: known } = attempt;
  let acquirerId = known ?? undefined;
  if (acquirerId === undefined) {
    const asked = await acquirer.inquire(requestId, undefined, signal);
    if (asked.kind === 'cancelled') return { kind: 'already-returned' };
    if (asked.kind === 'paid') acquirerId = asked.acquirerId;
  }
  const named = { ...(acquirerId ? { acquirerId } : {}), ...paidByToken(attempt) };
  return await acquirer.refund({ refundId, requestId, ...named, money }, signal);
}

type NoAnswer = { readonly kind: 'unknown'; readonly detail: 'io' | 'timeout' };

/** Adapters do not throw; if one does, nothing is known of the money. */
function safely<T>(run: () => Promise<T>, acquirer: Acquirer, clock: Clock): Promise<T | NoAnswer> {
  return new Promise((resolve) => {
    const cancel = clock.after(2 * acquirer.plan.callTimeoutMs + BEYOND_TIMEOUT_MS, () =>
      resolve({ kind: 'unknown', detail: 'timeout' }),
    );
    const answered = (answer: T | NoAnswer): void => {
      cancel();
      resolve(answer);
    };
    const failed = (): void => answered({ kind: 'unknown', detail: 'io' });
    try {
      run().then(answered, failed);
    } catch {
      failed();
    }
  });
}
