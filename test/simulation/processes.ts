import { type ChildProcess, fork } from 'node:child_process';
import { type Lane, type Part, reportOf, type Task, type WorldReport } from './many.js';
import { worldOptions } from './options.js';
import { runWorld } from './run.js';
import type { World } from './world.js';

/** What a child is started with, in place of flags. */
export const WORLDS = 'worlds';
export const CRASHES = 'crashes';

/** A child says how far it is at most this often, ms. */
const SAY_EVERY_MS = 200;

type Said = { readonly part: Part } | { readonly report: WorldReport };

const partOf = (world: World): Part => ({ payments: world.payments, faults: world.faults.struck.length });

async function run({ index, seed, payments }: Task, onPart: (part: Part) => void): Promise<WorldReport> {
  return reportOf(index, await runWorld(worldOptions(seed, payments), (world) => onPart(partOf(world))));
}

/** Worlds in this process. */
export const ownLane = (): Lane => ({ run, stop: () => {} });

/**
 * Worlds in a process of its own: `program`, started with `WORLDS`. When the child ends by itself, `run` throws an Error that
 * names the world and how it ended.
 */
export function childLane(program: string): Lane {
  let child: ChildProcess | undefined;
  let stopped = false;
  return {
    run: (task, onPart) => {
      if (stopped) return Promise.resolve(undefined);
      child ??= fork(program, [WORLDS], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      return askChild(child, task, onPart, () => stopped);
    },
    stop: () => {
      stopped = true;
      child?.kill('SIGKILL');
    },
  };
}

function askChild(
  child: ChildProcess,
  task: Task,
  onPart: (part: Part) => void,
  isStopped: () => boolean,
): Promise<WorldReport | undefined> {
  return new Promise((resolve, reject) => {
    const heard = (said: Said): void => {
      if ('part' in said) {
        onPart(said.part);
        return;
      }
      child.off('message', heard);
      child.off('exit', ended);
      resolve(said.report);
    };
    const ended = (code: number | null, signal: string | null): void => {
      if (isStopped()) resolve(undefined);
      else reject(new Error(`the process that ran world ${task.index} ended with ${signal ?? `code ${code}`}`));
    };
    child.on('message', heard);
    child.on('exit', ended);
    child.send(task);
  });
}

/** The other side: runs each world that it is sent, one after the other, until its parent is gone. */
export function serveWorlds(): void {
  let saidMs = 0;
  const say = (said: Said): void => {
    process.send?.(said);
  };
  process.on('disconnect', () => process.exit());
  process.on('message', (task: Task) => {
    const onPart = (part: Part): void => {
      const now = performance.now();
      if (now - saidMs < SAY_EVERY_MS) return;
      saidMs = now;
      say({ part });
    };
    run(task, onPart).then(
      (report) => say({ report }),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(70);
      },
    );
  });
}
