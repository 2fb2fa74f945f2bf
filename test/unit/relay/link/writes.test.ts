import { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { BuiltInBroker } from '../../../../deploy/demo/broker.js';
import { Connection } from '../../../../relay/link/connection.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { until } from '../../../support/wait.js';

const broker = new BuiltInBroker();
let connection: Connection | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await connection?.stop();
  await broker.stop();
});

test('what is published in one turn of the event loop, by whatever task, goes out in one write', async () => {
  await broker.start();
  const heard: string[] = [];
  const opened = new Connection(
    {
      ...{ url: broker.url, clientId: 'r', subscription: 'up', share: 'off', probeTopic: 'probe', alsoHear: ['down'] },
      ...{ stateTopic: 'state', clock: systemClock, random: () => 0.5 },
    },
    {
      ...{ onConnected() {}, onShared() {}, onDisconnected() {} },
      onMessage: (_, payload) => heard.push(payload.toString()),
    },
  );
  connection = opened;
  opened.start();
  await until('the connection', () => opened.up);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const port = Number(new URL(broker.url).port);
  let writes = 0;
  for (const method of ['_write', '_writev'] as const) {
    const real = Socket.prototype[method];
    vi.spyOn(Socket.prototype, method).mockImplementation(function (this: Socket, ...args: unknown[]) {
      if (this.remotePort === port) writes += 1;
      return Reflect.apply(real as (...all: unknown[]) => void, this, args);
    });
  }
  const say = (n: number): boolean => opened.publish('down', Buffer.from(String(n)));
  await new Promise<void>((resolve) => setImmediate(resolve));
  for (let n = 1; n <= 5; n++) {
    say(n);
    await new Promise<void>((resolve) => process.nextTick(resolve));
  }
  expect(writes).toBe(0);
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  expect(writes).toBe(1);
  await until('all of it', () => heard.length === 5);
  expect(heard).toEqual(['1', '2', '3', '4', '5']);
});
