import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { access, open, readdir, readFile } from 'node:fs/promises';
import { type Clock, pause } from '../clock.js';

/** `begun`: the kernel was given the value, so that it may have acted on it; else nothing has happened. */
export class SysfsError extends Error {
  override readonly name = 'SysfsError';
  readonly code: string;
  readonly begun: boolean;
  constructor(message: string, code: string, begun = false) {
    super(message);
    this.code = code;
    this.begun = begun;
  }
}

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'this user needs the rights: the group of the file, or a udev rule',
  EPERM: 'this user needs the rights: the group of the file, or a udev rule',
  ENOENT: 'not there: is its overlay in config.txt, its module loaded, its name right?',
  EBUSY: 'a driver of the kernel or another program has it',
  EROFS: 'this service sees /sys read-only: look at ProtectKernelTunables in its unit',
};

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code ?? 'an error');

export function sysfsError(path: string, error: unknown, begun = false): SysfsError {
  const code = codeOf(error);
  const remedy = remedies[code];
  return new SysfsError(`${path}: ${code}${remedy === undefined ? '' : `; ${remedy}`}`, code, begun);
}

/** @throws SysfsError */
export async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw sysfsError(path, error);
  }
}

/** Never makes a file: what is not there is a fault. @throws SysfsError */
export async function writeText(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY).catch((error: unknown) => {
    throw sysfsError(path, error);
  });
  try {
    await file.write(`${text}\n`);
  } catch (error) {
    throw sysfsError(path, error, true);
  } finally {
    await file.close();
  }
}

/**
 * The same at once, some 20 µs: for what must not wait until the thread pool is free of disks and name servers that hang.
 * @throws SysfsError
 */
export function writeTextNow(path: string, text: string): void {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_WRONLY);
    writeSync(file, `${text}\n`);
  } catch (error) {
    throw sysfsError(path, error, file !== undefined);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Names in a folder of a class; [] where the kernel has no such class. */
export async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => pattern.test(name)).sort();
}

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const LOOK_EACH_MS = 20;
const RIGHTS_WITHIN_MS = 1_000;

/** udev gives the rights a moment after the kernel made the files. @throws SysfsError when it does not within a second */
export async function awaitRights(paths: readonly string[], clock: Clock): Promise<void> {
  const end = clock.now() + RIGHTS_WITHIN_MS;
  for (const path of paths) {
    for (;;) {
      const fault = await access(path, constants.W_OK).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (fault === undefined) break;
      if (clock.now() >= end) throw sysfsError(path, fault);
      await pause(clock, LOOK_EACH_MS, new AbortController().signal);
    }
  }
}
