import type { Identity, Journal, JournalFact, JournalRecord, Replay } from './contract.js';
import { nextBoot, readPast, replayOf } from './replay.js';

/** The double of the file journal: what was appended survives `close` and `open` on the same instance. */
export class MemoryJournal implements Journal {
  #records: JournalRecord[] = [];
  #failing: Error | undefined;
  #wallMs: () => number = Date.now;

  async open(identity: Identity): Promise<Replay> {
    this.#wallMs = identity.wallMs;
    const past = readPast(this.#records);
    const boot = nextBoot(past, identity);
    this.#records.push({ ...boot.record, at: this.#wallMs() });
    return replayOf(past, boot.record, boot.chain, 0);
  }

  async append(fact: JournalFact): Promise<void> {
    if (this.#failing) throw this.#failing;
    this.#records.push({ ...fact, at: this.#wallMs() });
  }

  async close(): Promise<void> {}

  /** From now on every append fails, as on a full or dying disk. */
  fail(error: Error): void {
    this.#failing = error;
  }

  get records(): readonly JournalRecord[] {
    return this.#records;
  }
}
