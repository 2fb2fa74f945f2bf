import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { AgentApi, SandboxControl } from '../../../deploy/demo/clients.js';
import { openPty, type Pty } from '../../../deploy/demo/pty.js';
import { type Random, seeded } from '../../bench/random.js';
import { freePort, Mosquitto, PostgresCluster, type Programs } from '../../support/services.js';
import { Supervised } from '../../support/supervised.js';
import { sleep, until } from '../../support/wait.js';
import { journalOf, kioskProgram, merchantKeyOf, relayProgram, sandboxProgram } from './configs.js';
import { KioskStand } from './kiosk.js';
import { TcpProxy } from './proxy.js';
import { Witness } from './witness.js';

/** The whole system as processes, with a proxy before every server. */
export type ArenaOptions = {
  readonly programs: Programs;
  readonly seed: number;
  readonly kiosks: number;
  readonly relays: number;
  /** More `-c name=value` for PostgreSQL. */
  readonly database?: readonly string[];
};

const UP_WITHIN_MS = 60_000;
const RETAINED_WITHIN_MS = 500;

/** Numbers of the run's seed for one part, so that parts do not shift each other's. */
export function streamOf(seed: number, part: string): Random {
  let mixed = seed >>> 0;
  for (const char of part) mixed = Math.imul(mixed ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return seeded(mixed);
}

export class Arena {
  readonly witness = new Witness();
  readonly proxies: TcpProxy[] = [];
  readonly relays: Supervised[] = [];
  readonly agents: Supervised[] = [];
  readonly stands: KioskStand[] = [];
  readonly codeHashKey = randomBytes(32).toString('hex');
  readonly #options: ArenaOptions;
  readonly #scanners: Pty[] = [];
  #top = '';
  #broker: Mosquitto | undefined;
  #database: PostgresCluster | undefined;
  #sandbox: Supervised | undefined;
  #control = new SandboxControl('');
  /** Called before each scan, with the acquirer's stage door. */
  beforeScan: (control: SandboxControl) => Promise<unknown> = async () => {};

  constructor(options: ArenaOptions) {
    this.#options = options;
  }

  /** Of configs, keys, journals and logs. */
  get folder(): string {
    return join(this.#top, 'run');
  }

  get broker(): Mosquitto {
    return present(this.#broker);
  }

  get database(): PostgresCluster {
    return present(this.#database);
  }

  get control(): SandboxControl {
    return this.#control;
  }

  async start(): Promise<void> {
    const { programs, database = [] } = this.#options;
    this.#top = await mkdtemp(join(tmpdir(), 'quietzone-chaos-'));
    // PostgreSQL's user must come through here to its own folder.
    await chmod(this.#top, 0o755);
    await mkdir(this.folder, { mode: 0o700 });
    this.#broker = new Mosquitto(programs.mosquitto, join(this.#top, 'mosquitto'), await freePort());
    this.#database = new PostgresCluster(programs, join(this.#top, 'pg'), await freePort(), database);
    await this.#database.create();
    await Promise.all([this.#broker.start(), this.#database.start()]);
    const acquirerPort = await this.#startSandbox();
    await this.#startPrograms(acquirerPort);
    await this.inService();
  }

  async #startSandbox(): Promise<number> {
    const sandbox = new Supervised(sandboxProgram(this.#place()), this.#random('sandbox'));
    this.#sandbox = sandbox;
    sandbox.start();
    const { ready } = await within(sandbox.up(), () => sandbox.complaint);
    this.#control = new SandboxControl(`http://127.0.0.1:${ready.ports['control']}`);
    return ready.ports['acquirer'] ?? 0;
  }

  async #startPrograms(acquirerPort: number): Promise<void> {
    const { kiosks, relays } = this.#options;
    const proxy = async (name: string, target: number): Promise<number> => {
      const made = new TcpProxy({ name, target, random: this.#random(name) });
      this.proxies.push(made);
      await made.start();
      return made.port;
    };
    const agentsToBroker = await proxy('agents-broker', this.broker.port);
    const relaysToBroker = await proxy('relays-broker', this.broker.port);
    const ledgerUrl = this.database.urlAt(await proxy('relays-database', this.database.port));
    const toAcquirer = await proxy('relays-acquirer', acquirerPort);
    const names = Array.from({ length: kiosks }, (_, i) => `kiosk-${i + 1}`);
    for (let i = 1; i <= relays; i++) {
      const place = { ...this.#place(), name: `relay-${i}`, kiosks: names, brokerPort: relaysToBroker };
      const program = relayProgram({ ...place, acquirerPort: toAcquirer, ledgerUrl });
      this.relays.push(new Supervised(program, this.#random(program.name)));
    }
    for (const name of names) await this.#addKiosk(name, agentsToBroker);
    for (const program of [...this.relays, ...this.agents]) program.start();
    for (const stand of this.stands) stand.start();
  }

  async #addKiosk(name: string, brokerPort: number): Promise<void> {
    const scanner = await openPty();
    this.#scanners.push(scanner);
    const program = kioskProgram({ ...this.#place(), name, brokerPort, scannerPath: scanner.path });
    const agent = new Supervised(program, this.#random(name));
    const beforeScan = (): Promise<unknown> => this.beforeScan(this.#control);
    this.agents.push(agent);
    const customers = this.#random(`${name}'s customers`);
    this.stands.push(new KioskStand({ agent, scanner, witness: this.witness, random: customers, beforeScan }));
  }

  #place = () => ({ folder: this.folder, codeHashKey: this.codeHashKey });
  #random = (part: string): Random => streamOf(this.#options.seed, part);

  /** Every relay runs and every kiosk sells. */
  async inService(): Promise<void> {
    const programs = [...this.relays, ...this.agents];
    const complaints = (): string =>
      programs
        .map((program) => program.complaint)
        .filter(Boolean)
        .join('\n');
    await within(Promise.all(programs.map((program) => program.up())), complaints);
    await until('every kiosk to be in service', async () => (await this.#closed()).length === 0, UP_WITHIN_MS);
  }

  async #closed(): Promise<string[]> {
    const states = this.agents.map(async ({ name, life }) => {
      const status = await new AgentApi(`http://127.0.0.1:${life?.ready.ports['api']}`).status().catch(() => undefined);
      return status?.service === 'in-service' ? [] : [name];
    });
    return (await Promise.all(states)).flat();
  }

  /** Topic and payload of all that the broker keeps for newcomers. */
  async retained(): Promise<{ path: string; bytes: Buffer }[]> {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${this.broker.port}`, { reconnectPeriod: 0 });
    const found: { path: string; bytes: Buffer }[] = [];
    client.on('message', (topic, payload, packet) => {
      if (packet.retain) found.push({ path: `retained ${topic}`, bytes: payload });
    });
    await client.subscribeAsync('#');
    await sleep(RETAINED_WITHIN_MS);
    await client.endAsync(true);
    return found;
  }

  /** What every program has printed. */
  async logs(): Promise<{ path: string; bytes: Buffer }[]> {
    const names = await readdir(this.folder);
    const own = names.filter((name) => name.endsWith('.log')).map((name) => join(this.folder, name));
    const paths = [...own, this.broker.log, this.database.log];
    return await Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(path) })));
  }

  /** What the kiosks' cards hold; for when their agents have ended. */
  async journals(): Promise<{ path: string; bytes: Buffer }[]> {
    const folders = this.agents.map(({ name }) => journalOf(this.folder, name));
    const paths = await Promise.all(folders.map(async (at) => (await readdir(at)).map((file) => join(at, file))));
    return await Promise.all(paths.flat().map(async (path) => ({ path, bytes: await readFile(path) })));
  }

  /** Nobody but its owner may ever hold these: the key of the codes' hashes, and the lines of the merchant's key. */
  async secrets(): Promise<string[]> {
    const pem = await readFile(merchantKeyOf(this.folder), 'utf8');
    return [this.codeHashKey, ...pem.split('\n').filter((line) => line.length > 40 && !line.startsWith('-'))];
  }

  async stopAgents(): Promise<void> {
    await Promise.all(this.stands.map((stand) => stand.stop()));
    await Promise.all(this.agents.map((agent) => agent.stop()));
  }

  async stopRelays(): Promise<void> {
    await Promise.all(this.relays.map((relay) => relay.stop()));
    await this.#sandbox?.stop();
  }

  /** May be called at any point, and twice. */
  async stop(): Promise<void> {
    await this.stopAgents();
    await this.stopRelays();
    await Promise.all(this.#scanners.map((scanner) => scanner.close()));
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
    await Promise.all([this.#broker?.crash(), this.#database?.crash()]);
    if (this.#top !== '') await rm(this.#top, { recursive: true, force: true, maxRetries: 5 });
  }
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('arena: not started');
  return part;
}

async function within<T>(what: Promise<T>, complaint: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${UP_WITHIN_MS} ms: ${complaint()}`)), UP_WITHIN_MS);
  });
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
