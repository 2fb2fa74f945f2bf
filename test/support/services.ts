import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { alive, descendants } from './processes.js';
import { until } from './wait.js';

/** A Mosquitto and a PostgreSQL of the run's own, which may be killed and started again on the same port. */

/** A program that is there, or a line that says what is missing. */
export type Programs = { readonly mosquitto: string; readonly initdb: string; readonly postgres: string };

const DEBIAN = 'on Debian: apt-get install mosquitto postgresql';

export function findPrograms(): Programs | { readonly missing: string } {
  const mosquitto = findProgram('mosquitto');
  if (mosquitto === undefined) return { missing: `mosquitto is not installed; ${DEBIAN}` };
  const initdb = findProgram('initdb', debianPostgres());
  if (initdb === undefined) return { missing: `PostgreSQL (initdb) is not installed; ${DEBIAN}` };
  // A link in PATH does not have the others beside it.
  return { mosquitto, initdb, postgres: join(dirname(realpathSync(initdb)), 'postgres') };
}

function findProgram(name: string, more: readonly string[] = []): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...more];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function debianPostgres(): string[] {
  const all = '/usr/lib/postgresql';
  if (!existsSync(all)) return [];
  const versions = readdirSync(all).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(all, version, 'bin'));
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });

type User = { readonly uid: number; readonly gid: number };

/** PostgreSQL refuses to run as root. */
function userOfPostgres(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string, name: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  const name = existsUser('postgres') ? 'postgres' : 'nobody';
  return { uid: id('-u', name), gid: id('-g', name) };
}

function existsUser(name: string): boolean {
  try {
    execFileSync('id', ['-u', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Ends its program when the pipe to us closes, so that a run that is killed leaves nothing behind. */
const LEASH = '"$@" </dev/null >>"$LOG" 2>&1 & echo $!; read -r _; kill -9 $! 2>/dev/null; wait';

class Leashed {
  #shell: ChildProcess | undefined;
  #pid = 0;

  async start(command: readonly string[], log: string, user?: User): Promise<void> {
    const shell = spawn('sh', ['-c', LEASH, 'sh', ...command], {
      cwd: dirname(log),
      env: { ...process.env, LOG: log },
      stdio: ['pipe', 'pipe', 'ignore'],
      ...user,
    });
    this.#shell = shell;
    this.#pid = await new Promise<number>((resolve, reject) => {
      shell.once('error', reject);
      createInterface({ input: shell.stdout }).once('line', (line) => resolve(Number(line)));
    });
  }

  get running(): boolean {
    return this.#pid > 0 && alive([this.#pid]).length > 0;
  }

  /** kill -9 of the program and of all that it has started, as a machine that loses its power. */
  async kill(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    if (!shell || this.#pid === 0) return;
    const pids = [this.#pid, ...descendants(this.#pid)];
    for (const pid of pids) killNow(pid);
    await until('the killed program to be gone', () => alive(pids).length === 0);
    const gone = new Promise((resolve) => shell.once('exit', resolve));
    shell.stdin?.end();
    await gone;
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });

/** Keeps nothing over a crash: every session, subscription and retained state is gone. */
export class Mosquitto {
  readonly log: string;
  readonly port: number;
  readonly #command: readonly string[];
  readonly #process = new Leashed();

  constructor(program: string, folder: string, port: number) {
    mkdirSync(folder, { recursive: true });
    const config = join(folder, 'mosquitto.conf');
    const user = process.getuid?.() === 0 ? ['user root'] : [];
    const listener = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', 'log_dest stderr'];
    writeFileSync(config, [...listener, 'set_tcp_nodelay true', ...user, ''].join('\n'));
    this.log = join(folder, 'mosquitto.log');
    this.port = port;
    this.#command = [program, '-c', config];
  }

  async start(): Promise<void> {
    await this.#process.start(this.#command, this.log);
    await until('Mosquitto to listen', () => answers(this.port), 15_000);
  }

  crash = (): Promise<void> => this.#process.kill();
}

const DATABASE = 'postgres';
const ROLE = 'quietzone';
const START_WITHIN_MS = 60_000;

/** A cluster that keeps what it has committed: fsync and synchronous commit as PostgreSQL ships them. */
export class PostgresCluster {
  readonly log: string;
  readonly port: number;
  readonly #programs: Programs;
  readonly #data: string;
  readonly #folder: string;
  readonly #user = userOfPostgres();
  readonly #process = new Leashed();
  /** More `-c name=value`. */
  readonly #settings: readonly string[];

  constructor(programs: Programs, folder: string, port: number, settings: readonly string[] = []) {
    this.#programs = programs;
    this.#folder = folder;
    this.#data = join(folder, 'data');
    this.#settings = settings;
    this.log = join(folder, 'postgres.log');
    this.port = port;
  }

  /** `port`: the cluster's own, or a proxy's before it. */
  urlAt = (port: number): string => `postgres://${ROLE}@127.0.0.1:${port}/${DATABASE}`;

  async create(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await chmod(this.#folder, 0o700);
    if (this.#user) await chown(this.#folder, this.#user.uid, this.#user.gid);
    const args = ['-D', this.#data, '-U', ROLE, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
    execFileSync(this.#programs.initdb, args, { stdio: ['ignore', 'ignore', 'pipe'], ...this.#own() });
  }

  #own = () => ({ ...this.#user, cwd: this.#folder, env: { ...process.env, HOME: this.#folder } });

  async start(): Promise<void> {
    const settings = [
      ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=60', 'shared_buffers=32MB'],
      ...this.#settings,
    ].flatMap((setting) => ['-c', setting]);
    const command = [this.#programs.postgres, '-D', this.#data, '-p', String(this.port), ...settings];
    await this.#process.start(command, this.log, this.#user);
    await until('PostgreSQL to answer', () => this.#answersOrDied(), START_WITHIN_MS);
  }

  crash = (): Promise<void> => this.#process.kill();

  async #answersOrDied(): Promise<boolean> {
    if (!this.#process.running) throw new Error(`PostgreSQL ended at its start; see ${this.log}`);
    const sql = postgres(this.urlAt(this.port), { max: 1, connect_timeout: 2, onnotice: () => {} });
    try {
      await sql.unsafe('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await sql.end({ timeout: 0 });
    }
  }
}
