import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Where the kernel and the system say what there is; others in tests, and for a copy of another kiosk's files. */
export type Roots = {
  readonly sysRoot: string;
  readonly devRoot: string;
  readonly procRoot: string;
  readonly etcRoot: string;
  readonly runRoot: string;
};

export const rootsUnder = (root: string): Roots => ({
  sysRoot: join(root, 'sys'),
  devRoot: join(root, 'dev'),
  procRoot: join(root, 'proc'),
  etcRoot: join(root, 'etc'),
  runRoot: join(root, 'run'),
});
export const systemRoots: Roots = rootsUnder('/');

/** Devices go while they are looked at, and a container shows half of them: what cannot be read is not there. */
const orNone = <T>(reading: Promise<T>): Promise<T | undefined> => reading.catch(() => undefined);

/** Without the newline at its end; undefined also for an empty file. */
export async function textAt(...path: readonly string[]): Promise<string | undefined> {
  const text = (await orNone(readFile(join(...path), 'utf8')))?.trim();
  return text === '' ? undefined : text;
}

export const bytesAt = (...path: readonly string[]): Promise<Uint8Array | undefined> => orNone(readFile(join(...path)));

/** The names in a folder, in their natural order (event2 before event10). */
export async function namesIn(...path: readonly string[]): Promise<readonly string[]> {
  const names = (await orNone(readdir(join(...path)))) ?? [];
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

export const realAt = (...path: readonly string[]): Promise<string | undefined> => orNone(realpath(join(...path)));
export const linkAt = (...path: readonly string[]): Promise<string | undefined> => orNone(readlink(join(...path)));

/** The name that a link such as "driver" points at. */
export async function linkNameAt(...path: readonly string[]): Promise<string | undefined> {
  const target = await linkAt(...path);
  return target === undefined ? undefined : basename(target);
}

/** A path cut short, such as "/dev", names something, and no device. */
export const isFolder = async (path: string): Promise<boolean> => (await orNone(stat(path)))?.isDirectory() === true;

export type Owner = { readonly uid: number; readonly gid: number; readonly mode: number };

export async function ownerAt(...path: readonly string[]): Promise<Owner | undefined> {
  const found = await orNone(stat(join(...path)));
  return found === undefined ? undefined : { uid: found.uid, gid: found.gid, mode: found.mode & 0o777 };
}
