import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { NotificationReply } from '../acquirers/contract.js';
import type { Notifications } from '../ledger/notifications.js';
import type { AppliedLink } from '../linking/apply.js';
import type { NoticeContext } from '../linking/notices.js';
import type { AppliedRefund } from '../refunds/apply.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { Applied, ApplyContext } from '../worker/apply.js';
import { readBytes, tooLarge } from './body.js';
import { type Endpoint, Endpoints, verify } from './endpoints.js';
import { hearNotification } from './hear.js';

export type WebhookParts = {
  readonly endpoints: readonly Endpoint[];
  readonly notifications: Notifications;
  readonly context: () => ApplyContext;
  /** Called after each commit that has changed an attempt. */
  readonly committed: (applied: Applied) => void;
  /** The same of a refund that a person asked for. */
  readonly refundHeard: (applied: AppliedRefund) => void;
  /** Absent: no wallet can be linked, and what is said of one is ignored. */
  readonly linking?: { context(): NoticeContext; committed(applied: AppliedLink): void } | undefined;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly log: Log;
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly proxies: readonly string[];
  readonly limits?: Partial<WebhookLimits>;
};

export type WebhookLimits = {
  readonly bodyMaxBytes: number;
  /** A body that takes longer is cut off, ms. CodePay waits 5 s for its answer. */
  readonly bodyWithinMs: number;
  readonly headersWithinMs: number;
  readonly connectionsMost: number;
};

export const webhookLimits: WebhookLimits = {
  bodyMaxBytes: 256 * 1024,
  bodyWithinMs: 4_000,
  headersWithinMs: 5_000,
  connectionsMost: 1_000,
};

/** Strangers must not fill the disk with our log: one line a second of each kind. */
class Seldom {
  readonly #kinds = new Map<string, { at: number; unsaid: number }>();

  /** How many of this kind were not said since the last that was; undefined: this one is not either. */
  pass(kind: string, now: number): number | undefined {
    const last = this.#kinds.get(kind);
    if (last && now - last.at < LOG_EVERY_MS) {
      last.unsaid += 1;
      return undefined;
    }
    this.#kinds.set(kind, { at: now, unsaid: 0 });
    return last?.unsaid ?? 0;
  }
}
const LOG_EVERY_MS = 1_000;

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

/**
 * Hears what acquirers send by themselves. A port of its own, since it is the only part of a relay that strangers reach:
 * whatever is not well signed gets nowhere near the ledger. A body is kept as its bytes, whatever it says it is.
 */
export function buildWebhooks(parts: WebhookParts): FastifyInstance {
  const limits = { ...webhookLimits, ...parts.limits };
  const endpoints = new Endpoints(parts.endpoints);
  const { counters, clock } = parts;
  const app = Fastify({
    logger: false,
    forceCloseConnections: 'idle',
    trustProxy: parts.proxies.length > 0 ? [...parts.proxies] : false,
    http: {
      headersTimeout: limits.headersWithinMs,
      requestTimeout: limits.headersWithinMs + limits.bodyWithinMs,
      connectionsCheckingInterval: 1_000,
    },
  });
  app.server.maxConnections = limits.connectionsMost;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
    readBytes(payload, limits.bodyMaxBytes, limits.bodyWithinMs, clock),
  );
  // Before the first byte of a body is read.
  app.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request.raw.url ?? '');
    if (!endpoints.isKnown(path)) return refuse(reply, 404, 'unknown-path');
    if (request.method !== 'POST') return refuse(reply, 405, 'method');
    if (endpoints.at(path, request.ip).length === 0) return refuse(reply, 403, 'source');
    if (Number(request.headers['content-length'] ?? 0) > limits.bodyMaxBytes) throw tooLarge(limits.bodyMaxBytes);
  });
  function refuse(reply: FastifyReply, status: number, why: string): FastifyReply {
    counters.add(`webhook-refused-${why}`);
    return reply.code(status).header('connection', 'close').type('text/plain').send(why);
  }
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    counters.add(`webhook-refused-${status}`);
    // The rest of such a body is not waited for.
    return reply.code(status).header('connection', 'close').type('text/plain').send('refused');
  });
  const seldom = new Seldom();
  app.all('/*', (request, reply) => hear(request, reply, { ...parts, endpoints, seldom }));
  return app;
}

type HearParts = Omit<WebhookParts, 'endpoints'> & { readonly endpoints: Endpoints; readonly seldom: Seldom };

async function hear(request: FastifyRequest, reply: FastifyReply, parts: HearParts): Promise<FastifyReply> {
  const { counters, log, committed, refundHeard, endpoints, clock } = parts;
  const url = request.raw.url ?? '';
  const [first, ...others] = endpoints.at(pathOf(url), request.ip);
  if (!first) return reply.code(404).send('unknown-path');
  const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
  const { endpoint, result } = verify([first, ...others], { path: url, headers: request.headers, body });
  const { account, acquirer } = endpoint;
  const say = ({ status, contentType, body: text }: NotificationReply) =>
    reply.code(status).type(contentType).send(text);
  if (result.kind === 'rejected') {
    counters.add(`webhook-rejected-${result.why}`);
    const unsaid = parts.seldom.pass(`${account} ${result.why}`, clock.now());
    if (unsaid !== undefined) log.warn({ event: 'webhook-rejected', account, why: result.why, unsaid });
    return say(acquirer.replies.again);
  }
  try {
    const said = parts.linking?.context();
    const heard = await hearNotification(parts.notifications, result, account, parts.context(), said);
    const { outcome, attempt, taken, applied, refund, link } = heard;
    counters.add(`webhook-${outcome}`);
    log.info({ event: 'webhook', account, kind: result.kind, outcome, attempt });
    if (applied) committed(applied);
    if (refund) refundHeard(refund);
    if (link) parts.linking?.committed(link);
    return say(taken ? acquirer.replies.taken : acquirer.replies.again);
  } catch (error) {
    // Nothing of it is in the ledger, so the acquirer shall say it again.
    counters.add('webhook-not-stored');
    log.error({ event: 'webhook-not-stored', account, ...errorFields(error) });
    return say(acquirer.replies.again);
  }
}
