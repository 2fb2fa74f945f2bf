export type RetryOptions = {
  /** Wait before the second try, ms. */
  readonly firstMs: number;
  /** No wait is longer, ms. */
  readonly maxMs: number;
  /** 0 ≤ x < 1; spreads the tries of many kiosks that lost power together. */
  readonly random: () => number;
};

export const defaultRetry: RetryOptions = { firstMs: 500, maxMs: 30_000, random: Math.random };

export type Backoff = {
  /** The next wait, ms: doubling from `firstMs` to `maxMs`, less up to half of it by chance. */
  next(): number;
  /** The device was well: the next wait is the first again. */
  reset(): void;
};

export function createBackoff({ firstMs, maxMs, random }: RetryOptions): Backoff {
  let waitMs = firstMs;
  return {
    next() {
      const chosen = waitMs * (1 - random() / 2);
      waitMs = Math.min(maxMs, waitMs * 2);
      return chosen;
    },
    reset() {
      waitMs = firstMs;
    },
  };
}
