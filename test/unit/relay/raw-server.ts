import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { tlsCertificatePem, tlsKeyPem } from './antom/fixtures.js';

/** Servers made of raw sockets: what an acquirer, a proxy or a broken line may do. Real HTTP on our side. */
export type Play = (socket: Socket, request: string) => void;
export type Started = { url: string; connections: () => number; received: () => string };
/** What a test has started and shall stop. */
export const stops: (() => Promise<void>)[] = [];
export async function start(
  play: Play,
  onConnect: (socket: Socket) => void = () => undefined,
  tls = false,
): Promise<Started> {
  const sockets = new Set<Socket>();
  let received = '';
  let connections = 0;
  const serve = (socket: Socket): void => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnect(socket);
    let request = '';
    let played = false;
    socket.on('data', (chunk: Buffer) => {
      request += chunk.toString('latin1');
      received += chunk.toString('latin1');
      const length = /content-length: (\d+)/i.exec(request)?.[1];
      const head = request.indexOf('\r\n\r\n');
      if (played || head < 0 || length === undefined || request.length < head + 4 + Number(length)) return;
      played = true;
      play(socket, request);
    });
  };
  const server = tls ? createTlsServer({ key: tlsKeyPem, cert: tlsCertificatePem }, serve) : createServer(serve);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    connections: () => connections,
    received: () => received,
  };
}

export const http = (
  body: string,
  { status = '200 OK', headers = '', length = Buffer.byteLength(body) } = {},
): string => `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\n${headers}\r\n${body}`;
