import { onceAnAttempt } from '../../../drivers/actuator/once.js';
import type { Actuator, VendJob, VendResult } from '../../../drivers/contract/actuator.js';
import type { FaultSource, Faults } from '../faults.js';
import type { Oracle } from '../oracle.js';
import type { Points } from '../points.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import type { Process } from './process.js';

export type MachineParts = {
  readonly name: string;
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly points: Points;
  readonly oracle: Oracle;
  /** Somebody has looked what became of a vend that ended doubtful. */
  readonly onKnown: (attempt: string, result: 'delivered' | 'failed') => void;
};

/** The iron behind the actuator: what it hands out is a fact, whatever the program that asked for it hears or lives. */
export class Machine {
  readonly #parts: MachineParts;
  readonly #fails: FaultSource;
  readonly #doubtful: FaultSource;
  readonly #slow: FaultSource;
  readonly #known: FaultSource;
  #power = 0;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    const at = (name: Parameters<Faults['source']>[0]) => parts.faults.source(name, parts.name);
    this.#fails = at('vend-fails');
    this.#doubtful = at('vend-doubtful');
    this.#slow = at('vend-slow');
    this.#known = at('vend-known-late');
  }

  /** What had not come out yet does not come out any more. */
  powerCut(): void {
    this.#power += 1;
  }

  /** The driver as one life of the agent has it. */
  actuator(process: Process): Actuator {
    return {
      start: async () => {},
      stop: async () => {},
      vend: onceAnAttempt((job) => this.#vend(job, process)),
    };
  }

  #vend({ attempt }: VendJob, process: Process): Promise<VendResult> {
    const { timeline, story, points, oracle, name } = this.#parts;
    if (!process.alive) return new Promise(() => {});
    story.tell(name, () => 'the machine begins to vend', attempt);
    oracle.vendBegun(attempt);
    points.pass('vend-begins', name);
    const fails = this.#fails.strikes();
    const doubtful = this.#doubtful.strikes();
    if (doubtful) oracle.attempt(attempt).unclear = true;
    const comes = !fails && !(doubtful && this.#doubtful.chance.hits(0.5));
    const takesMs = this.#slow.strikes() ? this.#slow.chance.between(2_000, 25_000) : 400;
    const power = this.#power;
    timeline.after(takesMs * 0.7, () => {
      if (!comes || power !== this.#power) return;
      story.tell(name, () => 'goods are out', attempt);
      oracle.goodsOut(attempt);
      points.pass('goods-out', name);
    });
    if (doubtful && this.#known.strikes()) {
      process.after(takesMs + this.#known.chance.wait(3_000, 60_000), () => {
        if (power === this.#power) this.#parts.onKnown(attempt, comes ? 'delivered' : 'failed');
      });
    }
    return new Promise((resolve) => {
      process.after(takesMs, () => resolve(doubtful ? 'doubtful' : fails ? 'failed' : 'delivered'));
    });
  }
}
