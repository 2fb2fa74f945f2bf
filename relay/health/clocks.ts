/** What is known of our clock by comparing it with others': the database's, and the acquirers' by their answers. */

/** Another's time, ms since the epoch, and when we asked and heard by our own clock. */
export type Measure = {
  readonly source: string;
  readonly theirs: number;
  readonly askedAt: number;
  readonly heardAt: number;
  /** Their time is rounded down to so many ms. */
  readonly grainMs: number;
};

/** Ours minus theirs lies in this range, ms. */
type Range = { readonly least: number; readonly most: number; readonly heardAt: number };

/** More than this, beyond doubt, is wrong: relays compare their times through the ledger (rule 11 has room for seconds). */
export const CLOCK_OFF_MS = 10_000;
/** An acquirer's own window is not used to its very end. */
const WINDOW_MARGIN_MS = 60_000;
/**
 * What an acquirer's answer has told is believed for so long. Without a payment there is no further answer that could show that
 * it was their clock, or one server's of theirs, and that it has been put right.
 */
const BELIEVED_MS = 300_000;

export const DATABASE = 'database';

export type ClocksParts = {
  /** Once when a source is found to be apart, again when it is apart otherwise; ms, positive: we are ahead. */
  readonly onApart: (source: string, byMs: number) => void;
  readonly onTogether: (source: string) => void;
};

export class Clocks {
  readonly #parts: ClocksParts;
  readonly #ranges = new Map<string, Range>();
  readonly #told = new Map<string, number>();

  constructor(parts: ClocksParts) {
    this.#parts = parts;
  }

  measured({ source, theirs, askedAt, heardAt, grainMs }: Measure): void {
    if (!Number.isFinite(theirs) || heardAt < askedAt) return;
    // Their time was read at some moment between the two.
    this.#ranges.set(source, { least: askedAt - theirs - grainMs, most: heardAt - theirs, heardAt });
    const by = this.offBy(source);
    const told = this.#told.get(source);
    if (Math.abs(by) > CLOCK_OFF_MS && Math.abs(by - (told ?? 0)) > CLOCK_OFF_MS) {
      this.#told.set(source, by);
      this.#parts.onApart(source, by);
    } else if (Math.abs(by) <= CLOCK_OFF_MS && told !== undefined) {
      this.#told.delete(source);
      this.#parts.onTogether(source);
    }
  }

  /** By how much we are surely ahead (or behind: negative) of that source, ms; 0 where nothing is known. */
  offBy(source: string): number {
    const range = this.#ranges.get(source);
    if (!range || (range.least <= 0 && range.most >= 0)) return 0;
    return range.least > 0 ? range.least : range.most;
  }

  get right(): boolean {
    return this.#told.size === 0;
  }

  /** The sources that say otherwise. */
  get apartFrom(): string[] {
    return [...this.#told.keys()];
  }

  /**
   * Would an acquirer that takes only requests of our time within `windowMs` take ours? Where it has not answered lately, the
   * database is asked.
   */
  within(account: string, windowMs: number, now: number): boolean {
    const range = this.#ranges.get(account);
    const isFresh = range !== undefined && now - range.heardAt <= BELIEVED_MS;
    return Math.abs(this.offBy(isFresh ? account : DATABASE)) <= windowMs - WINDOW_MARGIN_MS;
  }
}
