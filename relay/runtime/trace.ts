import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';

/**
 * Names under which log lines of one payment are found together: W3C trace context, so that any collector understands them.
 * An attempt's id is 16 random bytes, which is what a trace id is; a span is one call to an acquirer.
 */
export type Span = { readonly trace_id: string; readonly span_id: string };

const spans = new AsyncLocalStorage<Span>();

const SPAN_HEX = 16;

/** The same for the same call, whichever relay says it. `call`: its number in the ledger. */
export function spanOf(attempt: string, call: number | null): Span {
  const span = createHash('sha256')
    .update(`${attempt} ${call ?? 0}`)
    .digest('hex')
    .slice(0, SPAN_HEX);
  return { trace_id: attempt, span_id: span };
}

/** What is logged in `work`, however deep, can name its span. */
export const inSpan = <T>(span: Span, work: () => T): T => spans.run(span, work);

export const currentSpan = (): Span | undefined => spans.getStore();

/** The header of W3C trace context: version 00, sampled. */
export const traceparent = ({ trace_id, span_id }: Span): string => `00-${trace_id}-${span_id}-01`;
