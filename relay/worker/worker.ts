import { errorFields, type Log } from '../runtime/log.js';
import type { Applied } from './apply.js';
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
/** A ledger that does not answer is not waited for either: the leases end by themselves. */
const GIVE_BACK_MS = 1_000;

/** Takes due attempts from the ledger and runs each in one task at a time. */
export class Worker {
  readonly #parts: RunnerParts;
  readonly #options: WorkerOptions;
  readonly #log: Log;
  readonly #running = new Map<string, Promise<void>>();
  /** Of those that run: given back by their last commit, and found due and taken before its task had come to its end. */
  readonly #takenAgain = new Set<string>();
  readonly #abort = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #claiming = false;
  #looking: Promise<unknown> = Promise.resolve();
  #again = false;
  #started = false;

  constructor(parts: RunnerParts, options: WorkerOptions, log: Log) {
    this.#parts = parts;
    this.#options = options;
    this.#log = log;
  }

  async start(): Promise<void> {
    const { ledger, relay } = this.#parts;
    const attempts = await ledger.releaseAll(relay);
    if (attempts > 0) this.#log.info({ event: 'takeover', from: relay, held: attempts });
    this.#started = true;
    this.wakeAt(this.#parts.clock.now());
  }

  /**
   * Lets running attempts come to a rest, then aborts their calls, then leaves them: what is left lies in the ledger, and is
   * held by nobody, so that another relay need not wait for a lease to end.
   */
  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTimer?.();
    const { clock, ledger, relay } = this.#parts;
    const { drainMs } = this.#options;
    const cancels = [clock.after(drainMs, () => this.#abort.abort())];
    const left = new Promise<void>((resolve) => {
      cancels.push(clock.after(drainMs + AFTER_ABORT_MS, resolve));
    });
    await Promise.race([this.#looking.then(() => Promise.all(this.#running.values())), left]);
    const silent = new Promise<void>((resolve) => {
      cancels.push(clock.after(GIVE_BACK_MS, resolve));
    });
    await Promise.race([ledger.releaseAll(relay).catch(() => {}), silent]);
    for (const cancel of cancels) cancel();
  }

  /** An attempt that this relay holds. `begun`: its first step, committed with its row. */
  runOwn(id: string, begun?: Applied): void {
    if (this.#started) this.#run(id, begun);
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
    const { clock } = this.#parts;
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (!this.#started) return;
    if (this.#claiming) {
      this.#again = true;
      return;
    }
    this.#claiming = true;
    this.#again = false;
    const looking = this.#look();
    this.#looking = looking;
    const next = await looking;
    this.#claiming = false;
    this.wakeAt(this.#again ? clock.now() : next);
  }

  /** Returns when to look again. */
  async #look(): Promise<number> {
    const { ledger, relay, clock, leaseMs, codes } = this.#parts;
    const now = clock.now();
    const next = now + this.#options.pollMs;
    codes.forgetOlder(now);
    try {
      const free = this.#options.atOnce - this.#running.size;
      const ids = free > 0 ? await ledger.claimDue(relay, now, now + leaseMs, free) : [];
      // Stopped meanwhile: `stop` waits for this, and gives them back.
      if (!this.#started) return next;
      for (const id of ids) this.#run(id);
      // A wake for a later time may have been asked for while an earlier one was pending; the ledger remembers it.
      return (await ledger.nextDue(now, next)) ?? next;
    } catch (error) {
      this.#log.error({ event: 'claim-failed', ...errorFields(error) });
      return next;
    }
  }

  #run(id: string, begun?: Applied): void {
    if (this.#running.has(id)) this.#takenAgain.add(id);
    else this.#running.set(id, this.#work(id, begun));
  }

  /** It is held again; by a relay that stops not for long. */
  async #goOn(id: string): Promise<void> {
    if (this.#started) this.#run(id);
    else await this.#parts.ledger.release(id, this.#parts.relay).catch(() => {});
  }

  async #work(id: string, begun?: Applied): Promise<void> {
    const { clock } = this.#parts;
    let nextAt: number | null;
    try {
      nextAt = await runAttempt(id, this.#parts, this.#abort.signal, begun);
    } catch (error) {
      // The ledger did not answer, or refused. The lease ends by itself; then it is tried again, here or elsewhere.
      this.#log.error({ event: 'attempt-failed', attempt: id, ...errorFields(error) });
      nextAt = clock.now() + this.#options.pollMs;
    }
    this.#running.delete(id);
    if (this.#takenAgain.delete(id)) await this.#goOn(id);
    else if (nextAt !== null) this.wakeAt(nextAt);
  }
}
