import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { constants as os } from 'node:os';
import type { Clock } from '../clock.js';
import type { OpenPort } from '../line/serial-port.js';
import { type PerlReader, started, startPerl } from './perl-reader.js';
import { plainReaderProgram } from './reader-program.js';

/** _IOW('E', 0x90, int), as on every machine that Node runs on but MIPS, PowerPC and SPARC. */
export const EVIOCGRAB = 0x40044590;

export type ReaderOptions = {
  /** The device nodes to read; what is written goes to the first. */
  readonly paths: readonly string[];
  /** Bytes to take at once: of hidraw the longest report, of evdev any number of events. */
  readonly size: number;
  /** Silence after a report that `onGap` tells, ms. */
  readonly gapMs: number;
  readonly writes: boolean;
  /** The request that makes the nodes exclusive to this reader; absent: not asked for. */
  readonly grab?: number;
  readonly clock: Clock;
  /** Gives the opening up; what is open already stays. */
  readonly stop?: AbortSignal;
};

export type ReaderHandlers = {
  /**
   * What one read gave; the bytes are good until the call returns. `eventBytes`: of one input event, which depends on the
   * reader's own word size.
   */
  onReport(bytes: Uint8Array, eventBytes: number): void;
  /** Silence, in its place among the reports: measured by the reader, so that a stalled agent joins and cuts nothing. */
  onGap(): void;
  /** A report was not taken by the device; the system's words. */
  onUnwritten(why: string): void;
};

export type DeviceReaderOptions = {
  readonly clock: Clock;
  /** Where Perl is; found by PATH unless told. */
  readonly perl?: string;
};

/** Until the reader runs and the device has been silent once, ms. */
const OPENING_MOST_MS = 5_000;
const missing = 'no Perl to read it with; remedy: apt install perl-base';

const remedies: Readonly<Record<number, string>> = {
  [os.errno.EACCES]: '; remedy: install deploy/udev/99-quietzone.rules, and the agent\'s user into the group "input"',
  [os.errno.EBUSY]: '; remedy: end the other program that grabbed it',
  [os.errno.ENOTTY]:
    "; remedy: name the device's own node, or let the kernel inhibit it (deploy/udev/99-quietzone.rules)",
};

/** "13 open: Permission denied" in words for technicians. */
function wordsOf(text: string): string {
  const space = text.indexOf(' ');
  const words = text.slice(space + 1).replace(/: $/, '');
  return words + (remedies[Number(text.slice(0, space))] ?? '');
}

function refuse(error: NodeJS.ErrnoException): never {
  throw new Error(wordsOf(`${Math.abs(error.errno ?? 0)} ${error.message}`));
}

const errorCode = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

type Ending = { readonly closed: Promise<string>; end(why: string): void; close(why: string): Promise<void> };

function ending(child: ChildProcess): Ending {
  let end: (why: string) => void = () => {};
  const closed = new Promise<string>((resolve) => {
    end = resolve;
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // Not at 'exit': the frame that says why may still be in the pipe.
  child.once('close', (code, signal) => end(`reader ended (${signal ?? code})`));
  // A pipe to a program that is gone says EPIPE; its end is told by 'exit'.
  child.stdin?.on('error', () => undefined);
  return {
    closed,
    end,
    async close(why) {
      end(why);
      child.stdout?.removeAllListeners('data').resume();
      child.stdin?.destroy();
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Resolves with undefined once reports may be read, else with why not. */
type Opening = { readonly over: Promise<string | undefined>; quiet(): void; readonly isOver: () => boolean };

/**
 * A device that is opened in the middle of a code gives the rest of it, which must not be taken for a whole one: nothing
 * counts before the first silence.
 */
function opening({ clock, stop }: ReaderOptions, closed: Promise<string>): Opening {
  let quiet = () => {};
  let isOver = false;
  let giveUp: (why: string) => void = () => {};
  const onStop = () => giveUp('stopping');
  const over = new Promise<string | undefined>((resolve) => {
    const cancel = clock.after(OPENING_MOST_MS, () => resolve(`it was not silent once in ${OPENING_MOST_MS} ms`));
    quiet = () => {
      cancel();
      isOver = true;
      resolve(undefined);
    };
    giveUp = (why) => {
      cancel();
      resolve(why);
    };
    void closed.then(giveUp);
    if (stop?.aborted) onStop();
    stop?.addEventListener('abort', onStop, { once: true });
  });
  void over.then(() => stop?.removeEventListener('abort', onStop));
  return { over, quiet: () => quiet(), isOver: () => isOver };
}

async function opened(
  { closed, close }: Pick<Ending, 'closed' | 'close'>,
  over: Opening['over'],
  write: OpenPort['write'],
): Promise<OpenPort> {
  const why = await over;
  if (why === undefined) return { closed, close, write };
  await close(why);
  throw new Error(why);
}

async function openPerl(perl: PerlReader, options: ReaderOptions, handlers: ReaderHandlers): Promise<OpenPort> {
  const { paths, size, gapMs, writes, grab = 0 } = options;
  const flags = (writes ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NONBLOCK | constants.O_NOCTTY;
  let take: (letter: string, bytes: Buffer) => void = () => {};
  const use = perl.open([flags, size, gapMs / 1_000, grab, ...paths].join('\0'), (...frame) => take(...frame));
  const { over, quiet, isOver } = opening(options, use.closed);
  let eventBytes = 0;
  take = (letter, bytes) => {
    if (letter === 'R') eventBytes = bytes[0] as number;
    else if (letter === 'E') use.end(wordsOf(bytes.toString()));
    else if (letter === 'W') handlers.onUnwritten(bytes.toString());
    else if (!isOver()) {
      if (letter === 'G') quiet();
    } else if (letter === 'D') handlers.onReport(bytes, eventBytes);
    else handlers.onGap();
  };
  return opened(use, over, use.write);
}

/** Without Perl: reports all of one size, which is the rule, and the silence measured here. */
async function openPlain(options: ReaderOptions, handlers: ReaderHandlers): Promise<OpenPort> {
  const { paths, size, gapMs, clock } = options;
  const path = paths[0] ?? '';
  const child = await started('sh', ['-c', plainReaderProgram, 'sh', path]);
  const end = ending(child);
  const { over, quiet, isOver } = opening(options, end.closed);
  let rest = Buffer.alloc(0);
  let cancel = () => {};
  const listen = () => {
    cancel();
    // Twice, the second time a turn later: what waits in the pipe after a stall is read first.
    cancel = clock.after(gapMs, () => {
      cancel = clock.after(1, () => {
        rest = Buffer.alloc(0);
        if (isOver()) handlers.onGap();
        else quiet();
      });
    });
  };
  listen();
  child.stdout?.on('data', (chunk: Buffer) => {
    listen();
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % size);
    for (let at = 0; at < whole && isOver(); at += size) handlers.onReport(bytes.subarray(at, at + size), 0);
    rest = bytes.subarray(whole);
  });
  void end.closed.then(() => cancel());
  return opened(end, over, () => Promise.reject(new Error(missing)));
}

/**
 * Reads device nodes in a program of its own: nothing of the agent waits for a device, and a read that never ends holds
 * no thread of its pool. The program ends with the agent, killed or not. It is started once, before there is a device, as
 * starting one holds the event loop up for some ms, the more the larger the agent is; and again at the next opening when
 * it died. Whoever opens waits longer after each opening that failed.
 */
export class DeviceReader {
  readonly #perl: string;
  readonly #clock: Clock;
  #running: Promise<PerlReader> | undefined;

  constructor({ clock, perl = 'perl' }: DeviceReaderOptions) {
    this.#clock = clock;
    this.#perl = perl;
  }

  /** Without Perl it does nothing: then each opening starts its own program. */
  start(): void {
    void this.#program().catch(() => undefined);
  }

  /**
   * One opening at a time.
   * @throws Error in the system's words, with the remedy where one is known
   */
  async open(options: ReaderOptions, handlers: ReaderHandlers): Promise<OpenPort> {
    for (const path of options.paths)
      await access(path, constants.R_OK | (options.writes ? constants.W_OK : 0)).catch(refuse);
    let perl: PerlReader;
    try {
      perl = await this.#program();
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      if (options.grab !== undefined) throw new Error(missing);
      return openPlain(options, handlers);
    }
    return openPerl(perl, options, handlers);
  }

  /** Resolves when the program is gone. */
  async stop(): Promise<void> {
    const perl = await this.#running?.catch(() => undefined);
    await perl?.kill();
  }

  #program(): Promise<PerlReader> {
    if (this.#running) return this.#running;
    const running = startPerl(this.#perl, this.#clock);
    this.#running = running;
    const forget = () => {
      if (this.#running === running) this.#running = undefined;
    };
    running.then(({ ended }) => ended.then(forget), forget);
    return running;
  }
}
