import type { Acquirer, InquiryAnswer } from '../../../relay/acquirers/contract.js';
import type { FaultSource, Faults } from '../faults.js';
import type { Story } from '../story.js';
import type { Witness } from '../witness.js';

export type DenialParts = { readonly faults: Faults; readonly witness: Witness; readonly story: Story };

/**
 * An acquirer that denies what it has said: its inquiry answers "declined" of a payment that it has called paid, and keeps
 * the money. A failure notice older than the success, or a copy that lags (reference acquirers/common.md section 5, trap
 * 14). Only once a ledger holds the "paid": what no relay has kept nobody can hold against the acquirer.
 */
export class Denial {
  readonly #parts: DenialParts;
  readonly #sources = new Map<string, FaultSource>();

  constructor(parts: DenialParts) {
    this.#parts = parts;
  }

  /** The acquirer as one relay reaches it, with this on the way. */
  over(port: Acquirer): Acquirer {
    return {
      ...port,
      inquire: (id, acquirerId, signal) =>
        port.inquire(id, acquirerId, signal).then((given) => (this.#denies(id, given) ? denied : given)),
    };
  }

  #denies(id: string, given: InquiryAnswer): boolean {
    const { faults, witness, story } = this.#parts;
    if (given.kind !== 'paid' || !witness.keptPaid(id)) return false;
    const known = this.#sources.get(id);
    const source = known ?? faults.source('declined-after-paid', `inquiries about ${id}`);
    if (!known) this.#sources.set(id, source);
    const denies = source.strikes();
    if (denies) story.tell('acquirer', () => 'takes "paid" back, and says declined', id);
    return denies;
  }
}

const denied = { kind: 'declined', reason: 'insufficient-funds' } as const;
