import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { brokerPlace, databasePlace } from '../../deploy/demo/given.js';
import { until } from '../support/wait.js';
import { alive, descendants, freshCode, runDemo } from './run.js';

/** A broker or database that a variable points to and that cannot be used: exit 2, one line, nothing tried or left. */

const temp = mkdtempSync(join(tmpdir(), 'quietzone-given-test-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));

const PASSWORD = 'hunter2';
const open: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

/** "127.0.0.1:port" of a server that does `serve` to each connection. */
async function listener(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
}

/** A port on which nothing listens any more. */
async function nobody(): Promise<string> {
  const address = await listener(() => {});
  open.pop()?.server.close();
  return address;
}

const silent = (): Promise<string> => listener(() => {});
const rude = (): Promise<string> =>
  listener((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')));

/** Lets in only "kiosk" with the password. */
async function lockedBroker(): Promise<string> {
  const aedes = await Aedes.createBroker();
  aedes.authenticate = (_client, username, password, done) =>
    done(null, username === 'kiosk' && password?.toString() === PASSWORD);
  return await listener((socket) => aedes.handle(socket));
}

/** A PostgreSQL server as far as its refusal; protocol 3.0, ErrorResponse. */
const refusingServer = (sqlState: string): Promise<string> =>
  listener((socket) =>
    socket.once('data', () => {
      const body = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0Mit was said with ${PASSWORD}\0\0`);
      const head = Buffer.alloc(5);
      head.write('E');
      head.writeUInt32BE(body.length + 4, 1);
      socket.end(Buffer.concat([head, body]));
    }),
  );

const scan = (): string[] => ['--scan', freshCode(), '--amount', '35.50', '--currency', 'HKD'];

async function refused(args: readonly string[], variable: string, value: string): Promise<string> {
  const run = runDemo(args, { QUIETZONE_BROKER_URL: '', QUIETZONE_DATABASE_URL: '', [variable]: value, TMPDIR: temp });
  const pid = run.child.pid ?? 0;
  const seen = new Set<number>();
  const watch = setInterval(() => {
    for (const child of descendants(pid)) seen.add(child);
  }, 20);
  const code = await run.ended;
  clearInterval(watch);
  expect(code).toBe(2);
  expect(run.stdout()).toBe('');
  expect(run.stderr().trimEnd().split('\n')).toHaveLength(1);
  expect(run.stderr()).toMatch(new RegExp(`^${variable}: .*unset ${variable}`));
  expect(run.stderr()).not.toContain(PASSWORD);
  expect([...seen]).toEqual([]);
  expect(readdirSync(temp)).toEqual([]);
  return run.stderr();
}

describe('QUIETZONE_BROKER_URL', () => {
  const says = (value: string, args = scan()) => refused(args, 'QUIETZONE_BROKER_URL', value);

  test.each([
    `nonsense ${PASSWORD}`,
    `http://kiosk:${PASSWORD}@127.0.0.1:1883/`,
    `mqtt://kiosk:${PASSWORD}@127.0.0.1:1883/path`,
    `mqtt://127.0.0.1:1883?password=${PASSWORD}`,
    'mqtt://',
  ])('no address: %s', (value) => {
    expect(() => brokerPlace(value)).toThrow(`found ${value.length} characters that are no broker's address`);
    expect(() => brokerPlace(value)).not.toThrow(PASSWORD);
  });

  test('no address, on the command line', async () => {
    expect(await says(`nonsense ${PASSWORD}`)).toContain("that are no broker's address");
  }, 20_000);

  test('user and password come percent-encoded, and both', () => {
    expect(brokerPlace('mqtts://me%40home:p%2Fw@broker.example:8883')).toEqual({
      url: 'mqtts://broker.example:8883',
      login: { username: 'me@home', password: 'p/w' },
    });
    expect(brokerPlace('mqtt://127.0.0.1:1883/')).toEqual({ url: 'mqtt://127.0.0.1:1883' });
    for (const half of ['mqtt://kiosk@127.0.0.1:1883', `mqtt://:${PASSWORD}@127.0.0.1`, 'mqtt://%zz:x@127.0.0.1']) {
      expect(() => brokerPlace(half)).toThrow('found only one of user and password');
    }
  });

  test('nothing listens there', async () => {
    const address = await nobody();
    expect(await says(`mqtt://${address}`)).toContain(
      `${address}: nothing listens there (ECONNREFUSED); start a broker`,
    );
  }, 20_000);

  test('the page too', async () => {
    expect(await says(`mqtt://${await nobody()}`, [])).toContain('nothing listens there');
  }, 20_000);

  test('no user where one is wanted, and a wrong password', async () => {
    const address = await lockedBroker();
    expect(await says(`mqtt://${address}`)).toContain('the broker wants a user and a password; start a broker');
    expect(await says(`mqtt://kiosk:${PASSWORD}x@${address}`)).toContain(
      `${address}: the broker refuses the user or the password;`,
    );
  }, 20_000);

  test('it takes the connection and says nothing', async () => {
    expect(await says(`mqtt://${await silent()}`)).toContain('no MQTT broker has answered within 5 s');
  }, 20_000);

  test('it is no broker', async () => {
    expect(await says(`mqtt://${await rude()}`)).toMatch(/as if it were no MQTT broker|the connection failed/);
  }, 20_000);

  test('with the right user and password it is used, and the password is printed nowhere', async () => {
    const broker = `mqtt://kiosk:${PASSWORD}@${await lockedBroker()}`;
    const run = runDemo([...scan(), '--json'], {
      QUIETZONE_BROKER_URL: broker,
      QUIETZONE_DATABASE_URL: '',
      TMPDIR: temp,
    });
    expect(await run.ended).toBe(0);
    expect(JSON.parse(run.stdout())).toMatchObject({ outcome: 'delivered' });
    expect(run.stdout() + run.stderr()).not.toContain(PASSWORD);
    expect(readdirSync(temp)).toEqual([]);
  }, 90_000);
});

describe('QUIETZONE_DATABASE_URL', () => {
  const says = (value: string, args = scan()) => refused(args, 'QUIETZONE_DATABASE_URL', value);
  const url = (address: string): string => `postgres://kiosk:${PASSWORD}@${address}/postgres`;

  test.each([`nonsense ${PASSWORD}`, `mysql://kiosk:${PASSWORD}@127.0.0.1/x`, 'postgres://%zz@127.0.0.1/x'])(
    'no address: %s',
    (value) => {
      const says = `found ${value.length} characters that are no address of a PostgreSQL database`;
      expect(() => databasePlace(value)).toThrow(says);
      expect(() => databasePlace(value)).not.toThrow(PASSWORD);
    },
  );

  test('no address, on the command line', async () => {
    expect(await says(`nonsense ${PASSWORD}`)).toContain('that are no address of a PostgreSQL database');
  }, 20_000);

  test('nothing listens there', async () => {
    const address = await nobody();
    expect(await says(url(address))).toContain(
      `${address}: nothing listens there (ECONNREFUSED); give a PostgreSQL server`,
    );
  }, 20_000);

  test('the page too', async () => {
    expect(await says(url(await nobody()), [])).toContain('nothing listens there');
  }, 20_000);

  test.each([
    ['28P01', 'the server refuses the user or the password'],
    ['28000', 'the server refuses this user'],
    ['3D000', 'the server has no database of that name'],
    ['42501', 'the role may not create databases; grant it CREATEDB'],
    ['XX000', 'the connection failed (XX000)'],
  ])(
    'refused with %s',
    async (sqlState, words) => {
      expect(await says(url(await refusingServer(sqlState)))).toContain(words);
    },
    20_000,
  );

  test('it takes the connection and says nothing', async () => {
    expect(await says(url(await silent()))).toContain('nothing has answered within 5 s');
  }, 20_000);

  test('it is no PostgreSQL server', async () => {
    expect(await says(url(await rude()))).toMatch(/closed the connection|the connection failed|nothing has answered/);
  }, 20_000);
});

test('a signal while the database is awaited ends the demo, and nothing is left', async () => {
  const run = runDemo(scan(), {
    QUIETZONE_BROKER_URL: '',
    QUIETZONE_DATABASE_URL: `postgres://x:y@${await silent()}/z`,
    TMPDIR: temp,
  });
  const pid = run.child.pid ?? 0;
  await until('the folder to be there', () => readdirSync(temp).length > 0);
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(143);
  expect(alive(descendants(pid))).toEqual([]);
  expect(readdirSync(temp)).toEqual([]);
}, 20_000);
