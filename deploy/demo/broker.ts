import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { BROKER_VARIABLE, type BrokerPlace, brokerPlace, tryBroker } from './given.js';

/** The MQTT broker of a run. */
export interface DemoBroker {
  /** Without user and password; known once it has started. */
  readonly url: string;
  /** Who may speak to it, where it asks. */
  readonly login?: BrokerPlace['login'];
  /** For the event lines: what it is. */
  readonly about: string;
  start(): Promise<void>;
  /** Forgets everything and comes back on the same port after `downMs`, as a broker whose machine was restarted. */
  restart(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Someone else's broker; the demo neither starts nor stops it, but sees at its start that it answers. */
export class GivenBroker implements DemoBroker {
  readonly about = `given by ${BROKER_VARIABLE}`;
  readonly #text: string;
  #place: BrokerPlace = { url: '' };

  /** `text` may hold user and password, percent-encoded. */
  constructor(text: string) {
    this.#text = text;
  }

  get url(): string {
    return this.#place.url;
  }

  get login(): BrokerPlace['login'] {
    return this.#place.login;
  }

  /** @throws UsageError */
  async start(): Promise<void> {
    this.#place = brokerPlace(this.#text);
    await tryBroker(this.#place);
  }

  async stop(): Promise<void> {}

  async restart(): Promise<void> {
    throw new Error(`broker: given by ${BROKER_VARIABLE}, so the demo must not restart it`);
  }
}

/** aedes in this process, on a free loopback port. MQTT 3.1.1 only. */
export class BuiltInBroker implements DemoBroker {
  readonly about = 'aedes, in the demo process';
  #aedes: Aedes | undefined;
  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const aedes = await Aedes.createBroker();
    // Without noDelay the kernel may hold a small PUBLISH back for 40 ms.
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address && typeof address === 'object') this.#port = address.port;
    this.#aedes = aedes;
    this.#server = server;
  }

  async restart(downMs: number): Promise<void> {
    await this.stop();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    await this.start();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    const aedes = this.#aedes;
    this.#server = undefined;
    this.#aedes = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
    if (aedes) await new Promise<void>((resolve) => aedes.close(() => resolve()));
  }
}
