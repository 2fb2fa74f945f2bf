import { isIPv6 } from 'node:net';
import type { Clock } from '../../runtime/clock.js';

/** `burst` at once, and then `perSecond`. */
export type Rate = { readonly burst: number; readonly perSecond: number };

type Bucket = { left: number; at: number };

/**
 * What one address may have. Of IPv6 the first 64 bits count, since a phone has all addresses below them. It remembers so many
 * addresses at most: the one that was seen first is forgotten for a new one.
 */
export class AddressRation {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #addressesMost: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, rate: Rate, addressesMost = 10_000) {
    this.#clock = clock;
    this.#rate = rate;
    this.#addressesMost = addressesMost;
  }

  /** False: it has had its ration. */
  take(address: string): boolean {
    const bucket = this.#filled(address);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  /** What was taken shall not count. */
  giveBack(address: string): void {
    const bucket = this.#filled(address);
    bucket.left = Math.min(this.#rate.burst, bucket.left + 1);
  }

  #filled(address: string): Bucket {
    const key = keyOf(address);
    const now = this.#clock.now();
    const { burst, perSecond } = this.#rate;
    const known = this.#buckets.get(key);
    if (known) {
      known.left = Math.min(burst, known.left + (Math.max(0, now - known.at) / 1_000) * perSecond);
      known.at = now;
      return known;
    }
    const [first] = this.#buckets.keys();
    if (first !== undefined && this.#buckets.size >= this.#addressesMost) this.#buckets.delete(first);
    const bucket = { left: burst, at: now };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

function keyOf(said: string): string {
  // Some proxies tell the port too, and each connection has another.
  const [, inBrackets, alone] = /^\[([^\]]*)\](?::\d+)?$|^([^:]*):\d+$/.exec(said) ?? [];
  const address = inBrackets ?? alone ?? said;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? networkOf(address) : address;
}

/** The first four groups, with what "::" stands for written out. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::', 2) ?? [];
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  return [...groups, ...Array<string>(zeros).fill('0'), ...after]
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
