import type { Identity, Journal, JournalFact, JournalRecord, Replay } from './contract.js';
import { nextBoot, readPast, replayOf } from './replay.js';

/** The double of the block journal: what was appended survives `close` and `open` on the same instance. */
export class MemoryJournal implements Journal {
  #records: JournalRecord[] = [];
  #failing: Error | undefined = notOpen();
  #tell: (error: Error) => void = () => {};
  #wallMs: () => number = Date.now;

  async open(identity: Identity): Promise<Replay> {
    this.#wallMs = identity.wallMs;
    const past = readPast(this.#records);
    const boot = nextBoot(past, identity);
    this.#records.push({ ...boot.record, at: this.#wallMs() });
    this.#failing = undefined;
    return replayOf(past, boot.record, boot.chain, { torn: 0, gaps: 0 });
  }

  async append(fact: JournalFact): Promise<void> {
    if (this.#failing) throw this.#failing;
    this.#records.push({ ...fact, at: this.#wallMs() });
  }

  whenBroken(tell: (error: Error) => void): void {
    this.#tell = tell;
  }

  async close(): Promise<void> {
    this.#failing = notOpen();
  }

  /** From now on every append fails, as on a full or dying disk. */
  fail(error: Error): void {
    this.#failing = error;
  }

  /** The same, found out in a write that no append waits for. */
  failUnheard(error: Error): void {
    this.fail(error);
    this.#tell(error);
  }

  get records(): readonly JournalRecord[] {
    return this.#records;
  }
}

const notOpen = (): Error => new Error('journal: not open');
