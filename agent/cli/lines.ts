const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts a stream of bytes at LF or CR LF, in memory that does not grow: of a line that is longer than `maxBytes` the first
 * `maxBytes + 1` bytes are kept, which tells it from one that fits.
 */
export class LineCutter {
  readonly #maxBytes: number;
  readonly #emit: (line: Buffer) => void;
  /** The beginning of a line whose end has not come; one byte for a CR that may belong to the terminator. */
  readonly #kept: Buffer;
  #length = 0;
  #overflowed = false;

  /** `emit` gets each line without its terminator; the bytes are only there during the call. */
  constructor(maxBytes: number, emit: (line: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#emit = emit;
    this.#kept = Buffer.alloc(maxBytes + 1);
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== LF) continue;
      if (this.#length === 0) this.#line(chunk, from, i, false);
      else this.#lineAfterKept(chunk, from, i);
      from = i + 1;
    }
    this.#keep(chunk, from, chunk.length);
  }

  /** The end of the stream: a last line needs no LF. */
  end(): void {
    if (this.#length > 0) this.#lineAfterKept(this.#kept, 0, 0);
    this.#kept.fill(0);
  }

  #lineAfterKept(chunk: Buffer, from: number, to: number): void {
    this.#keep(chunk, from, to);
    const length = this.#length;
    this.#length = 0;
    this.#line(this.#kept, 0, length, this.#overflowed);
    this.#overflowed = false;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const room = this.#kept.length - this.#length;
    if (to - from > room) this.#overflowed = true;
    this.#length += chunk.copy(this.#kept, this.#length, from, Math.min(to, from + room));
  }

  #line(bytes: Buffer, from: number, to: number, overflowed: boolean): void {
    const end = !overflowed && to > from && bytes[to - 1] === CR ? to - 1 : to;
    this.#emit(bytes.subarray(from, Math.min(end, from + this.#maxBytes + 1)));
  }
}
