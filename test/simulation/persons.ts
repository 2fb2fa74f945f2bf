import type { Attempt, DoubtfulPolicy } from '../../relay/payment/types.js';
import type { CallRow } from './ledger/database.js';
import { type Oracle, owes } from './oracle.js';
import type { SimulatedKiosk } from './world/kiosk.js';

export type PersonsParts = {
  readonly oracle: Oracle;
  readonly policy: DoubtfulPolicy;
  readonly kiosk: (name: string) => SimulatedKiosk | undefined;
  /** Two devices of this name were there at once, ever. */
  readonly isTwice: (name: string) => boolean;
  readonly calls: (attempt: string) => readonly CallRow[];
};

/** Answers after which the machine knows where the money is. */
const clear: ReadonlySet<string | null> = new Set(['paid', 'declined', 'cancelled', 'refunded', 'already-returned']);

/**
 * A person is called only where no program can know, is told nothing untrue, and is passed over only where the policy says
 * so: without these an operator's end would explain every difference.
 */
export class Persons {
  readonly #parts: PersonsParts;

  constructor(parts: PersonsParts) {
    this.#parts = parts;
  }

  committed(before: Attempt | undefined, after: Attempt): void {
    if (after.finding !== (before?.finding ?? null)) this.#found(after);
    if (before?.state === after.state) return;
    if (after.state === 'doubtful') this.#doubted(after);
    else if (after.state === 'operator') this.#handedOver(after);
    else if (before?.state === 'approved' && after.reason === 'vend-doubtful') this.#byPolicy(after);
  }

  #found({ id, finding }: Attempt): void {
    const { payment } = this.#parts.oracle.attempt(id);
    const isTrue = finding === 'charged' ? (payment?.charged ?? 0) > 0 : !owes(payment);
    if (!isTrue) this.#parts.oracle.violate('S9', `the operator was told ${finding}, which is not so`, id);
  }

  #doubted(attempt: Attempt): void {
    if (!this.#mayDoubt(attempt))
      this.#violate('L1', 'a person was called for a vend of which its kiosk knew, and knows, the end', attempt);
  }

  /** The machine could not say, or the boot that opened it lives no more, or its card is another's or not whole. */
  #mayDoubt({ id, kiosk, boot }: Attempt): boolean {
    const there = this.#parts.kiosk(kiosk);
    const knew = there?.life?.replay.nonce === boot && !there.disk.disturbed;
    return this.#parts.oracle.attempt(id).unclear === true || !knew;
  }

  #handedOver(attempt: Attempt): void {
    const { oracle, calls } = this.#parts;
    if (oracle.attempt(attempt.id).payment?.wallet?.amountUnsaid) return;
    if (calls(attempt.id).every(({ answer, endedAt }) => endedAt !== null && clear.has(answer)))
      this.#violate('L1', 'handed over to a person, and the acquirer had answered every call clearly', attempt);
  }

  #byPolicy(attempt: Attempt): void {
    const { oracle, policy, isTwice } = this.#parts;
    const { id, kiosk, state } = attempt;
    const done = state === 'delivered' ? 'keep' : 'reverse';
    if (policy !== done) this.#violate('S7', `a doubtful vend was settled without a person: ${state}`, attempt);
    oracle.attempt(id).byPolicy = done;
    this.#doubted(attempt);
    // The journal that says "doubtful" must be the one that knows that the vend began (rule 13).
    const { books = [], memory = [] } = this.#parts.kiosk(kiosk)?.life?.kiosk.loop.state ?? {};
    const lives = this.#parts.kiosk(kiosk)?.life !== undefined;
    if (lives && !isTwice(kiosk) && ![...books, ...memory].some((entry) => entry.attempt === id))
      this.#violate('S7', 'settled by the policy for doubtful vends, and no journal knows of it', attempt);
  }

  #violate(predicate: 'L1' | 'S7', text: string, { id, kiosk }: Attempt): void {
    this.#parts.oracle.violate(predicate, text, id, kiosk);
  }
}
