import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NotificationReply, RawNotification } from '../../../relay/acquirers/contract.js';

/** Where an acquirer's notifications arrive: keeps each as its bytes, and answers as it is told to. */
export type Receiver = {
  readonly url: string;
  readonly heard: RawNotification[];
  /** The answer to the n-th, from 0. */
  answer: (n: number) => NotificationReply;
  stop(): Promise<void>;
};

export async function receive(path: string): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      receiver.heard.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
      const { status, contentType, body } = receiver.answer(receiver.heard.length - 1);
      response.writeHead(status, { 'Content-Type': contentType, Connection: 'close' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    heard: [],
    answer: () => ({ status: 500, contentType: 'text/plain', body: 'not told what to say' }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
