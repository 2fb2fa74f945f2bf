import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seeded } from '../../bench/random.js';
import { sleep, until } from '../../support/wait.js';
import { TcpProxy } from './proxy.js';

/** The bad network does what it says; a storm through a proxy that changes nothing would prove nothing. */

let server: Server;
let proxy: TcpProxy;
const accepted: Socket[] = [];
const heard: string[] = [];

beforeEach(async () => {
  accepted.length = 0;
  heard.length = 0;
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => {}).on('data', (bytes) => heard.push(bytes.toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const target = address && typeof address === 'object' ? address.port : 0;
  proxy = new TcpProxy({ name: 'test', target, random: seeded(7) });
  await proxy.start();
});
afterEach(async () => {
  await proxy.stop();
  for (const socket of accepted) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function client(): Promise<Socket> {
  const before = accepted.length;
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => {});
  await until('the connection to arrive', () => accepted.length > before);
  return socket;
}

const text = (): string => heard.join('');

test('passes bytes both ways, and a close', async () => {
  const socket = await client();
  const answers: string[] = [];
  socket.on('data', (bytes) => answers.push(bytes.toString()));
  socket.write('up');
  await until('the request', () => text() === 'up');
  accepted[0]?.write('down');
  await until('the answer', () => answers.join('') === 'down');
  const closed = new Promise((resolve) => accepted[0]?.once('close', resolve));
  socket.end();
  await closed;
});

test('a cut loses what is under way, and both sides hear of it', async () => {
  const socket = await client();
  proxy.slow(1, 60_000);
  socket.write('lost');
  await sleep(30);
  const closed = [socket, ...accepted].map((end) => new Promise((resolve) => end.once('close', resolve)));
  expect(proxy.cut(1)).toBe(1);
  await Promise.all(closed);
  expect(text()).toBe('');
});

test('a delay keeps the order, and delivers after the sender has gone', async () => {
  const socket = await client();
  const began = performance.now();
  proxy.slow(1, 150);
  socket.write('1');
  await sleep(40);
  proxy.slow(1, 0);
  socket.write('2');
  socket.end();
  await until('both', () => text() === '12');
  expect(performance.now() - began).toBeGreaterThan(100);
});

test.each([true, false])('half open: nothing passes and nobody hears of it; then it arrives: %s', async (arrives) => {
  const socket = await client();
  let closed = false;
  socket.once('close', () => {
    closed = true;
  });
  const end = proxy.hole(1, 'both');
  socket.write('held');
  await sleep(80);
  expect({ text: text(), closed }).toEqual({ text: '', closed: false });
  end(arrives);
  await until('its end', () => (arrives ? text() === 'held' : closed));
  expect(text()).toBe(arrives ? 'held' : '');
});

test('refuses: standing connections break, new ones are closed at once, until it ends', async () => {
  const socket = await client();
  const broken = new Promise((resolve) => socket.once('close', resolve));
  const end = proxy.refuse();
  await broken;
  const refused = connect(proxy.port, '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => refused.once('close', resolve));
  expect(accepted).toHaveLength(1);
  end();
  (await client()).write('again');
  await until('the new connection to carry', () => text() === 'again');
});
