import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { JournalLock } from '../../agent/journal/lock.js';
import { codeOf, UsageError } from './usage.js';

/** What must stay the same when a run goes on with the journal and the ledger of an earlier one. */
export type RunIdentity = {
  readonly kiosk: string;
  /** A secret, hex: the relay knows codes by a keyed hash only. */
  readonly codeHashKey: string;
};

/** Where a run's configs, keys, journal, ledger and logs lie. */
export type RunFolder = RunIdentity & {
  readonly path: string;
  /** An earlier run kept this folder: its journal, keys and ledger are there. */
  readonly goesOn: boolean;
  /** Another run may take it, or it is gone. */
  close(): Promise<void>;
};

const IDENTITY = 'demo.json';
const LOCK = 'demo.lock';
/** All that a run puts into its folder. */
const ours: ReadonlySet<string> = new Set([
  ...[IDENTITY, 'keys', 'journal', 'ledger', 'broker-password'],
  ...['kiosk.toml', 'relay.toml', 'kiosk.log', 'relay.log', 'sandbox.log'],
]);
/** What a run leaves behind that died before it had begun. */
const isNothing = (name: string): boolean => name.startsWith(LOCK) || name === `${IDENTITY}.new`;
const expected = 'expected a new or empty folder, or one that an earlier run kept, such as --keep ./run1';

const newIdentity = (): RunIdentity => ({
  kiosk: `demo-${randomBytes(4).toString('hex')}`,
  codeHashKey: randomBytes(32).toString('hex'),
});

/** A folder for this run alone, removed at its end. */
export async function temporaryFolder(): Promise<RunFolder> {
  // mkdtemp makes it 0700.
  const path = await mkdtemp(join(tmpdir(), 'quietzone-demo-'));
  const close = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5 });
  return { ...newIdentity(), path, goesOn: false, close };
}

/** The folder of `--keep`. @throws UsageError when it cannot be made or written, holds other things, or is in use. */
export async function keptFolder(given: string): Promise<RunFolder> {
  const path = resolve(given);
  const { made, names } = await orExplain(path, async () => ({
    made: await makeFolders(path),
    names: await readdir(path),
  }));
  const lock = new JournalLock(join(path, LOCK));
  let held = false;
  try {
    const found = await identityIn(path, names);
    await orExplain(path, async () => takeLock(lock, path));
    held = true;
    const identity = found ?? newIdentity();
    if (!found) await orExplain(path, () => writeIdentity(path, identity));
    return { ...identity, path, goesOn: found !== undefined, close: async () => lock.release() };
  } catch (error) {
    if (held) lock.release();
    // Nothing is left of a folder that was made for this run alone.
    if (made[0] !== undefined) await rm(made[0], { recursive: true, force: true });
    throw error;
  }
}

async function orExplain<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--keep: found ${path}, where the run cannot write (${codeOf(error)}); ${expected}`);
  }
}

/**
 * Step by step, because Node's own recursive mkdir turns in circles for ever where the system says ENOENT for a name in
 * a folder that is there, as /proc does. Answers with those made, the outermost first.
 */
async function makeFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = path; !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  const made: string[] = [];
  try {
    for (const folder of missing) {
      await mkdir(folder, { mode: 0o700 });
      made.push(folder);
    }
  } catch (error) {
    for (const folder of made.reverse()) await rmdir(folder);
    throw error;
  }
  return made;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function takeLock(lock: JournalLock, path: string): void {
  try {
    lock.take();
  } catch (error) {
    if (codeOf(error) !== 'unknown') throw error;
    throw new UsageError(
      `--keep: found ${path} in use by a run that is not over; stop that one, or name another folder`,
    );
  }
}

/** Undefined: the folder is empty. @throws UsageError when there is anything that no run of the demo has put there. */
async function identityIn(path: string, names: readonly string[]): Promise<RunIdentity | undefined> {
  const things = names.filter((name) => !isNothing(name));
  if (things.length === 0) return undefined;
  const foreign = things.find((name) => !ours.has(name));
  const identity = foreign === undefined ? await readIdentity(join(path, IDENTITY)) : undefined;
  if (identity) return identity;
  throw new UsageError(
    `--keep: found ${path} with things in it that no run of the demo has kept, such as ${JSON.stringify(foreign ?? things[0])}; ${expected}`,
  );
}

async function readIdentity(file: string): Promise<RunIdentity | undefined> {
  try {
    const { kiosk, codeHashKey } = JSON.parse(await readFile(file, 'utf8')) as Partial<RunIdentity>;
    const good = /^demo-[0-9a-f]{8}$/.test(kiosk ?? '') && /^[0-9a-f]{64}$/.test(codeHashKey ?? '');
    return good && kiosk && codeHashKey ? { kiosk, codeHashKey } : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: a run that dies here leaves a folder that counts as empty. */
async function writeIdentity(path: string, { kiosk, codeHashKey }: RunIdentity): Promise<void> {
  const draft = join(path, `${IDENTITY}.new`);
  await writeFile(draft, `${JSON.stringify({ kiosk, codeHashKey })}\n`, { mode: 0o600 });
  await rename(draft, join(path, IDENTITY));
}
