import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LedgerError } from './database.js';
import { DirectoryLock, LOCK_NAME } from './directory-lock.js';

/** The folder of an embedded ledger: made or checked, its owner's alone, and held by this process. */
export type HeldDirectory = { readonly path: string; release(): void };

/** @throws LedgerError naming ledger.directory, what was found there and the remedy. */
export function holdDirectory(directory: string): HeldDirectory {
  // Absolute: PGlite takes "memory://" and the like for something else than a folder.
  const path = resolve(directory);
  try {
    make(path);
    refuseForeign(path);
    keepToOwner(path);
    const lock = new DirectoryLock(path);
    lock.take();
    return { path, release: () => lock.release() };
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new LedgerError(
      `ledger.directory: ${path} cannot be used (${code}); name a folder that this user may write to, or make in one that exists`,
    );
  }
}

/** Not recursive: Node never ends making a folder so where none can be, such as in /proc. */
function make(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

const SHOWN_NAMES = 3;

/** Nothing is written into what is something else: a folder of reports, or the data of a PostgreSQL server. */
function refuseForeign(path: string): void {
  const names = readdirSync(path).sort();
  // A server leaves postmaster.opts in its own data; PGlite never does, though a postmaster.pid.
  const server = names.includes('postmaster.opts');
  // The lock without the rest is a ledger whose making was cut off, or is under way.
  const ours = names.includes('PG_VERSION') || names.some((name) => name.startsWith(LOCK_NAME));
  if (!server && (ours || names.length === 0)) return;
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
  const found = server
    ? "a PostgreSQL server's own data"
    : `${names.slice(0, SHOWN_NAMES).join(', ')}${more}, which are no ledger`;
  throw new LedgerError(`ledger.directory: found ${found} in ${path}, expected an empty folder, a new one or a ledger`);
}

/** PGlite's files are open to all by their own mode: only the folder keeps others from payments and audit. */
function keepToOwner(path: string): void {
  const { mode, uid } = statSync(path);
  if ((mode & 0o077) === 0) return;
  try {
    chmodSync(path, 0o700);
  } catch {
    throw new LedgerError(
      `ledger.directory: ${path} is open to other users (mode ${(mode & 0o777).toString(8)}) and belongs to user ${uid}; ` +
        'have its owner run chmod 700 on it, or name another folder',
    );
  }
}
