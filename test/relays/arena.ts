import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxControl } from '../../deploy/demo/clients.js';
import { antomPlan } from '../../relay/acquirers/antom/plan.js';
import { freePort, Mosquitto, PostgresCluster, type Programs } from '../support/services.js';
import { Supervised } from '../support/supervised.js';
import { until } from '../support/wait.js';
import { streamOf } from '../system/chaos/arena.js';
import { LedgerReader } from '../system/chaos/books.js';
import { relayProgram, sandboxProgram, type Timing, timing } from '../system/chaos/configs.js';
import { Witness } from '../system/chaos/witness.js';
import { LightKiosk, type Resends } from './kiosk.js';

export type ArenaTimes = Timing & { readonly kiosk: Resends };

/**
 * Longer than the storm's of chaos: relays live for a second or two, and what one leaves must be finished by the next in time.
 * All ms, in the order that carries the guarantees.
 */
export const stormTimes: ArenaTimes = {
  ...timing,
  payValid: 6_000,
  relayDeadline: 10_000,
  kioskDeadline: 13_000,
  vendMargin: 500,
  // A sandbox on a busy machine is no acquirer that is down: five calls that end by this open the circuit.
  callTimeout: 2_500,
  inquiryDelays: [80, 200, 400, 600],
  cancelDelays: [150, 250, 400, 600, 1_000, 1_500, 2_000, 2_000, 2_000],
  codeLife: 4_000,
  kiosk: { resendMs: 200, resendMaxMs: 800, helloRetryMs: 400 },
};

/** What config says by default: a benchmark is of a relay as it is. All ms. */
export const shippedTimes: ArenaTimes = {
  ...timing,
  payValid: 20_000,
  relayDeadline: 50_000,
  kioskDeadline: 60_000,
  vendMargin: 5_000,
  callTimeout: antomPlan.callTimeoutMs,
  inquiryDelays: [...antomPlan.inquiryDelaysMs],
  cancelDelays: [...antomPlan.cancelDelaysMs],
  codeLife: antomPlan.codeLifeMs,
  lease: 60_000,
  kiosk: { resendMs: 1_000, resendMaxMs: 8_000, helloRetryMs: 2_000 },
};

export type ArenaOptions = {
  readonly times?: ArenaTimes;
  readonly programs: Programs;
  readonly relays: number;
  readonly kiosks: number;
  readonly seed: number;
  /** Beside the kiosks that sell: names that the relay shall know. */
  readonly moreKiosks?: readonly string[];
};

const UP_WITHIN_MS = 180_000;

/** Relays, sandbox, PostgreSQL and Mosquitto as processes; kiosks in this one. */
export class Arena {
  readonly witness = new Witness();
  readonly relays: Supervised[] = [];
  readonly kiosks: LightKiosk[] = [];
  readonly #options: ArenaOptions;
  readonly #codeHashKey = randomBytes(32).toString('hex');
  #top = '';
  #broker: Mosquitto | undefined;
  #database: PostgresCluster | undefined;
  #sandbox: Supervised | undefined;
  #reader: LedgerReader | undefined;
  control = new SandboxControl('');
  beforeScan: () => Promise<unknown> = async () => {};

  constructor(options: ArenaOptions) {
    this.#options = options;
  }

  get reader(): LedgerReader {
    if (!this.#reader) throw new Error('arena: not started');
    return this.#reader;
  }

  get brokerUrl(): string {
    return `mqtt://127.0.0.1:${this.#broker?.port ?? 0}`;
  }

  get database(): PostgresCluster {
    if (!this.#database) throw new Error('arena: not started');
    return this.#database;
  }

  async start(): Promise<void> {
    const { programs, seed, relays, kiosks, times = stormTimes } = this.#options;
    this.#top = await mkdtemp(join(tmpdir(), 'quietzone-relays-'));
    await chmod(this.#top, 0o755);
    const folder = join(this.#top, 'run');
    await mkdir(folder, { mode: 0o700 });
    this.#broker = new Mosquitto(programs.mosquitto, join(this.#top, 'mosquitto'), await freePort());
    const settings = ['max_connections=120'];
    this.#database = new PostgresCluster(programs, join(this.#top, 'pg'), await freePort(), settings);
    await this.#database.create();
    await Promise.all([this.#broker.start(), this.#database.start()]);
    const ledgerUrl = this.#database.urlAt(this.#database.port);
    const place = { folder, codeHashKey: this.#codeHashKey };
    this.#sandbox = new Supervised(sandboxProgram(place), streamOf(seed, 'sandbox'));
    this.#sandbox.start();
    const { ports } = (await this.#sandbox.up()).ready;
    this.control = new SandboxControl(`http://127.0.0.1:${ports['control']}`);
    const { moreKiosks = [] } = this.#options;
    const names = Array.from({ length: kiosks }, (_, i) => `kiosk-${i + 1}`);
    const servers = { brokerPort: this.#broker.port, acquirerPort: ports['acquirer'] ?? 0, ledgerUrl };
    for (let i = 1; i <= relays; i++) {
      const program = relayProgram({
        ...place,
        ...servers,
        name: `relay-${i}`,
        kiosks: [...names, ...moreKiosks],
        times,
      });
      // Restarted at once.
      this.relays.push(new Supervised(program, streamOf(seed, program.name), [0, 0]));
    }
    for (const relay of this.relays) relay.start();
    await this.relaysUp();
    this.#reader = new LedgerReader(ledgerUrl);
    const beforeScan = (): Promise<unknown> => this.beforeScan();
    const shared = { brokerUrl: this.brokerUrl, witness: this.witness, times, beforeScan };
    for (const name of names) this.kiosks.push(new LightKiosk({ ...shared, name, random: streamOf(seed, name) }));
    await Promise.all(this.kiosks.map((kiosk) => kiosk.start()));
    await until('every kiosk to sell', () => this.kiosks.every((kiosk) => kiosk.selling), UP_WITHIN_MS);
  }

  async relaysUp(): Promise<void> {
    const up = Promise.all(this.relays.map((relay) => relay.up()));
    const all = until('every relay to run', () => this.relays.every(({ life }) => life), UP_WITHIN_MS);
    await Promise.all([up, all]).catch(() => {
      throw new Error(this.relays.map(({ complaint }) => complaint).join('\n'));
    });
  }

  /** What the relays have said, as JSON lines. */
  async relayLines(): Promise<Record<string, unknown>[]> {
    const texts = await Promise.all(this.relays.map(({ logFile }) => readFile(logFile, 'utf8')));
    return texts
      .flatMap((text) => text.split('\n'))
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  }

  /** May be called at any point, and twice. */
  async stop(): Promise<void> {
    await Promise.all(this.kiosks.map((kiosk) => kiosk.stop()));
    await Promise.all(this.relays.map((relay) => relay.stop()));
    await this.#sandbox?.stop();
    await this.#reader?.close();
    await Promise.all([this.#broker?.crash(), this.#database?.crash()]);
    if (this.#top !== '') await rm(this.#top, { recursive: true, force: true, maxRetries: 5 });
  }
}
