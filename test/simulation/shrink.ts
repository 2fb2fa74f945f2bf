import { ddmin } from './ddmin.js';
import { type FaultClass, faultClasses, faultNames } from './faults.js';
import { worldSeed } from './many.js';
import { noFaults, type WorldOptions } from './options.js';
import type { Violation } from './oracle.js';
import type { runWorld, WorldResult } from './run.js';

/** What shrinking may cost. Time comes in, ms. */
export type Budget = { readonly reruns: number; readonly ms: number; readonly now: () => number };

/** A world in which the predicate is violated, and what of it was there. */
export type Failing = { readonly options: WorldOptions; readonly result: WorldResult; readonly violation: Violation };

export type Shrunk = {
  /** As it was found. */
  readonly first: Failing;
  readonly last: Failing;
  readonly reruns: number;
};

export type Shrinking = {
  readonly run: typeof runWorld;
  readonly budget: Budget;
  readonly onRerun?: (reruns: number, best: Failing) => void;
};

/** A history that is a little slower than the one it was made from may still fail; ms. */
const LATER_MS = 60_000;
/** Which part of the time may be over when a step ends. */
const untilShare = { likelier: 0.3, found: 0.7, smaller: 0.85, all: 1 } as const;
const SMALL_KIOSKS = 3;
const SMALL_WORLDS = 200;
/** In a small world each class that matters strikes about so often, whatever it is drawn for. */
const SMALL_RATE = 0.15;

/** Numbers and ids say where, not what. */
const kindOf = ({ predicate, text }: Violation): string =>
  `${predicate} ${(text.split('\n')[0] ?? '').replace(/\b[0-9a-f]{6,}\b|\d+/g, '#')}`;

/**
 * Looks for the shortest history in which the same predicate is violated: fewer kiosks with customers, fewer payments, fewer
 * faults, fewer relays; then small worlds of those faults alone.
 * @returns undefined when `options` do not violate anything, which cannot be while a world is a function of them
 */
export async function shrink(options: WorldOptions, shrinking: Shrinking): Promise<Shrunk | undefined> {
  const result = await shrinking.run(options);
  const violation = result.violations[0];
  if (!violation) return undefined;
  const first = { options, result, violation };
  const shrinker = new Shrinker(first, shrinking);
  await shrinker.shrink();
  return { first, last: shrinker.best, reruns: shrinker.reruns };
}

/** Ends a rerun that takes longer than there is time. */
class Spent extends Error {
  override name = 'Spent';
}

const sizeOf = ({ result }: Failing): number => result.payments * 1_000 + result.faults.length;

class Shrinker {
  best: Failing;
  reruns = 0;
  readonly #parts: Shrinking;
  readonly #kind: string;
  readonly #beganMs: number;
  #untilMs: number;

  constructor(first: Failing, parts: Shrinking) {
    const { budget } = parts;
    this.#parts = parts;
    this.#kind = kindOf(first.violation);
    this.#beganMs = budget.now();
    this.#untilMs = this.#beganMs;
    this.best = this.#cut(first);
  }

  get #spent(): boolean {
    return this.#parts.budget.now() >= this.#untilMs;
  }

  /** What came after the violation is left out: that changes nothing before it. */
  #cut({ options, result, violation }: Failing): Failing {
    const only = new Set(result.faults.map((fault) => fault.id));
    const { until: _, ...rest } = options;
    const until = result.healed ? {} : { until: violation.at + LATER_MS };
    return { options: { ...rest, ...until, only }, result, violation };
  }

  async #run(options: WorldOptions): Promise<Failing | undefined> {
    if (this.#spent || this.reruns >= this.#parts.budget.reruns) return undefined;
    this.reruns += 1;
    try {
      const result = await this.#parts.run(options, () => {
        if (this.#spent) throw new Spent();
      });
      const violation = result.violations.find((v) => kindOf(v) === this.#kind);
      return violation && this.#cut({ options, result, violation });
    } catch (error) {
      if (!(error instanceof Spent)) throw error;
      return undefined;
    } finally {
      this.#parts.onRerun?.(this.reruns, this.best);
    }
  }

  /** Keeps the change if the predicate is still violated. */
  async #try(change: Partial<WorldOptions>): Promise<boolean> {
    const found = await this.#run({ ...this.best.options, ...change });
    if (found) this.best = found;
    return found !== undefined;
  }

  async shrink(): Promise<void> {
    this.#giveTime('likelier');
    const { options } = this.best;
    // One kiosk's customers are enough for most; what needs several at once comes again in a small world sooner than here.
    if (!(await this.#onlyAt(this.best.violation.kiosk))) await this.#lookForSmaller(options.shares, SMALL_KIOSKS * 12);
    this.#giveTime('found');
    await this.#lessOfAll();
    this.#giveTime('smaller');
    const { result, options: now } = this.best;
    const classes = new Set(result.faults.map((fault) => fault.class));
    await this.#lookForSmaller(oftenOnly(classes), Math.min(12, result.payments - 1));
    this.#giveTime('all');
    if (this.best.options.seed !== now.seed) await this.#lessOfAll();
  }

  #giveTime(step: keyof typeof untilShare): void {
    this.#untilMs = this.#beganMs + this.#parts.budget.ms * untilShare[step];
  }

  async #lessOfAll(): Promise<void> {
    await this.#attendLess();
    await this.#endSooner();
    const { options, violation } = this.best;
    for (let relays = 1; relays < options.relays; relays++) if (await this.#try({ relays })) break;
    if (options.interleaved) await this.#try({ interleaved: false });
    if (options.paranoid && violation.predicate !== 'S11') await this.#try({ paranoid: false });
    await this.#fewerFaults();
    await this.#endSooner();
  }

  /** Customers at these kiosks only, and as many of them as there were. */
  #attend(kiosks: readonly string[]): Promise<boolean> {
    const { begun } = this.best.result;
    const payments = kiosks.reduce((sum, kiosk) => sum + (begun.get(kiosk) ?? 0), 0);
    return payments === 0 ? Promise.resolve(false) : this.#try({ attended: new Set(kiosks), payments });
  }

  async #onlyAt(kiosk: string | undefined): Promise<boolean> {
    return kiosk !== undefined && (await this.#attend([kiosk]));
  }

  /** Customers only where they matter, and no kiosk beyond the last of those. */
  async #attendLess(): Promise<void> {
    const { options, violation } = this.best;
    const all = Array.from({ length: options.kiosks }, (_, i) => `kiosk-${i + 1}`);
    const attended = (): string[] => all.filter((name) => this.best.options.attended?.has(name) ?? true);
    if (attended().length > 1 && !(await this.#onlyAt(violation.kiosk)))
      await ddmin(attended(), async (left) => ((await this.#attend(left)) ? left : undefined));
    const last = all.indexOf(attended().at(-1) ?? '') + 1;
    if (last < options.kiosks) await this.#try({ kiosks: last });
  }

  /** Fewer payments: those that had begun by then, or, where the end of the world shows it, ever fewer. */
  async #endSooner(): Promise<void> {
    const { result, options } = this.best;
    if (result.payments < options.payments) await this.#try({ payments: result.payments });
    if (!this.best.result.healed) return;
    for (let step = Math.ceil(this.best.result.payments / 2); step >= 1; ) {
      const payments = this.best.result.payments - step;
      const fewer = payments >= 1 && (await this.#try({ payments }));
      if (!fewer) step = step === 1 ? 0 : Math.ceil(step / 2);
      else step = Math.min(step, Math.ceil(this.best.result.payments / 2));
      if (this.#spent) return;
    }
  }

  async #fewerFaults(): Promise<void> {
    if (await this.#try({ only: new Set() })) return;
    const { result, violation } = this.best;
    const late = result.faults.filter((fault) => fault.at > violation.at - 2 * LATER_MS);
    await this.#try({ only: new Set(late.map((fault) => fault.id)) });
    const struck = (): string[] => this.best.result.faults.map((fault) => fault.id);
    await ddmin(struck(), async (left) => {
      return !this.#spent && (await this.#try({ only: new Set(left) })) ? struck() : undefined;
    });
  }

  /** Small worlds with such faults: the first that is violated, then ever shorter ones. */
  async #lookForSmaller(shares: WorldOptions['shares'], most: number): Promise<void> {
    const { only: _, until: __, attended, ...rest } = this.best.options;
    const kiosks = Math.min(SMALL_KIOSKS, attended?.size ?? rest.kiosks);
    const base = rest.seed % 2 ** 32;
    let payments = most;
    for (let i = 0; i < SMALL_WORLDS && payments >= 1 && !this.#spent; i++) {
      const found = await this.#run({ ...rest, seed: worldSeed(base, i + 1), payments, kiosks, shares });
      if (!found || sizeOf(found) >= sizeOf(this.best)) continue;
      this.best = found;
      payments = Math.min(payments, found.result.payments) - 1;
    }
  }
}

/** Of the classes that matter, so many that a few payments see them all; of others none. */
function oftenOnly(classes: ReadonlySet<FaultClass>): Record<FaultClass, number> {
  const shares = { ...noFaults };
  for (const name of faultNames) if (classes.has(name)) shares[name] = Math.max(1, SMALL_RATE / faultClasses[name]);
  return shares;
}
