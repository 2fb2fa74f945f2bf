import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, open, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const THREADS = 4;

/** Fills Node's thread pool, as disks and name servers that hang do; returns what frees it, which may be called twice. */
export function fillPool(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'quietzone-pool-'));
  const pipes = Array.from({ length: THREADS }, (_, i) => join(folder, `${i}`));
  execFileSync('mkfifo', pipes);
  // Opening a pipe to read waits until somebody opens it to write.
  for (const pipe of pipes) open(pipe, 'r', (error, fd) => error === null && closeSync(fd));
  let full = true;
  return () => {
    if (!full) return;
    full = false;
    const ends = pipes.map((pipe) => openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
    setTimeout(() => {
      for (const fd of ends) closeSync(fd);
      rmSync(folder, { recursive: true, force: true });
    }, 50);
  };
}
