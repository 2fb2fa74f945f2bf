import { errorFields, type Log } from '../runtime/log.js';
import { type LinkRunnerParts, runLink } from './runner.js';

export type LinkWorkerParts = LinkRunnerParts & { readonly log: Log };

export type LinkWorkerOptions = {
  /** Worked on at once. */
  readonly atOnce: number;
  /** A look at the ledger at least this often, for what other relays have left; ms. */
  readonly pollMs: number;
  /** At stop, running ones get this long before their calls are aborted; ms. */
  readonly drainMs: number;
};

export const linkWorkerOptions: LinkWorkerOptions = { atOnce: 8, pollMs: 1_000, drainMs: 8_000 };
/** A lease outlives any one call by this. */
export const LINK_LEASE_BEYOND_CALLS_MS = 10_000;
const AFTER_ABORT_MS = 1_000;
/** A ledger that does not answer is not waited for: the leases end by themselves. */
const GIVE_BACK_MS = 1_000;
/** A timer may fire a moment early by the wall clock; then nothing would be due yet. */
const TIMER_SLACK_MS = 2;

/** Takes due links from the ledger and runs them; any relay takes what another has left. */
export class LinkWorker {
  readonly #parts: LinkWorkerParts;
  readonly #options: LinkWorkerOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #looking: Promise<void> = Promise.resolve();
  #started = false;

  constructor(parts: LinkWorkerParts, options: LinkWorkerOptions = linkWorkerOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#parts.links.releaseAll(this.#parts.relay);
    this.#started = true;
    this.wake();
  }

  /** Lets what runs come to a rest, then aborts its calls, then leaves it: what is left lies in the ledger, held by nobody. */
  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTimer?.();
    const { clock, links, relay } = this.#parts;
    const { drainMs } = this.#options;
    const cancels = [clock.after(drainMs, () => this.#abort.abort())];
    const left = new Promise<void>((resolve) => {
      cancels.push(clock.after(drainMs + AFTER_ABORT_MS, resolve));
    });
    await Promise.race([this.#looking.then(() => Promise.all(this.#running.values())), left]);
    const silent = new Promise<void>((resolve) => {
      cancels.push(clock.after(GIVE_BACK_MS, resolve));
    });
    await Promise.race([links.releaseAll(relay).catch(() => {}), silent]);
    for (const cancel of cancels) cancel();
  }

  /** Something may be due now. */
  wake(): void {
    this.wakeAt(this.#parts.clock.now());
  }

  wakeAt(at: number): void {
    if (!this.#started || at >= this.#timerAt) return;
    const { clock } = this.#parts;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = clock.after(Math.max(0, at - clock.now()) + TIMER_SLACK_MS, () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      // One look at a time, so that none takes what another is about to run.
      this.#looking = this.#looking.then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    const { links, relay, clock, leaseMs, log } = this.#parts;
    if (!this.#started) return;
    const now = clock.now();
    let next = now + this.#options.pollMs;
    try {
      const free = this.#options.atOnce - this.#running.size;
      const ids = free > 0 ? await links.claimDue(relay, now, now + leaseMs, free) : [];
      // Stopped meanwhile: `stop` waits for this, and gives them back.
      if (!this.#started) return;
      for (const id of ids) this.#run(id);
      next = (await links.nextDue(now, next)) ?? next;
    } catch (error) {
      log.error({ event: 'link-claim-failed', ...errorFields(error) });
    }
    this.wakeAt(next);
  }

  /** Given back by its last commit it may be taken again before its task has come to its end: then after that. */
  #run(id: string): void {
    const before = this.#running.get(id) ?? Promise.resolve();
    const work: Promise<void> = before
      .then(() => this.#work(id))
      .then(() => {
        if (this.#running.get(id) === work) this.#running.delete(id);
      });
    this.#running.set(id, work);
  }

  async #work(id: string): Promise<void> {
    let nextAt: number | null = null;
    try {
      nextAt = await runLink(id, this.#parts, this.#abort.signal);
    } catch (error) {
      // The ledger did not answer, or refused. The lease ends by itself; then it is tried again, here or elsewhere.
      this.#parts.log.error({ event: 'link-failed', link: id, ...errorFields(error) });
    }
    if (nextAt !== null) this.wakeAt(nextAt);
  }
}
