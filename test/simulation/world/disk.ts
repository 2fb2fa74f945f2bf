import { pastsOf, readSegments, segmentName } from '../../../agent/journal/segments.js';
import type { Store } from '../../../agent/journal/store.js';
import type { Chance } from '../chance.js';
import type { FaultSource, Faults } from '../faults.js';
import type { Points } from '../points.js';
import type { Story } from '../story.js';
import type { Process } from './process.js';

const SECTOR_BYTES = 512;
const BLOCK_BYTES = 4_096;
const SYNC_MEAN_MS = 4;

/** Of a block that was being written when the power went. */
export type BlockFate = 'kept' | 'lost' | 'torn';

type Write = { readonly name: string; readonly offset: number; readonly bytes: Uint8Array };

export type DiskParts = {
  readonly name: string;
  readonly faults: Faults;
  readonly story: Story;
  readonly points: Points;
  readonly chance: Chance;
};

const failure = (code: string, text: string): Error => Object.assign(new Error(`${code}: ${text}`), { code });

/**
 * A kiosk's card. What a write has promised is kept; what was under way when the power went is kept, lost, or torn at any
 * sector. It does not lie about its flush: that is an assumption of the rules (reference protocol/findings.md, C13).
 */
export class Disk {
  readonly #parts: DiskParts;
  #files = new Map<string, Uint8Array>();
  readonly #underWay = new Set<Write>();
  readonly #torn: FaultSource;
  readonly #slow: FaultSource;
  readonly #fails: FaultSource;
  readonly #full: FaultSource;
  readonly #damaged: FaultSource;
  /** Why nothing can be written; undefined: it works. */
  broken: 'EIO' | 'ENOSPC' | undefined;
  /** It was copied, emptied or damaged, or came to another board: its kiosk may seem to be another one. */
  disturbed = false;

  constructor(parts: DiskParts) {
    this.#parts = parts;
    const at = (name: Parameters<Faults['source']>[0]) => parts.faults.source(name, parts.name);
    this.#torn = at('block-torn');
    this.#slow = at('disk-slow');
    this.#fails = at('disk-failing');
    this.#full = at('disk-full');
    this.#damaged = at('disk-damaged');
  }

  get files(): ReadonlyMap<string, Uint8Array> {
    return this.#files;
  }

  /** A card with the same content. */
  copyTo(other: Disk): void {
    this.disturbed = true;
    other.disturbed = true;
    other.#files = new Map([...this.#files].map(([name, bytes]) => [name, bytes.slice()]));
  }

  wipe(): void {
    this.disturbed = true;
    this.#files.clear();
    this.#underWay.clear();
  }

  mend(): void {
    this.broken = undefined;
  }

  /** The program died; what the system had been given is written. */
  programDied(): void {
    for (const write of this.#underWay) this.#apply(write, write.bytes);
    this.#underWay.clear();
  }

  /** @param fate of what was being written, where it is given */
  powerCut(fate?: BlockFate): void {
    for (const write of this.#underWay) {
      if (fate) {
        if (fate !== 'lost') this.#apply(write, fate === 'kept' ? write.bytes : firstHalf(write.bytes));
        continue;
      }
      const torn = this.#torn.strikes();
      if (torn) this.#apply(write, this.#tear(write));
      else if (this.#torn.chance.hits(0.5)) this.#apply(write, write.bytes);
    }
    this.#underWay.clear();
    if (this.#damaged.strikes()) this.#damage();
  }

  /** Each sector as it was, or as it was to be. */
  #tear(write: Write): Uint8Array {
    const old = this.#files.get(write.name)?.subarray(write.offset, write.offset + write.bytes.length);
    const mixed = Uint8Array.from(write.bytes);
    for (let at = 0; at < mixed.length; at += SECTOR_BYTES) {
      if (old && this.#torn.chance.hits(0.5)) mixed.set(old.subarray(at, at + SECTOR_BYTES), at);
    }
    return mixed;
  }

  /** One bit of a block that is not the newest: of the newest nothing can tell it from a write that was cut. */
  #damage(): void {
    const { chance } = this.#damaged;
    const files = [...this.#files].map(([name, bytes]) => ({ name, bytes }));
    const newest = pastsOf(readSegments(files))[0]?.tail;
    const { name, bytes } = files.length > 0 ? chance.pick(files) : { name: '', bytes: new Uint8Array() };
    const index = chance.whole(0, Math.max(0, Math.floor(bytes.length / BLOCK_BYTES) - 1));
    const isNewest = newest && segmentName(newest.segment) === name && newest.index === index;
    const at = index * BLOCK_BYTES + chance.whole(0, 255);
    if (isNewest || !bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES).some((b) => b !== 0)) return;
    this.disturbed = true;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.whole(0, 7));
    this.#parts.story.tell(this.#parts.name, () => `card: a bit of ${name} at ${at} has turned`);
  }

  #apply({ name, offset }: Write, bytes: Uint8Array): void {
    this.#files.get(name)?.set(bytes, offset);
  }

  #check(): void {
    if (this.broken === 'EIO') throw failure('EIO', 'i/o error');
    if (this.broken === 'ENOSPC') throw failure('ENOSPC', 'no space left on device');
  }

  #breakSometimes(): void {
    const { story, name } = this.#parts;
    if (this.#fails.strikes()) this.broken = 'EIO';
    else if (this.#full.strikes()) this.broken = 'ENOSPC';
    else return;
    story.tell(name, () => `card: from here on ${this.broken}`);
  }

  /** Something is being written. */
  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  /** What one life of the agent sees. */
  mount(process: Process): Store {
    const { points, chance, name: who } = this.#parts;
    const later = <T>(value: () => T, meanMs: number): Promise<T> =>
      new Promise((resolve, reject) => {
        process.after(0.1 + chance.wait(meanMs, 200), () => {
          try {
            resolve(value());
          } catch (error) {
            reject(error);
          }
        });
      });
    return {
      open: () => later(() => this.#check(), 0.2),
      close: async () => {},
      list: () => later(() => [...this.#files.keys()], 0.2),
      read: (name) => later(() => this.#existing(name).slice(), 0.5),
      create: (name, bytes) =>
        later(() => {
          this.#check();
          if (this.#files.has(name)) throw failure('EEXIST', name);
          points.pass('block-written', who);
          if (process.alive) this.#files.set(name, new Uint8Array(bytes));
          points.pass('block-durable', who);
        }, SYNC_MEAN_MS * 3),
      remove: (name) =>
        later(() => {
          this.#check();
          points.pass('block-written', who);
          if (process.alive) this.#files.delete(name);
        }, SYNC_MEAN_MS),
      // Not copied: the journal changes it only when the write has ended, and after its process has died not at all.
      write: (name, offset, bytes) => this.#write(process, { name, offset, bytes }),
    };
  }

  #existing(name: string): Uint8Array {
    const found = this.#files.get(name);
    if (!found) throw failure('ENOENT', name);
    return found;
  }

  #write(process: Process, write: Write): Promise<void> {
    const { points, chance, name: who } = this.#parts;
    return new Promise((resolve, reject) => {
      // A program that was killed in the middle of its own code writes nothing more.
      if (!process.alive) return;
      this.#breakSometimes();
      this.#underWay.add(write);
      points.pass('block-written', who);
      const slowMs = this.#slow.strikes() ? this.#slow.chance.between(300, 6_000) : 0;
      process.after(0.3 + chance.wait(SYNC_MEAN_MS, 100) + slowMs, () => {
        this.#underWay.delete(write);
        try {
          this.#check();
          this.#apply(write, write.bytes);
        } catch (error) {
          return reject(error);
        }
        points.pass('block-durable', who);
        if (process.alive) resolve();
      });
    });
  }
}

/** Torn in the middle of what it says, where a tear between two sectors may leave all of it. */
function firstHalf(bytes: Uint8Array): Uint8Array {
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return bytes.subarray(0, Math.ceil(used / 2));
}
