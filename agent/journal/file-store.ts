import { constants, type FileHandle, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { diskFault } from './disk-fault.js';
import { JournalLock } from './lock.js';
import type { Store } from './store.js';

const LOCK_FILE = 'journal.lock';
/** Each write returns when the data is on the device; within written blocks nothing but the data has to go there. */
const WRITING = constants.O_RDWR | constants.O_DSYNC;

/** A directory of the file system, locked by a file in it. */
export class FileStore implements Store {
  readonly #directory: string;
  readonly #lock: JournalLock;
  readonly #files = new Map<string, FileHandle>();

  constructor(directory: string) {
    this.#directory = resolve(directory);
    this.#lock = new JournalLock(join(this.#directory, LOCK_FILE));
  }

  open(): Promise<void> {
    return this.#tell(async () => {
      await makeDurably(this.#directory);
      this.#lock.take();
    });
  }

  list(): Promise<string[]> {
    return this.#tell(async () => {
      const entries = await readdir(this.#directory, { withFileTypes: true });
      return entries.filter((e) => e.isFile() && !e.name.startsWith(LOCK_FILE)).map((e) => e.name);
    });
  }

  create(name: string, bytes: number): Promise<void> {
    return this.#tell(async () => {
      const file = await open(this.#path(name), WRITING | constants.O_CREAT | constants.O_EXCL, 0o600);
      this.#files.set(name, file);
      try {
        await writeWhole(file, Buffer.alloc(bytes), 0);
        await file.sync();
        await syncDirectory(this.#directory);
      } catch (error) {
        await this.#removeFile(name).catch(() => {});
        throw error;
      }
    });
  }

  read(name: string): Promise<Uint8Array> {
    return this.#tell(async () => {
      const file = await this.#file(name);
      await file.datasync();
      return await readWhole(file);
    });
  }

  write(name: string, offset: number, bytes: Uint8Array): Promise<void> {
    return this.#tell(async () => writeWhole(await this.#file(name), bytes, offset));
  }

  remove(name: string): Promise<void> {
    return this.#tell(async () => {
      await this.#removeFile(name);
      await syncDirectory(this.#directory);
    });
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    try {
      await this.#tell(async () => void (await Promise.all(files.map((file) => file.close()))));
    } finally {
      this.#lock.release();
    }
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  async #file(name: string): Promise<FileHandle> {
    const known = this.#files.get(name);
    if (known) return known;
    const file = await open(this.#path(name), WRITING);
    this.#files.set(name, file);
    return file;
  }

  async #removeFile(name: string): Promise<void> {
    await this.#files.get(name)?.close();
    this.#files.delete(name);
    await unlink(this.#path(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  async #tell<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw diskFault(this.#directory, error);
    }
  }
}

/**
 * A write may be short, on a disk that gets full or at a limit: what is wrong the write of the rest tells.
 * @param file as `FileHandle`; each write at its own offset.
 */
export async function writeWhole(file: Pick<FileHandle, 'write'>, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, offset + at);
    if (bytesWritten === 0)
      throw Object.assign(new Error(`nothing more is written after ${at} of ${bytes.length} bytes`), { code: 'EIO' });
    at += bytesWritten;
  }
}

/** From the start, wherever the handle stands. */
async function readWhole(file: FileHandle): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

/** A directory's name lies in its parent, which must reach the disk too. */
async function makeDurably(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) {
    // A start that was cut off may have made it; a parent that we may not read was made by somebody else.
    await syncDirectory(dirname(directory)).catch(() => {});
    return;
  }
  for (let made = directory; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
