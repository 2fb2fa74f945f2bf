import type { IssuerId } from '../../protocol/words.js';
import type { Acquirer, NotSent, PayAnswer, RefundAnswer } from '../acquirers/contract.js';
import { type Attempt, type Call, type PaymentEvent, paidByToken } from '../payment/types.js';
import type { Clock } from '../runtime/clock.js';

export type CallOutcome = {
  readonly event: Extract<PaymentEvent, { readonly answer: unknown }>;
  readonly code: string | null;
};

/** What a payment is made with: a scanned code, or a linked wallet's token. Both are secrets. */
export type Means = { readonly code: string; readonly wallet?: IssuerId };

type Caller = {
  readonly acquirer: Acquirer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Our time minus the ledger's, ms, as far as it is beyond doubt. */
  readonly clockOffMs?: number;
};

const BEYOND_TIMEOUT_MS = 2_000;

/** A call that must not be made any more: not a byte of it has left. Inquiries move nothing and are always made. */
export function notMade(call: 'pay' | 'cancel' | 'refund', attempt: Attempt, at: number, detail: string): CallOutcome {
  const answer = { kind: 'not-sent', detail } as const;
  switch (call) {
    case 'pay':
      return { event: { type: 'pay-answered', answer }, code: null };
    case 'cancel':
      return { event: { type: 'cancel-answered', answer, askedAt: at }, code: null };
    case 'refund':
      return { event: { type: 'refund-answered', refundId: attempt.reversal?.id ?? '', answer }, code: null };
  }
}

/** Makes one call. Adapters do not throw; if one does, nothing is known of the money. */
export async function makeCall(
  call: Call,
  attempt: Attempt,
  means: Means | undefined,
  caller: Caller,
): Promise<CallOutcome> {
  const { acquirer, signal, clock, clockOffMs = 0 } = caller;
  const acquirerId = attempt.acquirerId ?? undefined;
  const refundId = attempt.reversal?.id ?? '';
  const now = clock.now();
  // Another relay may have sent the pay, by a clock behind ours: "no such order" must not count before that could land.
  const askedAt = now - Math.max(0, clockOffMs);
  switch (call) {
    case 'pay': {
      const answer = await safely(() => pay(attempt, means, now, caller), caller);
      return outcome({ type: 'pay-answered', answer });
    }
    case 'inquire': {
      const answer = await safely(() => acquirer.inquire(attempt.id, acquirerId, signal), caller);
      return outcome({ type: 'inquiry-answered', answer, askedAt });
    }
    case 'cancel': {
      const answer = await safely(() => acquirer.cancel(attempt.id, acquirerId, signal), caller);
      return outcome({ type: 'cancel-answered', answer, askedAt });
    }
    case 'refund': {
      const answer = await safely(() => refund(attempt, caller), caller);
      return outcome({ type: 'refund-answered', refundId, answer });
    }
    case 'inquire-refund': {
      const answer = await safely(() => acquirer.inquireRefund(refundId, attempt.id, signal), caller);
      return outcome({ type: 'refund-inquiry-answered', refundId, answer });
    }
  }
}

const outcome = (event: CallOutcome['event']): CallOutcome => ({
  event,
  code: 'code' in event.answer ? (event.answer.code ?? null) : null,
});

const notSent = (detail: string): Promise<NotSent> => Promise.resolve({ kind: 'not-sent', detail });

function refund(attempt: Attempt, { acquirer, signal }: Caller): Promise<RefundAnswer> {
  const { id, acquirerId, reversal } = attempt;
  if (reversal?.kind !== 'refund') return notSent('no refund');
  const named = { ...(acquirerId === null ? {} : { acquirerId }), ...paidByToken(attempt) };
  return acquirer.refund({ refundId: reversal.id, requestId: id, ...named, money: reversal.money }, signal);
}

/**
 * A code is sent by the relay that has accepted it; with a token any may go on, and by a clock that is further behind it would
 * send after all that whoever asks for it has reckoned with (rule 11).
 */
function sendUntilOf({ link, payUntil, landingUntil, scannedAt, vendUntil }: Attempt, caller: Caller): number {
  const { acquirer, clockOffMs = 0 } = caller;
  if (link === null || clockOffMs >= 0) return payUntil;
  const { callTimeoutMs, codeLifeMs } = acquirer.plan;
  // As `landingUntil` was reckoned at admission: by the ledger's clock.
  const lastSend = landingUntil - callTimeoutMs - Math.min(codeLifeMs, vendUntil - scannedAt);
  return Math.min(payUntil, lastSend + clockOffMs);
}

function pay(attempt: Attempt, means: Means | undefined, now: number, caller: Caller): Promise<PayAnswer> {
  const { acquirer, signal } = caller;
  const sendUntil = sendUntilOf(attempt, caller);
  // Rule 11: the row was read again just before; the adapter looks at the time once more when the connection stands.
  if (means === undefined || attempt.money === null) return notSent(attempt.link === null ? 'no code' : 'no token');
  if (now > sendUntil) return notSent('too late');
  return acquirer.pay(
    {
      requestId: attempt.id,
      ...means,
      money: attempt.money,
      ...(attempt.issuer ? { issuer: attempt.issuer } : {}),
      reference: attempt.reference,
      kiosk: attempt.kiosk,
      scannedAt: new Date(attempt.scannedAt),
      sendUntil: new Date(sendUntil),
      expiresAt: new Date(attempt.vendUntil),
    },
    signal,
  );
}

type NoAnswer = { readonly kind: 'unknown'; readonly detail: 'io' | 'timeout' };

/** Adapters keep their own time; one that does not is not waited for. */
function safely<T>(run: () => Promise<T>, { acquirer, clock }: Caller): Promise<T | NoAnswer> {
  return new Promise((resolve) => {
    const late = (): void => resolve({ kind: 'unknown', detail: 'timeout' });
    const cancel = clock.after(acquirer.plan.callTimeoutMs + BEYOND_TIMEOUT_MS, late);
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
