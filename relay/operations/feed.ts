/** Tells the page's streams which attempts have changed in this relay. */
export class Feed {
  readonly #listeners = new Set<(attempt: string) => void>();

  changed(attempt: string): void {
    for (const listener of this.#listeners) listener(attempt);
  }

  /** The returned function ends it. */
  listen(listener: (attempt: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
