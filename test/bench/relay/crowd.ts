import { randomBytes } from 'node:crypto';
import mqtt from 'mqtt';
import { encodeUp } from '../../../protocol/codec.js';
import { bootTag } from '../../../protocol/ids.js';
import type { Hello } from '../../../protocol/messages.js';
import { upTopic } from '../../../protocol/topics.js';
import type { Arena } from '../../relays/arena.js';
import { until } from '../../support/wait.js';
import { countersOf } from './load.js';
import { residentMb } from './process.js';

/** Many kiosks on one relay: each says Hello, is greeted, and says it again. Their connections are the broker's to hold. */

export const crowdNames = (kiosks: number): string[] => Array.from({ length: kiosks }, (_, i) => `crowd-${i}`);

export type Crowd = { readonly kiosks: number; readonly residentMb: number; readonly seconds: number };

const AT_ONCE = 100;
const WITHIN_MS = 600_000;

export async function crowd(arena: Arena, kiosks: number): Promise<Crowd> {
  const names = crowdNames(kiosks);
  const client = await mqtt.connectAsync(arena.brokerUrl, { protocolVersion: 4, reconnectPeriod: 0 });
  const from = performance.now();
  const greeted = async (): Promise<number> => (await countersOf(arena))['hello-greet'] ?? 0;
  const nonces = names.map(() => randomBytes(16).toString('hex'));
  const before = await greeted();
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    await Promise.all(
      some.map((name, i) => client.publishAsync(upTopic(name), helloOf(nonces[at + i] ?? ''), { qos: 1 })),
    );
    await until('their Welcome', async () => (await greeted()) >= before + at + some.length, WITHIN_MS);
  }
  await client.endAsync(true);
  const [relay] = arena.relays;
  return { kiosks, residentMb: residentMb(relay?.pid ?? 0), seconds: (performance.now() - from) / 1_000 };
}

function helloOf(nonce: string): Buffer {
  const hello: Hello = {
    ...{ type: 'hello', epoch: 'ee'.repeat(16), number: 1, nonce, chain: [nonce], board: 'board' },
    ...{ atMs: 1, open: [], version: 'bench' },
  };
  return Buffer.from(encodeUp({ boot: bootTag(nonce), seq: 1, body: hello }));
}
