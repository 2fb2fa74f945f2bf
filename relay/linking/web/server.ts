import Fastify, { type FastifyInstance } from 'fastify';
import { errorFields } from '../../runtime/log.js';
import { NotYet } from '../desk-contract.js';
import { loadFiles } from './files.js';
import { isFromOurPage, pageHeaders } from './guard.js';
import { addLinkRoutes } from './link-routes.js';
import { addMemberRoutes } from './member-routes.js';
import { AddressRation, type Rate } from './ration.js';
import { SessionCookie } from './session.js';
import { type LinkPagesParts, sendNotice, type Visit } from './visit.js';

export type { LinkPagesParts } from './visit.js';

export type LinkPagesLimits = {
  /** Of all requests of one address; many phones may share one. */
  readonly requests: Rate;
  /** Codes that are not known, of one address. */
  readonly guesses: Rate;
  readonly connectionsMost: number;
  /** A request that takes longer to come is cut off. */
  readonly requestWithinMs: number;
};

export const linkPagesLimits: LinkPagesLimits = {
  requests: { burst: 200, perSecond: 40 },
  guesses: { burst: 20, perSecond: 1 / 3 },
  connectionsMost: 2_000,
  requestWithinMs: 10_000,
};

/** Forms of ours have no fields. */
const BODY_MAX_BYTES = 1_024;

/**
 * The buyer's pages, on a port of their own that the whole world may reach. They know what `LinkDesk` tells them; who asks is
 * said by a cookie and nothing else, and a page from elsewhere can neither press nor unlink.
 */
export function buildLinkPages(
  parts: LinkPagesParts & { readonly limits?: Partial<LinkPagesLimits> },
): FastifyInstance {
  const { clock, publicUrl } = parts;
  const limits = { ...linkPagesLimits, ...parts.limits };
  const requests = new AddressRation(clock, limits.requests);
  const guesses = new AddressRation(clock, limits.guesses);
  const visit: Visit = { ...parts, cookie: new SessionCookie(publicUrl), guesses };
  const app = Fastify({
    logger: false,
    // Of an address that cannot be read; else it would be said again, as JSON. No hook runs before it.
    frameworkErrors: (_, request, reply) => {
      sendNotice(request, reply, visit, requests.take(request.ip) ? 'unknown' : 'too-often');
    },
    forceCloseConnections: 'idle',
    bodyLimit: BODY_MAX_BYTES,
    trustProxy: parts.proxies.length > 0 ? [...parts.proxies] : false,
    http: { requestTimeout: limits.requestWithinMs, connectionsCheckingInterval: 1_000 },
  });
  app.server.maxConnections = limits.connectionsMost;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, async () => null);
  app.addHook('onRequest', async (request, reply) => {
    if (!requests.take(request.ip)) return sendNotice(request, reply, visit, 'too-often');
    if (request.method === 'POST' && !isFromOurPage(request.headers, publicUrl))
      return sendNotice(request, reply, visit, 'elsewhere');
  });
  app.setNotFoundHandler((request, reply) => sendNotice(request, reply, visit, 'unknown'));
  answerFaults(app, visit);
  addFiles(app, publicUrl);
  addLinkRoutes(app, visit);
  addMemberRoutes(app, visit);
  return app;
}

/** Of the address nothing is said: a code stands in it. */
function answerFaults(app: FastifyInstance, visit: Visit): void {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof NotYet) return sendNotice(request, reply, visit, 'not-yet');
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    // It cannot be read; the rest of it is not waited for.
    if (status < 500) return sendNotice(request, reply.header('connection', 'close'), visit, 'unknown');
    visit.log.error({ event: 'link-page-failed', ...errorFields(error) });
    return sendNotice(request, reply, visit, 'later');
  });
}

function addFiles(app: FastifyInstance, publicUrl: string): void {
  const headers = { ...pageHeaders(publicUrl), 'cache-control': 'no-cache' };
  for (const [path, { type, content, tag }] of loadFiles()) {
    app.get(path, (request, reply) => {
      reply.headers({ ...headers, etag: tag }).type(type);
      return request.headers['if-none-match'] === tag ? reply.code(304).send() : reply.send(content);
    });
  }
  app.get('/robots.txt', (_, reply) => reply.headers(headers).type('text/plain').send('User-agent: *\nDisallow: /\n'));
}
