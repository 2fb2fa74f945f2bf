/** Counts what happened since the start, by name; what cannot be counted is not noticed by anybody. */
export class Counters {
  readonly #values = new Map<string, number>();

  count(name: string): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + 1);
  }

  get(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  all(): Record<string, number> {
    return Object.fromEntries([...this.#values].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
