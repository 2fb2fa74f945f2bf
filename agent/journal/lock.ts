import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';

/**
 * One agent a journal. The lock file names the holder by pid and the kernel's start time of it, so that a lock left by
 * a killed agent is seen as stale even when its pid runs again as something else.
 */
export class JournalLock {
  readonly #path: string;
  #held = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws Error when another live process holds the journal. */
  take(): void {
    for (let tries = 0; tries < 3; tries++) {
      try {
        const fd = openSync(this.#path, 'wx', 0o600);
        writeSync(fd, holder(process.pid) ?? String(process.pid));
        closeSync(fd);
        this.#held = true;
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        this.#removeIfStale();
      }
    }
    throw new Error(
      `journal: ${this.#path} is held by another agent; stop that one, or give this one its own journal.directory`,
    );
  }

  #removeIfStale(): void {
    try {
      const written = readFileSync(this.#path, 'utf8');
      const pid = Number(written.split(' ')[0]);
      if (pid > 0 && holder(pid) === written) return;
      unlinkSync(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  release(): void {
    if (this.#held) unlinkSync(this.#path);
    this.#held = false;
  }
}

/** "PID STARTTIME" of a live process; field 22 of /proc/PID/stat, counted after the command's closing bracket. */
function holder(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return undefined;
  }
}
