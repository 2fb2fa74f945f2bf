/**
 * Random numbers that can be had again: the same seed and index give the same numbers (mulberry32, a public generator).
 * `at` begins anew for one input, so that a fault is found again without the inputs before it.
 */
export class Random {
  #state = 0;

  /** Both are taken as 32-bit numbers; an index above 2^32 shares numbers with none below, by its upper half. */
  at(seed: number, index: number): this {
    const high = Math.floor(index / 0x1_0000_0000);
    const mixed = mix((seed >>> 0) ^ mix((index >>> 0) + 0x9e3779b9) ^ mix(high + 0x85ebca6b));
    this.#state = mixed;
    return this;
  }

  /** 0 … 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  }

  /** 0 … n - 1; 0 for n below 1. */
  below(n: number): number {
    return n < 1 ? 0 : this.next() % n;
  }

  /** from … to, both included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True once in n. */
  once(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('random: found an empty list to pick from, expected at least one item');
    return items[this.below(items.length)] as T;
  }

  /** n characters of the alphabet. */
  text(alphabet: string, n: number): string {
    let text = '';
    for (let i = 0; i < n; i++) text += alphabet.charAt(this.below(alphabet.length));
    return text;
  }

  bytes(n: number): Uint8Array {
    const bytes = new Uint8Array(n);
    for (let i = 0; i < n; i++) bytes[i] = this.next() & 0xff;
    return bytes;
  }
}

function mix(n: number): number {
  let z = n | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) | 0;
}
