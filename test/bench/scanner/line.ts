import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A pseudo-terminal that another process holds, as a scanner is another machine, and that tells when it wrote. */
export type Line = {
  readonly path: string;
  /** Monotonic ms right before the bytes went into the line, by the clock that all processes of a machine share. */
  write(bytes: Uint8Array): Promise<number>;
  /** Answers whatever is written to it with these bytes. */
  answer(bytes: Uint8Array): void;
  close(): void;
};

type Message = { path?: string; failed?: string; written?: number; atMs?: number; heard?: Uint8Array };

const holder = fileURLToPath(new URL('../../../deploy/demo/pty-holder.js', import.meta.url));

export async function openLine(): Promise<Line> {
  const child: ChildProcess = fork(holder, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const writes = new Map<number, (atMs: number) => void>();
  let last = 0;
  let reply: Uint8Array | undefined;
  const path = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.path !== undefined) resolve(message.path);
      if (message.failed !== undefined) reject(new Error(message.failed));
      if (message.heard !== undefined && reply) child.send({ id: 0, bytes: reply });
      if (message.written === undefined) return;
      writes.get(message.written)?.(message.atMs ?? Number.NaN);
      writes.delete(message.written);
    });
  });
  return {
    path,
    write: (bytes) =>
      new Promise((resolve) => {
        const id = ++last;
        writes.set(id, resolve);
        child.send({ id, bytes });
      }),
    answer(bytes) {
      reply = bytes;
      child.send({ listen: true });
    },
    close: () => child.kill('SIGKILL'),
  };
}
