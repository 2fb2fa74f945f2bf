import { readFile } from 'node:fs/promises';
import { Program, type ProgramOptions, type Ready } from '../../deploy/demo/child.js';
import { between, type Random } from '../bench/random.js';
import { sleep } from './wait.js';

/** What a supervised program is started with. */
export type Started = Pick<ProgramOptions, 'name' | 'entry' | 'args' | 'nodeFlags' | 'env' | 'logFile'>;

/** One process of a program, from its "ready" line to its end. */
export type Life = { readonly ready: Ready; readonly ended: Promise<void> };

/** Shortest and longest wait of the supervisor before a program that ended is started again, ms. */
const RESTART_MS: readonly [number, number] = [50, 400];

/** Keeps a program running as systemd would: whatever ends it, it is started again. */
export class Supervised {
  readonly name: string;
  readonly logFile: string;
  readonly #program: Program;
  readonly #random: Random;
  readonly #restartMs: readonly [number, number];
  /** Ended without being killed by us after it had been ready: a fault of its own. */
  readonly deaths: { readonly what: string; readonly lastWords: Promise<string> }[] = [];
  kills = 0;
  starts = 0;
  #life: Life | undefined;
  #waiting: ((life: Life) => void)[] = [];
  #end: () => void = () => {};
  #failure = '';
  #stopping = false;
  #killed = false;
  #kept: Promise<void> = Promise.resolve();

  constructor(started: Started, random: Random, restartMs = RESTART_MS) {
    this.name = started.name;
    this.logFile = started.logFile;
    this.#random = random;
    this.#restartMs = restartMs;
    this.#program = new Program({
      ...started,
      onEnd: () => this.#end(),
      onDeath: (detail) => {
        if (this.#killed) return;
        this.deaths.push({ what: `${this.name} ${detail}`, lastWords: lastWords(started.logFile) });
      },
    });
  }

  start(): void {
    this.#kept = this.#keep();
  }

  get pid(): number | undefined {
    return this.#program.pid;
  }

  /** The process that serves now. */
  get life(): Life | undefined {
    return this.#life;
  }

  /** For the error text: that it does not serve, and what it said when it last failed to start. */
  get complaint(): string {
    return this.#life ? '' : `${this.name} does not run; ${this.#failure || 'it has not said why'}`;
  }

  /** The process that serves, now or as soon as there is one. */
  up(): Promise<Life> {
    if (this.#life) return Promise.resolve(this.#life);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** kill -9, at whatever moment of its life. False: there is no process just now. */
  kill(): boolean {
    if (!this.#program.running) return false;
    this.#killed = true;
    this.kills += 1;
    this.#program.crash();
    return true;
  }

  /** Asked to end, as at an update; it is started again when it has. */
  terminate(): void {
    const { pid } = this.#program;
    if (pid === undefined || !this.#program.running) return;
    this.#killed = true;
    process.kill(pid, 'SIGTERM');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#program.stop();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    while (!this.#stopping) {
      const ended = new Promise<void>((resolve) => {
        this.#end = resolve;
      });
      this.#killed = false;
      await this.#live(ended);
      this.#life = undefined;
      if (!this.#stopping) await sleep(between(this.#random, ...this.#restartMs));
    }
  }

  async #live(ended: Promise<void>): Promise<void> {
    try {
      const ready = await this.#program.start();
      this.starts += 1;
      this.#life = { ready, ended };
      for (const resolve of this.#waiting.splice(0)) resolve(this.#life);
      await ended;
    } catch (error) {
      // Killed while it started, or it could not: a relay without its database says so and ends.
      this.#failure = error instanceof Error ? error.message : String(error);
      await this.#program.kill();
    }
  }
}

const LAST_WORDS_MS = 400;
const LAST_CHARACTERS = 40_000;
const LAST_LINES = 25;

/** What is no log line, so an error that nobody caught, and the log lines before it; once all of it is written. */
async function lastWords(logFile: string): Promise<string> {
  await sleep(LAST_WORDS_MS);
  const lines = (await readFile(logFile, 'utf8')).slice(-LAST_CHARACTERS).split('\n');
  const plain = lines.filter((line) => !line.startsWith('{'));
  return [...lines.slice(-LAST_LINES).filter((line) => line.startsWith('{')), ...plain.slice(-LAST_LINES)].join('\n');
}
