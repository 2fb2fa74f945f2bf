import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltInBroker, type DemoBroker } from '../../deploy/demo/broker.js';
import { until } from '../support/wait.js';

/** A broker of the test's own, so that it may be restarted: Mosquitto where it is installed, aedes elsewhere. */
export type OwnBroker = DemoBroker;

const program = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/usr/bin/mosquitto'].find((p) => existsSync(p));

export async function ownBroker(): Promise<OwnBroker> {
  if (program) return new Mosquitto(program, await freePort());
  if (process.env['QUIETZONE_REQUIRE_SERVICES'] === '1')
    throw new Error('mosquitto: not installed; apt-get install mosquitto');
  return new BuiltInBroker();
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });

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

/** Keeps nothing over a restart: every session, subscription and retained state is gone. */
class Mosquitto implements DemoBroker {
  readonly about = 'Mosquitto of the test';
  readonly url: string;
  readonly #program: string;
  readonly #port: number;
  #folder = '';
  #child: ChildProcess | undefined;

  constructor(path: string, port: number) {
    this.#program = path;
    this.#port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'quietzone-mosquitto-'));
    const config = join(this.#folder, 'mosquitto.conf');
    const user = process.getuid?.() === 0 ? ['user root'] : [];
    const lines = [
      `listener ${this.#port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence false',
      'set_tcp_nodelay true',
    ];
    await writeFile(config, [...lines, ...user, ''].join('\n'));
    this.#child = spawn(this.#program, ['-c', config], { stdio: 'ignore' });
    await until('Mosquitto to listen', () => answers(this.#port));
  }

  async restart(downMs: number): Promise<void> {
    await this.stop();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    await this.start();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child && child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
