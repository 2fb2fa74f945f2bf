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
 * Takes out the guard `name`, or one after the other, and looks whether it is missed.
 * @returns 1 if one is not
 * @throws FlagError for a name that is none
 */
export async function takeOut(name: string, flags: Flags): Promise<number> {
  const { seed, json } = flags;
  const names = namesOf(name);
  const width = Math.max(...names.map((each) => each.length));
  const results: (Sabotaged & { readonly name: string })[] = [];
  if (!json) say(`seed ${seed}`);
  for (const each of names) {
    const found = await takeOutOne(each, flags);
    results.push({ name: each, ...found });
    if (!json) say(`${each.padEnd(width)}  ${inWords(found)}`);
  }
  const missed = results.filter(({ caught }) => !caught).map((result) => result.name);
  if (json) say(JSON.stringify({ seed, sabotages: results, missed }));
  else say(`${results.length - missed.length} of ${results.length} caught`);
  return missed.length > 0 ? 1 : 0;
}

function namesOf(name: string): readonly string[] {
  const known = listSabotages();
  if (name === 'all') return known;
  if (!known.includes(name))
    throw new FlagError(`--sabotage: found "${name}", expected all or a name that --list-sabotage prints`);
  return [name];
}

async function takeOutOne(name: string, { seed, payments }: Flags): Promise<Sabotaged> {
  const progress = new Progress(process.stderr, payments, now());
  try {
    const onProgress = (begun: number): void => progress.update({ payments: begun }, now());
    return await runSabotaged(name, { seed, payments, onProgress });
  } finally {
    progress.end();
  }
}

function inWords({ caught, predicate, text, payments, how, others }: Sabotaged): string {
  const after = `after ${payments.toLocaleString('en')} payments`;
  if (!caught) return [`NOT CAUGHT ${after}`, ...others].join('; ');
  return `${predicate} ${after}${how === 'simulation' ? '' : ` (${how})`}: ${(text ?? '').split('\n')[0]}`;
}
