import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxControl } from '../../deploy/demo/clients.js';
import { stormTimes } from '../relays/arena.js';
import { freePort, Mosquitto, PostgresCluster, type Programs } from '../support/services.js';
import { Supervised } from '../support/supervised.js';
import { until } from '../support/wait.js';
import { streamOf } from '../system/chaos/arena.js';
import { LedgerReader } from '../system/chaos/books.js';
import { relayProgram, sandboxProgram } from '../system/chaos/configs.js';
import { Witness } from '../system/chaos/witness.js';

/** All that is not the kiosk, on this machine: broker, database, sandbox acquirer and one relay, as processes. */

export type OutsideOptions = {
  readonly programs: Programs;
  readonly brokerPort: number;
  readonly kiosk: string;
  readonly seed: number;
};

export class Outside {
  readonly witness = new Witness();
  readonly #options: OutsideOptions;
  #top = '';
  #broker: Mosquitto | undefined;
  #database: PostgresCluster | undefined;
  #sandbox: Supervised | undefined;
  #relay: Supervised | undefined;
  #reader: LedgerReader | undefined;
  control = new SandboxControl('');

  constructor(options: OutsideOptions) {
    this.#options = options;
  }

  /** Of configs, keys and logs. The guest sees it too. */
  get folder(): string {
    return join(this.#top, 'run');
  }

  get reader(): LedgerReader {
    if (!this.#reader) throw new Error('outside: not started');
    return this.#reader;
  }

  async start(): Promise<void> {
    const { programs, brokerPort, kiosk, seed } = this.#options;
    this.#top = await mkdtemp(join(tmpdir(), 'quietzone-hardware-'));
    // PostgreSQL's user must come through here to its own folder.
    await chmod(this.#top, 0o755);
    await mkdir(this.folder, { mode: 0o700 });
    this.#broker = new Mosquitto(programs.mosquitto, join(this.#top, 'mosquitto'), brokerPort);
    this.#database = new PostgresCluster(programs, join(this.#top, 'pg'), await freePort());
    await this.#database.create();
    await Promise.all([this.#broker.start(), this.#database.start()]);
    const place = { folder: this.folder, codeHashKey: randomBytes(32).toString('hex') };
    this.#sandbox = new Supervised(sandboxProgram(place), streamOf(seed, 'sandbox'));
    this.#sandbox.start();
    const { ports } = (await this.#sandbox.up()).ready;
    this.control = new SandboxControl(`http://127.0.0.1:${ports['control']}`);
    const ledgerUrl = this.#database.urlAt(this.#database.port);
    const servers = { brokerPort, acquirerPort: ports['acquirer'] ?? 0, ledgerUrl };
    const relay = relayProgram({ ...place, ...servers, name: 'relay-1', kiosks: [kiosk], times: stormTimes });
    this.#relay = new Supervised(relay, streamOf(seed, 'relay'));
    this.#relay.start();
    await this.#relay.up();
    this.#reader = new LedgerReader(ledgerUrl);
    await this.control.scenario('approve');
  }

  /** No attempt is open, and the kiosk has taken note of each one's end. */
  async settled(withinMs = 90_000): Promise<void> {
    await until('every attempt to end', async () => (await this.reader.open()) === 0, withinMs);
  }

  /** May be called at any point, and twice. */
  async stop(): Promise<void> {
    await this.#relay?.stop();
    await this.#sandbox?.stop();
    await this.#reader?.close();
    await Promise.all([this.#broker?.crash(), this.#database?.crash()]);
    if (this.#top !== '') await rm(this.#top, { recursive: true, force: true, maxRetries: 5 });
  }
}
