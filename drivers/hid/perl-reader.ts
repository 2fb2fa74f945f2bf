import { type ChildProcess, spawn } from 'node:child_process';
import { constants as os } from 'node:os';
import type { Clock } from '../clock.js';
import type { OpenPort } from '../line/serial-port.js';
import { readerProgram } from './reader-program.js';

const HEADER = 3;
/** A program that hangs in the system (a write to a device takes up to 5 s) is killed after so long, ms. */
const CLOSING_MOST_MS = 1_000;

type Take = (letter: string, bytes: Buffer) => void;

/** Cuts the reader's output into frames, however the pipe cuts it. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer, take: Take): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (bytes.length >= HEADER) {
      const end = HEADER + bytes.readUInt16BE(1);
      if (bytes.length < end) break;
      take(String.fromCharCode(bytes[0] as number), bytes.subarray(HEADER, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}

export function started(command: string, args: readonly string[]): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    // In English, and with nothing of the agent's environment: it may hold secrets.
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
    const child = spawn(command, args, { env, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
    child.on('error', reject);
    child.once('spawn', () => resolve(child));
  });
}

export async function startPerl(perl: string, clock: Clock): Promise<PerlReader> {
  return new PerlReader(await started(perl, ['-e', readerProgram, '--', `${os.errno.EAGAIN}`]), clock);
}

/** Nodes from their opening to their closing. */
export type Use = OpenPort & {
  /** They are closed already, or nothing more is wanted of them. */
  end(why: string): void;
};

/** The running program: it opens and closes nodes as it is told. */
export class PerlReader {
  /** Resolves when it is gone, with how it ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #gone: Promise<void>;
  #asked = 0;
  /** What comes before the answer to the newest opening is an older one's. */
  #answered = 0;
  #take: Take = () => {};
  #end: (why: string) => void = () => {};
  #onClosed = () => {};

  constructor(child: ChildProcess, clock: Clock) {
    this.#child = child;
    this.#clock = clock;
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve()));
    // Not at 'exit': the frame that says why may still be in the pipe.
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(`reader ended (${signal ?? code})`));
    });
    void this.ended.then((why) => {
      this.#end(why);
      this.#onClosed();
    });
    // A pipe to a program that is gone says EPIPE; its end is told by 'close'.
    child.stdin?.on('error', () => undefined);
    const frames = new Frames();
    child.stdout?.on('data', (chunk: Buffer) => frames.push(chunk, this.#frame));
  }

  /** In place of what is open. @param what flags, size, silence, grab, and nodes, as the program takes them */
  open(what: string, take: Take): Use {
    this.#asked += 1;
    const mine = this.#asked;
    let isOpen = true;
    let end: (why: string) => void = () => {};
    const closed = new Promise<string>((resolve) => {
      end = (why) => {
        isOpen = false;
        if (mine === this.#asked) this.#take = () => {};
        resolve(why);
      };
    });
    this.#end('opened anew');
    this.#end = end;
    this.#take = take;
    void this.ended.then(end);
    void this.#order('O', Buffer.from(what)).catch(() => undefined);
    let closing: Promise<void> | undefined;
    return {
      ...{ closed, end },
      close: (why) => {
        end(why);
        closing ??= mine === this.#asked ? this.#close() : Promise.resolve();
        return closing;
      },
      write: (bytes) =>
        isOpen ? this.#order('W', bytes) : Promise.reject(new Error('reader: found closed, expected open')),
    };
  }

  async kill(): Promise<void> {
    this.#child.stdin?.destroy();
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  readonly #frame: Take = (letter, bytes) => {
    if (letter === 'O') this.#answered += 1;
    else if (letter === 'C') this.#onClosed();
    else if (this.#answered === this.#asked) this.#take(letter, bytes);
  };

  /** Resolves when the nodes are let go: who comes next may grab them. */
  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    const cancel = this.#clock.after(CLOSING_MOST_MS, () => void this.kill());
    void this.#order('C', Buffer.alloc(0)).catch(() => undefined);
    await Promise.race([closed, this.ended]);
    cancel();
  }

  #order(letter: 'O' | 'C' | 'W', bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const { stdin } = this.#child;
      if (!stdin?.writable) return reject(new Error('reader: found closed, expected open'));
      const head = Buffer.from([letter.charCodeAt(0), bytes.length >> 8, bytes.length & 0xff]);
      stdin.write(Buffer.concat([head, bytes]), (error) => (error ? reject(error) : resolve()));
    });
  }
}
