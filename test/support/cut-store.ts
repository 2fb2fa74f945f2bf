import { BLOCK_BYTES, type Store } from '../../agent/journal/store.js';

export const SECTOR_BYTES = 512;
export const SECTORS = BLOCK_BYTES / SECTOR_BYTES;

export type DiskOp =
  | { readonly type: 'create'; readonly name: string; readonly bytes: number }
  | { readonly type: 'write'; readonly name: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly type: 'remove'; readonly name: string };

export type Files = Map<string, Uint8Array>;

const failure = (code: string): Error => Object.assign(new Error(`journal: cut-store: ${code}`), { code });
export const copyOf = (files: ReadonlyMap<string, Uint8Array>): Files =>
  new Map([...files].map(([name, bytes]) => [name, bytes.slice()]));

/** What an operation would do when nothing comes between. */
export function apply(files: Files, op: DiskOp): void {
  if (op.type === 'create') files.set(op.name, new Uint8Array(op.bytes));
  else if (op.type === 'remove') files.delete(op.name);
  else files.get(op.name)?.set(op.bytes, op.offset);
}

/** A write of which only some sectors arrived: bit n of the mask is sector n. */
export function applySectors(files: Files, op: DiskOp & { type: 'write' }, mask: number): void {
  for (let sector = 0; sector < op.bytes.length / SECTOR_BYTES; sector++) {
    if (!((mask >> sector) & 1)) continue;
    const at = sector * SECTOR_BYTES;
    files.get(op.name)?.set(op.bytes.subarray(at, at + SECTOR_BYTES), op.offset + at);
  }
}

/**
 * The double of the file store: a disk in memory whose power can be cut at any call. What a call has promised is kept;
 * the call under way is lost, kept, or kept in part. With `lies` it promises at once and keeps what it likes.
 */
export class CutDisk {
  files: Files;
  /** Every operation that was begun, in order, with what was on the disk just before. */
  readonly ops: { readonly op: DiskOp; readonly before: Files }[] = [];
  /** Snapshots cost; they are taken only on request. */
  recording = false;
  writes = 0;
  lies = false;
  /** Every operation from now on is refused with this code. */
  refuses: 'EIO' | 'ENOSPC' | 'EROFS' | undefined;
  /** How long a write takes, milliseconds. */
  writeMs = 0;
  #cache: DiskOp[] = [];
  #cutIn: number | undefined;
  #cut: ((files: Files, op: DiskOp) => void) | undefined;
  #underWay = 0;
  #held = false;
  /** Counts the lives of the machine: a store of an earlier one is dead. */
  #life = 0;

  constructor(files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.files = copyOf(files);
  }

  /** Cuts the power in the `nth` operation from now, counted from 1; `partly` says what of it arrives. */
  cutIn(nth: number, partly: (files: Files, op: DiskOp) => void): void {
    this.#cutIn = nth;
    this.#cut = partly;
  }

  /** Now. A disk that lied loses those operations for which `loses` says so. */
  powerCut(loses: (op: DiskOp, index: number) => boolean = () => false): void {
    for (const [index, op] of this.#cache.entries()) if (!loses(op, index)) apply(this.files, op);
    this.#cache = [];
    this.#life += 1;
    this.#held = false;
    this.#underWay = 0;
    this.#cutIn = undefined;
  }

  /** How often the power was cut. */
  get cuts(): number {
    return this.#life;
  }

  mount(): Store {
    const life = this.#life;
    const alive = () => {
      if (life !== this.#life) throw failure('power cut');
    };
    return {
      open: async () => {
        alive();
        if (this.refuses === 'EROFS' || this.refuses === 'EIO') throw failure(this.refuses);
        if (this.#held) throw failure('held by another agent');
        this.#held = true;
      },
      close: async () => {
        if (life === this.#life) this.#held = false;
      },
      list: async () => {
        alive();
        return [...this.#seen().keys()];
      },
      read: async (name) => {
        alive();
        const bytes = this.#seen().get(name);
        if (!bytes) throw failure('ENOENT');
        return bytes.slice();
      },
      create: async (name, bytes) => {
        if (this.#seen().has(name)) throw failure('EEXIST');
        await this.#do({ type: 'create', name, bytes }, alive);
      },
      write: async (name, offset, bytes) => {
        const room = this.#seen().get(name)?.length ?? 0;
        if (offset % BLOCK_BYTES || bytes.length % BLOCK_BYTES || offset + bytes.length > room) throw failure('EINVAL');
        this.writes += 1;
        // A copy also of a Buffer, whose slice is none: its owner may write the next block over it.
        await this.#do({ type: 'write', name, offset, bytes: Uint8Array.from(bytes) }, alive);
      },
      remove: async (name) => this.#do({ type: 'remove', name }, alive),
    };
  }

  /** What a program reads: the cache of a lying disk included. */
  #seen(): Files {
    if (this.#cache.length === 0) return this.files;
    const files = copyOf(this.files);
    for (const op of this.#cache) apply(files, op);
    return files;
  }

  async #do(op: DiskOp, alive: () => void): Promise<void> {
    alive();
    if (this.refuses) throw failure(this.refuses);
    if (this.#underWay > 0) throw failure('two operations at once');
    if (this.recording) this.ops.push({ op, before: copyOf(this.files) });
    if (this.#cutIn !== undefined && --this.#cutIn === 0) {
      this.#cut?.(this.files, op);
      this.powerCut();
    }
    alive();
    this.#underWay += 1;
    await new Promise<void>((done) => (this.writeMs > 0 ? setTimeout(done, this.writeMs) : queueMicrotask(done)));
    alive();
    this.#underWay -= 1;
    if (this.lies) this.#cache.push(op);
    else apply(this.files, op);
  }
}
