/** Virtual time. What happens next is a function of the seed alone: one event at a time, ties in the order of asking. */

type Entry = { readonly at: number; readonly order: number; task: (() => void) | undefined };

/**
 * Runs every promise that is ready, here and now. Node's own name for it is `process._tickCallback`: not documented, there
 * since 0.x, and the only way to let promises run to their end without leaving the loop, which would cost a turn of the
 * event loop for each virtual event. It works only outside a promise's own continuation: see `Timeline.run`.
 */
const settlePromises = (process as unknown as { _tickCallback?: () => void })._tickCallback;

export class Timeline {
  /** ms since the beginning of the world. */
  now = 0;
  #heap: Entry[] = [];
  #order = 0;
  #dead = 0;

  /** @returns how to call it off */
  at(at: number, task: () => void): () => void {
    const entry: Entry = { at: Math.max(at, this.now), order: this.#order++, task };
    this.#push(entry);
    return () => {
      if (entry.task === undefined) return;
      entry.task = undefined;
      this.#dead += 1;
      if (this.#dead > 256 && this.#dead * 2 > this.#heap.length) this.#sweep();
    };
  }

  after(ms: number, task: () => void): () => void {
    return this.at(this.now + ms, task);
  }

  /**
   * Runs events up to `end`, or until `enough`, or as many as `most`. Call it from a timer or `setImmediate`, never after
   * an `await`: there promises do not settle. @returns whether `end` was reached
   */
  run(end: number, enough: () => boolean, most = Number.POSITIVE_INFINITY): boolean {
    if (!settlePromises) throw new Error('simulation: this Node has no process._tickCallback; expected Node 20 to 24');
    settlePromises();
    for (let done = 0; done < most && !enough(); done++) {
      const next = this.#heap[0];
      if (!next || next.at > end) {
        this.now = end;
        return true;
      }
      this.#pop();
      const { task } = next;
      if (task === undefined) {
        this.#dead -= 1;
        continue;
      }
      next.task = undefined;
      this.now = next.at;
      task();
      settlePromises();
    }
    return enough();
  }

  #sweep(): void {
    this.#heap = this.#heap
      .filter((entry) => entry.task !== undefined)
      .sort((a, b) => a.at - b.at || a.order - b.order);
    this.#dead = 0;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[at * 2 + 1];
      const right = heap[at * 2 + 2];
      if (!left) break;
      const smaller = right && isBefore(right, left) ? right : left;
      if (!isBefore(smaller, last)) break;
      heap[at] = smaller;
      at = smaller === right ? at * 2 + 2 : at * 2 + 1;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Runs `work` where promises settle: outside any continuation. */
export const outside = <T>(work: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
