import type { FastifyReply } from 'fastify';
import type { Ledger } from '../ledger/contract.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { Feed } from './feed.js';
import { viewAttempt } from './view.js';

const KEEP_OPEN_MS = 15_000;
/** A reader that takes nothing for so long is let go, bytes. */
const BACKLOG_MAX_BYTES = 1_000_000;

type StreamParts = { readonly ledger: Ledger; readonly feed: Feed; readonly log: Log };

/**
 * Server-sent events: each attempt of this relay at each change, whole. `mayStill`: asked now and then, since a token may be
 * revoked while its stream is open. Returns the function that ends it.
 */
export function openStream(
  reply: FastifyReply,
  parts: StreamParts,
  mayStill: () => Promise<boolean>,
  everyMs = KEEP_OPEN_MS,
): () => void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    ...originHeader(reply),
  });
  raw.write(': open\n\n');
  let last = Promise.resolve();
  const unlisten = parts.feed.listen((id) => {
    // One after the other, so that an attempt's states arrive in order.
    last = last
      .then(() => write(id))
      .catch((error: unknown) => parts.log.error({ event: 'stream', ...errorFields(error) }));
  });
  const beat = setInterval(() => void stay(), everyMs);
  async function stay(): Promise<void> {
    // A ledger that does not answer tells this stream nothing either; it is asked again.
    if (!(await mayStill().catch(() => true))) end();
    else if (!raw.writableEnded) raw.write(': still here\n\n');
  }
  async function write(id: string): Promise<void> {
    const view = await viewAttempt(parts.ledger, id);
    if (view && !raw.writableEnded) raw.write(`data: ${JSON.stringify(view)}\n\n`);
    if (raw.writableLength > BACKLOG_MAX_BYTES) end();
  }
  function end(): void {
    clearInterval(beat);
    unlisten();
    raw.end();
  }
  raw.once('close', end);
  return end;
}

/** A hijacked reply sends its own head, so what the hook has set must be carried over. */
function originHeader(reply: FastifyReply): Record<string, string> {
  const origin = reply.getHeader('access-control-allow-origin');
  return origin === undefined ? {} : { 'access-control-allow-origin': String(origin), vary: 'origin' };
}
