import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

type Options = {
  /** Where the lines go: 1 is standard output. */
  readonly fd?: number;
  /** Lines are gathered for so long, in milliseconds, or until `gatherBytes`; 0 writes each at once. */
  readonly gatherMs?: number;
  readonly gatherBytes?: number;
  /** So many bytes wait for a reader that reads no more; what comes on top of them is dropped and counted. */
  readonly keepBytes?: number;
};

const GATHER_BYTES = 8_192;
const KEEP_BYTES = 1_048_576;
const AGAIN_MS = 50;
/** A reader that is alive takes what is left in this time; the process ends without one that is not. */
const LAST_WORDS_MS = 250;

/**
 * A log's output which holds up nobody: a payment does not wait until somebody reads the log. pino's own tries for ever
 * and blocks the process meanwhile when nobody reads standard output, or when the disk behind it is full.
 *
 * A reader that is slow is waited for without blocking; one that is gone, a full disk or a broken one cost lines, never
 * time. When lines can be written again, a line with `"event":"log-lost"` says how many are missing.
 */
export class LogOutput {
  readonly #fd: number;
  readonly #gatherMs: number;
  readonly #gatherBytes: number;
  readonly #keepBytes: number;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #lost = 0;
  /** Of them, those that a waiting line tells of. */
  #telling = 0;
  /** What was written ends within a line; and its rest will not come any more. */
  #within = false;
  #torn = false;
  #timer: NodeJS.Timeout | undefined;
  /** Written to no more: its reader is gone for good. */
  #closed = false;

  constructor({ fd = 1, gatherMs = 0, gatherBytes = GATHER_BYTES, keepBytes = KEEP_BYTES }: Options = {}) {
    this.#fd = unblocked(fd);
    this.#gatherMs = gatherMs;
    this.#gatherBytes = gatherBytes;
    this.#keepBytes = keepBytes;
    outputs.add(this);
    if (outputs.size === 1) process.on('exit', () => atExit());
  }

  /** Takes one line, its end included. Never throws and never waits. */
  write(line: string): void {
    if (this.#closed) return;
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > this.#keepBytes) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    // A timer under way either gathers or waits for the reader; a reader is not asked again with each line.
    const full = this.#bytes >= this.#gatherBytes && this.#bytes - bytes.length < this.#gatherBytes;
    if (full || (this.#gatherMs === 0 && this.#timer === undefined)) this.#pump();
    else this.#timer ??= setTimeout(() => this.#pump(), this.#gatherMs).unref();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#waiting.length > 0) {
      const all = this.#waiting.length === 1 ? (this.#waiting[0] as Buffer) : Buffer.concat(this.#waiting);
      try {
        this.#written(all, writeSync(this.#fd, this.#torn ? Buffer.concat([LINE_END, all]) : all));
      } catch (error) {
        if (!this.#failed(all, (error as NodeJS.ErrnoException).code ?? '')) return;
      }
      this.#tellLost();
    }
  }

  #written(all: Buffer, bytes: number): void {
    const written = this.#torn ? bytes - 1 : bytes;
    if (bytes > 0 && this.#torn) {
      this.#torn = false;
      this.#within = false;
    }
    this.#bytes = all.length - written;
    this.#waiting = this.#bytes > 0 ? [all.subarray(written)] : [];
    if (written > 0) this.#within = all[written - 1] !== NEWLINE;
    if (this.#bytes === 0) this.#telling = 0;
  }

  /** Whether there is more to be written at once. */
  #failed(all: Buffer, code: string): boolean {
    if (code === 'EINTR') return true;
    if (code === 'EAGAIN') {
      this.#waiting = [all];
      this.#timer = setTimeout(() => this.#pump(), AGAIN_MS).unref();
      return false;
    }
    // A reader that is gone does not come back to this descriptor; a full disk may have room for the next line.
    this.#closed = gone.has(code);
    for (const byte of all) if (byte === NEWLINE) this.#lost += 1;
    // The line that told of others is none of them; they are still to be told.
    if (this.#telling > 0) this.#lost += this.#telling - 1;
    this.#telling = 0;
    this.#torn = this.#within;
    this.#waiting = [];
    this.#bytes = 0;
    return false;
  }

  #tellLost(): void {
    if (this.#lost === 0 || this.#bytes > 0) return;
    const line = { level: 40, time: Date.now(), event: 'log-lost', lines: this.#lost };
    this.#telling = this.#lost;
    this.#lost = 0;
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  /** What is left goes out, to a reader that takes it soon. */
  lastWords(): void {
    const end = performance.now() + LAST_WORDS_MS;
    if (!this.#closed) this.#tellLost();
    this.#pump();
    while (this.#bytes > 0 && performance.now() < end) {
      Atomics.wait(nothing, 0, 0, 5);
      this.#pump();
    }
  }
}

/** One listener for all: a process of tests starts many. */
const outputs = new Set<LogOutput>();
function atExit(): void {
  for (const output of outputs) output.lastWords();
}
const NEWLINE = 0x0a;
const LINE_END = Buffer.of(NEWLINE);
const gone: ReadonlySet<string> = new Set(['EPIPE', 'EBADF', 'ECONNRESET', 'ENOTCONN', 'ENXIO']);
const nothing = new Int32Array(new SharedArrayBuffer(4));

/**
 * The same output in non-blocking mode. A pipe or a terminal is opened once more, for the mode belongs to the open file
 * and others may hold the one that we were given; a socket cannot be, and is switched. A file never keeps its writer waiting.
 */
function unblocked(fd: number): number {
  try {
    const stat = fstatSync(fd);
    if (stat.isFIFO() || stat.isCharacterDevice()) {
      const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
      return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    }
    if (stat.isSocket()) switched(fd);
  } catch {
    // A pipe of another user, who started this program as somebody else, cannot be opened again.
    if (isPipe(fd)) switched(fd);
  }
  return fd;
}

/** libuv makes the descriptors that it is given non-blocking. */
function switched(fd: number): void {
  new Socket({ fd, readable: false, writable: true }).unref().on('error', () => {});
}

function isPipe(fd: number): boolean {
  try {
    return fstatSync(fd).isFIFO();
  } catch {
    return false;
  }
}
