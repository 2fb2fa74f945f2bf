import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageFile } from './files.js';

/** Sent with every answer. The page may stand in a frame of the same machine (the demo), and loads nothing from elsewhere. */
export const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors http://127.0.0.1:* http://localhost:*",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

export type Refusal = { readonly status: number; readonly text: string };

/**
 * Only this machine's own names for the server are answered: a foreign web page whose name was pointed at 127.0.0.1
 * (DNS rebinding) comes with its own name in Host.
 * @param posts the path takes POST, and nothing else
 */
export function refusalOf(request: IncomingMessage, port: number, posts = false): Refusal | undefined {
  const host = request.headers.host?.toLowerCase();
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return { status: 421, text: `Host: expected 127.0.0.1:${port} or localhost:${port}\n` };
  }
  if (posts) return request.method === 'POST' ? undefined : { status: 405, text: 'Method: expected POST\n' };
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, text: 'Method: expected GET\n' };
  return undefined;
}

export function sendText(response: ServerResponse, { status, text }: Refusal): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

export function sendFile(request: IncomingMessage, response: ServerResponse, { type, content }: PageFile): void {
  response.writeHead(200, { ...securityHeaders, 'content-type': type, 'content-length': content.length });
  response.end(request.method === 'HEAD' ? undefined : content);
}
