import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { leashFile, projectRoot } from './places.js';

/** One JSON log line of a program of ours. */
export type LogLine = Readonly<Record<string, unknown>>;
export type Ready = { readonly ports: Readonly<Record<string, number>> };

export type ProgramOptions = {
  readonly name: string;
  /** Absolute path of the program's JavaScript. */
  readonly entry: string;
  readonly args: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** All the program prints; payment codes are not in it (S11), so it may be kept. */
  readonly logFile: string;
  onLine?(line: LogLine): void;
  /** The process is gone, whoever ended it. */
  onEnd?(): void;
  /** The program ended although nobody asked it to. */
  onDeath?(detail: string): void;
};

const STOP_WITHIN_MS = 4_000;
/** A busy machine takes its time; PGlite most of all. */
const READY_WITHIN_MS = 90_000;

const notReady =
  `not ready within ${READY_WITHIN_MS / 1000} s: the machine is too busy, or this is a fault;` +
  ' --keep DIR keeps its log, and QUIETZONE_DATABASE_URL is the way without PGlite';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function readLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

/** A program of ours as a child process on a leash: started, watched, stopped by its pid. */
export class Program {
  readonly options: ProgramOptions;
  #child: ChildProcess | undefined;
  #log: WriteStream | undefined;
  #wanted = false;
  #exited: Promise<void> = Promise.resolve();
  /** The last lines it wrote, for the error text when it dies at start. */
  #tail: string[] = [];

  constructor(options: ProgramOptions) {
    this.options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves at the program's "ready" line. @throws Error with its last lines when it ends before. */
  async start(): Promise<Ready> {
    const { entry, args, nodeFlags = [], env = {}, logFile } = this.options;
    this.#wanted = true;
    this.#tail = [];
    this.#log ??= createWriteStream(logFile, { flags: 'a', mode: 0o600 });
    const child = spawn(process.execPath, [...nodeFlags, '--import', pathToFileURL(leashFile).href, entry, ...args], {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    return await new Promise<Ready>((resolve, reject) => this.#follow(child, resolve, reject));
  }

  #follow(child: ChildProcess, ready: (r: Ready) => void, fail: (e: Error) => void): void {
    child.once('exit', () => this.options.onEnd?.());
    let settled = false;
    const timer = setTimeout(() => ended(notReady), READY_WITHIN_MS);
    const ended = (detail: string): void => {
      clearTimeout(timer);
      if (!settled) fail(new Error(`${this.options.name}: ${detail}\n${this.#tail.join('\n')}`));
      else if (this.#wanted && this.#child === child) this.options.onDeath?.(detail);
      settled = true;
    };
    const onText = (text: string): void => {
      this.#log?.write(`${text}\n`);
      this.#tail = [...this.#tail.slice(-14), text];
      const line = readLine(text);
      if (line?.['event'] === 'ready' && !settled) {
        settled = true;
        clearTimeout(timer);
        ready({ ports: (line['ports'] ?? {}) as Record<string, number> });
      }
      if (line) this.options.onLine?.(line);
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', onText);
    }
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(signal ? `ended by ${signal}` : `ended with code ${code}`));
  }

  /** SIGTERM, and SIGKILL when that is not enough. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#end('SIGTERM');
    await new Promise<void>((resolve) => (this.#log ? this.#log.end(resolve) : resolve()));
    this.#log = undefined;
  }

  /** kill -9, as a power cut; `onDeath` is not called. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#wanted = false;
    await this.#end('SIGKILL');
  }

  /** kill -9 as an accident: `onDeath` is called. */
  crash(): void {
    if (this.running) this.#child?.kill('SIGKILL');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || !this.running) return;
    child.kill(signal);
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.#exited;
    clearTimeout(hard);
  }
}
