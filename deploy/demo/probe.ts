import mqtt, { type MqttClient } from 'mqtt';
import { decodeUp } from '../../protocol/codec.js';
import { upTopic } from '../../protocol/topics.js';
import type { BrokerPlace } from './given.js';

const WARM_UP_PACKETS = 20;

/**
 * An MQTT subscriber that listens as any bystander could, so that "scan to PUBLISH" is measured from outside: it tells
 * when a kiosk's `Pay` arrived here, behind the broker.
 */
export class Probe {
  #client: MqttClient | undefined;
  #waiting: ((atMs: number) => void) | undefined;

  async start({ url, login }: BrokerPlace, kiosk: string): Promise<void> {
    const client = await mqtt.connectAsync(url, {
      ...login,
      protocolVersion: 4,
      clientId: `probe-${kiosk}`.slice(0, 23),
      reconnectPeriod: 200,
    });
    this.#client = client;
    client.on('error', () => {});
    const ownTopic = `probe/${kiosk}`;
    client.on('message', (topic, payload) => {
      const atMs = performance.now();
      if (topic === ownTopic) return;
      const waiting = this.#waiting;
      if (!waiting) return;
      try {
        if (decodeUp(payload).body.type === 'pay') waiting(atMs);
      } catch {
        // Not a frame of this protocol: not what is being timed.
      }
    });
    await client.subscribeAsync([upTopic(kiosk), ownTopic], { qos: 0 });
    // The yardstick itself must be warm: without this the first measure is of this client's and the broker's first packet.
    for (let i = 0; i < WARM_UP_PACKETS; i++) await client.publishAsync(ownTopic, String(i), { qos: 1 });
  }

  /** performance.now() at the next `Pay`; undefined after `withinMs`. Call it before the scan. */
  nextPay(withinMs: number): Promise<number | undefined> {
    return new Promise((resolve) => {
      const done = (atMs?: number): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve(atMs);
      };
      const timer = setTimeout(done, withinMs);
      timer.unref();
      this.#waiting = done;
    });
  }

  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#client = undefined;
  }
}
