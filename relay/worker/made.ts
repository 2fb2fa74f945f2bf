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
  /** The acquirer gave no answer, or one that tells nothing. One whose rest the inquiry tells is an answer: customers are declined so. */
  readonly failed: boolean;
  /** Why there is none is our doing (too late, no code): it says nothing of the acquirer. */
  readonly ours: boolean;
};

/** `not-sent` by our own decision, see acquirers/http.ts and the adapters; any other means that it could not be reached. */
const ownReasons: ReadonlySet<string> = new Set([
  ...['too late', 'too-late', 'no code', 'no refund', 'no-payment-id', 'request-not-writable'],
  'account not in the config',
]);

export function madeOf(
  known: Omit<CallMade, 'answer' | 'failed' | 'ours'>,
  { event: { answer } }: CallOutcome,
  made: boolean,
): CallMade {
  const notSent = answer.kind === 'not-sent';
  return {
    ...known,
    answer: answer.kind,
    failed: notSent || (answer.kind === 'unknown' && answer.detail !== 'by-inquiry'),
    ours: !made || (notSent && ownReasons.has(answer.detail)),
  };
}
