import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { NAME_PATTERN } from '../../protocol/limits.js';
import type { Ledger } from '../ledger/contract.js';
import type { Counters } from '../runtime/counters.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { Feed } from './feed.js';
import { openStream } from './stream.js';
import { viewAlarms, viewAttempt, viewAttempts } from './view.js';

export type OperationsParts = {
  readonly ledger: Ledger;
  /** Asks the ledger anything; it may hang or fail. */
  readonly ping: () => Promise<unknown>;
  readonly feed: Feed;
  readonly counters: Counters;
  readonly log: Log;
  readonly instance: string;
  /** Connected to the broker. */
  readonly linked: () => boolean;
  /** The wall clock is the one that this process began with. */
  readonly clockRight: () => boolean;
  /** Where it listens. */
  readonly host: string;
};

const LIST_DEFAULT = 50;
const LIST_MOST = 500;
const STREAMS_MOST = 32;

type Problem = { readonly error: { readonly code: string; readonly message: string } };
const problem = (code: string, message: string): Problem => ({ error: { code, message } });

/** The operations API. It has no login: it listens on loopback, and whoever opens it further puts a guard before it. */
export function buildOperations(parts: OperationsParts): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const ends = new Set<() => void>();
  app.addHook('onRequest', async (request, reply) => allowLoopbackPages(request, reply, isLoopbackName(parts.host)));
  app.addHook('preClose', async () => {
    for (const end of ends) end();
  });
  app.setErrorHandler((error, request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status < 500) return reply.code(status).send(problem('bad-request', 'the request is not understood'));
    parts.log.error({ event: 'operations-failed', path: request.routeOptions.url ?? '', ...errorFields(error) });
    return reply.code(503).send(problem('ledger', 'the ledger did not answer'));
  });
  app.setNotFoundHandler((_, reply) => reply.code(404).send(problem('not-found', 'no such resource')));

  app.get('/livez', () => ({ ok: true }));
  app.get('/readyz', async (_, reply) => {
    const ready = { ledger: await answers(parts.ping), broker: parts.linked(), clock: parts.clockRight() };
    return reply.code(Object.values(ready).every(Boolean) ? 200 : 503).send(ready);
  });
  app.get('/v1/status', () => ({ relay: parts.instance, counters: parts.counters.all() }));
  addLists(app, parts);
  app.get('/v1/attempts/events', (request, reply) => {
    if (ends.size >= STREAMS_MOST) return reply.code(503).send(problem('busy', 'too many streams are open'));
    const end = openStream(reply, parts);
    ends.add(end);
    request.raw.once('close', () => ends.delete(end));
    return reply;
  });
  app.post<{ Params: { name: string } }>('/v1/kiosks/:name/allow', async ({ params: { name } }, reply) => {
    if (!NAME_PATTERN.test(name) || !(await parts.ledger.allow(name))) {
      return reply.code(404).send(problem('not-blocked', 'no kiosk of that name is shut out'));
    }
    parts.log.warn({ event: 'kiosk-allowed', kiosk: name });
    return { kiosk: name, allowed: true };
  });
  return app;
}

function addLists(app: FastifyInstance, { ledger }: OperationsParts): void {
  app.get<{ Querystring: { limit?: string } }>('/v1/attempts', async ({ query }, reply) => {
    const limit = limitOf(query.limit);
    if (limit === undefined) return reply.code(422).send(badLimit);
    return { attempts: await viewAttempts(ledger, limit) };
  });
  app.get<{ Params: { id: string } }>('/v1/attempts/:id', async ({ params }, reply) => {
    const found = await viewAttempt(ledger, params.id);
    return found ?? reply.code(404).send(problem('not-found', 'no such attempt'));
  });
  app.get<{ Querystring: { limit?: string } }>('/v1/alarms', async ({ query }, reply) => {
    const limit = limitOf(query.limit);
    if (limit === undefined) return reply.code(422).send(badLimit);
    return { alarms: await viewAlarms(ledger, limit) };
  });
}

const badLimit = problem('limit', `limit: expected a whole number from 1 to ${LIST_MOST}`);

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return LIST_DEFAULT;
  const n = Number(text);
  return /^\d{1,4}$/.test(text) && n >= 1 && n <= LIST_MOST ? n : undefined;
}

/** A ledger that is slower than this is not ready, whatever holds it up. */
const LEDGER_ANSWERS_WITHIN_MS = 2_000;

async function answers(ping: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), LEDGER_ANSWERS_WITHIN_MS);
  });
  const answered = ping().then(
    () => true,
    () => false,
  );
  const result = await Promise.race([answered, late]);
  clearTimeout(timer);
  return result;
}

/**
 * Pages on this machine may read; only programs may do more. A page from elsewhere may neither read nor post, also one whose name was made to point
 * here: on a loopback address, only loopback's own names are served.
 */
async function allowLoopbackPages(request: FastifyRequest, reply: FastifyReply, onLoopback: boolean): Promise<void> {
  const { origin, host } = request.headers;
  const named = onLoopback && host !== undefined ? isLoopback(`http://${host}`) : true;
  const reads = request.method === 'GET';
  if (!named || (origin !== undefined && !(reads && isLoopback(origin)))) {
    await reply.code(403).send(problem('origin', 'only pages and programs of this machine'));
    return;
  }
  if (origin !== undefined) reply.header('access-control-allow-origin', origin).header('vary', 'origin');
}

function isLoopback(origin: string): boolean {
  return URL.canParse(origin) && isLoopbackName(new URL(origin).hostname);
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name);
}
