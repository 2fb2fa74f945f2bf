import { randomBytes } from 'node:crypto';
import mqtt, { type MqttClient } from 'mqtt';
import { decodeDown, encodeUp } from '../../../protocol/codec.js';
import { bootTag } from '../../../protocol/ids.js';
import type { Hello } from '../../../protocol/messages.js';
import { anyRelayStateTopic, downTopic, kioskStateTopic, upTopic } from '../../../protocol/topics.js';
import type { Arena } from '../../relays/arena.js';
import { sleep } from '../../support/wait.js';
import { peakMb, residentMb } from './process.js';

/**
 * Many kiosks on one relay: each a connection of its own to the broker, with its last will and its subscriptions, that has said
 * Hello and has been greeted.
 */

export const crowdNames = (kiosks: number): string[] => Array.from({ length: kiosks }, (_, i) => `crowd-${i}`);

export type Crowd = {
  readonly kiosks: number;
  /** The relay's memory when all are there, and the most it ever had. */
  readonly residentMb: number;
  readonly peakMb: number;
  /** Until the last was greeted. */
  readonly seconds: number;
};

const AT_ONCE = 100;
const GREETED_WITHIN_MS = 60_000;
const HELLO_AGAIN_MS = 5_000;
/** Longer than what is due every few seconds in a relay. */
const LOOK_AFTER_MS = 5_000;

export async function crowd(arena: Arena, kiosks: number): Promise<Crowd> {
  const names = crowdNames(kiosks);
  const clients: MqttClient[] = [];
  const from = performance.now();
  try {
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const some = names.slice(at, at + AT_ONCE);
      clients.push(...(await Promise.all(some.map((name) => joins(arena.brokerUrl, name)))));
    }
    const seconds = (performance.now() - from) / 1_000;
    await sleep(LOOK_AFTER_MS);
    const connected = clients.filter((client) => client.connected).length;
    if (connected < kiosks) throw new Error(`bench: ${kiosks - connected} of ${kiosks} kiosks lost their connection`);
    const pid = arena.relays[0]?.pid ?? 0;
    return { kiosks, residentMb: residentMb(pid), peakMb: peakMb(pid), seconds };
  } finally {
    for (const client of clients) client.end(true);
  }
}

/** Resolves when it has been greeted. */
async function joins(url: string, name: string): Promise<MqttClient> {
  const nonce = randomBytes(16).toString('hex');
  const state = (online: boolean): string => JSON.stringify({ online, boot: bootTag(nonce) });
  const topic = kioskStateTopic(name);
  const client = await mqtt.connectAsync(url, {
    ...{ protocolVersion: 4, clientId: `kiosk-${name}`, reconnectPeriod: 0, keepalive: 60 },
    will: { topic, payload: Buffer.from(state(false)), qos: 1, retain: true },
  });
  const greeted = new Promise<void>((resolve) => {
    client.on('message', (at, payload) => {
      if (at === downTopic(name) && decodeDown(payload).body.type === 'welcome') resolve();
    });
  });
  await client.subscribeAsync([downTopic(name), anyRelayStateTopic], { qos: 1 });
  await client.publishAsync(topic, state(true), { qos: 1, retain: true });
  const say = (): unknown => client.publish(upTopic(name), helloOf(nonce), { qos: 1 });
  say();
  const again = setInterval(say, HELLO_AGAIN_MS);
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(`bench: ${name} was not greeted`)), GREETED_WITHIN_MS);
  });
  try {
    await Promise.race([greeted, late]);
  } finally {
    clearInterval(again);
    clearTimeout(limit);
  }
  return client;
}

function helloOf(nonce: string): Buffer {
  const hello: Hello = {
    ...{ type: 'hello', epoch: 'ee'.repeat(16), number: 1, nonce, chain: [nonce], board: 'board' },
    ...{ atMs: 1, open: [], version: 'bench' },
  };
  return Buffer.from(encodeUp({ boot: bootTag(nonce), seq: 1, body: hello }));
}
