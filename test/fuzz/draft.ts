import type { Random } from './random.js';

/** An input in the making: bytes in one place that is used again and again, so that making inputs costs little. */
const CAPACITY_BYTES = 16_384;

/** Bytes on which rules turn. */
const interesting = [
  ...[0x00, 0x02, 0x03, 0x09, 0x0a, 0x0d, 0x1b, 0x1d, 0x1f, 0x20, 0x23, 0x2b, 0x2d, 0x2e, 0x2f, 0x30, 0x39, 0x3a],
  ...[0x3d, 0x40, 0x41, 0x4d, 0x5a, 0x5b, 0x5c, 0x5d, 0x5f, 0x60, 0x61, 0x68, 0x7a, 0x7b, 0x7e, 0x7f, 0x80, 0xff],
];
const framingBytes = [0x02, 0x0d, 0x0a, 0x09, 0x03, 0x1d];
const aimIds = [
  ...[']Q0', ']Q1', ']Q2', ']Q3', ']Q4', ']Q6', ']C0', ']C1', ']e0', ']d1', ']d2', ']L0', ']z0', ']E0', ']E4', ']I1'],
  ...[']q3', ']Q', ']', ']1Q', ']Q-', ']zz', ']Ee', '[Q1', ']]Q1'],
];

export class Draft {
  readonly #bytes = Buffer.alloc(CAPACITY_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Good until the next change. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  set(bytes: Uint8Array): void {
    this.#length = Math.min(bytes.length, CAPACITY_BYTES);
    this.#bytes.set(bytes.length > CAPACITY_BYTES ? bytes.subarray(0, CAPACITY_BYTES) : bytes);
  }

  /** One byte a character. */
  setText(text: string): void {
    this.#length = this.#bytes.write(text, 'latin1');
  }

  put(at: number, byte: number): void {
    if (at >= 0 && at < this.#length) this.#bytes[at] = byte;
  }

  flip(at: number, mask: number): void {
    if (at >= 0 && at < this.#length) this.#bytes[at] = (this.#bytes[at] ?? 0) ^ mask;
  }

  remove(at: number, count: number): void {
    const n = Math.min(count, this.#length - at);
    if (n <= 0) return;
    this.#bytes.copyWithin(at, at + n, this.#length);
    this.#length -= n;
  }

  /** Opens a hole of `count` bytes; false when there is no room. */
  #open(at: number, count: number): boolean {
    if (this.#length + count > CAPACITY_BYTES || at > this.#length) return false;
    this.#bytes.copyWithin(at + count, at, this.#length);
    this.#length += count;
    return true;
  }

  insert(at: number, bytes: Uint8Array): void {
    if (this.#open(at, bytes.length)) this.#bytes.set(bytes, at);
  }

  insertText(at: number, text: string): void {
    if (this.#open(at, text.length)) this.#bytes.write(text, at, 'latin1');
  }

  repeat(at: number, byte: number, count: number): void {
    if (this.#open(at, count)) this.#bytes.fill(byte, at, at + count);
  }

  /** A run of the bytes again, right behind itself. */
  duplicate(at: number, count: number): void {
    const n = Math.min(count, this.#length - at);
    if (this.#open(at + n, n)) this.#bytes.copyWithin(at + n, at, at + n);
  }

  /** Two runs of the same length change places. */
  swap(a: number, b: number, count: number): void {
    const n = Math.min(count, Math.abs(a - b), this.#length - Math.max(a, b));
    for (let i = 0; i < n; i++) {
      const byte = this.#bytes[a + i] ?? 0;
      this.#bytes[a + i] = this.#bytes[b + i] ?? 0;
      this.#bytes[b + i] = byte;
    }
  }

  truncate(length: number): void {
    this.#length = Math.max(0, Math.min(this.#length, length));
  }
}

/** One change somewhere. `other`: an input to take a piece from. */
export function changeBytes(draft: Draft, random: Random, other: Uint8Array): void {
  const at = random.below(draft.length);
  const run = random.once(4) ? random.below(40) : random.between(1, 4);
  switch (random.below(11)) {
    case 0:
      draft.flip(at, 1 << random.below(8));
      break;
    case 1:
      draft.put(at, random.pick(interesting));
      break;
    case 2:
      draft.put(at, random.next() & 0xff);
      break;
    case 3:
      draft.insert(at, random.bytes(run));
      break;
    case 4:
      draft.repeat(at, random.pick(interesting), run);
      break;
    case 5:
      draft.remove(at, run);
      break;
    case 6:
      draft.duplicate(at, run);
      break;
    case 7:
      draft.swap(at, random.below(draft.length), run);
      break;
    case 8:
      draft.truncate(random.once(2) ? at : draft.length - random.below(5));
      break;
    case 9:
      splice(draft, random, other);
      break;
    default:
      draft.put(at, 0x30 + random.below(10));
      break;
  }
}

/** The head of this input and the tail of another. */
function splice(draft: Draft, random: Random, other: Uint8Array): void {
  draft.truncate(random.below(draft.length + 1));
  draft.insert(draft.length, other.subarray(random.below(other.length)));
}

/** What scanners put around a code, and a little more than they may. */
export function addFraming(draft: Draft, random: Random): void {
  if (random.once(3)) draft.insertText(0, random.pick(aimIds));
  for (let i = random.below(random.once(6) ? 5 : 3); i > 0; i--) draft.repeat(0, random.pick(framingBytes), 1);
  for (let i = random.below(random.once(6) ? 7 : 5); i > 0; i--)
    draft.repeat(draft.length, random.pick(framingBytes), 1);
}

/** Lengths at which rules turn: nothing, 512 bytes of content, 4,400 raw. */
export function changeLength(draft: Draft, random: Random): void {
  const wanted = random.pick([0, 1, 2, 7, 10, 19, 20, 40, 41, 511, 512, 513, 515, 516, 520, 4_399, 4_400, 4_401]);
  if (wanted <= draft.length) draft.truncate(wanted);
  else draft.repeat(random.below(draft.length + 1), random.pick(interesting), wanted - draft.length);
}
