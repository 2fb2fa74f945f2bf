import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { type IClientOptions, MqttClient } from 'mqtt';

export type ConnectionOptions = {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM of the broker's authority, for mqtts; the system's authorities when absent. */
  readonly ca?: string;
  readonly keepaliveSeconds: number;
  readonly connectTimeoutMs: number;
  /** Full jitter between 0 and min(maximum, base doubled per failure). */
  readonly reconnectBaseMs: number;
  readonly reconnectMaxMs: number;
  readonly subscriptions: readonly string[];
  /** Retained: published by the broker when this client is lost, and by us at a graceful stop. */
  readonly will: { readonly topic: string; readonly payload: string };
  readonly onlinePayload: string;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
};

export type ConnectionHandlers = {
  /** Connected and subscribed. */
  onConnected(): void;
  onDisconnected(why: string): void;
  onMessage(topic: string, payload: Buffer): void;
};

/**
 * One MQTT 3.1.1 connection that comes back for ever, by our own plan: the library's gives up after a refused CONNACK
 * and has no jitter. Nothing is queued here: what cannot be published now is the sender's to publish again (design §4.4).
 */
export class BrokerConnection {
  readonly #options: ConnectionOptions;
  #handlers: ConnectionHandlers | undefined;
  #client: MqttClient | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #up = false;
  #stopped = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    this.#connect();
  }

  /** False: not connected, nothing was sent. */
  publish(topic: string, payload: Uint8Array): boolean {
    if (!this.#up || !this.#client?.connected) return false;
    this.#client.publish(
      topic,
      Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
      { qos: 1 },
      ignore,
    );
    return true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    if (!client) return;
    if (client.connected) {
      const { topic, payload } = this.#options.will;
      await settled(client.publishAsync(topic, payload, { qos: 1, retain: true }), STOP_LIMIT_MS);
    }
    await settled(client.endAsync(true), STOP_LIMIT_MS);
  }

  #connect(): void {
    const client = new MqttClient(() => openSocket(this.#options), clientOptions(this.#options));
    this.#client = client;
    client.on('connect', () => this.#subscribe(client));
    client.on('message', (topic, payload) => this.#handlers?.onMessage(topic, payload));
    client.on('error', (error) => client.end(true, {}, () => this.#lost(client, error.message)));
    client.on('close', () => this.#lost(client, 'connection closed'));
    try {
      client.connect();
    } catch (error) {
      this.#lost(client, error instanceof Error ? error.message : 'cannot connect');
    }
  }

  #subscribe(client: MqttClient): void {
    client.subscribe([...this.#options.subscriptions], { qos: 1 }, (error) => {
      if (error || client !== this.#client) {
        client.end(true);
        return;
      }
      const { will, onlinePayload } = this.#options;
      client.publish(will.topic, onlinePayload, { qos: 1, retain: true }, ignore);
      this.#failures = 0;
      this.#up = true;
      this.#handlers?.onConnected();
    });
  }

  /** Once for each client, whichever of its events tells first. */
  #lost(client: MqttClient, why: string): void {
    if (client !== this.#client || this.#stopped) return;
    this.#client = undefined;
    this.#up = false;
    client.end(true);
    const { reconnectBaseMs, reconnectMaxMs, random } = this.#options;
    const ceiling = Math.min(reconnectMaxMs, reconnectBaseMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#connect(), random() * ceiling);
    this.#handlers?.onDisconnected(why);
  }
}

const STOP_LIMIT_MS = 1_000;

// A publish that fails is published again by its owner, who waits for the relay's answer and not for the broker's.
function ignore(): void {}

function settled(promise: Promise<unknown>, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(done, done);
  });
}

function clientOptions(options: ConnectionOptions): IClientOptions {
  return {
    protocolVersion: 4,
    clientId: options.clientId,
    clean: true,
    reconnectPeriod: 0,
    keepalive: options.keepaliveSeconds,
    connectTimeout: options.connectTimeoutMs,
    queueQoSZero: false,
    resubscribe: false,
    manualConnect: true,
    ...(options.username ? { username: options.username } : {}),
    ...(options.password ? { password: options.password } : {}),
    will: { topic: options.will.topic, payload: Buffer.from(options.will.payload), qos: 1, retain: true },
  };
}

/** A small frame must not wait for the acknowledgement of the one before it: Nagle off. */
function openSocket(options: ConnectionOptions): Socket {
  const { protocol, hostname, port } = new URL(options.url);
  const secure = protocol === 'mqtts:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = secure
    ? tlsConnect({
        host,
        port: Number(port || 8883),
        // RFC 6066: a server name is a host name, never an address.
        ...(isIP(host) ? {} : { servername: host }),
        ...(options.ca ? { ca: options.ca } : {}),
      })
    : netConnect({ host, port: Number(port || 1883) });
  socket.setNoDelay(true);
  return socket;
}
