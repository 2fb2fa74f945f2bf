import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Ledger } from '../ledger/contract.js';
import type { Database } from '../ledger/database.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import type { Log } from '../runtime/log.js';
import { type Gate, guard, isRefused, Ration, tokenGate } from './access.js';
import { addGivingBack, addWords } from './acting.js';
import type { Done } from './acts.js';
import { addDeclarations, addDeclaring } from './declaring.js';
import { OperationsDesk } from './desk.js';
import type { Feed } from './feed.js';
import { addLinks, addUnlinking } from './linked.js';
import { addDocument, fastifyOptions } from './openapi.js';
import { problem } from './problem.js';
import { limitIn } from './questions.js';
import { addReading } from './reading.js';
import { answerFault, recordRefused } from './refusals.js';
import { ref, replies } from './schemas.js';
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
  /** Prometheus text and its content type; without it there is no /metrics. */
  readonly metrics?: () => Promise<{ readonly type: string; readonly body: string }>;
  /** Where it listens. */
  readonly host: string;
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
  /** First wait of the outbox, ms. */
  readonly firstTellMs: number;
  /** What follows the commit of a person's act. */
  readonly acted: (done: Done) => void;
  /** Buyers in declarations to customs are sealed with it, 32 bytes; without it none can be named. A secret. */
  readonly sealKey?: Uint8Array | undefined;
  /** Who may do what; without it, tokens of the ledger. */
  readonly gate?: Gate;
};

const STREAMS_MOST = 32;

/** The operations API: for people and their programs, by token. */
export function buildOperations(parts: OperationsParts): FastifyInstance {
  const app = Fastify(fastifyOptions);
  const { db, accounts, clock, host, log, instance: relay, firstTellMs, acted, sealKey } = parts;
  const onLoopback = isLoopbackName(host);
  const desk = new OperationsDesk({ db, accounts, clock, relay, firstTellMs, acted });
  const gate = parts.gate ?? tokenGate({ db, clock, onLoopback });
  app.decorateRequest('actor', null);
  app.addHook('onRequest', async (request, reply) => allowLoopbackPages(request, reply, onLoopback));
  app.addHook('onRequest', guard({ gate, onRefused: recordRefused(desk, new Ration(clock), log) }));
  app.setErrorHandler(answerFault(desk, log));
  app.setNotFoundHandler((_, reply) => reply.code(404).send(problem('not-found', 'no such resource')));
  addDocument(app, (routes) => {
    addHealth(routes, parts, onLoopback);
    addLists(routes, parts);
    addStream(routes, parts, gate);
    addReading(routes, { db, accounts, clock });
    addGivingBack(routes, desk);
    addWords(routes, desk);
    addLinks(routes, { db });
    addUnlinking(routes, desk);
    addDeclarations(routes, { db, accounts, sealKey });
    addDeclaring(routes, desk, { db, accounts, sealKey });
  });
  return app;
}

function addHealth(app: FastifyInstance, parts: OperationsParts, onLoopback: boolean): void {
  const config = { access: 'open' } as const;
  app.get('/livez', { config, schema: { summary: 'Alive', response: replies('Alive') } }, () => ({ ok: true }));
  const response = replies('Ready', { 503: { description: 'Not ready; for want of what is false', ...ref('Ready') } });
  app.get('/readyz', { config, schema: { summary: 'Ready to serve', response } }, async (_, reply) => {
    const ready = { ledger: await answers(parts.ping), broker: parts.linked(), clock: parts.clockRight() };
    return reply.code(Object.values(ready).every(Boolean) ? 200 : 503).send(ready);
  });
  const { metrics } = parts;
  const text = { 200: { description: 'Prometheus text', content: { 'text/plain': { schema: { type: 'string' } } } } };
  if (metrics) {
    // How much is sold is nobody's business off this machine.
    app.get(
      '/metrics',
      { config: onLoopback ? config : {}, schema: { summary: 'Metrics', response: text } },
      async (_, reply) => {
        const { type, body } = await metrics();
        return reply.type(type).send(body);
      },
    );
  }
  app.get('/v1/status', { schema: { summary: 'Counters of this relay', response: replies('Status') } }, () => ({
    ...{ relay: parts.instance, counters: parts.counters.all() },
  }));
}

function addStream(app: FastifyInstance, parts: OperationsParts, gate: Gate): void {
  const ends = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const end of ends) end();
  });
  const content = { 'text/event-stream': { schema: { type: 'string' } } };
  const response = replies('Problem', { 200: { description: 'Server-sent events: each attempt, whole', content } });
  const schema = { summary: 'Each attempt at each change made by this relay', response };
  app.get('/v1/attempts/events', { schema }, (request, reply) => {
    if (ends.size >= STREAMS_MOST) return reply.code(503).send(problem('busy', 'too many streams are open'));
    const end = openStream(reply, parts, async () => !isRefused(await gate(request, 'read')));
    ends.add(end);
    request.raw.once('close', () => ends.delete(end));
    return reply;
  });
}

const limit = { type: 'string', description: 'How many at most, 1 to 500; 50 when absent' };
const querystring = { type: 'object', properties: { limit }, additionalProperties: false };
type Limited = { Querystring: { limit?: string } };

function addLists(app: FastifyInstance, { ledger }: OperationsParts): void {
  const attempts = { summary: 'Attempts as the page shows them', querystring, response: replies('Attempts') };
  app.get<Limited>('/v1/attempts', { schema: attempts }, async ({ query }) => ({
    attempts: await viewAttempts(ledger, limitIn(query.limit)),
  }));
  const one = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
  const attempt = { summary: 'One attempt', params: one, response: replies('Attempt') };
  app.get<{ Params: { id: string } }>('/v1/attempts/:id', { schema: attempt }, async ({ params }, reply) => {
    const found = await viewAttempt(ledger, params.id);
    return found ?? reply.code(404).send(problem('not-found', 'no such attempt'));
  });
  const alarms = { summary: 'Alarms, newest first', querystring, response: replies('Alarms') };
  app.get<Limited>('/v1/alarms', { schema: alarms }, async ({ query }) => ({
    alarms: await viewAlarms(ledger, limitIn(query.limit)),
  }));
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
