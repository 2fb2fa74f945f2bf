import type { Acquirer } from '../acquirers/contract.js';
import type { Attempt, Call, PaymentEvent } from '../payment/types.js';
import type { Clock } from '../runtime/clock.js';

export type CallOutcome = {
  readonly event: Extract<PaymentEvent, { readonly answer: unknown }>;
  readonly code: string | null;
};

type Caller = { readonly acquirer: Acquirer; readonly clock: Clock; readonly signal: AbortSignal };

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
  const askedAt = caller.clock.now();
  const event = await ask(call, attempt, code, askedAt, caller);
  return { event, code: 'code' in event.answer ? (event.answer.code ?? null) : null };
}

async function ask(
  call: Call,
  attempt: Attempt,
  code: string | undefined,
  askedAt: number,
  caller: Caller,
): Promise<CallOutcome['event']> {
  const { acquirer, signal } = caller;
  const acquirerId = attempt.acquirerId ?? undefined;
  switch (call) {
    case 'pay':
      return { type: 'pay-answered', answer: await safely(() => pay(attempt, code, askedAt, caller), caller) };
    case 'inquire': {
      const answer = await safely(() => acquirer.inquire(attempt.id, acquirerId, signal), caller);
      return { type: 'inquiry-answered', answer, askedAt };
    }
    case 'cancel': {
      const answer = await safely(() => acquirer.cancel(attempt.id, acquirerId, signal), caller);
      return { type: 'cancel-answered', answer, askedAt };
    }
    case 'refund': {
      const answer = await safely(() => refund(attempt, caller), caller);
      return { type: 'refund-answered', refundId: attempt.reversal?.id ?? '', answer };
    }
    case 'inquire-refund': {
      const refundId = attempt.reversal?.id ?? '';
      const answer = await safely(() => acquirer.inquireRefund(refundId, attempt.id, signal), caller);
      return { type: 'refund-inquiry-answered', refundId, answer };
    }
  }
}

async function refund({ id, acquirerId, reversal }: Attempt, { acquirer, signal }: Caller) {
  if (reversal?.kind !== 'refund') return { kind: 'not-sent', detail: 'no refund' } as const;
  const named = acquirerId === null ? {} : { acquirerId };
  return await acquirer.refund({ refundId: reversal.id, requestId: id, ...named, money: reversal.money }, signal);
}

async function pay(attempt: Attempt, code: string | undefined, now: number, { acquirer, signal }: Caller) {
  // Rule 11: the row was read again just before; the adapter looks at the time once more when the connection stands.
  if (code === undefined || attempt.money === null) return { kind: 'not-sent', detail: 'no code' } as const;
  if (now > attempt.payUntil) return { kind: 'not-sent', detail: 'too late' } as const;
  return await acquirer.pay(
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

type NoAnswer = { kind: 'unknown'; detail: 'io' | 'timeout' };

/** Adapters keep their own time; one that does not is not waited for. */
async function safely<T>(run: () => Promise<T>, { acquirer, clock }: Caller): Promise<T | NoAnswer> {
  let cancel = (): void => {};
  const late = new Promise<NoAnswer>((resolve) => {
    const answer = { kind: 'unknown', detail: 'timeout' } as const;
    cancel = clock.after(acquirer.plan.callTimeoutMs + BEYOND_TIMEOUT_MS, () => resolve(answer));
  });
  try {
    return await Promise.race([run(), late]);
  } catch {
    return { kind: 'unknown', detail: 'io' };
  } finally {
    cancel();
  }
}
