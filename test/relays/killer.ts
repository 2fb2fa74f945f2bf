import { pick, type Random } from '../bench/random.js';
import type { Supervised } from '../support/supervised.js';

const LEAST_SERVING = 2;

/** A relay's death: kill -9, epoch ms. */
export type Death = { readonly relay: string; readonly at: number };

/**
 * Kills one of the relays that serve, at random, at each beat. The last that serves is spared until another has come up:
 * where the machine starts programs more slowly than they are killed, nobody would ever sell anything.
 */
export class Killer {
  readonly deaths: Death[] = [];
  /** Beats at which too few served. */
  spared = 0;
  readonly #relays: readonly Supervised[];
  readonly #random: Random;
  #timer: NodeJS.Timeout | undefined;

  constructor(relays: readonly Supervised[], random: Random) {
    this.#relays = relays;
    this.#random = random;
  }

  start(everyMs: number): void {
    this.#timer = setInterval(() => this.#strike(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #strike(): void {
    const serving = this.#relays.filter(({ life }) => life !== undefined);
    if (serving.length < LEAST_SERVING) {
      this.spared += 1;
      return;
    }
    const victim = pick(this.#random, serving);
    const at = Date.now();
    if (victim.kill()) this.deaths.push({ relay: victim.name, at });
  }
}
