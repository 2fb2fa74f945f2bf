import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NAME_PATTERN } from '../../protocol/limits.js';
import { formatAmount } from '../../protocol/money.js';
import { type Handler, type Route, reply } from './answers.js';
import type { OrderDesk } from './desk.js';
import { linkRoutes } from './link-routes.js';
import type { OrderLog } from './log.js';
import type { Order } from './order.js';
import { ApiError, checkHost, readOrder, readVendResult } from './requests.js';
import { HEARTBEAT_DEFAULT_MS, OrderStreams } from './streams.js';

/** The local HTTP API by which a kiosk app sells: loopback only, without a framework, as memory is dear on a kiosk. */

const HOST = '127.0.0.1';
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTIONS_MAX = 64;
const HEADERS_MAX_BYTES = 8_192;

export type OrderApiParts = {
  readonly desk: OrderDesk;
  readonly log: OrderLog;
  /** 0: any free one. */
  readonly port: number;
  readonly heartbeatMs?: number;
  /** A machine places the orders, and hands out only for those. */
  readonly byMachine?: boolean;
  /** A fault of our own; the caller got 500 and no detail. */
  readonly onFault?: (error: unknown) => void;
};

export type OrderApi = {
  /** @returns the port it listens on; rejects when the port is taken */
  start(): Promise<{ readonly port: number }>;
  /** Ends open streams too. */
  stop(): Promise<void>;
};

function contentOf({ id, amount, currency, reference }: Order) {
  return { id, amount: formatAmount({ amount, currency }), currency, reference };
}

/** An order that the log knows, or 404. */
function known(log: OrderLog, id: string): void {
  if (log.has(id)) return;
  throw new ApiError(404, 'unknown-order', 'order: found none of this id among the last ones');
}

function orderHandlers({ desk, log, byMachine = false }: OrderApiParts) {
  const place: Handler = async ({ request, response }) => {
    if (byMachine) throw new ApiError(409, 'by-machine', 'order: the vending machine places the orders of this kiosk');
    const placed = desk.place(await readOrder(request));
    if (placed.ok) {
      log.describe(placed.order);
      return reply(response, 201, contentOf(placed.order));
    }
    const more: Record<string, string> = placed.reason === undefined ? {} : { reason: placed.reason };
    if (placed.code === 'busy') {
      throw new ApiError(409, 'busy', 'order: another one is open; wait for its end or cancel it', more);
    }
    throw new ApiError(503, 'out-of-service', 'kiosk: takes no payments now; see /v1/status', more);
  };

  const show: Handler = ({ response, id }) => {
    known(log, id);
    const order = log.order(id);
    const events = log.history(id).map(({ atMs, event }) => ({ at: atMs, ...event }));
    const last = events.at(-1);
    reply(response, 200, {
      ...(order === undefined ? { id } : contentOf(order)),
      ...(last === undefined ? {} : { ...last }),
      events,
    });
  };

  const cancel: Handler = ({ response, id }) => {
    known(log, id);
    const result = desk.cancel(id);
    if (result !== 'unknown') return reply(response, result === 'cancelled' ? 200 : 202, { id, result });
    throw new ApiError(409, 'ended', 'order: found one that cannot be cancelled any more');
  };

  const vend: Handler = async ({ request, response, id }) => {
    known(log, id);
    const result = await readVendResult(request);
    if (desk.report(id, result)) return reply(response, 200, { id, result });
    throw new ApiError(409, 'not-vending', 'order: found one whose vend is not waited for');
  };
  return { place, show, cancel, vend };
}

function routesOf(parts: OrderApiParts, streams: OrderStreams): readonly Route[] {
  const { desk, log } = parts;
  const { place, show, cancel, vend } = orderHandlers(parts);
  const follow: Handler = ({ request, response, id }) => {
    known(log, id);
    streams.follow(id, request, response);
  };
  return [
    { path: /^\/v1\/orders$/, methods: { POST: place } },
    { path: /^\/v1\/orders\/([^/]+)$/, methods: { GET: show, DELETE: cancel } },
    { path: /^\/v1\/orders\/([^/]+)\/events$/, methods: { GET: follow } },
    { path: /^\/v1\/orders\/([^/]+)\/vend$/, methods: { POST: vend } },
    ...linkRoutes(desk),
    { path: /^\/v1\/events$/, methods: { GET: ({ response }) => streams.followAll(response) } },
    { path: /^\/v1\/status$/, methods: { GET: ({ response }) => reply(response, 200, desk.status()) } },
  ];
}

async function handle(routes: readonly Route[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  checkHost(request);
  const path = (request.url ?? '').split('?')[0] ?? '';
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match === null) continue;
    const handler = Object.hasOwn(route.methods, request.method ?? '')
      ? route.methods[request.method ?? '']
      : undefined;
    if (handler === undefined) {
      const allow = Object.keys(route.methods).join(', ');
      response.setHeader('allow', allow);
      throw new ApiError(405, 'method', `method: found another one, expected ${allow}`);
    }
    const id = match[1] ?? '';
    if (id !== '' && !NAME_PATTERN.test(id)) throw new ApiError(404, 'unknown-order', 'order: found no id of an order');
    return handler({ request, response, id });
  }
  throw new ApiError(404, 'unknown-path', 'path: found none of this API, expected one below /v1/');
}

function fail(response: ServerResponse, error: unknown, onFault: (error: unknown) => void): void {
  const known = error instanceof ApiError;
  if (!known && !response.destroyed) onFault(error);
  if (response.destroyed) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of a body that was refused is not read: the connection ends with the answer.
  response.setHeader('connection', 'close');
  const { status, code, message, more } = known
    ? error
    : new ApiError(500, 'internal', 'the kiosk has a fault; see its log');
  reply(response, status, { error: { code, ...more, message } });
}

export function createOrderApi(parts: OrderApiParts): OrderApi {
  const streams = new OrderStreams(parts.log, parts.heartbeatMs ?? HEARTBEAT_DEFAULT_MS);
  const routes = routesOf(parts, streams);
  let server: Server | undefined;

  return {
    async start() {
      const made = createServer({ maxHeaderSize: HEADERS_MAX_BYTES, requestTimeout: REQUEST_TIMEOUT_MS });
      made.headersTimeout = REQUEST_TIMEOUT_MS;
      made.maxConnections = CONNECTIONS_MAX;
      made.on('request', (request, response) => {
        handle(routes, request, response).catch((error: unknown) => fail(response, error, parts.onFault ?? (() => {})));
      });
      await new Promise<void>((resolve, reject) => {
        made.once('error', reject);
        made.listen(parts.port, HOST, resolve);
      });
      server = made;
      return { port: (made.address() as AddressInfo).port };
    },
    async stop() {
      const running = server;
      server = undefined;
      if (running === undefined) return;
      streams.stop();
      const closed = new Promise<void>((resolve) => running.close(() => resolve()));
      running.closeAllConnections();
      await closed;
    },
  };
}
