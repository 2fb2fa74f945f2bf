import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Of this process: after a power cut it may well have the pid and the start time of the one that the cut has killed. */
const heldHere = new Set<string>();

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
    const own = `${this.#path}.${process.pid}`;
    writeFileSync(own, holder(process.pid) ?? String(process.pid), { mode: 0o600 });
    try {
      for (let tries = 0; tries < 3; tries++) {
        this.#held = takeName(own, this.#path);
        if (this.#held) {
          heldHere.add(this.#path);
          return;
        }
        removeIfStale(this.#path);
      }
    } finally {
      rmSync(own, { force: true });
    }
    throw new Error(
      `journal: ${this.#path} is held by another agent; stop that one, or give this one its own journal.directory`,
    );
  }

  release(): void {
    if (!this.#held) return;
    rmSync(this.#path, { force: true });
    heldHere.delete(this.#path);
    this.#held = false;
  }
}

/** The name with its content, or nothing: a lock is never seen empty. */
function takeName(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeIfStale(path: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    if (isLive(readFileSync(path, 'utf8'), path)) return;
    renameSync(path, aside);
    // Another agent may have replaced the stale lock by its own since it was read: give that one its name back.
    if (isLive(readFileSync(aside, 'utf8'), path)) takeName(aside, path);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isLive(written: string, path: string): boolean {
  const pid = Number(written.split(' ')[0]);
  if (pid === process.pid) return heldHere.has(path);
  return pid > 0 && holder(pid) === written;
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
