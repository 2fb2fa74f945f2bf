import type { MqttClient } from 'mqtt';
import type { Clock } from '../runtime/clock.js';

/** `auto`: found out by a probe at each connect; `on`: believed of the broker; `off`: every relay hears everything. */
export const shareModes = ['auto', 'on', 'off'] as const;
export type ShareMode = (typeof shareModes)[number];

/** Relays of one fleet are one group: the broker gives each frame to one of them. */
export const sharedFilter = (group: string, filter: string): string => `$share/${group}/${filter}`;

/**
 * A broker on the same machine or in the same network answers within a few ms. A slower one is taken for one that does not
 * share: then every relay hears every frame, which costs work and is as safe.
 */
const PROBE_MS = 1_000;

export type Probe = {
  /** A topic of this relay's own. */
  readonly topic: string;
  readonly clock: Clock;
};

/**
 * Whether the broker knows shared subscriptions, which MQTT 3.1.1 does not promise: one that does not takes the filter for a
 * plain one that begins with "$share", and what is published to the topic never comes. Never rejects.
 */
export async function probeShare(client: MqttClient, { topic, clock }: Probe): Promise<boolean> {
  const filter = sharedFilter('quietzone-probe', topic);
  const heard = new Promise<boolean>((resolve) => {
    const cancel = clock.after(PROBE_MS, () => end(false));
    const onMessage = (at: string): void => (at === topic ? end(true) : undefined);
    const end = (shares: boolean): void => {
      cancel();
      client.off('message', onMessage);
      resolve(shares);
    };
    client.on('message', onMessage);
    client.subscribe(filter, { qos: 1 }, (error, granted) => {
      if (error || granted?.some((g) => g.qos === 128)) end(false);
      else client.publish(topic, 'probe', { qos: 1 }, (failed) => (failed ? end(false) : undefined));
    });
    client.once('close', () => end(false));
  });
  const shares = await heard;
  if (client.connected) client.unsubscribe(filter, {}, () => {});
  return shares;
}
