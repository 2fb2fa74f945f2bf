import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Predicate } from '../oracle.js';
import { bundleSabotaged } from './bundle.js';
import { sabotages } from './list.js';
import type { Findings, Line, Part, Sabotage, Task } from './types.js';

export type SabotageOptions = {
  /** The first world's; the next ones count on from it. */
  readonly seed: number;
  /** At most so many, in all worlds. */
  readonly payments: number;
  /** Payments begun so far. */
  readonly onProgress?: (payments: number) => void;
  /** For CI: killed after so long, and not caught then; ms. Default: never. */
  readonly limitMs?: number;
  /** Default: all. */
  readonly part?: Part;
};

export type Sabotaged = {
  readonly caught: boolean;
  readonly predicate?: Predicate;
  /** What the predicate says. */
  readonly text?: string;
  /** The world in which it was caught. */
  readonly seed?: number;
  /** Begun until then. */
  readonly payments: number;
  readonly how: 'simulation' | 'crash-points';
  /** What else happened on the way, which is no catch: other predicates, a crash, the time limit. */
  readonly others: readonly string[];
};

/** Sorted as they are documented: by rule. */
export const listSabotages = (): string[] => sabotages.map(({ name }) => name);

/** @throws Error that names the known ones */
export function findSabotage(name: string): Sabotage {
  const found = sabotages.find((sabotage) => sabotage.name === name);
  if (!found) throw new Error(`sabotage: found "${name}", expected one of: ${listSabotages().join(', ')}`);
  return found;
}

/**
 * Builds the simulator with one guard taken out, and runs worlds of it until a predicate is violated.
 * @throws Error for an unknown name, "sabotage NAME is stale", or a child that ends without a word
 */
export async function runSabotaged(name: string, options: SabotageOptions): Promise<Sabotaged> {
  const sabotage = findSabotage(name);
  const { seed, payments } = options;
  const bundle = await bundleSabotaged(sabotage, options.part);
  try {
    const task: Task = { seed, payments, catches: sabotage.catches, world: sabotage.world ?? {} };
    return { ...(await runChild(name, bundle.file, task, options)), how: 'simulation' };
  } finally {
    await bundle.remove();
  }
}

function runChild(name: string, file: string, task: Task, options: SabotageOptions): Promise<Findings> {
  const { onProgress, limitMs } = options;
  return new Promise((resolve, reject) => {
    const args = ['--enable-source-maps', file, JSON.stringify(task)];
    // Its standard input says nothing; that it ends tells the child that nobody waits for it any more.
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let findings: Findings | undefined;
    let begun = 0;
    let errors = '';
    let late = false;
    const timer = limitMs === undefined ? undefined : setTimeout(stop, limitMs);
    function stop(): void {
      late = true;
      child.kill('SIGKILL');
    }
    createInterface(child.stdout).on('line', (text) => {
      const line: Line = JSON.parse(text);
      if ('done' in line) findings = line;
      else {
        begun = line.progress;
        onProgress?.(begun);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString('utf8')).slice(-2_000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (findings) resolve(findings);
      else if (late) resolve({ caught: false, payments: begun, others: [`stopped after ${limitMs} ms`] });
      else reject(new Error(`sabotage ${name}: the simulator ended with ${code} and without a result: ${errors}`));
    });
  });
}
