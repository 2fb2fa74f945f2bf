/** Runs tasks of one name in order and of different names at once; each lane is bounded. */
export class Lanes {
  readonly #most: number;
  readonly #lanes = new Map<string, { last: Promise<void>; waiting: number }>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False: the lane is full and the task was dropped. A task must not throw. */
  add(name: string, task: () => Promise<void>): boolean {
    const lane = this.#lanes.get(name) ?? { last: Promise.resolve(), waiting: 0 };
    if (lane.waiting >= this.#most) return false;
    lane.waiting += 1;
    lane.last = lane.last.then(task).finally(() => {
      lane.waiting -= 1;
      if (lane.waiting === 0) this.#lanes.delete(name);
    });
    this.#lanes.set(name, lane);
    return true;
  }

  async idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all([...this.#lanes.values()].map((l) => l.last));
  }
}
