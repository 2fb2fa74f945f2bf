import { claimDue, release, releaseAll } from '../ledger/leases.js';
import { errorFields, type Log } from '../log.js';
import { type RunnerParts, runAttempt } from './runner.js';

export type WorkerOptions = {
  /** Attempts worked on at once. */
  readonly atOnce: number;
  /** A look at the ledger at least this often, for what other relays have left; ms. */
  readonly pollMs: number;
  /** At stop, running attempts get this long before their calls are aborted; ms. */
  readonly drainMs: number;
};

/** Takes due attempts from the ledger and runs each in one task at a time. */
export class Worker {
  readonly #parts: RunnerParts;
  readonly #options: WorkerOptions;
  readonly #log: Log;
  readonly #running = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #claiming = false;
  #again = false;
  #started = false;

  constructor(parts: RunnerParts, options: WorkerOptions, log: Log) {
    this.#parts = parts;
    this.#options = options;
    this.#log = log;
  }

  async start(): Promise<void> {
    await releaseAll(this.#parts.db, this.#parts.relay);
    this.#started = true;
    this.wakeAt(this.#parts.clock.now());
  }

  /** Lets running attempts come to a rest, then aborts their calls; what is left lies in the ledger. */
  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTimer?.();
    const cancel = this.#parts.clock.after(this.#options.drainMs, () => this.#abort.abort());
    await Promise.all(this.#running.values());
    cancel();
  }

  get running(): number {
    return this.#running.size;
  }

  /** An attempt that was inserted with this relay's lease. */
  runOwn(id: string): void {
    if (!this.#started) return;
    if (!this.#running.has(id)) this.#run(id);
  }

  /** Something will be due at `at`. */
  wakeAt(at: number): void {
    if (!this.#started || at >= this.#timerAt) return;
    const { clock } = this.#parts;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = clock.after(Math.max(0, at - clock.now()), () => void this.#claim());
  }

  async #claim(): Promise<void> {
    const { db, relay, clock, leaseMs, codes } = this.#parts;
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (!this.#started) return;
    if (this.#claiming) {
      this.#again = true;
      return;
    }
    this.#claiming = true;
    this.#again = false;
    const now = clock.now();
    codes.forgetOlder(now);
    try {
      const free = this.#options.atOnce - this.#running.size;
      const ids = free > 0 ? await claimDue(db, relay, now, now + leaseMs, free) : [];
      for (const id of ids) if (!this.#running.has(id)) this.#run(id);
    } catch (error) {
      this.#log.error({ event: 'claim-failed', ...errorFields(error) });
    } finally {
      this.#claiming = false;
      this.wakeAt(clock.now() + (this.#again ? 0 : this.#options.pollMs));
    }
  }

  #run(id: string): void {
    const task = this.#work(id).then((nextAt) => {
      this.#running.delete(id);
      if (nextAt !== null) this.wakeAt(nextAt);
    });
    this.#running.set(id, task);
  }

  /** Returns when the attempt wants to be looked at again. */
  async #work(id: string): Promise<number | null> {
    const { db, relay, clock } = this.#parts;
    try {
      await runAttempt(id, this.#parts, this.#abort.signal);
      return await release(db, id, relay);
    } catch (error) {
      // The ledger did not answer, or refused. The lease ends by itself; then it is tried again, here or elsewhere.
      this.#log.error({ event: 'attempt-failed', attempt: id, ...errorFields(error) });
      return clock.now() + this.#options.pollMs;
    }
  }
}
