import { readSync } from 'node:fs';
import { LinuxPortBinding } from '@serialport/bindings-cpp';
import { SerialPort } from 'serialport';

export type SerialLine = {
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits?: 5 | 6 | 7 | 8;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 2;
};

/** One opened port. It never opens again: a port that closed is thrown away and the next one is new. */
export type OpenPort = {
  /** Why it closed, in the system's words. Resolves whoever closed it; never rejects. */
  readonly closed: Promise<string>;
  /** Resolves when the system has taken the bytes; rejects when the port closes first. */
  write(bytes: Uint8Array): Promise<void>;
  /** Drops what is not sent and closes; safe during a blocked write and when already closed. Never rejects. */
  close(why: string): Promise<void>;
};

/** As much as the kernel's line discipline holds. */
const READ_MOST = 4_096;

const ended = (code: string, how: object) => Object.assign(new Error('hang-up'), { code, ...how });

/** Nothing there yet, though it was said: asked again when there is. */
const isNotYet = (error: unknown): boolean =>
  ['EAGAIN', 'EWOULDBLOCK', 'EINTR'].includes(String((error as NodeJS.ErrnoException).code));

/**
 * A hung-up terminal reads 0 bytes for ever, and bindings-cpp 13.0.0 (unix-read) asks again each time: a busy loop that
 * leaks some 15 MB a second and closes nothing. Said as a pulled plug it closes the port: the poller says most hang-ups itself
 * before the next read, and this is for the one that comes between its word and the read.
 * https://github.com/serialport/bindings-cpp/issues/162
 *
 * Read at once, not by way of the thread pool: the port is open non-blocking and was said to be readable, so that this takes
 * microseconds, and a full pool or a busy machine does not hold up a code.
 */
function readOrHangUp(fd: number, buffer: Buffer): Buffer {
  const length = readSync(fd, buffer, 0, buffer.length, null);
  if (length === 0) throw ended('EBADF', {});
  return Buffer.from(buffer.subarray(0, length));
}

/**
 * Reads until the line ends, and rejects with why: to the library it is one read, which never has an answer. So bytes go from
 * the poller to `onBytes` without the library's promises and stream between, and no read is made to fail first.
 */
export function readOn(
  binding: Pick<LinuxPortBinding, 'isOpen' | 'fd' | 'poller'>,
  onBytes: (bytes: Uint8Array) => void,
): Promise<never> {
  const buffer = Buffer.allocUnsafeSlow(READ_MOST);
  return new Promise((_, reject) => {
    const wait = (): void => {
      if (binding.isOpen) binding.poller.once('readable', onReadable);
      else reject(ended('ECANCELED', { canceled: true }));
    };
    const onReadable = (error: Error | null): void => {
      if (error || !binding.isOpen || binding.fd === null) {
        reject(error ?? ended('ECANCELED', { canceled: true }));
        return;
      }
      let bytes: Buffer | undefined;
      try {
        bytes = readOrHangUp(binding.fd, buffer);
      } catch (failed) {
        if (!isNotYet(failed)) {
          reject(failed);
          return;
        }
      }
      if (bytes) onBytes(bytes);
      wait();
    };
    wait();
  });
}

function guardRead(port: SerialPort, onBytes: (bytes: Uint8Array) => void): LinuxPortBinding {
  const binding: unknown = port.port;
  if (!(binding instanceof LinuxPortBinding)) {
    throw new Error(`serial port: found platform ${process.platform}, expected Linux and serialport 13.0.0`);
  }
  binding.read = () => readOn(binding, onBytes);
  return binding;
}

/** Without DTR many scanners stay silent; pseudo-terminals and some CDC devices know no modem lines and say so. */
async function raiseLines(binding: LinuxPortBinding): Promise<void> {
  await binding
    .set({ brk: false, cts: false, dsr: false, dtr: true, rts: true, lowLatency: true })
    .catch(() => undefined);
}

const open = (port: SerialPort): Promise<void> =>
  new Promise((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));

/** The system's discard of both directions; a line that cannot is no worse for it. */
const flush = (port: SerialPort): Promise<void> => new Promise((resolve) => port.flush(() => resolve()));

/** Closes once, whoever asks; `closed` tells the first reason. */
function closing(port: SerialPort) {
  let end: (why: string) => void = () => {};
  const closed = new Promise<string>((resolve) => {
    end = resolve;
  });
  let done: Promise<void> | undefined;
  const shut = async (): Promise<void> => {
    // Unsent bytes would hold the close up (the driver of a real UART waits for them up to 30 s).
    if (port.isOpen) await flush(port);
    await new Promise<void>((resolve) => port.close(() => resolve()));
  };
  const close = (why: string): Promise<void> => {
    end(why);
    done ??= shut();
    return done;
  };
  // Heard from before the opening: a write that a close cancels is emitted as 'error', and an 'error' without a listener
  // ends the process.
  port.on('error', (error: Error) => void close(error.message));
  port.on('close', (error?: Error | null) => end(error ? error.message : 'closed'));
  return { closed, close };
}

function writer(port: SerialPort, closed: Promise<string>): OpenPort['write'] {
  const waiting = new Set<(error: Error) => void>();
  let why: string | undefined;
  const refusal = (reason: string) => new Error(`serial port: found closed (${reason}), expected open`);
  void closed.then((reason) => {
    why = reason;
    for (const reject of waiting) reject(refusal(reason));
    waiting.clear();
  });
  return (bytes) =>
    new Promise((resolve, reject) => {
      if (why !== undefined) return reject(refusal(why));
      waiting.add(reject);
      port.write(Buffer.from(bytes), (error) => {
        waiting.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
}

/**
 * Opens the port raw, without what the line held from before (the library drops it: its age is unknown, and a code is good
 * for a minute), then reads. The bytes handed to `onBytes` are the caller's to keep.
 * @throws Error in the system's words: no such file, cannot lock, permission.
 */
export async function openPort(line: SerialLine, onBytes: (bytes: Uint8Array) => void): Promise<OpenPort> {
  const port = new SerialPort({ dataBits: 8, parity: 'none', stopBits: 1, ...line, lock: true, autoOpen: false });
  const { closed, close } = closing(port);
  await open(port);
  try {
    await raiseLines(guardRead(port, onBytes));
  } catch (error) {
    await close('unsupported');
    throw error;
  }
  port.resume();
  return { closed, close, write: writer(port, closed) };
}
