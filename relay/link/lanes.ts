type Task = () => Promise<void>;

/** Runs tasks of one name in order and of different names at once; each lane is bounded, and gone when it is empty. */
export class Lanes {
  readonly #most: number;
  /** The tasks of each lane, the one under way first. */
  readonly #lanes = new Map<string, Task[]>();
  #busy = 0;
  #whenIdle: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** False: the lane is full and the task was dropped. A task must not throw. */
  add(name: string, task: Task): boolean {
    const lane = this.#lanes.get(name) ?? this.#open(name);
    if (lane.length >= this.#most) return false;
    if (lane.push(task) === 1) void this.#run(name, lane);
    return true;
  }

  #open(name: string): Task[] {
    const lane: Task[] = [];
    this.#lanes.set(name, lane);
    return lane;
  }

  async #run(name: string, lane: Task[]): Promise<void> {
    this.#busy += 1;
    for (let task = lane[0]; task; task = lane[0]) {
      await task();
      lane.shift();
    }
    this.#lanes.delete(name);
    this.#busy -= 1;
    if (this.#busy === 0) for (const idle of this.#whenIdle.splice(0)) idle();
  }

  /** Resolves when no lane has a task any more. */
  async idle(): Promise<void> {
    while (this.#busy > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }
}
