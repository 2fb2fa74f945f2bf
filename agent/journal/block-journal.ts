import { toHex } from '../../protocol/ids.js';
import { BLOCK_ROOM_BYTES, type BlockHead, encodeBlock } from './block.js';
import type { Identity, Journal, JournalFact, JournalRecord, Replay } from './contract.js';
import { fromLines, LINES_FILE } from './lines.js';
import { blocksFor, type Entry, entryOf, fitting, newEntry, totalOf } from './packing.js';
import { toJson } from './records.js';
import { afterGap, essentialOf, nextBoot, readPast, replayOf } from './replay.js';
import { ownPast, type Past, readSegments, type Segments, segmentName, segmentNumber } from './segments.js';
import { BLOCK_BYTES, type Store } from './store.js';

const SEGMENT_BYTES = 1_048_576;
/** Fewer blocks leave no room to copy what is essential while payments go on. */
const SEGMENT_MIN_BLOCKS = 4;
const SEGMENTS = 2;
const JOURNAL_ID_BYTES = 16;

export type BlockJournalOptions = {
  /** Of each of the two segments; whole blocks. Default 1 MiB. */
  readonly segmentBytes?: number;
};

type Waiting = {
  readonly entry: Entry;
  /** No reason for a commit of its own, and nobody waits for it. */
  readonly lazy: boolean;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
};
type Segment = {
  readonly number: number;
  readonly blocks: number;
  /** Its newest block that is needed; 0: none. */
  last: number;
};
type Writing = { readonly segment: Segment; readonly base: number };

/**
 * The journal as blocks in two preallocated segments, written in turn. Each commit is one block, takes every record that came
 * while the commit before it ran, and is begun when that one is durable: a block that is missing before another one
 * therefore shows a disk that lied. What is essential in the old segment is copied in what room the commits in the new one leave,
 * so that a rotation costs no write of its own; the old one is written over only when the copy is complete.
 * After a failed write nothing more is accepted: what the disk then holds is not known (S13).
 */
export class BlockJournal implements Journal {
  readonly #store: Store;
  readonly #segmentBytes: number;
  readonly #segments = new Map<number, Segment>();
  #writing: Writing | undefined;
  #journal = '';
  #boot = 0;
  /** The newest block, which is durable; 0: none yet. */
  #last = 0;
  /** The oldest block that is still needed. */
  #first = 1;
  /** Records since what was essential; grows by a segment's content at most. */
  #live: Entry[] = [];
  /** Still to be copied from what was there before. */
  #kept: Entry[] = [];
  #waiting: Waiting[] = [];
  #committing: Promise<void> | undefined;
  #broken: Error | undefined = notOpen();
  #tellBroken: (error: Error) => void = nothing;
  #wallMs: () => number = Date.now;
  /** What is being written; there is one write at a time. */
  readonly #block = Buffer.alloc(BLOCK_BYTES);

  /** @throws RangeError when a segment is not of whole blocks, or of too few. */
  constructor(store: Store, options: BlockJournalOptions = {}) {
    const { segmentBytes = SEGMENT_BYTES } = options;
    if (segmentBytes % BLOCK_BYTES !== 0 || segmentBytes < SEGMENT_MIN_BLOCKS * BLOCK_BYTES)
      throw new RangeError(
        `segmentBytes: found ${segmentBytes}, expected a multiple of ${BLOCK_BYTES}, at least ${SEGMENT_MIN_BLOCKS} of it`,
      );
    this.#store = store;
    this.#segmentBytes = segmentBytes;
  }

  async open(identity: Identity): Promise<Replay> {
    this.#wallMs = identity.wallMs;
    await this.#store.open();
    try {
      const replay = await this.#start(identity);
      this.#broken = undefined;
      return replay;
    } catch (error) {
      await this.#store.close();
      throw error;
    }
  }

  async #start(identity: Identity): Promise<Replay> {
    const names = await this.#store.list();
    const lines = names.includes(LINES_FILE) ? await this.#readLines() : { records: [], torn: 0 };
    const segments = readSegments(await this.#readAll(names.filter((name) => segmentNumber(name) !== undefined)));
    const found = ownPast(segments, identity.board);
    this.#goOnFrom(segments, found);
    this.#journal = found?.journal ?? toHex(identity.random(JOURNAL_ID_BYTES));
    const gaps = found?.gaps ?? 0;
    const read = [...lines.records, ...(found?.records ?? [])];
    const { record, chain } = nextBoot(readPast(read), identity);
    const boot: JournalRecord = { ...record, at: this.#wallMs() };
    this.#boot = record.number;
    // The gap's own record comes last in the copy, and with the copy whole nothing finds that gap again: it is counted once.
    const gap: JournalRecord = { kind: 'gap', at: boot.at, number: record.number, blocks: gaps };
    const left = gaps > 0 ? [...afterGap(read, boot), gap] : read;
    this.#live = left.map(entryOf);
    await this.#makeRoom();
    // After a gap everything goes to another segment, so that the next start does not find the same gap again.
    if (gaps > 0) await this.#rotate();
    else this.#keepWhatIsNot(found, lines.records);
    await this.#commit([entryOf(boot)]);
    if (gaps > 0 || lines.records.length > 0) await this.#copyAll();
    if (names.includes(LINES_FILE)) await this.#store.remove(LINES_FILE);
    const torn = (found?.torn.length ?? segments.torn.length) + lines.torn;
    return replayOf(readPast(left), record, gaps > 0 ? [record.nonce] : chain, { torn, gaps });
  }

  async #readLines(): Promise<ReturnType<typeof fromLines>> {
    return fromLines(Buffer.from(await this.#store.read(LINES_FILE)));
  }

  async #readAll(names: readonly string[]): Promise<{ name: string; bytes: Uint8Array }[]> {
    const files: { name: string; bytes: Uint8Array }[] = [];
    for (const name of names) files.push({ name, bytes: await this.#store.read(name) });
    return files;
  }

  #goOnFrom(segments: Segments, found: Past | undefined): void {
    this.#segments.clear();
    this.#writing = undefined;
    this.#waiting = [];
    for (const [number, blocks] of segments.rooms) this.#segments.set(number, { number, blocks, last: 0 });
    for (const { segment, block } of found?.blocks ?? []) {
      const at = this.#segments.get(segment);
      if (at) at.last = Math.max(at.last, block.sequence);
    }
    // A number is never used twice for what the disk lost: so the gap shows until all is elsewhere.
    this.#last = found?.begun ?? 0;
    this.#first = found?.first ?? 1;
    const segment = found && this.#segments.get(found.tail.segment);
    if (segment) this.#writing = { segment, base: found.tail.block.base };
  }

  /** Two segments of the right size, but for those that still hold what is needed. */
  async #makeRoom(): Promise<void> {
    const blocks = this.#segmentBytes / BLOCK_BYTES;
    for (const segment of [...this.#segments.values()]) {
      const surplus = this.#segments.size > SEGMENTS || segment.blocks !== blocks;
      if (this.#isFree(segment) && surplus) await this.#remove(segment);
    }
    while (this.#segments.size < SEGMENTS) await this.#create();
  }

  #isFree(segment: Segment): boolean {
    return segment !== this.#writing?.segment && segment.last < this.#first;
  }

  async #remove(segment: Segment): Promise<void> {
    await this.#store.remove(segmentName(segment.number));
    this.#segments.delete(segment.number);
  }

  async #create(): Promise<Segment> {
    let number = 0;
    while (this.#segments.has(number)) number += 1;
    await this.#store.create(segmentName(number), this.#segmentBytes);
    const segment = { number, blocks: this.#segmentBytes / BLOCK_BYTES, last: 0 };
    this.#segments.set(number, segment);
    return segment;
  }

  /** What an interrupted copy, or the former file of lines, leaves to be copied. */
  #keepWhatIsNot(found: Past | undefined, lines: readonly JournalRecord[]): void {
    this.#kept = [];
    const base = found?.tail.block.base;
    if (lines.length === 0 && (base === undefined || this.#first >= base)) return;
    const there = found?.blocks.filter((b) => b.block.base === base) ?? [];
    const copied = there.flatMap((b) => [...b.block.kept, ...b.block.fresh]);
    const known = new Set(copied.map(toJson));
    // Of these a part is here to stay: one that is old enough to be forgotten by now is still copied to its end.
    const begun = new Set(copied.flatMap((r) => ('attempt' in r ? [r.attempt] : [])));
    this.#kept = essentialOf(this.#live, begun).filter(({ json }) => !known.has(json));
  }

  append(fact: JournalFact): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    const entry = newEntry(fact, this.#wallMs());
    if (typeof entry === 'string') return Promise.reject(new RangeError(`journal: ${entry}`));
    if (fact.kind === 'closed') {
      this.#waiting.push({ entry, lazy: true, done: nothing, failed: nothing });
      if (this.#isDue()) this.#committing ??= this.#commitAll();
      return Promise.resolve();
    }
    return new Promise((done, failed) => {
      this.#waiting.push({ entry, lazy: false, done, failed });
      this.#committing ??= this.#commitAll();
    });
  }

  whenBroken(tell: (error: Error) => void): void {
    this.#tellBroken = tell;
  }

  /** What is lazy waits for another commit, but no more of it than goes into that one's block. */
  #isDue(): boolean {
    let lazyBytes = 0;
    for (const { lazy, entry } of this.#waiting) {
      if (!lazy) return true;
      lazyBytes += entry.bytes;
    }
    return lazyBytes > BLOCK_ROOM_BYTES / 2;
  }

  async #commitAll(): Promise<void> {
    while (this.#isDue()) await this.#commitNext();
    this.#committing = undefined;
  }

  /** What is lazy too. */
  async #commitRest(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commitNext();
    this.#committing = undefined;
  }

  async #commitNext(): Promise<void> {
    const batch = this.#takeBlockful();
    // Of them, those that somebody waits for.
    let heard = batch.filter((w) => !w.lazy);
    try {
      if (this.#broken) throw this.#broken;
      await this.#commit(batch.map((w) => w.entry));
      for (const w of heard) w.done();
      heard = [];
      if (this.#kept.length > 0) await this.#copyIfLate();
    } catch (error) {
      this.#break(error instanceof Error ? error : new Error(String(error)), heard);
    }
  }

  #break(error: Error, heard: readonly Waiting[]): void {
    const unheard = this.#broken === undefined && heard.length === 0;
    this.#broken = error;
    for (const w of heard) w.failed(error);
    if (unheard) this.#tellBroken(error);
  }

  #takeBlockful(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { entry } of this.#waiting) {
      bytes += entry.bytes;
      if (count > 0 && bytes > BLOCK_ROOM_BYTES) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** One block: these records, and as many to be copied as it has room for. */
  async #commit(fresh: readonly Entry[]): Promise<void> {
    if (this.#left() === 0) await this.#rotate();
    const writing = this.#writing;
    if (!writing) throw notOpen();
    const { segment, base } = writing;
    const kept = this.#kept.slice(0, fitting(this.#kept, BLOCK_ROOM_BYTES - totalOf(fresh)));
    const sequence = this.#last + 1;
    const first = kept.length === this.#kept.length ? base : this.#first;
    const head: BlockHead = {
      journal: this.#journal,
      segment: segment.number,
      boot: this.#boot,
      sequence,
      base,
      first,
      synced: this.#last,
    };
    const bytes = encodeBlock(head, kept.map(jsonOf), fresh.map(jsonOf), this.#block);
    await this.#store.write(segmentName(segment.number), (sequence - base) * BLOCK_BYTES, bytes);
    this.#last = sequence;
    this.#first = first;
    this.#kept.splice(0, kept.length);
    segment.last = sequence;
    this.#live.push(...fresh);
  }

  /** Blocks that the present segment has room for. */
  #left(): number {
    return this.#writing ? this.#writing.base + this.#writing.segment.blocks - this.#last - 1 : 0;
  }

  /** Before the room for the copy is gone. */
  async #copyIfLate(): Promise<void> {
    while (this.#kept.length > 0 && this.#left() <= blocksFor(this.#kept)) await this.#commit([]);
  }

  async #copyAll(): Promise<void> {
    while (this.#kept.length > 0) await this.#commit([]);
  }

  /** On to a segment that holds nothing that is needed, or to a new one. */
  async #rotate(): Promise<void> {
    this.#live = essentialOf(this.#live);
    this.#kept = this.#live.slice();
    const segment = [...this.#segments.values()].find((s) => this.#isFree(s)) ?? (await this.#create());
    const needed = blocksFor(this.#kept);
    if (needed >= segment.blocks)
      throw new Error(
        `journal: ${this.#live.length} records of open attempts need ${needed} blocks, a segment has ${segment.blocks}: the relay acknowledges nothing`,
      );
    this.#writing = { segment, base: this.#last + 1 };
  }

  async close(): Promise<void> {
    // There is one writer: what comes meanwhile waits for it, as for any commit.
    while (this.#committing || this.#waiting.length > 0) {
      this.#committing ??= this.#commitRest();
      await this.#committing;
    }
    this.#broken = notOpen();
    await this.#store.close();
  }
}

const jsonOf = (entry: Entry): string => entry.json;
const nothing = (): void => {};
const notOpen = (): Error => new Error('journal: not open');
