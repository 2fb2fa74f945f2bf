import type { Acquirer, NotSent, PayAnswer, RefundAnswer } from '../acquirers/contract.js';
import type { Attempt, Call, PaymentEvent } from '../payment/types.js';
import type { Clock } from '../runtime/clock.js';

export type CallOutcome = {
  readonly event: Extract<PaymentEvent, { readonly answer: unknown }>;
  readonly code: string | null;
};

type Caller = {
  readonly acquirer: Acquirer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** By how much our clock is surely ahead of the ledger's, ms. */
  readonly aheadMs?: number;
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
  code: string | undefined,
  caller: Caller,
): Promise<CallOutcome> {
  const { acquirer, signal, clock, aheadMs = 0 } = caller;
  const acquirerId = attempt.acquirerId ?? undefined;
  const refundId = attempt.reversal?.id ?? '';
  const now = clock.now();
  // Another relay may have sent the pay, by a clock behind ours: "no such order" must not count before that could land.
  const askedAt = now - aheadMs;
  switch (call) {
    case 'pay': {
      const answer = await safely(() => pay(attempt, code, now, caller), caller);
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

function refund({ id, acquirerId, reversal }: Attempt, { acquirer, signal }: Caller): Promise<RefundAnswer> {
  if (reversal?.kind !== 'refund') return notSent('no refund');
  const named = acquirerId === null ? {} : { acquirerId };
  return acquirer.refund({ refundId: reversal.id, requestId: id, ...named, money: reversal.money }, signal);
}

function pay(
  attempt: Attempt,
  code: string | undefined,
  now: number,
  { acquirer, signal }: Caller,
): Promise<PayAnswer> {
  // Rule 11: the row was read again just before; the adapter looks at the time once more when the connection stands.
  if (code === undefined || attempt.money === null) return notSent('no code');
  if (now > attempt.payUntil) return notSent('too late');
  return acquirer.pay(
    {
      requestId: attempt.id,
      code,
      money: attempt.money,
      ...(attempt.issuer ? { issuer: attempt.issuer } : {}),
      reference: attempt.reference,
      kiosk: attempt.kiosk,
      scannedAt: new Date(attempt.scannedAt),
      sendUntil: new Date(attempt.payUntil),
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
