import { errorFields, type Log } from '../runtime/log.js';
import { type RunnerParts, runAttempt } from './runner.js';

export type WorkerOptions = {
  /** Attempts worked on at once. */
  readonly atOnce: number;
  /** A look at the ledger at least this often, for what other relays have left; ms. */
  readonly pollMs: number;
  /** At stop, running attempts get this long before their calls are aborted; ms. */
  readonly drainMs: number;
};

/** A timer may fire a moment early by the wall clock; then nothing would be due yet. */
const TIMER_SLACK_MS = 2;
/** An aborted call answers at once; one that does not is not waited for. */
const AFTER_ABORT_MS = 1_000;

/** Takes due attempts from the ledger and runs each in one task at a time. */
export class Worker {
  readonly #parts: RunnerParts;
  readonly #options: WorkerOptions;
  readonly #log: Log;
  readonly #running = new Set<string>();
  readonly #tasks = new Set<Promise<void>>();
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
    await this.#parts.ledger.releaseAll(this.#parts.relay);
    this.#started = true;
    this.wakeAt(this.#parts.clock.now());
  }

  /** Lets running attempts come to a rest, then aborts their calls, then leaves them: what is left lies in the ledger. */
  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTimer?.();
    const { clock } = this.#parts;
    const { drainMs } = this.#options;
    const cancels = [clock.after(drainMs, () => this.#abort.abort())];
    const left = new Promise<void>((resolve) => {
      cancels.push(clock.after(drainMs + AFTER_ABORT_MS, resolve));
    });
    await Promise.race([Promise.all(this.#tasks), left]);
    for (const cancel of cancels) cancel();
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
    this.#cancelTimer = clock.after(Math.max(0, at - clock.now()) + TIMER_SLACK_MS, () => void this.#claim());
  }

  async #claim(): Promise<void> {
    const { ledger, relay, clock, leaseMs, codes } = this.#parts;
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (!this.#started) return;
    if (this.#claiming) {
      this.#again = true;
      return;
    }
    this.#claiming = true;
    this.#again = false;
    const now = clock.now();
    let next = now + this.#options.pollMs;
    codes.forgetOlder(now);
    try {
      const free = this.#options.atOnce - this.#running.size;
      const ids = free > 0 ? await ledger.claimDue(relay, now, now + leaseMs, free) : [];
      for (const id of ids) if (!this.#running.has(id)) this.#run(id);
      // A wake for a later time may have been asked for while an earlier one was pending; the ledger remembers it.
      next = (await ledger.nextDue(now, next)) ?? next;
    } catch (error) {
      this.#log.error({ event: 'claim-failed', ...errorFields(error) });
    } finally {
      this.#claiming = false;
      this.wakeAt(this.#again ? clock.now() : next);
    }
  }

  #run(id: string): void {
    this.#running.add(id);
    const task = this.#work(id).then((nextAt) => {
      this.#tasks.delete(task);
      if (nextAt !== null) this.wakeAt(nextAt);
    });
    this.#tasks.add(task);
  }

  /** Returns when the attempt wants to be looked at again. */
  async #work(id: string): Promise<number | null> {
    const { ledger, relay, clock } = this.#parts;
    try {
      await runAttempt(id, this.#parts, this.#abort.signal);
      // Before the lease is given back: a claim that follows at once must find it free here too.
      this.#running.delete(id);
      return await ledger.release(id, relay);
    } catch (error) {
      this.#running.delete(id);
      // The ledger did not answer, or refused. The lease ends by itself; then it is tried again, here or elsewhere.
      this.#log.error({ event: 'attempt-failed', attempt: id, ...errorFields(error) });
      return clock.now() + this.#options.pollMs;
    }
  }
}
