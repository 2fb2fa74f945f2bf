/** Who waits for something to change, and is told of each change. */
export class Changes {
  #waiting: (() => void)[] = [];

  /** Resolves at the next change, or after `withinMs`. */
  next(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  tell(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
