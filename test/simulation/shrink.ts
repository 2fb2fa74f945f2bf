import { ddmin } from './ddmin.js';
import { type FaultClass, faultClasses, faultNames } from './faults.js';
import { worldSeed } from './many.js';
import { noFaults, type WorldOptions } from './options.js';
import type { Violation } from './oracle.js';
import type { runWorld, WorldResult } from './run.js';

/** What shrinking may cost. Real time comes in, ms. */
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
/** How much of the time goes into the world where it was found; the rest into worlds made for it. */
const FOUND_WORLD_SHARE = 0.6;
const SMALL_PAYMENTS = 12;
const SMALL_KIOSKS = 3;
const SMALL_WORLDS = 150;
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
  await shrinker.shrinkFound();
  await shrinker.lookForSmaller();
  return { first, last: shrinker.best, reruns: shrinker.reruns };
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
    this.#untilMs = this.#beganMs + budget.ms * FOUND_WORLD_SHARE;
    this.best = this.#cut(first);
  }

  get #spent(): boolean {
    const { reruns, now } = this.#parts.budget;
    return this.reruns >= reruns || now() >= this.#untilMs;
  }

  /** What came after the violation is left out: that changes nothing before it. */
  #cut({ options, result, violation }: Failing): Failing {
    const only = new Set(result.faults.map((fault) => fault.id));
    const { until: _, ...rest } = options;
    const until = result.healed ? {} : { until: violation.at + LATER_MS };
    return { options: { ...rest, ...until, only }, result, violation };
  }

  async #run(options: WorldOptions): Promise<Failing | undefined> {
    if (this.#spent) return undefined;
    this.reruns += 1;
    const result = await this.#parts.run(options);
    const violation = result.violations.find((v) => kindOf(v) === this.#kind);
    this.#parts.onRerun?.(this.reruns, this.best);
    return violation && this.#cut({ options, result, violation });
  }

  /** Keeps the change if the predicate is still violated. */
  async #try(change: Partial<WorldOptions>): Promise<boolean> {
    const found = await this.#run({ ...this.best.options, ...change });
    if (found) this.best = found;
    return found !== undefined;
  }

  async shrinkFound(): Promise<void> {
    await this.#attendLess();
    await this.#endSooner();
    const { options, violation } = this.best;
    for (let relays = 1; relays < options.relays; relays++) if (await this.#try({ relays })) break;
    if (options.interleaved) await this.#try({ interleaved: false });
    if (options.paranoid && violation.predicate !== 'S11') await this.#try({ paranoid: false });
    await this.#fewerFaults();
    await this.#endSooner();
  }

  /** Only the kiosk concerned has customers; if that is too few, those that matter. */
  async #attendLess(): Promise<void> {
    const { options, violation } = this.best;
    const { kiosk } = violation;
    const names = Array.from({ length: options.kiosks }, (_, i) => `kiosk-${i + 1}`);
    if (kiosk === undefined || !(await this.#try({ attended: new Set([kiosk]) }))) {
      await ddmin(names, async (left) => ((await this.#try({ attended: new Set(left) })) ? left : undefined));
    }
    const last = Math.max(0, ...names.flatMap((name, i) => (this.best.options.attended?.has(name) ? [i + 1] : [])));
    if (last > 0 && last < options.kiosks) await this.#try({ kiosks: last });
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

  /** Worlds of few payments, in which only the classes of fault that are left strike, and often. */
  async lookForSmaller(): Promise<void> {
    const { budget } = this.#parts;
    this.#untilMs = this.#beganMs + budget.ms;
    const { options, result } = this.best;
    const shares = sharesOf(new Set(result.faults.map((fault) => fault.class)));
    const { only: _, until: __, attended, ...rest } = options;
    const kiosks = Math.min(SMALL_KIOSKS, attended?.size ?? options.kiosks);
    let most = Math.min(SMALL_PAYMENTS, result.payments - 1);
    for (let i = 0; i < SMALL_WORLDS && most >= 1 && !this.#spent; i++) {
      const seed = worldSeed(options.seed % 2 ** 32, i);
      const found = await this.#run({ ...rest, seed, payments: most, kiosks, shares });
      if (!found || sizeOf(found) >= sizeOf(this.best)) continue;
      this.best = found;
      most = Math.min(most, found.result.payments) - 1;
    }
    if (this.best.options.seed !== options.seed) await this.#fewerFaults();
  }
}

function sharesOf(classes: ReadonlySet<FaultClass>): Record<FaultClass, number> {
  const shares = { ...noFaults };
  for (const name of faultNames) if (classes.has(name)) shares[name] = Math.max(1, SMALL_RATE / faultClasses[name]);
  return shares;
}
