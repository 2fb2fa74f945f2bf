/** Random numbers that a seed repeats, so that two runs measure the same codes in the same order. */
export type Random = () => number;

/** Numbers in [0, 1), by mulberry32: small, and good enough to choose codes. `seed`: any 32-bit integer. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from `from` to `to`, both included. */
export const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));

/** @throws RangeError on an empty list */
export function pick<T>(random: Random, list: ArrayLike<T>): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new RangeError('pick: found an empty list, expected at least one item');
  return found;
}

/** A copy in another order, every order as likely. */
export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const left = [...list];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(between(random, 0, left.length - 1), 1));
  return order;
}

/** `length` characters of `alphabet`. */
export function textOf(random: Random, alphabet: string, length: number): string {
  let text = '';
  while (text.length < length) text += pick(random, alphabet);
  return text;
}

export function bytesOf(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => between(random, 0, 255)));
}
