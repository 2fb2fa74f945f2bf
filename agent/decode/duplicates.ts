import { createHmac } from 'node:crypto';

/** How long the same code is the same scan: scanners send a code again while it stays in view. */
export const DUPLICATE_WINDOW_DEFAULT_MS = 3_000;
const DIGEST_BYTES = 16;

export type Duplicates = {
  /**
   * True when this code was the last one and came within the window. Every sight of it begins the window anew, so that
   * a phone left under the scanner stays one scan.
   */
  seen(code: string, nowMs: number): boolean;
  /** From here on every code is a new scan. */
  rearm(): void;
  /** What stands for the code in the journal: 32 hex characters, useless without this boot's key. */
  digest(code: string): string;
};

/** `key`: random bytes of this boot; the code itself is never kept. */
export function createDuplicates(key: Uint8Array, windowMs: number = DUPLICATE_WINDOW_DEFAULT_MS): Duplicates {
  let last: string | undefined;
  let lastMs = 0;
  const digest = (code: string): string =>
    createHmac('sha256', key)
      .update(code)
      .digest('hex')
      .slice(0, DIGEST_BYTES * 2);
  return {
    seen(code, nowMs) {
      const found = digest(code);
      const same = found === last && nowMs - lastMs <= windowMs;
      last = found;
      lastMs = nowMs;
      return same;
    },
    rearm() {
      last = undefined;
    },
    digest,
  };
}
