import { expect } from 'vitest';
import { BlockJournal } from '../../agent/journal/block-journal.js';
import type { Journal, JournalFact, Replay } from '../../agent/journal/contract.js';
import { bootTag } from '../../protocol/ids.js';
import type { CutDisk } from './cut-store.js';
import { identities } from './journal-facts.js';

/** Four blocks a segment and up: so that few facts bring many rotations. */
export const smallSegments = (blocks: number) => ({ segmentBytes: blocks * 4_096 });

/** What a journal may say of one attempt: what was said of it and is durable, or something that was under way as well. */
type Told = { readonly sure: readonly JournalFact[]; readonly maybe: readonly JournalFact[] };

/**
 * Beside a journal: which facts it has acknowledged, and whether what a start finds is those, all of those, and nothing
 * that was never said.
 */
export class JournalModel {
  readonly #identity = identities();
  readonly #told = new Map<string, Told>();
  #nonces: string[] = [];
  #starts = 0;

  get identity() {
    return this.#identity;
  }

  copy(): JournalModel {
    const other = new JournalModel();
    for (const [attempt, told] of this.#told) other.#told.set(attempt, told);
    other.#nonces = [...this.#nonces];
    other.#starts = this.#starts;
    return other;
  }

  saying(fact: JournalFact): void {
    const told = this.#of(fact.attempt);
    this.#told.set(fact.attempt, { ...told, maybe: [...told.maybe, fact] });
  }

  durable(fact: JournalFact): void {
    const told = this.#of(fact.attempt);
    // A closed attempt may be told again.
    if (fact.kind !== 'closed') this.#told.set(fact.attempt, { ...told, sure: [...told.sure, fact] });
  }

  #of(attempt: string): Told {
    return this.#told.get(attempt) ?? { sure: [], maybe: [] };
  }

  /** A start that began may have left its boot, whether it was heard of or not. */
  starting(): void {
    this.#starts += 1;
  }

  started(replay: Replay): void {
    this.check(replay);
    this.#nonces = [replay.nonce, ...this.#nonces];
  }

  check(replay: Replay): void {
    expect(replay.gaps).toBe(0);
    expect(replay.torn).toBeLessThanOrEqual(1);
    // Boots that were heard of are in the chain, in their order; those whose start was cut off may stand between.
    const heard = replay.chain.slice(1).filter((nonce) => this.#nonces.includes(nonce));
    expect(heard).toEqual(this.#nonces.slice(0, heard.length));
    if (replay.chain.length < 8) expect(heard.length).toBe(this.#nonces.length);
    expect(replay.number).toBeGreaterThan(this.#nonces.length);
    expect(replay.number).toBeLessThanOrEqual(this.#starts + 1);
    expect(this.#faults(replay)).toEqual([]);
  }

  #faults(replay: Replay): string[] {
    const found = new Map(replay.attempts.map((a) => [a.attempt, a]));
    const unheard = [...found.keys()].filter((attempt) => !this.#told.has(attempt));
    const wrong = [...this.#told].flatMap(([attempt, told]) => {
      const says = found.get(attempt);
      // Of closed attempts the newest 64 are kept: none is missing here.
      if (!says) return told.sure.length > 0 ? [`${attempt} was durable and is gone`] : [];
      return faultOf(told, says.delivery, says.closed).map((fault) => `${attempt} ${fault}`);
    });
    return [...unheard.map((attempt) => `${attempt} was never told of`), ...wrong];
  }
}

function faultOf(told: Told, delivery: string, isClosed: boolean): string[] {
  const kinds = (facts: readonly JournalFact[]) =>
    new Set(facts.map((f) => (f.kind === 'vended' ? f.delivery : f.kind)));
  const [sure, maybe] = [kinds(told.sure), kinds(told.maybe)];
  const faults: string[] = [];
  if (sure.has('delivered') && delivery !== 'delivered') faults.push(`was delivered and is ${delivery}`);
  if (sure.has('begun') && delivery === 'not-delivered') faults.push('was begun and is not');
  if (delivery === 'delivered' && !maybe.has('delivered')) faults.push('was never said to be delivered');
  if (delivery === 'doubtful' && !maybe.has('begun')) faults.push('was never begun');
  if (isClosed && !maybe.has('closed')) faults.push('was never closed');
  return faults;
}

export type Step = 'restart' | readonly ((boot: string) => JournalFact)[];

/** Carries out the steps until the power is cut; each step's facts are appended at once. Returns whether it was cut. */
export async function live(
  disk: CutDisk,
  model: JournalModel,
  steps: readonly Step[],
  blocks: number,
): Promise<boolean> {
  let journal: Journal | undefined;
  let boot = '';
  const { cuts } = disk;
  const close = async () => {
    await journal?.close();
    if (disk.cuts > cuts) throw new Error('power cut');
  };
  const start = async () => {
    await close();
    model.starting();
    journal = new BlockJournal(disk.mount(), smallSegments(blocks));
    const replay = await journal.open(model.identity());
    model.started(replay);
    boot = bootTag(replay.nonce);
  };
  const append = async (fact: JournalFact) => {
    model.saying(fact);
    await journal?.append(fact);
    model.durable(fact);
  };
  try {
    await start();
    for (const step of steps) {
      if (step === 'restart') await start();
      else {
        const ends = await Promise.allSettled(step.map((fact) => append(fact(boot))));
        const failed = ends.find((e) => e.status === 'rejected');
        if (failed) throw failed.reason;
      }
    }
    await close();
    return false;
  } catch (error) {
    if (error instanceof Error && /power cut/.test(error.message)) return true;
    throw error;
  }
}
