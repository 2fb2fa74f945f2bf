import mqtt, { type MqttClient } from 'mqtt';
import { decodeUp, encodeDown } from '../../protocol/codec.js';
import type { DownBody, Hello, Up, UpBody } from '../../protocol/messages.js';
import { anyUpTopic, downTopic, relayStateTopic } from '../../protocol/topics.js';

type BodyOf<T extends UpBody['type']> = Extract<UpBody, { type: T }>;

/** The relay's end of the wire, by hand: hears every frame of the kiosks, and says what the test wants said. */
export class ScriptedRelay {
  readonly name = 'scripted';
  readonly heard: Up[] = [];
  readonly #client: MqttClient;
  readonly #kiosk: string;
  #seq = 0;
  /** Answers every Hello with a Welcome while true. */
  welcoming = true;

  private constructor(client: MqttClient, kiosk: string) {
    this.#client = client;
    this.#kiosk = kiosk;
    client.on('message', (topic, payload) => {
      if (!topic.includes(`/${kiosk}/`)) return;
      const up = decodeUp(payload);
      this.heard.push(up);
      if (up.body.type === 'hello' && this.welcoming) this.welcome(up.body);
    });
  }

  static async connect(url: string, kiosk: string): Promise<ScriptedRelay> {
    const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 100 });
    const relay = new ScriptedRelay(client, kiosk);
    await client.subscribeAsync(anyUpTopic, { qos: 1 });
    await relay.state(true);
    return relay;
  }

  welcome(hello: Hello, over: Partial<Extract<DownBody, { type: 'welcome' }>> = {}): void {
    this.say({ type: 'welcome', nonce: hello.nonce, helloAtMs: hello.atMs, leaseMs: 60_000, ...over });
  }

  say(body: DownBody): void {
    this.#seq += 1;
    this.raw(encodeDown({ seq: this.#seq, relay: this.name, body }));
  }

  raw(frame: Uint8Array): void {
    this.#client.publish(downTopic(this.#kiosk), Buffer.from(frame), { qos: 1 });
  }

  async state(online: boolean): Promise<void> {
    await this.#client.publishAsync(relayStateTopic(this.name), JSON.stringify({ online }), { qos: 1, retain: true });
  }

  all<T extends UpBody['type']>(type: T): BodyOf<T>[] {
    return this.heard.map((up) => up.body).filter((body): body is BodyOf<T> => body.type === type);
  }

  async stop(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
