/** Something that happens at a time, or never (null). It changes its time only through its timeline. */
export type Entry<T> = { at: number | null; readonly rank: number; readonly of: T };

const CHUNK = 256;

type Placed<T> = Entry<T> & { at: number };
const later = (a: Placed<unknown>, at: number, rank: number): boolean => a.at > at || (a.at === at && a.rank > rank);

/**
 * Entries in the order of their times, those of one time by rank: chunks of a sorted array, so that insertion, removal and
 * "the first after" cost a binary search and a short move whether there are ten entries or a hundred thousand.
 */
export class Timeline<T> {
  readonly #chunks: Placed<T>[][] = [];

  move(entry: Entry<T>, at: number | null): void {
    if (entry.at === at) return;
    if (entry.at !== null) this.#remove(entry as Placed<T>);
    entry.at = at;
    if (at !== null) this.#insert(entry as Placed<T>);
  }

  /** In order, up to and including `at`, as long as `visit` says true. It must not move entries. */
  until(at: number, visit: (of: T) => boolean): void {
    for (const chunk of this.#chunks) {
      for (const entry of chunk) if (entry.at > at || !visit(entry.of)) return;
    }
  }

  /** The first time after `at`; null: none. */
  after(at: number): number | null {
    const chunk = this.#chunks[this.#chunkOf(at, Number.POSITIVE_INFINITY)];
    return chunk?.[indexIn(chunk, at, Number.POSITIVE_INFINITY)]?.at ?? null;
  }

  /** The first chunk whose last entry is later, or the number of chunks. */
  #chunkOf(at: number, rank: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.#chunks[middle]?.at(-1);
      if (last && later(last, at, rank)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #insert(entry: Placed<T>): void {
    const number = Math.min(this.#chunkOf(entry.at, entry.rank), this.#chunks.length - 1);
    const chunk = this.#chunks[number];
    if (!chunk) {
      this.#chunks.push([entry]);
      return;
    }
    insertAt(chunk, indexIn(chunk, entry.at, entry.rank), entry);
    if (chunk.length > 2 * CHUNK) this.#chunks.splice(number + 1, 0, chunk.splice(CHUNK));
  }

  #remove(entry: Placed<T>): void {
    // The first entry that is later than anything before this one is this one.
    const number = this.#chunkOf(entry.at, entry.rank - 1);
    const chunk = this.#chunks[number];
    const index = chunk ? indexIn(chunk, entry.at, entry.rank - 1) : -1;
    if (chunk?.[index] !== entry) throw new Error('timeline: an entry is not where its time says');
    if (chunk.length === 1) this.#chunks.splice(number, 1);
    else removeAt(chunk, index);
  }
}

// Mostly near the end of a short list, where "splice" costs more than the moves.

function insertAt<E>(list: E[], index: number, item: E): void {
  let at = list.push(item) - 1;
  for (; at > index; at--) list[at] = list[at - 1] as E;
  list[at] = item;
}

function removeAt<E>(list: E[], index: number): void {
  for (let at = index + 1; at < list.length; at++) list[at - 1] = list[at] as E;
  list.pop();
}

function indexIn(chunk: readonly Placed<unknown>[], at: number, rank: number): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = chunk[middle];
    if (entry && later(entry, at, rank)) high = middle;
    else low = middle + 1;
  }
  return low;
}
