import type { Counters } from '../runtime/counters.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { AppliedRefund } from './apply.js';
import { type RefundRunnerParts, runRefund } from './runner.js';
import { claimDueRefunds, releaseAllRefunds } from './store.js';

export type RefundWorkerParts = Omit<RefundRunnerParts, 'committed'> & {
  readonly log: Log;
  readonly counters: Counters;
  /** An attempt's refunds have changed in this relay. */
  readonly onChanged: (attempt: string) => void;
};

export type RefundWorkerOptions = {
  /** Worked on at once. */
  readonly atOnce: number;
  /** A look at the ledger this often: nothing about a refund is urgent to the second. */
  readonly pollMs: number;
  /** At stop, running ones get this long before their calls are aborted; ms. */
  readonly drainMs: number;
};

export const refundWorkerOptions: RefundWorkerOptions = { atOnce: 4, pollMs: 1_000, drainMs: 8_000 };
/** A lease outlives any one call, which may inquire first, by this. */
export const REFUND_LEASE_BEYOND_CALLS_MS = 10_000;
const AFTER_ABORT_MS = 1_000;
/** A ledger that does not answer is not waited for: the leases end by themselves. */
const GIVE_BACK_MS = 1_000;

/** Takes due refunds from the ledger and runs them; any relay takes what another has left. */
export class RefundWorker {
  readonly #parts: RefundWorkerParts;
  readonly #options: RefundWorkerOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();
  #started = false;

  constructor(parts: RefundWorkerParts, options: RefundWorkerOptions = refundWorkerOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async start(): Promise<void> {
    await releaseAllRefunds(this.#parts.db, this.#parts.relay);
    this.#started = true;
    this.wake();
  }

  /** Lets what runs come to a rest, then aborts its calls, then leaves it: what is left lies in the ledger, held by nobody. */
  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTimer?.();
    const { clock, db, relay } = this.#parts;
    const { drainMs } = this.#options;
    const cancels = [clock.after(drainMs, () => this.#abort.abort())];
    const left = new Promise<void>((resolve) => {
      cancels.push(clock.after(drainMs + AFTER_ABORT_MS, resolve));
    });
    await Promise.race([this.#looking.then(() => Promise.all(this.#running.values())), left]);
    const silent = new Promise<void>((resolve) => {
      cancels.push(clock.after(GIVE_BACK_MS, resolve));
    });
    await Promise.race([releaseAllRefunds(db, relay).catch(() => {}), silent]);
    for (const cancel of cancels) cancel();
  }

  /** Something may be due now. */
  wake(): void {
    if (!this.#started) return;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#parts.clock.after(0, () => {
      // One look at a time, so that none takes what another is about to run.
      this.#looking = this.#looking.then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    const { db, relay, clock, leaseMs, log } = this.#parts;
    if (!this.#started) return;
    try {
      const now = clock.now();
      const free = this.#options.atOnce - this.#running.size;
      const ids = free > 0 ? await claimDueRefunds(db, relay, now, now + leaseMs, free) : [];
      // Stopped meanwhile: `stop` waits for this, and gives them back.
      if (!this.#started) return;
      for (const id of ids) if (!this.#running.has(id)) this.#running.set(id, this.#work(id));
    } catch (error) {
      log.error({ event: 'refund-claim-failed', ...errorFields(error) });
    }
    if (!this.#started) return;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.after(this.#options.pollMs, () => this.wake());
  }

  async #work(id: string): Promise<void> {
    const committed = (applied: AppliedRefund): void => this.#committed(applied);
    try {
      await runRefund(id, { ...this.#parts, committed }, this.#abort.signal);
    } catch (error) {
      // The ledger did not answer, or refused. The lease ends by itself; then it is tried again, here or elsewhere.
      this.#parts.log.error({ event: 'refund-failed', refund: id, ...errorFields(error) });
    }
    this.#running.delete(id);
  }

  /** Another has committed a step of one, such as a notification: told, and looked at. */
  heard(applied: AppliedRefund): void {
    this.#committed(applied);
    this.wake();
  }

  #committed({ refund, attempt, effects, changed }: AppliedRefund): void {
    tellRefund({ refund, attempt, effects }, this.#parts);
    if (!changed) return;
    this.#parts.log.info({ event: 'refund', refund: refund.id, attempt: attempt.id, state: refund.state });
    this.#parts.onChanged(attempt.id);
  }
}

/** What follows a commit: counters and the log. */
export function tellRefund(
  { refund, attempt, effects }: Pick<AppliedRefund, 'refund' | 'attempt' | 'effects'>,
  { log, counters }: { readonly log: Log; readonly counters: Counters },
): void {
  const of = { kiosk: attempt.kiosk, attempt: attempt.id, refund: refund.id };
  for (const effect of effects) {
    switch (effect.type) {
      case 'alarm':
        counters.add(`alarm-${effect.kind}`);
        log.warn({ event: 'alarm', kind: effect.kind, ...of, detail: effect.text });
        break;
      case 'fault':
        counters.add('fault');
        log.warn({ event: 'fault', ...of, what: effect.what });
        break;
      case 'call':
        counters.add(`call-${effect.call}`);
        break;
      case 'another':
        log.info({ event: 'refund-again', ...of });
        break;
    }
  }
}
