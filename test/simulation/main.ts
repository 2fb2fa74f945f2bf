import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Command, FlagError, type Flags, HELP, parseFlags } from './flags.js';
import { type Lane, type Row, rowTasks, runRow, SEED_MAX, worldTask } from './many.js';
import { worldOptions } from './options.js';
import { CRASHES, childLane, ownLane, serveWorlds, WORLDS } from './processes.js';
import { Progress } from './progress.js';
import { jsonOf, replayOf, tableOf, violationText } from './report.js';
import { runWorld } from './run.js';
import { historyText, shrunkText } from './show.js';
import { shrink } from './shrink.js';

/** npm run simulate. What it does and how to read it: test/simulation/README.md. */

const RERUNS_MOST = 500;
const VIOLATIONS_SHOWN = 5;
/** As a shell says of a program that Ctrl-C has ended. */
const STOPPED = 130;
/** What children are started with. */
const program = fileURLToPath(import.meta.url);
const now = (): number => performance.now();
/** Of the processor: a busy machine shrinks as well as a quiet one. */
const workedMs = (): number => process.cpuUsage().user / 1_000;
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const lanesOf = ({ processes }: Flags): Lane[] =>
  processes === 1 ? [ownLane()] : Array.from({ length: processes }, () => childLane(program));

async function simulate(flags: Flags): Promise<number> {
  const { seed, payments, world, json } = flags;
  const beganMs = now();
  const progress = new Progress(process.stderr, payments, beganMs);
  const tasks = world === undefined ? rowTasks(seed, payments) : [worldTask(seed, world, payments)];
  if (!json) say(`seed ${seed}`);
  let done = 0;
  const stopped = (): void => {
    progress.end();
    const sofar = `${done.toLocaleString('en')} of ${payments.toLocaleString('en')} payments`;
    process.stderr.write(`stopped after ${sofar}, no violation so far, seed ${seed}\n`);
    process.exit(STOPPED);
  };
  process.once('SIGINT', stopped);
  const row = await runRow(tasks, lanesOf(flags), (part) => {
    done = part.payments;
    progress.update(part, now());
  });
  process.off('SIGINT', stopped);
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
    budget: { reruns: RERUNS_MOST, ms: shrinkS * 1_000, now: workedMs },
    onRerun: (reruns, { result }) =>
      progress.say(`shrinking, rerun ${reruns}: ${result.payments} payments, ${result.faults.length} faults`),
  });
  progress.end();
  if (!shrunk) return say('  It did not come again: the world is not a function of its options any more.');
  const told = await runWorld({ ...shrunk.last.options, told: true });
  say(`\n${shrunkText(shrunk)}\n\n${historyText({ ...told, violation: shrunk.last.violation })}\n`);
}

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'list-sabotage':
      return (await import('./guards.js')).listGuards();
    case 'sabotage':
      return (await import('./guards.js')).takeOut(command.name, command);
    case 'crash-points':
      return (await import('./crashes.js')).crashEverywhere(command, program);
    case 'simulate':
      return simulate(command);
  }
}

async function main(): Promise<number> {
  try {
    return await run(parseFlags(process.argv.slice(2), randomInt(SEED_MAX + 1), availableParallelism()));
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

// A reader that has seen enough (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});
const asked = process.argv[2];
if (process.send && asked === WORLDS) serveWorlds();
else if (process.send && asked === CRASHES) await (await import('./crashes.js')).serveCrashes();
else process.exitCode = await main();
