import type { Counters } from '../runtime/counters.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { AppliedDeclaration } from './apply.js';
import { type DeclarationRunnerParts, runDeclarations } from './runner.js';
import { claimDueDeclarations, releaseAllDeclarations } from './store.js';

export type DeclarationWorkerParts = Omit<DeclarationRunnerParts, 'committed' | 'failed' | 'goesOn'> & {
  readonly log: Log;
  readonly counters: Counters;
  /** A declaration of this attempt has changed in this relay. */
  readonly onChanged: (attempt: string) => void;
};

export type DeclarationWorkerOptions = {
  /** Taken at once; as many as one inquiry asks about. */
  readonly atOnce: number;
  /** A look at the ledger this often: nothing about customs is urgent. */
  readonly pollMs: number;
  /** At stop, what runs gets this long before its calls are aborted; ms. */
  readonly drainMs: number;
};

export const declarationWorkerOptions: DeclarationWorkerOptions = { atOnce: 10, pollMs: 5_000, drainMs: 8_000 };
const AFTER_ABORT_MS = 1_000;
/** A ledger that does not answer is not waited for: the leases end by themselves. */
const GIVE_BACK_MS = 1_000;

/** Takes due declarations from the ledger and runs them; any relay takes what another has left. */
export class DeclarationWorker {
  readonly #parts: DeclarationWorkerParts;
  readonly #options: DeclarationWorkerOptions;
  readonly #abort = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();
  #started = false;

  constructor(parts: DeclarationWorkerParts, options: DeclarationWorkerOptions = declarationWorkerOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async start(): Promise<void> {
    await releaseAllDeclarations(this.#parts.db, this.#parts.relay);
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
    await Promise.race([this.#looking, left]);
    const silent = new Promise<void>((resolve) => {
      cancels.push(clock.after(GIVE_BACK_MS, resolve));
    });
    await Promise.race([releaseAllDeclarations(db, relay).catch(() => {}), silent]);
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
    let found = 0;
    try {
      const now = clock.now();
      const ids = await claimDueDeclarations(db, relay, now, now + leaseMs, this.#options.atOnce);
      found = ids.length;
      const committed = (applied: AppliedDeclaration): void => this.#committed(applied);
      // The ledger did not answer, or refused. The lease ends by itself; then it is tried again, here or elsewhere.
      const failed = (declaration: string, error: unknown): void =>
        log.error({ event: 'declaration-failed', declaration, ...errorFields(error) });
      if (found > 0) {
        const goesOn = (): boolean => this.#started;
        await runDeclarations(ids, { ...this.#parts, committed, failed, goesOn }, this.#abort.signal);
      }
    } catch (error) {
      log.error({ event: 'declarations-claim-failed', ...errorFields(error) });
    }
    if (!this.#started) return;
    this.#cancelTimer?.();
    const wait = found === this.#options.atOnce ? 0 : this.#options.pollMs;
    this.#cancelTimer = clock.after(wait, () => this.wake());
  }

  #committed({ declaration, attempt, effects, changed }: AppliedDeclaration): void {
    const { log, counters, onChanged } = this.#parts;
    const of = { kiosk: attempt.kiosk, attempt: attempt.id, declaration: declaration.id };
    for (const effect of effects) {
      if (effect.type === 'alarm') {
        counters.add(`alarm-${effect.kind}`);
        log.warn({ event: 'alarm', kind: effect.kind, ...of, detail: effect.text });
      } else if (effect.type === 'fault') {
        counters.add('fault');
        log.warn({ event: 'fault', ...of, what: effect.what });
      } else counters.add(`call-${effect.call}`);
    }
    if (!changed) return;
    log.info({ event: 'declaration', ...of, state: declaration.state });
    onChanged(attempt.id);
  }
}
