/** What happened, for people: kept only while a world is told, line by line. */
export type Line = {
  /** ms since the beginning of the world. */
  readonly at: number;
  readonly who: string;
  readonly what: string;
  /** What it is about, where it is about one: the attempt's or order's id, or the kiosk's name. */
  readonly about?: string;
};

export class Story {
  readonly lines: Line[] = [];
  readonly told: boolean;
  readonly #now: () => number;

  constructor(told: boolean, now: () => number) {
    this.told = told;
    this.#now = now;
  }

  /** `what` is made only if somebody listens. */
  tell(who: string, what: () => string, about?: string): void {
    if (!this.told) return;
    this.lines.push({ at: this.#now(), who, what: what(), ...(about === undefined ? {} : { about }) });
  }
}
