import { connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { type IClientOptions, MqttClient } from 'mqtt';
import type { Clock } from '../runtime/clock.js';
import { relayStates } from './peers.js';
import { probeShare, type ShareMode, sharedFilter } from './share.js';

export type ConnectionOptions = {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string;
  /** A secret. */
  readonly password?: string;
  /** PEM of the broker's authority, for mqtts. */
  readonly caPem?: string;
  /** What the kiosks say: shared among the relays where the broker can. */
  readonly subscription: string;
  readonly share: ShareMode;
  /** Where this relay finds out whether the broker shares. */
  readonly probeTopic: string;
  /** What every relay hears: the others' states. */
  readonly alsoHear: readonly string[];
  /** Retained, and the last will: tells the kiosks that somebody listens. */
  readonly stateTopic: string;
  readonly clock: Clock;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
};

export type ConnectionHandlers = {
  /** Connected, subscribed and announced. */
  onConnected(): void;
  /** From now on each frame goes to one relay only. */
  onShared(): void;
  onDisconnected(why: string): void;
  onMessage(topic: string, payload: Buffer): void;
};

const KEEPALIVE_S = 15;
const CONNECT_TIMEOUT_MS = 5_000;
/** Full jitter between 0 and min(most, first doubled per failure). */
const RECONNECT_FIRST_MS = 250;
const RECONNECT_MOST_MS = 15_000;
const STOP_LIMIT_MS = 1_000;

/** Of the relays of one broker. */
const SHARE_GROUP = 'quietzone-relays';

/**
 * One MQTT 3.1.1 connection that comes back for ever by our own plan: the library's own gives up after a refused
 * CONNACK and knows no jitter (reference practice/dependencies.md section 0). Nothing is queued here; what cannot be
 * published now lies in the ledger's outbox.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  #client: MqttClient | undefined;
  #cancelTimer: (() => void) | undefined;
  #failures = 0;
  #up = false;
  #leaving = false;
  #gathering = false;
  #stopped = false;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  get up(): boolean {
    return this.#up;
  }

  start(): void {
    this.#connect();
  }

  /** False: not connected, nothing was sent. */
  publish(topic: string, payload: Uint8Array): boolean {
    const client = this.#client;
    if (!this.#up || !client?.connected) return false;
    this.#gather(client);
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    // A publish that gets lost is told again by the outbox, which waits for the kiosk and not for the broker.
    client.publish(topic, bytes, { qos: 1 }, () => {});
    return true;
  }

  /** What is said in one turn of the event loop, acknowledgements too, goes out in one write: each is a call of the system. */
  #gather({ stream }: MqttClient): void {
    if (this.#gathering || !stream) return;
    this.#gathering = true;
    stream.cork();
    setImmediate(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }

  /**
   * Says offline and takes in nothing more; what is still to be said goes out until `stop`. Kiosks turn to another relay,
   * or stop selling, before this one drains.
   */
  async leave(): Promise<void> {
    this.#leaving = true;
    const client = this.#client;
    if (!client?.connected) return;
    const { stateTopic, subscription } = this.#options;
    await within(
      Promise.all([
        client.publishAsync(stateTopic, relayStates.offline, { qos: 1, retain: true }),
        client.unsubscribeAsync([subscription, this.#sharedFilter]),
      ]),
      STOP_LIMIT_MS,
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#up = false;
    this.#cancelTimer?.();
    const client = this.#client;
    if (!client) return;
    if (client.connected) {
      await within(
        client.publishAsync(this.#options.stateTopic, relayStates.offline, { qos: 1, retain: true }),
        STOP_LIMIT_MS,
      );
    }
    // With a DISCONNECT: after an end without one the broker would tell the last will, that this relay was lost.
    await within(client.endAsync(!client.connected), STOP_LIMIT_MS);
    client.stream?.destroy();
  }

  #connect(): void {
    const client = new MqttClient(() => openSocket(this.#options), clientOptions(this.#options));
    this.#client = client;
    client.on('connect', () => (this.#leaving ? this.#linked() : this.#subscribe(client)));
    client.on('packetreceive', () => this.#gather(client));
    client.on('message', (topic, payload) => {
      if (!this.#leaving && topic !== this.#options.probeTopic) this.#handlers.onMessage(topic, payload);
    });
    client.on('error', (error) => this.#lost(client, error.message));
    client.on('close', () => this.#lost(client, 'connection closed'));
    client.connect();
  }

  get #sharedFilter(): string {
    return sharedFilter(SHARE_GROUP, this.#options.subscription);
  }

  #subscribe(client: MqttClient): void {
    const { share, subscription, alsoHear, stateTopic } = this.#options;
    const filter = share === 'on' ? this.#sharedFilter : subscription;
    client.subscribe([filter, ...alsoHear], { qos: 1 }, (error, granted) => {
      if (client !== this.#client || this.#stopped) return;
      // 128: the broker's refusal of a subscription. Without the others' states their leases end by themselves.
      if (error || granted?.some((g) => g.topic === filter && g.qos === 128)) {
        this.#lost(client, `${filter}: subscription refused`);
        return;
      }
      if (!this.#leaving) client.publish(stateTopic, relayStates.online, { qos: 1, retain: true }, () => {});
      this.#linked();
      if (share === 'auto') void this.#tryToShare(client);
    });
  }

  /** Hears everything until it has found out; for a moment frames may come twice, as they may at any time. */
  async #tryToShare(client: MqttClient): Promise<void> {
    const { subscription, probeTopic, clock } = this.#options;
    const shares = await probeShare(client, { topic: probeTopic, clock });
    const gone = (): boolean => client !== this.#client || this.#stopped || this.#leaving;
    if (!shares || gone()) return;
    const shared = this.#sharedFilter;
    client.subscribe(shared, { qos: 1 }, (error, granted) => {
      if (error || gone() || granted?.some((g) => g.qos === 128)) return;
      client.unsubscribe(subscription, {}, () => {});
      this.#handlers.onShared();
    });
  }

  #linked(): void {
    this.#failures = 0;
    this.#up = true;
    this.#handlers.onConnected();
  }

  /** Once for each client, whichever of its events tells first. */
  #lost(client: MqttClient, why: string): void {
    if (client !== this.#client || this.#stopped) return;
    this.#client = undefined;
    this.#up = false;
    client.end(true);
    const { clock, random } = this.#options;
    const ceiling = Math.min(RECONNECT_MOST_MS, RECONNECT_FIRST_MS * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    this.#cancelTimer = clock.after(random() * ceiling, () => this.#connect());
    this.#handlers.onDisconnected(why);
  }
}

async function within(promise: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([promise.catch(() => {}), limit]);
  clearTimeout(timer);
}

function clientOptions(options: ConnectionOptions): IClientOptions {
  return {
    protocolVersion: 4,
    clientId: options.clientId,
    clean: true,
    reconnectPeriod: 0,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_TIMEOUT_MS,
    resubscribe: false,
    queueQoSZero: false,
    manualConnect: true,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    will: { topic: options.stateTopic, payload: Buffer.from(relayStates.lost), qos: 1, retain: true },
  };
}

/** An approval must not wait for the acknowledgement of the packet before it: Nagle off. */
function openSocket(options: ConnectionOptions): Socket {
  const { protocol, hostname, port } = new URL(options.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket =
    protocol === 'mqtts:'
      ? tlsConnect({
          host,
          port: Number(port || 8883),
          servername: host,
          ...(options.caPem === undefined ? {} : { ca: options.caPem }),
        })
      : netConnect({ host, port: Number(port || 1883) });
  socket.setNoDelay(true);
  return socket;
}
