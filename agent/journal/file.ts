import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity, Journal, JournalFact, JournalRecord, Replay } from './contract.js';
import { fromLines, toLine } from './lines.js';
import { JournalLock } from './lock.js';
import { essential, nextBoot, readPast, replayOf } from './replay.js';

/**
 * The journal as one growing file of checked lines: simple and durable. Each commit is one write and one fdatasync, and
 * takes every record that came while the commit before it ran. At each start the file is cut down to what is essential.
 * After a failed write nothing more is accepted: what the disk then holds is not known (S13).
 */
export class FileJournal implements Journal {
  readonly #directory: string;
  readonly #lock: JournalLock;
  #file: FileHandle | undefined;
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
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    this.#lock.take();
    try {
      return await this.#start(identity);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  async #start(identity: Identity): Promise<Replay> {
    const path = join(this.#directory, 'journal.log');
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const { records, torn } = fromLines(content);
    const past = readPast(records);
    const boot = nextBoot(past, identity);
    const kept = essential([...records, { ...boot.record, at: this.#wallMs() }]);
    this.#file = await replaceDurably(path, kept);
    return replayOf(past, boot.record, boot.chain, torn);
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
        await commit(this.#file, batch.map((b) => b.line).join(''));
        for (const b of batch) b.done();
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

async function commit(file: FileHandle | undefined, text: string): Promise<void> {
  if (!file) throw new Error('journal: not open');
  const bytes = Buffer.from(text);
  const { bytesWritten } = await file.write(bytes);
  if (bytesWritten !== bytes.length)
    throw new Error(`journal: ${bytesWritten} of ${bytes.length} bytes written; is the disk full?`);
  await file.datasync();
}

/** New content under the old name, or the old content: never a mix, whenever the power goes. */
async function replaceDurably(path: string, records: readonly JournalRecord[]): Promise<FileHandle> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w', 0o600);
  try {
    await file.write(records.map(toLine).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  const directory = await open(join(path, '..'), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
  return open(path, 'a', 0o600);
}
