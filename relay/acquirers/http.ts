import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { UnknownDetail } from './contract.js';

/**
 * One POST to an acquirer, told apart by what matters for money: did a byte of it leave this machine or not?
 *
 * Every call opens its own connection and nothing is written before that connection stands (for TLS: before the
 * handshake is done and the certificate checked). So a failure up to there is `not-sent` beyond doubt, and everything
 * after is `unknown`. A kept-alive connection could not tell a request that died with a stale socket from one that was
 * read and then lost, and retrying it would be a guess with the customer's money. Nothing is ever retried here.
 */
export type PostCall = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** For the whole call, from look-up to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Nothing is written after `at`: looked at once the connection stands, since look-up and handshakes take their time. */
  readonly notAfter?: { readonly at: Date; readonly clock: () => Date } | undefined;
  /** Certificates to trust beside nothing else; the system's own when absent. */
  readonly caPem?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type PostResult =
  | { readonly kind: 'answer'; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
  | { readonly kind: 'not-sent'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: UnknownDetail };

/** The system's name of a fault (ECONNREFUSED, CERT_HAS_EXPIRED): its message may hold what we sent, the name never. */
function faultName(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'connection-failed';
}

function openSocket(url: URL, caPem: string | undefined): { socket: Socket; ready: 'connect' | 'secureConnect' } {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'http:') {
    return { socket: connectTcp({ host, port: Number(url.port || 80), noDelay: true }), ready: 'connect' };
  }
  const socket = connectTls({
    host,
    port: Number(url.port || 443),
    ALPNProtocols: ['http/1.1'],
    // Said, or NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would take a stranger for the acquirer.
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(caPem === undefined ? {} : { ca: caPem }),
  });
  socket.setNoDelay(true);
  return { socket, ready: 'secureConnect' };
}

/** Reads the whole answer, or says why there is none. */
function readAnswer(response: IncomingMessage, maxBytes: number, done: (result: PostResult) => void): void {
  if (response.statusCode !== 200) {
    done({ kind: 'unknown', detail: 'http-status' });
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) done({ kind: 'unknown', detail: 'shape' });
    else chunks.push(chunk);
  });
  response.on('error', () => done({ kind: 'unknown', detail: 'io' }));
  response.on('end', () => done({ kind: 'answer', headers: response.headers, body: Buffer.concat(chunks) }));
}

function send(call: PostCall, socket: Socket, done: (result: PostResult) => void): void {
  const outgoing = request({
    method: 'POST',
    path: call.url.pathname + call.url.search,
    headers: { ...call.headers, Host: call.url.host, 'Content-Length': String(call.body.length) },
    createConnection: () => socket,
  });
  outgoing.on('error', () => done({ kind: 'unknown', detail: 'io' }));
  outgoing.on('response', (response) => readAnswer(response, call.maxAnswerBytes, done));
  outgoing.end(call.body);
}

const isTooLate = (notAfter: PostCall['notAfter']): boolean =>
  notAfter !== undefined && notAfter.clock().getTime() > notAfter.at.getTime();

/** Never rejects, and leaves nothing open. An aborted call is `unknown` wherever it stood. */
export function post(call: PostCall): Promise<PostResult> {
  return new Promise((resolve) => {
    if (call.signal?.aborted) {
      resolve({ kind: 'unknown', detail: 'io' });
      return;
    }
    let opened: ReturnType<typeof openSocket>;
    try {
      opened = openSocket(call.url, call.caPem);
    } catch (error) {
      resolve({ kind: 'not-sent', detail: faultName(error) });
      return;
    }
    const { socket, ready } = opened;
    let sent = false;
    let settled = false;
    const done = (result: PostResult): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      // A destroyed socket may still report what broke it.
      socket.on('error', () => undefined);
      socket.destroy();
      resolve(result);
    };
    const onAbort = (): void => done({ kind: 'unknown', detail: 'io' });
    const timer = setTimeout(() => {
      done(sent ? { kind: 'unknown', detail: 'timeout' } : { kind: 'not-sent', detail: 'connect-timeout' });
    }, call.timeoutMs);
    call.signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error) => {
      done(sent ? { kind: 'unknown', detail: 'io' } : { kind: 'not-sent', detail: faultName(error) });
    });
    socket.once('close', () => {
      done(sent ? { kind: 'unknown', detail: 'io' } : { kind: 'not-sent', detail: 'closed-before-sending' });
    });
    socket.once(ready, () => {
      if (settled) return;
      if (isTooLate(call.notAfter)) {
        done({ kind: 'not-sent', detail: 'too-late' });
        return;
      }
      sent = true;
      try {
        send(call, socket, done);
      } catch {
        done({ kind: 'unknown', detail: 'io' });
      }
    });
  });
}
