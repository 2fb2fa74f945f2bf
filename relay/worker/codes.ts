/**
 * Payment codes of attempts whose pay is not written yet: in memory only, gone once it is, or may no longer be (S11).
 */
export class Codes {
  readonly #codes = new Map<string, { readonly code: string; readonly until: number }>();

  hold(attempt: string, code: string, until: number): void {
    this.#codes.set(attempt, { code, until });
  }

  has(attempt: string): boolean {
    return this.#codes.has(attempt);
  }

  /** Once. */
  take(attempt: string): string | undefined {
    const held = this.#codes.get(attempt);
    this.#codes.delete(attempt);
    return held?.code;
  }

  forgetOlder(now: number): void {
    for (const [attempt, { until }] of this.#codes) if (until < now) this.#codes.delete(attempt);
  }
}
