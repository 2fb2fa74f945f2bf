import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import type { Log } from '../runtime/log.js';
import { type CallMade, isFailed } from '../worker/made.js';
import {
  admits,
  type Circuit,
  type CircuitEvent,
  circuitPolicy,
  closedCircuit,
  probeAt,
  stepCircuit,
} from './circuit.js';

export type CircuitsParts = {
  readonly accounts: () => Accounts;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  /** Some account takes payments again, or no longer. */
  readonly onChanged: () => void;
};

const LOOK_MS = 1_000;

/**
 * Which accounts take new payments, as far as this relay has found out by its own calls. In memory: after a start each is
 * believed to, and the first few payments show whether it does.
 */
export class Circuits {
  readonly #parts: CircuitsParts;
  readonly #circuits = new Map<string, Circuit>();
  /** Of each account, the last attempt whose pay has failed: what the acquirer is asked about. */
  readonly #lastFailed = new Map<string, string>();
  readonly #probing = new Set<string>();
  #cancelTimer: (() => void) | undefined;

  constructor(parts: CircuitsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#cancelTimer = this.#parts.clock.after(LOOK_MS, () => {
      this.#probe();
      this.start();
    });
  }

  stop(): void {
    this.#cancelTimer?.();
  }

  of(account: string): Circuit {
    return this.#circuits.get(account) ?? closedCircuit;
  }

  admits(account: string): boolean {
    return admits(this.of(account), this.#parts.clock.now(), circuitPolicy);
  }

  accepted(account: string): void {
    this.#feed(account, { type: 'accepted' });
  }

  called({ account, attempt, call, failed, ours }: CallMade): void {
    if (ours) {
      if (call === 'pay') this.#feed(account, { type: 'not-made' });
      return;
    }
    if (call === 'pay' && failed) this.#lastFailed.set(account, attempt);
    this.#feed(account, { type: call === 'pay' ? 'pay-ended' : 'asked', failed });
  }

  #feed(account: string, event: CircuitEvent): void {
    const { clock, log, counters, onChanged } = this.#parts;
    const [before, now] = [this.of(account), clock.now()];
    const after = stepCircuit(before, event, now, circuitPolicy);
    if (after === before) return;
    this.#circuits.set(account, after);
    if (after.kind !== before.kind) {
      counters.add(`circuit-${after.kind}`);
      if (after.kind === 'open') log.error({ event: 'circuit', account, state: after.kind }, 'no new payments there');
      else log.info({ event: 'circuit', account, state: after.kind });
    }
    // Also while one payment is tried: whoever scanned meanwhile would be refused.
    if (admits(after, now, circuitPolicy) !== admits(before, now, circuitPolicy)) onChanged();
  }

  /** Asks what became of a payment that failed: it moves nothing, and is what its own worker asks as well. */
  #probe(): void {
    const { accounts, clock } = this.#parts;
    for (const [account, circuit] of this.#circuits) {
      const at = probeAt(circuit);
      const attempt = this.#lastFailed.get(account);
      if (at === null || at > clock.now() || attempt === undefined || this.#probing.has(account)) continue;
      this.#probing.add(account);
      // Adapters do not throw; one that does has not answered.
      void Promise.resolve()
        .then(() => accounts().of(account).acquirer.inquire(attempt))
        .then((answer) => this.#feed(account, { type: 'asked', failed: isFailed('inquire', answer) }))
        .catch(() => this.#feed(account, { type: 'asked', failed: true }))
        .finally(() => this.#probing.delete(account));
    }
  }
}
