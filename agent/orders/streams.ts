import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OrderId } from '../../protocol/ids.js';
import type { LoggedEvent, OrderLog } from './log.js';
import { ApiError } from './requests.js';

/** Followers at once; a kiosk app needs one or two. */
export const STREAMS_MAX = 16;
/** What may wait for a follower that does not read; more, and it is cut off. */
export const STREAM_BUFFER_MAX_BYTES = 65_536;
export const HEARTBEAT_DEFAULT_MS = 15_000;

const openHead = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

/** Server-sent events: history first, then as it happens. */
export class OrderStreams {
  readonly #log: OrderLog;
  readonly #heartbeatMs: number;
  readonly #open = new Set<ServerResponse>();

  constructor(log: OrderLog, heartbeatMs: number) {
    this.#log = log;
    this.#heartbeatMs = heartbeatMs;
  }

  get count(): number {
    return this.#open.size;
  }

  /** One order, to its `ended` event. A follower that comes back (Last-Event-ID) gets what it has missed. */
  follow(id: OrderId, request: IncomingMessage, response: ServerResponse): void {
    const seen = Number(request.headers['last-event-id'] ?? 0) || 0;
    const missed = this.#log.history(id).filter(({ seq }) => seq > seen);
    if (missed.length === 0 && this.#log.ended(id)) {
      // Tells an EventSource to stay away; a stream that just ends would bring it back for ever.
      response.writeHead(204).end();
      return;
    }
    const send = (logged: LoggedEvent): void => {
      write(response, `id: ${logged.seq}\ndata: ${JSON.stringify({ at: logged.atMs, ...logged.event })}\n\n`);
      if (logged.event.state === 'ended') response.end();
    };
    const stop = this.#begin(response);
    for (const logged of missed) send(logged);
    stop(this.#log.subscribe(id, (_, logged) => send(logged)));
  }

  /** Every order: first the history of those still open, then everything, without end. */
  followAll(response: ServerResponse): void {
    const send = (order: OrderId, { atMs, event }: LoggedEvent): void =>
      write(response, `data: ${JSON.stringify({ order, at: atMs, ...event })}\n\n`);
    const stop = this.#begin(response);
    for (const id of this.#log.open()) for (const logged of this.#log.history(id)) send(id, logged);
    stop(this.#log.subscribeAll(send));
  }

  /** Ends them all. */
  stop(): void {
    for (const response of this.#open) response.destroy();
  }

  /** @returns what takes the subscription to be ended with the stream */
  #begin(response: ServerResponse): (unsubscribe: () => void) => void {
    if (this.#open.size >= STREAMS_MAX) {
      const message = `event streams: found ${this.#open.size} open, expected fewer; close one`;
      throw new ApiError(503, 'too-many-streams', message);
    }
    response.writeHead(200, openHead);
    response.flushHeaders();
    this.#open.add(response);
    const heartbeat = setInterval(() => write(response, ': heartbeat\n\n'), this.#heartbeatMs);
    heartbeat.unref();
    let end = (): void => {};
    let closed = false;
    response.once('close', () => {
      closed = true;
      clearInterval(heartbeat);
      this.#open.delete(response);
      end();
    });
    return (unsubscribe) => {
      end = unsubscribe;
      if (closed || response.writableEnded) unsubscribe();
    };
  }
}

function write(response: ServerResponse, text: string): void {
  if (response.destroyed || response.writableEnded) return;
  response.write(text);
  if (response.writableLength > STREAM_BUFFER_MAX_BYTES) response.destroy();
}
