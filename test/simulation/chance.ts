import { Random } from '../fuzz/random.js';

/** Chance that can be had again. Every part of the world has streams of its own, so that one that is taken out moves no other. */
export class Chance {
  readonly #random = new Random();
  readonly #seed: number;
  #forks: Map<string, number> | undefined;

  constructor(seed: number, label: string) {
    this.#seed = hash(label) ^ Math.imul(seed, 0x9e3779b1);
    this.#random.at(this.#seed, seed);
  }

  /** 0 ≤ x < 1 */
  next(): number {
    return this.#random.next() / 2 ** 32;
  }

  hits(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  /** from … to, both included, whole. */
  whole(from: number, to: number): number {
    return this.#random.between(from, to);
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  /** Mostly small, sometimes large: exponential around `mean`, at most `most`. */
  wait(mean: number, most = mean * 20): number {
    return Math.min(most, -Math.log(1 - this.next()) * mean);
  }

  pick<T>(items: readonly T[]): T {
    return this.#random.pick(items);
  }

  /** One of the names, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const names = Object.keys(weights) as K[];
    let left = this.next() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    return names[0] as K;
  }

  bytes(n: number): Buffer {
    const bytes = Buffer.allocUnsafe(n);
    for (let i = 0; i < n; i += 4) {
      const word = this.#random.next();
      for (let j = 0; j < 4 && i + j < n; j++) bytes[i + j] = word >>> (j * 8);
    }
    return bytes;
  }

  digits(n: number): string {
    let text = '';
    while (text.length < n) text += this.#random.below(10);
    return text;
  }

  /** Another stream, that neither what is drawn here later nor a fork of another label moves. */
  fork(label: string): Chance {
    this.#forks ??= new Map();
    const forks = (this.#forks.get(label) ?? 0) + 1;
    this.#forks.set(label, forks);
    return new Chance(this.#seed, `${label}/${forks}`);
  }
}

/** FNV-1a, 32 bits: a public hash, enough to keep labels apart. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
