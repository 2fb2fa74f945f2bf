import { createHmac } from 'node:crypto';

/** How long the same code is the same scan: scanners send a code again while it stays in view. */
export const DUPLICATE_WINDOW_DEFAULT_MS = 3_000;
const DIGEST_BYTES = 16;
/** A phone may show a bar code and a square one at once, and two phones may be in view: a scanner sends them by turns. */
const REMEMBERED = 4;

export type Duplicates = {
  /**
   * True when this code came within the window. Every sight of it begins its window anew, so that a phone left under the
   * scanner stays one scan.
   * @param digest of the code, by `digest`
   */
  seen(digest: string, nowMs: number): boolean;
  /** From here on every code is a new scan. */
  rearm(): void;
  /** What stands for the code wherever it must be remembered: 32 hex characters, useless without this boot's key. */
  digest(code: string): string;
};

/** `key`: random bytes of this boot; the code itself is never kept. */
export function createDuplicates(key: Uint8Array, windowMs: number = DUPLICATE_WINDOW_DEFAULT_MS): Duplicates {
  let last: { readonly digest: string; readonly atMs: number }[] = [];
  return {
    seen(digest, nowMs) {
      const same = last.some((one) => one.digest === digest && nowMs - one.atMs <= windowMs);
      const others = last.filter((one) => one.digest !== digest);
      last = [{ digest, atMs: nowMs }, ...others].slice(0, REMEMBERED);
      return same;
    },
    rearm() {
      last = [];
    },
    digest: (code) =>
      createHmac('sha256', key)
        .update(code)
        .digest('hex')
        .slice(0, DIGEST_BYTES * 2),
  };
}
