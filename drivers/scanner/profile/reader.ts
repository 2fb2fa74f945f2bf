/** What a scanner's bytes turn out to be. `say`: to be sent back at once, because its protocol wants it. */
export type Heard =
  | { readonly kind: 'data'; readonly bytes: Uint8Array; readonly endOfCode: boolean }
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  | { readonly kind: 'say'; readonly bytes: Uint8Array };

/** Takes codes and answers apart. Told no time: whoever holds it says when it has waited long enough. */
export interface Reader {
  /** One more answer is owed. */
  expect(): void;
  read(bytes: Uint8Array): readonly Heard[];
  /** Bytes wait for more, to show what they are. */
  readonly holding: boolean;
  /** No more came: they are what they look like now. */
  release(): readonly Heard[];
  /** No answer is owed any more. */
  forget(): void;
}

/** How many bytes at the beginning are a whole answer; 0: it begins none; undefined: it may, with more bytes. */
export type Match = (bytes: Uint8Array) => number | undefined;

const none = new Uint8Array(0);

/**
 * Cuts answers out of codes by what is owed, never by chunks: while nothing is owed every byte is data, and then only
 * what is an answer from its first byte to its last is taken away.
 */
export class Cutter implements Reader {
  readonly #match: Match;
  #owed = 0;
  #held: Uint8Array = none;

  constructor(match: Match) {
    this.#match = match;
  }

  get holding(): boolean {
    return this.#held.length > 0;
  }

  expect(): void {
    this.#owed += 1;
  }

  read(bytes: Uint8Array): readonly Heard[] {
    const all = this.holding ? Buffer.concat([this.#held, bytes]) : bytes;
    if (this.#owed === 0) {
      this.#held = none;
      return [{ kind: 'data', bytes: all, endOfCode: false }];
    }
    const heard: Heard[] = [];
    let from = 0;
    let at = 0;
    while (at < all.length && this.#owed > 0) {
      const length = this.#match(all.subarray(at));
      if (length === undefined) break;
      if (length === 0) {
        at += 1;
        continue;
      }
      if (at > from) heard.push({ kind: 'data', bytes: all.subarray(from, at), endOfCode: false });
      heard.push({ kind: 'answer', bytes: all.subarray(at, at + length) });
      this.#owed -= 1;
      at += length;
      from = at;
    }
    if (this.#owed === 0) at = all.length;
    if (at > from) heard.push({ kind: 'data', bytes: all.subarray(from, at), endOfCode: false });
    this.#held = at < all.length ? all.slice(at) : none;
    return heard;
  }

  release(): readonly Heard[] {
    const bytes = this.#held;
    this.#held = none;
    return bytes.length > 0 ? [{ kind: 'data', bytes, endOfCode: false }] : [];
  }

  forget(): void {
    this.#owed = 0;
  }
}

/** Between two marks, both of control characters that no code has; `longest` bytes in all. */
export function between(opening: Uint8Array, closing: Uint8Array, longest: number): Match {
  return (bytes) => {
    const known = Math.min(bytes.length, opening.length);
    for (let i = 0; i < known; i++) if (bytes[i] !== opening[i]) return 0;
    if (bytes.length < opening.length) return undefined;
    const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(closing, opening.length);
    if (end >= 0 && end + closing.length <= longest) return end + closing.length;
    return bytes.length >= longest ? 0 : undefined;
  };
}
