import { FlagError, type Flags } from './flags.js';
import { Progress } from './progress.js';
import { listSabotages, runSabotaged, type Sabotaged } from './sabotage/index.js';

const now = (): number => performance.now();
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** The names of --sabotage, one a line. */
export function listGuards(): number {
  say(listSabotages().join('\n'));
  return 0;
}

/**
 * Takes out the guard `name`, or all of them, each alone, and looks whether it is missed: so many at a time as `flags` say.
 * @returns 1 if one is not
 * @throws FlagError for a name that is none
 */
export async function takeOut(name: string, flags: Flags): Promise<number> {
  const { seed, json, processes } = flags;
  const names = namesOf(name);
  const width = Math.max(...names.map((each) => each.length));
  const found = new Map<string, Sabotaged>();
  const waiting = [...names];
  const gauge = new Gauge(names.length === 1 ? flags.payments : 0, names.length);
  if (!json) say(`seed ${seed}`);
  const takeOutNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const guard = next;
      const run = runSabotaged(guard, { ...flags, onProgress: (begun) => gauge.begun(guard, begun) });
      // One that is stale says so in its line; the others are tried all the same.
      const result = await (names.length > 1 ? run.catch(broken) : run);
      found.set(guard, result);
      gauge.done(guard, found.size);
      if (!json) say(`${guard.padEnd(width)}  ${inWords(result)}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(processes, names.length) }, takeOutNext));
  } finally {
    gauge.end();
  }
  const sabotages = names.flatMap((each) => ({ name: each, ...found.get(each) }));
  const missed = sabotages.filter(({ caught }) => !caught).map((result) => result.name);
  if (json) say(JSON.stringify({ seed, sabotages, missed }));
  else say(`${sabotages.length - missed.length} of ${sabotages.length} caught`);
  return missed.length > 0 ? 1 : 0;
}

const broken = (error: unknown): Sabotaged => ({
  ...{ caught: false, payments: 0, how: 'simulation' },
  others: [error instanceof Error ? error.message : String(error)],
});

/** How far it is: of one guard a bar of its payments, of several a line. */
class Gauge {
  readonly #progress: Progress;
  readonly #guards: number;
  readonly #payments: number;
  readonly #running = new Map<string, number>();
  #done = 0;

  constructor(payments: number, guards: number) {
    this.#progress = new Progress(process.stderr, payments, now());
    this.#payments = payments;
    this.#guards = guards;
  }

  begun(guard: string, payments: number): void {
    this.#running.set(guard, payments);
    if (this.#payments > 0) {
      this.#progress.update({ payments }, now());
      return;
    }
    const running = [...this.#running].map(([name, n]) => `${name} ${n.toLocaleString('en')}`);
    this.#progress.say(`${this.#done} of ${this.#guards} guards; payments without ${running.join(', ')}`);
  }

  /** Its line stands in place of the bar. */
  done(guard: string, guards: number): void {
    this.#running.delete(guard);
    this.#done = guards;
    this.#progress.end();
  }

  end(): void {
    this.#progress.end();
  }
}

function namesOf(name: string): readonly string[] {
  const known = listSabotages();
  if (name === 'all') return known;
  if (!known.includes(name))
    throw new FlagError(`--sabotage: found "${name}", expected all or a name that --list-sabotage prints`);
  return [name];
}

function inWords({ caught, predicate, text, payments, how, others }: Sabotaged): string {
  const after = `after ${payments.toLocaleString('en')} payments`;
  if (!caught) return [`NOT CAUGHT ${after}`, ...others].join('; ');
  return `${predicate} ${after}${how === 'simulation' ? '' : ` (${how})`}: ${(text ?? '').split('\n')[0]}`;
}
