import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BrokerConnection, type ConnectionOptions } from '../../../../agent/link/connection.js';
import { until } from '../../../support/wait.js';

/** The kiosk's connection against a real broker that refuses, cuts and comes back. */

let aedes: Aedes;
let server: Server;
const sockets = new Set<Socket>();
let refusals = 0;
const states: string[] = [];
let connection: BrokerConnection | undefined;

beforeEach(async () => {
  refusals = 0;
  states.length = 0;
  aedes = await Aedes.createBroker({
    authenticate: (_client, _name, _password, done) => {
      if (refusals === 0) return done(null, true);
      refusals -= 1;
      return done(Object.assign(new Error('not now'), { returnCode: 5 as const }), false);
    },
  });
  aedes.on('publish', (packet) => {
    if (packet.topic === 'k/state') states.push(packet.payload.toString());
  });
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await connection?.stop();
  connection = undefined;
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => aedes.close(() => resolve(undefined)));
  await new Promise((resolve) => server.close(resolve));
});

function start(over: Partial<ConnectionOptions> = {}) {
  const seen = { connected: 0, lost: [] as string[], messages: [] as string[] };
  connection = new BrokerConnection({
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: 'k',
    keepaliveSeconds: 5,
    connectTimeoutMs: 1_000,
    reconnectBaseMs: 20,
    reconnectMaxMs: 100,
    subscriptions: ['k/down'],
    will: { topic: 'k/state', payload: 'offline' },
    onlinePayload: 'online',
    random: () => 0.5,
    ...over,
  });
  connection.start({
    onConnected: () => {
      seen.connected += 1;
    },
    onDisconnected: (why) => seen.lost.push(why),
    onMessage: (_topic, payload) => seen.messages.push(payload.toString()),
  });
  return { connection, seen };
}

it('comes back after the broker refused it, where the library gives up for ever', async () => {
  refusals = 3;
  const { seen } = start();
  await until('connected', () => seen.connected === 1);
  expect(seen.lost).toHaveLength(3);
});

it('hears its subscription again after each cut, and tells each loss once', async () => {
  const { seen } = start();
  for (let cut = 1; cut <= 3; cut++) {
    await until('connected', () => seen.connected === cut);
    aedes.publish(
      { cmd: 'publish', topic: 'k/down', payload: `m${cut}`, qos: 1, retain: false, dup: false },
      () => undefined,
    );
    await until('the message', () => seen.messages.length === cut);
    for (const socket of sockets) socket.destroy();
    await until('the loss', () => seen.lost.length === cut);
  }
  expect(seen.messages).toEqual(['m1', 'm2', 'm3']);
});

it('says that nothing was sent while there is no broker', async () => {
  const { connection: link, seen } = start();
  expect(link.publish('k/up', Buffer.from('x'))).toBe(false);
  await until('connected', () => seen.connected === 1);
  expect(link.publish('k/up', Buffer.from('x'))).toBe(true);
  for (const socket of sockets) socket.destroy();
  await until('the loss', () => seen.lost.length === 1);
  expect(link.publish('k/up', Buffer.from('x'))).toBe(false);
});

it('is announced online, by its will when it is lost, and by itself when it stops', async () => {
  const { connection: link, seen } = start();
  await until('connected', () => states.at(-1) === 'online');
  for (const socket of sockets) socket.destroy();
  await until('the will', () => states.at(-1) === 'offline');
  await until('connected again', () => states.at(-1) === 'online' && seen.connected === 2);
  await link.stop();
  expect(states.at(-1)).toBe('offline');
});

it('waits with full jitter: between nothing and a ceiling that doubles up to the maximum', async () => {
  refusals = 8;
  const draws: number[] = [];
  const begun = performance.now();
  const { seen } = start({
    reconnectBaseMs: 10,
    reconnectMaxMs: 40,
    random: () => {
      draws.push(performance.now());
      return 0.999;
    },
  });
  await until('connected', () => seen.connected === 1);
  expect(draws).toHaveLength(8);
  // 10 + 20 + 40 × 6, and never a wait above the maximum beside the time that a connection takes.
  expect(performance.now() - begun).toBeGreaterThan(260);
});
