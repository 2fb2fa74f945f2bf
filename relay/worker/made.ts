import type { Call } from '../payment/types.js';
import type { CallOutcome } from './call.js';

/** A call to an acquirer that has ended, for those who watch: metrics, and whether the acquirer is there. */
export type CallMade = {
  readonly account: string;
  readonly acquirer: string;
  readonly attempt: string;
  readonly call: Call;
  /** Of W3C trace context; the trace is the attempt's id. */
  readonly span: string;
  /** Kind of the answer. */
  readonly answer: string;
  readonly startedAt: number;
  readonly ms: number;
  /** The acquirer gave no answer, or one that tells nothing: `isFailed`. */
  readonly failed: boolean;
  /** Why there is none is our doing (too late, no code): it says nothing of the acquirer. */
  readonly ours: boolean;
};

/** `not-sent` by our own decision, see acquirers/http.ts and the adapters; any other means that it could not be reached. */
const ownReasons: ReadonlySet<string> = new Set([
  ...['too late', 'too-late', 'no code', 'no refund', 'no-payment-id', 'request-not-writable'],
  ...['account not in the config', 'unlinked', 'no token'],
]);

/**
 * What counts against an acquirer. An answer whose rest the inquiry tells does not: customers are declined so. Nor does an inquiry
 * that is refused: it may be of a payment that never arrived, and an acquirer that says so is there again.
 */
export function isFailed(call: Call, answer: { readonly kind: string; readonly detail?: string }): boolean {
  if (answer.kind !== 'unknown') return answer.kind === 'not-sent';
  return answer.detail !== 'by-inquiry' && (call === 'pay' || answer.detail !== 'refused');
}

/** It was not made, or not sent by our own decision. */
export const isOurs = (answer: { readonly kind: string; readonly detail?: string }): boolean =>
  answer.kind === 'not-sent' && ownReasons.has(answer.detail ?? '');

export function madeOf(
  known: Omit<CallMade, 'answer' | 'failed' | 'ours'>,
  { event: { answer } }: CallOutcome,
  made: boolean,
): CallMade {
  return {
    ...known,
    answer: answer.kind,
    failed: isFailed(known.call, answer),
    ours: !made || isOurs(answer),
  };
}
