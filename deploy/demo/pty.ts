import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A pseudo-terminal that plays a scanner's serial line: what is written here is read from `path`. */
export type Pty = {
  /** The line's device node, such as /dev/pts/3. It vanishes at `unplug` and may be given to a later line. */
  readonly path: string;
  /** Resolves when the line has taken all bytes; rejects when the plug is pulled first. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** From now on tells what the reader of the line writes to it. */
  listen(onBytes: (bytes: Uint8Array) => void): void;
  /** Pulls the plug right behind what was written last; resolves when the line is gone. May be called twice. */
  unplug(): Promise<void>;
  /** The same, for tidying up. */
  close(): Promise<void>;
};

type Answer = {
  readonly path?: string;
  readonly failed?: string;
  readonly written?: number;
  readonly heard?: Uint8Array;
};

const holder = fileURLToPath(new URL('./pty-holder.js', import.meta.url));

/** @throws Error which names the optional package when it is absent. */
export async function openPty(): Promise<Pty> {
  const child = fork(holder, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // Both: the end of the process may be heard before the last of its words.
  const exited = Promise.all(
    ['exit', 'disconnect'].map((event) => new Promise((resolve) => child.once(event, resolve))),
  );
  const writes = new Map<number, { resolve(): void; reject(error: Error): void }>();
  let lastWrite = 0;
  let gone = false;
  let onHeard: (bytes: Uint8Array) => void = () => {};
  const end = () => {
    gone = true;
    for (const write of writes.values())
      write.reject(new Error('pseudo-terminal: unplugged before all bytes were taken'));
    writes.clear();
  };
  void exited.then(end);

  const path = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    void exited.then(() => reject(new Error('pseudo-terminal: its holder ended before the line was open')));
    child.on('message', (answer: Answer) => {
      if (answer.heard !== undefined) onHeard(answer.heard);
      if (answer.path !== undefined) resolve(answer.path);
      if (answer.failed !== undefined) reject(new Error(answer.failed));
      if (answer.written !== undefined) {
        writes.get(answer.written)?.resolve();
        writes.delete(answer.written);
      }
    });
  });

  const unplug = async () => {
    if (!gone && child.connected) child.send({ unplug: true }, () => {});
    gone = true;
    await exited;
  };
  return {
    path,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (gone || !child.connected) return reject(new Error('pseudo-terminal: found unplugged, expected open'));
        const id = ++lastWrite;
        writes.set(id, { resolve, reject });
        child.send({ id, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes }, () => {});
      }),
    listen(onBytes) {
      onHeard = onBytes;
      if (!gone && child.connected) child.send({ listen: true }, () => {});
    },
    unplug,
    close: unplug,
  };
}
