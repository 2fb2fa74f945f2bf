import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The whole body; undefined when it is too large or the connection breaks. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve(undefined));
  });
}

const REOPEN_TRIES = 20;
const REOPEN_WAIT_MS = 100;

/** An HTTP server on one port, which it keeps when it is closed and opened again. */
export function createListener(host: string, handler: Handler) {
  let port = 0;
  let server: ReturnType<typeof createServer> | undefined;

  function listen(at: number): Promise<void> {
    const fresh = createServer((request, response) => {
      handler(request, response).catch(() => request.socket.destroy());
    });
    return new Promise((resolve, reject) => {
      fresh.once('error', reject);
      fresh.listen(at, host, () => {
        fresh.off('error', reject);
        server = fresh;
        port = (fresh.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async function open(at: number): Promise<void> {
    if (server) return;
    for (let tries = 1; ; tries++) {
      try {
        return await listen(at || port);
      } catch (error) {
        // Only a port that was ours before is worth waiting for.
        if (port === 0 || tries >= REOPEN_TRIES) throw error;
        await wait(REOPEN_WAIT_MS);
      }
    }
  }

  /** Standing connections are destroyed with it, silent ones too. */
  async function close(): Promise<void> {
    const closing = server;
    server = undefined;
    if (!closing) return;
    await new Promise<void>((resolve) => {
      closing.close(() => resolve());
      closing.closeAllConnections();
    });
  }

  return { open, close, port: (): number => port, isOpen: (): boolean => server !== undefined };
}
