import type { Readable } from 'node:stream';
import type { Clock } from '../runtime/clock.js';

/** A request that is refused for its form; `statusCode` is what fastify answers with. */
export class RequestRefused extends Error {
  override name = 'RequestRefused';
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

export const tooLarge = (maxBytes: number): RequestRefused =>
  new RequestRefused(413, `body: expected at most ${maxBytes} bytes`);

/** The whole body as it came. @throws RequestRefused when it is too large, too slow or cut off; nothing is read any further. */
export function readBytes(payload: Readable, maxBytes: number, withinMs: number, clock: Clock): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (error: RequestRefused): void => {
      cancel();
      payload.pause();
      payload.removeAllListeners('data');
      reject(error);
    };
    const cancel = clock.after(withinMs, () => fail(new RequestRefused(408, `body: expected within ${withinMs} ms`)));
    payload.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) fail(tooLarge(maxBytes));
      else chunks.push(chunk);
    });
    payload.once('end', () => {
      cancel();
      resolve(Buffer.concat(chunks, size));
    });
    payload.once('error', () => fail(new RequestRefused(400, 'body: cut off')));
    payload.once('close', () => fail(new RequestRefused(400, 'body: cut off')));
  });
}
