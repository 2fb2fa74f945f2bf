import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Identity, Journal, JournalFact, JournalRecord, Replay } from './contract.js';
import { fromLines, toLine } from './lines.js';
import { JournalLock } from './lock.js';
import { essential, nextBoot, readPast, replayOf } from './replay.js';

/** Beyond this the file is cut down while the agent runs: months of payments must not make a start slow. */
const COMPACT_BYTES = 1_048_576;

/**
 * The journal as one growing file of checked lines: simple and durable. Each commit is one write and one fdatasync, and
 * takes every record that came while the commit before it ran. At each start, and past
 * COMPACT_BYTES, the file is cut down to what is essential.
 * After a failed write nothing more is accepted: what the disk then holds is not known (S13).
 */
export class FileJournal implements Journal {
  readonly #directory: string;
  readonly #lock: JournalLock;
  #file: FileHandle | undefined;
  #bytes = 0;
  #waiting: { line: string; done: () => void; failed: (error: Error) => void }[] = [];
  #committing: Promise<void> | undefined;
  #broken: Error | undefined;
  #wallMs: () => number = Date.now;

  constructor(directory: string) {
    this.#directory = directory;
    this.#lock = new JournalLock(join(directory, 'journal.lock'));
  }

  async open(identity: Identity): Promise<Replay> {
    this.#wallMs = identity.wallMs;
    await makeDurably(this.#directory);
    this.#lock.take();
    try {
      return await this.#start(identity);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  async #start(identity: Identity): Promise<Replay> {
    const content = await readFile(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const { records, torn } = fromLines(content);
    const past = readPast(records);
    const boot = nextBoot(past, identity);
    const kept = essential([...records, { ...boot.record, at: this.#wallMs() }]);
    await this.#replace(kept);
    return replayOf(past, boot.record, boot.chain, torn);
  }

  get #path(): string {
    return join(this.#directory, 'journal.log');
  }

  async #replace(records: readonly JournalRecord[]): Promise<void> {
    const text = records.map(toLine).join('');
    await this.#file?.close();
    this.#file = undefined;
    this.#file = await replaceDurably(this.#path, text);
    this.#bytes = Buffer.byteLength(text);
  }

  append(fact: JournalFact): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    const record: JournalRecord = { ...fact, at: this.#wallMs() };
    return new Promise((done, failed) => {
      this.#waiting.push({ line: toLine(record), done, failed });
      this.#committing ??= this.#commitAll();
    });
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#broken) throw this.#broken;
        this.#bytes += await commit(this.#file, batch.map((b) => b.line).join(''));
        for (const b of batch) b.done();
        if (this.#bytes > COMPACT_BYTES) await this.#replace(essential(fromLines(await readFile(this.#path)).records));
      } catch (error) {
        this.#broken = error instanceof Error ? error : new Error(String(error));
        for (const b of batch) b.failed(this.#broken);
      }
    }
    this.#committing = undefined;
  }

  async close(): Promise<void> {
    await this.#committing;
    await this.#file?.close();
    this.#file = undefined;
    this.#lock.release();
  }
}

async function commit(file: FileHandle | undefined, text: string): Promise<number> {
  if (!file) throw new Error('journal: not open');
  const bytes = Buffer.from(text);
  const { bytesWritten } = await file.write(bytes);
  if (bytesWritten !== bytes.length)
    throw new Error(`journal: ${bytesWritten} of ${bytes.length} bytes written; is the disk full?`);
  await file.datasync();
  return bytesWritten;
}

/** New content under the old name, or the old content: never a mix, whenever the power goes or the disk is full. */
async function replaceDurably(path: string, text: string): Promise<FileHandle> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w', 0o600);
  try {
    // Not write(): on a full disk that may take a part and say so only in its result.
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  await syncDirectory(dirname(path));
  return open(path, 'a', 0o600);
}

/** A new directory's name lies in its parent, which must reach the disk too. */
async function makeDurably(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
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
