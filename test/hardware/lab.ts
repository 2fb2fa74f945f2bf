import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { projectRoot } from '../../deploy/demo/places.js';

/** The board as a virtual machine, as tests use it: a thin hand on `lab/lab`, which does all the work. */

export type Device = 'serial' | 'acm' | 'keyboard' | 'hidpos';

const tool = join(projectRoot, 'test/hardware/lab/lab');
/** The system's own where there is one: a version manager's takes longer to start than most verbs. */
const python = ['/usr/bin/python3', 'python3'].find((path) => path === 'python3' || existsSync(path)) ?? 'python3';
const run = promisify(execFile);
/** The longest verb is `up`, and that has limits of its own. */
const WITHIN_MS = 240_000;

const found = (program: string): boolean =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) =>
    existsSync(join(folder, program)),
  );

/** What keeps the lab from running here, with the remedy; undefined: nothing. */
export function whyNoLab(): string | undefined {
  const build = 'test/hardware/lab/lab build, as root on Debian, installs what it needs';
  if (process.getuid?.() !== 0) return 'the lab needs root: it gives its machine this one’s files, all of them to read';
  const missing = ['python3', 'qemu-system-x86_64', 'socat', 'dropbearkey', 'ssh', 'mkfs.ext4'].filter(
    (p) => !found(p),
  );
  if (missing.length > 0) return `${missing.join(', ')}: not installed; ${build}`;
  return undefined;
}

export type GuestRun = { readonly code: number; readonly stdout: string; readonly stderr: string };
export type PowerCut = { readonly cached: number; readonly lost: number; readonly said: string };

export class LabIsUp extends Error {
  constructor() {
    super('the lab is up already: test/hardware/lab/lab down, or another QUIETZONE_LAB_HOME for this run');
  }
}

export class Lab {
  /** `forward`: ports of this machine's loopback that the guest reaches as host.lab. */
  constructor(forward: readonly number[]) {
    this.#env = { ...process.env, LAB_FORWARD: forward.join(',') };
  }

  readonly #env: NodeJS.ProcessEnv;

  async #do(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(python, [tool, ...args], { env: this.#env, cwd: projectRoot, timeout: WITHIN_MS });
    return stdout;
  }

  async isUp(): Promise<boolean> {
    return await this.#do('status').then(
      () => true,
      () => false,
    );
  }

  /** @throws LabIsUp: that one forwards another's ports. */
  async first(): Promise<void> {
    if (await this.isUp()) throw new LabIsUp();
    await this.up();
  }

  /** As it was, where it is up. */
  up = (): Promise<string> => this.#do('up');
  down = (): Promise<string> => this.#do('down');
  /** TEXT in Latin-1; what is no printable ASCII goes as \xNN. */
  scan = (device: Device, text: string): Promise<string> => this.#do('scan', device, escaped(text));
  plug = (device: Device): Promise<string> => this.#do('plug', device);
  unplug = (device: Device): Promise<string> => this.#do('unplug', device);
  /** The keyboard types, and is pulled at once after the last key. */
  unplugTyping = (text: string): Promise<string> => this.#do('unplug', 'keyboard', text);
  gpio = async (line: number): Promise<number> => Number(await this.#do('gpio', 'get', String(line)));
  setGpio = (line: number, value: 0 | 1): Promise<string> => this.#do('gpio', 'set', String(line), String(value));
  i2c = async (): Promise<string[]> => (await this.#do('i2c')).split('\n').filter(Boolean);
  clearI2c = (): Promise<string> => this.#do('i2c', 'clear');
  answerI2c = (...addresses: readonly number[]): Promise<string> =>
    this.#do('i2c', 'present', ...addresses.map(String));

  /**
   * The power goes, and stays off. Of the sectors that were not flushed each survives with chance `keep`.
   * `inWrite`: at the next flush, which is neither done nor answered; where none comes within 3 s, then.
   */
  async powerCut(seed: number, keep = 0.5, inWrite = false): Promise<PowerCut> {
    const flags = ['--seed', String(seed), '--keep', String(keep), ...(inWrite ? ['--in-write'] : []), '--off'];
    const said = (await this.#do('powercut', ...flags)).trim();
    const [, cached = '0', lost = '0'] = /: (\d+) sectors in the cache, (\d+) lost/.exec(said) ?? [];
    return { cached: Number(cached), lost: Number(lost), said };
  }

  /** Off, and a new disk at the next `up`. */
  freshDisk = (): Promise<string> => this.#do('freshdisk');

  /** A command in the guest, in the project's folder. Its exit code is an answer, not an error. */
  async run(command: readonly string[], seconds = 60): Promise<GuestRun> {
    const args = [tool, 'run', '-t', String(seconds), '--', ...command];
    const options = { env: this.#env, cwd: projectRoot, maxBuffer: 64 * 1024 * 1024 };
    return await run(python, args, options).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code?: number; stdout?: string; stderr?: string; message: string }) => ({
        code: typeof error.code === 'number' ? error.code : -1,
        stdout: error.stdout ?? '',
        stderr: error.stderr ?? error.message,
      }),
    );
  }

  sh = (script: string, seconds = 60): Promise<GuestRun> => this.run(['bash', '-c', script], seconds);

  /** As `sh`; @throws Error with what it said */
  async must(script: string, seconds = 60): Promise<string> {
    const { code, stdout, stderr } = await this.sh(script, seconds);
    if (code !== 0) throw new Error(`in the guest: ${script}: exit ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** A program in the guest that goes on; each line that it prints goes to `onLine`. */
  start(name: string, command: readonly string[], onLine: (line: string) => void, seconds = 3_600): GuestProgram {
    return new GuestProgram(this, name, this.#spawn(['run', '-t', String(seconds), '--', ...command], 'pipe'), onLine);
  }

  /** `port` of this machine's loopback is the guest's own `guestPort`, until the child is killed. */
  tunnel = (port: number, guestPort: number): ChildProcess => this.#spawn(['tunnel', String(port), String(guestPort)]);

  #spawn(args: readonly string[], input: 'pipe' | 'ignore' = 'ignore'): ChildProcess {
    return spawn(python, [tool, ...args], { env: this.#env, cwd: projectRoot, stdio: [input, 'pipe', 'pipe'] });
  }
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

export class GuestProgram {
  readonly #lab: Lab;
  readonly #pidFile: string;
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  /** Its last lines, for an error's text. */
  readonly tail: string[] = [];

  constructor(lab: Lab, name: string, child: ChildProcess, onLine: (line: string) => void) {
    this.#lab = lab;
    this.#pidFile = pidFileOf(name);
    this.#child = child;
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    // What a program that has ended is told is lost, and no fault of its own.
    child.stdin?.on('error', () => {});
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.tail.push(line);
        if (this.tail.length > 20) this.tail.shift();
        onLine(line);
      });
    }
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** A line on its standard input. */
  say = (line: string): void => void this.#child.stdin?.write(`${line}\n`);
  /** The end of its standard input. */
  done = (): void => void this.#child.stdin?.end();

  /** The signal goes to the program in the guest; killing what runs here would leave it there. */
  async stop(signal = 'TERM'): Promise<void> {
    if (this.running) await this.#lab.sh(`kill -${signal} "$(cat ${this.#pidFile})"`);
    await this.ended;
  }

  /** The guest has gone, and the ssh with it or soon. */
  async abandon(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

const pidFileOf = (name: string): string => `/run/${name}.pid`;

/** For `Lab.start`: a Node program that leaves its pid where `stop` looks for it. */
export const nodeProgram = (name: string, ...args: readonly string[]): string[] => [
  ...['bash', '-c', `echo $$ > ${pidFileOf(name)}; exec node "$@"`, name],
  ...args,
];
