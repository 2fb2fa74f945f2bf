import { join } from 'node:path';
import { BuiltInBroker, type DemoBroker, GivenBroker } from './broker.js';
import { type LogLine, Program, sleep } from './child.js';
import { AgentApi, RelayApi, SandboxControl } from './clients.js';
import { type ActuatorTable, kioskProgram, relayProgram, sandboxProgram } from './configs.js';
import { type DemoDatabase, freshDatabase, pglite } from './database.js';
import { DATABASE_VARIABLE } from './given.js';
import { keptFolder, type RunFolder, temporaryFolder } from './keep.js';
import { LinkingSide } from './linking.js';
import { Probe } from './probe.js';
import { openPty, type Pty } from './pty.js';
import type { Scenario } from './scenarios.js';
import { IN_SERVICE_WITHIN_MS, PACE } from './timing.js';
import { makeToken } from './token.js';

export type StackOptions = {
  /** One event line: which part, and what it says. */
  readonly log: (part: string, text: string) => void;
  /**
   * Configs, keys, journal, ledger and logs go here and stay, and what an earlier run kept here is gone on with; else to
   * a fresh temporary folder that is removed at the end.
   */
  readonly keep?: string;
  /** Default: QUIETZONE_BROKER_URL, else built in. */
  readonly broker?: DemoBroker;
  /** Default: QUIETZONE_DATABASE_URL, else PGlite in memory. */
  readonly databaseUrl?: string;
  /** False: no relay, to show a kiosk that nobody answers. */
  readonly relay?: boolean;
  /** Wallets are linked here, and the acquirer sends notifications. */
  readonly linking?: boolean;
  /** Somebody gives money back by the operations API, which takes a token: `relay` has it then. */
  readonly staff?: boolean;
  /** Default: the kiosk app hands out the goods. */
  readonly actuator?: ActuatorTable;
  /** A program that dies unasked is started again, as systemd would. */
  readonly revive?: boolean;
  /** Every JSON log line of the programs. */
  readonly onLine?: (program: string, line: LogLine) => void;
  /** A program has begun or ended. */
  readonly onChange?: () => void;
};

const REVIVE_AFTER_MS = 500;

/**
 * The whole system on this machine: broker, sandbox, relay and one kiosk as real programs, a pseudo-terminal as the
 * scanner's line. `stop()` ends all of it, also after a `start()` that failed half way.
 */
export class Stack {
  readonly log: StackOptions['log'];
  readonly broker: DemoBroker;
  readonly sandbox = new SandboxControl('');
  readonly relay = new RelayApi('');
  readonly agent = new AgentApi('');
  readonly probe = new Probe();
  /** Base of the kiosk's own page, the customer display. */
  kioskPage = '';
  /** Where a phone opens the buyer's pages; "" where no wallets are linked. */
  get buyersPages(): string {
    return this.#linking?.pages.address ?? '';
  }
  #linking: LinkingSide | undefined;
  #folder: RunFolder | undefined;
  #starting: Promise<void> | undefined;
  readonly #options: StackOptions;
  readonly #programs = new Map<string, Program>();
  /** What to undo at the end, last first. */
  readonly #undo: (() => Promise<void>)[] = [];
  #line: Pty | undefined;
  #stopping = false;

  constructor(options: StackOptions) {
    this.#options = options;
    this.log = options.log;
    const url = process.env['QUIETZONE_BROKER_URL'];
    this.broker = options.broker ?? (url ? new GivenBroker(url) : new BuiltInBroker());
  }

  /** "" before `start`. */
  get kioskName(): string {
    return this.#folder?.kiosk ?? '';
  }

  /** The run's folder; "" before `start`. */
  get folder(): string {
    return this.#folder?.path ?? '';
  }

  /**
   * Resolves when every program says it is ready; the kiosk may still be out of service (`waitInService`).
   * @throws UsageError before any program is started, when the folder or a given service cannot be used.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    const folder = await this.#openFolder();
    await this.broker.start();
    this.#undo.push(() => this.broker.stop());
    const database = await this.#database(folder);
    this.#undo.push(() => database.stop());
    this.#announce(folder);
    const { kiosk } = folder;
    const linking = await this.#openLinking(folder);
    const place = { folder: folder.path, broker: { url: this.broker.url, login: this.broker.login }, kiosk, linking };

    const sandbox = this.#add(sandboxProgram(place), (ports) => {
      this.sandbox.base = `http://127.0.0.1:${ports['control']}`;
    });
    const [line, { ports }] = await Promise.all([this.#openLine(), sandbox.start()]);
    this.log('sandbox', `acquirer on 127.0.0.1:${ports['acquirer']}`);
    const relayStart = async (): Promise<void> => {
      if (this.#options.relay === false) return;
      const acquirerUrl = `http://127.0.0.1:${ports['acquirer']}`;
      const { codeHashKey } = folder;
      const program = relayProgram({ ...place, acquirerUrl, database, codeHashKey });
      if (this.#options.staff) this.relay.token = await makeToken(program);
      const relay = this.#add(program, (found) => {
        this.relay.base = `http://127.0.0.1:${found['api']}`;
        linking?.leadTo(found);
      });
      await relay.start();
      this.log('relay', `ready on ${this.relay.base}, ledger in ${database.about}`);
    };
    const kioskStart = async (): Promise<void> => {
      const kiosk = this.#add(
        kioskProgram({ ...place, scannerPath: line.path, actuator: this.#options.actuator }),
        (found) => {
          this.agent.base = `http://127.0.0.1:${found['api']}`;
          this.kioskPage = `http://127.0.0.1:${found['web']}`;
        },
      );
      await kiosk.start();
      this.log('kiosk', `${this.kioskName} ready on ${this.agent.base}, its display on ${this.kioskPage}`);
    };
    const probeStart = async (): Promise<void> => {
      await this.probe.start(place.broker, kiosk);
      this.#undo.push(() => this.probe.stop());
    };
    // allSettled: when one fails, the others must be far enough to be stopped.
    const started = await Promise.allSettled([relayStart(), kioskStart(), probeStart()]);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
  }

  /** The scanner reads this: the code and the CR that ends it. */
  async scan(code: string | Uint8Array): Promise<void> {
    await this.scanBytes(Buffer.concat([typeof code === 'string' ? Buffer.from(code) : code, Buffer.from('\r')]));
  }

  async scanBytes(bytes: Uint8Array): Promise<void> {
    if (!this.#line) throw new Error('stack: not started');
    await this.#line.write(bytes);
  }

  /** Undefined once the kiosk takes money; the reason it does not, when `withinMs` have passed. */
  async waitInService(withinMs = IN_SERVICE_WITHIN_MS): Promise<string | undefined> {
    const until = performance.now() + withinMs;
    for (;;) {
      const status = await this.agent.status().catch(() => undefined);
      if (status?.service === 'in-service') return undefined;
      if (performance.now() > until) return status?.reason ?? 'agent-not-answering';
      await sleep(50);
    }
  }

  /** Sets the sandbox for the payments that come next. */
  async play(scenario: Scenario): Promise<void> {
    await this.sandbox.scenario(scenario.acquirer);
  }

  program(name: 'sandbox' | 'relay' | 'kiosk'): Program {
    const program = this.#programs.get(name);
    if (!program) throw new Error(`stack: no program ${name} in this run`);
    return program;
  }

  isRunning(name: 'sandbox' | 'relay' | 'kiosk'): boolean {
    return this.#programs.get(name)?.running ?? false;
  }

  /** Process ids of all programs of this run that live. */
  get pids(): readonly number[] {
    return [...this.#programs.values()].flatMap((p) => (p.running && p.pid !== undefined ? [p.pid] : []));
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    // Programs first and together; what they stand on (line, database, broker) afterwards.
    await this.#stopPrograms();
    // What was just being made when the end came must be there to be undone.
    await this.#starting?.catch(() => {});
    await this.#stopPrograms();
    for (const undo of this.#undo.reverse()) await undo().catch((e: unknown) => this.log('demo', `stopping: ${e}`));
  }

  async #stopPrograms(): Promise<void> {
    await Promise.allSettled([...this.#programs.values()].map((program) => program.stop()));
  }

  async #openLine(): Promise<Pty> {
    const line = await openPty();
    this.#line = line;
    this.#undo.push(() => line.close());
    // Nothing is written, but the way to the line is warm before it is timed.
    for (let i = 0; i < 3; i++) await line.write(new Uint8Array());
    this.log('scanner', `pseudo-terminal ${line.path}`);
    return line;
  }

  async #openFolder(): Promise<RunFolder> {
    const { keep } = this.#options;
    const folder = keep === undefined ? await temporaryFolder() : await keptFolder(keep);
    this.#folder = folder;
    this.#undo.push(() => folder.close());
    return folder;
  }

  async #openLinking({ codeHashKey }: RunFolder): Promise<LinkingSide | undefined> {
    if (!this.#options.linking) return undefined;
    const linking = new LinkingSide(codeHashKey);
    this.#linking = linking;
    await linking.start();
    this.#undo.push(() => linking.stop());
    return linking;
  }

  /** Said once nothing is left that its user could have done wrong. */
  #announce(folder: RunFolder): void {
    this.log('demo', PACE);
    if (folder.goesOn) {
      this.log('demo', `goes on with what an earlier run kept in ${folder.path}: its kiosk, journal, ledger and keys`);
    } else if (this.#options.keep !== undefined) {
      this.log('demo', `keeps configs, keys, journal, ledger and logs in ${folder.path}`);
    }
    this.log('broker', `${this.broker.url} (${this.broker.about})`);
  }

  async #database({ path, kiosk }: RunFolder): Promise<DemoDatabase> {
    const { relay, revive, keep, staff, databaseUrl } = this.#options;
    const serverUrl = databaseUrl ?? process.env[DATABASE_VARIABLE];
    if (relay === false) return pglite();
    // A ledger on disk only where somebody may go on with it, or makes a token first: it costs time at every commit.
    if (!serverUrl) return pglite(revive || staff || keep !== undefined ? join(path, 'ledger') : undefined);
    const name = `quietzone_${kiosk.replace('-', '_')}`;
    return await freshDatabase({ serverUrl, name, keep: keep !== undefined });
  }

  #add(
    options: { name: string } & Omit<ConstructorParameters<typeof Program>[0], 'logFile' | 'onLine' | 'onDeath'>,
    onPorts: (ports: Readonly<Record<string, number>>) => void,
  ): Program {
    if (this.#stopping) throw new Error('the demo is stopping');
    const program: Program = new Program({
      ...options,
      logFile: join(this.folder, `${options.name}.log`),
      onLine: (line) => {
        if (line['event'] === 'ready') {
          onPorts((line['ports'] ?? {}) as Record<string, number>);
          this.#options.onChange?.();
        }
        this.#options.onLine?.(options.name, line);
      },
      onEnd: () => this.#options.onChange?.(),
      onDeath: (detail) => void this.#revive(program, detail),
    });
    this.#programs.set(options.name, program);
    return program;
  }

  async #revive(program: Program, detail: string): Promise<void> {
    const { name } = program.options;
    // Ctrl-C reaches the programs as soon as it reaches us.
    if (this.#stopping) return;
    this.log(name, `${detail}${this.#options.revive ? '; starting it again' : ''}`);
    if (!this.#options.revive) return;
    await sleep(REVIVE_AFTER_MS);
    if (this.#stopping || program.running) return;
    try {
      await program.start();
      this.log(name, 'is back');
    } catch (error) {
      this.log(name, `did not come back: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }
}
