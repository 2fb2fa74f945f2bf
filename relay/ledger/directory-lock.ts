import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LedgerError } from './database.js';

/** Every name of ours beside the database's own files begins so. */
export const LOCK_NAME = 'quietzone-relay.lock';

/**
 * One process a PGlite directory: two would ruin it. The file names its holder by pid, the kernel's start time of it and
 * the boot, so that the lock of a killed process is seen as stale even when its pid runs again as something else.
 * A process of another container is not seen: a directory is for one of them.
 */
export class DirectoryLock {
  readonly #path: string;
  #held = false;

  constructor(directory: string) {
    this.#path = join(directory, LOCK_NAME);
  }

  /** @throws LedgerError when another live process holds the directory. */
  take(): void {
    const own = `${this.#path}.${process.pid}`;
    try {
      writeFileSync(own, ownText(), { mode: 0o600 });
      for (let tries = 0; tries < 3 && !this.#held; tries++) {
        this.#held = takeName(own, this.#path);
        if (!this.#held) removeIfStale(this.#path);
      }
    } finally {
      rmSync(own, { force: true });
    }
    if (this.#held) return;
    const holder = textOf(this.#path)?.split(' ')[0] ?? 'just begun';
    throw new LedgerError(
      `ledger.directory: held by another relay (process ${holder}); stop it first or ask it with --url, ` +
        'or use PostgreSQL for several',
    );
  }

  release(): void {
    if (this.#held) rmSync(this.#path, { force: true });
    this.#held = false;
  }
}

/** The name with its content, or nothing: a lock is never seen empty. */
function takeName(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function removeIfStale(path: string): void {
  const found = textOf(path);
  if (found === undefined || isLive(found)) return;
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    // Another may have put its own in the place of the stale one since it was read: that one gets its name back.
    if (isLive(textOf(aside) ?? '')) takeName(aside, path);
    rmSync(aside, { force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const ownText = (): string => `${process.pid} ${startOf(process.pid)?.time ?? '-'} ${boot()}`;

function isLive(written: string): boolean {
  const [first, time = '-', when = '-'] = written.split(' ');
  const pid = Number(first);
  if (!Number.isInteger(pid) || pid <= 0 || when !== boot() || !isRunning(pid)) return false;
  const start = startOf(pid);
  // Without a /proc that shows it, the pid alone says so.
  return start === undefined || (!start.ended && (time === '-' || start.time === time));
}

/** Signal 0 asks only; EPERM is another user's process. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Fields 3 and 22 of /proc/PID/stat, counted after the command's closing bracket. A killed one may wait there to be reaped. */
function startOf(pid: number): { readonly time: string; readonly ended: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { time: fields[19] ?? '-', ended: /^[ZXx]$/.test(fields[0] ?? '') };
  } catch {
    return undefined;
  }
}

function boot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '-';
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
