import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { AgentApi, type AgentStatus } from '../../deploy/demo/clients.js';
import { stormTimes } from '../relays/arena.js';
import { freePort } from '../support/services.js';
import type { Life } from '../support/supervised.js';
import { until } from '../support/wait.js';
import type { JournalLine } from '../system/chaos/books.js';
import { type GuestProgram, type Lab, nodeProgram } from './lab.js';

/** The shipped agent as a process in the guest; its journal on the disk that can lose power. */

export type KioskPlace = {
  readonly name: string;
  /** Of the config, on this machine. */
  readonly folder: string;
  readonly brokerPort: number;
  /** In the guest. */
  readonly scanner: string;
  readonly journal: string;
  /** The config's table; the kiosk app vends unless told. */
  readonly actuator?: Readonly<Record<string, unknown>>;
};

const API_PORT = 7081;
/** Node starts in two seconds there, and a machine that runs its emulation beside other things takes longer. */
const UP_WITHIN_MS = 60_000;

function configOf({ name, folder, brokerPort, scanner, journal, actuator }: KioskPlace): string {
  const file = join(folder, `${name}.toml`);
  const config = {
    kiosk: { name, board_serial: `BOARD-${name}` },
    broker: { url: `mqtt://host.lab:${brokerPort}`, allow_plain: true, reconnect_base_ms: 50, reconnect_max_ms: 500 },
    journal: { directory: journal },
    // An emulated line stops for longer between two bytes than a scanner would.
    scanner: { kind: 'serial', path: scanner, baud_rate: 115_200, gap_ms: 500 },
    display: { kind: 'virtual' },
    indicator: { kind: 'virtual' },
    actuator: actuator ?? { kind: 'app', limit_ms: 3_000 },
    order: { mode: 'api', expires_ms: 20_000 },
    web: { port: 0 },
    api: { port: API_PORT },
    timers: {
      pay_valid_ms: stormTimes.payValid,
      deadline_ms: stormTimes.kioskDeadline,
      resend_ms: 200,
      resend_max_ms: 800,
      hello_retry_ms: 400,
      round_trip_max_ms: 3_000,
      final_screen_ms: 100,
      notice_ms: 100,
    },
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

export class GuestKiosk {
  readonly name: string;
  readonly #lab: Lab;
  readonly #place: KioskPlace;
  #program: GuestProgram | undefined;
  #tunnel: ChildProcess | undefined;
  #life: Life | undefined;
  #waiting: ((life: Life) => void)[] = [];
  /** Its log so far, over all its lives. */
  readonly log: Record<string, unknown>[] = [];

  constructor(lab: Lab, place: KioskPlace) {
    this.name = place.name;
    this.#lab = lab;
    this.#place = place;
  }

  /** The process that serves, now or as soon as there is one. */
  up(): Promise<Life> {
    if (this.#life) return Promise.resolve(this.#life);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when it sells. */
  async start(): Promise<void> {
    let ready = false;
    const program = this.#lab.start(
      'agent',
      nodeProgram('agent', 'dist/agent/cli.js', 'run', '--config', configOf(this.#place)),
      (line) => {
        if (!line.startsWith('{')) return;
        const said = JSON.parse(line) as Record<string, unknown>;
        this.log.push(said);
        if (said['event'] === 'ready') ready = true;
      },
    );
    this.#program = program;
    await until(
      'the agent to be ready',
      () => {
        if (!program.running) throw new Error(`the agent has ended: ${program.tail.join('\n')}`);
        return ready;
      },
      UP_WITHIN_MS,
    );
    const port = await freePort();
    this.#tunnel = this.#lab.tunnel(port, API_PORT);
    const life = { ready: { ports: { api: port } }, ended: program.ended };
    const inService = async (): Promise<boolean> =>
      (await statusOf(life).catch(() => undefined))?.service === 'in-service';
    await until('the kiosk to be in service', inService, UP_WITHIN_MS);
    this.#life = life;
    for (const resolve of this.#waiting.splice(0)) resolve(life);
  }

  async status(): Promise<AgentStatus> {
    return await statusOf(await this.up());
  }

  get api(): Promise<AgentApi> {
    return this.up().then(apiOf);
  }

  async stop(): Promise<void> {
    this.#life = undefined;
    this.#tunnel?.kill('SIGKILL');
    await this.#program?.stop();
  }

  /** Its machine has lost its power. */
  async gone(): Promise<void> {
    this.#life = undefined;
    this.#tunnel?.kill('SIGKILL');
    await this.#program?.abandon();
  }

  /** What the shipped tool prints of its journal, and what is wrong with that. */
  async journal(): Promise<{ readonly lines: readonly JournalLine[]; readonly faults: readonly string[] }> {
    const printed = await this.#lab.run([
      'node',
      'dist/agent/cli.js',
      'journal',
      'print',
      '--json',
      this.#place.journal,
    ]);
    const lines = printed.stdout.split('\n').filter((line) => line.startsWith('{'));
    const faults = printed.stderr.split('\n').filter((line) => line !== '');
    return {
      lines: lines.map((line) => ({ ...(JSON.parse(line) as Omit<JournalLine, 'kiosk'>), kiosk: this.name })),
      faults: printed.code === 0 ? faults : [`exit ${printed.code}`, ...faults],
    };
  }
}

const apiOf = (life: Life): AgentApi => new AgentApi(`http://127.0.0.1:${life.ready.ports['api']}`);
const statusOf = (life: Life): Promise<AgentStatus> => apiOf(life).status();
