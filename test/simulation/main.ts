import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Command, FlagError, type Flags, HELP, parseFlags } from './flags.js';
import { type Lane, type Row, rowTasks, runRow, SEED_MAX, worldTask } from './many.js';
import { worldOptions } from './options.js';
import { CHILD, childLane, ownLane, serveWorlds } from './processes.js';
import { Progress } from './progress.js';
import { jsonOf, replayOf, tableOf, violationText } from './report.js';
import { runWorld } from './run.js';
import { historyText, shrunkText } from './show.js';
import { shrink } from './shrink.js';

/** npm run simulate. What it does and how to read it: test/simulation/README.md. */

const RERUNS_MOST = 500;
const VIOLATIONS_SHOWN = 5;
const now = (): number => performance.now();
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const lanesOf = ({ processes }: Flags): Lane[] =>
  processes === 1 ? [ownLane()] : Array.from({ length: processes }, () => childLane(fileURLToPath(import.meta.url)));

async function simulate(flags: Flags): Promise<number> {
  const { seed, payments, world, json } = flags;
  const beganMs = now();
  const progress = new Progress(process.stderr, payments, beganMs);
  const tasks = world === undefined ? rowTasks(seed, payments) : [worldTask(seed, world, payments)];
  if (!json) say(`seed ${seed}`);
  const row = await runRow(tasks, lanesOf(flags), (part) => progress.update(part, now()));
  const seconds = (now() - beganMs) / 1_000;
  progress.end();
  await tellViolation(flags, row);
  say(json ? jsonOf({ seed, row }) : tableOf({ seed, row }, seconds));
  return row.violations.length > 0 ? 1 : 0;
}

/** What was violated, how to see it again, and the shortest history that is found in the time there is. */
async function tellViolation({ seed, payments, world, shrink: shrinkS }: Flags, row: Row): Promise<void> {
  const [violation] = row.violations;
  if (!violation) return;
  const tasks = world === undefined ? [...rowTasks(seed, payments)] : [worldTask(seed, world, payments)];
  const task = tasks.find(({ index }) => index === violation.world);
  if (!task) return;
  for (const each of row.violations.slice(0, VIOLATIONS_SHOWN)) say(violationText(each));
  say(`  again: ${replayOf(seed, task.index, task.payments)}`);
  if (shrinkS === 0) return;
  const progress = new Progress(process.stderr, payments, now());
  const shrunk = await shrink(worldOptions(task.seed, task.payments), {
    run: runWorld,
    budget: { reruns: RERUNS_MOST, ms: shrinkS * 1_000, now },
    onRerun: (reruns, { result }) =>
      progress.say(`shrinking, rerun ${reruns}: ${result.payments} payments, ${result.faults.length} faults`),
  });
  progress.end();
  if (!shrunk) return say('  It did not come again: the world is not a function of its options any more.');
  const told = await runWorld({ ...shrunk.last.options, told: true });
  say(`\n${shrunkText(shrunk)}\n\n${historyText({ ...told, violation: shrunk.last.violation })}\n`);
}

async function listSabotage(): Promise<number> {
  const { listSabotages } = await import('./sabotage/index.js');
  say(listSabotages().join('\n'));
  return 0;
}

async function sabotage(name: string, { seed, payments, json }: Flags): Promise<number> {
  const { listSabotages, runSabotaged } = await import('./sabotage/index.js');
  const known = listSabotages();
  if (name !== 'all' && !known.includes(name))
    throw new FlagError(`--sabotage: found "${name}", expected all or one of --list-sabotage`);
  if (!json) say(`seed ${seed}`);
  const missed: string[] = [];
  const results: object[] = [];
  for (const each of name === 'all' ? known : [name]) {
    const progress = new Progress(process.stderr, payments, now());
    const found = await runSabotaged(each, {
      seed,
      payments,
      onProgress: (begun) => progress.update({ payments: begun, faults: 0 }, now()),
    });
    progress.end();
    results.push({ name: each, ...found });
    if (!found.caught) missed.push(each);
    if (!json) say(sabotageText(each, found));
  }
  say(
    json
      ? JSON.stringify({ seed, sabotages: results, missed })
      : `${results.length - missed.length} of ${results.length} caught`,
  );
  return missed.length > 0 ? 1 : 0;
}

/** A crash at every point of every scenario: nothing in it is left to chance. */
async function everyCrash({ json }: Flags): Promise<number> {
  const { crashPoints, inWords, retell, summary } = await import('./crash-points/index.js');
  const progress = new Progress(process.stderr, 1, now());
  const result = await crashPoints({
    onProgress: (sofar, scenario) => progress.say(`${summary(sofar)}; ${scenario}`),
  });
  progress.end();
  const { violations } = result;
  for (const violation of violations.slice(0, VIOLATIONS_SHOWN)) say(inWords(violation));
  const [first] = violations;
  if (first) say(`\n${historyText({ story: await retell(first), faults: [], violation: first })}\n`);
  say(json ? JSON.stringify(result) : summary(result));
  return violations.length > 0 ? 1 : 0;
}

function sabotageText(
  name: string,
  found: { caught: boolean; predicate?: string; text?: string; payments: number; how: string },
): string {
  const { caught, predicate, text, payments, how } = found;
  const what = caught ? `${predicate} after ${payments.toLocaleString('en')} payments (${how}): ${text}` : 'NOT CAUGHT';
  return `${name.padEnd(34)} ${what}`;
}

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'list-sabotage':
      return listSabotage();
    case 'sabotage':
      return sabotage(command.name, command);
    case 'crash-points':
      return everyCrash(command);
    case 'simulate':
      return simulate(command);
  }
}

async function main(): Promise<number> {
  try {
    return await run(parseFlags(process.argv.slice(2), randomInt(SEED_MAX + 1)));
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

if (process.argv[2] === CHILD && process.send) serveWorlds();
else process.exitCode = await main();
