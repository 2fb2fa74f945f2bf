import type { IncomingMessage, ServerResponse } from 'node:http';

/** How the API's handlers look, and how they answer. */

export type Call = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly id: string };
export type Handler = (call: Call) => Promise<void> | void;
export type Route = { readonly path: RegExp; readonly methods: Readonly<Record<string, Handler>> };

export function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
