const CHUNK_BYTES = 65_536;
/** Of UTF-8 for one UTF-16 unit of a text. */
const UTF8_MAX_BYTES = 3;

/** Gathers what is printed into few large writes: a write a line would cost more than decoding the line. */
export class Output {
  readonly #write: (bytes: Buffer) => void;
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #length = 0;

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  text(text: string): void {
    if (text.length * UTF8_MAX_BYTES > CHUNK_BYTES) {
      this.flush();
      this.#write(Buffer.from(text, 'utf8'));
      return;
    }
    this.#makeRoom(text.length * UTF8_MAX_BYTES);
    this.#length += this.#chunk.write(text, this.#length, 'utf8');
  }

  /** At most 4 KiB: a part of a line. */
  bytes(source: Buffer, from = 0, to = source.length): void {
    this.#makeRoom(to - from);
    const chunk = this.#chunk;
    let at = this.#length;
    // For a few bytes a loop is faster than the call of `copy`.
    for (let i = from; i < to; i++) chunk[at++] = source[i] ?? 0;
    this.#length = at;
  }

  flush(): void {
    if (this.#length === 0) return;
    this.#write(this.#chunk.subarray(0, this.#length));
    // Another one, as the stream may still hold this one.
    this.#chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    this.#length = 0;
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes > CHUNK_BYTES) this.flush();
  }
}
