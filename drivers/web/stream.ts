import type { Clock } from '../clock.js';

/** What a stream to a page writes to: an HTTP response, or a double of it. */
export type Outlet = {
  /** False when the outlet holds enough for now; it emits 'drain' when it wants more. */
  write(text: string): boolean;
  on(event: 'drain', listener: () => void): unknown;
  /** After what was written. */
  end(): unknown;
  destroy(): unknown;
};

export type EventName = 'hello' | 'screen' | 'signal' | 'chirp' | 'beat';

/**
 * Server-sent events to one page. A page that reads slowly costs one outlet's buffer and the newest event of each name:
 * what is older is out of date, and nobody waits for it.
 */
export class PageStream {
  readonly #out: Outlet;
  readonly #clock: Clock;
  readonly #waiting = new Map<EventName, () => unknown>();
  #fullSince: number | undefined;

  constructor(out: Outlet, clock: Clock) {
    this.#out = out;
    this.#clock = clock;
    out.on('drain', () => this.#drained());
  }

  /** @param make gives the event's content when it is written, so that a time left in it is true then. */
  send(name: EventName, make: () => unknown): void {
    if (this.#fullSince === undefined) this.#write(name, make);
    else if (name !== 'beat') this.#waiting.set(name, make);
  }

  /** How long the page has taken nothing, ms. */
  stalledMs(): number {
    return this.#fullSince === undefined ? 0 : this.#clock.now() - this.#fullSince;
  }

  /** Ends the stream after what the page has not read yet. */
  end(): void {
    this.#waiting.clear();
    this.#out.end();
  }

  /** Ends the stream now, for a page that does not read. */
  cut(): void {
    this.#waiting.clear();
    this.#out.destroy();
  }

  #write(name: EventName, make: () => unknown): void {
    if (!this.#out.write(`event: ${name}\ndata: ${JSON.stringify(make())}\n\n`)) this.#fullSince = this.#clock.now();
  }

  #drained(): void {
    this.#fullSince = undefined;
    for (const [name, make] of [...this.#waiting]) {
      this.#waiting.delete(name);
      this.send(name, make);
    }
  }
}
